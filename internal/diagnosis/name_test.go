package diagnosis

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/check"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
)

// named is a server that HAProxy knows by a name, at an address.
func named(status, address string) haproxy.Server {
	return haproxy.Server{Status: status, State: &haproxy.ServerState{Address: address, Port: 80, FQDN: "v2.example.com"}}
}

// recordOf is a server that HAProxy knows by an SRV record.
func recordOf(address string, port int64) haproxy.Server {
	return haproxy.Server{Status: "UP", State: &haproxy.ServerState{Address: address, Port: port, SRVRecord: "_http._tcp.v2.example.com"}}
}

// TestNamingOf holds what a server's name is worth, and why nothing more is known.
func TestNamingOf(t *testing.T) {
	const name, record = "v2.example.com", "_http._tcp.v2.example.com"
	of := func(change func(*dns.Answer), addresses ...string) dns.Answers {
		answers := moved(name, addresses...)
		answer := answers.Names[name]
		change(&answer)
		return dns.Answers{Names: map[string]dns.Answer{name: answer}}
	}
	target := func(port uint16, answer dns.Answers) dns.ServiceTarget {
		return dns.ServiceTarget{Host: "a.example.com", Port: port, Answer: answer.Names[name]}
	}
	services := func(s dns.Service) dns.Answers { return dns.Answers{Services: map[string]dns.Service{record: s}} }
	here, gone := moved(name, "192.0.2.10"), moved(name, "192.0.2.77")
	failed := func(a *dns.Answer) { a.Err, a.IPv4 = errors.New("no answer"), 0 }
	failing := of(failed)
	unfilled, slot := named("MAINT (resolution)", ""), haproxy.Server{Status: "MAINT (resolution)"}
	unfilled.Unfilled = true
	for _, test := range []struct {
		name     string
		server   haproxy.Server
		names    dns.Answers
		standing NameStanding
		reason   string
	}{
		{"by address", haproxy.Server{Status: "UP", State: &haproxy.ServerState{Address: "192.0.2.10"}}, gone, NameNone, ""},
		{"an unfilled slot", unfilled, gone, NameUnfilled, ""},
		{"a page tells that it is unresolved", slot, dns.Answers{}, NameUnresolved, ""},
		{"unresolved", named("MAINT (resolution)", ""), here, NameUnresolved, ""},
		{"unresolved, at an old address", named("MAINT (resolution)", "192.0.2.10"), here, NameUnresolved, ""},
		{"without an address, though UP", named("UP", ""), here, NameUnresolved, ""},
		{"unresolved, and nobody looked", named("UP", ""), dns.Answers{}, NameUnresolved, ""},
		{"unresolved, and DNS fails", named("UP", ""), failing, NameUnresolved, "no answer"},
		{"nobody looked", named("UP", "192.0.2.10"), dns.Answers{}, NameNotJudged, ""},
		{"right", named("UP", "192.0.2.10"), here, NameOK, ""},
		{"right, whatever else fails", named("UP", "192.0.2.10"), of(failed, "192.0.2.10"), NameOK, ""},
		{"stale", named("UP", "192.0.2.10"), gone, NameStale, ""},
		{"no IP address", named("UP", "unix@/run/v2.sock"), gone, NameLookupFailed, "there was no time for enough lookups; raise --timeout"},
		{"DNS fails", named("UP", "192.0.2.10"), failing, NameLookupFailed, "no answer"},
		{"too few lookups", named("UP", "192.0.2.10"), of(func(a *dns.Answer) { a.IPv4 = dns.Enough - 1 }, "192.0.2.77"), NameLookupFailed,
			"there was no time for enough lookups; raise --timeout"},
		{"cut", named("UP", "192.0.2.10"), of(func(a *dns.Answer) { a.Cut = true }, "192.0.2.77"), NameNotJudged,
			"DNS has more addresses than the 1 that are looked at"},
		{"changing", named("UP", "192.0.2.10"), of(func(a *dns.Answer) { a.Changing = true }, "192.0.2.77", "192.0.2.78"), NameNotJudged,
			"DNS gives other addresses each time, 2 so far"},
		{"a record, and nobody looked", recordOf("192.0.2.10", 80), gone, NameNotJudged, ""},
		{"a record, right", recordOf("192.0.2.10", 80), services(dns.Service{Targets: []dns.ServiceTarget{target(80, here)}, Lookups: dns.Enough}), NameOK, ""},
		{"a record, another port", recordOf("192.0.2.10", 80), services(dns.Service{Targets: []dns.ServiceTarget{target(81, here)}, Lookups: dns.Enough}), NameStale, ""},
		{"a record, another address", recordOf("192.0.2.10", 80), services(dns.Service{Targets: []dns.ServiceTarget{target(80, gone)}, Lookups: dns.Enough}), NameStale, ""},
		{"a record, without the port", recordOf("192.0.2.10", 0), services(dns.Service{Targets: []dns.ServiceTarget{target(80, here)}, Lookups: dns.Enough}), NameNotJudged,
			"HAProxy tells no port, which an SRV record is about"},
		{"a record, cut", recordOf("192.0.2.10", 80), services(dns.Service{Targets: []dns.ServiceTarget{target(80, gone)}, Lookups: dns.Enough, Cut: true}), NameNotJudged,
			"the SRV record has more targets than the 1 that are looked at"},
		{"a record, a target cut", recordOf("192.0.2.10", 80),
			services(dns.Service{Targets: []dns.ServiceTarget{target(80, of(func(a *dns.Answer) { a.Cut = true }, "192.0.2.77"))}, Lookups: dns.Enough}), NameNotJudged,
			"a.example.com: DNS has more addresses than the 1 that are looked at"},
		{"a record that cannot be had", recordOf("192.0.2.10", 80), services(dns.Service{Err: errors.New("no SRV record")}), NameLookupFailed, "no SRV record"},
		{"a record whose target fails", recordOf("192.0.2.10", 80), services(dns.Service{Targets: []dns.ServiceTarget{target(80, failing)}, Lookups: dns.Enough}), NameLookupFailed,
			"a.example.com: no answer"},
		{"a record, too few lookups", recordOf("192.0.2.10", 80), services(dns.Service{Targets: []dns.ServiceTarget{target(80, gone)}, Lookups: dns.Enough - 1}), NameLookupFailed,
			"there was no time for enough lookups; raise --timeout"},
	} {
		got := NamingOf(&test.server, test.names)
		if got.Standing != test.standing || got.Reason != test.reason {
			t.Errorf("%s: %s, %q; want %s, %q", test.name, got.Standing, got.Reason, test.standing, test.reason)
		}
	}
	both := services(dns.Service{Targets: []dns.ServiceTarget{target(80, here), target(81, gone)}, Lookups: dns.Enough})
	server := recordOf("192.0.2.10", 80)
	if diff := cmp.Diff([]string{"192.0.2.10:80", "192.0.2.77:81"}, NamingOf(&server, both).Answers); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

// TestAnswersAreBounded: a pool can have a thousand addresses.
func TestAnswersAreBounded(t *testing.T) {
	many := dns.Answer{Lookups: dns.Enough, IPv4: dns.Enough}
	for i := range 101 {
		many.Addresses = append(many.Addresses, netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}))
	}
	server := named("UP", "192.0.2.200")
	got := NamingOf(&server, dns.Answers{Names: map[string]dns.Answer{"v2.example.com": many}})
	if len(got.Answers) != 100 || got.Standing != NameStale {
		t.Errorf("%s with %d answers", got.Standing, len(got.Answers))
	}
}

func TestAddresses(t *testing.T) {
	for n, want := range map[int]string{0: "", 1: "a1", 2: "a1 and a2", 3: "a1, a2 and a3", 4: "a1, a2, a3 and a4", 5: "a1, a2, a3, a4 and 1 more", 9: "a1, a2, a3, a4 and 5 more"} {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf("a%d", i+1))
		}
		if got := Addresses(all); got != want {
			t.Errorf("%d addresses: %q, want %q", n, got, want)
		}
	}
}

// TestForms holds what may stand in a command: a shell, socat or HAProxy would
// read something into everything else.
func TestForms(t *testing.T) {
	for form, words := range map[*form]struct{ fit, not []string }{
		&nameForm: {[]string{"v2", "V2", "a", "z", "A", "Z", "0", "9", "_x", ".x", ":x", "a-b", "a_b.c:d", strings.Repeat("a", 255)},
			[]string{"", "-x", "a b", "a;b", "a'b", "a/b", "a`b", "a{b", "a[b", "a@b", "é", "a\n", strings.Repeat("a", 256)}},
		&hostForm: {[]string{"v2.example.com", "_http._tcp.example.com", "a-b"}, []string{"", "-x", ".x", "a:b", "a;b", "a/b"}},
		&uriForm:  {[]string{"/", "/a?b=c&d=e", "/a:b,c"}, []string{"", "a", "/'", "/a b", "/$x", "/`"}},
		&pathForm: {[]string{"/run/haproxy/admin.sock", "/a@b"}, []string{"", "run", "/a,exec:x", "/a:b", "/a b", "/a!b"}},
	} {
		for _, word := range words.fit {
			if !form.fits(word) {
				t.Errorf("%+v does not take %q", *form, word)
			}
		}
		for _, word := range words.not {
			if form.fits(word) {
				t.Errorf("%+v takes %q", *form, word)
			}
		}
	}
}

// TestAsk holds how HAProxy is asked, and where it is not.
func TestAsk(t *testing.T) {
	for address, want := range map[string]string{
		"/run/haproxy/admin.sock": "echo 'show sess' | socat stdio /run/haproxy/admin.sock",
		"lb1.example.com:9999":    "echo 'show sess' | socat stdio TCP:lb1.example.com:9999",
		"192.0.2.1:9999":          "echo 'show sess' | socat stdio TCP:192.0.2.1:9999",
		"[2001:db8::1]:9999":      "echo 'show sess' | socat stdio TCP:[2001:db8::1]:9999",
		"":                        "",
		"run/admin.sock":          "",
		"/run/a,exec:x":           "",
		"lb1":                     "",
		"lb 1:9999":               "",
		"lb1:http":                "",
		"lb1:65536":               "",
		"lb1:65535":               "echo 'show sess' | socat stdio TCP:lb1:65535",
		"[fe80::1%eth0]:9999":     "",
	} {
		c := at(&haproxy.Backend{Name: "v2"})
		c.Address = address
		if got := strings.Join(c.ask("show sess"), "\n"); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}

// TestSectionFindings holds the causes that are no server's.
func TestSectionFindings(t *testing.T) {
	configured := "grep -nE -A 20 '^(backend|listen) +v2' /etc/haproxy/haproxy.cfg"
	ask := func(command string) string { return "echo '" + command + "' | socat stdio /run/haproxy/admin.sock" }
	failing := haproxy.Backend{Name: "v2", Status: "UP"}
	failing.Responses[haproxy.Responses5xx] = haproxy.Number{Value: 3, Known: true}
	lost := haproxy.Backend{Name: "v2", Selected: haproxy.Number{Value: 1, Known: true}}
	backend := func(b haproxy.Backend) Case { return at(&b) }
	frontend := func(status string) Case {
		c := at(&haproxy.Backend{})
		c.Name, c.Backend, c.Frontend = "v2", nil, &haproxy.Frontend{Name: "v2", Status: status}
		return c
	}
	for name, test := range map[string]struct {
		of       Case
		cause    Cause
		evidence string
		commands []string
	}{
		"paused": {frontend("PAUSED"), FrontendClosed, "HAProxy says PAUSED: clients are refused", []string{ask("enable frontend v2") + "  # when it is to serve again"}},
		"stopped": {frontend("STOP"), FrontendClosed, "HAProxy says STOP: clients are refused",
			[]string{"systemctl reload haproxy  # a frontend that was stopped comes back with a reload alone"}},
		"unpublished": {backend(haproxy.Backend{Name: "v2", Status: "UP (UNPUB)"}), Unpublished, "HAProxy says UP (UNPUB): no rule leads to the backend until it is published again",
			[]string{ask("publish backend v2") + "  # when it is to serve again"}},
		"lost": {backend(lost), NoServers, "it has no servers left, though it had some: they were given 1 request",
			[]string{configured, "systemctl reload haproxy  # brings the configured servers back"}},
		"never":   {backend(failing), NoServers, "it has no server line and has answered nothing but errors (3 responses 5xx)", []string{configured}},
		"hidden":  {backend(haproxy.Backend{Name: "v2", Status: "DOWN"}), Unknown, "HAProxy says DOWN, and no row of a server tells why: are some hidden?", []string{ask("show stat v2 4 -1")}},
		"hostile": {backend(haproxy.Backend{Name: "v2'; reboot #", Status: "DOWN"}), Unknown, "HAProxy says DOWN, and no row of a server tells why: are some hidden?", nil},
	} {
		if diff := cmp.Diff(Finding{test.cause, test.evidence, test.commands}, test.of.Finding(test.cause, nil)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	who := frontend("OPEN")
	want := []string{ask("show sess") + " | grep ' fe=v2 ' | sed 's/.* src=//; s/:[0-9]* .*//' | sort | uniq -c | sort -rn | head"}
	if diff := cmp.Diff(want, who.WhoFills()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	who.Name = "v2' | reboot"
	if got := who.WhoFills(); len(got) > 0 {
		t.Errorf("a hostile name gives %q", got)
	}
}

// TestHowMany holds the subject of a finding's sentence.
func TestHowMany(t *testing.T) {
	for _, test := range []struct {
		all, bad int
		want     string
	}{
		{1, 1, "its only server failed the health check: s1 L4CON"},
		{2, 1, "1 of 2 servers failed the health check: s1 L4CON"},
		{2, 2, "both servers failed the health check: s1 L4CON, s2 L4CON"},
		{3, 2, "2 of 3 servers failed the health check: s1 L4CON, s2 L4CON"},
		{3, 3, "all 3 servers failed the health check: s1 L4CON, s2 L4CON, s3 L4CON"},
		{5, 4, "4 of 5 servers failed the health check: s1 L4CON, s2 L4CON, s3 L4CON, 1 more"},
		{6, 6, "all 6 servers failed the health check: s1 L4CON, s2 L4CON, s3 L4CON, 3 more"},
	} {
		b := haproxy.Backend{Name: "v2"}
		var bad []*haproxy.Server
		for i := range test.all {
			b.Servers = append(b.Servers, haproxy.Server{Name: fmt.Sprintf("s%d", i+1), Status: "DOWN", CheckStatus: "L4CON"})
		}
		for i := range test.bad {
			bad = append(bad, &b.Servers[i])
		}
		if got := at(&b).Finding(HealthCheckFailed, bad).Evidence; got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

// TestCheckPath: a path that is none would run into the port.
func TestCheckPath(t *testing.T) {
	for path, want := range map[string]string{"": "/", "/": "/", "/a?b": "/a?b", "0/x": "/", "*": "/"} {
		if got := (Case{Target: check.Target{CheckPath: path}}).checkPath(); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}

func TestIsOnPurpose(t *testing.T) {
	for _, cause := range urgency {
		if want := cause == Maintenance || cause == Drained || cause == ZeroWeight; cause.IsOnPurpose() != want {
			t.Errorf("%s is on purpose: %t", cause, !want)
		}
	}
}
