package config

import (
	"fmt"
	"slices"
	"strings"

	"check-haproxy/internal/haproxy/configuration"
	"check-haproxy/internal/plugin/pattern"
)

// RulePattern chooses rules by name; it is a flag.
type RulePattern struct{ pattern.Pattern }

// UnmarshalText reads a pattern; one that matches no rule is refused.
func (p *RulePattern) UnmarshalText(text []byte) error {
	if err := p.Pattern.UnmarshalText(text); err != nil {
		return err
	}
	if names := ruleNames(); !slices.ContainsFunc(names, func(name string) bool { return p.Match(name) }) {
		return fmt.Errorf("this is no rule: they are %s", strings.Join(names, ", "))
	}
	return nil
}

func ruleNames() []string {
	var names []string
	for _, rule := range Rules() {
		names = append(names, rule.Name)
	}
	return names
}

// Ignore leaves out what rules find, everywhere or in some sections; it is a
// flag.
type Ignore struct {
	Rule    RulePattern
	Section *pattern.Pattern // nil is everywhere
}

// UnmarshalText reads RULE or RULE=SECTION.
func (i *Ignore) UnmarshalText(text []byte) error {
	rule, section, limited := strings.Cut(string(text), "=")
	if err := i.Rule.UnmarshalText([]byte(rule)); err != nil {
		return err
	}
	if !limited {
		return nil
	}
	i.Section = &pattern.Pattern{}
	return i.Section.UnmarshalText([]byte(section))
}

func (i Ignore) covers(rule, section string) bool {
	return i.Rule.Match(rule) && (i.Section == nil || i.Section.Match(section))
}

// exempt is what comments in the configuration ignore: "# check_haproxy: ignore
// RULE" at the end of a line is about that line, and at the end of a section's
// heading about the section. Alone on a line it is about the next one, and about
// what is found of the section as a whole.
type exempt struct {
	lines    map[configuration.Position][]RulePattern
	sections map[*configuration.Section][]RulePattern
	inFile   map[string][]*configuration.Section // in their order
	unknown  []configuration.Comment             // those that name no rule
}

func exemptions(c *configuration.Configuration) exempt {
	e := exempt{
		lines:    map[configuration.Position][]RulePattern{},
		sections: map[*configuration.Section][]RulePattern{},
		inFile:   map[string][]*configuration.Section{},
	}
	for _, section := range c.Sections {
		e.inFile[section.File] = append(e.inFile[section.File], section)
	}
	for _, comment := range c.Comments {
		rest, ours := strings.CutPrefix(comment.Text, "check_haproxy:")
		if !ours {
			continue
		}
		rules := ignoredRules(rest)
		if len(rules) == 0 {
			e.unknown = append(e.unknown, comment)
		}
		e.add(comment, rules)
	}
	return e
}

func (e exempt) add(comment configuration.Comment, rules []RulePattern) {
	if on := comment.On; on != nil && on.Heading {
		e.sections[on.Section] = append(e.sections[on.Section], rules...)
		return
	} else if on != nil {
		e.lines[on.Position] = append(e.lines[on.Position], rules...)
	}
	if comment.Alone && comment.In != nil {
		e.lines[comment.In.Position] = append(e.lines[comment.In.Position], rules...)
	}
}

// ignoredRules reads "ignore RULE RULE, RULE and why"; the first word that is
// no rule begins a person's reason.
func ignoredRules(text string) []RulePattern {
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\t' || r == ',' })
	if len(words) < 2 || words[0] != "ignore" {
		return nil
	}
	var rules []RulePattern
	for _, word := range words[1:] {
		var rule RulePattern
		if rule.UnmarshalText([]byte(word)) != nil {
			break
		}
		rules = append(rules, rule)
	}
	return rules
}

// covers says whether a comment ignores what a rule found.
func (e exempt) covers(rule Rule, f Finding) bool {
	if matches(e.lines[f.Position], rule.Name) {
		return true
	}
	for section, rules := range e.sections {
		if matches(rules, rule.Name) && (section.Title() == f.Section || e.at(f.Position) == section) {
			return true
		}
	}
	return false
}

// at is the section that a line stands in, or nil.
func (e exempt) at(position configuration.Position) *configuration.Section {
	var last *configuration.Section
	for _, section := range e.inFile[position.File] {
		if section.Line > position.Line {
			break
		}
		last = section
	}
	return last
}
