package logsource

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"check-haproxy/test/rig"
)

// answering dials to one that takes a command and answers.
func answering(t *testing.T, answer string) Dial {
	return func(context.Context) (net.Conn, error) {
		mine, theirs := net.Pipe()
		go func() {
			defer theirs.Close()
			command, _ := bufio.NewReader(theirs).ReadString('\n')
			if command != "show events log1\n" {
				t.Errorf("command %q", command)
			}
			io.WriteString(theirs, answer)
		}()
		return mine, nil
	}
}

func TestRing(t *testing.T) {
	got, report := readAll(t, Ring("log1", answering(t, minutes(noon, 0, 3000)+"\n")), Span{From: noon, To: noon.Add(time.Hour)})
	got.wants(numbers(0, 60)...)
	if !report.Earliest.Equal(noon) || !report.Newest.Equal(noon.Add(61*time.Minute)) || report.Unfinished {
		t.Errorf("%+v", report)
	}
	got, report = readAll(t, Ring("log1", answering(t, "\n")), Span{})
	if got.bytes != 0 || !report.Newest.IsZero() {
		t.Errorf("an empty ring: %+v", report)
	}
}

func TestRingErrors(t *testing.T) {
	for answer, word := range map[string]string{
		"Permission denied\n\n":                  "level operator",
		"No such event sink\n\n":                 "HAProxy has no ring log1",
		"Unknown command: 'show events log1'.\n": "cannot show rings",
		"":                                       "without an answer",
		minutes(noon, 0, 10):                     "cut short",
		strings.TrimSuffix(minutes(noon, 0, 10), "\n"): "cut short",
	} {
		wantError(t, Ring("log1", answering(t, answer)), Span{}, word)
	}
	refused := errors.New("cannot connect to it; start it")
	wantError(t, Ring("log1", func(context.Context) (net.Conn, error) { return nil, refused }), Span{}, refused.Error())
	for _, name := range []string{"", "log1 -w", "log1;show info", "log1\nshow info", "a\\b"} {
		wantError(t, Ring(name, nil), Span{}, "is not the name of a ring")
	}
}

func TestRingThatHangs(t *testing.T) {
	for _, part := range []string{"", "2026", minutes(noon, 0, 10)} {
		theirs := make(chan net.Conn, 1)
		wantTimeout(t, Ring("log1", func(context.Context) (net.Conn, error) {
			mine, other := net.Pipe()
			theirs <- other
			go func() {
				io.ReadFull(other, make([]byte, len("show events log1\n")))
				io.WriteString(other, part)
			}()
			return mine, nil
		}))
		(<-theirs).Close()
	}
	wantTimeout(t, Ring("log1", func(ctx context.Context) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}))
}

// TestRingOfHAProxy asks a real HAProxy.
func TestRingOfHAProxy(t *testing.T) {
	program := rig.Need(t, "haproxy")
	dir := t.TempDir()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	config := write(t, filepath.Join(dir, "haproxy.cfg"), fmt.Sprintf(`global
  stats socket %[1]s/operator level operator
  stats socket %[1]s/user level user
  log ring@log1 local0
ring log1
  format iso
  maxlen 1200
  size 1048576
defaults
  mode http
  option httplog
  log global
  timeout client 5s
  timeout server 5s
  timeout connect 1s
frontend fe
  bind %[2]s
  default_backend v2
backend v2
  server a 127.0.0.1:1 disabled
`, dir, address))
	c := exec.Command(program, "-db", "-f", config)
	c.Stderr = io.Discard
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { c.Process.Kill(); c.Wait() }()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	dial := func(name string) Dial {
		return func(ctx context.Context) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", filepath.Join(dir, name))
		}
	}
	begin := time.Now()
	const requests = 500
	for done := 0; done < requests; {
		answer, err := http.Get("http://" + address + fmt.Sprintf("/line%d", done))
		if err != nil { // not up yet
			if ctx.Err() != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond)
			continue
		}
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		done++
	}
	clock := func(line []byte) (int64, bool) {
		word, _, _ := strings.Cut(string(line), " ")
		at, err := time.Parse("2006-01-02T15:04:05.000000-07:00", word)
		return at.UnixNano(), err == nil
	}
	found := 0
	for found < requests && ctx.Err() == nil { // a line is written after its answer
		found = 0
		got := &gathered{}
		report, err := Ring("log1", dial("operator")).Read(ctx, Span{From: begin, To: time.Now()}, 2, clock, got.handle)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range got.lines {
			if strings.Contains(line, " v2/<NOSRV> ") && strings.Contains(line, " SC-- ") {
				found++
			}
		}
		if report.Earliest.Before(begin.Add(-time.Minute)) || report.Newest.Before(report.Earliest) {
			t.Errorf("from %v to %v", report.Earliest, report.Newest)
		}
	}
	if found != requests {
		t.Errorf("%d lines of %d requests", found, requests)
	}
	wantError(t, Ring("nosuch", dial("operator")), Span{}, "HAProxy has no ring nosuch")
	wantError(t, Ring("log1", dial("user")), Span{}, "permission denied by HAProxy")
}
