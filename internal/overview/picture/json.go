package picture

import (
	"fmt"
	"strings"

	"check-haproxy/internal/check/backend"
	"check-haproxy/internal/plugin"
)

// jsonSection is a section, and what the checks say of it.
type jsonSection struct {
	Name     string       `json:"name"`
	Endpoint string       `json:"endpoint"`
	Kind     Kind         `json:"kind"`
	State    plugin.State `json:"state"`
	Cause    *string      `json:"cause"`  // null if nothing is wrong
	Status   *string      `json:"status"` // of a frontend: "OPEN"
	*jsonBackend
	Sessions      *int64               `json:"sessions"`
	SessionsLimit *int64               `json:"sessions_limit"` // null if nothing limits them
	Queue         *int64               `json:"queue"`          // null if nothing can wait
	NOSRV         *uint64              `json:"nosrv"`          // null without a log
	Errors        *uint64              `json:"errors"`         // likewise: requests that its servers spoiled
	Checks        map[string]jsonCheck `json:"checks"`         // by name: backend, sessions, dns, nosrv, errors
	Findings      []jsonFinding        `json:"findings"`
}

// jsonBackend is what a backend has beside that, as in check_haproxy_backend.
type jsonBackend struct {
	Up      int          `json:"up"`
	Down    int          `json:"down"`
	Out     int          `json:"out"`
	Total   int          `json:"total"`
	Servers []jsonServer `json:"servers"`
}

type jsonCheck struct {
	State plugin.State `json:"state"`
	Cause *string      `json:"cause"`
}

type jsonServer struct {
	backend.SectionServer
	Sessions      *int64 `json:"sessions"`
	SessionsLimit *int64 `json:"sessions_limit"`
	Queue         *int64 `json:"queue"`
}

type jsonFinding struct {
	Cause    *string  `json:"cause"` // null if it is in the evidence alone
	Evidence string   `json:"evidence"`
	Commands []string `json:"commands"`
}

// Result returns the sections as a plugin's result, for plugin.FormatJSON, in
// the order of the table.
func (p *Picture) Result() plugin.Result {
	list := []jsonSection{}
	for i := range p.sections {
		list = append(list, p.sections[i].json(p.facts.Log != nil))
	}
	for i := range p.process {
		if s := &p.process[i]; s.State == plugin.OK && len(s.Verdicts) > 0 {
			list = append(list, s.json(p.facts.Log != nil))
		}
	}
	var failures []plugin.Finding
	for _, failure := range p.facts.Failures {
		failures = append(failures, plugin.Finding{State: plugin.Unknown, One: failure})
	}
	r := plugin.Combine(plugin.Sentences(failures...))
	r.State, r.Rest, r.Sections = p.State(), []string{p.summary()}, list
	return r
}

// summary names the sections in trouble.
func (p *Picture) summary() string {
	bad := p.inTrouble()
	if len(bad) == 0 {
		return plugin.Count(len(p.sections), "section") + " OK"
	}
	var names []string
	for i := range bad[:min(len(bad), 2*few)] {
		names = append(names, bad[i].Label+": "+bad[i].Reason())
	}
	if more := len(bad) - 2*few; more > 0 {
		names = append(names, fmt.Sprintf("%d more in trouble", more))
	}
	return strings.Join(names, "; ")
}

func (s *Section) json(withLog bool) jsonSection {
	j := jsonSection{
		Name: s.Name, Endpoint: s.Endpoint, Kind: s.Kind, State: s.State, Cause: plugin.StringOrNull(s.Cause),
		Sessions: s.Sessions.OrNull(), SessionsLimit: s.Limit.OrNull(), Queue: s.Queue.OrNull(),
		Checks: map[string]jsonCheck{}, Findings: []jsonFinding{},
	}
	if s.Kind == KindFrontend {
		j.Status = &s.Status
	}
	if s.Availability != nil {
		j.jsonBackend = s.jsonBackend()
	}
	for _, v := range s.Verdicts {
		j.Checks[v.Check] = jsonCheck{v.State, plugin.StringOrNull(v.Cause)}
	}
	for _, f := range s.Findings {
		j.Findings = append(j.Findings, jsonFinding{plugin.StringOrNull(f.Cause), f.Evidence, append([]string{}, f.Commands...)})
	}
	if withLog && s.Kind != KindProcess {
		n := uint64(0)
		if s.NOSRV != nil {
			n = s.NOSRV.NOSRV
		}
		j.NOSRV = &n
	}
	if withLog && s.Kind == KindBackend {
		n := uint64(0)
		if s.Errors != nil {
			n = s.Errors.Errors
		}
		j.Errors = &n
	}
	return j
}

func (s *Section) jsonBackend() *jsonBackend {
	section := s.Availability.Section()
	j := &jsonBackend{Up: section.Up, Down: section.Down, Out: section.Out, Total: section.Total, Servers: make([]jsonServer, len(s.Servers))}
	for i := range s.Servers {
		server := &s.Servers[i]
		j.Servers[i] = jsonServer{section.Servers[i], server.Sessions.OrNull(), server.Limit.OrNull(), server.Queue.OrNull()}
	}
	return j
}
