package endpoint

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"check-haproxy/internal/advice"
	"check-haproxy/internal/haproxy"
	"check-haproxy/test/rig"
)

// liveConfig has a stats page with and without TLS and Basic, a TCP socket at
// level user, and sections with all kinds of trouble.
func liveConfig(t *testing.T, ports map[string]string) string {
	t.Helper()
	for _, name := range []string{"PAGE", "LOCKED", "SECURE", "TCP", "FE", "LISTEN"} {
		ports[name] = rig.Port(t)
	}
	config := `
global
	stats socket DIR/user.sock mode 666 level user
	stats socket ipv4@127.0.0.1:TCP level user
userlist people
	user alice insecure-password s3cret
resolvers nowhere
	nameserver none 127.0.0.1:1
	hold nx 1s
frontend page
	bind 127.0.0.1:PAGE
	stats enable
	stats uri /haproxy?stats
frontend locked
	bind 127.0.0.1:LOCKED
	stats enable
	stats uri /stats
	stats auth alice:s3cret
frontend secure
	bind 127.0.0.1:SECURE ssl crt DIR/server.pem
	stats enable
	stats uri /stats
frontend fe
	bind 127.0.0.1:FE
	default_backend be
listen both
	bind 127.0.0.1:LISTEN name door
	option socket-stats
	server x ORIGIN
backend be
	server good ORIGIN
	server gone 127.0.0.1:1 check inter 100ms
backend fe
	server good ORIGIN
backend 3
	server good ORIGIN
backend template
	server-template web 2 nosuch.invalid:80 check resolvers nowhere init-addr none
backend empty
backend domain
	server good ORIGIN
backend off
	disabled
	server good ORIGIN
`
	for name, port := range ports {
		config = strings.ReplaceAll(config, ":"+name, ":"+port)
	}
	return strings.ReplaceAll(config, "ORIGIN", rig.Origin(t, nil))
}

// startLive starts HAProxy with a private CA's certificate.
func startLive(t *testing.T) (h *rig.HAProxy, ports map[string]string, caFile string) {
	t.Helper()
	rig.Need(t, "haproxy")
	ports = map[string]string{}
	serverFile, caFile := certificates(t)
	config := strings.ReplaceAll(liveConfig(t, ports), "DIR/server.pem", serverFile)
	h = rig.Start(t, config)
	h.AwaitStatus(t, "be", "gone", "DOWN")
	return h, ports, caFile
}

const liveBackends = "both be fe 3 template empty domain"

func TestLive(t *testing.T) {
	h, ports, caFile := startLive(t)
	saved := filepath.Join(h.Dir, "saved.csv")
	if err := os.WriteFile(saved, []byte(h.Command(t, "show stat")), 0o600); err != nil {
		t.Fatal(err)
	}
	at := "http://127.0.0.1:"
	for name, f := range map[string]Flags{
		"Unix socket":   {Socket: []string{h.Socket}},
		"level user":    {Socket: []string{filepath.Join(h.Dir, "user.sock")}},
		"TCP socket":    {Socket: []string{"127.0.0.1:" + ports["TCP"]}},
		"page":          {URL: []string{at + ports["PAGE"] + "/haproxy?stats"}},
		"page, by CSV":  {URL: []string{at + ports["PAGE"] + "/haproxy?stats;csv;norefresh"}},
		"page, Basic":   {URL: []string{at + ports["LOCKED"] + "/stats"}, Username: "alice", Password: "s3cret"},
		"page, TLS":     {URL: []string{"https://127.0.0.1:" + ports["SECURE"] + "/stats"}, CAFile: caFile, ServerName: "stats.test"},
		"saved answer":  {StatsFile: saved},
		"page, no path": {Hostname: "127.0.0.1", Port: port(t, ports["PAGE"])},
	} {
		t.Run(name, func(t *testing.T) {
			a := askOne(t, f, Query{Rows: All, Servers: IfDown, Resolvers: true, Info: true})
			if got := backends(t, a); got != liveBackends {
				t.Errorf("the backends are %q", got)
			}
			if len(a.Notes) > 0 {
				t.Errorf("there are notes: %q", a.Notes)
			}
			be := a.Stats.Backends[1]
			if be.Servers[0].Status != "no check" || be.Servers[1].Status != "DOWN" || be.Servers[1].CheckStatus != "L4CON" {
				t.Errorf("the servers are %+v", be.Servers)
			}
			if a.Socket != (a.Address != "") || a.Worker != "" {
				t.Errorf("its address is %q, its worker %q", a.Address, a.Worker)
			}
			if !a.Socket {
				return
			}
			if unresolved := a.Stats.Backends[4].Servers[0].Place(); unresolved.FQDN != "nosuch.invalid" || unresolved.Address != "" {
				t.Errorf("the unresolved server is %+v", unresolved)
			}
			if a.Info == nil || strconv.FormatInt(a.Info.Pid.Value, 10) != h.Pid(t) || len(a.Resolvers) == 0 || a.Resolvers[0].Name != "nowhere" {
				t.Errorf("the info is %+v, the resolvers are %+v", a.Info, a.Resolvers)
			}
		})
	}
}

func TestLiveByName(t *testing.T) {
	h, _, _ := startLive(t)
	for _, test := range []struct {
		sections string
		rows     Rows
		want     string // frontends, backends
	}{
		{"be", BackendsAndServers, "; be"},
		{"be both", BackendsAndServers, "both; be both"},
		{"3", BackendsAndServers, "; 3"},
		{"empty", BackendsAndServers, "; empty"},
		{"be", All, "; be"},
		{"both", All, "both; both"},
		{"page", All, "page; "},
		// A frontend and a backend share this name: HAProxy shows one.
		{"fe", BackendsAndServers, "page locked secure fe both; " + liveBackends},
		{"fe", All, "page locked secure fe both; " + liveBackends},
		// A word of the command.
		{"domain", BackendsAndServers, "page locked secure fe both; " + liveBackends},
		// The id of another section.
		{"2", BackendsAndServers, "page locked secure fe both; " + liveBackends},
		{"nosuch", All, "page locked secure fe both; " + liveBackends},
		// Disabled in the configuration.
		{"off", BackendsAndServers, "page locked secure fe both; " + liveBackends},
		{"off be", All, "page locked secure fe both; " + liveBackends},
	} {
		a := askOne(t, Flags{Socket: []string{h.Socket}}, Query{Sections: strings.Fields(test.sections), Rows: test.rows})
		got := backends(t, a)
		var frontends []string
		for _, f := range a.Stats.Frontends {
			frontends = append(frontends, f.Name)
		}
		if got = strings.Join(frontends, " ") + "; " + got; got != test.want {
			t.Errorf("%q, rows %d: the answer is of %q, want %q", test.sections, test.rows, got, test.want)
		}
		if got := strings.Join(a.Disabled, " "); got != "off" && strings.Contains(test.sections, "off") || got != "" && !strings.Contains(test.sections, "off") {
			t.Errorf("%q: disabled is %q", test.sections, got)
		}
	}
}

func TestLiveRefuses(t *testing.T) {
	h, ports, _ := startLive(t)
	at := "http://127.0.0.1:"
	for _, test := range []struct {
		flags Flags
		want  string
	}{
		{Flags{URL: []string{at + ports["LOCKED"] + "/stats"}}, "it wants a user name and a password (401)"},
		{Flags{URL: []string{at + ports["LOCKED"] + "/stats"}, Username: "alice", Password: "wrong"}, "it does not accept this user name and password (401)"},
		{Flags{URL: []string{at + ports["PAGE"] + "/elsewhere"}}, "it has no server to answer (503)"},
		{Flags{URL: []string{at + ports["FE"] + "/"}}, `this is not what HAProxy answers: "ok"`},
		{Flags{URL: []string{"https://127.0.0.1:" + ports["SECURE"] + "/stats"}, ServerName: "stats.test"}, "--ca-file"},
		{Flags{URL: []string{"https://127.0.0.1:" + ports["SECURE"] + "/stats"}}, "another name (stats.test); give the name with --server-name"},
		{Flags{URL: []string{"https://127.0.0.1:" + ports["PAGE"] + "/stats"}}, "it does not speak TLS"},
		{Flags{Socket: []string{"127.0.0.1:" + ports["PAGE"]}}, "a stats page is asked with --url"},
		{Flags{URL: []string{at + ports["TCP"] + "/stats"}}, "cannot read"},
	} {
		wantErr(t, askOne(t, test.flags, Query{Rows: All}), test.want)
	}
	h.Stop(t)
	wantErr(t, askOne(t, Flags{Socket: []string{h.Socket}}, Query{}), "nobody listens on it; HAProxy is not running")
}

// TestLiveDenied asks as somebody who may not.
func TestLiveDenied(t *testing.T) {
	rig.NeedRoot(t)
	h := rig.Start(t, "backend be\n")
	for mode, want := range map[os.FileMode]string{
		0o755: "cannot connect to " + h.Socket + ": permission denied, it belongs to root:root with mode 0600; ",
		0o700: "permission denied, its directory " + h.Dir + " belongs to root:root with mode 0700; ",
	} {
		if err := os.Chmod(h.Dir, mode); err != nil {
			t.Fatal(err)
		}
		if err := dialAsNobody(t, h.Socket); err == nil || !strings.Contains(advice.Whole(err), want) {
			t.Errorf("with mode %o of the directory: %v", mode, err)
		}
	}
}

// dialAsNobody connects on a thread that may only touch the files of nobody. The
// thread ends with its goroutine, since that does not give it back.
func dialAsNobody(t *testing.T, path string) error {
	t.Helper()
	const nobody = 65534
	ctx := within(t, long)
	result := make(chan error)
	go func() {
		runtime.LockOSThread()
		_, _, _ = syscall.RawSyscall(syscall.SYS_SETFSGID, nobody, 0, 0)
		_, _, _ = syscall.RawSyscall(syscall.SYS_SETFSUID, nobody, 0, 0)
		_, err := socket{"unix", path}.dial(ctx)
		result <- err
	}()
	return <-result
}

func port(t *testing.T, text string) uint16 {
	t.Helper()
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	return uint16(n)
}

// TestLiveSeveral: several processes with a socket each, as "nbproc" had it.
func TestLiveSeveral(t *testing.T) {
	one, two := rig.Start(t, "backend one\n"), rig.Start(t, "backend two\n")
	dir := rig.Dir(t)
	for name, h := range map[string]*rig.HAProxy{"1.sock": one, "2.sock": two} {
		if err := os.Symlink(h.Socket, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	two.Stop(t)
	answers := ask(t, long, Flags{Socket: []string{filepath.Join(dir, "*.sock")}}, Query{Rows: All})
	if len(answers) != 2 || backends(t, answers[0]) != "one" {
		t.Fatalf("the answers are %+v", answers)
	}
	wantErr(t, answers[1], "nobody listens on it")
}

// TestLiveMaster asks through a master CLI, before and after a reload that leaves
// an old worker with a session.
func TestLiveMaster(t *testing.T) {
	address := "127.0.0.1:" + rig.Port(t)
	config := func(backend string) string {
		return "frontend fe\n\tmode tcp\n\tbind " + address + "\n\tdefault_backend " + backend +
			"\nbackend " + backend + "\n\tmode tcp\n\tserver s " + rig.Origin(t, nil) + "\n"
	}
	h := rig.StartMaster(t, config("before"))
	master := Flags{Socket: []string{h.Master}}
	query := Query{Rows: All, Info: true, Servers: Always, Resolvers: true}
	if a := askOne(t, master, query); backends(t, a) != "before" || a.Name != h.Master || a.Address != h.Master || a.Worker != "@1 " || strconv.FormatInt(a.Info.Pid.Value, 10) != h.Pid(t) {
		t.Errorf("the answer is %+v", a)
	}

	session, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	request, _ := http.NewRequest(http.MethodGet, "http://"+address, nil)
	if err := request.Write(session); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(session, make([]byte, 12)); err != nil {
		t.Fatal(err)
	}
	before := h.Pid(t)
	h.Reload(t, config("after"))

	processes := masterProcesses(t, h)
	if !slices.ContainsFunc(processes, func(p haproxy.Process) bool { return p.Old && strconv.FormatInt(p.PID, 10) == before }) {
		t.Fatalf("there is no old worker: %+v", processes)
	}
	for _, sections := range [][]string{nil, {"after"}} {
		query.Sections = sections
		if a := askOne(t, master, query); backends(t, a) != "after" || a.Name != h.Master || placed(a) != "after/s" {
			t.Errorf("after a reload the answer is %+v", a)
		}
	}
}

func masterProcesses(t *testing.T, h *rig.HAProxy) (processes []haproxy.Process) {
	t.Helper()
	err := process{socket: socket{"unix", h.Master}}.exchange(within(t, long), request{"show proc", func(r *haproxy.Reader) (err error) {
		processes, err = r.Processes()
		return err
	}})
	if err != nil {
		t.Fatal(err)
	}
	return processes
}

// TestMasterWorkers has what HAProxy had up to 2.4: several workers.
func TestMasterWorkers(t *testing.T) {
	const list = "#<PID>          <type>          <relative PID>  <reloads>       <uptime>       \n" +
		"10              master          0               1               0d 0h02m07s    \n# workers\n" +
		"11              worker          1               0               0d 0h00m00s    \n" +
		"12              worker          2               0               0d 0h00m00s    \n" +
		"# old workers\n9               worker          [was: 1]        1               0d 0h00m43s    \n\n"
	answers := map[string]string{"show proc": list, "@!11 show stat": stat("a"), "@!12 show stat": stat("b")}
	path := listenUnix(t, commands(nil, func(command string) string {
		if answer, ok := answers[command]; ok {
			return answer
		}
		return "Unknown command. Please enter one of the following commands only :\n  show proc\n\n"
	}))
	got := ask(t, long, Flags{Socket: []string{path}}, Query{Rows: All})
	if len(got) != 2 || backends(t, got[0]) != "a" || backends(t, got[1]) != "b" || got[0].Name != path+"@1" || got[1].Name != path+"@2" {
		t.Errorf("the answers are %+v", got)
	}

	// One of them cannot be asked.
	answers["@!12 show stat"] = "Permission denied\n\n"
	got = ask(t, long, Flags{Socket: []string{path}}, Query{Rows: All})
	if len(got) != 2 || backends(t, got[0]) != "a" {
		t.Fatalf("the answers are %+v", got)
	}
	wantErr(t, got[1], path, "permission denied by HAProxy")
}

// TestMasterReloads: the workers change between the list and the questions.
func TestMasterReloads(t *testing.T) {
	lists := make(chan string, 2)
	lists <- "#<PID>\n1 master 0\n# workers\n11 worker 1\n\n"
	lists <- "#<PID>\n1 master 0\n# workers\n12 worker 1\n\n"
	path := listenUnix(t, commands(nil, func(command string) string {
		switch command {
		case "show proc":
			return <-lists
		case "@!11 show stat":
			return "Can't find the target PID matching the prefix '@!11'\n"
		case "@!12 show stat":
			return stat("a")
		}
		return "Unknown command\n\n"
	}))
	if got := backends(t, askOne(t, Flags{Socket: []string{path}}, Query{})); got != "a" {
		t.Errorf("the answer is of %q", got)
	}
}

func TestMasterRefuses(t *testing.T) {
	for list, want := range map[string]string{
		"#<PID>\n1 master 0\n# workers\n# old workers\n9 worker 1\n\n": "it has no worker that serves; see HAProxy's log",
		"Unknown command\n\n":  "does not know this command",
		"#<PID>\n1 master 0\n": "cut short",
	} {
		path := listenUnix(t, commands(nil, func(command string) string {
			if command == "show proc" {
				return list
			}
			return "Unknown command\n\n"
		}))
		wantErr(t, askOne(t, Flags{Socket: []string{path}}, Query{}), path, want)
	}
}

// TestLiveCutShort: what a real HAProxy says, cut, is nothing.
func TestLiveCutShort(t *testing.T) {
	h, _, _ := startLive(t)
	answer := []byte(h.Command(t, "show stat"))
	for n := 0; n < len(answer); n += 13 {
		if _, err := haproxy.NewReader(bytes.NewReader(answer[:n])).Stats(haproxy.EmptyLine); err == nil {
			t.Fatalf("cut after %d of %d bytes it passes", n, len(answer))
		}
	}
}
