package endpoint

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"check-haproxy/internal/advice"
	"check-haproxy/test/rig"
)

// reach is how far an answer's question came.
func reach(t *testing.T, a Answer) Reach {
	t.Helper()
	var failure *Failure
	if !errors.As(a.Err, &failure) {
		t.Fatalf("%s is no failure: %v", a.Name, a.Err)
	}
	return failure.Reach
}

// TestReach: only what could not be reached is unreachable, and only where
// nobody listens is it refused.
func TestReach(t *testing.T) {
	dir := rig.Dir(t)
	stale := filepath.Join(dir, "stale.sock")
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: stale, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	listener.SetUnlinkOnClose(false)
	_ = listener.Close()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	answers := func(text string) string { return listenUnix(t, commands(nil, func(string) string { return text })) }
	status := func(code int) []string {
		return []string{host(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })}
	}
	sends := func(text string) string {
		return listenTCP(t, func(conn net.Conn) {
			_, _ = bufio.NewReader(conn).ReadString('\n')
			_, _ = io.WriteString(conn, text)
		})
	}
	stall := stalling(t)
	stallsAfter := func(text string) string {
		return listenTCP(t, func(conn net.Conn) {
			_, _ = bufio.NewReader(conn).ReadString('\n')
			_, _ = io.WriteString(conn, text)
			stall(conn)
		})
	}
	nobody := "127.0.0.1:" + rig.Port(t)
	for _, test := range []struct {
		name  string
		flags Flags
		want  Reach
	}{
		{"no such socket", Flags{Socket: []string{filepath.Join(dir, "no.sock")}}, Unreachable},
		{"a glob of nothing", Flags{Socket: []string{filepath.Join(dir, "no*.sock")}}, Unreachable},
		{"a name that does not resolve", Flags{Socket: []string{"nosuch.invalid:1"}}, Unreachable},
		{"a socket that stalls", Flags{Socket: []string{listenUnix(t, stall)}}, Unreachable},
		{"a port that stalls", Flags{Socket: []string{listenTCP(t, stall)}}, Unreachable},
		{"a page that stalls", Flags{URL: []string{"http://" + listenTCP(t, stall)}}, Unreachable},
		{"a TLS handshake that stalls", Flags{URL: []string{"https://" + listenTCP(t, stall)}}, Unreachable},

		{"a stale socket", Flags{Socket: []string{stale}}, Refused},
		{"a port without a listener", Flags{Socket: []string{nobody}}, Refused},
		{"a page's port without a listener", Flags{URL: []string{"http://" + nobody}}, Refused},

		{"a file instead of a socket", Flags{Socket: []string{file}}, Reached},
		{"permission denied by HAProxy", Flags{Socket: []string{answers("Permission denied\n\n")}}, Reached},
		{"an unknown command", Flags{Socket: []string{answers("Unknown command.\n\n")}}, Reached},
		{"rubbish", Flags{Socket: []string{answers("hello\n\n")}}, Reached},
		{"closed", Flags{Socket: []string{answers("")}}, Reached},
		{"cut short", Flags{Socket: []string{answers("# pxname,svname,\n")}}, Reached},
		{"stalled on the way", Flags{Socket: []string{stallsAfter("# pxname,svname,\n")}}, Reached},
		{"401", Flags{URL: status(401)}, Reached},
		{"404", Flags{URL: status(404)}, Reached},
		{"503", Flags{URL: status(503)}, Reached},
		{"a login page", Flags{URL: []string{host(t, writes("<html>"))}}, Reached},
		{"a page that is cut short", Flags{URL: []string{host(t, cutting(true))}}, Reached},
		{"a page that stalls in its header", Flags{URL: []string{"http://" + stallsAfter("HTTP/1.1 200 OK\r\nX: ")}}, Reached},
		{"a page that stalls in its body", Flags{URL: []string{"http://" + stallsAfter("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n#")}}, Reached},
		{"a page that is no HTTP", Flags{URL: []string{"http://" + sends("hello\n")}}, Reached},
		{"no saved answer", Flags{StatsFile: filepath.Join(dir, "no.csv")}, Reached},
		{"another file", Flags{StatsFile: file}, Reached},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := askOneWithin(t, 2*time.Second, test.flags, Query{Rows: All})
			if got := reach(t, a); got != test.want {
				t.Errorf("%d, want %d: %v", got, test.want, a.Err)
			}
		})
	}
}

// TestOwnWant: what this machine lacks is not HAProxy's trouble.
func TestOwnWant(t *testing.T) {
	for errno, want := range map[syscall.Errno]string{
		syscall.EMFILE:        "too many open files; raise the limit",
		syscall.ENFILE:        "too many open files; raise the limit",
		syscall.EADDRNOTAVAIL: "no local port left",
	} {
		dialled := &net.OpError{Op: "dial", Net: "unix", Err: os.NewSyscallError("socket", errno)}
		for _, s := range []socket{{"unix", "/run/x.sock"}, {"tcp", "127.0.0.1:1"}} {
			err := s.explainDial(context.Background(), dialled)
			if a := (Answer{Err: err}); !strings.Contains(advice.Whole(err), want) || reach(t, a) != Reached {
				t.Errorf("%v: %v", errno, err)
			}
		}
	}
}

// TestWrongKindOfPort: what answers is named, with the flag to use.
func TestWrongKindOfPort(t *testing.T) {
	rig.Need(t, "haproxy")
	tcp, page := rig.Port(t), rig.Port(t)
	rig.Start(t, fmt.Sprintf("global\n\tstats socket ipv4@127.0.0.1:%s level user\nfrontend page\n\tbind 127.0.0.1:%s\n\tstats enable\n", tcp, page))
	wantErr(t, askOne(t, Flags{URL: []string{"http://127.0.0.1:" + tcp + "/haproxy?stats"}}, Query{}),
		"HAProxy's command line answers there, this is a stats socket and no page; ask it with --socket 127.0.0.1:"+tcp)
	wantErr(t, askOne(t, Flags{Socket: []string{"127.0.0.1:" + page}}, Query{}),
		"an HTTP server answers there, this is not a stats socket; a stats page is asked with --url")
	for _, form := range []string{"ipv4@127.0.0.1:" + tcp, "tcp://127.0.0.1:" + tcp, "*:" + tcp} {
		if a := askOne(t, Flags{Socket: []string{form}}, Query{}); a.Err != nil {
			t.Errorf("%s: %v", form, a.Err)
		}
	}
}
