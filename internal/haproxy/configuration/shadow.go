package configuration

import (
	"slices"
	"strings"
)

// Shadowed tells, for each rule that never gets a request because an earlier
// one takes all of its requests to another backend first, which one does: both
// by their index. A computed name may be that of no backend, and takes nothing
// for certain.
func Shadowed(routes []Route) map[int]int {
	found := map[int]int{}
	earlier := newRouteIndex(routes)
	for i, route := range routes {
		for _, j := range earlier.candidates(route.Condition) {
			if routes[j].Backend != route.Backend && (routes[j].Condition.Always() || route.Condition.Implies(routes[j].Condition)) {
				found[i] = j
				break
			}
		}
		if !route.Dynamic() {
			earlier.add(i, route.Condition)
		}
	}
	return found
}

// routeIndex finds the earlier rules whose condition another one may imply,
// without comparing each with each: thousands of rules are usual.
type routeIndex struct {
	always []int
	by     map[string][]int
}

func newRouteIndex(routes []Route) *routeIndex {
	return &routeIndex{by: make(map[string][]int, len(routes))}
}

// add files a rule under one term of each of its alternatives: a condition that
// implies it has to imply that term.
func (x *routeIndex) add(route int, c Condition) {
	if c.Always() {
		x.always = append(x.always, route)
		return
	}
	for _, terms := range c.alternatives {
		for _, key := range mostSelective(terms).keys() {
			x.by[key] = append(x.by[key], route)
		}
	}
}

// candidates are the earlier rules that may take all of a condition's requests,
// in their order.
func (x *routeIndex) candidates(c Condition) []int {
	found := slices.Clone(x.always)
	if len(c.alternatives) > 0 {
		for _, t := range c.alternatives[0] {
			for _, key := range t.impliedKeys() {
				found = append(found, x.by[key]...)
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// mostSelective is the term that the fewest other conditions can imply: one
// with patterns.
func mostSelective(terms []term) term {
	for _, t := range terms {
		if t.plain() {
			return t
		}
	}
	return terms[0]
}

// plain says whether the term's tests can be held against others' by their
// patterns.
func (t term) plain() bool {
	return !t.negated && len(t.tests) > 0 && !slices.ContainsFunc(t.tests, func(t test) bool { return !t.plain })
}

// keys are where a term is filed: under its name, and under each pattern that
// another test may be contained in.
func (t term) keys() []string {
	keys := []string{t.nameKey()}
	plain := t.plain()
	for _, test := range t.tests {
		switch {
		case t.negated:
			keys = append(keys, test.negationKey())
		case plain:
			keys = append(keys, test.patternKey(test.match, test.pattern))
		}
	}
	return keys
}

// maxPattern bounds the patterns whose beginnings and ends are looked for.
const maxPattern = 256

// impliedKeys are where the terms are filed that this one may imply.
func (t term) impliedKeys() []string {
	keys := []string{t.nameKey()}
	if t.negated {
		for _, test := range t.tests {
			keys = append(keys, test.negationKey())
		}
		return keys
	}
	if !t.plain() {
		return keys
	}
	first := t.tests[0]
	keys = append(keys, first.patternKey(first.match, first.pattern), first.patternKey("sub", ""))
	if len(first.pattern) > maxPattern {
		return keys
	}
	for i := range len(first.pattern) + 1 {
		keys = append(keys, first.patternKey("beg", first.pattern[:i]), first.patternKey("end", first.pattern[i:]))
	}
	return keys
}

func (t term) nameKey() string {
	if t.negated {
		return "!" + t.name
	}
	return t.name
}

func (t test) negationKey() string { return "not " + t.sample }

// patternKey ignores case, as some tests do: what it finds is compared again.
// Patterns that may stand anywhere in the text are filed together.
func (t test) patternKey(match, pattern string) string {
	if match == "sub" {
		pattern = ""
	}
	return t.sample + "\x00" + match + "\x00" + strings.ToLower(pattern)
}
