package diagnosis

import (
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/check"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
)

const captures = "../../testdata/captures"

// recorded is what a HAProxy of a version said.
func recorded(t *testing.T, version string) []haproxy.Backend {
	t.Helper()
	open := func(name string) *haproxy.Reader {
		file, err := os.Open(filepath.Join(captures, version, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = file.Close() })
		return haproxy.NewReader(file)
	}
	stats, err := open("stat.csv").Stats(haproxy.FileEnd)
	if err != nil {
		t.Fatal(err)
	}
	states, err := open("servers-state.txt").ServersState()
	if err != nil {
		t.Fatal(err)
	}
	stats.Join(states)
	return stats.Backends
}

// Whatever was recorded of a server in trouble has evidence and commands.
func TestRecordedFindings(t *testing.T) {
	seen := map[Cause]bool{}
	for _, version := range []string{"1.8", "3.2"} {
		backends := recorded(t, version)
		for i := range backends {
			b := &backends[i]
			for j := range b.Servers {
				s := &b.Servers[j]
				cause := OfServer(s, dns.Answers{})
				if cause == "" {
					continue
				}
				seen[cause] = true
				if f := at(b).Finding(cause, []*haproxy.Server{s}); f.Evidence == "" || len(f.Commands) == 0 {
					t.Errorf("HAProxy %s: %s/%s has a finding without evidence or commands: %+v", version, b.Name, s.Name, f)
				}
			}
		}
	}
	if len(seen) < 8 {
		t.Errorf("only %d causes were recorded: %v", len(seen), seen)
	}
}

// at is a backend that a socket told of.
func at(b *haproxy.Backend) Case {
	const socket = "/run/haproxy/admin.sock"
	return Case{Target: check.Target{Name: b.Name, Endpoint: socket, Address: socket, Backend: b}}
}

// moved is what DNS says of a name with other addresses.
func moved(name string, addresses ...string) dns.Answers {
	answer := dns.Answer{Lookups: dns.Enough, IPv4: dns.Enough, IPv6: dns.Enough}
	for _, text := range addresses {
		address, err := netip.ParseAddr(text)
		if err == nil {
			answer.Addresses = append(answer.Addresses, address)
		}
	}
	return dns.Answers{Names: map[string]dns.Answer{strings.ToLower(name): answer}}
}

// caseOf has one server, v2Elb, at 192.0.2.10:80 as v2.example.com.
func caseOf(change func(*haproxy.Server)) Case {
	known := func(n int64) haproxy.Number { return haproxy.Number{Value: n, Known: true} }
	b := haproxy.Backend{Name: "v2", Mode: "http", Servers: []haproxy.Server{{
		Name: "v2Elb", Status: "DOWN", CheckStatus: "L4CON", LastCheck: "Connection refused", LastChange: known(36), Weight: known(1),
		State: &haproxy.ServerState{Address: "192.0.2.10", Port: 80, FQDN: "v2.example.com"},
	}}}
	change(&b.Servers[0])
	return at(&b)
}

// findings are those of a backend's servers by what they are.
func findings(c Case) []Finding {
	var down, out []Affected
	for i := range c.Backend.Servers {
		s := &c.Backend.Servers[i]
		switch cause := OfServer(s, c.Names); {
		case cause == "" || s.Unfilled:
		case s.IsOut():
			out = append(out, Affected{s, cause})
		default:
			down = append(down, Affected{s, cause})
		}
	}
	return c.Findings(down, out)
}

func TestFindings(t *testing.T) {
	const journal = "journalctl -u haproxy --since '1 day ago' --grep '[Ss]erver v2/v2Elb '"
	const curl = "curl -gv --max-time 10 -o /dev/null 'http://192.0.2.10:80/'"
	unchanged := func(*haproxy.Server) {}
	status := func(text string) func(*haproxy.Server) {
		return func(s *haproxy.Server) { s.Status = text }
	}
	for name, test := range map[string]struct {
		of   func() Case
		want []Finding
	}{
		"refused": {func() Case { return caseOf(unchanged) }, []Finding{{
			HealthCheckFailed, `its only server failed the health check: v2Elb (192.0.2.10:80) L4CON "Connection refused" for 36s`, []string{curl, journal},
		}}},
		"TCP mode, on IPv6, from a page": {func() Case {
			c := caseOf(func(s *haproxy.Server) { s.State, s.Address = nil, "[2001:db8::1]:80" })
			c.Backend.Mode, c.Address = "tcp", ""
			return c
		}, []Finding{{
			HealthCheckFailed, `its only server failed the health check: v2Elb ([2001:db8::1]:80) L4CON "Connection refused" for 36s`,
			[]string{"curl -gv --max-time 10 'telnet://[2001:db8::1]:80' </dev/null", journal},
		}}},
		"checked at another port": {func() Case {
			return caseOf(func(s *haproxy.Server) { s.State.CheckPort, s.State.UsesTLS = 8081, true })
		}, []Finding{{
			HealthCheckFailed, `its only server failed the health check: v2Elb (192.0.2.10:80) L4CON "Connection refused" for 36s`,
			[]string{"curl -gv --max-time 10 -o /dev/null 'http://192.0.2.10:8081/'", journal},
		}}},
		"checked at another address": {func() Case {
			return caseOf(func(s *haproxy.Server) { s.State.CheckAddress, s.State.CheckPort = "192.0.2.11", 8081 })
		}, []Finding{{
			HealthCheckFailed, `its only server failed the health check: v2Elb (192.0.2.10:80) L4CON "Connection refused" for 36s`,
			[]string{"curl -gv --max-time 10 -o /dev/null 'http://192.0.2.11:8081/'", journal},
		}}},
		"checked at a path, in TCP mode": {func() Case {
			c := caseOf(func(s *haproxy.Server) { s.CheckStatus, s.LastCheck = "L7STS", "" })
			c.Backend.Mode, c.CheckPath = "tcp", "/health?full=1"
			return c
		}, []Finding{{
			HealthCheckFailed, `its only server failed the health check: v2Elb (192.0.2.10:80) L7STS for 36s`,
			[]string{"curl -gv --max-time 10 -o /dev/null 'http://192.0.2.10:80/health?full=1'", journal},
		}}},
		"checked at a path that a shell would read": {func() Case {
			c := caseOf(unchanged)
			c.CheckPath = "/'; reboot #"
			return c
		}, []Finding{{
			HealthCheckFailed, `its only server failed the health check: v2Elb (192.0.2.10:80) L4CON "Connection refused" for 36s`, []string{curl, journal},
		}}},
		"by TLS": {func() Case { return caseOf(func(s *haproxy.Server) { s.State.UsesTLS = true }) }, []Finding{{
			HealthCheckFailed, `its only server failed the health check: v2Elb (192.0.2.10:80) L4CON "Connection refused" for 36s`,
			[]string{"curl -gvk --max-time 10 -o /dev/null 'https://192.0.2.10:80/'", journal},
		}}},
		"errors in traffic": {func() Case {
			return caseOf(func(s *haproxy.Server) { s.CheckStatus, s.LastCheck = "HANA", "Detected 3 consecutive errors" })
		}, []Finding{{
			ErrorsObserved, `its only server is down because of errors that HAProxy observed in traffic: v2Elb (192.0.2.10:80) HANA "Detected 3 consecutive errors" for 36s`, []string{curl, journal},
		}}},
		"tracking another": {func() Case {
			return caseOf(func(s *haproxy.Server) {
				s.CheckStatus, s.LastCheck, s.Tracked = "", "", "redis/r1"
				s.Tracks = &haproxy.Server{Name: "r1", Status: "DOWN", CheckStatus: "L4TOUT", Address: "192.0.2.20:6379"}
			})
		}, []Finding{{
			HealthCheckTimeout, `its only server did not answer the health check in time: v2Elb (192.0.2.10:80) tracks redis/r1 L4TOUT for 36s`,
			[]string{"curl -gv --max-time 10 -o /dev/null 'http://192.0.2.20:6379/'", journal},
		}}},
		"stale": {func() Case {
			c := caseOf(func(s *haproxy.Server) { s.CheckStatus, s.LastCheck = "* L4TOUT", "" })
			c.Names = moved("v2.example.com", "192.0.2.77", "192.0.2.78")
			return c
		}, []Finding{{
			DNSStale, `its only server is down at an address that the name no longer resolves to: v2Elb uses 192.0.2.10:80, v2.example.com is now 192.0.2.77 and 192.0.2.78; L4TOUT for 36s`,
			[]string{
				"dig +noall +answer +comments v2.example.com A v2.example.com AAAA",
				"curl -gv --max-time 10 -o /dev/null 'http://192.0.2.77:80/'",
				"echo 'set server v2/v2Elb addr 192.0.2.77' | socat stdio /run/haproxy/admin.sock  # for now; a resolvers section keeps it right",
				"systemctl reload haproxy  # for now; a resolvers section keeps it right",
				journal,
			},
		}}},
		"an SRV record that leads to another port": {func() Case {
			c := caseOf(func(s *haproxy.Server) {
				s.State.SRVRecord, s.State.FQDN = "_http._tcp.v2.example.com", "a.v2.example.com"
			})
			there := dns.ServiceTarget{Host: "a.v2.example.com", Port: 8080, Answer: moved("x", "192.0.2.77").Names["x"]}
			c.Names = dns.Answers{Services: map[string]dns.Service{"_http._tcp.v2.example.com": {Targets: []dns.ServiceTarget{there}, Lookups: dns.Enough}}}
			return c
		}, []Finding{{
			DNSStale, `its only server is down at an address that the name no longer resolves to: v2Elb uses 192.0.2.10:80, SRV _http._tcp.v2.example.com is now 192.0.2.77:8080; L4CON "Connection refused" for 36s`,
			[]string{
				"dig +noall +answer +comments _http._tcp.v2.example.com SRV",
				"curl -gv --max-time 10 -o /dev/null 'http://192.0.2.77:8080/'",
				"echo 'set server v2/v2Elb addr 192.0.2.77 port 8080' | socat stdio /run/haproxy/admin.sock  # for now; a resolvers section keeps it right",
				"systemctl reload haproxy  # for now; a resolvers section keeps it right",
				journal,
			},
		}}},
		"moved, and up": {func() Case {
			c := caseOf(status("UP"))
			c.Names = moved("v2.example.com", "192.0.2.77")
			return c
		}, nil},
		"moved, and in maintenance": {func() Case {
			c := caseOf(status("MAINT"))
			c.Names = moved("v2.example.com", "192.0.2.77")
			c.Address, c.Worker = "/run/master.sock", "@2 "
			return c
		}, []Finding{{
			Maintenance, "its only server is taken out for maintenance: v2Elb (192.0.2.10:80) MAINT for 36s",
			[]string{journal, "echo '@2 set server v2/v2Elb state ready' | socat stdio /run/master.sock  # when it is to serve again"},
		}}},
		"maintenance by another": {func() Case { return caseOf(status("MAINT (via other/s1)")) }, []Finding{{
			Maintenance, "its only server is taken out for maintenance: v2Elb (192.0.2.10:80) MAINT (via other/s1) for 36s", []string{journal},
		}}},
		"not load-balanced": {func() Case {
			c := caseOf(status("NOLB"))
			c.Address = "lb1.example.com:9999"
			return c
		}, []Finding{{
			Drained, "its only server is drained, without new requests: v2Elb (192.0.2.10:80) NOLB for 36s", []string{curl, journal},
		}}},
		"drained, then stopped": {func() Case { return caseOf(func(s *haproxy.Server) { s.State.AdminState = 8 }) }, []Finding{{
			Drained, "its only server is drained, without new requests: v2Elb (192.0.2.10:80) DOWN for 36s",
			[]string{journal, "echo 'set server v2/v2Elb state ready' | socat stdio /run/haproxy/admin.sock  # when it is to serve again"},
		}}},
		"weight 0": {func() Case {
			return caseOf(func(s *haproxy.Server) {
				s.Status, s.Weight, s.State.ConfiguredWeight = "UP", haproxy.Number{Known: true}, haproxy.Number{Value: 3, Known: true}
			})
		}, []Finding{{
			ZeroWeight, "its only server is without requests, as the weight is 0: v2Elb (192.0.2.10:80) UP for 36s",
			[]string{"echo 'get weight v2/v2Elb' | socat stdio /run/haproxy/admin.sock", "echo 'set server v2/v2Elb weight 100%' | socat stdio /run/haproxy/admin.sock  # when it is to serve again"},
		}}},
		"weight 0 in the configuration": {func() Case {
			return caseOf(func(s *haproxy.Server) {
				s.Status, s.Weight, s.State.ConfiguredWeight = "UP", haproxy.Number{Known: true}, haproxy.Number{Known: true}
			})
		}, []Finding{{
			ZeroWeight, "its only server is without requests, as the weight is 0: v2Elb (192.0.2.10:80) UP for 36s",
			[]string{"echo 'get weight v2/v2Elb' | socat stdio /run/haproxy/admin.sock", "echo 'set server v2/v2Elb weight 1' | socat stdio /run/haproxy/admin.sock  # when it is to serve again"},
		}}},
		"down, and more in maintenance": {func() Case {
			c := caseOf(unchanged)
			c.Backend.Servers = append(c.Backend.Servers, haproxy.Server{Name: "m1", Status: "MAINT"}, haproxy.Server{Name: "m2", Status: "MAINT"}, haproxy.Server{Name: "up", Status: "UP"})
			return c
		}, []Finding{
			{HealthCheckFailed, `1 of 4 servers failed the health check: v2Elb (192.0.2.10:80) L4CON "Connection refused" for 36s`, []string{curl, journal}},
			{Maintenance, "2 of 4 servers are taken out for maintenance: m1 MAINT, m2 MAINT", []string{
				"journalctl -u haproxy --since '1 day ago' --grep '[Ss]erver v2/m1 '", "echo 'set server v2/m1 state ready' | socat stdio /run/haproxy/admin.sock  # when it is to serve again",
			}},
		}},
		"spare slots": {func() Case {
			c := caseOf(status("UP"))
			c.Backend.Servers = append(c.Backend.Servers, haproxy.Server{Name: "v2Elb2", Status: "MAINT (resolution)", Unfilled: true})
			return c
		}, nil},
		"hostile names": {func() Case { return caseOf(func(s *haproxy.Server) { s.Name = "x'; reboot #" }) }, []Finding{{
			HealthCheckFailed, `its only server failed the health check: x'; reboot # (192.0.2.10:80) L4CON "Connection refused" for 36s`,
			[]string{"echo 'show stat v2 6 -1' | socat stdio /run/haproxy/admin.sock"},
		}}},
	} {
		if diff := cmp.Diff(test.want, findings(test.of())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestQueueFinding(t *testing.T) {
	c := caseOf(func(*haproxy.Server) {})
	full := haproxy.Server{Status: "UP", Sessions: haproxy.Number{Value: 20}, SessionLimit: haproxy.Number{Value: 20}}
	other, third := full, full
	other.Name, third.Name = "other", "third"
	full.SessionLimit.Known, third.SessionLimit.Known, other.SessionLimit.Known = true, true, true
	third.SessionLimit.Value, third.Throttle = 40, haproxy.Number{Value: 50, Known: true} // it starts slowly
	c.Backend.Queue = haproxy.Number{Value: 7, Known: true}
	c.Backend.Servers = append(c.Backend.Servers, other, third)
	want := Finding{
		MaxconnExhausted, "7 waiting in the queue for a free slot: other has 20 of 20 sessions, third has 20 of 20 sessions",
		[]string{
			"echo 'show stat v2 6 -1' | socat stdio /run/haproxy/admin.sock",
			"echo 'show sess' | socat stdio /run/haproxy/admin.sock",
			"echo 'set maxconn server v2/other 40' | socat stdio /run/haproxy/admin.sock  # if the server can bear more",
		},
	}
	if diff := cmp.Diff(want, c.Finding(MaxconnExhausted, []*haproxy.Server{&other, &third})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTryAsClients goes where requests go, wherever the health check asks.
func TestTryAsClients(t *testing.T) {
	b := haproxy.Backend{Name: "api", Servers: []haproxy.Server{
		{Name: "api03", State: &haproxy.ServerState{Address: "192.0.2.3", Port: 80, CheckAddress: "192.0.2.9", CheckPort: 8081}},
		{Name: "page", Address: "192.0.2.4:8080"}, // as a stats page tells it
		{Name: "socket", Address: "unix"},
	}}
	for i, want := range []string{"curl -gv --max-time 10 -o /dev/null 'http://192.0.2.3:80/'", "curl -gv --max-time 10 -o /dev/null 'http://192.0.2.4:8080/'", ""} {
		if got := strings.Join(at(&b).TryAsClients(&b.Servers[i]), "\n"); got != want {
			t.Errorf("%s: %q, want %q", b.Servers[i].Name, got, want)
		}
	}
	if b.Servers[0].Place().CheckPort != 8081 {
		t.Error("the server was changed")
	}
}

// FuzzCommands holds that nothing from outside gets into a command where a
// shell, socat or HAProxy would take it for more than a name.
func FuzzCommands(f *testing.F) {
	f.Add("v2", "v2Elb", "v2.example.com", "192.0.2.10", "192.0.2.77", "/run/haproxy/admin.sock", "DOWN")
	f.Add("v2;show env", "$(reboot)", "-x.example.com", "fe80::1%'; reboot", "::1%x'", "/run/x,exec:reboot", "MAINT")
	f.Add("`id`", "a b", "a.example.com\nA", "unix@/x", "", "host:80;x", "MAINT (resolution)")
	quotedPart := regexp.MustCompile(`'[^']*'`)
	f.Fuzz(func(t *testing.T, section, server, fqdn, address, to, endpoint, status string) {
		b := haproxy.Backend{Name: section, Servers: []haproxy.Server{{
			Name: server, Status: status, CheckStatus: "L4CON", LastCheck: fqdn,
			State: &haproxy.ServerState{Address: address, Port: 80, CheckAddress: to, AgentAddress: to, AgentPort: 9, FQDN: fqdn, SRVRecord: fqdn},
		}}}
		c := at(&b)
		c.Address, c.Names, c.CheckPath = endpoint, moved(fqdn, to), to
		for _, finding := range append(findings(c), Finding{Commands: c.TryAsClients(&b.Servers[0])}) {
			for _, command := range finding.Commands {
				command, _, _ = strings.Cut(command, "  # ")
				bare := quotedPart.ReplaceAllString(strings.TrimSuffix(command, " </dev/null"), "")
				if strings.Count(bare, "|") > 1 || strings.ContainsAny(bare, "'\"`$;&\\<>()*?[]{}~!#\n\r\t") || strings.Contains(command, "\n") {
					t.Errorf("dangerous: %s", command)
				}
				if strings.HasPrefix(command, "echo ") && strings.ContainsAny(quotedPart.FindString(command), ";\\<") {
					t.Errorf("HAProxy reads more than one command: %s", command)
				}
			}
		}
	})
}
