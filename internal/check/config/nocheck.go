package config

import (
	"fmt"

	"check-haproxy/internal/haproxy/configuration"
)

var noCheck = Rule{
	Name:     "no-check",
	Finds:    "a server without `check`, `agent-check` or `track`; a note for `observe` alone, which needs `check` to work",
	Why:      "HAProxy never takes it for DOWN, so that its errors reach users as long as it is broken",
	Chapter:  "5.2 Server and default-server options, check",
	Severity: Warning,
	find:     findNoCheck,
}

func findNoCheck(c Subject) []Finding {
	var findings []Finding
	for _, p := range c.Proxies {
		if !balances(p) {
			continue
		}
		for _, s := range p.Servers {
			if isTarget(c.Configuration, s) && !isChecked(s) {
				findings = append(findings, unchecked(p, s))
			}
		}
	}
	return findings
}

func isChecked(s configuration.Server) bool {
	return s.Options.Has("check") || s.Options.Has("agent-check") || s.Options.Has("track")
}

func unchecked(p *configuration.Proxy, s configuration.Server) Finding {
	f := Finding{
		Severity: Warning, Position: s.Position, Section: p.Title(),
		Brief:   s.Name + " is not checked",
		Message: fmt.Sprintf("server %s is not checked", s.Name),
		Advice:  `"check" on the server line, or "default-server check" before it`,
	}
	if s.Options.Has("observe") {
		f.Severity = Note
		f.Message = fmt.Sprintf("server %s is observed and not checked", s.Name)
		f.Why = "observe does nothing without check"
	}
	return f
}
