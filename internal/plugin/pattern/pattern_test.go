package pattern

import (
	"strings"
	"testing"
)

func TestPatternMatch(t *testing.T) {
	for _, test := range []struct {
		pattern string
		yes, no []string
	}{
		{"v2", []string{"v2"}, []string{"v2e", "V2", "xv2", ""}},
		{"v*", []string{"v", "v2", "v2e"}, []string{"2v", "v2/s1"}},
		{"*", []string{"", "v2"}, []string{"api/api03"}},
		{"api/*", []string{"api/api03"}, []string{"api"}},
		{"v?", []string{"v2", "vé"}, []string{"v", "v22"}},
		{"v[0-9]", []string{"v2"}, []string{"va"}},
		{"v[!0-9]", []string{"va"}, []string{"v2"}},
		{`a\*b`, []string{"a*b"}, []string{"axb"}},
		{"~^v2", []string{"v2", "v2e"}, []string{"xv2"}},
		{"~v2$|api", []string{"xv2", "my-api-1"}, []string{"v2e"}},
		{"~(?i)V2", []string{"v2"}, []string{"v3"}},
	} {
		p, err := Parse(test.pattern)
		if err != nil {
			t.Errorf("Parse(%q): %v", test.pattern, err)
			continue
		}
		for _, name := range test.yes {
			if !p.Match(name) {
				t.Errorf("%q does not match %q", test.pattern, name)
			}
		}
		for _, name := range test.no {
			if p.Match(name) {
				t.Errorf("%q matches %q", test.pattern, name)
			}
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, reason := range map[string]string{
		"": "is empty", "~": "is empty", "[": "glob", "a[b": "glob", `a\`: "glob", "~(": "regular expression", "~[z-a]": "regular expression",
		strings.Repeat("a", 1025): "1025 bytes",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("Parse(%.20q): %v, want %q", text, err, reason)
		}
	}
	if _, err := Parse(strings.Repeat("a", 1024)); err != nil {
		t.Errorf("the longest pattern is refused: %v", err)
	}
}

func TestExact(t *testing.T) {
	for text, want := range map[string]bool{"v2": true, "a]b": true, "v*": false, "v?": false, "[v]2": false, `v\2`: false, "~v2": false} {
		p, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if name, exact := p.Exact(); exact != want || exact && name != text {
			t.Errorf("%q is exactly %q, %t, want %t", text, name, exact, want)
		}
	}
	if name, exact := (Pattern{}).Exact(); exact {
		t.Errorf("the zero Pattern is exactly %q", name)
	}
}

func TestPatternAsFlag(t *testing.T) {
	var p Pattern
	if err := p.UnmarshalText([]byte("v*")); err != nil || p.String() != "v*" || !p.Match("v2") {
		t.Errorf("v* reads as %q, %v", p, err)
	}
	if err := p.UnmarshalText([]byte("[")); err == nil || p.String() != "v*" {
		t.Errorf("an open bracket reads as %q, %v", p, err)
	}
}

func TestZeroPatternMatchesNothing(t *testing.T) {
	if (Pattern{}).Match("", "v2") {
		t.Error("the zero Pattern matches")
	}
}

// FuzzPattern holds that any text is refused or makes a pattern that can be
// used, and that an exact pattern matches its name and nothing else.
func FuzzPattern(f *testing.F) {
	for _, seed := range []string{"v2", "v*", "~^v2$", "[!a]", "[", "~(a*)*b", `\`} {
		f.Add(seed, "v2")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		p, err := Parse(text)
		if err != nil {
			return
		}
		matched := p.Match(name)
		if exact, ok := p.Exact(); ok && matched != (exact == name) {
			t.Errorf("exact pattern %q matches %q: %v", text, name, matched)
		}
	})
}
