package picture

import (
	"fmt"
	"strings"

	"check-haproxy/internal/check/backend"
	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
)

// jsonSection is a section of check_haproxy_backend, and what a picture has
// beside it.
type jsonSection struct {
	backend.Section
	Servers       []jsonServer  `json:"servers"`
	Sessions      *int64        `json:"sessions"`
	SessionsLimit *int64        `json:"sessions_limit"` // null where nothing limits them
	Queue         *int64        `json:"queue"`
	NOSRV         *uint64       `json:"nosrv"` // null without a log
	Findings      []jsonFinding `json:"findings"`
}

type jsonServer struct {
	backend.SectionServer
	Sessions      *int64 `json:"sessions"`
	SessionsLimit *int64 `json:"sessions_limit"`
	Queue         *int64 `json:"queue"`
}

type jsonFinding struct {
	Cause    *diagnosis.Cause `json:"cause"` // null where it is in the evidence alone
	Evidence string           `json:"evidence"`
	Commands []string         `json:"commands"`
}

// Result returns the backends as a plugin's result, for plugin.FormatJSON, in
// the order of the table.
func (p *Picture) Result() plugin.Result {
	list := []jsonSection{}
	for _, s := range p.sections {
		if s.Verdict != nil {
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
	for _, s := range bad[:min(len(bad), 2*few)] {
		names = append(names, s.Label+": "+s.reason())
	}
	if more := len(bad) - 2*few; more > 0 {
		names = append(names, fmt.Sprintf("%d more in trouble", more))
	}
	return strings.Join(names, "; ")
}

func (s Section) json(withLog bool) jsonSection {
	j := jsonSection{
		Section:  backend.Sections([]backend.Verdict{*s.Verdict})[0],
		Servers:  make([]jsonServer, len(s.Servers)),
		Sessions: number(s.Sessions), SessionsLimit: number(s.Limit), Queue: number(s.Queue),
		Findings: make([]jsonFinding, len(s.Findings)),
	}
	j.State, j.Cause = s.State, nil
	for i, f := range s.Findings {
		j.Findings[i] = jsonFinding{Evidence: f.Evidence, Commands: append([]string{}, f.Commands...)}
		if f.Cause == "" {
			continue
		}
		j.Findings[i].Cause = &f.Cause
		if j.Cause == nil {
			cause := string(f.Cause)
			j.Cause = &cause
		}
	}
	for i, server := range s.Servers {
		j.Servers[i] = jsonServer{j.Section.Servers[i], number(server.Sessions), number(server.Limit), number(server.Queue)}
	}
	if withLog {
		n := uint64(0)
		if s.NOSRV != nil {
			n = s.NOSRV.NOSRV
		}
		j.NOSRV = &n
	}
	return j
}

func number(n haproxy.Number) *int64 {
	if !n.Known {
		return nil
	}
	return &n.Value
}
