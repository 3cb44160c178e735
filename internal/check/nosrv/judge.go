package nosrv

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/check/rates"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/pattern"
	"check-haproxy/internal/plugin/threshold"
	"check-haproxy/internal/sorting"
)

// What holds if nothing is given.
const (
	DefaultWindow   = 5 * time.Minute
	DefaultBaseline = time.Hour
	DefaultWarning  = "1,5%" // per minute, share of the section's requests
	DefaultCritical = "10,50%"
	minShare        = 3 // requests without a server, before their share says anything
)

// Options say how to judge.
type Options struct {
	rates.Rules // on requests without a server per minute, and on their share of the section's requests
	check.EvidenceFlags
	NoTraffic plugin.State    // for a pattern without a line in the stretch
	Facts     map[string]Fact // by section: what the statistics say; nil if nobody asked
	// Before is what the log has of sections before the stretch, if it is silent in
	// all of that and there are facts to compare with.
	Before map[string]check.Logged
	Doubts []check.Doubt // what else speaks against the log
}

// Defaults are the options of a check that was given no flag.
func Defaults() Options {
	return Options{Rules: rulesOf(nil, nil, rates.DefaultRise()), EvidenceFlags: check.DefaultEvidence()}
}

func rulesOf(warning, critical []threshold.LimitRule, rise rates.RiseLimits) rates.Rules {
	return rates.Rules{
		Warning:    threshold.LimitRules(warning).WithDefault(DefaultWarning),
		Critical:   threshold.LimitRules(critical).WithDefault(DefaultCritical),
		MinShare:   minShare,
		RiseLimits: rise,
	}
}

// Outcome is the judgement of a log.
type Outcome struct {
	Stretch    check.Stretch
	Counted    KindSet
	Sections   []Section     // those that were chosen and have a line in the stretch, worst first
	Total      Section       // all of them together, without requests that no rule took
	Requests   uint64        // in the window
	Covered    time.Duration // how much of the baseline the log covers; 0: no rise to judge
	Quiet      []string      // patterns that match no section with a line in the stretch
	Misspelt   bool          // nothing shows that there is such a section
	QuietState plugin.State
	Doubts     []check.Doubt // why the log is no evidence that all is well
	HalfRead   uint64        // requests of the window without a server whose kind is not known
	Assumed    uint64        // and those whose kind is an assumption
	Idle       bool          // the statistics show that nothing was served since the log's newest line
	Log        check.Log

	Counters *Counters // what is to know of counters; nil if a log was judged

	narrowed bool        // sections were chosen: the sums are not all of HAProxy's
	absent   []Section   // those that were named exactly and have no line in the stretch
	rules    rates.Rules // for the perfdata
	// tookRequests says that sections of which not all requests are logged have
	// HAProxy's own count of them.
	tookRequests bool
}

// Section is the judgement of one section.
type Section struct {
	Name            string
	Lines           uint64         // requests that were logged for it in the window, or that HAProxy has counted
	Requests, NOSRV uint64         // in the window; NOSRV has the counted kinds alone
	Kinds           Counts         // all kinds, in the window
	rates.Verdict                  // of the counted kinds
	Since           time.Time      // when the counted lines began to come as fast as now; zero without any
	Timeline        []rates.Minute // counted lines along the stretch, the oldest first; nil if it was not kept
	Example         string         // the newest counted line of the window, without secrets
	Problem         string         // why it cannot be judged; mostly empty
	Explanation                    // if State is not OK
	names           []string       // what rules match; nil for the name alone
	partial         bool           // not all of its requests are logged
}

// Judge returns the judgement of what a log's lines were counted to.
func Judge(c *Counter, log check.Log, o Options) *Outcome {
	j := judge{c, o, log.Covered(c.stretch)}
	loads := j.loads(log)
	out := &Outcome{
		Stretch: c.stretch, Counted: c.counted, Log: log, Covered: j.covered,
		Sections: make([]Section, 0, len(loads)),
		Doubts:   j.doubts(log), Assumed: c.assumed,
		Idle:     log.ServedNothing(servedOf(o.Facts)),
		narrowed: len(c.chosen.Sections) > 0, rules: o.Rules,
	}
	for _, l := range loads {
		out.Sections = append(out.Sections, j.section(l))
		out.Requests += l.logged()
		out.HalfRead += l.halfRead()
	}
	out.Total = j.total(loads)
	if out.HalfRead > 0 && j.wouldBeWorse(loads) {
		out.Doubts = append(out.Doubts, check.Doubt{
			State:  plugin.Unknown,
			Reason: fmt.Sprintf("%s found no server and cannot be read to the termination state", plugin.Count(out.HalfRead, "request")),
			Advice: "name the log's format with --log-format or --config",
		})
	}
	sorting.Stable(out.Sections, worseFirst)
	out.findQuiet(c, o)
	return out
}

// loads are those of all sections that were chosen and have a line.
func (j judge) loads(log check.Log) []load {
	places, others := j.sections.Settled()
	if others != nil {
		others.Counted.served = true // of so many, not all are frontends
		places = append(places, others)
	}
	partial := map[string]bool{}
	for _, p := range log.Partial {
		partial[p.Section] = true
	}
	loads := make([]load, 0, len(places))
	index := map[string]int{} // of those that may be frontends
	for _, place := range places {
		if place.Counted.isEmpty() {
			continue
		}
		serving := j.options.Facts[place.Name].Serving || slices.Contains(log.Serving, place.Name)
		l := j.loadOf(place, serving, partial)
		if !l.serving {
			index[l.name] = len(loads)
		}
		loads = append(loads, l)
	}
	for _, place := range places {
		for _, one := range place.Counted.frontends() {
			if i, known := index[one.frontend]; known {
				loads[i].addRouted(one.requests)
			}
		}
	}
	return loads
}

// doubts are the reasons why the log is no evidence that all is well, after what
// the statistics show.
func (j judge) doubts(log check.Log) []check.Doubt {
	doubts := append(log.Doubts(j.stretch, j.options.EvidenceFlags), j.options.Doubts...)
	served := servedOf(j.options.Facts)
	if log.ServedNothing(served) {
		return check.WithoutQuiet(doubts)
	}
	if doubt, ok := log.Unlogged(j.stretch, served, j.inLog(j.covered, j.options.Before)); ok {
		doubts = append(doubts, doubt)
	}
	return doubts
}

// worseFirst orders sections by state, then by how many requests met no server,
// then by name.
func worseFirst(a, b Section) int {
	return cmp.Or(plugin.WorseFirst(a.State, b.State), cmp.Compare(b.NOSRV, a.NOSRV), strings.Compare(a.Name, b.Name))
}

// inLog is what the log has of each section: in the stretch, else before it.
func (c *Counter) inLog(covered time.Duration, before map[string]check.Logged) map[string]check.Logged {
	logged := maps.Clone(before)
	if logged == nil {
		logged = map[string]check.Logged{}
	}
	for section := range c.sections.All() {
		if t := section.Counted; t.newest != 0 {
			lines := t.requests[rates.InBaseline] + t.requests[rates.InWindow]
			logged[section.Name] = check.Logged{Newest: c.time(t.newest), Usual: (covered + c.stretch.Window) / time.Duration(max(lines, 1))}
		}
	}
	return logged
}

// findQuiet lists the patterns that no section with a line matches.
func (out *Outcome) findQuiet(c *Counter, o Options) {
	for _, pattern := range c.chosen.Sections {
		if slices.ContainsFunc(out.Sections, func(s Section) bool { return pattern.Match(s.Name) }) {
			continue
		}
		out.Quiet = append(out.Quiet, pattern.String())
		out.Misspelt = out.Misspelt || !c.knows(pattern, o)
		if name, ok := pattern.Exact(); ok && c.chosen.Selects(name) {
			out.absent = append(out.absent, Section{Name: name, Verdict: rates.Verdict{Share: math.NaN()}})
		}
	}
	if len(out.Quiet) > 0 || len(out.Sections) == 0 {
		out.QuietState = o.NoTraffic
	}
}

// knows says whether a message of HAProxy's or the statistics show a section that
// the pattern matches.
func (c *Counter) knows(pattern pattern.Pattern, o Options) bool {
	for name := range o.Facts {
		if pattern.Match(name) {
			return true
		}
	}
	for section := range c.sections.All() {
		if section.Counted.named && pattern.Match(section.Name) {
			return true
		}
	}
	return false
}

// NOSRV sums up the sections.
func (out *Outcome) NOSRV() uint64 { return out.Kinds().Of(out.Counted) }

// Kinds sums up the sections.
func (out *Outcome) Kinds() (sum Counts) {
	for _, s := range out.Sections {
		sum.Add(s.Kinds)
	}
	return sum
}
