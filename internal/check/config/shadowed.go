package config

import (
	"fmt"
	"maps"
	"slices"

	"check-haproxy/internal/haproxy/configuration"
)

var shadowed = Rule{
	Name:     "shadowed",
	Finds:    "a `use_backend` whose requests an earlier one always takes first (`path_beg /path/v2` before `path_beg /path/v2e`)",
	Why:      "the first rule that matches wins: the backend never gets a request, and the other one gets requests that are not its own",
	Chapter:  "4.2 use_backend",
	Severity: Warning,
	find:     findShadowed,
}

func findShadowed(c Subject) []Finding {
	var findings []Finding
	for _, p := range c.Proxies {
		if !p.TakesConnections() {
			continue
		}
		routes := p.Routes()
		byEarlier := configuration.Shadowed(routes)
		for _, i := range slices.Sorted(maps.Keys(byEarlier)) {
			findings = append(findings, neverReached(p, routes[i], routes[byEarlier[i]]))
		}
	}
	return findings
}

func neverReached(p *configuration.Proxy, route, earlier configuration.Route) Finding {
	name := p.Title()
	return Finding{
		Severity: Warning, Position: route.Position, Section: name,
		Brief:   fmt.Sprintf("%s never uses %s", name, route.Backend),
		Message: fmt.Sprintf("use_backend %s is never reached: use_backend %s in line %d takes its requests first", route.Backend, earlier.Backend, earlier.Position.Line),
		Advice:  "the narrower rule before the wider one",
	}
}
