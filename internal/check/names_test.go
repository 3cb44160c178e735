package check

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
)

// Each name is asked for once, with all addresses that are believed.
func TestQuestions(t *testing.T) {
	one := Target{Backend: &haproxy.Backend{Servers: []haproxy.Server{
		{Name: "a", Status: "UP", State: &haproxy.ServerState{Address: "192.0.2.10", FQDN: "v2.test"}}, {Name: "b", Status: "DOWN", State: &haproxy.ServerState{Address: "192.0.2.11", FQDN: "V2.test"}}, {Name: "c", Status: "UP", Address: "192.0.2.1:80"},
		{Name: "d", Status: "MAINT (resolution)", State: &haproxy.ServerState{FQDN: "v2.test"}, Unfilled: true},
	}}}
	two := Target{Backend: &haproxy.Backend{Servers: []haproxy.Server{
		{Name: "a", Status: "MAINT (resolution)", State: &haproxy.ServerState{FQDN: "gone.test"}}, {Name: "b", Status: "UP", State: &haproxy.ServerState{Address: "192.0.2.12", FQDN: "v2.test"}}, {Name: "s", Status: "MAINT (resolution)", State: &haproxy.ServerState{SRVRecord: "_x._tcp.test"}},
		{Name: "t", Status: "UP", State: &haproxy.ServerState{SRVRecord: "_X._tcp.test", FQDN: "t.test", Address: "192.0.2.20", Port: 8080}},
		{Name: "u", Status: "UP", State: &haproxy.ServerState{SRVRecord: "_x._tcp.test", FQDN: "u.test", Address: "192.0.2.21", Port: 8081}},
		{Name: "v", Status: "UP", State: &haproxy.ServerState{SRVRecord: "_x._tcp.test", FQDN: "v.test", Address: "192.0.2.22"}},
	}}}
	for name, test := range map[string]struct {
		wanted   func(*haproxy.Server) bool
		names    []dns.Question
		services []dns.ServiceQuestion
	}{
		"all": {func(*haproxy.Server) bool { return true }, []dns.Question{
			{Name: "v2.test", Believe: []netip.Addr{netip.MustParseAddr("192.0.2.10"), netip.MustParseAddr("192.0.2.11"), netip.MustParseAddr("192.0.2.12")}},
			{Name: "gone.test"},
		}, []dns.ServiceQuestion{{Record: "_x._tcp.test", Believe: []netip.AddrPort{netip.MustParseAddrPort("192.0.2.20:8080"), netip.MustParseAddrPort("192.0.2.21:8081")}}}},
		"of those that are down": {
			isDown, []dns.Question{{Name: "v2.test", Believe: []netip.Addr{netip.MustParseAddr("192.0.2.11")}}, {Name: "gone.test"}}, []dns.ServiceQuestion{{Record: "_x._tcp.test"}},
		},
	} {
		got := newQuestions([]Target{one, two}, test.wanted)
		for _, diff := range []string{
			cmp.Diff(test.names, got.names, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })),
			cmp.Diff(test.services, got.services, cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })),
		} {
			if diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	}
}
