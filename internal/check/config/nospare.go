package config

import (
	"fmt"

	"check-haproxy/internal/haproxy/configuration"
)

var noSpare = Rule{
	Name:     "no-spare",
	Finds:    "a backend with a single server and no backup",
	Why:      "when it is down, every request is refused with 503 (NOSRV)",
	Chapter:  "5.2 Server and default-server options, backup",
	Severity: Note,
	find:     findNoSpare,
}

func findNoSpare(c Subject) []Finding {
	var findings []Finding
	for _, p := range c.Proxies {
		if !balances(p) || serverCount(p) != 1 {
			continue
		}
		if s := p.Servers[0]; isTarget(c.Configuration, s) {
			findings = append(findings, Finding{
				Severity: Note, Position: s.Position, Section: p.Title(),
				Brief:   p.Title() + " has a single server",
				Message: fmt.Sprintf("%s is the only server, and there is no backup", s.Name),
				Advice:  `a second server, or one with "backup" that says sorry`,
			})
		}
	}
	return findings
}

// serverCount is how many servers the section has, those of templates included.
func serverCount(p *configuration.Proxy) int {
	n := 0
	for _, s := range p.Servers {
		n += max(s.Count, 1)
	}
	return n
}
