package plugin

import (
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
		{Metric{Label: "a", Value: math.Inf(1)}, "'a'=U;;;;"},
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
