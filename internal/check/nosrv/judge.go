package nosrv

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/check/rates"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/threshold"
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
	NoTraffic plugin.State           // for a pattern without a line in the stretch
	Known     map[string]Explanation // by section: what the statistics say, where they were asked
	// Serving are the sections that have servers, as the statistics or the
	// configuration show.
	Serving map[string]bool
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
	QuietState plugin.State
	Doubts     []check.Doubt // why the log is no evidence that all is well
	HalfRead   uint64        // requests of the window without a server whose kind is not known
	Assumed    uint64        // and those whose kind is an assumption
	Log        check.Log

	narrowed bool      // sections were chosen: the sums are not all of HAProxy's
	absent   []Section // those that were named exactly and have no line in the stretch
}

// Section is the judgement of one section.
type Section struct {
	Name            string
	Lines           uint64 // requests that were logged for it in the window
	Requests, NOSRV uint64 // in the window; NOSRV has the counted kinds alone
	Kinds           Counts // all kinds, in the window
	rates.Verdict          // of the counted kinds
	Limits          rates.Limits
	Since           time.Time      // when the counted lines began to come as fast as now; zero without any
	Timeline        []rates.Minute // counted lines along the stretch, the oldest first; nil where it was not kept
	Example         string         // the newest counted line of the window, without secrets
	Explanation                    // where State is not OK
}

// Judge returns the judgement of what a log's lines were counted to.
func Judge(c *Counter, log check.Log, o Options) *Outcome {
	out := &Outcome{
		Stretch: c.stretch, Counted: c.counted, Log: log, Covered: log.Covered(c.stretch),
		Doubts: log.Doubts(c.stretch, o.EvidenceFlags), Assumed: c.assumed,
		narrowed: len(c.chosen.Sections) > 0,
	}
	places, others := c.sections.Settled()
	if others != nil {
		others.Counted.served = true // of so many, not all are frontends
		places = append(places, others)
	}
	var all, asServerless []load
	for _, place := range places {
		if place.Counted.isEmpty() {
			continue
		}
		l := c.loadOf(place, o)
		all = append(all, l)
		out.Sections = append(out.Sections, c.judge(l, out.Covered, o))
		out.Requests += l.lines
		out.HalfRead += l.halfRead
		asServerless = append(asServerless, c.withHalfRead(l))
	}
	out.Total = c.judgeTotal(all, out.Covered, o)
	if out.HalfRead > 0 && c.wouldBeWorse(all, asServerless, out.Covered, o) {
		out.Doubts = append(out.Doubts, check.Doubt{
			State:  plugin.Unknown,
			Reason: fmt.Sprintf("%s found no server and cannot be read to its termination state", plugin.Count(out.HalfRead, "request")),
			Advice: "name the log's format with --log-format or --config",
		})
	}
	slices.SortFunc(out.Sections, worseFirst)
	out.findQuiet(c.chosen, o)
	return out
}

// worseFirst orders sections by state, then by how many requests met no server,
// then by name.
func worseFirst(a, b Section) int {
	return cmp.Or(plugin.WorseFirst(a.State, b.State), cmp.Compare(b.NOSRV, a.NOSRV), strings.Compare(a.Name, b.Name))
}

// findQuiet lists the patterns that no section with a line matches.
func (out *Outcome) findQuiet(chosen check.Filter, o Options) {
	for _, pattern := range chosen.Sections {
		if slices.ContainsFunc(out.Sections, func(s Section) bool { return pattern.Match(s.Name) }) {
			continue
		}
		out.Quiet = append(out.Quiet, pattern.String())
		if name, ok := pattern.Exact(); ok && chosen.Selects(name) {
			out.absent = append(out.absent, Section{Name: name, Limits: o.For(name), Verdict: rates.Verdict{Share: math.NaN()}})
		}
	}
	if len(out.Quiet) > 0 || len(out.Sections) == 0 {
		out.QuietState = o.NoTraffic
	}
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
