package endpoint

import (
	"bufio"
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"check-haproxy/internal/advice"
	"check-haproxy/test/rig"
)

// serve takes connections, each with one call of handle, until the test ends.
func serve(t *testing.T, listener net.Listener, handle func(conn net.Conn)) {
	t.Helper()
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				handle(conn)
			}()
		}
	}()
}

// listenUnix starts a Unix socket and returns its path.
func listenUnix(t *testing.T, handle func(conn net.Conn)) string {
	t.Helper()
	path := filepath.Join(rig.Dir(t), "peer.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	serve(t, listener, handle)
	return path
}

// listenTCP starts a TCP socket and returns its address.
func listenTCP(t *testing.T, handle func(conn net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serve(t, listener, handle)
	return listener.Addr().String()
}

// commands is a peer that answers each of the commands of a line, as HAProxy
// does, and notes the lines in heard.
func commands(heard chan<- string, answer func(command string) string) func(conn net.Conn) {
	return func(conn net.Conn) {
		line, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil {
			return
		}
		if heard != nil {
			heard <- strings.TrimSuffix(line, "\n")
		}
		for command := range strings.SplitSeq(strings.TrimSuffix(line, "\n"), ";") {
			if _, err := conn.Write([]byte(answer(command))); err != nil {
				return
			}
		}
	}
}

// stalling keeps a connection open without a word until the test ends.
func stalling(t *testing.T) func(conn net.Conn) {
	t.Helper()
	ended := make(chan struct{})
	t.Cleanup(func() { close(ended) })
	return func(net.Conn) { <-ended }
}

// stat is an answer to "show stat" with one server in each backend.
func stat(backends ...string) string {
	var b strings.Builder
	b.WriteString("# pxname,svname,status,weight,bck,type,\n")
	for _, name := range backends {
		b.WriteString(name + ",s,UP,1,0,2,\n" + name + ",BACKEND,UP,1,0,1,\n")
	}
	b.WriteString("\n")
	return b.String()
}

// within is a context of the given time.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// long is for what answers at once; nothing waits so long.
const long = 30 * time.Second

// askOne asks the only endpoint of the flags.
func askOne(t *testing.T, f Flags, q Query) Answer {
	t.Helper()
	return askOneWithin(t, long, f, q)
}

func askOneWithin(t *testing.T, d time.Duration, f Flags, q Query) Answer {
	t.Helper()
	answers := ask(t, d, f, q)
	if len(answers) != 1 {
		t.Fatalf("there are %d answers", len(answers))
	}
	return answers[0]
}

func ask(t *testing.T, d time.Duration, f Flags, q Query) []Answer {
	t.Helper()
	endpoints, err := f.Endpoints(strings.NewReader(""), func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	return Ask(within(t, d), endpoints, q)
}

// backends are the names of an answer's backends.
func backends(t *testing.T, a Answer) string {
	t.Helper()
	if a.Err != nil {
		t.Fatal(a.Err)
	}
	var names []string
	for _, b := range a.Stats.Backends {
		names = append(names, b.Name)
	}
	return strings.Join(names, " ")
}

// wantErr makes sure that there is no answer, and that the sentence has all the
// parts, is one line and is not endless.
func wantErr(t *testing.T, a Answer, parts ...string) {
	t.Helper()
	if a.Err == nil || a.Stats != nil {
		t.Fatalf("there is an answer: %+v, error %v", a.Stats, a.Err)
	}
	text := advice.Whole(a.Err)
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("the error has no %q: %s", part, text)
		}
	}
	if strings.ContainsAny(text, "\n\x00\x1b") || len(text) > 600 {
		t.Errorf("the error is not fit to print: %q", text)
	}
}

// capture is a recorded answer.
func capture(t *testing.T, name string) []byte {
	t.Helper()
	answer, err := os.ReadFile(capturePath(name))
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func capturePath(name string) string {
	return filepath.Join("..", "..", "..", "testdata", "captures", name)
}

// placed are the servers of an answer whose place is known.
func placed(a Answer) string {
	var names []string
	for _, b := range a.Stats.Backends {
		for _, s := range b.Servers {
			if s.Place().Address != "" {
				names = append(names, b.Name+"/"+s.Name)
			}
		}
	}
	return strings.Join(names, " ")
}
