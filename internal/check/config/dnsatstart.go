package config

import (
	"fmt"

	"check-haproxy/internal/haproxy/configuration"
)

var dnsAtStart = Rule{
	Name:     "dns-at-start",
	Finds:    "a server by name without `resolvers`",
	Why:      "its address is looked up once, when HAProxy starts: when the load balancer behind the name moves, no request finds a server (NOSRV)",
	Chapter:  "5.3 Server DNS resolution",
	Severity: Warning,
	find:     findDNSAtStart,
}

func findDNSAtStart(c Subject) []Finding {
	var findings []Finding
	for _, p := range c.Proxies {
		if !balances(p) {
			continue
		}
		for _, s := range p.Servers {
			if isLookedUp(s) && !c.resolves(s) {
				findings = append(findings, lookedUpOnce(p, s))
			}
		}
	}
	return findings
}

// isLookedUp says whether the server is known by a name in DNS. Loopback names
// do not move.
func isLookedUp(s configuration.Server) bool {
	return (s.Address.Kind == configuration.ByName || s.Address.Kind == configuration.BySRV) && !s.Address.Loopback()
}

// resolves says whether HAProxy keeps looking the server's name up. It makes a
// section called default by itself (resolvers_create_default in resolvers.c).
func (c Subject) resolves(s configuration.Server) bool {
	name := s.Options["resolvers"]
	return name == "default" || name != "" && c.Named("resolvers", name)
}

func lookedUpOnce(p *configuration.Proxy, s configuration.Server) Finding {
	f := Finding{
		Severity: Warning, Position: s.Position, Section: p.Title(),
		Brief:   s.Name + " is looked up once",
		Message: fmt.Sprintf("server %s is known by the name %s, and has no resolvers", s.Name, s.Address.Host),
		Advice:  `a section "resolvers NAME" with "parse-resolv-conf" or nameserver lines, and "resolvers NAME init-addr last,libc,none" on the server line`,
	}
	if name := s.Options["resolvers"]; name != "" {
		f.Brief = s.Name + " has no section resolvers " + name
		f.Message = fmt.Sprintf("server %s names the resolvers %s, and there is no such section", s.Name, name)
		f.Why = "HAProxy refuses to start"
	}
	return f
}
