package nosrv

import (
	"errors"
	"fmt"
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
	DefaultStale    = 24 * time.Hour
	minShare        = 3 // requests without a server, before their share says anything
)

// Options say how to judge.
type Options struct {
	rates.Rules               // on requests without a server per minute, and on their share of the section's requests
	Stale       time.Duration // age of the newest line from which logging has stopped; 0 for never
	NoTraffic   plugin.State  // for a pattern without a line in the stretch
	Sections    check.Filter
	Known       map[string]Explanation // by section: what the statistics say, where they were asked
}

// Defaults are the options of a check that was given no flag.
func Defaults() Options {
	return Options{Rules: rulesOf(nil, nil, rates.DefaultRise()), Stale: DefaultStale}
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
	Covered    time.Duration // how much of the baseline the log covers; 0: no rise to judge
	Quiet      []string      // patterns that match no section with a line in the stretch
	QuietState plugin.State
	Unreadable uint64
	Shape      string   // of the first unreadable line
	Overflow   uint64   // requests of sections too many to be told apart
	Missing    []string // why a part of the window could not be read
	Log        check.Log
}

// Section is the judgement of one section.
type Section struct {
	Name            string
	Requests, NOSRV uint64 // in the window; NOSRV has the counted kinds alone
	Kinds           Counts // all kinds, in the window
	rates.Verdict          // of the counted kinds
	Limits          rates.Limits
	Since           time.Time      // when the counted lines began to come as fast as now; zero without any
	Timeline        []rates.Minute // counted lines along the stretch, the oldest first; nil where it was not kept
	Example         string         // the newest counted line of the window, without secrets
	Explanation                    // where State is not OK
}

// Judge returns the judgement. An error says why there is no trustworthy
// answer in this log.
func Judge(c *Counter, log check.Log, o Options) (*Outcome, error) {
	if err := c.trustworthy(log, o); err != nil {
		return nil, err
	}
	log.Newest = c.newestOf(log)
	out := &Outcome{
		Stretch: c.stretch, Counted: c.counted, Log: log, Missing: missing(c.stretch, log),
		Covered:    covered(c.stretch, log.Earliest),
		Unreadable: c.unreadable + log.Overlong, Shape: c.shape, Overflow: c.overflow,
	}
	for _, t := range c.sections {
		if o.Sections.Selects(t.name) {
			out.Sections = append(out.Sections, c.judge(t, out, o))
		}
	}
	slices.SortFunc(out.Sections, worseFirst)
	out.findQuiet(o)
	return out, nil
}

// trustworthy returns an error where the log tells nothing about the window.
func (c *Counter) trustworthy(log check.Log, o Options) error {
	newest := c.newestOf(log)
	age := c.stretch.At.Sub(newest)
	switch {
	case c.readable == 0 && c.unreadable+log.Overlong > 0:
		return fmt.Errorf("none of %d lines is a HAProxy line in a known format (%s); name the format with --log-format or --config, or check that this is HAProxy's log", c.unreadable+log.Overlong, c.quotedShape())
	case newest.IsZero() && c.untimed > 0:
		return errors.New("no line tells when it was written; log through syslog, or put the time (%t) into the log-format")
	case newest.IsZero() && (c.later > 0 || !log.Earliest.IsZero()):
		return fmt.Errorf("every line is later than %s; check --at, --timezone and the clock of the machine that wrote the log", c.stretch.At.Format(time.DateTime))
	case newest.IsZero():
		return errors.New("the log is empty; check that HAProxy logs here (its \"log\" lines, and \"option httplog\")")
	case o.Stale > 0 && age > o.Stale:
		return fmt.Errorf("logging has stopped: the newest line was written at %s, %s before %s; check the syslog daemon, HAProxy's \"log\" lines and --timezone (--stale %s)",
			newest.In(c.stretch.At.Location()).Format(time.DateTime), plugin.FormatSeconds(int64(age.Seconds())), c.stretch.At.Format(time.DateTime), plugin.FormatDuration(o.Stale))
	}
	return nil
}

// newestOf is the time of the newest line before the stretch's end; zero where
// there is none.
func (c *Counter) newestOf(log check.Log) time.Time {
	if t := c.time(c.newest); c.newest != 0 && t.After(log.Newest) {
		return t
	}
	return log.Newest
}

func (c *Counter) quotedShape() string {
	if c.shape == "" {
		return "they are too long"
	}
	return fmt.Sprintf("the first looks like %q", c.shape)
}

// covered is how much of the baseline the log covers, and 0 where the log does
// not reach back at least one window before the window.
func covered(s check.Stretch, earliest time.Time) time.Duration {
	if earliest.IsZero() || earliest.After(s.Begin().Add(-s.Window)) {
		return 0
	}
	return min(s.Baseline, s.Begin().Sub(earliest))
}

// missing tells why the window was not read as a whole, where it was not.
func missing(s check.Stretch, log check.Log) []string {
	var reasons []string
	for _, unread := range log.Unread {
		if unread.Within || log.Earliest.After(s.Begin()) {
			reasons = append(reasons, unread.Reason)
		}
	}
	return reasons
}

func (c *Counter) judge(t *tally, out *Outcome, o Options) Section {
	s := Section{Name: t.name, Requests: t.requests[inWindow], Limits: o.For(t.name)}
	if t.serverless != nil {
		s.Kinds = t.serverless.kinds[inWindow]
		s.Since = c.scale.Since(t.serverless.counted)
		s.Timeline = c.scale.Minutes(t.serverless.counted)
	}
	s.NOSRV = s.Kinds.Of(c.counted)
	s.Verdict = s.Limits.Judge(rates.Series{
		Window: c.stretch.Window, Requests: s.Requests, Spoiled: s.NOSRV, Before: c.scale.Before(t.counted(), out.Covered),
	})
	if s.NOSRV > 0 {
		s.Example = t.serverless.example.Format(c.stretch.At.Location())
	}
	if s.State != plugin.OK {
		s.Explanation = c.explain(t, s.Kinds, o.Known)
	}
	return s
}

// counted are the section's counted lines along the stretch; nil for none.
func (t *tally) counted() *rates.Timeline {
	if t.serverless == nil {
		return nil
	}
	return t.serverless.counted
}

// worseFirst orders sections by state, then by how many requests met no server,
// then by name.
func worseFirst(a, b Section) int {
	if order := plugin.WorseFirst(a.State, b.State); order != 0 {
		return order
	}
	switch {
	case a.NOSRV > b.NOSRV:
		return -1
	case a.NOSRV < b.NOSRV:
		return 1
	}
	return strings.Compare(a.Name, b.Name)
}

// findQuiet lists the patterns that no section with a line matches.
func (out *Outcome) findQuiet(o Options) {
	for _, pattern := range o.Sections.Sections {
		if !slices.ContainsFunc(out.Sections, func(s Section) bool { return pattern.Match(s.Name) }) {
			out.Quiet = append(out.Quiet, pattern.String())
		}
	}
	if len(out.Quiet) > 0 || len(out.Sections) == 0 {
		out.QuietState = o.NoTraffic
	}
}

// Requests, NOSRV and Kinds sum up the sections' windows.
func (out *Outcome) Requests() (sum uint64) {
	for _, s := range out.Sections {
		sum += s.Requests
	}
	return sum
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
