package nosrv

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/threshold"
)

// What holds where nothing is given.
const (
	DefaultWindow   = 5 * time.Minute
	DefaultBaseline = time.Hour
	DefaultWarning  = "1" // per minute
	DefaultCritical = "10"
	DefaultStale    = 24 * time.Hour
	DefaultMinCount = 5
)

// The factors of a rise that hold where none is given.
const (
	DefaultRiseWarning  = Factor(3)
	DefaultRiseCritical = Factor(10)
)

// Options say how to judge.
type Options struct {
	Warning, Critical         threshold.Rules // on NOSRV lines per minute, and on their percentage of the section's requests
	RiseWarning, RiseCritical Factor
	MinCount                  uint64        // a rise needs at least so many NOSRV lines in the window
	Stale                     time.Duration // age of the newest line from which logging has stopped; 0 for never
	NoTraffic                 plugin.State  // for a pattern without a line in the stretch
	Sections                  check.Filter
	Known                     map[string]Explanation // by section: what the statistics say, where they were asked
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
	Name              string
	State             plugin.State
	Requests, NOSRV   uint64  // in the window; NOSRV has the counted kinds alone
	Kinds             Counts  // all kinds, in the window
	Rate              float64 // NOSRV per minute
	Share             float64 // NOSRV in percent of Requests; NaN without requests
	BaselineRate      float64 // NOSRV per minute; NaN where there is no rise to judge
	Rise              float64 // Rate / BaselineRate; +Inf where there was none before, NaN where there is nothing to compare
	Warning, Critical threshold.Range
	Reasons           []string  // what is past a limit, in words
	Since             time.Time // when the counted lines began to come as fast as now; zero without any
	Timeline          []Minute  // counted lines along the stretch, the oldest first; nil where it was not kept
	Example           string    // the newest counted line of the window, without secrets
	Explanation                 // where State is not OK
}

// Minute is a number of a timeline.
type Minute struct {
	From  time.Time
	Count uint64
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
	s := Section{
		Name: t.name, Requests: t.requests[inWindow],
		Share: math.NaN(), BaselineRate: math.NaN(), Rise: math.NaN(),
		Warning: o.Warning.For(t.name), Critical: o.Critical.For(t.name),
	}
	var before uint64
	if t.serverless != nil {
		s.Kinds = t.serverless.kinds[inWindow]
		before = t.serverless.kinds[inBaseline].Of(c.counted)
		s.Since = c.since(t.serverless)
		s.Timeline = c.timeline(t.serverless)
	}
	s.NOSRV = s.Kinds.Of(c.counted)
	s.Rate = float64(s.NOSRV) / c.stretch.Window.Minutes()
	if s.Requests > 0 {
		s.Share = 100 * float64(s.NOSRV) / float64(s.Requests)
	}
	if out.Covered > 0 {
		s.BaselineRate = float64(before) / out.Covered.Minutes()
	}
	s.judgeLevel()
	s.judgeRise(before, out, o)
	if s.NOSRV > 0 {
		s.Example = t.serverless.example.format(c.time(t.serverless.example.written))
	}
	if s.State != plugin.OK {
		s.Explanation = c.explain(t, s.Kinds, o.Known)
	}
	return s
}

// judgeLevel holds rate and share against the thresholds.
func (s *Section) judgeLevel() {
	share := s.Share
	if math.IsNaN(share) {
		share = 0
	}
	switch {
	case s.Critical.Alerts(s.Rate, share):
		s.raise(plugin.Critical, fmt.Sprintf("%s is outside the critical range %s", s.judged(s.Critical), s.Critical))
	case s.Warning.Alerts(s.Rate, share):
		s.raise(plugin.Warning, fmt.Sprintf("%s is outside the warning range %s", s.judged(s.Warning), s.Warning))
	}
}

// judged is what a range looked at, in words.
func (s *Section) judged(r threshold.Range) string {
	if r.Percent() {
		return s.shareText()
	}
	return plugin.FormatDecimal(s.Rate) + "/min"
}

// judgeRise compares window and baseline: over so many times the rate, enough
// lines to speak of, and not to be explained by chance.
func (s *Section) judgeRise(before uint64, out *Outcome, o Options) {
	if out.Covered == 0 {
		return
	}
	switch {
	case s.BaselineRate > 0:
		s.Rise = s.Rate / s.BaselineRate
	case s.NOSRV > 0:
		s.Rise = math.Inf(1)
	}
	if s.NOSRV < o.MinCount || Chance(s.NOSRV, before, out.Stretch.Window.Minutes(), out.Covered.Minutes()) >= significance {
		return
	}
	switch {
	case o.RiseCritical.exceeded(s.Rise):
		s.raise(plugin.Critical, s.riseReason(o.RiseCritical))
	case o.RiseWarning.exceeded(s.Rise):
		s.raise(plugin.Warning, s.riseReason(o.RiseWarning))
	}
}

func (s *Section) riseReason(limit Factor) string {
	if math.IsInf(s.Rise, 1) {
		return "there was none before"
	}
	return fmt.Sprintf("%s times the rate before, over %s", plugin.FormatDecimal(s.Rise), limit)
}

func (s *Section) raise(state plugin.State, reason string) {
	s.State = plugin.Worst(s.State, state)
	s.Reasons = append(s.Reasons, reason)
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
		sum.add(s.Kinds)
	}
	return sum
}
