package config

import (
	"fmt"
	"net/netip"
	"strings"

	"check-haproxy/internal/haproxy/configuration"
)

var dnsStopsStart = Rule{
	Name:     "dns-stops-start",
	Finds:    "`init-addr` (default `last,libc`; with `resolvers`, HAProxy adds `none` to the default) without `none` or an address at its end",
	Why:      "HAProxy does not start while the name does not resolve, so that a restart during trouble with DNS is an outage of everything",
	Chapter:  "5.2 Server and default-server options, init-addr",
	Severity: Note,
	find:     findDNSStopsStart,
}

func findDNSStopsStart(c Subject) []Finding {
	var findings []Finding
	for _, p := range c.Proxies {
		if !balances(p) {
			continue
		}
		for _, s := range p.Servers {
			if isLookedUp(s) && stopsStart(s) {
				findings = append(findings, Finding{
					Severity: Note, Position: s.Position, Section: p.Title(),
					Brief:   s.Name + " may stop the start",
					Message: fmt.Sprintf("server %s has to be found by the name %s at the start", s.Name, s.Address.Host),
					Advice:  `"init-addr last,libc,none" on the server line, or in default-server`,
				})
			}
		}
	}
	return findings
}

// stopsStart follows srv_iterate_initaddr of HAProxy's server.c: the methods are
// tried in turn, and "none" or an address always succeeds. Where init-addr is
// not written, it is "last,libc", and with resolvers "last,libc,none" (seen with
// HAProxy 2.6 and in the source of 3.5).
func stopsStart(s configuration.Server) bool {
	methods, written := s.Options["init-addr"]
	if !written {
		return !s.Options.Has("resolvers") && s.Address.Kind != configuration.BySRV
	}
	for method := range strings.SplitSeq(methods, ",") {
		_, err := netip.ParseAddr(method)
		if method == "none" || err == nil || strings.Contains(method, "$") {
			return false
		}
	}
	return true
}
