package errors

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"time"

	"check-haproxy/internal/check/kinds"
	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/sorting"
)

// How many servers the long output names of a section.
const manyServers = 20

// Finding is the judgement in words; of a section that is OK there are some only
// if they are wanted.
func (s Section) Finding(verbose bool) plugin.Finding {
	if s.State == plugin.OK {
		if !verbose {
			return plugin.Finding{}
		}
		return plugin.Finding{Line: s.line()}
	}
	f := plugin.Finding{State: s.State, Name: s.Target.Label, Harm: plugin.Harm{Lost: float64(s.Errors)}, Line: s.line()}
	switch {
	case s.Cause == diagnosis.Flapping:
		f.One, f.Many = s.flappingWords(), "have servers that go down again and again"
	case s.Cause == "":
		f.One, f.Many = "cannot be judged: "+s.Tally.Unjudged, "cannot be judged"
	default:
		f.One = fmt.Sprintf(": %s failed (%s/min)", s.shareOf("requests"), plugin.FormatDecimal(s.Rate))
		f.Many = "have servers that spoil requests"
		f.Cause, f.Evidence = s.causeWords(), s.evidence()
	}
	return f
}

// shareOf is "12% of 2410 requests".
func (s Section) shareOf(things string) string {
	if math.IsNaN(s.Share) {
		return "0 " + things
	}
	return fmt.Sprintf("%s%% of %d %s", plugin.FormatDecimal(s.Share), s.Requests, things)
}

func (s Section) flappingWords() string {
	for _, server := range s.Servers {
		if server.Flaps {
			return fmt.Sprintf(": %s went down %d times in %s", plugin.ShortName(server.Name), server.Downs, plugin.FormatDuration(s.Tally.Window))
		}
	}
	return ""
}

// causeWords is the cause in a sentence. A log tells how a connection failed.
func (s Section) causeWords() string {
	if s.Cause == diagnosis.ConnectFailed && s.Tally.Logged {
		if s.connectTimeouts() > s.Kinds[Connect]/2 {
			return "connection timeout"
		}
		return "connection refused"
	}
	return s.Cause.String()
}

func (s Section) connectTimeouts() (n uint64) {
	for _, server := range s.Servers {
		n += server.ConnectTimeouts
	}
	return n
}

// evidence is the worst server, if one stands out, and what was before.
func (s Section) evidence() string {
	var words []string
	if worst := s.Servers[0]; !s.Tally.Single && s.standsOut(worst) {
		words = append(words, worst.brief())
	}
	if !s.Tally.Since.IsZero() {
		words = append(words, "since "+plugin.FormatClock(s.Tally.Since, s.Tally.At))
	}
	switch {
	case math.IsNaN(s.BaselineRate):
	case s.BaselineRate == 0:
		words = append(words, "none before")
	default:
		words = append(words, plugin.FormatDecimal(s.BaselineRate)+"/min before")
	}
	return strings.Join(words, ", ")
}

// standsOut says whether a server is worth its name on the first line.
func (s Section) standsOut(server Server) bool {
	return server.State != plugin.OK || server.Share >= 2*s.Share || 2*server.Counted > s.Errors
}

// brief is a server with its share: "api03 100% of 289".
func (s Server) brief() string {
	if math.IsNaN(s.Share) {
		return plugin.ShortName(s.Name)
	}
	return fmt.Sprintf("%s %s%% of %d", plugin.ShortName(s.Name), plugin.FormatDecimal(s.Share), s.Requests)
}

// line is the section's line in the long output.
func (s Section) line() string {
	parts := []string{fmt.Sprintf("%s %s: %d of %d requests failed (%s/min)", s.State, s.Target.Label, s.Errors, s.Requests, plugin.FormatDecimal(s.Rate))}
	if text := s.Kinds.String(); text != "" {
		parts[0] += ": " + text
	}
	if s.Tally.Unjudged != "" {
		parts = append(parts, "cannot be judged: "+s.Tally.Unjudged)
	}
	parts = append(parts, s.Reasons...)
	shown := 0
	for _, server := range s.Servers {
		if server.State == plugin.OK && server.Counted == 0 {
			continue
		}
		if shown++; shown > manyServers {
			parts = append(parts, "and more servers")
			break
		}
		parts = append(parts, server.describe())
	}
	return strings.Join(parts, "; ")
}

// describe is a server in the long output.
func (s Server) describe() string {
	text := s.brief()
	if list := s.Kinds.String(); list != "" {
		text += " (" + list + ")"
	}
	if s.Downs > 0 {
		if s.Requests > 0 {
			text += ","
		}
		text += fmt.Sprintf(" went down %s", plugin.Count(s.Downs, "time"))
	}
	return text
}

// Report is what was judged, of all HAProxys and sections.
type Report struct {
	Sections []Section
	Window   time.Duration // that is judged
	Baseline time.Duration // before it, as far as it is known
	Counting Counting
	Narrowed bool // sections were chosen: the sums are not all of HAProxy's
	First    bool // nothing older was there to be compared: a moment is judged

	Unreadable uint64 // lines of a log that could not be read
}

// requests, errors and kinds sum up the sections.
func (r Report) requests() (sum uint64) {
	for _, s := range r.Sections {
		sum += s.Requests
	}
	return sum
}

func (r Report) errors() (sum uint64) {
	for _, s := range r.Sections {
		sum += s.Errors
	}
	return sum
}

func (r Report) kinds() (sum Counts) {
	for _, s := range r.Sections {
		sum.Add(s.Kinds)
	}
	return sum
}

// result is the report in words and numbers; findings are those of whoever was
// asked, notes what else an operator should know.
func (r Report) result(findings []plugin.Finding, notes []string, verbose bool, level plugin.Level) plugin.Result {
	found := plugin.Findings{Noun: "backend", Total: len(r.Sections)}
	ok := 0
	for _, s := range r.Sections {
		if s.State == plugin.OK {
			ok++
		}
		found.List = append(found.List, s.Finding(verbose))
	}
	result := plugin.Combine(found, plugin.Sentences(findings...))
	result.Rest = r.rest(ok)
	result.Problems = append(result.Problems, r.shown()...)
	result.Problems = append(result.Problems, notes...)
	if left := r.kinds().Only(kinds.All[Kind]() &^ (r.Counting.Kinds | r.Counting.Tunnelled)).String(); left != "" {
		result.Problems = append(result.Problems, "not counted: "+left+" (--count chooses the kinds)")
	}
	result.Metrics = r.perfdata(level)
	result.Fields, result.Sections = r.fields(), r.sections()
	return result
}

// rest says how things are beside what is in trouble.
func (r Report) rest(ok int) []string {
	switch {
	case len(r.Sections) == 0 || ok == 0:
		return nil
	case ok < len(r.Sections):
		return []string{plugin.Count(ok, "other") + " OK"}
	default:
		text := fmt.Sprintf("%d of %d requests in %s failed", r.errors(), r.requests(), plugin.FormatDuration(r.Window))
		if r.First {
			text += " (first run)"
		}
		return []string{text}
	}
}

// shown are the newest lines of the sections in trouble, and their minutes.
func (r Report) shown() []string {
	const most = 5
	var lines []string
	for _, s := range r.Sections[:min(len(r.Sections), most)] {
		if s.State != plugin.OK && s.Tally.Example != "" {
			lines = append(lines, fmt.Sprintf("%s newest line: %s", s.Target.Label, s.Tally.Example))
		}
	}
	return lines
}

// perfdata come in the order of the sections' names, with as much of each as a
// level may print.
func (r Report) perfdata(level plugin.Level) iter.Seq[plugin.Metric] {
	return func(yield func(plugin.Metric) bool) {
		if !r.Narrowed && (!yield(metric(plugin.Summary, "errors", float64(r.errors()))) || !yield(metric(plugin.Summary, "requests", float64(r.requests())))) {
			return
		}
		ordered := make([]*Section, len(r.Sections))
		for i := range r.Sections {
			ordered[i] = &r.Sections[i]
		}
		sorting.Stable(ordered, func(a, b *Section) int { return strings.Compare(a.Target.Label, b.Target.Label) })
		for _, s := range ordered {
			for _, m := range s.perfdata(level) {
				if !yield(m) {
					return
				}
			}
		}
	}
}

// perfdata are the metrics of one section and its servers.
func (s *Section) perfdata(level plugin.Level) []plugin.Metric {
	label := s.Target.Label
	share := metric(plugin.Sections, label+"_errors_share", s.Share)
	share.Unit, share.Max = "%", plugin.LimitOf(100)
	share.Warning, share.Critical = s.Limits.Warning.Share.String(), s.Limits.Critical.Share.String()
	metrics := []plugin.Metric{
		metric(plugin.Sections, label+"_errors", float64(s.Errors)), share,
		metric(plugin.Sections, label+"_requests", float64(s.Requests)),
	}
	if level < plugin.Servers {
		return metrics
	}
	for k, name := range Kind(0).Names() {
		metrics = append(metrics, metric(plugin.Servers, label+"_"+strings.ReplaceAll(name, "-", "_"), float64(s.Kinds[k])))
	}
	servers := slices.Clone(s.Servers)
	sorting.Stable(servers, func(a, b Server) int { return strings.Compare(a.Name, b.Name) })
	for _, server := range servers {
		metrics = append(metrics, metric(plugin.Servers, label+"/"+server.Name+"_errors", float64(server.Counted)))
	}
	return metrics
}

// metric is a number that is not negative.
func metric(level plugin.Level, label string, value float64) plugin.Metric {
	return plugin.Metric{Label: label, Value: value, Min: plugin.LimitOf(0), Level: level}
}
