package dns

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/check"
	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
)

// server is one server of a table's backend: its row, and its row of "show
// servers state".
type server struct {
	name, status, address, fqdn, record string
}

func backendOf(servers ...server) check.Target {
	stats := haproxy.Stats{Backends: []haproxy.Backend{{Name: "v2"}}}
	var states []haproxy.ServerState
	for _, s := range servers {
		stats.Backends[0].Servers = append(stats.Backends[0].Servers, haproxy.Server{Name: s.name, Status: s.status})
		states = append(states, haproxy.ServerState{Backend: "v2", Server: s.name, Address: s.address, FQDN: s.fqdn, SRVRecord: s.record})
	}
	stats.Join(states)
	return target(&stats.Backends[0])
}

func target(b *haproxy.Backend) check.Target {
	return check.Target{Name: b.Name, Label: b.Name, Names: []string{b.Name}, Endpoint: "/run/haproxy/admin.sock", Backend: b}
}

// found is an answer of three lookups that all brought these addresses.
func found(texts ...string) dns.Answer {
	a := dns.Answer{Lookups: 3, IPv4: 3, IPv6: 3}
	for _, text := range texts {
		a.Addresses = append(a.Addresses, netip.MustParseAddr(text))
	}
	return a
}

func TestJudge(t *testing.T) {
	failed := dns.Answer{Lookups: 3, Err: errors.New("no such name (NXDOMAIN)")}
	once := dns.Answer{Lookups: 1, IPv4: 1, IPv6: 1, Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.77")}}
	changing := found("192.0.2.1", "192.0.2.2", "192.0.2.3")
	changing.Changing = true
	cut := found("192.0.2.1")
	cut.Cut = true
	noIPv6 := found("192.0.2.77")
	noIPv6.IPv6 = 0
	for name, test := range map[string]struct {
		backend   check.Target
		answers   map[string]dns.Answer
		state     plugin.State
		cause     diagnosis.Cause
		standings string
		headline  string
	}{
		"right": {
			backendOf(server{"a", "UP", "192.0.2.10", "V2.test", ""}), map[string]dns.Answer{"v2.test": found("192.0.2.11", "192.0.2.10")},
			plugin.OK, "", "ok", "",
		},
		"right, on IPv6 written otherwise": {
			backendOf(server{"a", "UP", "2001:DB8:0::1", "v2.test", ""}), map[string]dns.Answer{"v2.test": found("2001:db8::1")},
			plugin.OK, "", "ok", "",
		},
		"stale and down": {
			backendOf(server{"a", "DOWN", "192.0.2.10", "v2.test", ""}), map[string]dns.Answer{"v2.test": found("192.0.2.77", "192.0.2.78")},
			plugin.Critical, diagnosis.DNSStale, "stale", "v2 has 1 of 1 servers stale: a (DOWN) uses 192.0.2.10, v2.test is now 192.0.2.77 and 192.0.2.78",
		},
		"stale and up": {
			backendOf(server{"a", "UP", "192.0.2.10", "v2.test", ""}), map[string]dns.Answer{"v2.test": found("192.0.2.77")},
			plugin.Warning, diagnosis.DNSStale, "stale", "v2 has 1 of 1 servers stale: a (UP) uses 192.0.2.10, v2.test is now 192.0.2.77",
		},
		"stale and in maintenance": {
			backendOf(server{"a", "MAINT", "192.0.2.10", "v2.test", ""}), map[string]dns.Answer{"v2.test": found("192.0.2.77")},
			plugin.Warning, diagnosis.DNSStale, "stale", "v2 has 1 of 1 servers stale: a (MAINT) uses 192.0.2.10, v2.test is now 192.0.2.77",
		},
		"one of two stale and down": {
			backendOf(server{"a", "DOWN", "192.0.2.10", "v2.test", ""}, server{"b", "UP", "192.0.2.77", "v2.test", ""}), map[string]dns.Answer{"v2.test": found("192.0.2.77")},
			plugin.Warning, diagnosis.DNSStale, "stale ok", "v2 has 1 of 2 servers stale: a (DOWN) uses 192.0.2.10, v2.test is now 192.0.2.77",
		},
		"all lost in two ways": {
			backendOf(server{"a", "DOWN", "192.0.2.10", "v2.test", ""}, server{"b", "MAINT (resolution)", "", "gone.test", ""}), map[string]dns.Answer{"v2.test": found("192.0.2.77"), "gone.test": failed},
			plugin.Critical, diagnosis.DNSStale, "stale unresolved", "v2 has 1 of 2 servers unresolved, 1 of 2 servers stale: b gone.test: no such name (NXDOMAIN), a (DOWN) uses 192.0.2.10, v2.test is now 192.0.2.77",
		},
		"unresolved, though it resolves now": {
			backendOf(server{"a", "MAINT (resolution)", "", "v2.test", ""}), map[string]dns.Answer{"v2.test": found("192.0.2.77")},
			plugin.Critical, diagnosis.DNSResolution, "unresolved", "v2 has 1 of 1 servers unresolved: a v2.test is 192.0.2.77, which HAProxy does not know",
		},
		"many unresolved of one name": {
			backendOf(server{"a", "MAINT (resolution)", "", "v2.test", ""}, server{"b", "MAINT (resolution)", "", "v2.test", ""}, server{"c", "MAINT (resolution)", "", "v2.test", ""}, server{"d", "MAINT (resolution)", "", "v2.test", ""}), nil,
			plugin.Critical, diagnosis.DNSResolution, "unresolved unresolved unresolved unresolved", "v2 has 4 of 4 servers unresolved: a+b+c and 1 more v2.test",
		},
		"lookup failed": {
			backendOf(server{"a", "UP", "192.0.2.10", "v2.test", ""}), map[string]dns.Answer{"v2.test": failed},
			plugin.Warning, diagnosis.DNSResolution, "lookup-failed", "v2 has 1 of 1 servers lookup-failed: a (UP) uses 192.0.2.10, v2.test: no such name (NXDOMAIN)",
		},
		"lookup failed and down": {
			backendOf(server{"a", "DOWN", "192.0.2.10", "v2.test", ""}), map[string]dns.Answer{"v2.test": failed},
			plugin.Warning, diagnosis.DNSResolution, "lookup-failed", "v2 has 1 of 1 servers lookup-failed: a (DOWN) uses 192.0.2.10, v2.test: no such name (NXDOMAIN)",
		},
		"too few lookups to be sure": {
			backendOf(server{"a", "DOWN", "192.0.2.10", "v2.test", ""}), map[string]dns.Answer{"v2.test": once},
			plugin.Warning, diagnosis.DNSResolution, "lookup-failed", "v2 has 1 of 1 servers lookup-failed: a (DOWN) uses 192.0.2.10, v2.test: there was no time for enough lookups; raise --timeout",
		},
		"IPv4 is ruled out without IPv6": {
			backendOf(server{"a", "DOWN", "192.0.2.10", "v2.test", ""}), map[string]dns.Answer{"v2.test": noIPv6},
			plugin.Critical, diagnosis.DNSStale, "stale", "v2 has 1 of 1 servers stale: a (DOWN) uses 192.0.2.10, v2.test is now 192.0.2.77",
		},
		"IPv6 is not": {
			backendOf(server{"a", "DOWN", "2001:db8::1", "v2.test", ""}), map[string]dns.Answer{"v2.test": noIPv6},
			plugin.Warning, diagnosis.DNSResolution, "lookup-failed", "v2 has 1 of 1 servers lookup-failed: a (DOWN) uses 2001:db8::1, v2.test: there was no time for enough lookups; raise --timeout",
		},
		"a load balancer that gives other addresses each time": {
			backendOf(server{"a", "DOWN", "192.0.2.10", "v2.test", ""}), map[string]dns.Answer{"v2.test": changing},
			plugin.OK, "", "not-judged", "",
		},
		"a large pool": {
			backendOf(server{"a", "DOWN", "192.0.2.10", "v2.test", ""}), map[string]dns.Answer{"v2.test": found("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6")},
			plugin.Critical, diagnosis.DNSStale, "stale", "v2 has 1 of 1 servers stale: a (DOWN) uses 192.0.2.10, v2.test is now 192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4 and 2 more",
		},
		"spare slots": {
			backendOf(server{"a1", "UP", "192.0.2.10", "v2.test", ""}, server{"a2", "MAINT (resolution)", "", "v2.test", ""}, server{"a3", "MAINT (resolution)", "", "v2.test", ""}), map[string]dns.Answer{"v2.test": found("192.0.2.10")},
			plugin.OK, "", "ok unfilled unfilled", "",
		},
		"spare slots beside a stale one": {
			backendOf(server{"a1", "DOWN", "192.0.2.10", "v2.test", ""}, server{"a2", "MAINT (resolution)", "", "v2.test", ""}), map[string]dns.Answer{"v2.test": found("192.0.2.77")},
			plugin.Critical, diagnosis.DNSStale, "stale unfilled", "v2 has 1 of 1 servers stale: a1 (DOWN) uses 192.0.2.10, v2.test is now 192.0.2.77",
		},
		"an SRV record that does not resolve": {
			backendOf(server{"a1", "MAINT (resolution)", "", "", "_http._tcp.v2.test"}, server{"a2", "MAINT (resolution)", "", "", "_http._tcp.v2.test"}), map[string]dns.Answer{},
			plugin.Critical, diagnosis.DNSResolution, "unresolved unresolved", "v2 has 2 of 2 servers unresolved: a1+a2 SRV record _http._tcp.v2.test",
		},
		"beside servers given by address": {
			backendOf(server{"a", "UP", "192.0.2.1", "", ""}, server{"b", "UP", "192.0.2.2", "", ""}, server{"c", "MAINT (resolution)", "", "v2.test", ""}), map[string]dns.Answer{"v2.test": failed},
			plugin.Warning, diagnosis.DNSResolution, "unresolved", "v2 has 1 of 1 servers unresolved: c v2.test: no such name (NXDOMAIN)",
		},
		"in maintenance before it ever had an address": {
			backendOf(server{"a", "MAINT", "", "v2.test", ""}), map[string]dns.Answer{"v2.test": failed},
			plugin.Critical, diagnosis.DNSResolution, "unresolved", "v2 has 1 of 1 servers unresolved: a (MAINT) has no address, v2.test: no such name (NXDOMAIN)",
		},
		"down without an address, beside one that serves": {
			backendOf(server{"a", "DOWN", "", "v2.test", ""}, server{"b", "UP", "192.0.2.10", "v2.test", ""}), map[string]dns.Answer{"v2.test": found("192.0.2.10")},
			plugin.Warning, diagnosis.DNSResolution, "unresolved ok", "v2 has 1 of 2 servers unresolved: a (DOWN) has no address, v2.test is 192.0.2.10, which HAProxy does not know",
		},
		"an answer that was cut": {
			backendOf(server{"a", "DOWN", "192.0.2.10", "v2.test", ""}), map[string]dns.Answer{"v2.test": cut},
			plugin.OK, "", "not-judged", "",
		},
		"nobody looked": {
			backendOf(server{"a", "DOWN", "192.0.2.10", "v2.test", ""}), nil,
			plugin.OK, "", "not-judged", "",
		},
	} {
		v, ok := Judge(test.backend, dns.Answers{Names: test.answers})
		if !ok {
			t.Errorf("%s: there is nothing to judge", name)
			continue
		}
		var standings []string
		for _, s := range v.Servers {
			standings = append(standings, string(s.Standing))
		}
		type result struct {
			State               plugin.State
			Cause               diagnosis.Cause
			Standings, Headline string
		}
		want := result{test.state, test.cause, test.standings, test.headline}
		got := result{v.State, v.Cause, strings.Join(standings, " "), v.Finding().Sentence()}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A server of an SRV record is where a target of the record is, with its port.
func TestServices(t *testing.T) {
	const record = "_http._tcp.v2.test"
	service := func(lookups int, targets ...dns.ServiceTarget) dns.Answers {
		return dns.Answers{Services: map[string]dns.Service{record: {Lookups: lookups, Targets: targets}}}
	}
	one := dns.ServiceTarget{Host: "one.v2.test", Port: 8080, Answer: found("192.0.2.10")}
	two := dns.ServiceTarget{Host: "two.v2.test", Port: 8081, Answer: found("192.0.2.11")}
	failing := dns.ServiceTarget{Host: "one.v2.test", Port: 8080, Answer: dns.Answer{Lookups: 3, Err: errors.New("no such name (NXDOMAIN)")}}
	changing := one
	changing.Answer.Changing = true
	for name, test := range map[string]struct {
		port     int64
		names    dns.Answers
		standing diagnosis.NameStanding
		words    string
	}{
		"right":             {8080, service(1, two, one), diagnosis.NameOK, "(DOWN) uses 192.0.2.10, SRV record " + record},
		"another port":      {8081, service(3, one, two), diagnosis.NameStale, "(DOWN) uses 192.0.2.10, SRV record " + record + " is now 192.0.2.10:8080 and 192.0.2.11:8081"},
		"another address":   {8080, service(3, two), diagnosis.NameStale, "(DOWN) uses 192.0.2.10, SRV record " + record + " is now 192.0.2.11:8081"},
		"one lookup":        {8080, service(1, two), diagnosis.NameLookupFailed, "(DOWN) uses 192.0.2.10, SRV record " + record + ": there was no time for enough lookups; raise --timeout"},
		"a target is gone":  {8080, service(3, failing, two), diagnosis.NameLookupFailed, "(DOWN) uses 192.0.2.10, SRV record " + record + ": one.v2.test: no such name (NXDOMAIN)"},
		"a target changes":  {8080, service(3, two, dns.ServiceTarget{Host: "three.v2.test", Port: 8080, Answer: dns.Answer{Changing: true}}), diagnosis.NameNotJudged, "(DOWN) uses 192.0.2.10, SRV record " + record + ": three.v2.test: DNS gives other addresses each time, 0 so far"},
		"no port":           {0, service(3, one), diagnosis.NameNotJudged, "(DOWN) uses 192.0.2.10, SRV record " + record + ": HAProxy tells no port, which an SRV record is about"},
		"nobody looked":     {8080, dns.Answers{}, diagnosis.NameNotJudged, "(DOWN) uses 192.0.2.10, SRV record " + record},
		"another was asked": {8080, dns.Answers{Names: map[string]dns.Answer{"one.v2.test": found("192.0.2.10")}}, diagnosis.NameNotJudged, "(DOWN) uses 192.0.2.10, SRV record " + record},
	} {
		s := haproxy.Server{Name: "a", Status: "DOWN", State: &haproxy.ServerState{Address: "192.0.2.10", Port: test.port, FQDN: "one.v2.test", SRVRecord: record}}
		v, ok := Judge(target(&haproxy.Backend{Name: "v2", Servers: []haproxy.Server{s}}), test.names)
		if !ok || v.Servers[0].Standing != test.standing || v.Servers[0].describe() != test.words {
			t.Errorf("%s: %s, %q; want %s, %q", name, v.Servers[0].Standing, v.Servers[0].describe(), test.standing, test.words)
		}
	}
}

// What was not looked up, or cannot be told, is never counted as right.
func TestRest(t *testing.T) {
	names := dns.Answers{Names: map[string]dns.Answer{"v2.test": found("192.0.2.10")}}
	verdict := func(servers ...server) Verdict {
		v, _ := Judge(backendOf(servers...), names)
		return v
	}
	right, unknown := server{"a", "UP", "192.0.2.10", "v2.test", ""}, server{"b", "UP", "192.0.2.11", "v3.test", ""}
	for want, verdicts := range map[string][]Verdict{
		"v2 has 1 of 1 servers where DNS says":                           {verdict(right)},
		"v2 has 1 of 2 servers where DNS says (1 not judged)":            {verdict(right, unknown)},
		"v2 has 0 of 1 servers where DNS says (1 not judged)":            {verdict(unknown)},
		"2 of 4 servers in 2 sections are where DNS says (2 not judged)": {verdict(right, unknown), verdict(right, unknown)},
		"2 of 2 servers in 2 sections are where DNS says":                {verdict(right), verdict(right)},
		"1 other OK": {verdict(right), verdict(server{"a", "UP", "192.0.2.9", "v2.test", ""})},
	} {
		if got := Rest(verdicts, true, true); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got, want := Rest([]Verdict{verdict(right, unknown)}, false, true), "2 servers in 1 section with an address, DNS was not asked"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestNothingToJudge(t *testing.T) {
	for _, b := range []check.Target{backendOf(), backendOf(server{"a", "DOWN", "192.0.2.10", "", ""})} {
		if v, ok := Judge(b, dns.Answers{}); ok {
			t.Errorf("%+v is judged: %+v", b, v)
		}
	}
}

// What HAProxy 1.8 and 3.2 said: of 22 backends one has a name, which does not
// resolve.
func TestRecorded(t *testing.T) {
	for _, version := range []string{"1.8", "3.2"} {
		open := func(name string) *haproxy.Reader {
			file, err := os.Open(filepath.Join("../../../testdata/captures", version, name))
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
		resolvers, err := open("resolvers.txt").Resolvers()
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		for i := range stats.Backends {
			if v, ok := Judge(target(&stats.Backends[i]), dns.Answers{}); ok {
				said = append(said, v.State.String()+" "+v.Finding().Sentence())
			}
		}
		if diff := cmp.Diff([]string{"CRITICAL dns has 1 of 1 servers unresolved: e1 nosuch.invalid"}, said); diff != "" {
			t.Errorf("HAProxy %s (-want +got):\n%s", version, diff)
		}
		lines, metrics := Counters(resolvers, func(name string) string { return name })
		if diff := cmp.Diff([]string{"HAProxy's resolver mydns/dns1: sent 5"}, lines); diff != "" || metrics[0].Label != "resolver_mydns/dns1_sent" || metrics[0].Value != 5 {
			t.Errorf("HAProxy %s: first metric %+v (-want +got):\n%s", version, metrics[0], diff)
		}
	}
}

// FuzzJudge holds that nothing HAProxy or DNS says makes the judgement panic or
// blame a server that has its address.
func FuzzJudge(f *testing.F) {
	f.Add("a", "DOWN", "192.0.2.10", "v2.test", "", []byte{192, 0, 2, 10}, 3)
	f.Add("a", "MAINT (resolution)", "", "", "_x._tcp", []byte{}, 0)
	f.Add("a", "DOWN", "fe80::1%eth0", "::1", "", []byte{1}, -1)
	f.Fuzz(func(t *testing.T, name, status, address, fqdn, record string, answer []byte, lookups int) {
		b := backendOf(server{name, status, address, fqdn, record})
		a := dns.Answer{Lookups: lookups, IPv4: lookups, IPv6: lookups}
		if got, ok := netip.AddrFromSlice(answer); ok {
			a.Addresses = append(a.Addresses, got.Unmap())
		}
		v, ok := Judge(b, dns.Answers{Names: map[string]dns.Answer{strings.ToLower(fqdn): a}})
		if !ok {
			return
		}
		v.Finding()
		v.Perfdata()
		if s := v.Servers[0]; s.Standing == diagnosis.NameStale && a.Has(netip.MustParseAddr(s.Place().Address)) {
			t.Errorf("stale, though DNS has %s", s.Place().Address)
		}
	})
}
