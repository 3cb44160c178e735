package threshold

import (
	"fmt"
	"strings"

	"check-haproxy/internal/plugin/pattern"
)

// Rule is one -w or -c: a range, for all sections or for those that its pattern
// matches. It implements encoding.TextUnmarshaler, so that it can be a flag.
type Rule struct {
	Range   Range
	pattern pattern.Pattern
	text    string
	some    bool // the rule has a pattern
}

// ParseRule reads [PATTERN=]RANGE. The last "=" ends the pattern.
func ParseRule(text string) (Rule, error) {
	rule := Rule{text: text}
	rangeText := text
	if i := strings.LastIndexByte(text, '='); i >= 0 {
		pattern, err := pattern.Parse(text[:i])
		if err != nil {
			return Rule{}, fmt.Errorf("threshold %q: %w", text, err)
		}
		rule.pattern, rule.some, rangeText = pattern, true, text[i+1:]
	}
	var err error
	rule.Range, err = ParseRange(rangeText)
	return rule, err
}

// All is the rule for all sections, as in a default. It panics where the range
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

// String returns the rule as it was typed.
func (r Rule) String() string { return r.text }

// Rules are the rules of one level, warning or critical, the default first.
type Rules []Rule

// For returns the range for the thing with these names ("v2", "v2@lb1"): that
// of the last rule that matches; none where no rule does.
func (rules Rules) For(names ...string) Range {
	for i := len(rules) - 1; i >= 0; i-- {
		if !rules[i].some || rules[i].pattern.Match(names...) {
			return rules[i].Range
		}
	}
	return Range{}
}

// WithDefault returns the rules with a default put before them.
func (rules Rules) WithDefault(rangeText string) Rules {
	return append(Rules{All(rangeText)}, rules...)
}
