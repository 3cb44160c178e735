package config

import (
	"slices"
	"strings"

	"check-haproxy/internal/haproxy/configuration"
)

var uncovered = Rule{
	Name:     "uncovered",
	Finds:    "a frontend without `default_backend`, nor an unconditional rule, return, redirect, deny, `use-service` or `stats enable`; a note if conditional answers, or names that are computed, may cover the rest",
	Why:      "the answer is 503, and NOSRV in the log",
	Chapter:  "4.2 default_backend",
	Severity: Warning,
	find:     findUncovered,
}

func findUncovered(c Subject) []Finding {
	var findings []Finding
	for _, p := range c.Proxies {
		if !p.TakesConnections() || len(p.Servers) > 0 {
			continue
		}
		covered, partly := coverage(p)
		if covered {
			continue
		}
		name := p.Title()
		f := Finding{
			Severity: Warning, Position: p.Position, Section: name,
			Brief:   name + " has no default_backend",
			Message: "a request that no rule takes has no backend",
			Advice:  `"default_backend NAME", or a last rule without a condition, such as "http-request return status 404"`,
		}
		switch {
		case p.Kind == "listen":
			f.Severity = Note
			f.Message = "a request that no rule takes has no server, unless some are added over the socket"
		case partly:
			f.Severity = Note
			f.Message = "a request that no rule takes has no backend, unless the conditional rules cover all"
		}
		findings = append(findings, f)
	}
	return findings
}

// coverage says whether every request is taken, and else whether rules that
// answer by themselves, or backends whose names are computed, may take the rest.
func coverage(p *configuration.Proxy) (covered, partly bool) {
	if _, ok := p.DefaultBackend(); ok || showsStatistics(p) || p.Mode() == "haterm" {
		return true, false
	}
	var conditions []configuration.Condition
	for _, route := range p.Routes() {
		if route.Certain() {
			conditions = append(conditions, route.Condition)
		} else {
			partly = true
		}
	}
	answers := p.Answers()
	for _, answer := range answers {
		conditions = append(conditions, answer.Condition)
	}
	if slices.ContainsFunc(conditions, configuration.Condition.Always) || configuration.CoverAll(conditions) {
		return true, false
	}
	return false, partly || len(answers) > 0 || answersOtherwise(p) || len(conditions) == 0 && isMonitored(p)
}

// showsStatistics says whether the section has the statistics page; any stats
// line but "stats socket" of global makes it one (stats_check_init_uri_auth).
func showsStatistics(p *configuration.Proxy) bool {
	_, ok := p.Last("stats")
	return ok
}

// isMonitored says whether the section answers probes of itself: it may be there
// for nothing else.
func isMonitored(p *configuration.Proxy) bool {
	_, ok := p.Last("monitor-uri")
	return ok
}

// answersOtherwise says whether requests may be answered in ways that no rule
// tells: Lua, or the dispatch of older versions.
func answersOtherwise(p *configuration.Proxy) bool {
	for line := range p.All() {
		switch {
		case line.Words[0] == "dispatch", line.Words[0] == "transparent", line.Is("option", "transparent"):
			return true
		case line.Words[0] == "http-request" && strings.HasPrefix(line.Word(1), "lua."):
			return true
		}
	}
	return false
}
