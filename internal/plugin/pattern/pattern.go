// Package pattern chooses sections, servers and rules by their names.
package pattern

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"regexp/syntax"
	"strings"
)

// maxPattern bounds a pattern's length in bytes: HAProxy's own names are far
// shorter, and a regular expression's cost grows with its text.
const maxPattern = 1024

// Pattern matches names: a shell glob (*, ?, [a-z], [!a-z]; * stops at a
// slash), or, after a "~", an RE2 regular expression that may match anywhere in
// the name. The zero Pattern matches nothing. It implements
// encoding.TextUnmarshaler and TextMarshaler, so that it can be a flag.
type Pattern struct {
	text   string
	glob   string
	regexp *regexp.Regexp
}

// Parse reads a pattern. An empty one, one over 1024 bytes and one with a
// broken bracket or expression are refused.
func Parse(text string) (Pattern, error) {
	if text == "" {
		return Pattern{}, errors.New(`the pattern is empty; name a section, or use "*" for all`)
	}
	if len(text) > maxPattern {
		return Pattern{}, fmt.Errorf("the pattern has %d bytes, more than %d", len(text), maxPattern)
	}
	if expression, ok := strings.CutPrefix(text, "~"); ok {
		return parseRegexp(text, expression)
	}
	// path.Match negates a class with ^ only; a shell takes ! as well.
	glob := strings.ReplaceAll(text, "[!", "[^")
	if _, err := path.Match(glob, ""); err != nil {
		return Pattern{}, errors.New("the pattern is not a shell glob: a bracket or a backslash is left open")
	}
	return Pattern{text: text, glob: glob}, nil
}

// reason is why an expression does not compile, without the part that does not.
func reason(err error) string {
	var wrong *syntax.Error
	if errors.As(err, &wrong) {
		return string(wrong.Code)
	}
	return err.Error()
}

func parseRegexp(text, expression string) (Pattern, error) {
	if expression == "" {
		return Pattern{}, errors.New(`the regular expression after "~" is empty; it would match every section`)
	}
	compiled, err := regexp.Compile(expression)
	if err != nil {
		return Pattern{}, fmt.Errorf("the pattern is not a regular expression: %s", reason(err))
	}
	return Pattern{text: text, regexp: compiled}, nil
}

// Match says whether the pattern matches at least one of the names, which are
// several ways to name the same thing ("api/api01" and "api", "v2" and
// "v2@lb1").
func (p Pattern) Match(names ...string) bool {
	for _, name := range names {
		if p.matchOne(name) {
			return true
		}
	}
	return false
}

func (p Pattern) matchOne(name string) bool {
	if p.regexp != nil {
		return p.regexp.MatchString(name)
	}
	if p.glob == "" {
		return false
	}
	matched, _ := path.Match(p.glob, name) // Parse has seen that the glob is whole
	return matched
}

// Exact returns the one name that the pattern can match, if it has no wildcard.
func (p Pattern) Exact() (name string, ok bool) {
	if p.regexp != nil || p.text == "" || strings.ContainsAny(p.text, `*?[\`) {
		return "", false
	}
	return p.text, true
}

// String returns the pattern as it was typed.
func (p Pattern) String() string { return p.text }

// MarshalText returns the pattern as it was typed.
func (p Pattern) MarshalText() ([]byte, error) { return []byte(p.text), nil }

// UnmarshalText is Parse for a flag.
func (p *Pattern) UnmarshalText(text []byte) error {
	parsed, err := Parse(string(text))
	if err != nil {
		return err
	}
	*p = parsed
	return nil
}
