package nosrv

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"check-haproxy/internal/check/kinds"
	"check-haproxy/internal/check/rates"
	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/sorting"
)

// maxShown is how many sections in trouble show their minutes and an example.
const maxShown = 5

// Result returns the outcome in words and numbers.
func (out *Outcome) Result() plugin.Result {
	bad := out.bad()
	found := plugin.Findings{Noun: "section", Total: len(out.Sections)}
	for _, s := range bad {
		found.List = append(found.List, out.Finding(s))
	}
	r := plugin.Combine(found, plugin.Sentences(slices.Concat(out.total(), out.doubts(), out.quiet())...))
	r.Rest = []string{out.rest()}
	r.Metrics = out.perfdata()
	r.Fields, r.Sections = out.fields(), jsonSections{out}
	r.Problems = append(out.problems(bad), out.Notes()...)
	r.Listed = func() []string { return out.table(out.Sections[len(bad):]) }
	return r
}

// bad are the sections in trouble; they come first.
func (out *Outcome) bad() []Section {
	i := slices.IndexFunc(out.Sections, func(s Section) bool { return s.State == plugin.OK })
	if i < 0 {
		return out.Sections
	}
	return out.Sections[:i]
}

// Finding says at once which section, how many of how many requests and how
// fast; then why; then since when, what it was before, and which kinds.
func (out *Outcome) Finding(s Section) plugin.Finding {
	f := plugin.Finding{
		State: s.State, Name: s.Name, Many: "have requests that found no server",
		One:  ": " + s.numbers(),
		Harm: plugin.Harm{Lost: float64(s.NOSRV)},
	}
	if s.Problem != "" && len(s.Reasons) == 0 {
		f.One, f.Many = "cannot be judged: "+s.Problem, "cannot be judged"
		return f
	}
	f.Cause = s.causeWords()
	var evidence []string
	if !s.Since.IsZero() && f.Cause == "" { // the cause has its own
		evidence = append(evidence, "since "+plugin.FormatClock(s.Since, out.Stretch.At))
	}
	if before := s.beforeText(); before != "" {
		evidence = append(evidence, before)
	}
	if kinds := s.Kinds.Only(out.Counted).String(); kinds != "" {
		evidence = append(evidence, kinds)
	}
	f.Evidence = strings.Join(evidence, ", ")
	return f
}

// numbers says how many of how many requests, and how fast.
func (s Section) numbers() string {
	missed := "server"
	if 2*s.Kinds[NoBackend] > s.NOSRV {
		missed = "backend"
	}
	return fmt.Sprintf("%s found no %s (%s/min)", plugin.OutOf(s.NOSRV, s.Requests, "request"), missed, plugin.FormatDecimal(s.Rate))
}

// reasons are what is past a limit, and the cause.
func (s Section) reasons() []string {
	reasons := s.Reasons[:len(s.Reasons):len(s.Reasons)]
	if s.Problem != "" {
		reasons = append(reasons, s.Problem)
	}
	if cause := s.causeWords(); cause != "" {
		reasons = append(reasons, "cause: "+cause)
	}
	return reasons
}

// causeWords is the cause with what shows it; empty if nobody knows one.
func (s Section) causeWords() string {
	if s.Cause == "" || s.Cause == diagnosis.Unknown {
		return ""
	}
	return strings.TrimSpace(s.Cause.String() + " " + s.Evidence)
}

func (s Section) beforeText() string {
	switch {
	case math.IsNaN(s.BaselineRate):
		return ""
	case s.BaselineRate == 0:
		return "none before"
	default:
		return plugin.FormatDecimal(s.BaselineRate) + "/min before"
	}
}

// total says how it stands with all sections together, if that is worse than
// with any of them.
func (out *Outcome) total() []plugin.Finding {
	if len(out.Sections) < 2 || plugin.WorseFirst(out.Total.State, out.Sections[0].State) >= 0 {
		return nil
	}
	return []plugin.Finding{{State: out.Total.State, One: fmt.Sprintf("all %d sections together: %s", len(out.Sections), out.Total.numbers())}}
}

// doubts say why the log is no evidence: what was read may be trouble enough, but
// is never OK.
func (out *Outcome) doubts() []plugin.Finding {
	var list []plugin.Finding
	for _, doubt := range out.Doubts {
		list = append(list, plugin.Finding{State: doubt.State, One: doubt.Reason})
	}
	return list
}

// isBlind says that the log tells nothing at all.
func (out *Outcome) isBlind() bool { return len(out.Sections) == 0 && len(out.Doubts) > 0 }

// quiet names the patterns without a line. It stands on the first line whatever
// its state is: a log cannot tell a quiet section from a misspelt one.
func (out *Outcome) quiet() []plugin.Finding {
	stretch := plugin.FormatDuration(out.Stretch.Window + out.Stretch.Baseline)
	switch {
	case out.isBlind():
		return nil
	case out.Counters != nil && len(out.Quiet) > 0:
		return []plugin.Finding{{State: out.QuietState, One: fmt.Sprintf("no request of %s in %s", strings.Join(out.Quiet, ", "), plugin.FormatDuration(out.Stretch.Window))}}
	case out.Counters != nil:
		return nil
	case len(out.Quiet) > 0:
		return []plugin.Finding{{State: out.QuietState, One: fmt.Sprintf("no line of %s in %s%s", strings.Join(out.Quiet, ", "), stretch, out.doubtful())}}
	case len(out.Sections) == 0:
		return []plugin.Finding{{State: out.QuietState, One: "no request in " + stretch + out.newest()}}
	default:
		return nil
	}
}

// doubtful says that a section may have another name, if nothing shows that it is
// there.
func (out *Outcome) doubtful() string {
	if out.Misspelt {
		return " (quiet, or misspelt)"
	}
	return ""
}

// newest says when the log was last written to, or that HAProxy had no reason to.
func (out *Outcome) newest() string {
	switch {
	case out.Idle:
		return ", and HAProxy's statistics show none either"
	case out.Log.Own.IsZero():
		return ""
	default:
		return "; the newest line was written at " + plugin.FormatClock(out.Log.Own, out.Stretch.At)
	}
}

// rest says how things are beside what is in trouble.
func (out *Outcome) rest() string {
	others := out.Sections[len(out.bad()):]
	switch {
	case len(out.Sections) == 0, len(others) == len(out.Sections) && len(out.Doubts) > 0:
		return ""
	case len(others) == len(out.Sections):
		return out.fineText()
	case len(others) == 0:
		return ""
	default:
		return plugin.Count(len(others), "other") + " OK"
	}
}

func (out *Outcome) fineText() string {
	nosrv := out.NOSRV()
	if out.Requests == 0 && out.Counters == nil {
		return "no request in " + plugin.FormatDuration(out.Stretch.Window)
	}
	text := fmt.Sprintf("%d of %d requests in %s found no server", nosrv, out.Requests, plugin.FormatDuration(out.Stretch.Window))
	var more []string
	if nosrv > 0 {
		more = append(more, plugin.FormatDecimal(out.perMinute(nosrv))+"/min", "most in "+out.Sections[0].Name)
	}
	if kinds := out.Kinds().String(); kinds != "" {
		more = append(more, kinds)
	}
	if out.Counters != nil && out.Counters.First {
		more = append(more, "first run")
	}
	if len(more) == 0 {
		return text
	}
	return text + " (" + strings.Join(more, "; ") + ")"
}

// problems is the long output: a table of the sections in trouble, their
// minutes and examples, and where the other lines without a server went.
func (out *Outcome) problems(bad []Section) []string {
	if len(bad) == 0 {
		return nil
	}
	lines := out.table(bad)
	for _, s := range bad {
		lines = append(lines, fmt.Sprintf("%s is %s: %s", s.Name, s.State, strings.Join(s.reasons(), "; ")))
	}
	for _, s := range bad[:min(len(bad), maxShown)] {
		if s.Timeline != nil {
			lines = append(lines, fmt.Sprintf("%s %s", s.Name, out.minutes(s.Timeline)))
		}
		if s.Example != "" {
			lines = append(lines, fmt.Sprintf("%s newest line: %s", s.Name, s.Example))
		}
	}
	return lines
}

// Notes are what an operator should know beside the judgement.
func (out *Outcome) Notes() []string {
	var notes []string
	for _, doubt := range out.Doubts {
		notes = append(notes, doubt.String())
	}
	if left := out.Kinds().Only(kinds.All[Kind]() &^ out.Counted).String(); left != "" {
		notes = append(notes, fmt.Sprintf("not counted: %s (intercepted are redirects, denials and HAProxy's own answers; --count chooses the kinds)", left))
	}
	if out.Assumed > 0 {
		notes = append(notes, fmt.Sprintf("%s assumed to have found no server: the log-format has no termination state (%%ts), and 503 suggests it", isAre(out.Assumed, "request")))
	}
	if out.HalfRead > 0 {
		notes = append(notes, fmt.Sprintf("%s found no server and cannot be read to the termination state; name the log's format with --log-format or --config", plugin.Count(out.HalfRead, "request")))
	}
	if out.Counters != nil {
		return append(notes, out.Counters.Notes...)
	}
	for _, left := range out.Log.LeftOut {
		notes = append(notes, fmt.Sprintf("left out: lines of %s (%s: %s)", strings.Join(left.Frontends, ", "), left.Where, left.Reason))
	}
	for _, p := range out.Log.Partial {
		share := "no share of " + p.Section
		if out.tookRequests {
			share = "the share of " + p.Section + " is of the requests that HAProxy has counted"
		}
		notes = append(notes, fmt.Sprintf("%s: it does not log all of its requests (%s: %s)", share, p.Where, p.Setting))
	}
	if n := out.unreadable(); n > 0 {
		notes = append(notes, fmt.Sprintf("%s, the first looks like %q", plugin.Count(n, "unreadable line"), out.Log.Lines.Shape))
	}
	if out.Covered == 0 && len(out.Sections) > 0 {
		notes = append(notes, out.uncoveredNote())
	} else if out.Covered > 0 && out.Covered < out.Stretch.Baseline {
		notes = append(notes, fmt.Sprintf("the log reaches back to %s: the baseline is %s instead of %s", plugin.FormatClock(out.Log.Earliest, out.Stretch.At), plugin.FormatDuration(out.Covered), plugin.FormatDuration(out.Stretch.Baseline)))
	}
	notes = append(notes, out.Log.Lost(out.Stretch)...)
	return append(notes, out.Log.Notes...)
}

func isAre(n uint64, word string) string {
	if n == 1 {
		return "1 " + word + " is"
	}
	return plugin.Count(n, word) + " are"
}

// unreadable is how many lines could not be read, of any program.
func (out *Outcome) unreadable() uint64 {
	if out.Counters != nil {
		return 0
	}
	return out.Log.Lines.Unreadable + out.Log.Overlong
}

// perMinute is a rate. What was counted in a moment is not taken for what goes on
// all minute.
func (out *Outcome) perMinute(n uint64) float64 {
	window := out.Stretch.Window
	if out.Counters != nil {
		window = max(window, time.Minute)
	}
	return float64(n) / window.Minutes()
}

func (out *Outcome) uncoveredNote() string {
	if out.Log.Earliest.IsZero() {
		return "no rise to judge: the log does not tell how far it reaches back"
	}
	return fmt.Sprintf("no rise to judge: the log reaches back to %s, less than one window before the window", plugin.FormatClock(out.Log.Earliest, out.Stretch.At))
}

// table is one line a section, in columns.
func (out *Outcome) table(sections []Section) []string {
	if len(sections) == 0 {
		return nil
	}
	rows := [][]string{{"STATE", "SECTION", "REQUESTS", "NOSRV", "PER MIN", "SHARE", "BEFORE", "KINDS"}}
	for _, s := range sections {
		rows = append(rows, s.row())
	}
	return align(rows)
}

func (s Section) row() []string {
	number := func(value float64, unit string) string {
		if math.IsNaN(value) {
			return "-"
		}
		return plugin.FormatDecimal(value) + unit
	}
	return []string{
		s.State.String(), s.Name, strconv.FormatUint(s.Requests, 10), strconv.FormatUint(s.NOSRV, 10),
		number(s.Rate, ""), number(s.Share, "%"), number(s.BaselineRate, ""), s.Kinds.String(),
	}
}

// align pads the cells of a table: words to the left, numbers (from the third
// column to the one before the last) to the right.
func align(rows [][]string) []string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	lines := make([]string, len(rows))
	for r, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			padding := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			switch {
			case i == len(row)-1:
				b.WriteString(cell)
			case i < 2:
				b.WriteString(cell + padding + "  ")
			default:
				b.WriteString(padding + cell + "  ")
			}
		}
		lines[r] = strings.TrimRight(b.String(), " ")
	}
	return lines
}

// minutes prints the newest numbers of a timeline: "by minute from 19:32: 0 0 7".
func (out *Outcome) minutes(timeline []rates.Minute) string {
	const most = 20
	timeline = timeline[max(len(timeline)-most, 0):]
	numbers := make([]string, len(timeline))
	for i, m := range timeline {
		numbers[i] = strconv.FormatUint(m.Count, 10)
	}
	by := "minute"
	if width := rates.BucketWidth(out.Stretch); width > time.Minute {
		by = plugin.FormatDuration(width)
	}
	return fmt.Sprintf("by %s from %s: %s", by, plugin.FormatClock(timeline[0].From, out.Stretch.At), strings.Join(numbers, " "))
}

// perfdata has the sections in the order of their names, so that it does not
// depend on states, and those that are named exactly even if they have no line.
func (out *Outcome) perfdata() iter.Seq[plugin.Metric] {
	if out.isBlind() {
		return nil // a zero would be a lie
	}
	sections := slices.Concat(out.Sections, out.absent)
	sorting.Stable(sections, func(a, b Section) int { return strings.Compare(a.Name, b.Name) })
	return func(yield func(plugin.Metric) bool) {
		if !out.narrowed && !yieldAll(yield, out.sums()) {
			return
		}
		for _, s := range sections {
			if !yieldAll(yield, s.metrics(out.rules.For(s.matched()...))) {
				return
			}
		}
	}
}

func yieldAll(yield func(plugin.Metric) bool, metrics []plugin.Metric) bool {
	for _, m := range metrics {
		if !yield(m) {
			return false
		}
	}
	return true
}

// sums are the metrics of all sections together.
func (out *Outcome) sums() []plugin.Metric {
	none, nosrv := plugin.LimitOf(0), out.NOSRV()
	return []plugin.Metric{
		{Label: "nosrv", Value: float64(nosrv), Min: none, Level: plugin.Summary},
		{Label: "nosrv_rate", Value: out.perMinute(nosrv), Min: none, Level: plugin.Summary},
		{Label: "requests", Value: float64(out.Requests), Min: none, Level: plugin.Summary},
	}
}

// matched are the names that rules match.
func (s Section) matched() []string {
	if s.names == nil {
		return []string{s.Name}
	}
	return s.names
}

func (s Section) metrics(l rates.Limits) []plugin.Metric {
	none := plugin.LimitOf(0)
	return []plugin.Metric{
		{Label: s.Name + "_nosrv", Value: float64(s.NOSRV), Min: none, Level: plugin.Sections},
		{Label: s.Name + "_nosrv_rate", Value: s.Rate, Warning: l.Warning.Rate.String(), Critical: l.Critical.Rate.String(), Min: none, Level: plugin.Sections},
		{Label: s.Name + "_nosrv_share", Value: s.Share, Unit: "%", Warning: l.Warning.Share.String(), Critical: l.Critical.Share.String(), Min: none, Max: plugin.LimitOf(100), Level: plugin.Sections},
		{Label: s.Name + "_requests", Value: float64(s.Requests), Min: none, Level: plugin.Sections},
	}
}
