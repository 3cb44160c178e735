package diagnosis

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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

// Every situation that was recorded has the cause that it was made to have.
func TestRecordedCauses(t *testing.T) {
	var truth struct {
		Causes map[string]Cause
		Except map[string]map[string]Cause `json:"causes_except"`
	}
	text, err := os.ReadFile(filepath.Join(captures, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &truth); err != nil {
		t.Fatal(err)
	}
	// In trouble without being all of it.
	for _, section := range []string{"half", "bkponly", "mixed"} {
		truth.Causes[section] = HealthCheckFailed
	}
	for _, version := range []string{"1.8", "3.2"} {
		backends := recorded(t, version)
		for _, b := range backends {
			want, excepted := truth.Except[version][b.Name]
			if !excepted {
				want = truth.Causes[b.Name]
			}
			var got Cause
			findings := Facts{Backend: b, Endpoint: "/run/haproxy/admin.sock", Socket: true}.Findings()
			if len(findings) > 0 {
				got = findings[0].Cause
			}
			if got != want {
				t.Errorf("HAProxy %s: the cause of %s is %q, want %q", version, b.Name, got, want)
			}
			for _, f := range findings {
				if f.Evidence == "" || len(f.Commands) == 0 {
					t.Errorf("HAProxy %s: %s has a finding without evidence or commands: %+v", version, b.Name, f)
				}
			}
		}
		if len(backends) < len(truth.Causes) {
			t.Errorf("HAProxy %s: only %d backends", version, len(backends))
		}
	}
}

// backendOf has one server, v2Elb, at 192.0.2.10:80 as v2.example.com.
func backendOf(change func(*haproxy.Backend, *haproxy.Server)) Facts {
	known := func(n int64) haproxy.Number { return haproxy.Number{Value: n, Known: true} }
	b := haproxy.Backend{Name: "v2", Mode: "http", Servers: []haproxy.Server{{
		Name: "v2Elb", Status: "DOWN", CheckStatus: "L4CON", LastCheck: "Connection refused", LastChange: known(36), Weight: known(1),
		Host: "192.0.2.10", Port: 80, FQDN: "v2.example.com",
	}}}
	change(&b, &b.Servers[0])
	return Facts{
		Backend:  b,
		Endpoint: "/run/haproxy/admin.sock", Socket: true,
	}
}

func TestFindings(t *testing.T) {
	const journal = "journalctl -u haproxy --since '1 day ago' --grep '[Ss]erver v2/v2Elb '"
	unchanged := func(*haproxy.Backend, *haproxy.Server) {}
	status := func(text string) func(*haproxy.Backend, *haproxy.Server) {
		return func(_ *haproxy.Backend, s *haproxy.Server) { s.Status = text }
	}
	for name, test := range map[string]struct {
		facts func() Facts
		want  []Finding
	}{
		"refused": {func() Facts { return backendOf(unchanged) }, []Finding{{
			HealthCheckFailed, `its only server failed the health check: v2Elb (192.0.2.10:80) L4CON "Connection refused" for 36s`,
			[]string{"curl -gv --max-time 10 -o /dev/null 'http://192.0.2.10:80/'", journal},
		}}},
		"TCP mode, on IPv6, from a page": {func() Facts {
			f := backendOf(func(b *haproxy.Backend, s *haproxy.Server) { b.Mode, s.Host = "tcp", "2001:db8::1" })
			f.Socket = false
			return f
		}, []Finding{{
			HealthCheckFailed, `its only server failed the health check: v2Elb ([2001:db8::1]:80) L4CON "Connection refused" for 36s`,
			[]string{"curl -gv --max-time 10 'telnet://[2001:db8::1]:80' </dev/null", journal},
		}}},
		"stale": {func() Facts {
			f := backendOf(func(_ *haproxy.Backend, s *haproxy.Server) { s.CheckStatus, s.LastCheck = "* L4TOUT", "" })
			f.Moved = map[string][]string{"v2Elb": {"192.0.2.77", "192.0.2.78"}}
			return f
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
		"moved, and up": {func() Facts {
			f := backendOf(status("UP"))
			f.Moved = map[string][]string{"v2Elb": {"192.0.2.77"}}
			return f
		}, nil},
		"moved, and in maintenance": {func() Facts {
			f := backendOf(status("MAINT"))
			f.Moved = map[string][]string{"v2Elb": {"192.0.2.77"}}
			f.Endpoint = "/run/master.sock@2"
			return f
		}, []Finding{{
			Maintenance, "its only server is taken out for maintenance: v2Elb (192.0.2.10:80) MAINT for 36s",
			[]string{journal, "echo '@2 set server v2/v2Elb state ready' | socat stdio /run/master.sock  # once it shall serve again"},
		}}},
		"maintenance by another": {func() Facts { return backendOf(status("MAINT (via other/s1)")) }, []Finding{{
			Maintenance, "its only server is taken out for maintenance: v2Elb (192.0.2.10:80) MAINT (via other/s1) for 36s", []string{journal},
		}}},
		"not load-balanced": {func() Facts {
			f := backendOf(status("NOLB"))
			f.Endpoint = "lb1.example.com:9999"
			return f
		}, []Finding{{
			Drained, "its only server is drained, without new requests: v2Elb (192.0.2.10:80) NOLB for 36s",
			[]string{"curl -gv --max-time 10 -o /dev/null 'http://192.0.2.10:80/'", journal},
		}}},
		"maintenance beside a server that serves": {func() Facts {
			return backendOf(func(b *haproxy.Backend, s *haproxy.Server) {
				s.Status = "MAINT"
				b.Servers = append(b.Servers, haproxy.Server{Name: "other", Status: "UP"})
			})
		}, nil},
		"one down, requests wait for the other": {func() Facts {
			return backendOf(func(b *haproxy.Backend, s *haproxy.Server) {
				b.Queue = haproxy.Number{Value: 7, Known: true}
				b.Servers = append(b.Servers, haproxy.Server{Name: "other", Status: "UP", Sessions: haproxy.Number{Value: 20}, SessionLimit: haproxy.Number{Value: 20}})
				b.Servers = append(b.Servers, haproxy.Server{Name: "third", Status: "UP", Sessions: haproxy.Number{Value: 20}, SessionLimit: haproxy.Number{Value: 20}})
			})
		}, []Finding{{
			MaxconnExhausted, "7 waiting in the queue for a free slot: other has 20 of 20 sessions, third has 20 of 20 sessions",
			[]string{
				"echo 'show stat v2 6 -1' | socat stdio /run/haproxy/admin.sock",
				"echo 'show sess' | socat stdio /run/haproxy/admin.sock",
				"echo 'set maxconn server v2/other 40' | socat stdio /run/haproxy/admin.sock  # where the server can bear more",
			},
		}, {
			HealthCheckFailed, `1 of 3 servers failed the health check: v2Elb (192.0.2.10:80) L4CON "Connection refused" for 36s`,
			[]string{"curl -gv --max-time 10 -o /dev/null 'http://192.0.2.10:80/'", journal},
		}}},
		"spare slots": {func() Facts {
			f := backendOf(func(b *haproxy.Backend, s *haproxy.Server) {
				s.Status = "UP"
				b.Servers = append(b.Servers, haproxy.Server{Name: "v2Elb2", Status: "MAINT (resolution)", FQDN: "v2.example.com", Unfilled: true})
			})
			return f
		}, nil},
		"hostile names": {func() Facts {
			return backendOf(func(_ *haproxy.Backend, s *haproxy.Server) { s.Name = "x'; reboot #" })
		}, []Finding{{
			HealthCheckFailed, `its only server failed the health check: x'; reboot # (192.0.2.10:80) L4CON "Connection refused" for 36s`,
			[]string{"echo 'show stat v2 6 -1' | socat stdio /run/haproxy/admin.sock"},
		}}},
	} {
		if diff := cmp.Diff(test.want, test.facts().Findings()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// FuzzCommands holds that nothing from outside gets into a command where a
// shell, socat or HAProxy would take it for more than a name.
func FuzzCommands(f *testing.F) {
	f.Add("v2", "v2Elb", "v2.example.com", "192.0.2.10", "192.0.2.77", "/run/haproxy/admin.sock", "DOWN")
	f.Add("v2;show env", "$(reboot)", "-x.example.com", "fe80::1%'; reboot", "::1%x'", "/run/x,exec:reboot", "MAINT")
	f.Add("`id`", "a b", "a.example.com\nA", "unix@/x", "", "host:80;x", "MAINT (resolution)")
	quotedPart := regexp.MustCompile(`'[^']*'`)
	f.Fuzz(func(t *testing.T, section, server, fqdn, address, moved, endpoint, status string) {
		facts := Facts{
			Backend: haproxy.Backend{Name: section, Servers: []haproxy.Server{{Name: server, Status: status, CheckStatus: "L4CON", Host: address, Port: 80, FQDN: fqdn, SRVRecord: fqdn, LastCheck: fqdn}}},
			Moved:   map[string][]string{server: {moved}}, Endpoint: endpoint, Socket: true,
		}
		for _, finding := range facts.Findings() {
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
