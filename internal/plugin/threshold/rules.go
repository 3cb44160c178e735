package threshold

import (
	"strings"

	"check-haproxy/internal/plugin/pattern"
)

// scope is which things a rule is for: all, or those that its pattern matches.
type scope struct {
	pattern pattern.Pattern
	text    string // the whole rule, as it was typed
	some    bool   // there is a pattern
}

// parseScope cuts [PATTERN=] off a rule. The last "=" ends the pattern.
func parseScope(text string) (s scope, rest string, err error) {
	s.text = text
	i := strings.LastIndexByte(text, '=')
	if i < 0 {
		return s, text, nil
	}
	if s.pattern, err = pattern.Parse(text[:i]); err != nil {
		return scope{}, "", err
	}
	s.some = true
	return s, text[i+1:], nil
}

func (s *scope) matches(names ...string) bool { return !s.some || s.pattern.Match(names...) }

// String returns the rule as it was typed.
func (s scope) String() string { return s.text }

// Rule is one -w or -c: a range, for all sections or for those that its pattern
// matches. It implements encoding.TextUnmarshaler, so that it can be a flag.
type Rule struct {
	Range Range
	scope
}

// ParseRule reads [PATTERN=]RANGE. The last "=" ends the pattern.
func ParseRule(text string) (Rule, error) {
	scope, rangeText, err := parseScope(text)
	if err != nil {
		return Rule{}, err
	}
	r, err := ParseRange(rangeText)
	return Rule{r, scope}, err
}

// All is the rule for all sections, as in a default. It panics if the range
// cannot be read: the text is the program's own.
func All(rangeText string) Rule {
	rule, err := ParseRule(rangeText)
	if err != nil {
		panic(err)
	}
	return rule
}

// UnmarshalText is ParseRule for a flag.
func (r *Rule) UnmarshalText(text []byte) error {
	parsed, err := ParseRule(string(text))
	if err != nil {
		return err
	}
	*r = parsed
	return nil
}

// Rules are the rules of one level, warning or critical, the default first.
type Rules []Rule

// For returns the range for the thing with these names ("v2", "v2@lb1"): that
// of the last rule that matches; none if no rule does.
func (rules Rules) For(names ...string) Range {
	for i := len(rules) - 1; i >= 0; i-- {
		if rule := &rules[i]; rule.matches(names...) {
			return rule.Range
		}
	}
	return Range{}
}

// WithDefault returns the rules with a default put before them.
func (rules Rules) WithDefault(rangeText string) Rules {
	return append(Rules{All(rangeText)}, rules...)
}

// PercentRule is a Rule for a percentage by nature: 80 and 80% are the same.
type PercentRule struct{ Rule }

// UnmarshalText is ParseRule for a flag.
func (r *PercentRule) UnmarshalText(text []byte) error {
	if err := r.Rule.UnmarshalText(text); err != nil {
		return err
	}
	var err error
	r.Range, err = r.Range.InPercent()
	return err
}

// PercentRules returns the rules with a default put before them.
func PercentRules(defaultRange string, given []PercentRule) Rules {
	rules := Rules{All(defaultRange)}
	for _, r := range given {
		rules = append(rules, r.Rule)
	}
	return rules
}
