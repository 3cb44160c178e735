package backend

import (
	"fmt"
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
	if code != 3 || !strings.Contains(text, "UNKNOWN: cannot connect to "+second.Socket) {
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
