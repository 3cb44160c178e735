package plugin

import (
	"slices"
)

// Finding is one thing that was judged, in words.
type Finding struct {
	State    State
	Headline string // its part of the first line, where it is not OK
	Line     string // its line in the long output; of an OK one only -v shows it
}

// Combine makes the state, the first line and the long output of what was
// found: the worst state, the worst things first, equals in the given order.
func Combine(findings []Finding) Result {
	var r Result
	for _, f := range findings {
		r.State = Worst(r.State, f.State)
	}
	bad := slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool { return f.State == OK })
	slices.SortStableFunc(bad, func(a, b Finding) int { return WorseFirst(a.State, b.State) })
	for _, f := range bad {
		r.Headline = append(r.Headline, f.Headline)
		r.Problems = append(r.Problems, f.Line)
	}
	for _, f := range findings {
		if f.State == OK && f.Line != "" {
			r.Details = append(r.Details, f.Line)
		}
	}
	return r
}
