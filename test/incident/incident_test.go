// Package incident is the outage that this project is about, from end to end: a
// real HAProxy loses its servers in each of the usual ways, clients get 503,
// its log says <NOSRV>, and each plugin has to find it and say why.
package incident

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"check-haproxy/test/rig"
)

const configuration = `
global
	log SYSLOG local0
	maxconn 500
defaults
	mode http
	log global
	option httplog
	timeout connect 300ms
	timeout client 10s
	timeout server 10s
	timeout queue 100ms
	timeout check 100ms
	default-server inter 50ms fall 1 rise 1
listen stats
	bind 127.0.0.1:PAGE
	no log
	stats enable
	stats uri /haproxy?stats
frontend www
	bind 127.0.0.1:WEB
	use_backend %[path,field(2,/)]
backend v2
	# The name was looked up at the start, and is not again.
	server v2Elb v2.test:PORT init-addr 127.0.0.2 check
backend refused
	server r1 127.0.0.1:NOBODY check
	server r2 127.0.0.1:NOBODY check
backend mute
	option httpchk
	server m1 MUTE check
backend busy
	server b1 BUSY maxconn 1
`

// place is a HAProxy with everything around it.
type place struct {
	haproxy *rig.HAProxy
	syslog  *rig.Rsyslog
	dns     *rig.DNS
	web     string // where clients go
	page    string // HAProxy's statistics
	state   string // folder for what checks keep between two runs
	port    string // of v2's server, on any address
	old     *httptest.Server
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{syslog: rig.StartRsyslog(t), dns: rig.StartDNS(t), port: rig.Port(t)}
	p.dns.Move("v2.test", "127.0.0.2")
	p.old = originAt(t, net.JoinHostPort("127.0.0.2", p.port))
	end := make(chan struct{})
	busy := rig.Origin(t, func(http.ResponseWriter, *http.Request) { <-end })
	t.Cleanup(func() { close(end) }) // before the origin's own end, which waits for its requests
	web, page := rig.Port(t), rig.Port(t)
	p.web, p.page, p.state = "http://127.0.0.1:"+web, "http://127.0.0.1:"+page+"/haproxy?stats", t.TempDir()
	p.haproxy = rig.Start(t, strings.NewReplacer("SYSLOG", p.syslog.Address, "WEB", web, "PAGE", page, "PORT", p.port, "NOBODY", rig.Port(t), "MUTE", mute(t), "BUSY", busy).Replace(configuration))
	return p
}

// bin has the programs, as built from these sources.
var bin string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if bin, err = os.MkdirTemp("", "incident"); err != nil {
			panic(err)
		}
		defer func() { _ = os.RemoveAll(bin) }()
		command := exec.Command("go", "build", "-o", bin+"/", "./cmd/...")
		command.Dir = "../.."
		if output, err := command.CombinedOutput(); err != nil {
			fmt.Printf("%v\n%s", err, output)
			return 1
		}
		return m.Run()
	}())
}

// originAt serves HTTP at an address.
func originAt(t *testing.T, address string) *httptest.Server {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") }))
	_ = server.Listener.Close()
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	return server
}

// mute accepts connections and says nothing.
func mute(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(io.Discard, conn)
				_ = conn.Close()
			}()
		}
	}()
	return listener.Addr().String()
}

// requests sends requests to a backend, some at a time, and returns how many
// got each status.
func (p *place) requests(t *testing.T, backend string, n int) map[int]int {
	t.Helper()
	var lock sync.Mutex
	got := map[int]int{}
	var all sync.WaitGroup
	turn := make(chan struct{}, 4) // syslog's socket holds 10 lines
	for range n {
		all.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			response, err := http.Get(p.web + "/" + backend + "/")
			lock.Lock()
			defer lock.Unlock()
			if err != nil {
				t.Error(err)
				return
			}
			_ = response.Body.Close()
			got[response.StatusCode]++
		})
	}
	all.Wait()
	return got
}

// lose sends requests that all find no server, until the log has enough of them
// for CRITICAL: HAProxy drops lines where syslog does not keep up.
func (p *place) lose(t *testing.T, backend string) {
	t.Helper()
	const enough = 60 // 12 a minute in the window of five
	rig.Eventually(t, "the log has enough requests to "+backend, func() bool {
		if got := p.requests(t, backend, 20); got[http.StatusServiceUnavailable] != 20 {
			t.Fatalf("of 20 requests to %s: %v", backend, got)
		}
		log, _ := os.ReadFile(p.syslog.ISO)
		return bytes.Count(log, []byte(" "+backend+"/<NOSRV> ")) >= enough
	})
}

// run runs a program; with arguments split at blanks.
func (p *place) run(t *testing.T, program, args string) (output string, code int) {
	t.Helper()
	command := exec.Command(filepath.Join(bin, program), strings.Fields(args)...)
	command.Env = append(os.Environ(), "MP_STATE_PATH="+p.state)
	got, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	t.Logf("$ %s %s\n%s", program, args, got)
	return string(got), command.ProcessState.ExitCode()
}

// wants holds a program's exit code and parts of its output against what the
// situation demands.
func (p *place) wants(t *testing.T, code int, program, args string, parts ...string) {
	t.Helper()
	output, got := p.run(t, program, args)
	for _, part := range parts {
		if !strings.Contains(output, part) {
			t.Errorf("%s: %q is not in the output", program, part)
		}
	}
	if got != code || t.Failed() {
		t.Fatalf("%s %s: exit code %d, want %d\n%s", program, args, got, code, output)
	}
}

// cause is the cause of a section in a program's JSON.
func (p *place) cause(t *testing.T, program, args string) string {
	t.Helper()
	output, _ := p.run(t, program, args+" --json")
	var answer struct {
		Sections []struct{ Cause *string }
	}
	if err := json.Unmarshal([]byte(output), &answer); err != nil || len(answer.Sections) != 1 {
		t.Fatalf("%s %s: %v\n%s", program, args, err, output)
	}
	if answer.Sections[0].Cause == nil {
		return ""
	}
	return *answer.Sections[0].Cause
}

func (p *place) socket() string { return "-S " + p.haproxy.Socket }
func (p *place) log() string    { return "-f " + p.syslog.ISO }
func (p *place) dnsFlag() string {
	return "--nameserver " + p.dns.Address
}

// pageAlone is all that somebody has who watches HAProxy from another machine.
func (p *place) pageAlone(section string) string {
	return "--counters -u " + p.page + " -s " + section + " --sample 50ms"
}

// beforeTheLog loses some requests of a backend, and has the stats page alone find
// that, at once and whatever becomes of the log.
func (p *place) beforeTheLog(t *testing.T, backend string, parts ...string) {
	t.Helper()
	const n = 20
	p.wants(t, 0, "check_haproxy_nosrv", p.pageAlone(backend), "0 of 0 requests in ", "first run")
	if got := p.requests(t, backend, n); got[http.StatusServiceUnavailable] != n {
		t.Fatalf("of %d requests to %s: %v", n, backend, got)
	}
	found := fmt.Sprintf("HAPROXY NOSRV CRITICAL: %s: %d of %d requests found no server (%d/min)", backend, n, n, n)
	p.wants(t, 2, "check_haproxy_nosrv", p.pageAlone(backend), append(parts, found)...)
}

// The address behind a name moves, and HAProxy does not notice.
func TestAddressMoved(t *testing.T) {
	p := newPlace(t)
	p.haproxy.AwaitStatus(t, "v2", "v2Elb", "UP")
	if got := p.requests(t, "v2", 5); got[http.StatusOK] != 5 {
		t.Fatalf("before anything happens: %v", got)
	}
	rig.Eventually(t, "the log has the requests", func() bool {
		log, _ := os.ReadFile(p.syslog.ISO)
		return bytes.Count(log, []byte(" v2/v2Elb ")) == 5
	})
	p.wants(t, 0, "check_haproxy_backend", p.socket()+" -s v2")
	p.wants(t, 0, "check_haproxy_dns", p.socket()+" -s v2 "+p.dnsFlag(), "v2 has 1 of 1 servers where DNS says")
	p.wants(t, 0, "check_haproxy_nosrv", p.log()+" -s v2")

	p.dns.Move("v2.test", "127.0.0.3")
	originAt(t, net.JoinHostPort("127.0.0.3", p.port))
	p.old.Close()
	p.haproxy.AwaitStatus(t, "v2", "v2Elb", "DOWN")
	p.beforeTheLog(t, "v2", ": health checks fail on v2Elb since ")
	p.lose(t, "v2")

	p.wants(t, 2, "check_haproxy_dns", p.socket()+" -s v2 "+p.dnsFlag(),
		"HAPROXY DNS CRITICAL: v2 has 1 of 1 servers stale: v2Elb (DOWN) uses 127.0.0.2, v2.test is now 127.0.0.3", "dns-stale")
	p.wants(t, 2, "check_haproxy_nosrv", p.log()+" -s v2 "+p.socket()+" "+p.dnsFlag(),
		"HAPROXY NOSRV CRITICAL: v2: ", ": HAProxy uses an old address (dns-stale) on v2Elb (127.0.0.2, DNS ")
	p.wants(t, 2, "check_haproxy_backend", p.socket()+" -s v2", "v2 has no UP server (0/1): health checks fail, v2Elb L4")
	p.wants(t, 0, "lshaproxy", p.socket()+" "+p.log()+" -s v2 "+p.dnsFlag(), "127.0.0.2", "127.0.0.3", "dig +noall +answer +comments v2.test A v2.test AAAA")
	for program, args := range map[string]string{
		"check_haproxy_dns":   p.socket() + " -s v2 " + p.dnsFlag(),
		"check_haproxy_nosrv": p.log() + " -s v2 " + p.socket() + " " + p.dnsFlag(),
	} {
		if got := p.cause(t, program, args); got != "dns-stale" {
			t.Errorf("%s has the cause %q", program, got)
		}
	}
	// Without a socket, the log itself tells as much as it knows.
	if got := p.cause(t, "check_haproxy_nosrv", p.log()+" -s v2"); got != "health-check-failed" {
		t.Errorf("by the log alone the cause is %q", got)
	}
	// A socket that is gone does not silence the alert.
	p.wants(t, 2, "check_haproxy_nosrv", p.log()+" -s v2 -S /nonexistent/admin.sock", "requests found no server (", "/nonexistent/admin.sock")
	// Nor does a name server.
	p.wants(t, 2, "check_haproxy_nosrv", p.log()+" -s v2 "+p.socket()+" --nameserver 127.0.0.1:"+rig.Port(t), "requests found no server (", ": health checks fail on v2Elb since ")

	// What lshaproxy advises mends it.
	p.haproxy.Command(t, "set server v2/v2Elb addr 127.0.0.3")
	p.haproxy.AwaitStatus(t, "v2", "v2Elb", "UP")
	p.wants(t, 0, "check_haproxy_backend", p.socket()+" -s v2")
	p.wants(t, 0, "check_haproxy_dns", p.socket()+" -s v2 "+p.dnsFlag())
}

// The other three usual reasons.
func TestOtherReasons(t *testing.T) {
	p := newPlace(t)
	for _, test := range []struct {
		section, server, cause string
		sorry                  string // what check_haproxy_nosrv says
	}{
		{"refused", "r1", "health-check-failed", ": health checks fail on r1, r2 since "},
		{"mute", "m1", "health-check-timeout", ": health checks time out on m1 since "},
	} {
		p.haproxy.AwaitStatus(t, test.section, test.server, "DOWN")
		p.beforeTheLog(t, test.section, test.sorry)
		p.lose(t, test.section)
		p.wants(t, 2, "check_haproxy_backend", p.socket()+" -s "+test.section, test.section+" has no UP server")
		for _, from := range []string{"", p.socket() + " " + p.dnsFlag()} {
			args := p.log() + " -s " + test.section + " " + from
			p.wants(t, 2, "check_haproxy_nosrv", args, "requests found no server (", test.sorry)
			if got := p.cause(t, "check_haproxy_nosrv", args); got != test.cause {
				t.Errorf("%s: check_haproxy_nosrv %s has the cause %q, want %q", test.section, args, got, test.cause)
			}
		}
		if got := p.cause(t, "check_haproxy_backend", p.socket()+" -s "+test.section); got != test.cause {
			t.Errorf("%s: check_haproxy_backend has the cause %q, want %q", test.section, got, test.cause)
		}
		p.wants(t, 0, "check_haproxy_dns", p.socket()+" -s "+test.section+" "+p.dnsFlag(), "no server is known by a name")
	}
}

func TestMaxconnExhausted(t *testing.T) {
	p := newPlace(t)
	// One request takes the only slot and keeps it, the others wait in vain.
	go func() {
		if response, err := http.Get(p.web + "/busy/"); err == nil {
			_ = response.Body.Close()
		}
	}()
	rig.Eventually(t, "busy's only slot is taken", func() bool {
		return strings.Contains(p.haproxy.Command(t, "show stat busy 4 -1"), "busy,b1,0,0,1,1,1,")
	})
	p.beforeTheLog(t, "busy")
	p.lose(t, "busy")
	p.wants(t, 2, "check_haproxy_nosrv", p.log()+" -s busy "+p.socket(), "requests found no server (", " queue", ": every slot that maxconn allows is taken")
	if got := p.cause(t, "check_haproxy_nosrv", p.log()+" -s busy"); got != "maxconn-exhausted" {
		t.Errorf("by the log alone the cause is %q", got)
	}
	p.wants(t, 2, "check_haproxy_sessions", p.socket()+" -s busy/b1", "server busy/b1 1 of 1 sessions (100%)")
	p.wants(t, 0, "check_haproxy_backend", p.socket()+" -s busy")
}
