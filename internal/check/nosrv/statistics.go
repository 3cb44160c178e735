package nosrv

import (
	"context"
	"io"
	"os"
	"slices"
	"time"

	"check-haproxy/internal/advice"
	"check-haproxy/internal/check"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/panics"
	"check-haproxy/internal/plugin"
)

// endpoints are the HAProxys that the flags name.
func (f *flags) endpoints(stdin io.Reader) func() ([]endpoint.Endpoint, error) {
	return func() ([]endpoint.Endpoint, error) { return f.Endpoints(stdin, os.Getenv) }
}

// failure is the result of a log that could not be read.
func (f *flags) failure(err error, s statistics) (plugin.Result, error) {
	if s.Asked != nil && !f.Given() {
		err = advice.Add(err, "--counters needs no log: HAProxy counts such requests itself")
	}
	return f.LogFailure(err)
}

// statistics is what HAProxy's statistics add to its log; nil if nobody
// asked for them.
type statistics struct {
	*check.Asked
	sampled []check.Sampled // what HAProxy has counted until now
}

// askStatistics asks for the statistics, if the user says where. Then a
// section that HAProxy does not have is told from a quiet one.
func (f *flags) askStatistics(ctx context.Context, stdin io.Reader) (statistics, error) {
	if !f.NamesStatistics() {
		return statistics{}, nil
	}
	query := endpoint.Query{Rows: endpoint.All}
	if !f.NoLookup {
		query.Servers = endpoint.Always
	}
	capped := *f
	capped.ReachFlags = f.AtMostUnknown()
	asked, sampled, err := capped.sample(ctx, stdin, query)
	if err != nil {
		return statistics{}, err
	}
	selection := asked.Select()
	for _, answer := range asked.Answers {
		for _, frontend := range answer.Stats.Frontends {
			selection.Takes(frontend.Name)
		}
		for _, backend := range answer.Stats.Backends {
			selection.Takes(backend.Name)
		}
	}
	selection.Finish("section")
	return statistics{asked, sampled}, nil
}

// facts is what the statistics know, by section.
type facts struct {
	known map[string]Fact
	err   error
}

// at is when the last HAProxy was asked what it has counted.
func (s statistics) at() (at time.Time) {
	for _, sampled := range s.sampled {
		at = latest(at, sampled.Answer.At)
	}
	return at
}

// learn reads the facts from the statistics, and asks DNS if it has to; that is
// done while the log is read.
func (s statistics) learn(ctx context.Context, f *flags, at time.Time) <-chan facts {
	learned := make(chan facts, 1)
	if s.Asked == nil {
		learned <- facts{}
		return learned
	}
	resolver := f.Resolver()
	go func() {
		var all facts
		defer func() { learned <- all }()
		defer panics.Catch(&all.err)
		all.known = s.facts(ctx, resolver, f.Filter, at)
	}()
	return learned
}

// AskedAt is when the statistics were asked, in the log's zone; zero if the
// window ended long before. Saved statistics are of the window's end, like the
// log beside them.
func AskedAt(stretch check.Stretch, now time.Time, saved bool) time.Time {
	switch {
	case saved:
		return stretch.At
	case now.Sub(stretch.At) > stretch.Window:
		return time.Time{}
	default:
		return now.In(stretch.At.Location())
	}
}

// facts are those of the chosen sections.
func (s statistics) facts(ctx context.Context, resolver *dns.Resolver, chosen check.Filter, at time.Time) map[string]Fact {
	var frontends, backends []check.Target
	for i := range s.Answers {
		f, b := s.Targets(&s.Answers[i])
		frontends = append(frontends, f...)
		backends = append(backends, slices.DeleteFunc(b, func(t check.Target) bool { return !chosen.Selects(t.Name) })...)
	}
	var names dns.Answers
	if !at.IsZero() {
		names = check.LookupDown(ctx, resolver, backends)
	}
	return Facts(frontends, backends, names, at)
}

// chosen are the backends of the chosen sections.
func (s statistics) chosen(filter check.Filter) (chosen []check.Target) {
	if s.Asked == nil {
		return nil
	}
	for i := range s.Answers {
		_, backends := s.Targets(&s.Answers[i])
		chosen = append(chosen, slices.DeleteFunc(backends, func(t check.Target) bool { return !filter.Selects(t.Name) })...)
	}
	return chosen
}

// addTo adds what went wrong with the statistics to a result.
func (s statistics) addTo(r plugin.Result) plugin.Result {
	if s.Asked == nil {
		return r
	}
	var findings []plugin.Finding
	for _, f := range s.Findings {
		if plugin.WorseFirst(f.State, plugin.Unknown) < 0 { // the statistics are beside the point
			f.State = plugin.Unknown
		}
		findings = append(findings, f)
	}
	r.Add(plugin.Sentences(findings...))
	notes := s.Notes()
	for _, sampled := range s.sampled {
		if sampled.Note != "" {
			notes = append(notes, sampled.Note)
		}
	}
	r.Details = append(notes, r.Details...)
	return r
}
