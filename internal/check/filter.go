package check

import (
	"fmt"
	"slices"
	"strings"

	"check-haproxy/internal/advice"
	"check-haproxy/internal/argument"
	"check-haproxy/internal/plugin/pattern"
)

// Filter is the flags that choose sections; every check embeds it.
type Filter struct {
	Sections []pattern.Pattern `arg:"-s,--section,separate" placeholder:"PATTERN" help:"section to check: a shell glob, or a regular expression after ~ (repeatable) [default: all]"`
	Excludes []pattern.Pattern `arg:"-x,--exclude,separate" placeholder:"PATTERN" help:"section to leave out; wins over --section (repeatable)"`
}

// Selects says whether the thing with these names is to be checked.
func (f Filter) Selects(names ...string) bool {
	for _, exclude := range f.Excludes {
		if exclude.Match(names...) {
			return false
		}
	}
	if len(f.Sections) == 0 {
		return true
	}
	for _, include := range f.Sections {
		if include.Match(names...) {
			return true
		}
	}
	return false
}

// Exact returns the names that are asked for, if every --section names one
// section exactly; then only those have to be fetched.
func (f Filter) Exact() []string {
	names := make([]string, 0, len(f.Sections))
	for _, pattern := range f.Sections {
		name, ok := pattern.Exact()
		if !ok {
			return nil
		}
		names = append(names, name)
	}
	return names
}

// CheckMatched returns an error for the first --section pattern that matches
// none of the things HAProxy has: a misspelt section must never read as OK. Each
// element of have holds the names of one thing. Kind is what they are
// ("backend"), for the sentence.
func (f Filter) CheckMatched(kind string, have [][]string) error {
	for _, pattern := range f.unmatched(have) {
		return noMatch(pattern, kind, have)
	}
	return nil
}

// unmatched are the --section patterns that match nothing.
func (f Filter) unmatched(have [][]string) []pattern.Pattern {
	return slices.DeleteFunc(slices.Clone(f.Sections), func(p pattern.Pattern) bool { return matchesAny(p, have) })
}

// noMatch is the error for a pattern that matches nothing.
func noMatch(pattern pattern.Pattern, kind string, have [][]string) error {
	text := fmt.Sprintf("--section %s matches no %s of the %d that HAProxy has", argument.Name(pattern.String()), kind, len(have))
	if other := otherwiseWritten(pattern.String(), have); other != "" {
		return advice.New(text+", did you mean "+other+"?", "names are case-sensitive")
	}
	return advice.New(text, "check the spelling"+examples(have))
}

// otherwiseWritten is a name that differs in its capitals only.
func otherwiseWritten(text string, have [][]string) string {
	for _, names := range have {
		for _, name := range names {
			if strings.EqualFold(name, text) {
				return name
			}
		}
	}
	return ""
}

func matchesAny(pattern pattern.Pattern, have [][]string) bool {
	for _, names := range have {
		if pattern.Match(names...) {
			return true
		}
	}
	return false
}

// examples lists the first few names, so that a typing mistake shows itself.
func examples(have [][]string) string {
	const most = 5
	if len(have) == 0 {
		return ""
	}
	var names []string
	for _, one := range have[:min(len(have), most)] {
		names = append(names, one[0])
	}
	list := strings.Join(names, ", ")
	if len(have) > most {
		list += ", …"
	}
	return " (there are " + list + ")"
}
