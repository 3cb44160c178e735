package endpoint

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"check-haproxy/test/rig"
)

// TestAskedAgain: what a reload does to a connection passes.
func TestAskedAgain(t *testing.T) {
	for name, first := range map[string]func(conn net.Conn){
		"closed":    func(net.Conn) {},
		"cut short": func(conn net.Conn) { _, _ = io.WriteString(conn, stat("a")[:20]) },
		"gone": func(conn net.Conn) {
			_, _ = io.WriteString(conn, "Can't find the target PID matching the prefix '@!7'\n\n")
		},
	} {
		t.Run(name, func(t *testing.T) {
			var times atomic.Int32
			path := listenUnix(t, func(conn net.Conn) {
				_, _ = bufio.NewReader(conn).ReadString('\n')
				if times.Add(1) < 3 {
					first(conn)
					return
				}
				_, _ = io.WriteString(conn, stat("a"))
			})
			if got := backends(t, askOne(t, Flags{Socket: []string{path}}, Query{})); got != "a" {
				t.Errorf("the answer is of %q", got)
			}
		})
	}
}

// TestRefusedForAMoment: a master CLI is not there while it reads its
// configuration.
func TestRefusedForAMoment(t *testing.T) {
	path := filepath.Join(rig.Dir(t), "master.sock")
	before, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	before.SetUnlinkOnClose(false)
	_ = before.Close()
	asking := make(chan Answer)
	go func() { asking <- askOne(t, Flags{Socket: []string{path}}, Query{}) }()
	select {
	case a := <-asking:
		t.Fatalf("it was not waited for: %v", a.Err)
	case <-time.After(50 * time.Millisecond): // it has been refused by now, or will be
	}
	// As HAProxy does it (sock_unix.c): at no moment is there no file.
	after, err := net.Listen("unix", path+".new")
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	serve(t, after, commands(nil, func(string) string { return stat("a") }))
	if got := backends(t, <-asking); got != "a" {
		t.Errorf("the answer is of %q", got)
	}
}

// TestPatienceEnds: what does not pass is told while there is time, and an answer
// that is no matter of a reload is asked for once.
func TestPatienceEnds(t *testing.T) {
	for answer, want := range map[string]int32{"": mostBroken, "# pxname,svname,status,weight,bck,type,\n": mostBroken, "Permission denied\n\n": 1, "hello\n\n": 1} {
		var times atomic.Int32
		path := listenUnix(t, commands(nil, func(string) string { times.Add(1); return answer }))
		a := askOne(t, Flags{Socket: []string{path}}, Query{})
		if wantErr(t, a); times.Load() != want {
			t.Errorf("%q: asked %d times, want %d: %v", answer, times.Load(), want, a.Err)
		}
	}
}

// TestFailedReload: since 3.1 the worker that serves stands among the old ones,
// with those that stop. The note tells.
func TestFailedReload(t *testing.T) {
	const list = "#<PID>          <type>          <reloads>       <uptime>        <version>      \n" +
		"10              master          4 [failed: %d]   0d00h00m10s     3.2.0\n# workers\n%s" +
		"# old workers\n11              worker          1               0d00h00m04s     3.2.0\n12              worker          2               0d00h00m08s     3.2.0\n\n"
	info := func(stopping int) string {
		return fmt.Sprintf("Name: HAProxy\nVersion: 3.2.0\nPid: 7\nStopping: %d\n\n", stopping)
	}
	for _, test := range []struct {
		name         string
		failed       int
		listed, want string
		note         bool
	}{
		{"among the old ones", 1, "", "serving", true},
		{"an older one among the workers", 1, "13              worker          0               0d00h00m01s     3.2.0\n", "serving", true},
		{"before HAProxy tells of failures", 0, "", "serving", false},
		{"after a reload that was good", 0, "13              worker          0               0d00h00m01s     3.2.0\n", "new", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			answers := map[string]string{
				"show proc":      fmt.Sprintf(list, test.failed, test.listed),
				"@!11 show info": info(0), "@!11 show stat": stat("serving"),
				"@!12 show info": info(1), "@!12 show stat": stat("old"),
				"@!13 show info": info(1), "@!13 show stat": stat("new"),
			}
			path := listenUnix(t, commands(nil, func(command string) string {
				if answer, ok := answers[command]; ok {
					return answer
				}
				return "Unknown command. Please enter one of the following commands only :\n  show proc\n\n"
			}))
			a := askOne(t, Flags{Socket: []string{path}}, Query{})
			if got := backends(t, a); got != test.want || a.Name != path || a.Worker != "@1 " {
				t.Errorf("%s gives %q for %q, want %q", a.Name, got, a.Worker, test.want)
			}
			if notes := strings.Join(a.Notes, "; "); strings.Contains(notes, "the last reload failed") != test.note {
				t.Errorf("the notes are %q", notes)
			}
		})
	}
}

// TestLiveFailedReload asks the master CLI of a HAProxy that could not load its
// new configuration.
func TestLiveFailedReload(t *testing.T) {
	h := rig.StartMaster(t, "backend before\n\tserver s 127.0.0.1:1\n")
	h.FailReload(t, "backend after\n")
	a := askOne(t, Flags{Socket: []string{h.Master}}, Query{Rows: All})
	if got := backends(t, a); got != "before" || !strings.Contains(strings.Join(a.Notes, "; "), "the last reload failed") {
		t.Errorf("the answer is of %q, the notes are %q", got, a.Notes)
	}
}

// TestLiveReloads asks a HAProxy that is reloaded all the time, under requests,
// over its master CLI and over its workers' socket: always an answer, and always
// the right one.
func TestLiveReloads(t *testing.T) {
	reloads := 50
	if testing.Short() {
		reloads = 5
	}
	address := "127.0.0.1:" + rig.Port(t)
	config := "frontend fe\n\tbind " + address + "\n\tdefault_backend be\nbackend be\n\tserver s " + rig.Origin(t, nil) + "\n"
	h := rig.StartMaster(t, config)

	done := make(chan struct{})
	var askers sync.WaitGroup
	var asked, requests atomic.Int32
	askers.Go(func() { // a client that minds no failure
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Second}
		for !isClosed(done) {
			if response, err := client.Get("http://" + address); err == nil {
				_ = response.Body.Close()
				requests.Add(1)
			}
		}
	})
	query := Query{Rows: All, Info: true, Servers: Always}
	for _, path := range []string{h.Master, h.Socket} {
		for _, sections := range [][]string{nil, {"be"}} {
			askers.Go(func() {
				query := query
				query.Sections = sections
				for !isClosed(done) {
					a := askOne(t, Flags{Socket: []string{path}}, query)
					switch {
					case a.Err != nil:
						t.Errorf("%s: %v", path, a.Err)
					case len(a.Stats.Backends) != 1 || a.Stats.Backends[0].Status != "UP":
						t.Errorf("%s: %+v", path, a.Stats.Backends)
					}
					asked.Add(1)
				}
			})
		}
	}
	for range reloads {
		h.Reload(t, config)
	}
	close(done)
	askers.Wait()
	t.Logf("%d answers during %d reloads and %d requests", asked.Load(), reloads, requests.Load())
	if asked.Load() < int32(reloads) {
		t.Errorf("only %d questions were asked", asked.Load())
	}
}

func isClosed(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}
