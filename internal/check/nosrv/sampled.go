package nosrv

import (
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/check/kinds"
	"check-haproxy/internal/check/rates"
	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/samples"
	"check-haproxy/internal/sorting"
)

// Counters are what is to know of an outcome that counters told.
type Counters struct {
	First bool     // nothing older could be compared with it
	Notes []string // how far the samples reach, and what became of them
}

// counterKinds are the kinds that counters tell, though not apart.
var counterKinds = kinds.Of(NoServer, Queue)

// checkCounters refuses what --counters cannot do.
func (f *flags) checkCounters() error {
	switch {
	case f.LogFlags.Given():
		return errors.New("--counters reads no log; leave out --file, --journal and --ring, or --counters")
	case f.StatsFile != "":
		return errors.New("--counters: a saved answer (--stats-file) does not tell what was counted when; name a HAProxy that answers with --socket or --url")
	case f.At != "":
		return errors.New("--at is for logs; --counters judges what was counted until now")
	case f.Count&counterKinds == 0:
		return errors.New("--counters tells of the kinds no-server and queue alone; --count names neither")
	}
	return nil
}

// counting is what is sampled of the chosen backends.
func (f *flags) counting() check.Counting {
	return check.Counting{
		Check: program.Check, Settings: Samples(time.Duration(f.Window), time.Duration(f.Baseline)),
		Rows: func(asked *check.Asked, answer *endpoint.Answer) []samples.Row {
			_, backends := asked.Targets(answer)
			return Rows(answer, slices.DeleteFunc(backends, func(t check.Target) bool { return !f.Selects(t.Names...) }))
		},
	}
}

// runCounters judges what HAProxy has counted.
func (f *flags) runCounters(ctx context.Context, stdin io.Reader) (plugin.Result, error) {
	if err := f.checkCounters(); err != nil {
		return plugin.Result{}, err
	}
	counting := f.counting()
	asked, sampled, err := f.Flags.Sample(ctx, stdin, f.SampleFlags, endpoint.Query{Rows: endpoint.BackendsAndServers, Servers: endpoint.IfDown}, counting, false)
	if err != nil {
		return plugin.Result{}, err
	}
	targets := asked.Backends()
	out := judgeSampled(sampled, targets, counting.Settings, f.options())
	out.Stretch.At = out.Stretch.At.In(f.Timezone.Location())
	out.narrowed = len(f.Sections) > 0
	out.findIdle(targets, f.Filter, f.NoTraffic)
	out.explain(ctx, f, targets)
	result := out.Result()
	result.Add(plugin.Sentences(asked.Findings...))
	result.Details = append(asked.Notes(), result.Details...)
	return result, nil
}

// judgeSampled judges what several HAProxys have counted of the targets. Where
// there are several stretches, the worse counts.
func judgeSampled(sampled []check.Sampled, targets []check.Target, settings samples.Settings, o Options) *Outcome {
	out := &Outcome{Counted: counterKinds, Counters: &Counters{}, rules: o.Rules, Stretch: check.Stretch{Baseline: settings.Baseline}}
	for _, s := range sampled {
		out.Counters.First = out.Counters.First || s.Anew
		out.Counters.Notes = append(out.Counters.Notes, s.Notes(settings)...)
	}
	for i := range 2 { // the last stretch of each HAProxy, and one before it if there is one
		var counts []sampledCount
		var sections []Section
		for _, s := range sampled {
			if i >= len(s.Judge) {
				continue
			}
			stretch := s.Judge[len(s.Judge)-1-i]
			own := slices.DeleteFunc(slices.Clone(targets), func(t check.Target) bool { return t.Endpoint != s.Answer.Name })
			for _, c := range countSampled(s.Series, stretch, own) {
				counts = append(counts, c)
				sections = append(sections, c.judge(stretch, o))
			}
			if length := stretch.Window.Length(); i == 0 && length > out.Stretch.Window {
				out.Stretch.At, out.Stretch.Window, out.Covered = stretch.Window.To, length, stretch.Baseline.Length()
			}
		}
		out.take(sections, judgeTogether(counts, out.Stretch.Window, o))
	}
	sorting.Stable(out.Sections, worseFirst)
	for _, s := range out.Sections {
		out.Requests += s.Requests
	}
	return out
}

// judge judges one section.
func (c sampledCount) judge(stretch check.SampledStretch, o Options) Section {
	s := Section{Name: c.target.Label, Lines: c.requests, Requests: c.requests, NOSRV: c.nosrv, names: c.target.Names, Problem: c.problem}
	s.Kinds[c.kind(stretch.Window.Length())] = c.nosrv
	s.Verdict = o.For(c.target.Names...).Judge(rates.Series{Window: stretch.RateWindow(), Requests: c.requests, Spoiled: c.nosrv, Before: c.before})
	if s.State != plugin.OK && s.Changed > stretch.RateWindow() {
		s.Since = stretch.Window.To.Add(-s.Changed)
	}
	if c.problem != "" {
		s.State = plugin.Worst(s.State, plugin.Unknown)
	}
	return s
}

// kind is which of both kinds it was, as far as the statistics show: while a
// server was up all the time, requests waited for it in vain.
func (c sampledCount) kind(window time.Duration) Kind {
	for i := range c.target.Backend.Servers {
		s := &c.target.Backend.Servers[i]
		if s.IsUp() && s.TakesTraffic() && (!s.LastChange.Known || time.Duration(s.LastChange.Value)*time.Second > window) {
			return Queue
		}
	}
	return NoServer
}

// judgeTogether judges all sections together, by share and rise. One that a rule
// excuses by its name is left out.
func judgeTogether(counts []sampledCount, window time.Duration, o Options) Section {
	total := Section{Name: "total", Verdict: rates.Verdict{Share: math.NaN(), Rise: math.NaN()}}
	if len(counts) == 0 {
		return total
	}
	series := rates.Series{Window: max(window, time.Minute), Before: slices.Clone(counts[0].before)}
	for i := range series.Before {
		series.Before[i].Spoiled = 0
	}
	for _, c := range counts {
		if o.Excuses(c.target.Names...) {
			continue
		}
		series.Requests += c.requests
		series.Spoiled += c.nosrv
		if len(c.before) != len(series.Before) {
			series.Before = nil // two HAProxys that were not sampled at the same times
		}
		for i := range series.Before {
			series.Before[i].Spoiled += c.before[i].Spoiled
		}
	}
	total.Requests, total.NOSRV = series.Requests, series.Spoiled
	total.Verdict = o.Total().Judge(series)
	return total
}

// take adds sections and their total. Of one that is there already the worse
// counts.
func (out *Outcome) take(sections []Section, total Section) {
	known := make(map[string]int, len(out.Sections))
	for i, s := range out.Sections {
		known[s.Name] = i
	}
	for _, s := range sections {
		if i, is := known[s.Name]; !is {
			out.Sections = append(out.Sections, s)
		} else if plugin.WorseFirst(s.State, out.Sections[i].State) < 0 {
			out.Sections[i] = s
		}
	}
	if out.Total.Name == "" || plugin.WorseFirst(total.State, out.Total.State) < 0 {
		out.Total = total
	}
}

// findIdle lists the patterns of which no section had a request.
func (out *Outcome) findIdle(targets []check.Target, chosen check.Filter, noTraffic plugin.State) {
	busy := map[string]bool{}
	for _, s := range out.Sections {
		busy[s.Name] = s.Requests > 0
	}
	for _, pattern := range chosen.Sections {
		matches := func(t check.Target) bool { return pattern.Match(t.Names...) }
		if slices.ContainsFunc(targets, matches) && !slices.ContainsFunc(targets, func(t check.Target) bool { return matches(t) && busy[t.Label] }) {
			out.Quiet = append(out.Quiet, pattern.String())
		}
	}
	if len(out.Quiet) > 0 {
		out.QuietState = noTraffic
	}
}

// explain finds the causes of the sections in trouble, for which DNS may have to
// be asked.
func (out *Outcome) explain(ctx context.Context, f *flags, targets []check.Target) {
	bad := map[string]*Section{}
	for i := range out.bad() {
		bad[out.Sections[i].Name] = &out.Sections[i]
	}
	inTrouble := slices.DeleteFunc(slices.Clone(targets), func(t check.Target) bool { return bad[t.Label] == nil || bad[t.Label].NOSRV == 0 })
	if len(inTrouble) == 0 {
		return
	}
	names := check.LookupDown(ctx, f.Resolver(), inTrouble)
	for _, t := range inTrouble {
		s := bad[t.Label]
		switch s.Explanation = ExplainBackend(t.Backend, names, out.Stretch.At); {
		case s.Cause != "":
		case s.Kinds[Queue] > 0:
			s.Cause = diagnosis.MaxconnExhausted
		default:
			s.Cause = diagnosis.Unknown
		}
	}
}
