package config

import (
	"cmp"
	"slices"

	"check-haproxy/internal/sorting"
)

// Options choose rules and say how bad they are.
type Options struct {
	Only     []RulePattern
	Ignore   []Ignore
	Critical []RulePattern
	// Selects says whether the section of this name is wanted; nil wants all.
	Selects func(section string) bool
}

// Judgement is a finding with the rule that made it.
type Judgement struct {
	Rule Rule
	Finding
}

// Judge holds a configuration against the rules: what was found, by rule, then
// as it is written.
func Judge(subject Subject, options Options) []Judgement {
	exempt := exemptions(subject.Configuration)
	var found []Judgement
	for _, rule := range Rules() {
		if len(options.Only) > 0 && !matches(options.Only, rule.Name) {
			continue
		}
		first := len(found)
		for _, finding := range rule.find(subject) {
			if options.ignores(rule, finding) || exempt.covers(rule, finding) {
				continue
			}
			if finding.Severity == rule.Severity && matches(options.Critical, rule.Name) {
				finding.Severity = Critical
			}
			found = append(found, Judgement{rule, finding})
		}
		sorting.Stable(found[first:], inOrderOf(subject.Files))
	}
	return found
}

// inOrderOf orders findings as they are written.
func inOrderOf(files []string) func(a, b Judgement) int {
	return func(a, b Judgement) int {
		if a.File != b.File {
			return cmp.Compare(slices.Index(files, a.File), slices.Index(files, b.File))
		}
		return cmp.Compare(a.Line, b.Line)
	}
}

func matches(patterns []RulePattern, name string) bool {
	return slices.ContainsFunc(patterns, func(p RulePattern) bool { return p.Match(name) })
}

func (o Options) ignores(rule Rule, f Finding) bool {
	if o.Selects != nil && !o.Selects(f.Section) {
		return true
	}
	return slices.ContainsFunc(o.Ignore, func(i Ignore) bool { return i.covers(rule.Name, f.Section) })
}

// Risk is what counts as one: the findings of one rule in one section, or of a
// rule that speaks of the whole.
type Risk struct {
	Severity Severity
	Found    []Judgement // at least one
}

// Risks groups findings, the worst first, equals by rule and place.
func Risks(found []Judgement) []Risk {
	type key struct {
		rule, section string
		severity      Severity
	}
	index := map[key]int{}
	var risks []Risk
	for _, f := range found {
		k := key{f.Rule.Name, f.Section, f.Severity}
		if f.Rule.OfAll {
			k.section = ""
		}
		at, known := index[k]
		if !known {
			at = len(risks)
			index[k] = at
			risks = append(risks, Risk{Severity: f.Severity})
		}
		risks[at].Found = append(risks[at].Found, f)
	}
	sorting.Stable(risks, func(a, b Risk) int { return cmp.Compare(b.Severity, a.Severity) })
	return risks
}
