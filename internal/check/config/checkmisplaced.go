package config

import (
	"fmt"
	"strings"

	"check-haproxy/internal/haproxy/configuration"
)

var checkMisplaced = Rule{
	Name:     "check-misplaced",
	Finds:    "`option httpchk`, `http-check`, `tcp-check`, `external-check` or another check of the kind `option mysql-check` in a frontend",
	Why:      "only backends check servers, and theirs are checked in another way than the line says, or not at all",
	Chapter:  "4.1 Proxy keywords matrix",
	Severity: Warning,
	find:     findCheckMisplaced,
}

func findCheckMisplaced(c Subject) []Finding {
	var findings []Finding
	for _, p := range c.Proxies {
		if p.HasServers() {
			continue
		}
		for _, line := range p.Lines {
			if keyword, is := checkKeyword(line); is {
				findings = append(findings, Finding{
					Severity: Warning, Position: line.Position, Section: p.Title(),
					Brief:   fmt.Sprintf("%s: %s without effect", p.Title(), keyword),
					Message: fmt.Sprintf("%s is without effect in a frontend", keyword),
					Advice:  "the line in the backends, or in defaults",
				})
			}
		}
	}
	return findings
}

// checkOptions are the options that say how servers are checked, beside those
// that end in "-check".
var checkOptions = map[string]bool{"httpchk": true, "smtpchk": true, "ssl-hello-chk": true}

// checkKeyword is the keyword by which a line speaks of health checks.
func checkKeyword(line configuration.Line) (keyword string, is bool) {
	switch word := line.Word(1); line.Words[0] {
	case "http-check", "tcp-check", "external-check":
		return line.Words[0], true
	case "option":
		return "option " + word, checkOptions[word] || strings.HasSuffix(word, "-check")
	}
	return "", false
}
