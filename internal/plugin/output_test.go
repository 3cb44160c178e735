package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/atc0005/go-nagios"
	"github.com/google/go-cmp/cmp"
)

func TestFormatText(t *testing.T) {
	r := Result{
		State: Critical,
		Findings: []Findings{{Noun: "backend", Total: 12, List: []Finding{{
			State: Critical, Name: "v2", One: "has no UP server (0/1)", Cause: "health checks fail", Evidence: `v2Elb L4CON "Connection refused" for 36s`,
		}}}},
		Rest:     []string{"11 others OK"},
		Problems: []string{"CRITICAL v2: 0 up"},
		Details:  []string{"OK web: 2 up"},
		Perfdata: []Metric{
			{Label: "v2_up", Value: 0, Warning: "1:", Critical: "1:", Min: LimitOf(0), Max: LimitOf(1), Level: Sections},
			{Label: "v2/v2Elb_up", Level: Servers},
			{Label: "up", Value: 22, Total: true},
			{Label: "time", Value: 0.0034, Unit: "s", Level: Summary},
		},
	}
	first := `HAPROXY BACKEND CRITICAL: v2 has no UP server (0/1): health checks fail, v2Elb L4CON "Connection refused" for 36s, 11 others OK`
	for _, test := range []struct {
		level   Level
		verbose bool
		want    string
	}{
		{None, false, first + "\nCRITICAL v2: 0 up\n"},
		{Summary, false, first + " | 'up'=22;;;; 'time'=0.0034s;;;;\nCRITICAL v2: 0 up\n"},
		{Sections, false, first + " | 'v2_up'=0;1:;1:;0;1 'time'=0.0034s;;;;\nCRITICAL v2: 0 up\n"},
		{Servers, true, first + " | 'v2_up'=0;1:;1:;0;1 'v2/v2Elb_up'=0;;;; 'time'=0.0034s;;;;\nCRITICAL v2: 0 up\nOK web: 2 up\n"},
	} {
		if diff := cmp.Diff(test.want, formatText("backend", r, test.level, test.verbose, 8192)); diff != "" {
			t.Errorf("level %s, verbose %v (-want +got):\n%s", test.level, test.verbose, diff)
		}
	}
}

// The parts of many sections must neither cost more than they say nor break
// the bound.
func TestOutputStaysWithinItsBound(t *testing.T) {
	for _, sections := range []int{1, 20, 100, 1000, 10000} {
		for _, limit := range []int{40, 300, 1000, 8192, 100000} {
			r := hostileResult(sections)
			for level := None; level <= Servers; level++ {
				output := formatText("backend", r, level, true, limit)
				if len(output) > limit {
					t.Errorf("%d sections, level %s: %d bytes, more than %d", sections, level, len(output), limit)
				}
				checkLegal(t, output)
			}
		}
	}
}

// TestOutputUsesItsBound: as many lines are shown as fit, and the others are
// counted.
func TestOutputUsesItsBound(t *testing.T) {
	const total, line = 30, len("WARNING section-00\n")
	r := Result{State: Warning, Rest: []string{"bad"}, Problems: many(total, "WARNING section-%02d"), Perfdata: []Metric{{Label: "a", Level: Sections}}}
	first := "HAPROXY TEST WARNING: bad | 'a'=0;;;;\n"
	for limit := len(first) + len("(+30 more)\n"); limit < len(first)+total*line+3; limit++ {
		output := formatText("test", r, Sections, false, limit)
		shown := strings.Count(output, "section-")
		footer := fmt.Sprintf("\n(+%d more)\n", total-shown)
		if shown == total {
			footer = "section-29\n"
		}
		if len(output) > limit || !strings.HasPrefix(output, first) || !strings.HasSuffix(output, footer) {
			t.Fatalf("%d bytes of %d:\n%s", len(output), limit, output)
		}
		// The room for the count is that of the largest.
		if limit-len(output) >= line+1 && shown < total {
			t.Fatalf("%d bytes of %d, and there is room for another line:\n%s", len(output), limit, output)
		}
		if limit >= len(first)+total*line && shown < total {
			t.Fatalf("%d lines are shown in %d bytes, and all would fit", shown, limit)
		}
	}
	for limit := 1; limit < len(first)+len("(+30 more)\n"); limit++ {
		output := formatText("test", r, Sections, false, limit)
		text, _, _ := strings.Cut(output, "\n")
		text, _, _ = strings.Cut(text, " | ")
		if len(output) > limit || !strings.HasPrefix("HAPROXY TEST WARNING: bad", text) || len(text) < min(limit-1, len("HAPROXY TEST WARNING: bad")) {
			t.Fatalf("%d bytes of %d: %q", len(output), limit, output)
		}
	}
}

// TestPerfdataFitsExactly: the level that fits is shown, to the last byte.
func TestPerfdataFitsExactly(t *testing.T) {
	r := Result{Rest: []string{"fine"}, Perfdata: []Metric{{Label: "sum", Total: true}, {Label: "section", Level: Sections}}}
	whole := "HAPROXY TEST OK: fine | 'section'=0;;;;\n"
	if got := formatText("test", r, Sections, false, len(whole)); got != whole {
		t.Errorf("in %d bytes: %q", len(whole), got)
	}
	if got, want := formatText("test", r, Sections, false, len(whole)-1), "HAPROXY TEST OK: fine | 'sum'=0;;;;\n"; got != want {
		t.Errorf("in one byte less: %q, want %q", got, want)
	}
	if got, want := formatText("test", r, Sections, false, len("HAPROXY TEST OK: fine | 'sum'=0;;;;")), "HAPROXY TEST OK: fine\n"; got != want {
		t.Errorf("without room for any: %q, want %q", got, want)
	}
	if got := formatText("test", r, None, false, 0); got != "HAPROXY TEST OK: fine\n" {
		t.Errorf("of level none there is %q", got)
	}
}

// TestCutBytes: no character is cut in two.
func TestCutBytes(t *testing.T) {
	for limit, want := range map[int]string{-1: "", 0: "", 1: "a", 2: "a", 3: "aä", 4: "aäb", 5: "aäb"} {
		if got := cutBytes("aäb", limit); got != want {
			t.Errorf("%d bytes of aäb are %q", limit, got)
		}
	}
}

// TestMetricsInOrder: those of no section come first, the others by its name.
func TestMetricsInOrder(t *testing.T) {
	code, stdout, _, _ := runTest(t, func(context.Context) (Result, error) {
		return Result{Perfdata: []Metric{{Section: "b", Label: "b1", Level: Sections}, {Section: "a", Label: "a1", Level: Sections}, {Section: "b", Label: "b0", Level: Sections}, {Label: "all", Level: Sections}}}, nil
	})
	if want := "'all'=0;;;; 'a1'=0;;;; 'b1'=0;;;; 'b0'=0;;;; 'time'="; code != 0 || !strings.Contains(stdout, want) {
		t.Errorf("printed %q, want %q", stdout, want)
	}
}

// TestMadeOnlyIfPrinted: metrics and lines of thousands of sections are made only
// as far as somebody reads them.
func TestMadeOnlyIfPrinted(t *testing.T) {
	made, listed := 0, 0
	r := Result{
		Details:  []string{"OK a"},
		Perfdata: []Metric{{Label: "time", Level: Summary}},
		Metrics: func(yield func(Metric) bool) {
			for made = 1; yield(Metric{Label: fmt.Sprintf("m%d", made), Level: Summary}) && made < 1000; made++ {
			}
		},
		Listed: func() []string { listed++; return []string{"OK b|c"} },
	}
	if got, want := formatText("test", r, Sections, true, 0), "'m1000'=0;;;; 'time'=0;;;;\nOK a\nOK b/c\n"; !strings.HasSuffix(got, want) || made != 1000 || listed != 1 {
		t.Errorf("%d metrics and %d lists were made: %q", made, listed, got)
	}
	if formatText("test", r, Sections, false, 300); made > 30 || listed != 1 {
		t.Errorf("%d metrics and %d lists were made, though nobody reads them", made, listed)
	}
}

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "v2": "v2", "a~ b": "a~ b", "a\tb\r\nc": "a b  c", "a|b": "a/b", "\x1b[1m\x7f": "?[1m?", "\xff": "?", "ä": "ä", "a\u202eb": "a?b",
	} {
		if got := Clean(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	for c := range 256 {
		if text, want := string([]byte{byte(c)}), ' ' <= c && c <= '~' && c != '|'; isClean(text) != want {
			t.Errorf("%q is clean: %t", text, !want)
		}
	}
}

func TestStateAsFlag(t *testing.T) {
	for text, want := range map[string]State{"ok": OK, "Warning": Warning, "CRITICAL": Critical, "unknown": Unknown} {
		state := State(9)
		if err := state.UnmarshalText([]byte(text)); err != nil || state != want {
			t.Errorf("%q is %d, %v", text, state, err)
		}
	}
	var state State
	if err := state.UnmarshalText([]byte("bad")); err == nil {
		t.Errorf("a bad state is %s", state)
	}
	for number, want := range map[State]string{-1: "UNKNOWN", OK: "OK", Warning: "WARNING", Critical: "CRITICAL", Unknown: "UNKNOWN", 4: "UNKNOWN"} {
		if number.String() != want {
			t.Errorf("state %d is %s", number, number)
		}
	}
}

func TestLogLevelAsFlag(t *testing.T) {
	for text, want := range map[string]string{"off": "off", "error": "error", "warn": "warn", "info": "info", "debug": "debug", "trace": "trace"} {
		var level LogLevel
		err := level.UnmarshalText([]byte(text))
		if got, _ := level.MarshalText(); err != nil || string(got) != want {
			t.Errorf("%q is %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"fatal", "panic", "disabled", "loud", "", "7", "-2"} {
		var level LogLevel
		if err := level.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is a level", text)
		}
	}
}

func TestTextGivesWayBeforePerfdata(t *testing.T) {
	r := Result{State: Warning, Problems: many(500, "WARNING section-%d has trouble of some kind")}
	for i := range 100 {
		r.Perfdata = append(r.Perfdata, Metric{Label: fmt.Sprintf("section-%d_up", i), Value: 1, Level: Sections})
	}
	output := formatText("backend", r, Sections, false, 8192)
	if got := strings.Count(output, "_up'="); got != 100 {
		t.Errorf("%d of 100 metrics are left", got)
	}
	shown := strings.Count(output, "WARNING section-")
	if want := fmt.Sprintf("\n(+%d more)\n", 500-shown); shown < 50 || !strings.HasSuffix(output, want) {
		t.Errorf("%d lines shown, and the output does not end with %q:\n%s", shown, want, output[len(output)-100:])
	}
}

func TestPerfdataThatDoesNotFitGivesWayWhole(t *testing.T) {
	r := hostileResult(1000)
	output := formatText("backend", r, Sections, false, 8192)
	if strings.Contains(output, "_up'") || !strings.Contains(output, "'up'=7;") {
		t.Errorf("not the summary is shown:\n%.300s", output)
	}
	if !strings.Contains(output, `perfdata of level "sections" does not fit into 8192 bytes, level "summary" is shown`) {
		t.Errorf("the output does not say what it left out:\n%s", output)
	}
	if unbounded := formatText("backend", r, Sections, false, 0); strings.Count(unbounded, "_up'=") != 1000 {
		t.Error("--max-output 0 leaves something out")
	}
}

func TestLabelsNeverCollapse(t *testing.T) {
	for length, want := range map[int]int{199: 199, 200: 200, 201: 200} {
		if got := len(cleanLabel(strings.Repeat("x", length))); got != want {
			t.Errorf("a label of %d bytes has %d", length, got)
		}
	}
	labels := []string{"App_up", "app_up", "a'b_up", "a=b_up", "a_b_up", "a|b_up", "a\x1bb_up", "a?b_up", "a::b_up", "a__b_up", "", " ", "a_b_up~2",
		strings.Repeat("x", 300) + "1", strings.Repeat("x", 300) + "2"}
	var metrics []Metric
	for i, label := range labels {
		metrics = append(metrics, Metric{Label: label, Value: float64(i), Level: Summary})
	}
	parsed, err := nagios.ParsePerfData(allPerfdata(metrics))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, p := range parsed {
		seen[p.Label] = true
	}
	if len(seen) != len(labels) {
		t.Errorf("%d labels became %d", len(labels), len(seen))
	}
}

func TestMetricForms(t *testing.T) {
	for _, test := range []struct {
		metric Metric
		want   string
	}{
		{Metric{Label: "a", Value: 1e15}, "'a'=1000000000000000;;;;"},
		{Metric{Label: "a", Value: 0.1 + 0.2}, "'a'=0.3;;;;"},
		{Metric{Label: "a", Value: math.NaN()}, "'a'=U;;;;"},
		{Metric{Label: "a", Value: math.Inf(1), Unit: "%"}, "'a'=U;;;;"},
		{Metric{Label: "a", Value: math.NaN(), Unit: "s"}, "'a'=U;;;;"},
		{Metric{Label: "a", Value: 1, Unit: "s"}, "'a'=1s;;;;"},
		{Metric{Label: "a", Value: -1, Unit: "%", Warning: "~:10", Critical: "@5:", Min: LimitOf(0), Max: LimitOf(100)}, "'a'=-1%;~:10;@5:;0;100"},
		{Metric{Label: "a b", Value: 1}, "'a_b'=1;;;;"},
	} {
		if got := allPerfdata([]Metric{test.metric}); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

func TestFormatJSON(t *testing.T) {
	type section struct {
		Name string `json:"name"`
		Rate *int   `json:"rate"`
	}
	r := Result{State: Warning, Findings: []Findings{Sentences(Finding{State: Warning, One: "a|b <NOSRV> \x1b[31m"})}, Rest: []string{"rest"},
		Fields:   struct{ Requests int }{7},
		Sections: []section{{Name: "v2\u202e\U000e0001"}}}
	got, err := FormatJSON("nosrv", r, int(r.State))
	want := `{"check":"nosrv","state":"WARNING","exit_code":1,"summary":"a/b NOSRV ?[31m, rest","Requests":7,"sections":[{"name":"v2\u202e\udb40\udc01","rate":null}]}` + "\n"
	if err != nil || got != want {
		t.Errorf("got  %swant %serror %v", got, want, err)
	}
	var back struct{ Sections []section }
	if err := json.Unmarshal([]byte(got), &back); err != nil || back.Sections[0].Name != "v2\u202e\U000e0001" {
		t.Errorf("reads back as %+v, %v", back, err)
	}
	if got, _ := FormatJSON("nosrv", Result{}, 0); !strings.HasSuffix(got, `"sections":[]}`+"\n") {
		t.Errorf("no sections are %s", got)
	}
}

// TestJSONOfOddParts: fields that are none leave no comma, and what cannot be
// encoded is an error.
func TestJSONOfOddParts(t *testing.T) {
	if got, err := FormatJSON("x", Result{Fields: struct{}{}}, 0); err != nil || got != `{"check":"x","state":"OK","exit_code":0,"summary":"","sections":[]}`+"\n" {
		t.Errorf("%s, %v", got, err)
	}
	if got, err := FormatJSON("x", Result{Fields: struct{ F func() }{}}, 0); err == nil {
		t.Errorf("a function is encoded: %s", got)
	}
	if got, err := FormatJSON("x", Result{Fields: struct{ Text string }{"<a>&|\uffff\U00010000"}}, 0); err != nil || !strings.Contains(got, `"Text":"<a>&\u007c\uffff𐀀"`) {
		t.Errorf("%s, %v", got, err)
	}
	code, stdout, _, _ := runTest(t, func(context.Context) (Result, error) { return Result{Sections: []float64{math.NaN()}}, nil }, "--json")
	if code != 3 || !strings.HasPrefix(stdout, "HAPROXY TEST UNKNOWN: cannot encode the result as JSON") {
		t.Errorf("exit code %d, output %s", code, stdout)
	}
}

func allPerfdata(metrics []Metric) string {
	perfdata, _ := formatPerfdata(slices.Values(metrics), Servers, 0)
	return perfdata
}

// hostileResult has names of every bad kind.
func hostileResult(sections int) Result {
	found := Findings{Noun: "backend", Total: sections}
	var r Result
	for i := range sections {
		name := fmt.Sprintf("a|b'c=d\x1b[2J\xff\n%d", i)
		found.List = append(found.List, Finding{State: Critical, Name: name, One: "is down", Many: "are down", Line: "CRITICAL " + name})
		r.Perfdata = append(r.Perfdata, Metric{Label: name + "_up", Level: Sections}, Metric{Label: name + "/s1_up", Level: Servers})
	}
	perfdata := append(r.Perfdata, Metric{Label: "up", Value: 7, Total: true}, Metric{Label: "time", Unit: "s", Level: Summary})
	r = Combine(found)
	r.Perfdata, r.Rest = perfdata, []string{"rest|'='"}
	return r
}

// checkLegal holds what Nagios and Icinga demand of any output.
func checkLegal(t *testing.T, output string) {
	t.Helper()
	if !utf8.ValidString(output) || strings.Count(output, "|") > 1 || !strings.HasSuffix(output, "\n") {
		t.Errorf("illegal output: %.300q", output)
	}
	for _, r := range output {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Errorf("output has %U: %.300q", r, output)
			break
		}
	}
	first, _, _ := strings.Cut(output, "\n")
	text, _, _ := strings.Cut(first, " | ")
	if n := utf8.RuneCountInString(text); n > maxFirstLine || strings.Contains(text, ";") || strings.ContainsAny(output, "<>") {
		t.Errorf("first line has %d characters, a semicolon, or there are angle brackets: %.300q", n, output)
	}
	if _, perfdata, ok := strings.Cut(first, " | "); ok {
		if _, err := nagios.ParsePerfData(perfdata); err != nil {
			t.Errorf("perfdata does not parse: %v: %.300s", err, perfdata)
		}
	}
}

func many(n int, format string) []string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf(format, i)
	}
	return lines
}

// FuzzClean holds that cleaned text is one line that can be printed anywhere.
func FuzzClean(f *testing.F) {
	for _, seed := range []string{"", "v2", "a|b'c=d", "\x1b[31m", "\xff\xfe", "ä\u202e\u2028", "a\r\nb\tc\x00", "a;b::c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		clean := Clean(text)
		if strings.ContainsAny(clean, "|\n\r\x1b\x00") || !utf8.ValidString(clean) {
			t.Errorf("%q becomes %q", text, clean)
		}
		if again := Clean(clean); again != clean {
			t.Errorf("%q becomes %q and then %q", text, clean, again)
		}
		checkLegal(t, formatText("backend", Result{
			Findings: []Findings{{Noun: "backend", List: []Finding{{Name: text, One: text, Cause: text}}}}, Rest: []string{text}, Problems: []string{text},
			Perfdata: []Metric{{Label: text, Level: Summary}},
		}, Sections, true, 8192))
	})
}
