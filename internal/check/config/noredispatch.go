package config

import (
	"fmt"

	"check-haproxy/internal/haproxy/configuration"
)

var noRedispatch = Rule{
	Name:     "no-redispatch",
	Finds:    "persistence (`cookie`, `stick on`, `stick match`, `persist rdp-cookie`) without `option redispatch`",
	Why:      "a client whose server does not answer is sent to it again until its retries are used up, while the others are idle",
	Chapter:  "4.2 option redispatch",
	Severity: Warning,
	find:     findNoRedispatch,
}

func findNoRedispatch(c Subject) []Finding {
	var findings []Finding
	for _, p := range c.Proxies {
		if !balances(p) || serverCount(p) < 2 || redispatches(p) {
			continue
		}
		if line, ok := persistence(p); ok {
			name := p.Title()
			findings = append(findings, Finding{
				Severity: Warning, Position: line.Position, Section: name,
				Brief:   name + " never redispatches",
				Message: fmt.Sprintf("clients stick to a server (%s), and there is no option redispatch", line.Words[0]),
				Advice:  `"option redispatch"`,
			})
		}
	}
	return findings
}

// redispatches says whether a retry may go to another server; the interval 0
// switches that off.
func redispatches(p *configuration.Proxy) bool {
	line, on := p.Option("redispatch")
	return on && line.Word(2) != "0"
}

// persistence is the line that ties clients to servers.
func persistence(p *configuration.Proxy) (configuration.Line, bool) {
	for _, words := range [][]string{{"cookie"}, {"stick", "on"}, {"stick", "match"}, {"persist", "rdp-cookie"}} {
		if line, ok := p.Last(words...); ok {
			return line, true
		}
	}
	return configuration.Line{}, false
}
