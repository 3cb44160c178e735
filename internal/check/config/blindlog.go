package config

import (
	"fmt"
	"slices"
	"strings"

	"check-haproxy/internal/haproxy/configuration"
)

var blindLog = Rule{
	Name:     "blind-log",
	Finds:    "a frontend without `log`, or without a format that tells backend, server and termination flags; notes for `option dontlognull` in TCP mode, and for `option log-separate-errors` with two targets",
	Why:      "an outage leaves no trace, or none that tells which backend had no server",
	Chapter:  "8 Logging",
	Severity: Warning,
	find:     findBlindLog,
}

func findBlindLog(c Subject) []Finding {
	var findings []Finding
	global := len(c.Lines("global", "log"))
	for _, p := range c.Proxies {
		if !p.TakesConnections() || len(p.Servers) == 0 && len(leading(p)) == 0 {
			continue // there is no server that the log could tell of
		}
		targets := logTargets(p, global)
		findings = append(findings, blind(p, targets)...)
		findings = append(findings, halfBlind(p, targets)...)
	}
	return findings
}

// logTargets is to how many places the section logs: "log global" is all of
// global's.
func logTargets(p *configuration.Proxy, global int) int {
	targets := 0
	for line := range p.All() {
		switch {
		case line.Is("no", "log"):
			targets = 0
		case line.Is("log", "global"):
			targets += global
		case line.Is("log"):
			targets++
		}
	}
	return targets
}

// blind finds a section that logs nothing, or nothing that tells.
func blind(p *configuration.Proxy, targets int) []Finding {
	name := p.Title()
	if targets == 0 {
		return []Finding{{
			Severity: Warning, Position: p.Position, Section: name,
			Brief:   name + " logs nothing",
			Message: "there is no log line, neither here nor in defaults, or \"log global\" while global has none",
			Advice:  `"log /dev/log local0" in global, "log global" and "option httplog" in defaults`,
		}}
	}
	lacks, place := formatLacks(p)
	if lacks == "" {
		return nil
	}
	return []Finding{{
		Severity: Warning, Position: place, Section: name,
		Brief:   name + " logs without " + lacks,
		Message: "the log tells no " + lacks,
		Advice:  `"option httplog" (in TCP mode "option tcplog"), or a log-format with %b, %s and %ts`,
	}}
}

// halfBlind finds what hides or doubles some lines.
func halfBlind(p *configuration.Proxy, targets int) []Finding {
	var findings []Finding
	name := p.Title()
	if line, ok := p.Option("dontlognull"); ok && p.Mode() == "tcp" {
		findings = append(findings, Finding{
			Severity: Note, Position: line.Position, Section: name,
			Brief:   name + " hides TCP sessions without data",
			Message: "option dontlognull leaves out TCP sessions without data",
			Why:     "a protocol in which the server speaks first logs nothing while no server is there",
			Advice:  `"no option dontlognull" in the frontends in TCP mode`,
		})
	}
	if line, ok := p.Option("log-separate-errors"); ok && targets > 1 {
		findings = append(findings, Finding{
			Severity: Note, Position: line.Position, Section: name,
			Brief:   name + " may log failures twice",
			Message: fmt.Sprintf("option log-separate-errors raises the level of failures, and there are %d log targets", targets),
			Why:     "one file may get failures twice, so that they are counted twice",
			Advice:  "levels on the log lines, so that each target gets a line once",
		})
	}
	return findings
}

// formatLacks names the first thing that the section's log format does not tell,
// and where the format is set. A format in a log profile or in a variable is not
// known here, and lacks nothing.
func formatLacks(p *configuration.Proxy) (lacks string, place configuration.Position) {
	place, lacks = p.Position, "backend, server and flags"
	for line := range p.All() {
		switch {
		case line.Is("option", "httplog"), line.Is("option", "tcplog"), line.Is("option", "httpslog"):
			lacks = ""
		case line.Is("log-format"):
			lacks, place = customLacks(strings.Join(line.Words[1:], " ")), line.Position
		case line.Is("log") && slices.Contains(line.Words, "profile"):
			return "", place
		}
	}
	return lacks, place
}

// tells are the things that a format has to tell, with the aliases and sample
// fetches that do (Configuration Manual 8.2.6).
var tells = []struct {
	name    string
	aliases []string
	fetches []string
}{
	{"backend", []string{"b"}, []string{"be_name"}},
	{"server", []string{"s"}, []string{"srv_name"}},
	{"termination flags", []string{"ts", "tsc"}, []string{"sess_term_state", "term_state"}},
}

// customLacks names the first thing that a log-format does not tell.
func customLacks(format string) string {
	if strings.Contains(format, "$") {
		return "" // a variable: HAProxy's own formats, or one that nobody knows here
	}
	aliases := formatAliases(format)
	for _, need := range tells {
		told := false
		for _, alias := range need.aliases {
			told = told || aliases[alias]
		}
		for _, fetch := range need.fetches {
			told = told || strings.Contains(format, fetch)
		}
		if !told {
			return need.name
		}
	}
	return ""
}

// formatAliases are the aliases in a log-format: "b" of %b, of %{+Q}b and of
// %(backend)b.
func formatAliases(format string) map[string]bool {
	found := map[string]bool{}
	for {
		_, rest, ok := strings.Cut(format, "%")
		if !ok {
			return found
		}
		for _, bracket := range []string{"()", "{}"} {
			if strings.HasPrefix(rest, bracket[:1]) {
				_, rest, _ = strings.Cut(rest, bracket[1:])
			}
		}
		end := strings.IndexFunc(rest, func(r rune) bool { return r < 'A' || r > 'Z' && r < 'a' || r > 'z' })
		if end < 0 {
			end = len(rest)
		}
		found[rest[:end]] = true
		format = strings.TrimPrefix(rest[end:], "%") // "%%" is a percent sign
		if end > 0 {
			format = rest[end:]
		}
	}
}
