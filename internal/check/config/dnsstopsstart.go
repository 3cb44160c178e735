package config

import (
	"fmt"
	"net/netip"
	"strings"

	"check-haproxy/internal/haproxy/configuration"
)

var dnsStopsStart = Rule{
	Name:     "dns-stops-start",
	Finds:    "`init-addr` (default `last,libc`) without `none` or an address; with `resolvers`, HAProxy adds `none` to the default by itself, which its manual recommends to write",
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
			if isLookedUp(s) && mayStopStart(s) {
				findings = append(findings, foundAtStart(p, s))
			}
		}
	}
	return findings
}

func foundAtStart(p *configuration.Proxy, s configuration.Server) Finding {
	f := Finding{
		Severity: Note, Position: s.Position, Section: p.Title(),
		Brief:   s.Name + " may stop the start",
		Message: fmt.Sprintf("server %s has to be found by the name %s at the start", s.Name, s.Address.Host),
		Advice:  `"init-addr last,libc,none" on the server line, or in default-server`,
	}
	if !s.Options.Has("init-addr") && s.Options.Has("resolvers") {
		f.Brief = s.Name + " has no init-addr"
		f.Message = fmt.Sprintf("server %s has resolvers and no init-addr", s.Name)
		f.Why = "HAProxy adds none to the default and starts while the name does not resolve, but its manual promises no such thing, and recommends to write it"
	}
	return f
}

// mayStopStart follows srv_iterate_initaddr of HAProxy's server.c: the methods
// are tried in turn, and "none" or an address always succeeds. If init-addr is
// not written, it is "last,libc", and with resolvers "last,libc,none" (seen with
// HAProxy 2.6 and in the source of 3.5; the manual has only the former).
func mayStopStart(s configuration.Server) bool {
	methods, written := s.Options["init-addr"]
	if !written {
		return s.Address.Kind != configuration.BySRV
	}
	for method := range strings.SplitSeq(methods, ",") {
		_, err := netip.ParseAddr(method)
		if method == "none" || err == nil || strings.Contains(method, "$") {
			return false
		}
	}
	return true
}
