// Package picture draws what a HAProxy does now, for a person: one table of
// sections and servers, the rate of requests that found no server, and for each
// section in trouble the cause, the evidence and the command to look further.
//
// It is pure: Of judges facts, with the defaults of the checks, and a Picture
// prints itself into a terminal of a given size, or as JSON.
package picture

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/check/backend"
	"check-haproxy/internal/check/config"
	"check-haproxy/internal/check/nosrv"
	"check-haproxy/internal/check/sessions"
	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
)

// Facts are what one look has found.
type Facts struct {
	At        time.Time
	Processes []Process
	Frontends []check.Target
	Backends  []check.Target
	Names     dns.Answers    // what DNS says of the servers that are down
	Log       *nosrv.Outcome // nil where no log was asked for, or none could be read
	// LogCommand prints the newest lines of the log in a shell; empty where
	// none can, as for standard input.
	LogCommand string
	// Configured leads to what stands in haproxy.cfg; nil where none was given.
	Configured config.Pointer
	// Failures are sentences: what could not be looked at, and what to try.
	Failures []string
	Notes    []string
}

// Process is a HAProxy that answered.
type Process struct {
	Endpoint string
	Info     *haproxy.Info // nil where only statistics could be had
}

// Picture is what the facts mean.
type Picture struct {
	facts    Facts
	log      map[string]*nosrv.Section
	sections []Section // the worst first, equals in HAProxy's order, frontends before backends
}

// Kind is what a section is; log is one that the log alone tells of.
type Kind string

// The kinds.
const (
	KindProcess  Kind = "process"
	KindFrontend Kind = "frontend"
	KindBackend  Kind = "backend"
	KindLog      Kind = "log"
)

// Key tells sections apart: a frontend and a backend may share a name.
func (k Kind) Key(label string) string { return string(k) + " " + label }

// Section is a section and how it is.
type Section struct {
	Kind    Kind
	Label   string
	State   plugin.State
	Verdict *backend.Verdict // of a backend
	Servers []Server         // of a backend

	Status          string // of a frontend: "OPEN"
	Rate            haproxy.Number
	Sessions, Limit haproxy.Number
	Queue           haproxy.Number // requests that wait, for the backend and for its servers
	NOSRV           *nosrv.Section // nil where the log has no line of it
	Findings        []diagnosis.Finding
}

// Key tells the section apart from all others.
func (s *Section) Key() string { return s.Kind.Key(s.Label) }

// LastChange is how many seconds ago a backend's status changed.
func (s *Section) LastChange() haproxy.Number {
	if s.Verdict == nil {
		return haproxy.Number{}
	}
	return s.Verdict.Backend.LastChange
}

// Uptime is for how many seconds the HAProxy of a backend has been running.
func (s *Section) Uptime() haproxy.Number {
	if s.Verdict == nil {
		return haproxy.Number{}
	}
	return s.Verdict.Uptime
}

// Server is a server and how it is.
type Server struct {
	backend.Server
	State plugin.State // of its standing, its sessions and its queue
	Limit haproxy.Number
}

// limits are the defaults of check_haproxy_sessions.
var limits = sessions.Defaults()

// Of judges the facts.
func Of(facts Facts) *Picture {
	p := &Picture{facts: facts, log: byName(facts.Log)}
	for _, process := range facts.Processes {
		p.addProcess(process)
	}
	for _, f := range facts.Frontends {
		p.addFrontend(f)
	}
	for _, b := range facts.Backends {
		p.addBackend(b)
	}
	p.addLogOnly()
	p.pointIntoConfiguration()
	slices.SortStableFunc(p.sections, func(a, b Section) int { return plugin.WorseFirst(a.State, b.State) })
	return p
}

// pointIntoConfiguration says behind a cause what in haproxy.cfg leads to it.
func (p *Picture) pointIntoConfiguration() {
	for _, s := range p.sections {
		name, _, _ := strings.Cut(s.Label, "@") // of no section's name
		for i := range s.Findings {
			if place := p.facts.Configured.Behind(name, s.Findings[i].Cause); place != "" {
				s.Findings[i].Evidence += "; " + place
			}
		}
	}
}

// Facts are what the picture is of.
func (p *Picture) Facts() *Facts { return &p.facts }

// Sections are the sections, the worst first.
func (p *Picture) Sections() []Section { return p.sections }

// State is the worst of all, with UNKNOWN for what could not be looked at.
func (p *Picture) State() plugin.State {
	state := plugin.OK
	if len(p.facts.Failures) > 0 {
		state = plugin.Unknown
	}
	for _, s := range p.sections {
		state = plugin.Worst(state, s.State)
	}
	return state
}

// addProcess adds the process to the sections where one of its limits is near;
// else it has its line above the table.
func (p *Picture) addProcess(process Process) {
	if process.Info == nil {
		return
	}
	label := "process"
	if len(p.facts.Processes) > 1 {
		label += "@" + process.Endpoint
	}
	for _, v := range sessions.JudgeProcess(check.Target{}, *process.Info, limits) {
		if v.State == plugin.OK {
			continue
		}
		p.sections = append(p.sections, Section{
			Kind: KindProcess, Label: label, State: v.State, Status: "OPEN", Sessions: v.Usage.Current, Limit: v.Usage.Limit,
			Findings: []diagnosis.Finding{{Evidence: usage(v)}},
		})
	}
}

func (p *Picture) addFrontend(t check.Target) {
	f := t.Frontend
	s := Section{Kind: KindFrontend, Label: t.Label, Status: f.Status, Rate: f.SessionRate, Sessions: f.Sessions, Limit: limitOf(f.SessionLimit)}
	for _, v := range sessions.JudgeFrontend(t, limits) {
		if v.State != plugin.OK {
			s.State = plugin.Worst(s.State, v.State)
			s.Findings = append(s.Findings, diagnosis.Finding{Evidence: usage(v)})
		}
	}
	if !p.hasBackend(f.Name) { // of a listen section the backend tells
		s.addLog(p.log[f.Name], p.facts)
	}
	p.sections = append(p.sections, s)
}

func (p *Picture) hasBackend(name string) bool {
	return slices.ContainsFunc(p.facts.Backends, func(t check.Target) bool { return t.Name == name })
}

// usage says how near a limit is.
func usage(v sessions.Verdict) string {
	if v.Usage.Problem != "" {
		return v.Usage.Problem
	}
	what := map[sessions.Resource]string{
		sessions.Sessions: "sessions", sessions.Connections: "connections", sessions.SSLConnections: "TLS connections",
		sessions.ConnectionRate: "connections a second", sessions.SessionRate: "sessions a second", sessions.SSLRate: "TLS handshakes a second",
	}[v.Resource]
	percent, _ := v.Usage.UsedPercent()
	return fmt.Sprintf("%d of %d %s (%.0f%%)", v.Usage.Current.Value, v.Usage.Limit.Value, what, percent)
}

func (p *Picture) addBackend(t check.Target) {
	s := Section{Kind: KindBackend, Label: t.Label, Sessions: t.Backend.Sessions}
	verdict, judged := backend.Judge(t, p.facts.Names, backend.Defaults())
	if !judged {
		verdict = backend.Verdict{Target: t}
	}
	s.Verdict, s.State = &verdict, verdict.State
	near := append(s.addRoom(t), s.addServers()...)
	s.Findings = append(verdict.Findings(), s.Findings...)
	if !slices.ContainsFunc(s.Findings, func(f diagnosis.Finding) bool { return f.Cause == diagnosis.MaxconnExhausted }) && len(near) > 0 {
		s.Findings = append(s.Findings, diagnosis.Finding{Evidence: strings.Join(near, ", ")})
	}
	s.addLog(p.log[t.Name], p.facts)
	p.sections = append(p.sections, s)
}

// addServers returns those servers that are near their own limit, in words. It
// raises the section's state for them: requests that have to go there (cookies,
// hashes) wait, whatever room there is elsewhere.
func (s *Section) addServers() (near []string) {
	for _, server := range s.Verdict.Servers {
		v := sessions.JudgeServer(s.Verdict.Target, server.Server, limits)
		state := v.State
		if server.Standing == backend.Down {
			state = plugin.Critical
		}
		s.Servers = append(s.Servers, Server{Server: server, State: state, Limit: limitOf(server.SessionLimit)})
		if v.Usage.State != plugin.OK && len(near) < few {
			near = append(near, server.Name+": "+usage(v))
		}
		s.State = plugin.Worst(s.State, v.State)
	}
	return near
}

// addRoom adds how much of a backend's room is used, and who waits for it; it
// returns in words what is nearly used up.
func (s *Section) addRoom(t check.Target) (near []string) {
	v := sessions.JudgeBackend(t, limits)
	s.Queue = v.Queue.Current
	if v.Usage.Limit.Known {
		s.Sessions, s.Limit = v.Usage.Current, v.Usage.Limit
	}
	s.State = plugin.Worst(s.State, v.State)
	s.Findings = v.Findings()
	if v.Usage.State != plugin.OK && len(t.Backend.Servers) > 1 {
		near = append(near, usage(v))
	}
	return near
}

// limitOf is a limit that is one: HAProxy prints 0, or nothing, for none.
func limitOf(n haproxy.Number) haproxy.Number {
	if n.Value <= 0 {
		return haproxy.Number{}
	}
	return n
}
