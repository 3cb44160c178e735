package endpoint

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"check-haproxy/test/rig"
)

func TestSocketCommands(t *testing.T) {
	const (
		info      = "Name: HAProxy\nVersion: 2.6\nPid: 7\n\n"
		state     = "1\n# be_name srv_name srv_addr\na s 10.0.0.1\n\n"
		resolvers = "Resolvers section r\n\n"
		unknown   = "Unknown command\n\n"
		frontend  = "# pxname,svname,status,weight,bck,type,\nfe,FRONTEND,OPEN,,,0,\n\n"
		tracking  = "# pxname,svname,status,weight,bck,type,tracked,\na,s,DOWN,1,0,2,b/s,\na,BACKEND,DOWN,0,0,1,,\n\n"
		both      = "# pxname,svname,status,weight,bck,type,\nx,FRONTEND,OPEN,,,0,\nx,BACKEND,UP,0,0,1,\n\n"
	)
	unresolved := strings.ReplaceAll(stat("a"), "s,UP", "s,MAINT (resolution)") // of a alone
	for _, test := range []struct {
		name    string
		query   Query
		answers map[string]string // by command
		lines   []string          // that were sent
		want    string            // backends
	}{
		{
			"all", Query{Rows: BackendsAndServers},
			map[string]string{"show stat": stat("a", "b")},
			[]string{"show stat"}, "a b",
		},
		{
			"with extras", Query{Rows: All, Info: true, Servers: Always, Resolvers: true},
			map[string]string{"show info": info, "show stat": stat("a"), "show servers state": state, "show resolvers": resolvers},
			[]string{"show info;show stat;show servers state;show resolvers"}, "a",
		},
		{
			"by name", Query{Sections: []string{"b", "a", "b"}, Rows: BackendsAndServers},
			map[string]string{"show stat a 7 -1": stat("a"), "show stat b 7 -1": stat("b")},
			[]string{"show stat a 7 -1;show stat b 7 -1"}, "a b",
		},
		{
			"by name with the servers' state", Query{Sections: []string{"b"}, Rows: BackendsAndServers, Servers: Always},
			map[string]string{"show stat b 7 -1": stat("b"), "show servers state b": state},
			[]string{"show stat b 7 -1;show servers state b"}, "b",
		},
		{
			"a name that is another's id", Query{Sections: []string{"3"}, Rows: BackendsAndServers},
			map[string]string{"show stat 3 7 -1": stat("third"), "show stat": stat("third", "3")},
			[]string{"show stat 3 7 -1", "show stat"}, "third 3",
		},
		{
			"a name that HAProxy has not", Query{Sections: []string{"a", "no"}, Rows: BackendsAndServers},
			map[string]string{"show stat a 7 -1": stat("a"), "show stat no 7 -1": "No such proxy.\n\n", "show stat": stat("a", "b")},
			[]string{"show stat a 7 -1;show stat no 7 -1", "show stat"}, "a b",
		},
		{
			"a frontend of the name instead", Query{Sections: []string{"x"}, Rows: BackendsAndServers},
			map[string]string{"show stat x 7 -1": stat(), "show stat": stat("x")},
			[]string{"show stat x 7 -1", "show stat"}, "x",
		},
		{
			"names that would end the command", Query{Sections: []string{"a;shutdown sessions server b/s"}, Rows: BackendsAndServers},
			map[string]string{"show stat": stat("a", "b")},
			[]string{"show stat"}, "a b",
		},
		{
			"a listen", Query{Sections: []string{"x"}, Rows: All},
			map[string]string{"show stat x -1 -1": both},
			[]string{"show stat x -1 -1"}, "x",
		},
		{
			"a backend, maybe a frontend", Query{Sections: []string{"a"}, Rows: All},
			map[string]string{"show stat a -1 -1": stat("a"), "show stat -1 1 -1": frontend},
			[]string{"show stat a -1 -1", "show stat -1 1 -1"}, "a",
		},
		{
			"a frontend", Query{Sections: []string{"fe"}, Rows: All},
			map[string]string{"show stat fe -1 -1": frontend, "show stat -1 2 -1": stat("a")},
			[]string{"show stat fe -1 -1", "show stat -1 2 -1"}, "",
		},
		{
			"a frontend that has a namesake", Query{Sections: []string{"fe"}, Rows: All},
			map[string]string{"show stat fe -1 -1": frontend, "show stat -1 2 -1": stat("a", "fe"), "show stat": stat("fe")},
			[]string{"show stat fe -1 -1", "show stat -1 2 -1", "show stat"}, "fe",
		},
		{
			"nothing down", Query{Rows: BackendsAndServers, Servers: IfDown},
			map[string]string{"show stat": stat("a")},
			[]string{"show stat"}, "a",
		},
		{
			"something down", Query{Rows: BackendsAndServers, Servers: IfDown},
			map[string]string{"show stat": strings.ReplaceAll(stat("a", "b"), "b,s,UP,1", "b,s,DOWN 1/2,1"), "show servers state b": state},
			[]string{"show stat", "show servers state b"}, "a b",
		},
		{
			"in maintenance", Query{Rows: BackendsAndServers, Servers: IfDown},
			map[string]string{"show stat": strings.ReplaceAll(stat("a", "b"), "b,s,UP,1", "b,s,MAINT,1")},
			[]string{"show stat"}, "a b",
		},
		{
			"down, as a server of another section is", Query{Sections: []string{"a"}, Rows: BackendsAndServers, Servers: IfDown},
			map[string]string{"show stat a 7 -1": tracking, "show servers state a": state, "show stat b 6 -1": stat("b")},
			[]string{"show stat a 7 -1", "show servers state a;show stat b 6 -1"}, "a b",
		},
		{
			"down, as another server of the section is", Query{Sections: []string{"a"}, Rows: BackendsAndServers, Servers: Always},
			map[string]string{"show stat a 7 -1": strings.ReplaceAll(tracking, "b/s", "a/u"), "show servers state a": state},
			[]string{"show stat a 7 -1;show servers state a"}, "a",
		},
		{
			"something unresolved", Query{Rows: BackendsAndServers, Servers: IfDown},
			map[string]string{"show stat": unresolved, "show servers state a": state},
			[]string{"show stat", "show servers state a"}, "a",
		},
		{
			"an extra is refused", Query{Rows: BackendsAndServers, Info: true, Servers: Always},
			map[string]string{"show info": "Permission denied\n\n", "show stat": stat("a"), "show servers state": unknown},
			[]string{"show info;show stat;show servers state"}, "a",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			heard := make(chan string, 10)
			path := listenUnix(t, commands(heard, func(command string) string { return test.answers[command] }))
			a := askOne(t, Flags{Socket: []string{path}}, test.query)
			if got := backends(t, a); got != test.want || a.Name != path || !a.Socket {
				t.Errorf("the answer is of %q with %q, want %q", a.Name, got, test.want)
			}
			for _, want := range test.lines {
				if got := <-heard; got != want {
					t.Errorf("sent was %q, want %q", got, want)
				}
			}
			if len(heard) > 0 {
				t.Errorf("sent was %q, too", <-heard)
			}
			switch test.name {
			case "with extras":
				if a.Info == nil || placed(a) != "a/s" || len(a.Resolvers) != 1 || len(a.Notes) != 0 {
					t.Errorf("the extras are %v, %v, %v, %q", a.Info, placed(a), a.Resolvers, a.Notes)
				}
			case "something unresolved":
				if placed(a) != "a/s" {
					t.Errorf("the servers are at %s", placed(a))
				}
			case "an extra is refused":
				if notes := strings.Join(a.Notes, "; "); notes != "show info: permission denied by HAProxy; show servers state: HAProxy does not know this command" {
					t.Errorf("the notes are %q", notes)
				}
			}
		})
	}
}

// TestManyNames: many names cost less all at once.
func TestManyNames(t *testing.T) {
	var names []string
	for range mostNames + 1 {
		names = append(names, "n")
	}
	if askable(names) != nil || askable([]string{strings.Repeat("n", mostNameBytes+1)}) != nil || askable([]string{""}) != nil {
		t.Error("a socket is asked for too many names, or for none")
	}
}

// TestSocketCutShort closes, breaks off, stalls or drips after each of many
// lengths of the answer, on both kinds of socket. No verdict may come of it, and
// waiting ends with the context.
func TestSocketCutShort(t *testing.T) {
	answer := capture(t, "3.2/stat.csv")
	stall := stalling(t)
	var f Flags
	var wants []string // by endpoint
	for _, n := range []int{0, 1, 500, 1500, 5000, len(answer) - 100, len(answer) - 1} {
		for want, then := range map[string]func(conn net.Conn){
			"": func(net.Conn) {}, // it closes
			" ": func(conn net.Conn) { // it resets
				if tcp, ok := conn.(*net.TCPConn); ok {
					_ = tcp.SetLinger(0)
				}
			},
			"timed out": stall,
			"cannot get": func(conn net.Conn) { // it drips
				for i := n; i < len(answer)-1; i++ {
					if _, err := conn.Write(answer[i : i+1]); err != nil {
						return
					}
					time.Sleep(time.Millisecond)
				}
			},
		} {
			handle := func(conn net.Conn) {
				_, _ = bufio.NewReader(conn).ReadString('\n')
				_, _ = conn.Write(answer[:n])
				then(conn)
			}
			f.Socket = append(f.Socket, listenUnix(t, handle), listenTCP(t, handle))
			wants = append(wants, want, want)
		}
	}
	started := time.Now()
	for i, a := range ask(t, time.Second, f, Query{Rows: All}) {
		wantErr(t, a, f.Socket[i], wants[i])
	}
	if took := time.Since(started); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}

// TestFromAnywhere: what a person is told to type holds in another folder, too.
func TestFromAnywhere(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for s, want := range map[socket]string{
		{"unix", "admin.sock"}:          filepath.Join(here, "admin.sock"),
		{"unix", "/run/haproxy/x.sock"}: "/run/haproxy/x.sock",
		{"unix", "@monitor"}:            "abns@monitor",
		{"tcp", "localhost:9999"}:       "localhost:9999",
	} {
		if got := s.fromAnywhere(); got != want {
			t.Errorf("%+v: %s, want %s", s, got, want)
		}
	}
}

func TestTimeOutSaysHowFar(t *testing.T) {
	p := process{socket: socket{"unix", "/run/x.sock"}}
	for came, want := range map[int64]string{0: "timed out without an answer", 5: "timed out after 5 bytes"} {
		err := p.explainAnswer(context.Background(), "show stat", os.ErrDeadlineExceeded, came)
		if !strings.Contains(err.Error(), want) {
			t.Errorf("after %d bytes: %v", came, err)
		}
	}
}

func TestSocketHostile(t *testing.T) {
	for name, test := range map[string]struct {
		answer string
		want   string
	}{
		"junk":            {"\x7fELF\x00\x01\x02", `this is not what HAProxy answers: "\x7fELF\x00\x01\x02"`},
		"HTTP":            {"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "--url"},
		"HTML":            {"<html>\n", "HTML"},
		"SSH":             {"SSH-2.0-OpenSSH\r\n", "SSH-2.0"},
		"permission":      {"Permission denied\n\n", "level user"},
		"unclosed quote":  {"# pxname,svname,status,weight,bck,type,\nb,\"s,UP,1,0,2,\n\n", "cut short within quotes"},
		"ragged":          {"# pxname,svname,status,weight,bck,type,\nb,s,UP,1,0,\n\n", `row 1 ("b/s"): it has 6 fields, the header has 7`},
		"duplicate":       {stat("a", "b", "a"), `row 5 ("a/s"): a server stands after`},
		"escape sequence": {"# pxname,svname,status,weight,bck,type,\n\x1b[2J,s,UP,1,0,\n\n", `"\x1b[2J/s"`},
	} {
		t.Run(name, func(t *testing.T) {
			path := listenUnix(t, commands(nil, func(string) string { return test.answer }))
			wantErr(t, askOne(t, Flags{Socket: []string{path}}, Query{Rows: All}), path, test.want)
		})
	}
}

// TestSocketEndless is asked by a peer that would send a gigabyte.
func TestSocketEndless(t *testing.T) {
	for name, answer := range map[string][2]string{
		"one line": {"", strings.Repeat("x", 1<<16)},
		"rows":     {"", "b,l,UP,1,0,3," + strings.Repeat("x", 1000) + "\n"},
		"quoted":   {"\"", "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			block := bytes.Repeat([]byte(answer[1]), 1<<20/len(answer[1]))
			path := listenUnix(t, func(conn net.Conn) {
				_, _ = bufio.NewReader(conn).ReadString('\n')
				_, _ = io.WriteString(conn, "# pxname,svname,status,weight,bck,type,new\n"+answer[0])
				for range 1 << 10 {
					if _, err := conn.Write(block); err != nil {
						return
					}
				}
			})
			wantErr(t, askOne(t, Flags{Socket: []string{path}}, Query{Rows: All}), "not HAProxy's")
		})
	}
}

func TestSocketUnreachable(t *testing.T) {
	dir := rig.Dir(t)
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	stale := filepath.Join(dir, "stale.sock")
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: stale, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	listener.SetUnlinkOnClose(false)
	_ = listener.Close()
	for address, want := range map[string]string{
		filepath.Join(dir, "no.sock"):               "there is no such file; is HAProxy running",
		filepath.Join(dir, "file", "no.sock"):       "there is no such file",
		file:                                        "it is not a socket",
		stale:                                       "nobody listens on it",
		"127.0.0.1:" + rig.Port(t):                  "nobody listens on this port; is HAProxy running",
		"nosuch.invalid:9999":                       "the name nosuch.invalid",
		filepath.Join(dir, "no*.sock"):              "matches nothing; is HAProxy running",
		filepath.Join(dir, "fil?"):                  "it matches 1 files, but none is a socket",
		filepath.Join(dir, strings.Repeat("x", 99)): "too long for a socket",
	} {
		wantErr(t, askOne(t, Flags{Socket: []string{address}}, Query{Rows: All}), address, want)
	}
}

func TestGlob(t *testing.T) {
	answer := commands(nil, func(string) string { return stat("a") })
	one, two := listenUnix(t, answer), listenUnix(t, answer)
	dir := rig.Dir(t)
	for name, target := range map[string]string{"1.sock": one, "2.sock": two} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "pid"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	answers := ask(t, long, Flags{Socket: []string{filepath.Join(dir, "*"), filepath.Join(dir, "1.sock")}}, Query{Rows: All})
	var names []string
	for _, a := range answers {
		backends(t, a)
		names = append(names, filepath.Base(a.Name))
	}
	if got := strings.Join(names, " "); got != "1.sock 2.sock" {
		t.Errorf("asked were %q", got)
	}
}

// TestAskSeveral: the answers come in the endpoints' order, whoever is first, and
// one that stalls does not spoil the others.
func TestAskSeveral(t *testing.T) {
	stalls := listenUnix(t, stalling(t))
	answers := ask(t, time.Second, Flags{
		Socket:    []string{stalls, listenUnix(t, commands(nil, func(string) string { return stat("a") }))},
		StatsFile: capturePath("3.2/page.csv"),
	}, Query{Rows: All})
	if len(answers) != 3 || answers[0].Err == nil || backends(t, answers[1]) != "a" || answers[2].Err != nil {
		t.Errorf("the answers are %+v", answers)
	}
}

// TestAskCancelled: a context may end before its deadline.
func TestAskCancelled(t *testing.T) {
	connected := make(chan struct{}, 2)
	stall := stalling(t)
	address := listenTCP(t, func(conn net.Conn) {
		connected <- struct{}{}
		stall(conn)
	})
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-connected
		<-connected
		cancel()
	}()
	endpoints, err := (&Flags{Socket: []string{address}, URL: []string{"http://" + address}}).Endpoints(nil, os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range Ask(ctx, endpoints, Query{}) {
		wantErr(t, a, "timed out")
	}
}

func TestDial(t *testing.T) {
	path := listenUnix(t, commands(nil, func(string) string { return "hello\n" }))
	endpoints, err := (&Flags{Socket: []string{path, path + "*x"}, StatsFile: "-"}).Endpoints(nil, os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := endpoints[0].Dial(within(t, long))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "show events\n")
	if answer, _ := io.ReadAll(conn); string(answer) != "hello\n" {
		t.Errorf("the answer is %q", answer)
	}
	for i, want := range map[int]string{1: "matches nothing", 2: "is not a stats socket"} {
		if _, err := endpoints[i].Dial(within(t, long)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("endpoint %d: %v", i, err)
		}
	}
}

// TestPanic: a mistake in a source is its answer's error.
func TestPanic(t *testing.T) {
	wantErr(t, Ask(within(t, long), []Endpoint{{Name: "x"}}, Query{})[0], "bug")
}

// TestFullQueue: while many ask at once the queue of a Unix socket is full. The
// plugin waits for a place in it, as long as it has time.
func TestFullQueue(t *testing.T) {
	path := filepath.Join(rig.Dir(t), "full.sock")
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(fd) })
	if err := errors.Join(syscall.Bind(fd, &syscall.SockaddrUnix{Name: path}), syscall.Listen(fd, 0)); err != nil {
		t.Fatal(err)
	}
	before, err := net.Dial("unix", path) // takes the only place
	if err != nil {
		t.Fatal(err)
	}
	defer before.Close()
	if _, err := (socket{"unix", path}).dial(within(t, 500*time.Millisecond)); err == nil || !strings.Contains(err.Error(), "its queue is full of connections that HAProxy does not take") || reach(t, Answer{Err: err}) != Unreachable {
		t.Errorf("no place in time: %v", err)
	}
	dialled := make(chan error, 1)
	go func() {
		conn, err := (socket{"unix", path}).dial(within(t, long))
		if err == nil {
			_ = conn.Close()
		}
		dialled <- err
	}()
	select {
	case err := <-dialled:
		t.Fatalf("it did not wait for a place: %v", err)
	case <-time.After(10 * queuePause):
	}
	accepted, _, err := syscall.Accept(fd)
	if err != nil {
		t.Fatal(err)
	}
	_ = syscall.Close(accepted)
	if err := <-dialled; err != nil {
		t.Errorf("with a place: %v", err)
	}
}
