package nosrv

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/plugin"
	"check-haproxy/test/rig"
)

// everyLack is a HAProxy with a backend for each way to have no server, and some
// that have one and refuse all the same.
const everyLack = `
global
	log SYSLOG local0
defaults
	mode http
	log global
	option httplog
	option redispatch
	retries 1
	timeout connect 50ms
	timeout client 10s
	timeout server 10s
	timeout queue 100ms
	default-server init-addr none
resolvers nobody
	nameserver one 127.0.0.1:NOBODY
frontend fe
	bind 127.0.0.1:WEB
	http-request deny if { path /deny }
	http-request redirect location /elsewhere if { path /redirect }
	http-request return status 200 if { path /return }
	use_backend %[path,field(2,/)]
frontend tcp
	mode tcp
	option tcplog
	bind 127.0.0.1:TCP
	default_backend tcpdown
frontend null
	mode tcp
	option tcplog
	option dontlognull
	bind 127.0.0.1:MUTE
	default_backend mute
listen stats
	bind 127.0.0.1:PAGE
	stats enable
	stats uri /stats
	option dontlog-normal
backend up
	server s1 ORIGIN
backend refused
	server s1 127.0.0.1:NOBODY
backend down
	server s1 127.0.0.1:NOBODY check inter 50ms fall 1
backend maintenance
	server s1 ORIGIN disabled
backend none
backend zero
	server s1 ORIGIN weight 0
backend unresolved
	server s1 nosuch.invalid:80 resolvers nobody
backend queue
	server s1 ORIGIN maxconn 1
backend full
	server s1 ORIGIN maxconn 1 maxqueue 1
backend tcpdown
	mode tcp
	server s1 127.0.0.1:NOBODY check inter 50ms fall 1
backend mute
	mode tcp
	server s1 ORIGIN disabled
`

// laboratory is a running HAProxy with traffic.
type laboratory struct {
	*rig.HAProxy
	config        string
	web, tcp, url string
	mute          string // a session that says nothing and finds no server is not logged
	log           string // path
	sent          int
	release       chan struct{} // requests to /queue and /full wait for it
	waiting       chan struct{}
}

func startLaboratory(t *testing.T, master bool) *laboratory {
	t.Helper()
	l := &laboratory{release: make(chan struct{}), waiting: make(chan struct{}, 100)}
	origin := rig.Origin(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/queue" || r.URL.Path == "/full" {
			l.waiting <- struct{}{}
			<-l.release
		}
		_, _ = io.WriteString(w, "ok\n")
	})
	syslog := rig.StartRsyslog(t)
	web, tcp, mute, page := rig.Port(t), rig.Port(t), rig.Port(t), rig.Port(t)
	l.web, l.tcp, l.mute, l.url, l.log = "127.0.0.1:"+web, "127.0.0.1:"+tcp, "127.0.0.1:"+mute, "http://127.0.0.1:"+page+"/stats", syslog.ISO
	l.config = strings.NewReplacer("SYSLOG", syslog.Address, "WEB", web, "TCP", tcp, "MUTE", mute, "PAGE", page, "ORIGIN", origin, "NOBODY", rig.Port(t)).Replace(everyLack)
	if master {
		l.HAProxy = rig.StartMaster(t, l.config)
	} else {
		l.HAProxy = rig.Start(t, l.config)
	}
	l.settle(t)
	return l
}

// settle waits until those servers that are to be down are.
func (l *laboratory) settle(t *testing.T) {
	t.Helper()
	l.AwaitStatus(t, "down", "s1", "DOWN")
	l.AwaitStatus(t, "tcpdown", "s1", "DOWN")
}

// get sends requests, each over a connection of its own.
func (l *laboratory) get(t *testing.T, n int, path string) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for range n {
		response, err := client.Get("http://" + l.web + path)
		if err != nil {
			t.Error(err)
			return
		}
		_ = response.Body.Close()
	}
}

// traffic sends some of everything.
func (l *laboratory) traffic(t *testing.T) {
	t.Helper()
	for i, path := range []string{"/up", "/refused", "/down", "/maintenance", "/none", "/zero", "/unresolved", "/deny", "/redirect", "/return"} {
		l.get(t, i+3, path)
		l.sent += i + 3
	}
	for range 4 {
		conn, err := net.Dial("tcp", l.tcp)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.ReadAll(conn)
		_ = conn.Close()
	}
	l.sent += 4
	// A request takes the only slot; those behind it wait in vain, or find the
	// queue full.
	var some sync.WaitGroup
	for _, path := range []string{"/queue", "/full"} {
		some.Go(func() { l.get(t, 1, path) })
		<-l.waiting
		l.get(t, 2, path)
	}
	l.sent += 2 * 3
	close(l.release)
	some.Wait()
	// Clients that leave while the server is at work.
	for range 3 {
		conn, err := net.Dial("tcp", l.web)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, "GET /up HTTP/1.1\r\n\r")
		_ = conn.Close()
	}
}

// lost is what a run says: requests without a server by section. The kinds that
// only a log shows are left out.
func lost(t *testing.T, args ...string) map[string]int {
	t.Helper()
	var stdout bytes.Buffer
	Main(append(args, "--json", "--no-lookup", "--count", "no-server,queue", "--sample", "20ms"), nil, &stdout, io.Discard)
	var answer struct {
		Summary  string
		Sections []struct {
			Name  string
			NOSRV int
		}
	}
	if err := json.Unmarshal(stdout.Bytes(), &answer); err != nil || len(answer.Sections) == 0 && !strings.Contains(answer.Summary, "0 of 0") {
		t.Fatalf("%v: %s", err, stdout.String())
	}
	all := map[string]int{}
	for _, s := range answer.Sections {
		if s.NOSRV > 0 {
			all[s.Name] = s.NOSRV
		}
	}
	return all
}

// TestLogAndCountersAgree: HAProxy counts exactly the requests that its log calls
// no-server and queue.
func TestLogAndCountersAgree(t *testing.T) {
	l := startLaboratory(t, false)
	state := t.TempDir()
	bySocket := []string{"--counters", "-S", l.Socket, "--state-dir", filepath.Join(state, "socket")}
	byPage := []string{"--counters", "-u", l.url, "--state-dir", filepath.Join(state, "page")}
	byName := append([]string{"-s", "down", "-s", "up"}, bySocket...)
	for _, args := range [][]string{bySocket, byPage, byName} {
		if got := lost(t, args...); len(got) > 0 {
			t.Errorf("before there was a request: %v", got)
		}
	}
	l.traffic(t)
	rig.Eventually(t, "rsyslog has written all requests", func() bool {
		log, err := os.ReadFile(l.log)
		return err == nil && strings.Count(string(log), "]: 127.0.0.1:") >= l.sent
	})
	want := map[string]int{"down": 5, "maintenance": 6, "none": 7, "zero": 8, "unresolved": 9, "tcpdown": 4, "queue": 2, "full": 2}
	if diff := cmp.Diff(want, lost(t, "-f", l.log)); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
	for name, args := range map[string][]string{"socket": bySocket, "page": byPage} {
		if diff := cmp.Diff(want, lost(t, args...)); diff != "" {
			t.Errorf("the %s (-want +got):\n%s", name, diff)
		}
	}
	if diff := cmp.Diff(map[string]int{"down": 5}, lost(t, byName...)); diff != "" {
		t.Errorf("by name (-want +got):\n%s", diff)
	}
}

// TestCountersOverChanges: nothing that changes in HAProxy is taken for requests,
// and none is lost that HAProxy itself does not forget.
func TestCountersOverChanges(t *testing.T) {
	l := startLaboratory(t, false)
	args := []string{"--counters", "-S", l.Socket, "--state-dir", t.TempDir()}
	expect := func(what string, want int) {
		t.Helper()
		if got := lost(t, args...)["down"]; got != want {
			t.Errorf("%s: %d requests without a server, want %d", what, got, want)
		}
	}
	l.get(t, 50, "/refused")
	expect("first run", 0)
	l.get(t, 3, "/down")
	expect("some requests", 3)
	l.Command(t, "set server refused/s1 state maint")
	l.Command(t, "del server refused/s1")
	expect("a server that refused was deleted", 3)
	if got := lost(t, args...)["refused"]; got != 0 {
		t.Errorf("its refused requests count as %d without a server", got)
	}
	l.Command(t, "add server refused/s2 127.0.0.1:9")
	l.Command(t, "set server refused/s2 state ready")
	l.get(t, 5, "/refused")
	expect("a server was added", 3)
	l.Command(t, "clear counters all")
	l.get(t, 2, "/down")
	expect("counters were cleared", 5)
	l.get(t, 1, "/down")
	expect("and go on", 6)
}

// TestCountersOverReloads: a worker of a new configuration counts from zero, over
// its own socket and over the master's.
func TestCountersOverReloads(t *testing.T) {
	l := startLaboratory(t, true)
	own := []string{"--counters", "-S", l.Socket, "--state-dir", t.TempDir()}
	master := []string{"--counters", "-S", l.Master, "--state-dir", t.TempDir()}
	l.get(t, 20, "/down")
	for _, args := range [][]string{own, master} {
		if got := lost(t, args...); len(got) > 0 {
			t.Errorf("first run: %v", got)
		}
	}
	l.get(t, 3, "/down")
	for _, args := range [][]string{own, master} {
		if got := lost(t, args...)["down"]; got != 3 {
			t.Errorf("before the reload: %d", got)
		}
	}
	l.Reload(t, l.config)
	l.settle(t)
	l.get(t, 4, "/down")
	for _, args := range [][]string{own, master} {
		if got := lost(t, args...)["down"]; got != 7 {
			t.Errorf("after the reload: %d, want 7", got)
		}
	}
}

// TestCountersAtTheSameTime: services of different sections, and twenty runs of
// one, do not spoil each other's samples.
func TestCountersAtTheSameTime(t *testing.T) {
	l := startLaboratory(t, false)
	state := t.TempDir()
	run := func(section string) map[string]int {
		return lost(t, "--counters", "-S", l.Socket, "--state-dir", state, "-s", section)
	}
	for _, section := range []string{"down", "none", "up"} {
		run(section)
	}
	l.get(t, 3, "/down")
	l.get(t, 4, "/none")
	var crowd sync.WaitGroup
	for i := range 20 {
		crowd.Go(func() {
			section := []string{"down", "none", "up"}[i%3]
			if got, want := fmt.Sprint(run(section)), []string{"map[down:3]", "map[none:4]", "map[]"}[i%3]; got != want {
				t.Errorf("%s: %s, want %s", section, got, want)
			}
		})
	}
	crowd.Wait()
}

// TestCountersOverRestarts: a process that was killed and started again counts from
// zero. Over a socket nothing is lost but what it forgot; a page does not tell its
// process, so that a run begins anew.
func TestCountersOverRestarts(t *testing.T) {
	l := startLaboratory(t, false)
	socket := []string{"--counters", "-S", l.Socket, "--state-dir", t.TempDir()}
	page := []string{"--counters", "-u", l.url, "--state-dir", t.TempDir()}
	l.get(t, 20, "/down")
	expect := func(what string, bySocket, byPage int) {
		t.Helper()
		if got := lost(t, socket...)["down"]; got != bySocket {
			t.Errorf("%s: %d over the socket, want %d", what, got, bySocket)
		}
		if got := lost(t, page...)["down"]; got != byPage {
			t.Errorf("%s: %d over the page, want %d", what, got, byPage)
		}
	}
	expect("first run", 0, 0)
	l.get(t, 3, "/down")
	expect("some requests", 3, 3)
	l.Stop(t)
	l.Restart(t)
	l.settle(t)
	l.get(t, 4, "/down")
	expect("after the restart", 3+4, 0)
	l.get(t, 2, "/down")
	expect("and after that", 3+4+2, 2)
}

// TestCountersOfSeveral: several processes with a socket each are counted each by
// itself, whichever of them is gone meanwhile.
func TestCountersOfSeveral(t *testing.T) {
	one, two := startLaboratory(t, false), startLaboratory(t, false)
	args := []string{"--counters", "-S", one.Socket, "-S", two.Socket, "-s", "down", "--state-dir", t.TempDir(), "--refused", "warning"}
	expect := func(what string, first, second int) {
		t.Helper()
		found := map[int]int{}
		for _, n := range lost(t, args...) {
			found[n]++
		}
		want := map[int]int{}
		for _, n := range []int{first, second} {
			if n > 0 {
				want[n]++
			}
		}
		if diff := cmp.Diff(want, found); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	expect("first run", 0, 0)
	one.get(t, 3, "/down")
	two.get(t, 5, "/down")
	expect("both", 3, 5)
	two.Stop(t)
	one.get(t, 1, "/down")
	expect("one of them is gone", 4, 0)
	two.Restart(t)
	two.settle(t)
	two.get(t, 2, "/down")
	expect("and back", 4, 7)
}

// TestKilled: a check that is killed at any moment leaves samples that the next
// one goes on with.
func TestKilled(t *testing.T) {
	program, err := exec.LookPath(program.Name)
	if err != nil {
		t.Fatal(err)
	}
	p, dir := startPage(t), t.TempDir()
	p.set("v2/d1 0,v2 10 5")
	p.counters(t, dir)
	for i := range 60 {
		command := exec.Command(program, "--counters", "-u", p.url, "--state-dir", dir, "--sample", "5ms", "--no-lookup")
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(i%30) * time.Millisecond / 2)
		_ = command.Process.Kill()
		_ = command.Wait()
	}
	p.set("v2/d1 0,v2 20 15")
	if a, code := p.counters(t, dir); code != int(plugin.Critical) || a.NOSRV != 10 {
		t.Errorf("afterwards: exit code %d, %d requests without a server: %s", code, a.NOSRV, a.Summary)
	}
	files, err := os.ReadDir(dir)
	for _, file := range files {
		if strings.Contains(file.Name(), "aside") {
			t.Errorf("%s was damaged", file.Name())
		}
	}
	if err != nil {
		t.Error(err)
	}
}
