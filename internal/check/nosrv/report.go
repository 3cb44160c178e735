package nosrv

import (
	"fmt"
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
)

// maxShown is how many sections in trouble show their minutes and an example.
const maxShown = 5

// Result returns the outcome in words and numbers.
func (out *Outcome) Result() plugin.Result {
	bad := out.bad()
	found := plugin.Findings{Noun: "section", Total: len(out.Sections)}
	for _, s := range bad {
		found.List = append(found.List, out.finding(s))
	}
	r := plugin.Combine(found, plugin.Sentences(append(out.missing(), out.quiet()...)...))
	r.Rest = []string{out.rest()}
	r.Perfdata = out.perfdata()
	r.Fields, r.Sections = out.fields(), out.jsonSections()
	r.Problems = append(out.problems(bad), out.Notes()...)
	r.Details = out.table(out.Sections[len(bad):])
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

// finding says at once which section, how many of how many requests and how
// fast; then why; then since when, what it was before, and which kinds.
func (out *Outcome) finding(s Section) plugin.Finding {
	f := plugin.Finding{
		State: s.State, Name: s.Name, Many: "have requests that found no server",
		One:  fmt.Sprintf(": %s found no server (%s/min)", plugin.OutOf(s.NOSRV, s.Requests, "request"), plugin.FormatDecimal(s.Rate)),
		Harm: plugin.Harm{Lost: float64(s.NOSRV)},
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

// reasons are what is past a limit, and the cause.
func (s Section) reasons() []string {
	if cause := s.causeWords(); cause != "" {
		return append(s.Reasons[:len(s.Reasons):len(s.Reasons)], "cause: "+cause)
	}
	return s.Reasons
}

// causeWords is the cause with what shows it; empty if nobody knows one.
func (s Section) causeWords() string {
	if s.Cause == "" || s.Cause == diagnosis.Unknown {
		return ""
	}
	return strings.TrimSpace(s.Cause.String() + " " + s.Evidence)
}

func (s Section) shareText() string {
	if math.IsNaN(s.Share) {
		return "no requests"
	}
	return fmt.Sprintf("%s%% of %d", plugin.FormatDecimal(s.Share), s.Requests)
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

// missing says that the answer is not complete: what was read may be trouble
// enough, but is never OK.
func (out *Outcome) missing() []plugin.Finding {
	if len(out.Missing) == 0 {
		return nil
	}
	return []plugin.Finding{{State: plugin.Unknown, One: out.missingWords()}}
}

func (out *Outcome) missingWords() string {
	return "a part of the window could not be read: " + strings.Join(out.Missing, "; ")
}

// quiet names the patterns without a line. It stands on the first line whatever
// its state is: a log cannot tell a quiet section from a misspelt one.
func (out *Outcome) quiet() []plugin.Finding {
	stretch := plugin.FormatDuration(out.Stretch.Window + out.Stretch.Baseline)
	switch {
	case len(out.Quiet) > 0:
		return []plugin.Finding{{State: out.QuietState, One: fmt.Sprintf("no line of %s in %s (quiet, or misspelt)", strings.Join(out.Quiet, ", "), stretch)}}
	case len(out.Sections) == 0:
		return []plugin.Finding{{State: out.QuietState, One: fmt.Sprintf("no request in %s; the newest line was written at %s", stretch, plugin.FormatClock(out.Log.Newest, out.Stretch.At))}}
	default:
		return nil
	}
}

// rest says how things are beside what is in trouble.
func (out *Outcome) rest() string {
	others := out.Sections[len(out.bad()):]
	switch {
	case len(out.Sections) == 0:
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
	text := fmt.Sprintf("%d of %d requests in %s found no server", nosrv, out.Requests(), plugin.FormatDuration(out.Stretch.Window))
	var more []string
	if nosrv > 0 {
		more = append(more, plugin.FormatDecimal(float64(nosrv)/out.Stretch.Window.Minutes())+"/min", "most in "+out.Sections[0].Name)
	}
	if kinds := out.Kinds().String(); kinds != "" {
		more = append(more, kinds)
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
	if left := out.Kinds().Only(kinds.All[Kind]() &^ out.Counted).String(); left != "" {
		notes = append(notes, fmt.Sprintf("not counted: %s (intercepted are redirects, denials and HAProxy's own answers; --count chooses the kinds)", left))
	}
	if out.Unreadable > 0 {
		notes = append(notes, fmt.Sprintf("%d unreadable %s, the first looks like %q", out.Unreadable, plugin.Plural(out.Unreadable, "line"), out.Shape))
	}
	if out.Covered == 0 && out.Stretch.Baseline > 0 {
		notes = append(notes, out.uncoveredNote())
	} else if out.Covered < out.Stretch.Baseline {
		notes = append(notes, fmt.Sprintf("the log reaches back to %s: the baseline is %s instead of %s", plugin.FormatClock(out.Log.Earliest, out.Stretch.At), plugin.FormatDuration(out.Covered), plugin.FormatDuration(out.Stretch.Baseline)))
	}
	if out.Overflow > 0 {
		notes = append(notes, fmt.Sprintf("%d requests belong to further sections: no more than %d are told apart", out.Overflow, maxSections))
	}
	if len(out.Missing) > 0 {
		notes = append(notes, out.missingWords())
	}
	for _, unread := range out.Log.Unread {
		if !slices.Contains(out.Missing, unread.Reason) {
			notes = append(notes, unread.Reason)
		}
	}
	return append(notes, out.Log.Notes...)
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

func (out *Outcome) perfdata() []plugin.Metric {
	none, nosrv := plugin.LimitOf(0), float64(out.NOSRV())
	metrics := []plugin.Metric{
		{Label: "nosrv", Value: nosrv, Min: none, Level: plugin.Summary},
		{Label: "nosrv_rate", Value: nosrv / out.Stretch.Window.Minutes(), Min: none, Level: plugin.Summary},
		{Label: "requests", Value: float64(out.Requests()), Min: none, Level: plugin.Summary},
	}
	for _, s := range out.Sections {
		metrics = append(metrics,
			plugin.Metric{Label: s.Name + "_nosrv", Value: float64(s.NOSRV), Min: none, Level: plugin.Sections},
			plugin.Metric{Label: s.Name + "_nosrv_rate", Value: s.Rate, Warning: s.Limits.Warning.Rate.String(), Critical: s.Limits.Critical.Rate.String(), Min: none, Level: plugin.Sections},
			plugin.Metric{Label: s.Name + "_requests", Value: float64(s.Requests), Min: none, Level: plugin.Sections})
	}
	return metrics
}
