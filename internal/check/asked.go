// Package check is what the checks have in common: it asks every
// endpoint the user named, hands out the sections that were chosen, and turns
// an endpoint that did not answer, or a pattern that matches nothing, into a
// finding.
package check

import (
	"context"
	"io"
	"os"
	"slices"

	"check-haproxy/internal/advice"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/plugin"
)

// Flags say whom to ask and about what; a check's own flags embed them.
type Flags struct {
	endpoint.Flags
	ReachFlags
	Filter
}

// Asked is what the endpoints said.
type Asked struct {
	Answers  []endpoint.Answer // those that are complete
	Findings []plugin.Finding  // endpoints that did not answer, patterns that match nothing
	// Complaints are the sentences behind the findings, with what to try.
	Complaints []string
	flags      *Flags
	several    bool     // sections are called name@endpoint
	notes      []string // what else could not be had
}

// NamesStatistics says whether the user named a HAProxy to ask, or its saved
// answer.
func (f *Flags) NamesStatistics() bool {
	return len(f.Socket) > 0 || len(f.URL) > 0 || f.Hostname != "" || f.StatsFile != ""
}

// Ask asks all endpoints at once. An error is one in the arguments. The query's
// Sections are filled from the flags.
func (f *Flags) Ask(ctx context.Context, stdin io.Reader, query endpoint.Query) (*Asked, error) {
	endpoints, err := f.Endpoints(stdin, os.Getenv)
	if err != nil {
		return nil, err
	}
	query.Sections = sections(f.Exact())
	s := &Asked{flags: f}
	answers := endpoint.Ask(ctx, endpoints, query)
	s.several = len(answers) > 1
	for _, answer := range answers {
		if answer.Err == nil {
			s.Answers = append(s.Answers, answer)
		}
	}
	for i := range answers {
		if a := &answers[i]; a.Err != nil {
			s.add(f.Unanswered(a, len(s.Answers) > 0), a.Err)
		}
	}
	return s, nil
}

// Complain adds what went wrong beside the answers: it is UNKNOWN.
func (s *Asked) Complain(err error) { s.add(Trouble(plugin.Unknown, err), err) }

// Lacks adds what an endpoint that did answer does not tell: it is UNKNOWN.
func (s *Asked) Lacks(label string, err error) { s.add(troubleOf(plugin.Unknown, label, err), err) }

func (s *Asked) add(finding plugin.Finding, err error) {
	s.Findings = append(s.Findings, finding)
	s.Complaints = append(s.Complaints, advice.Whole(err))
}

// Label is how output calls a thing of an endpoint (endpoint.Answer.Label).
func (s *Asked) Label(endpoint, name string) string {
	if s.several {
		return name + "@" + endpoint
	}
	return name
}

// Backends returns every chosen backend. A --section pattern that matches none
// becomes a finding.
func (s *Asked) Backends() []Target {
	selection := s.Select()
	var chosen []Target
	for i := range s.Answers {
		_, backends := s.Targets(&s.Answers[i])
		for _, target := range backends {
			if selection.Takes(target.Names...) {
				chosen = append(chosen, target)
			}
		}
	}
	selection.Finish("backend")
	return chosen
}

// Notes are what the endpoints could not tell apart from their statistics, for
// -v.
func (s *Asked) Notes() []string {
	notes := slices.Clone(s.notes)
	for _, answer := range s.Answers {
		for _, note := range answer.Notes {
			notes = append(notes, answer.Name+": "+note)
		}
	}
	return notes
}
