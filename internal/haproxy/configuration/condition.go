package configuration

import (
	"slices"
	"strings"
)

// Condition is what follows "if" or "unless" (Configuration Manual 7.2), as
// alternatives each of which is a list of terms that all have to hold.
type Condition struct {
	alternatives [][]term
	unclear      bool // it is written in a way that is not understood
}

// term is an ACL that has to match, or not to.
type term struct {
	name    string // of the ACL, or an anonymous one's text
	negated bool
	tests   []test // one of them has to match; empty for an ACL that is not known
}

// Always says whether the condition holds for everything.
func (c Condition) Always() bool {
	return !c.unclear && slices.ContainsFunc(c.alternatives, func(terms []term) bool { return len(terms) == 0 })
}

// Implies says whether everything that this condition takes, the other one
// takes as well. False means that nobody can tell.
func (c Condition) Implies(other Condition) bool {
	if c.unclear || other.unclear || len(c.alternatives) == 0 {
		return false
	}
	for _, mine := range c.alternatives {
		covered := slices.ContainsFunc(other.alternatives, func(theirs []term) bool { return impliesAll(mine, theirs) })
		if !covered {
			return false
		}
	}
	return true
}

func impliesAll(given, wanted []term) bool {
	for _, w := range wanted {
		if !slices.ContainsFunc(given, func(g term) bool { return g.implies(w) }) {
			return false
		}
	}
	return true
}

func (t term) implies(other term) bool {
	switch {
	case t.negated != other.negated:
		return false
	case t.name == other.name:
		return true
	case t.negated:
		return testsImply(other.tests, t.tests)
	default:
		return testsImply(t.tests, other.tests)
	}
}

// testsImply says whether each of the tests implies one of the others.
func testsImply(tests, others []test) bool {
	for _, t := range tests {
		if !slices.ContainsFunc(others, t.implies) {
			return false
		}
	}
	return len(tests) > 0
}

// maxTerms bounds the different ACLs for which all cases are tried.
const maxTerms = 10

// CoverAll says whether one of the conditions holds whatever the ACLs say: "if
// a" and "unless a" do. False means that nobody can tell.
func CoverAll(conditions []Condition) bool {
	names, few := termNames(conditions)
	if !few {
		return false
	}
	for truth := range 1 << len(names) {
		holds := func(t term) bool { return truth>>slices.Index(names, t.name)&1 == 1 != t.negated }
		if !slices.ContainsFunc(conditions, func(c Condition) bool { return c.holds(holds) }) {
			return false
		}
	}
	return true
}

// termNames are the different ACLs of the conditions, if they are few.
func termNames(conditions []Condition) (names []string, few bool) {
	for _, c := range conditions {
		for _, terms := range c.alternatives {
			for _, t := range terms {
				if slices.Contains(names, t.name) {
					continue
				}
				if names = append(names, t.name); len(names) > maxTerms {
					return nil, false
				}
			}
		}
	}
	return names, true
}

func (c Condition) holds(term func(term) bool) bool {
	for _, terms := range c.alternatives {
		if !c.unclear && allOf(terms, term) {
			return true
		}
	}
	return false
}

func allOf(terms []term, holds func(term) bool) bool {
	for _, t := range terms {
		if !holds(t) {
			return false
		}
	}
	return true
}

// condition reads the condition of a line, from its first "if" or "unless" on.
func (p *Proxy) condition(words []string) Condition {
	start := slices.IndexFunc(words, func(w string) bool { return w == "if" || w == "unless" })
	if start < 0 {
		return Condition{alternatives: [][]term{nil}}
	}
	var c Condition
	c.alternatives, c.unclear = p.alternatives(words[start+1:])
	if words[start] == "unless" && !c.unclear {
		c.alternatives, c.unclear = negate(c.alternatives)
	}
	return c
}

// alternatives reads the terms after "if".
func (p *Proxy) alternatives(words []string) (alternatives [][]term, unclear bool) {
	var terms []term
	negated, never := false, false
	end := func() {
		if !never {
			alternatives = append(alternatives, terms)
		}
		terms, negated, never = nil, false, false
	}
	for i := 0; i < len(words); i++ {
		word := words[i]
		if word == "||" || word == "or" {
			end()
			continue
		}
		for strings.HasPrefix(word, "!") {
			negated, word = !negated, word[1:]
		}
		var next term
		switch {
		case word == "":
			continue
		case word == "{":
			length := slices.Index(words[i:], "}")
			if length < 2 {
				return nil, true
			}
			inside := words[i+1 : i+length]
			next = term{strings.Join(inside, " "), negated, newTests(inside)}
			i += length
		default:
			next = term{word, negated, p.acls[word]}
		}
		if value, constant := next.constant(); constant {
			never = never || !value
		} else {
			terms = append(terms, next)
		}
		negated = false
	}
	end()
	return alternatives, false
}

// constant is a term's value if that is the same for all: of an ACL that HAProxy
// has built in (Configuration Manual 7.4), or of a sample that looks at nothing.
func (t term) constant() (value, constant bool) {
	text := t.name
	if len(t.tests) == 1 {
		text = t.tests[0].text
	}
	switch text {
	case "TRUE", "always_true":
		return !t.negated, true
	case "FALSE", "always_false":
		return t.negated, true
	}
	return false, false
}

// maxAlternatives bounds what a negation may grow to.
const maxAlternatives = 64

// negate turns alternatives around: not (a b or c) is (!a or !b) and !c.
func negate(alternatives [][]term) (negated [][]term, unclear bool) {
	negated = [][]term{nil}
	for _, terms := range alternatives {
		var next [][]term
		for _, so := range negated {
			for _, t := range terms {
				t.negated = !t.negated
				next = append(next, append(slices.Clone(so), t))
			}
		}
		if negated = next; len(negated) > maxAlternatives {
			return nil, true
		}
	}
	return negated, false
}
