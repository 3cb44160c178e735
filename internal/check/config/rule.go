// Package config judges a haproxy.cfg: what in it invites the next outage? Each
// rule stands in a file of its own, as a name, a reason and a pure function
// from the configuration to findings.
package config

import (
	"check-haproxy/internal/haproxy/configuration"
	"check-haproxy/internal/plugin"
)

// Severity is how much a finding matters.
type Severity int

// The severities. A note changes no state.
const (
	Note Severity = iota
	Warning
	Critical
)

// String returns the severity in capitals.
func (s Severity) String() string { return [...]string{"NOTE", "WARNING", "CRITICAL"}[s] }

// MarshalText is String, for JSON.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// State is what the finding makes of the check.
func (s Severity) State() plugin.State {
	return [...]plugin.State{plugin.OK, plugin.Warning, plugin.Critical}[s]
}

// Finding is something in a configuration that a rule objects to.
type Finding struct {
	Severity Severity
	configuration.Position
	Section string // its name; of a section without one, its kind
	Brief   string // for the first line: "v2Elb is looked up once"
	Message string // what it is
	Why     string // what happens otherwise; empty: what the rule says
	Advice  string // what to write
}

// Rule is one idea of what goes wrong.
type Rule struct {
	Name    string
	Finds   string // what it looks for, for the documents
	Why     string // what happens otherwise
	Chapter string // of HAProxy's Configuration Manual
	// Severity is the worst that the rule finds; -c raises findings of this
	// severity.
	Severity Severity
	// OfAll says that the rule's findings are one risk for the whole
	// configuration, not one per section.
	OfAll bool

	find func(Subject) []Finding
}

// Subject is what the rules judge.
type Subject struct {
	*configuration.Configuration
	Running []Running // what runs now, if it was asked
}

// Rules returns all rules, the most harmful first.
func Rules() []Rule {
	return []Rule{
		dnsAtStart, dnsStopsStart, noCheck, checkMisplaced, noSpare, noRedispatch, uncovered, shadowed,
		unknownBackend, maxconnOrder, timeouts, blindLog, oldWords, sockets, drift,
	}
}

// balances says whether the proxy hands traffic to servers: a frontend does
// not, and a backend for logs is no traffic.
func balances(p *configuration.Proxy) bool { return p.HasServers() && p.Mode() != "log" }

// isTarget says whether the server is a machine of its own. Another frontend of
// the same HAProxy is none, nor is an address that each request brings along,
// nor a connection that the server opens.
func isTarget(c *configuration.Configuration, s configuration.Server) bool {
	a := s.Address
	return a.Kind != configuration.Inherited && !a.Unspecified() && !c.IsOwn(a)
}
