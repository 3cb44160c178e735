package plugin

import (
	"cmp"
	"strings"

	"check-haproxy/internal/sorting"
)

// Finding is one thing that was judged, in words. The first line is made of the
// parts (see headline), so that every check says the same things in the same
// order: how many, what is wrong, with whom, why, and what shows it.
type Finding struct {
	State State

	// Name is what the first line calls it: a section's label, an endpoint's.
	// Without a name One is a whole sentence.
	Name string
	// One says what is wrong with it, after its name: "has no UP server (0/1)";
	// a colon in front follows the name at once: ": 37 of 37 requests found no
	// server". Without it the first line does not speak of this one.
	One string
	// Many says the same of several: "have no UP server". Those of one state
	// with the same words are counted together.
	Many string
	// Cause says why ("health checks fail") and Evidence what shows it; a single
	// finding has both on the first line as far as they fit.
	Cause, Evidence string

	// Harm puts the worst of one state first.
	Harm Harm

	Line string // its line in the long output; if One is empty only -v shows it
}

// Harm is how bad a finding is for users: requests that were lost, then servers
// that are gone.
type Harm struct{ Lost, Gone float64 }

func moreHarm(a, b Harm) int {
	return cmp.Or(cmp.Compare(b.Lost, a.Lost), cmp.Compare(b.Gone, a.Gone))
}

// Sentence is the whole of what is wrong, with cause and evidence.
func (f Finding) Sentence() string {
	return f.alone() + prefixed(": ", joined(f.Cause, f.Evidence))
}

// alone is what is wrong, with the name.
func (f Finding) alone() string {
	name := ShortName(f.Name)
	if name == "" || strings.HasPrefix(f.One, ":") {
		return name + f.One
	}
	return name + " " + f.One
}

// Findings are what was found among things of one kind.
type Findings struct {
	Noun  string // one of them: "backend"; empty if they are sentences of their own
	Total int    // how many were judged, the good ones too
	// Heading opens the first line instead of a count of the noun: "3 risks in
	// haproxy.cfg".
	Heading string
	List    []Finding
}

// Sentences are findings of which each stands for itself.
func Sentences(findings ...Finding) Findings { return Findings{List: findings} }

// Combine makes the state, the first line and the long output of what was
// found: the worst state, the worst things first, equals in the given order.
func Combine(sets ...Findings) Result {
	var r Result
	var said []Finding
	for _, set := range sets {
		bad := set
		bad.List = nil
		for _, f := range set.List {
			r.State = Worst(r.State, f.State)
			switch {
			case f.One != "":
				bad.List = append(bad.List, f)
			case f.Line != "":
				r.Details = append(r.Details, f.Line)
			}
		}
		if len(bad.List) == 0 {
			continue
		}
		sorting.Stable(bad.List, worseFirst)
		r.Findings = append(r.Findings, bad)
		said = append(said, bad.List...)
	}
	sorting.Stable(r.Findings, func(a, b Findings) int { return WorseFirst(a.List[0].State, b.List[0].State) })
	sorting.Stable(said, func(a, b Finding) int { return WorseFirst(a.State, b.State) })
	for _, f := range said {
		if f.Line != "" {
			r.Problems = append(r.Problems, f.Line)
		}
	}
	return r
}

// Add adds what was found elsewhere, behind what is there.
func (r *Result) Add(sets ...Findings) {
	added := Combine(sets...)
	r.State = Worst(r.State, added.State)
	r.Findings = Combine(append(r.Findings, added.Findings...)...).Findings
	r.Problems = append(r.Problems, added.Problems...)
	r.Details = append(added.Details, r.Details...)
}

func worseFirst(a, b Finding) int {
	return cmp.Or(WorseFirst(a.State, b.State), moreHarm(a.Harm, b.Harm))
}
