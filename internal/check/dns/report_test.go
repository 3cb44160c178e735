package dns

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
)

// of makes a verdict of servers that have a standing, known by name at an address
// each.
func of(standings ...diagnosis.NameStanding) Verdict {
	var servers []server
	for i := range standings {
		servers = append(servers, server{name: fmt.Sprintf("s%d", i+1), status: "UP", address: fmt.Sprintf("192.0.2.%d", i+1), fqdn: "v2.example.com"})
	}
	v := Verdict{Target: backendOf(servers...)}
	for i, standing := range standings {
		v.Servers = append(v.Servers, Server{&v.Backend.Servers[i], diagnosis.Naming{Standing: standing, Answers: []string{"192.0.2.77"}}})
	}
	v.judge()
	return v
}

// TestWhenAllIsLost: a section is lost if none of its servers has a name that is
// right, and none takes requests all the same.
func TestWhenAllIsLost(t *testing.T) {
	slot := backendOf(server{"s1", "MAINT (resolution)", "", "v2.example.com", ""}, server{"s2", "MAINT (resolution)", "", "v2.example.com", ""})
	for i := range slot.Backend.Servers {
		slot.Backend.Servers[i].Unfilled = true
	}
	if v, _ := Judge(slot, dns.Answers{}); v.State != plugin.OK {
		t.Errorf("spare slots alone are %s", v.State)
	}
	for name, test := range map[string]struct {
		status string // of the second server, at an address for which DNS gives no answer
		weight haproxy.Number
		want   plugin.State
	}{
		"one is left, as far as anybody knows": {"DOWN", haproxy.Number{}, plugin.Warning},
		"one is left and serves":               {"UP", haproxy.Number{}, plugin.Warning},
	} {
		b := backendOf(server{"s1", "MAINT (resolution)", "", "v2.example.com", ""}, server{"s2", test.status, "192.0.2.1", "a.example.com", ""})
		if v, _ := Judge(b, dns.Answers{}); v.State != test.want {
			t.Errorf("%s: %s", name, v.State)
		}
	}
	b := backendOf(server{"s1", "MAINT (resolution)", "", "v2.example.com", ""})
	for name, test := range map[string]struct {
		other haproxy.Server
		want  plugin.State
	}{
		"one by address serves":           {haproxy.Server{Name: "s2", Status: "UP"}, plugin.Warning},
		"one by address takes no request": {haproxy.Server{Name: "s2", Status: "UP", Weight: haproxy.Number{Known: true}}, plugin.Critical},
		"one by address is down":          {haproxy.Server{Name: "s2", Status: "DOWN"}, plugin.Critical},
	} {
		both := *b.Backend
		both.Servers = append(both.Servers[:1:1], test.other)
		if v, _ := Judge(target(&both), dns.Answers{}); v.State != test.want {
			t.Errorf("%s: %s, want %s", name, v.State, test.want)
		}
	}
}

// TestWords holds what is said of a section on the first line and in the long
// output.
func TestWords(t *testing.T) {
	const ok, stale, failed, unresolved, unfilled = diagnosis.NameOK, diagnosis.NameStale, diagnosis.NameLookupFailed, diagnosis.NameUnresolved, diagnosis.NameUnfilled
	for _, test := range []struct {
		verdict        Verdict
		headline, many string
		line           string // as far as the first list of servers, and from the last one on
	}{
		{of(ok, ok), "", "", "OK v2: 0 unresolved, 0 stale, 0 lookup-failed of 2 known by name; s1 …"},
		{of(ok, unfilled), "", "", "OK v2: 0 unresolved, 0 stale, 0 lookup-failed of 1 known by name; s1 …; 1 unfilled slot"},
		{of(ok, unfilled, unfilled), "", "", "OK v2: 0 unresolved, 0 stale, 0 lookup-failed of 1 known by name; s1 …; 2 unfilled slots"},
		{of(stale, ok), "has 1 of 2 servers stale", "have stale servers",
			"WARNING v2: 0 unresolved, 1 stale, 0 lookup-failed of 2 known by name; cause: HAProxy uses an old address (dns-stale); s1 …"},
		{of(stale, failed, unresolved, ok), "has 1 of 4 servers unresolved, 1 of 4 servers stale, 1 of 4 servers lookup-failed", "have unresolved and stale and lookup-failed servers",
			"WARNING v2: 1 unresolved, 1 stale, 1 lookup-failed of 4 known by name; cause: the server name does not resolve; s3 (UP) uses 192.0.2.3, v2.example.com is 192.0.2.77, which HAProxy does not know; s1 …"},
	} {
		f := test.verdict.Finding()
		line := f.Line
		if i := strings.Index(line, "; s1 "); i >= 0 {
			rest := ""
			if j := strings.Index(line, " unfilled"); j >= 0 {
				rest = line[strings.LastIndex(line[:j], ";"):]
			}
			line = line[:i] + "; s1 …" + rest
		}
		if diff := cmp.Diff([]string{test.headline, test.many, test.line}, []string{f.One, f.Many, line}); diff != "" {
			t.Errorf("headline, that of many, and line (-want +got):\n%s", diff)
		}
	}
}

// TestServersAreNamedUpToABound: those of which the same is to be said together.
func TestServersAreNamedUpToABound(t *testing.T) {
	for n, want := range map[int]string{1: "", 3: "", 4: "1 more", 9: "6 more"} {
		var standings []diagnosis.NameStanding
		for range n {
			standings = append(standings, diagnosis.NameStale)
		}
		list := of(standings...).list(diagnosis.NameStale, 3)
		if got := strings.Count(list, " uses "); got != min(n, 3) || want != "" && !strings.HasSuffix(list, ", "+want) || want == "" && strings.Contains(list, "more") {
			t.Errorf("%d servers: %s", n, list)
		}
	}
	for n, want := range map[int]string{1: "a", 2: "a+b", 3: "a+b+c", 4: "a+b+c and 1 more", 5: "a+b+c and 2 more"} {
		if got := together([]string{"a", "b", "c", "d", "e"}[:n], 3); got != want {
			t.Errorf("%d names: %q, want %q", n, got, want)
		}
	}
}

// TestCounters: what HAProxy's own resolvers were answered; those of a name server
// that nobody asked stand back.
func TestCounters(t *testing.T) {
	counters := func(sent int64) []haproxy.Counter {
		return []haproxy.Counter{{Name: "sent", Value: sent}, {Name: "snd_error"}, {Name: "nx", Value: sent / 10}}
	}
	lines, metrics := Counters([]haproxy.Resolver{{Name: "r", Nameservers: []haproxy.Nameserver{{Name: "ns1", Counters: counters(20)}, {Name: "ns2", Counters: counters(0)}}}}, func(name string) string { return name + "@lb1" })
	if want := "HAProxy's resolver r@lb1/ns1: sent 20, nx 2"; len(lines) != 1 || lines[0] != want {
		t.Errorf("lines %q, want %q", lines, want)
	}
	got := map[string]plugin.Level{}
	for _, m := range metrics {
		got[m.Label] = m.Level
	}
	for label, want := range map[string]plugin.Level{
		"resolver_r@lb1/ns1_sent": plugin.Sections, "resolver_r@lb1/ns1_snd_error": plugin.Servers, "resolver_r@lb1/ns1_nx": plugin.Sections,
		"resolver_r@lb1/ns2_sent": plugin.Servers, "resolver_r@lb1/ns2_nx": plugin.Servers,
	} {
		if level, ok := got[label]; !ok || level != want {
			t.Errorf("%s is of level %s, %t; want %s", label, level, ok, want)
		}
	}
}

// TestFindingsAreThoseInTrouble: servers that are right are in none.
func TestFindingsAreThoseInTrouble(t *testing.T) {
	if found := of(diagnosis.NameOK, diagnosis.NameNotJudged).Findings(); len(found) > 0 {
		t.Errorf("findings %+v", found)
	}
	if found := of(diagnosis.NameOK, diagnosis.NameUnresolved).Findings(); len(found) != 1 || found[0].Cause != diagnosis.DNSResolution || !strings.Contains(found[0].Evidence, "s2") || strings.Contains(found[0].Evidence, "s1") {
		t.Errorf("findings %+v", found)
	}
}
