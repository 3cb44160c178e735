package backend

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"check-haproxy/test/rig"
)

// incident is HAProxy as it was when this suite was thought of: v2's one server
// is gone, v2e works, and both have company.
func incident(t *testing.T, more string) (h *rig.HAProxy, page, tcp string) {
	t.Helper()
	page, tcp = rig.Port(t), rig.Port(t)
	h = rig.Start(t, fmt.Sprintf(`
global
	stats socket ipv4@127.0.0.1:%s level user
listen stats
	bind 127.0.0.1:%s
	stats enable
	stats uri /haproxy?stats
	stats auth monitor:secret
backend v2
	server v2Elb 127.0.0.1:%s check inter 100 fall 1
backend v2e
	server v2eElb %s check inter 100 rise 1
backend weightless
	server s1 %[4]s weight 0
%s`, tcp, page, rig.Port(t), rig.Origin(t, nil), more))
	h.AwaitStatus(t, "v2", "v2Elb", "DOWN")
	return h, page, tcp
}

func TestLiveEveryWayToAsk(t *testing.T) {
	h, page, tcp := incident(t, "")
	t.Setenv("HAPROXY_STATS_USERNAME", "monitor")
	t.Setenv("HAPROXY_STATS_PASSWORD", "secret")
	for _, way := range [][]string{
		{"-S", h.Socket},
		{"-S", h.Dir + "/*.sock"},
		{"-S", "127.0.0.1:" + tcp},
		{"-H", "127.0.0.1", "-p", page, "-u", "/haproxy?stats"},
		{"-u", "http://127.0.0.1:" + page + "/haproxy?stats;csv"},
	} {
		for section, want := range map[string]struct {
			code int
			text string
		}{
			"v2":         {2, "CRITICAL: v2 has no UP server (0/1): health checks fail, v2Elb L4CON \"Connection refused\" for "},
			"v2e":        {0, "OK: v2e has 1 of 1 servers UP"},
			"weightless": {2, "CRITICAL: weightless has no UP server (its only one is taken out): weight is 0, s1 no check with weight 0 for "},
			"v3":         {3, `UNKNOWN: --section "v3" matches no backend`},
		} {
			code, text := runPlugin("", append(way, "-s", section)...)
			if code != want.code || !strings.Contains(text, want.text) {
				t.Errorf("%q -s %s exits %d, want %d:\n%s", way, section, code, want.code, text)
			}
			if strings.Contains(text, "secret") {
				t.Errorf("%q shows the password: %s", way, text)
			}
		}
	}
}

func TestLiveRecovery(t *testing.T) {
	h, _, _ := incident(t, "")
	if code, text := runPlugin("", "-S", h.Socket, "-s", "v2"); code != 2 {
		t.Fatalf("exits %d: %s", code, text)
	}
	h.Command(t, "set server v2/v2Elb addr 127.0.0.1 port "+strings.TrimPrefix(rig.Origin(t, nil), "127.0.0.1:"))
	h.AwaitStatus(t, "v2", "v2Elb", "UP")
	if code, text := runPlugin("", "-S", h.Socket, "-s", "v2"); code != 0 {
		t.Errorf("exits %d after the recovery: %s", code, text)
	}
	h.Command(t, "set server v2/v2Elb state maint")
	if code, text := runPlugin("", "-S", h.Socket, "-s", "v2"); code != 2 || !strings.Contains(text, "taken out): in maintenance, v2Elb MAINT") {
		t.Errorf("exits %d in maintenance: %s", code, text)
	}
	if code, text := runPlugin("", "-S", h.Socket, "-s", "v2", "--maint-ok"); code != 0 {
		t.Errorf("exits %d in maintenance that is fine: %s", code, text)
	}
}

// Processes that share a configuration, as "nbproc" had them, have a socket
// each, and their own checks.
func TestLiveSeveralProcesses(t *testing.T) {
	first, _, _ := incident(t, "")
	second, _, _ := incident(t, "")
	second.Command(t, "set server v2/v2Elb state maint")
	code, text := runPlugin("", "-S", first.Socket, "-S", second.Socket, "-s", "v2", "--maint-ok")
	if code != 2 || !strings.Contains(text, "v2@"+first.Socket+" has no UP server") {
		t.Errorf("exits %d: %s", code, text)
	}
	second.Stop(t)
	code, text = runPlugin("", "-S", first.Socket, "-S", second.Socket, "-s", "v2e")
	if code != 2 || !strings.Contains(text, "CRITICAL: "+second.Socket+": nobody listens on it") {
		t.Errorf("exits %d with one process gone: %s", code, text)
	}
}

// A section's exact name costs one short answer; a name that is a number, or
// that a frontend has too, costs the whole, and is right all the same.
func TestLiveExactNames(t *testing.T) {
	h, _, _ := incident(t, fmt.Sprintf(`
frontend shared
	bind 127.0.0.1:%s
backend shared
	server s1 127.0.0.1:1
backend 3
	server s1 127.0.0.1:1
`, rig.Port(t)))
	for _, section := range []string{"shared", "3"} {
		if code, text := runPlugin("", "-S", h.Socket, "-s", section); code != 0 || !strings.Contains(text, section+" has 1 of 1 servers UP") {
			t.Errorf("-s %s exits %d: %s", section, code, text)
		}
	}
	if code, text := runPlugin("", "-S", h.Socket, "-s", "v2;show info"); code != 3 {
		t.Errorf("a command in a section's name exits %d: %s", code, text)
	}
}

// until runs the plugin until it says a text, and returns what it said last.
func until(t *testing.T, text string, args ...string) (code int, output string) {
	t.Helper()
	rig.Eventually(t, "the plugin says "+text, func() bool {
		code, output = runPlugin("", args...)
		return strings.Contains(output, text)
	})
	return code, output
}

// listener is a server that takes connections until it is closed.
func listener(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// A rolling deploy drains a server and then stops it: no alarm. A socket tells
// that it was drained, a page does not.
func TestLiveDeploy(t *testing.T) {
	deployed := listener(t)
	h, page, _ := incident(t, fmt.Sprintf(`
backend be
	server s1 %s check inter 100 fall 1
	server s2 %s check inter 100 fall 1
`, deployed.Addr(), listener(t).Addr()))
	h.Command(t, "set server be/s1 state drain")
	deployed.Close()
	h.AwaitStatus(t, "be", "s1", "DOWN")
	if code, text := runPlugin("", "-S", h.Socket, "-s", "be"); code != 0 || !strings.Contains(text, "be has 1 of 1 servers UP, 1 out") {
		t.Errorf("drained and stopped, the socket's answer exits %d: %s", code, text)
	}
	if code, text := runPlugin("", "-S", h.Socket, "-s", "be", "--json"); code != 0 || !strings.Contains(text, `"cause":"drained"`) {
		t.Errorf("drained and stopped, the JSON is %s", text)
	}
	if code, text := runPlugin("", "-u", "http://monitor:secret@127.0.0.1:"+page+"/haproxy?stats", "-s", "be"); code != 1 {
		t.Errorf("drained and stopped, the page's answer exits %d: %s", code, text)
	}
	h.Command(t, "set server be/s1 state ready")
	if code, text := until(t, "be has 1 of 2 servers UP", "-S", h.Socket, "-s", "be"); code != 1 {
		t.Errorf("ready and stopped exits %d: %s", code, text)
	}
}

// A server that tracks another has its cause, though the other's section was not
// asked for.
func TestLiveTracking(t *testing.T) {
	h, _, _ := incident(t, "backend shop\n\tserver t1 127.0.0.1:1 track v2/v2Elb\n")
	code, text := runPlugin("", "-S", h.Socket, "-s", "shop")
	if code != 2 || !strings.Contains(text, `shop has no UP server (0/1): health checks fail, t1 tracks v2/v2Elb L4CON "Connection refused"`) {
		t.Errorf("exits %d: %s", code, text)
	}
}

// A backend that never had a server fails in TCP mode, too, where there is no
// status to see.
func TestLiveNeverServers(t *testing.T) {
	door := rig.Port(t)
	h, _, _ := incident(t, fmt.Sprintf("frontend fe\n\tmode tcp\n\tbind 127.0.0.1:%s\n\tdefault_backend hole\nbackend hole\n\tmode tcp\n", door))
	if code, text := runPlugin("", "-S", h.Socket, "-s", "hole"); code != 0 {
		t.Errorf("before anybody came it exits %d: %s", code, text)
	}
	conn, err := net.Dial("tcp", "127.0.0.1:"+door)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if code, text := until(t, "hole has no servers and has answered nothing but errors (1 failed connections)", "-S", h.Socket, "-s", "hole"); code != 1 {
		t.Errorf("exits %d: %s", code, text)
	}
}

// "del server" leaves a backend that HAProxy calls UP.
func TestLiveDeletedServers(t *testing.T) {
	door := rig.Port(t)
	h, _, _ := incident(t, fmt.Sprintf("frontend fe\n\tbind 127.0.0.1:%s\n\tdefault_backend be\nbackend be\n\tserver s1 %s\n", door, rig.Origin(t, nil)))
	response, err := http.Get("http://127.0.0.1:" + door)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	h.Command(t, "set server be/s1 state maint")
	rig.Eventually(t, "the server is deleted", func() bool { return strings.Contains(h.Command(t, "del server be/s1"), "deleted") })
	if code, text := runPlugin("", "-S", h.Socket, "-s", "be"); code != 2 || !strings.Contains(text, "be has no servers left") {
		t.Errorf("exits %d: %s", code, text)
	}
}

// Right after a start every server is up, until it was checked: the plugin asks
// again, so that it sees the dead one.
func TestLiveStart(t *testing.T) {
	rig.Need(t, "haproxy")
	slow := rig.Start(t, "backend be\n\tserver s1 127.0.0.1:1 check inter 1h\n\tserver s2 127.0.0.1:1 check inter 1h\nbackend dead\n\tserver s1 127.0.0.1:1 check inter 1500ms\n\tserver s2 127.0.0.1:1 check inter 1500ms\n")
	code, text := runPlugin("", "-S", slow.Socket, "-s", "dead")
	if code != 2 || !strings.Contains(text, "dead has no UP server (0/2)") {
		t.Errorf("checked within seconds exits %d: %s", code, text)
	}
	// HAProxy checks the first server at once, and the others later.
	code, text = runPlugin("", "-S", slow.Socket, "-s", "be", "-w", "1:", "-t", "2s")
	if code != 0 || !strings.Contains(text, "be has 1 of 2 servers UP (none checked yet, HAProxy started ") {
		t.Errorf("not checked for an hour exits %d: %s", code, text)
	}
}

// Errors that HAProxy observes in traffic take a server down without a check.
func TestLiveObserve(t *testing.T) {
	door := rig.Port(t)
	h, _, _ := incident(t, fmt.Sprintf("frontend fe\n\tbind 127.0.0.1:%s\n\tdefault_backend be\nbackend be\n\tserver s1 127.0.0.1:1 check inter 1h observe layer4 error-limit 1 on-error mark-down\n", door))
	rig.Eventually(t, "the server is down", func() bool {
		if response, err := http.Get("http://127.0.0.1:" + door); err == nil {
			response.Body.Close()
		}
		return strings.Contains(h.Command(t, "show stat be 4 -1"), "HANA")
	})
	if code, text := runPlugin("", "-S", h.Socket, "-s", "be", "--json"); code != 2 || !strings.Contains(text, `"cause":"errors-observed"`) {
		t.Errorf("exits %d: %s", code, text)
	}
}
