package config

import (
	"fmt"
	"slices"
	"strings"

	"check-haproxy/internal/haproxy/configuration"
)

var unknownBackend = Rule{
	Name:     "unknown-backend",
	Finds:    "a rule to a backend that is not there; a note for a backend that no rule, default or computed name leads to",
	Why:      "HAProxy refuses to start",
	Chapter:  "4.2 use_backend",
	Severity: Warning,
	find:     findUnknownBackend,
}

func findUnknownBackend(c Subject) []Finding {
	var findings []Finding
	use := usedBackends{reached: map[string]bool{}}
	fronts := 0
	for _, p := range c.Proxies {
		use.see(p)
		if !p.TakesConnections() {
			continue
		}
		fronts++
		for _, route := range leading(p) {
			if !route.Dynamic() && c.Target(route.Backend) == nil {
				findings = append(findings, notThere(p, route))
			}
		}
	}
	if fronts == 0 { // a part of a configuration: who leads here is in another file
		return findings
	}
	for _, p := range c.Proxies {
		if !p.TakesConnections() && !use.uses(p) {
			findings = append(findings, Finding{
				Severity: Note, Position: p.Position, Section: p.Title(),
				Brief:   "nothing leads to " + p.Title(),
				Message: "no rule, default_backend or computed name leads to the backend",
				Why:     "it gets no request, whatever somebody believes",
				Advice:  "a rule that uses it, or nothing of it",
			})
		}
	}
	return findings
}

// leading are all rules of a frontend that name a backend.
func leading(p *configuration.Proxy) []configuration.Route {
	routes := p.Routes()
	if route, ok := p.DefaultBackend(); ok {
		routes = append(routes, route)
	}
	return routes
}

func notThere(p *configuration.Proxy, route configuration.Route) Finding {
	return Finding{
		Severity: Warning, Position: route.Position, Section: p.Title(),
		Brief:   "there is no backend " + route.Backend,
		Message: fmt.Sprintf("%s names the backend %s, which is not there", route.Words[0], route.Backend),
		Advice:  "the backend's right name (names are case-sensitive)",
	}
}

// usedBackends knows which backends something leads to.
type usedBackends struct {
	reached  map[string]bool // by name: of a rule, or of a server that is tracked
	computed []configuration.Route
	agents   bool // a filter asks agents (SPOE): its file, which names the backend, is not read here
}

// see takes what one section leads to.
func (u *usedBackends) see(p *configuration.Proxy) {
	for _, s := range p.Servers {
		if backend, _, ok := strings.Cut(s.Options["track"], "/"); ok {
			u.reached[backend] = true
		}
	}
	if _, ok := p.Last("filter", "spoe"); ok {
		u.agents = true
	}
	if !p.TakesConnections() {
		return
	}
	for _, route := range leading(p) {
		switch {
		case !route.Dynamic():
			u.reached[route.Backend] = true
		case !slices.ContainsFunc(u.computed, func(r configuration.Route) bool { return r.Backend == route.Backend }):
			u.computed = append(u.computed, route)
		}
	}
}

// uses says whether anything leads to the backend, or it is there for something
// else than a frontend's requests: to hold a stick table, for logs, for agents.
func (u *usedBackends) uses(p *configuration.Proxy) bool {
	if u.reached[p.Name] || slices.ContainsFunc(u.computed, func(r configuration.Route) bool { return r.Leads(p.Name) }) {
		return true
	}
	if _, ok := p.Last("stick-table"); ok && len(p.Servers) == 0 {
		return true
	}
	mode := p.Mode()
	return mode == "log" || mode == "spop" || mode == "tcp" && u.agents
}
