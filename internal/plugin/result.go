package plugin

import (
	"iter"
	"slices"
	"unicode/utf8"

	"check-haproxy/internal/advice"
)

// Result is what a check found, before it becomes text or JSON. Texts may hold
// anything that came from outside; they are cleaned when printed.
type Result struct {
	State State

	// Findings are what is wrong, of Combine; the first line is made of them.
	Findings []Findings
	// Rest closes the first line as far as there is room: "11 others OK".
	Rest []string
	// Problems is the long output: one line a problem, worst first.
	Problems []string
	// Details is what -v adds: a line for everything checked.
	Details []string

	Perfdata []Metric

	// Metrics are perfdata before these, and Listed is what -v adds behind the
	// details. Both are made only as far as they are printed: a check of thousands
	// of sections has a hundred thousand metrics, and none of them fits.
	Metrics iter.Seq[Metric]
	Listed  func() []string

	// Sections is the list of that name in the JSON; a slice, nil is empty.
	Sections any
	// Fields is a struct whose fields stand at the top level of the JSON,
	// before the sections; nil for none.
	Fields any
}

// perfdata are all metrics.
func (r Result) perfdata() iter.Seq[Metric] {
	if r.Metrics == nil {
		return slices.Values(r.Perfdata)
	}
	return func(yield func(Metric) bool) {
		for m := range r.Metrics {
			if !yield(m) {
				return
			}
		}
		slices.Values(r.Perfdata)(yield)
	}
}

// maxHeadline bounds a headline in characters.
const maxHeadline = 1000

// Headline is what the first line says, with more room.
func (r Result) Headline() string { return headline(r.Findings, r.Rest, maxHeadline) }

// unknown is the result for an error that left nothing to judge. What to try,
// and the whole of a long sentence, stand on the second line.
func unknown(err error) Result {
	const short = 100 // what fits into any first line
	f := Finding{State: Unknown, One: err.Error()}
	if whole := advice.Whole(err); whole != f.One || utf8.RuneCountInString(whole) > short {
		f.Line = whole
	}
	return Combine(Sentences(f))
}
