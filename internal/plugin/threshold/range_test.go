package threshold

import (
	"math"
	"strings"
	"testing"

	"check-haproxy/internal/plugin"
)

func TestParseRange(t *testing.T) {
	tests := []struct {
		text  string
		fine  []float64
		alarm []float64
	}{
		{"10", []float64{0, 5, 10}, []float64{-1, 10.001, 11}},
		{"10:", []float64{10, 1e9}, []float64{9.999, -1}},
		{":10", []float64{0, 10}, []float64{-1, 11}},
		{"~:10", []float64{-1e9, 10}, []float64{10.5}},
		{"~:-5", []float64{-6, -5}, []float64{-4, 0}},
		{strings.Repeat("1", 64), []float64{0, 1e60}, []float64{1e64}},
		{"10:10", []float64{10}, []float64{9, 11}},
		{"10:20", []float64{10, 15, 20}, []float64{9, 21}},
		{"@10:20", []float64{9, 21}, []float64{10, 15, 20}},
		{"@~:10", []float64{11}, []float64{-5, 10}},
		{"-5:", []float64{-5, 0}, []float64{-6}},
		{"-5:-2", []float64{-3}, []float64{-6, 0}},
		{"~:", []float64{-1e9, 0, 1e9}, nil},
		{"@~:", nil, []float64{-1e9, 0, 1e9}},
		{"0", []float64{0}, []float64{1, -1}},
		{"-0:", []float64{0}, []float64{-1}},
		{"1.5:2.5", []float64{2}, []float64{1, 3}},
		{"none", []float64{-1e9, 0, 1e9}, nil},
	}
	for _, test := range tests {
		r, err := ParseRange(test.text)
		if err != nil {
			t.Errorf("ParseRange(%q): %v", test.text, err)
			continue
		}
		for _, value := range test.fine {
			if r.Alerts(value, math.Inf(1)) {
				t.Errorf("%q alerts for %v", test.text, value)
			}
		}
		for _, value := range test.alarm {
			if !r.Alerts(value, math.Inf(1)) {
				t.Errorf("%q does not alert for %v", test.text, value)
			}
		}
	}
}

func TestParseRangeRefuses(t *testing.T) {
	for _, text := range []string{
		"", ":", "@", "@:", "~", "a", "1:2:3", "1.2.3", "10:5", "5%:1%", "-5", "inf", "nan", "~:inf", "1e3", "0x10", "1_000",
		"a:", "a:5", "5:a", "1.5e3", "1.x", "~5", "~~:5",
		"+5", ".5", "5.", "10 ", " 10", "10%%", "%", "NONE", "--5", "1;2", "10:~",
		strings.Repeat("1", 65),
	} {
		if r, err := ParseRange(text); err == nil {
			t.Errorf("ParseRange(%q) = %q, no error", text, r)
		}
	}
}

func TestPercentRange(t *testing.T) {
	tests := []struct {
		text            string
		number, percent float64
		alerts          bool
		ofFour          string
	}{
		{"100%:", 4, 100, false, "4:"},
		{"100%:", 3, 75, true, "4:"},
		{"50%", 2, 50, false, "2"},
		{"50%", 3, 75, true, "2"},
		{"1:80%", 0, 0, true, "1:3.2"},
		{"1:80%", 4, 100, true, "1:3.2"},
		{"1:80%", 3, 75, false, "1:3.2"},
		{"@25%:50%", 1, 25, true, "@1:2"},
	}
	for _, test := range tests {
		r, err := ParseRange(test.text)
		if err != nil {
			t.Fatalf("ParseRange(%q): %v", test.text, err)
		}
		if got := r.Alerts(test.number, test.percent); got != test.alerts {
			t.Errorf("%q for %v (%v%%): alerts is %v, want %v", test.text, test.number, test.percent, got, test.alerts)
		}
		if got := r.Of(4).String(); got != test.ofFour {
			t.Errorf("%q of 4 = %q, want %q", test.text, got, test.ofFour)
		}
	}
}

func TestOnly(t *testing.T) {
	for _, test := range []struct {
		text    string
		percent bool
		want    string
	}{
		{"10", false, "10"}, {"10", true, ""}, {"10%", true, "10"}, {"10%", false, ""},
		{"~:5%", true, "~:5"}, {"1:50%", false, ""}, {"1:50%", true, ""}, {"none", true, ""},
	} {
		r, err := ParseRange(test.text)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Only(test.percent).String(); got != test.want {
			t.Errorf("%q.Only(%v) = %q, want %q", test.text, test.percent, got, test.want)
		}
	}
}

func TestPercentAndNumber(t *testing.T) {
	for text, want := range map[string][2]bool{ // percent, number
		"10": {false, true}, "10:": {false, true}, "~:10": {false, true}, "10%": {true, false}, "10%:": {true, false},
		"~:10%": {true, false}, "0:10%": {true, true}, "10%:20": {true, true}, "@10%:20%": {true, false},
		"~:": {false, false}, "none": {false, false},
	} {
		if r := All(text).Range; [2]bool{r.Percent(), r.Number()} != want {
			t.Errorf("%q: percent %t, number %t, want %v", text, r.Percent(), r.Number(), want)
		}
	}
}

func TestRangeString(t *testing.T) {
	for text, want := range map[string]string{
		"none": "", "0:": "0:", "-0:": "0:", "0:10": "10", ":10": "10", "0:10%": "0:10%", "0%:10%": "10%", "~:": "~:", "~:10": "~:10",
		"@0:5": "@5", "1.50:2": "1.5:2", "0.0000004:1": "0:1", "0.0000006:1": "0.000001:1",
	} {
		if got := All(text).Range.String(); got != want {
			t.Errorf("%q prints as %q, want %q", text, got, want)
		}
	}
}

func TestAllPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"All":                    func() { All("x") },
		"LimitRules.WithDefault": func() { LimitRules{}.WithDefault("x") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s takes an unreadable default", name)
				}
			}()
			f()
		}()
	}
}

// TestIsCeiling: "14" for days that are left would alert on all that is well.
func TestIsCeiling(t *testing.T) {
	for text, want := range map[string]bool{
		"14": true, "0:14": true, "~:14": true, "20%": true,
		"14:": false, "1:14": false, "@14": false, "@0:14": false, "~:": false, "none": false, "-5:14": false,
	} {
		if got := All(text).Range.IsCeiling(); got != want {
			t.Errorf("%q is a ceiling: %t", text, got)
		}
	}
}

func TestPercentRule(t *testing.T) {
	var rule PercentRule
	if err := rule.UnmarshalText([]byte("api=80")); err != nil || rule.Range.String() != "80%" {
		t.Errorf("the rule is %q, %v", rule.Range, err)
	}
	for _, text := range []string{"90:80%", "x", ""} {
		if err := new(PercentRule).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is a rule", text)
		}
	}
	rules := PercentRules("50%", []PercentRule{rule})
	if got := rules.For("api").String(); got != "80%" {
		t.Errorf("the rule for api is %q", got)
	}
	if got := rules.For("other").String(); got != "50%" {
		t.Errorf("the default is %q", got)
	}
}

func TestInPercent(t *testing.T) {
	for text, want := range map[string]string{
		"80": "80%", "80%": "80%", "10:20": "10%:20%", "10:20%": "10%:20%", "10%:20": "10%:20%",
		"~:5": "~:5%", "~:-5": "~:-5%", "10:10": "10%:10%", "10:": "10%:", "@10:20": "@10%:20%", "none": "",
	} {
		got, err := All(text).Range.InPercent()
		if err != nil || got.String() != want {
			t.Errorf("%q in percent = %q, %v, want %q", text, got, err, want)
		}
	}
	if got, err := All("none").Range.InPercent(); err != nil || got != (Range{}) {
		t.Errorf("none in percent = %+v, %v", got, err)
	}
	if got, err := All("90:80%").Range.InPercent(); err == nil {
		t.Errorf("90:80%% in percent = %q, no error", got)
	}
}

// TestAnd holds that the common range alerts exactly where one of the two does.
func TestAnd(t *testing.T) {
	texts := []string{"none", "10", "5", "10:", "~:10", "~:", "10:20", "15:30", "0", "-5:", "~:-5", "@10:20", "30:", "@~:5"}
	for _, a := range texts {
		for _, b := range texts {
			one, two := All(a).Range, All(b).Range
			both, ok := one.And(two)
			if !ok {
				if one.inside || two.inside {
					continue
				}
				both = All("@~:").Range // nothing is fine
			}
			for value := -10.0; value <= 40; value += 0.5 {
				if got, want := both.Alerts(value, value), one.Alerts(value, value) || two.Alerts(value, value); got != want {
					t.Errorf("%q and %q (%q) for %v: alerts is %v, want %v", a, b, both, value, got, want)
				}
			}
		}
	}
	if got, ok := All("10").Range.And(All("20:").Range); ok {
		t.Errorf("10 and 20: leave %q fine", got)
	}
}

func TestAlertsIgnoresNaN(t *testing.T) {
	for _, value := range [][2]float64{{math.NaN(), 1}, {1, math.NaN()}} {
		if All("@~:").Range.Alerts(value[0], value[1]) {
			t.Errorf("%v, which cannot be computed, alerts", value)
		}
	}
}

func TestLastMatchingRuleWins(t *testing.T) {
	parse := func(text string) Rule {
		rule, err := ParseRule(text)
		if err != nil {
			t.Fatalf("ParseRule(%q): %v", text, err)
		}
		return rule
	}
	rules := Rules{parse("batch-*=50%:"), parse("~^read=none"), parse("batch-7@lb1=~:3")}.WithDefault("100%:")
	for _, test := range []struct {
		names []string
		want  string
	}{
		{[]string{"v2"}, "100%:"},
		{[]string{"batch-1"}, "50%:"},
		{[]string{"read-only"}, ""},
		{[]string{"batch-7", "batch-7@lb1"}, "~:3"},
		{[]string{"batch-7", "batch-7@lb2"}, "50%:"},
	} {
		if got := rules.For(test.names...).String(); got != test.want {
			t.Errorf("range for %v = %q, want %q", test.names, got, test.want)
		}
	}
	if got := (Rules{parse("5"), parse("7")}).For("any").String(); got != "7" {
		t.Errorf("the last of two rules for all is %q, want 7", got)
	}
	if got := (Rules{parse("a=5")}).For("b"); !got.IsNone() {
		t.Errorf("a section without a rule has the range %q", got)
	}
}

func TestParseRuleRefuses(t *testing.T) {
	for text, reason := range map[string]string{
		"": "empty", "=5": "pattern", "v2=": "range", "[=": "pattern", "[=5": "pattern", "~(=5": "pattern", "v2=5=x": "range", "v2": "range",
	} {
		if _, err := ParseRule(text); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("ParseRule(%q): %v, want %q", text, err, reason)
		}
	}
}

// FuzzRange holds that what a range prints reads back as the same range.
func FuzzRange(f *testing.F) {
	for _, seed := range []string{"10", "10:", "~:10", "10:20", "@10:20", "50%:", "1:80%", "none", "-5:", "~:", "0.000001:", "99999999999999999999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParseRange(text)
		if err != nil || r.IsNone() {
			return
		}
		again, err := ParseRange(r.String())
		if err != nil {
			t.Fatalf("%q prints as %q, which does not parse: %v", text, r, err)
		}
		if tiny(r.start) || tiny(r.end) { // it prints as 0, and 0 need not be printed
			return
		}
		if again.String() != r.String() {
			t.Fatalf("%q prints as %q and then as %q", text, r, again)
		}
		// Ends of more than six digits after the point print rounded.
		if math.Abs(r.start.Value-again.start.Value) > 1e-6 || math.Abs(r.end.Value-again.end.Value) > math.Max(1e-6, r.end.Value*1e-12) {
			t.Fatalf("%q reads back as %q", text, again)
		}
	})
}

// tiny says whether a bound is next to nothing, but not nothing.
func tiny(b Bound) bool { return b.Value != 0 && plugin.Rounded(b.Value) == 0 }
