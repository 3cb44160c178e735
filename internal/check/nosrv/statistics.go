package nosrv

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

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
func (f *flags) failure(err error) (plugin.Result, error) {
	if !errors.As(err, &check.Unreachable{}) {
		return plugin.Result{}, err
	}
	return plugin.Combine(plugin.Sentences(plugin.Finding{State: f.Unreachable, One: err.Error()})), nil
}

// statistics is what HAProxy's statistics add to its log; nil where nobody
// asked for them.
type statistics struct{ *check.Asked }

// askStatistics asks for the statistics, where the user says where. Then a
// section that HAProxy does not have is told from a quiet one.
func (f *flags) askStatistics(ctx context.Context, stdin io.Reader) (statistics, error) {
	if len(f.Socket) == 0 && len(f.URL) == 0 && f.Hostname == "" && f.StatsFile == "" {
		return statistics{}, nil
	}
	query := endpoint.Query{Rows: endpoint.All}
	if !f.NoLookup {
		query.Servers = endpoint.Always
	}
	asked, err := f.Ask(ctx, stdin, query)
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
	return statistics{asked}, nil
}

// explanation is what the statistics know of the causes, by section.
type explanation struct {
	known map[string]Explanation
	err   error
}

// explanations are the causes that the statistics know, and DNS where it has
// to be asked; they come while the log is read. They are those of now, so for a
// window that has long ended there are none.
func (s statistics) explanations(ctx context.Context, f *flags, stretch check.Stretch, now time.Time) <-chan explanation {
	explained := make(chan explanation, 1)
	if s.Asked == nil || now.Sub(stretch.At) > stretch.Window {
		explained <- explanation{}
		return explained
	}
	resolver := f.Resolver()
	go func() {
		var e explanation
		defer func() { explained <- e }()
		defer panics.Catch(&e.err)
		e.known = s.explain(ctx, resolver, f.Filter, now.In(stretch.At.Location()))
	}()
	return explained
}

// explain explains the chosen backends; of several of one name, the first.
func (s statistics) explain(ctx context.Context, resolver *dns.Resolver, chosen check.Filter, now time.Time) map[string]Explanation {
	var chosenOnes []check.Target
	seen := map[string]bool{}
	for i := range s.Answers {
		_, backends := s.Targets(&s.Answers[i])
		for _, t := range backends {
			if !seen[t.Name] && chosen.Selects(t.Name) {
				seen[t.Name] = true
				chosenOnes = append(chosenOnes, t)
			}
		}
	}
	names := check.LookupDown(ctx, resolver, chosenOnes)
	known := make(map[string]Explanation, len(chosenOnes))
	for _, t := range chosenOnes {
		known[t.Name] = ExplainBackend(t.Backend, names, now)
	}
	return known
}

// addTo adds what went wrong with the statistics to a result.
func (s statistics) addTo(r plugin.Result) plugin.Result {
	if s.Asked == nil {
		return r
	}
	r.Add(plugin.Sentences(s.Findings...))
	r.Details = append(s.Notes(), r.Details...)
	return r
}
