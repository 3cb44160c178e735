package diagnosis

import (
	"strings"
	"testing"

	"check-haproxy/internal/haproxy"
)

// TestEvidenceOfEachCause holds what is told of a server, and the first command.
func TestEvidenceOfEachCause(t *testing.T) {
	for name, test := range map[string]struct {
		change            func(*haproxy.Server)
		evidence, command string
	}{
		"recovering": {func(s *haproxy.Server) { s.Status, s.CheckStatus, s.LastCheck = "DOWN 1/2", "L4OK", "" },
			"its only server passed the health check again, but not yet often enough: v2Elb (192.0.2.10:80) DOWN 1/2 L4OK for 36s", "curl -gv --max-time 10 -o /dev/null 'http://192.0.2.10:80/'"},
		"unresolved": {func(s *haproxy.Server) { s.Status, s.State.Address, s.State.Port = "MAINT (resolution)", "", 0 },
			"its only server is without an address, as HAProxy cannot resolve the name: v2Elb v2.example.com for 36s", "dig +noall +answer +comments v2.example.com A v2.example.com AAAA"},
		"unresolved, the name unknown": {func(s *haproxy.Server) { s.Status, s.State = "MAINT (resolution)", nil },
			"its only server is without an address, as HAProxy cannot resolve the name: v2Elb for 36s", "echo 'show resolvers' | socat stdio /run/haproxy/admin.sock"},
		"agent": {func(s *haproxy.Server) {
			s.Status, s.AgentStatus, s.LastAgent = "DOWN (agent)", "* L7STS", "via agent : down"
		},
			`its only server is reported down by the server's own agent: v2Elb (192.0.2.10:80) L7STS "via agent : down" for 36s`, "echo 'show stat v2 4 -1' | socat stdio /run/haproxy/admin.sock"},
		"agent at a port": {func(s *haproxy.Server) {
			s.Status, s.AgentStatus, s.LastAgent = "DOWN (agent)", "* L7STS", "via agent : down"
			s.State.AgentPort, s.State.CheckPort = 9999, 8081
		},
			`its only server is reported down by the server's own agent: v2Elb (192.0.2.10:80) L7STS "via agent : down" for 36s`, "curl -gsS --max-time 10 'telnet://192.0.2.10:9999' </dev/null"},
		"agent elsewhere": {func(s *haproxy.Server) {
			s.Status, s.AgentStatus, s.LastAgent = "DOWN (agent)", "* L7STS", "via agent : down"
			s.State.AgentAddress, s.State.AgentPort = "2001:db8::9", 9999
		},
			`its only server is reported down by the server's own agent: v2Elb (192.0.2.10:80) L7STS "via agent : down" for 36s`, "curl -gsS --max-time 10 'telnet://[2001:db8::9]:9999' </dev/null"},
		"drained": {func(s *haproxy.Server) { s.Status = "DRAIN" },
			"its only server is drained, without new requests: v2Elb (192.0.2.10:80) DRAIN for 36s", "journalctl -u haproxy --since '1 day ago' --grep '[Ss]erver v2/v2Elb '"},
		"weight 0, the configured one unknown": {func(s *haproxy.Server) {
			s.Status, s.Weight, s.LastChange = "UP", haproxy.Number{Known: true}, haproxy.Number{}
		},
			"its only server is without requests, as the weight is 0: v2Elb (192.0.2.10:80) UP", "echo 'get weight v2/v2Elb' | socat stdio /run/haproxy/admin.sock"},
		"a new status": {func(s *haproxy.Server) { s.Status, s.CheckStatus = "LOST", "" },
			"its only server is down, and the statistics do not tell why: v2Elb (192.0.2.10:80) LOST for 36s", "echo 'show stat v2 4 -1' | socat stdio /run/haproxy/admin.sock"},
		"TLS fails": {func(s *haproxy.Server) { s.CheckStatus, s.LastCheck = "L6RSP", "" },
			"its only server failed the health check: v2Elb (192.0.2.10:80) L6RSP for 36s", "curl -gvk --max-time 10 -o /dev/null 'https://192.0.2.10:80/'"},
		"TLS, checked at another address": {func(s *haproxy.Server) { s.State.UsesTLS, s.State.CheckAddress = true, "192.0.2.11" },
			`its only server failed the health check: v2Elb (192.0.2.10:80) L4CON "Connection refused" for 36s`, "curl -gv --max-time 10 -o /dev/null 'http://192.0.2.11:80/'"},
		"the last port": {func(s *haproxy.Server) { s.State.Port = 1 },
			`its only server failed the health check: v2Elb (192.0.2.10:1) L4CON "Connection refused" for 36s`, "curl -gv --max-time 10 -o /dev/null 'http://192.0.2.10:1/'"},
		"no port": {func(s *haproxy.Server) { s.State.Port = 0 },
			`its only server failed the health check: v2Elb (192.0.2.10) L4CON "Connection refused" for 36s`, "journalctl -u haproxy --since '1 day ago' --grep '[Ss]erver v2/v2Elb '"},
		"an address of one machine alone": {func(s *haproxy.Server) { s.State.Address = "fe80::1%eth0" },
			`its only server failed the health check: v2Elb ([fe80::1%eth0]:80) L4CON "Connection refused" for 36s`, "journalctl -u haproxy --since '1 day ago' --grep '[Ss]erver v2/v2Elb '"},
		"no IP address": {func(s *haproxy.Server) { s.State.Address = "unix@/run/v2.sock" },
			`its only server failed the health check: v2Elb (unix@/run/v2.sock:80) L4CON "Connection refused" for 36s`, "journalctl -u haproxy --since '1 day ago' --grep '[Ss]erver v2/v2Elb '"},
		"down for days": {func(s *haproxy.Server) { s.State.Port, s.LastChange.Value = 0, 2*24*60*60 },
			`its only server failed the health check: v2Elb (192.0.2.10) L4CON "Connection refused" for 2d`, "journalctl -u haproxy --since '3 day ago' --grep '[Ss]erver v2/v2Elb '"},
		"a hostile name": {func(s *haproxy.Server) {
			s.Status, s.State.Address, s.State.FQDN = "MAINT (resolution)", "", "x'; reboot"
		},
			"its only server is without an address, as HAProxy cannot resolve the name: v2Elb x'; reboot for 36s", "echo 'show resolvers' | socat stdio /run/haproxy/admin.sock"},
	} {
		found := findings(caseOf(test.change))
		if len(found) != 1 || len(found[0].Commands) == 0 {
			t.Errorf("%s: findings %+v", name, found)
			continue
		}
		if f := found[0]; f.Evidence != test.evidence || f.Commands[0] != test.command {
			t.Errorf("%s:\n%s\n%s\nwant\n%s\n%s", name, f.Evidence, f.Commands[0], test.evidence, test.command)
		}
	}
}

// TestStaleCommands holds what is done about an address that cannot be given to
// HAProxy as it is.
func TestStaleCommands(t *testing.T) {
	c := caseOf(func(s *haproxy.Server) { s.State.Port = 0 })
	c.Names = moved("v2.example.com", "192.0.2.77")
	got := findings(c)[0].Commands
	if len(got) != 3 || !strings.HasPrefix(got[0], "dig ") || !strings.HasPrefix(got[1], "systemctl reload haproxy  #") || !strings.HasPrefix(got[2], "journalctl ") {
		t.Errorf("without a port: %q", got)
	}
}

// TestQueueWithoutLimits: a server without a limit has no slots to wait for.
func TestQueueWithoutLimits(t *testing.T) {
	c := caseOf(func(s *haproxy.Server) {
		s.Queue = haproxy.Number{Value: 3, Known: true}
		s.Sessions = haproxy.Number{Value: 1, Known: true}
	})
	c.Backend.Queue = haproxy.Number{Value: 4, Known: true}
	server := &c.Backend.Servers[0]
	for limit, want := range map[int64]string{
		0: "7 waiting in the queue for a free slot",
		1: "7 waiting in the queue for a free slot: v2Elb has 1 of 1 sessions",
	} {
		server.SessionLimit = haproxy.Number{Value: limit, Known: limit > 0}
		f := c.Finding(MaxconnExhausted, []*haproxy.Server{server})
		if f.Evidence != want || !strings.Contains(f.Commands[2], "set maxconn server v2/v2Elb 2'") {
			t.Errorf("limit %d: %q, %q; want %q", limit, f.Evidence, f.Commands, want)
		}
	}
}

// TestOneCauseIsToldOnce: of servers that are down and of others that are out.
func TestOneCauseIsToldOnce(t *testing.T) {
	c := caseOf(func(*haproxy.Server) {})
	s := &c.Backend.Servers[0]
	if found := c.Findings([]Affected{{s, Unknown}}, []Affected{{s, Unknown}, {s, Maintenance}}); len(found) != 2 {
		t.Errorf("findings %+v", found)
	}
}
