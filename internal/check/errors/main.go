package errors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/check/rates"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/pattern"
	"check-haproxy/internal/plugin/threshold"
	"check-haproxy/internal/samples"
	"check-haproxy/internal/sorting"
)

// flags are the command line, in the order of the help text.
type flags struct {
	check.LogFlags
	check.Flags
	check.SampleFlags
	Counters bool                    `arg:"--counters" help:"judge what HAProxy has counted since the last run; this is so unless a log is named"`
	Warning  []threshold.LimitRule   `arg:"-w,--warning,separate" placeholder:"[PATTERN=]RANGE[,RANGE]" help:"spoiled requests: per minute, with % as a share of those that servers were given, or both, of which each is enough; the last PATTERN that matches wins: a section or section/server (repeatable) [default: 5%]"`
	Critical []threshold.LimitRule   `arg:"-c,--critical,separate" placeholder:"[PATTERN=]RANGE[,RANGE]" help:"the same for CRITICAL [default: 25%]"`
	Count    KindSet                 `arg:"--count" placeholder:"KINDS" help:"kinds of spoiled requests that count: connect, response, timeout, server-error, slow, retry, abort [default: the first five; in TCP mode connect]"`
	Slow     plugin.OptionalDuration `arg:"--slow" placeholder:"DURATION" default:"none" help:"an answer that takes longer is spoiled"`
	Flaps    uint64                  `arg:"--flaps" placeholder:"NUMBER" default:"3" help:"a server that goes down so often in the window is WARNING; 0 is never"`
	rates.RiseLimits
	check.EvidenceFlags
	NoTraffic plugin.State `arg:"--no-traffic" placeholder:"STATE" default:"ok" help:"state of a section of which no server was given a request: ok, warning, critical or unknown"`
	plugin.CommonFlags
}

// Description opens the help text.
func (flags) Description() string {
	return "Do servers spoil the requests they get: refuse, break off, answer too late or with 5xx?\n"
}

// Main runs the plugin and returns its exit code.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var f flags
	return plugin.Run(program, check.Args(args), stdout, stderr, &f, func(ctx context.Context) (plugin.Result, error) {
		return run(ctx, &f, stdin)
	})
}

func run(ctx context.Context, f *flags, stdin io.Reader) (plugin.Result, error) {
	switch {
	case f.LogFlags.Given() && f.Counters:
		return plugin.Result{}, errors.New("--counters reads no log; leave out --file, --journal and --ring, or --counters")
	case f.LogFlags.Given():
		return f.runLog(ctx, stdin)
	case f.StatsFile != "":
		return plugin.Result{}, errors.New("--stats-file: a saved answer does not tell what was counted when; name a HAProxy that answers with --socket or --url")
	case f.At != "":
		return plugin.Result{}, errors.New("--at is for logs; without one, what was counted until now is judged")
	}
	return f.runCounters(ctx, stdin)
}

func (f *flags) options() Options {
	return Options{Rules: rulesOf(f.Warning, f.Critical, f.RiseLimits), Flaps: f.Flaps, Counting: CountingOf(f.Count, time.Duration(f.Slow))}
}

// runLog judges what the log shows.
func (f *flags) runLog(ctx context.Context, stdin io.Reader) (plugin.Result, error) {
	stretch, err := f.Stretch(time.Now())
	if err != nil {
		return plugin.Result{}, err
	}
	source, err := f.Source(stdin, func() ([]endpoint.Endpoint, error) { return f.Endpoints(stdin, os.Getenv) })
	if err != nil {
		return plugin.Result{}, err
	}
	beside, err := f.statisticsBeside(ctx, stdin)
	if err != nil {
		return plugin.Result{}, err
	}
	o := f.options()
	f.Details, f.ResponseTimes = true, f.Slow > 0
	check.BoundMemory()
	counter, log, err := check.ReadLog(ctx, &f.LogFlags, source, stretch, func() *Counter { return NewCounter(stretch, o.Counting, f.mayChoose) })
	if err != nil {
		return f.LogFailure(err)
	}
	report := Report{Counting: o.Counting, Window: stretch.Window, Baseline: stretch.Baseline, Narrowed: len(f.Sections) > 0}
	for _, tally := range counter.Tallies(log.Covered(stretch)) {
		for _, part := range chosen(tally, f.Filter) {
			report.Sections = append(report.Sections, Judge(part, o))
		}
	}
	sorting.Stable(report.Sections, worseFirst)
	var findings []plugin.Finding
	notes := slices.Concat(log.Lost(stretch), log.Notes)
	for _, doubt := range append(log.Doubts(stretch, f.EvidenceFlags), counter.doubts()...) {
		findings = append(findings, plugin.Finding{State: doubt.State, One: doubt.Reason})
		notes = append(notes, doubt.String())
	}
	findings = append(findings, report.quiet(f.Filter, f.NoTraffic, len(findings) > 0)...)
	findings = append(findings, beside...)
	if report.Unreadable = log.Lines.Unreadable + log.Overlong; report.Unreadable > 0 {
		notes = append(notes, fmt.Sprintf("%s, the first looks like %q", plugin.Count(report.Unreadable, "unreadable line"), log.Lines.Shape))
	}
	if log.Covered(stretch) == 0 {
		notes = append(notes, "no rise to judge: the log reaches back less than one window before the window")
	}
	return report.result(findings, notes, f.Verbose, f.Perfdata), nil
}

// statisticsBeside are what is wrong with the statistics that were named beside a
// log: they could not be had, or know nothing of a section that was asked for. That
// is UNKNOWN at most, and hides nothing of what the log shows.
func (f *flags) statisticsBeside(ctx context.Context, stdin io.Reader) ([]plugin.Finding, error) {
	if !f.NamesStatistics() {
		return nil, nil
	}
	capped := f.Flags
	capped.ReachFlags = f.AtMostUnknown()
	asked, err := capped.Ask(ctx, stdin, endpoint.Query{Rows: endpoint.BackendsAndServers})
	if err != nil {
		return nil, err
	}
	selection := asked.Select()
	for i := range asked.Answers {
		f.targets(asked, &asked.Answers[i], selection.Takes)
	}
	selection.Finish("backend")
	return asked.Findings, nil
}

// mayChoose says whether something of a section may be chosen: a pattern may mean
// one of its servers, which are not known yet.
func (f *flags) mayChoose(section string) bool {
	return f.Selects(section) || slices.ContainsFunc(f.Sections, func(p pattern.Pattern) bool {
		return strings.ContainsAny(p.String(), "/~")
	})
}

// quiet names the patterns of which no server was given a request.
func (r Report) quiet(f check.Filter, state plugin.State, isDoubted bool) []plugin.Finding {
	var missing []string
	for _, p := range f.Sections {
		if !slices.ContainsFunc(r.Sections, func(s Section) bool { return (s.Requests > 0 || s.State != plugin.OK) && p.Match(s.Target.Names...) }) {
			missing = append(missing, p.String())
		}
	}
	switch {
	case len(missing) > 0:
		return []plugin.Finding{{State: state, One: fmt.Sprintf("no server of %s was given a request in %s (quiet, or misspelt)", strings.Join(missing, ", "), plugin.FormatDuration(r.Window))}}
	case len(r.Sections) == 0 && !isDoubted:
		return []plugin.Finding{{State: state, One: "no server was given a request in " + plugin.FormatDuration(r.Window)}}
	default:
		return nil
	}
}

// runCounters judges what HAProxy has counted.
func (f *flags) runCounters(ctx context.Context, stdin io.Reader) (plugin.Result, error) {
	settings := Samples(time.Duration(f.Window), time.Duration(f.Baseline))
	counting := check.Counting{Check: program.Check, Settings: settings, Rows: func(asked *check.Asked, answer *endpoint.Answer) []samples.Row {
		return Rows(answer, f.targets(asked, answer, f.Selects))
	}}
	asked, sampled, err := f.Flags.Sample(ctx, stdin, f.SampleFlags, endpoint.Query{Rows: endpoint.BackendsAndServers}, counting, false)
	if err != nil {
		return plugin.Result{}, err
	}
	report, notes := Report{Counting: f.options().Counting, Narrowed: len(f.Sections) > 0}, asked.Notes()
	selection := asked.Select()
	for _, s := range sampled {
		report.add(s, f.judgeSampled(s, f.targets(asked, s.Answer, selection.Takes)))
		report.First = report.First || s.Anew
		notes = append(notes, s.Notes(settings)...)
	}
	selection.Finish("backend")
	if len(sampled) > 0 && len(report.Sections) == 0 && len(asked.Findings) == 0 {
		asked.Findings = append(asked.Findings, plugin.Finding{State: plugin.Unknown, One: "there is nothing to check: no backend has a server"})
	}
	return report.result(asked.Findings, notes, f.Verbose, f.Perfdata), nil
}

// targets are the backends of an answer of which something was taken, the whole
// or a server. One without servers has none that could spoil anything.
func (f *flags) targets(asked *check.Asked, answer *endpoint.Answer, takes func(names ...string) bool) []check.Target {
	_, backends := asked.Targets(answer)
	return slices.DeleteFunc(backends, func(t check.Target) bool {
		taken := takes(t.Names...)
		if len(f.Sections) == 0 {
			return !taken || len(t.Backend.Servers) == 0
		}
		for _, s := range t.Backend.Servers {
			taken = takes(t.Server(s.Name).Names...) || taken
		}
		return !taken
	})
}

// judgeSampled judges what one HAProxy has counted: of several stretches the
// worse counts for each section.
func (f *flags) judgeSampled(s check.Sampled, targets []check.Target) []Section {
	o := f.options()
	sections := make([]Section, 0, len(targets))
	places := make(map[string]int, len(targets)) // in sections
	for _, stretch := range s.Judge {
		for _, tally := range Tallies(s.Series, stretch, targets, o.Counting) {
			for _, part := range chosen(tally, f.Filter) {
				section := Judge(part, o)
				place, known := places[section.Target.Label]
				switch {
				case !known:
					places[section.Target.Label] = len(sections)
					sections = append(sections, section)
				case plugin.WorseFirst(section.State, sections[place].State) < 0:
					sections[place] = section
				}
			}
		}
	}
	return sections
}

// chosen is what was chosen of a section: all of it, or single servers.
func chosen(t Tally, f check.Filter) []Tally {
	if len(f.Sections) == 0 && len(f.Excludes) == 0 {
		return []Tally{t}
	}
	var servers []ServerTally
	for _, s := range t.Servers {
		if f.Selects(t.Target.Server(s.Name).Names...) {
			servers = append(servers, s)
		}
	}
	if f.Selects(t.Target.Names...) {
		t.Servers = servers
		return []Tally{t}
	}
	parts := make([]Tally, len(servers))
	for i, s := range servers {
		parts[i] = t
		parts[i].Target, parts[i].Single = t.Target.Server(s.Name), true
		parts[i].Servers, parts[i].Before = servers[i:i+1], nil
	}
	return parts
}

// add adds the judgement of one HAProxy.
func (r *Report) add(s check.Sampled, sections []Section) {
	r.Sections = append(r.Sections, sections...)
	sorting.Stable(r.Sections, worseFirst)
	if n := len(s.Judge); n > 0 {
		r.Window, r.Baseline = s.Judge[n-1].Window.Length(), s.Judge[n-1].Baseline.Length()
	}
}

// worseFirst orders sections by state, then by how many requests were spoiled,
// then by name.
func worseFirst(a, b Section) int {
	return cmp.Or(plugin.WorseFirst(a.State, b.State), cmp.Compare(b.Errors, a.Errors), cmp.Compare(a.Target.Label, b.Target.Label))
}
