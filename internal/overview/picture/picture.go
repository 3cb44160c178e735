// Package picture draws what a HAProxy does now, for a person: one table of
// sections and servers, the rate of requests that found no server, and for each
// section in trouble the cause, the evidence and the command to look further.
//
// It is pure: Of has the checks judge facts, with their defaults, and a Picture
// prints itself into a terminal of a given size, or as JSON.
package picture

import (
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/check/backend"
	"check-haproxy/internal/check/certs"
	"check-haproxy/internal/check/config"
	dnscheck "check-haproxy/internal/check/dns"
	spoiled "check-haproxy/internal/check/errors"
	"check-haproxy/internal/check/nosrv"
	"check-haproxy/internal/check/sessions"
	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/sorting"
)

// Facts are what one look has found.
type Facts struct {
	At        time.Time
	Processes []Process
	Frontends []check.Target
	Backends  []check.Target
	Names     dns.Answers       // what DNS says of the servers' names
	Log       *nosrv.Outcome    // nil if no log was asked for, or none could be read
	Errors    []spoiled.Section // what check_haproxy_errors says of the log
	// Sources are who fills the frontends that are nearly full, by endpoint.
	Sources map[string]*haproxy.Sources
	// LogCommand prints the newest lines of the log in a shell; empty if
	// none can, as for standard input.
	LogCommand string
	// Configured leads to what stands in haproxy.cfg; nil if none was given.
	Configured config.Pointer
	// Certificate is the one in use that expires first; nil if HAProxy does not
	// tell.
	Certificate *certs.Verdict
	// Failures are sentences: what could not be looked at, and what to try.
	Failures []string
	Notes    []string
}

// Process is a HAProxy that answered.
type Process struct {
	Endpoint string
	Info     *haproxy.Info // nil if only statistics could be had
	Address  string        // of its socket; empty if it was asked in another way
}

// Picture is what the facts mean.
type Picture struct {
	facts    Facts
	log      map[string]*nosrv.Section
	errors   map[string]*spoiled.Section
	sections []Section // the worst first, equals in HAProxy's order, frontends before backends
	process  []Section // those of facts.Processes; in sections too if they are in trouble
}

// Kind is what a section is.
type Kind string

// The kinds.
const (
	KindProcess  Kind = "process"
	KindFrontend Kind = "frontend"
	KindBackend  Kind = "backend"
)

// Key tells sections apart: a frontend and a backend may share a name.
func (k Kind) Key(label string) string { return string(k) + " " + label }

// Section is a section, or the process, and what the checks say of it.
type Section struct {
	check.Target
	Kind     Kind
	State    plugin.State    // the worst of the verdicts
	Cause    diagnosis.Cause // that one's
	Verdicts []Verdict       // backend, sessions, dns, nosrv, errors: those that have something to say

	Availability *backend.Verdict // of a backend that the statistics tell of
	Servers      []Server         // its servers

	Status          string // of a frontend: "OPEN"
	Rate            haproxy.Number
	Sessions, Limit haproxy.Number
	Bar             plugin.State     // how near the sessions are to their limit
	Queue           haproxy.Number   // requests that wait, for the backend and for its servers
	NOSRV           *nosrv.Section   // nil if the log has no line of it
	Errors          *spoiled.Section // nil if the log has no line of its servers

	Findings []diagnosis.Finding // why it is in trouble
	words    string              // those of the verdict that the state is of
}

// Key tells the section apart from all others.
func (s *Section) Key() string { return s.Kind.Key(s.Label) }

// LastChange is how many seconds ago a backend's status changed.
func (s *Section) LastChange() haproxy.Number {
	if s.Availability == nil {
		return haproxy.Number{}
	}
	return s.Backend.LastChange
}

// Server is a server and what the checks say of it.
type Server struct {
	backend.Server
	State plugin.State   // of its sessions and its queue
	Limit haproxy.Number // how many sessions it may have now
	Bar   plugin.State   // how near they are to it
	// Spoiled is what the log says of its requests; nil if it has no line of it.
	Spoiled *spoiled.Server
}

// Of has the checks judge the facts.
func Of(facts Facts) *Picture {
	p := &Picture{facts: facts, log: byName(facts.Log), errors: map[string]*spoiled.Section{}}
	for i := range facts.Errors {
		p.errors[facts.Errors[i].Target.Name] = &facts.Errors[i]
	}
	for i := range facts.Processes {
		p.addProcess(&facts.Processes[i])
	}
	for _, f := range facts.Frontends {
		p.addFrontend(f)
	}
	for _, b := range facts.Backends {
		p.addBackend(b)
	}
	p.addLogOnly()
	for i := range p.sections {
		p.explain(&p.sections[i])
	}
	sorting.Stable(p.sections, func(a, b Section) int { return plugin.WorseFirst(a.State, b.State) })
	return p
}

// explain adds why a section is in trouble, with what stands in haproxy.cfg behind
// it.
func (p *Picture) explain(s *Section) {
	s.Findings = s.findings()
	for i := range s.Findings {
		if place := p.facts.Configured.Behind(s.Name, s.Findings[i].Cause); place != "" {
			s.Findings[i].Evidence += "; " + place
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
	if p.facts.Log != nil {
		state = plugin.Worst(state, p.facts.Log.Total.State)
		for _, doubt := range p.facts.Log.Doubts {
			state = plugin.Worst(state, doubt.State)
		}
	}
	return state
}

// addProcess adds the process to the sections if one of its limits is near; else
// it has its line above the table alone.
func (p *Picture) addProcess(process *Process) {
	t := process.target(len(p.facts.Processes) > 1)
	s := Section{Target: t, Kind: KindProcess, Status: "OPEN"}
	if process.Info == nil {
		p.process = append(p.process, s)
		return
	}
	verdicts := sessions.JudgeProcess(t, *process.Info, limits)
	nearest := &verdicts[0]
	for i := range verdicts {
		if plugin.WorseFirst(verdicts[i].State, nearest.State) < 0 {
			nearest = &verdicts[i]
		}
	}
	s.addUsage(nearest)
	s.add(ofSessions(verdicts))
	p.process = append(p.process, s)
	if s.State != plugin.OK {
		p.sections = append(p.sections, s)
	}
}

func (p *Picture) addFrontend(t check.Target) {
	f := t.Frontend
	s := Section{Target: t, Kind: KindFrontend, Status: f.Status, Rate: f.SessionRate}
	verdicts := sessions.JudgeFrontend(t, limits)
	s.addUsage(&verdicts[0])
	v := ofSessions(verdicts)
	if v.State != plugin.OK && !verdicts[0].Closed {
		v.Findings = append(v.Findings, whoFills(t, p.facts.Sources[t.Endpoint])...)
	}
	s.add(v)
	if t.Backend == nil { // of a listen section the backend tells
		s.addLog(p.log[t.Name], &p.facts)
	}
	p.sections = append(p.sections, s)
}

// addUsage adds how much of a limit is used.
func (s *Section) addUsage(v *sessions.Verdict) {
	s.Sessions, s.Limit, s.Bar = v.Usage.Current, v.Usage.Limit, v.Usage.State
}

func (p *Picture) addBackend(t check.Target) {
	s := Section{Target: t, Kind: KindBackend}
	verdict, judged := backend.Judge(t, p.facts.Names, availability)
	if !judged {
		verdict = backend.Verdict{Target: t}
	}
	s.Availability = &verdict
	if judged {
		s.add(ofBackend(verdict))
	}
	s.addSessions(t)
	if names, ok := dnscheck.Judge(t, p.facts.Names); ok {
		s.add(ofNames(names))
	}
	s.addLog(p.log[t.Name], &p.facts)
	if errors := p.errors[t.Name]; errors != nil {
		s.addErrors(errors, p.facts.LogCommand)
	}
	p.sections = append(p.sections, s)
}

// addSessions adds the room that the backend has left, and its servers' limits:
// requests that have to go to one of them (cookies, hashes) wait, whatever room
// there is elsewhere.
func (s *Section) addSessions(t check.Target) {
	room := sessions.JudgeBackend(t, limits)
	s.addUsage(&room)
	if !s.Limit.Known {
		s.Sessions = t.Backend.Sessions
	}
	s.Queue = room.Queue.Current
	verdicts := []sessions.Verdict{room}
	for _, server := range s.Availability.Servers {
		v := sessions.JudgeServer(t.Server(server.Name), server.Server, limits)
		s.Servers = append(s.Servers, Server{Server: server, State: v.State, Limit: v.Usage.Limit, Bar: v.Usage.State})
		if v.State != plugin.OK {
			verdicts = append(verdicts, v)
		}
	}
	s.add(ofSessions(verdicts))
}
