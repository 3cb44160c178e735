package threshold

import (
	"strings"
	"testing"
)

func TestParseLimit(t *testing.T) {
	for text, want := range map[string][2]string{ // rate, share
		"none":           {"none", "none"},
		"10":             {"10", "none"},
		"50%":            {"none", "50"},
		"10,50%":         {"10", "50"},
		"50%,10":         {"10", "50"},
		"~:1.5,@10%:20%": {"~:1.5", "@10:20"},
		"0,0%":           {"0", "0"},
	} {
		got, err := ParseLimit(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		rate, _ := ParseRange(want[0])
		share, _ := ParseRange(want[1])
		if got.Rate != rate || got.Share != share {
			t.Errorf("%q is %q and %q", text, got.Rate, got.Share)
		}
	}
	for text, reason := range map[string]string{
		"":          "is an empty range",
		"1,5":       "both ranges are rates",
		"1%,5%":     "both ranges are shares",
		"1,5%,2":    "both ranges are rates",
		"1:5%":      "one end is a rate and the other a share",
		"none,5%":   "none stands alone",
		"5,none":    "none stands alone",
		"5%,none":   "none stands alone",
		"none,none": "none stands alone",
		"1,":        "is an empty range",
		"1, 5%":     "not a number",
	} {
		if _, err := ParseLimit(text); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q: %v, want %q", text, err, reason)
		}
	}
}

func TestLimitRules(t *testing.T) {
	var rules LimitRules
	for _, text := range []string{"2,6%", "web=7", "~^a=b=8%"} {
		var rule LimitRule
		if err := rule.UnmarshalText([]byte(text)); err != nil || rule.String() != text {
			t.Fatalf("%q reads as %q, %v", text, rule, err)
		}
		rules = append(rules, rule)
	}
	rules = rules.WithDefault("1,5%")
	for name, want := range map[string][2]string{ // for it, where named
		"web":  {"7", "7"},
		"shop": {"2,6%", "none"},
		"a=b":  {"8%", "8%"},
	} {
		limit, named := rules.Named(name)
		for i, got := range []Limit{rules.For(name), limit} {
			if limit, _ := ParseLimit(want[i]); got != limit {
				t.Errorf("%s: %+v, want %s", name, got, want[i])
			}
		}
		if named != (name != "shop") {
			t.Errorf("%s is named: %v", name, named)
		}
	}
	if limit, _ := ParseLimit("2,6%"); rules.ForAll() != limit {
		t.Errorf("for all: %+v", rules.ForAll())
	}
	if limit, named := (LimitRules{}).Named("web"); named || limit != (Limit{}) || (LimitRules{}).ForAll() != (Limit{}) {
		t.Error("no rule is a limit")
	}
	var bad LimitRule
	for text, reason := range map[string]string{"=5": "empty", "[=5": "pattern", "[=": "pattern", "web=": "range", "web=1,2": "both ranges"} {
		if err := bad.UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q: %v, want %q", text, err, reason)
		}
	}
	if bad.String() != "" {
		t.Errorf("a refused rule is kept: %q", bad)
	}
}
