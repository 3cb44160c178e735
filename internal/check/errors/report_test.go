package errors

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/check"
	"check-haproxy/internal/check/rates"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/pattern"
)

// logged makes a tally one of a log, with so many connections that got no answer.
func logged(t Tally, timeouts uint64) Tally {
	t.Logged, t.Servers[0].ConnectTimeouts = true, timeouts
	return t
}

// TestWords holds what is said of a section on the first line and in the long
// output.
func TestWords(t *testing.T) {
	flapping := tallyOf(Connect, "s1 0/100", "s2 0/100")
	flapping.Servers[1].Downs = 3
	flappingOnce := tallyOf(Connect, "s1 6/10", "s2 0/100")
	flappingOnce.Servers[0].Downs = 1
	unjudged := tallyOf(Connect, "s1 0/100")
	unjudged.Unjudged = "column econ of server s1 is no count"
	single := tallyOf(Connect, "s1 30/100")
	single.Single, single.Target = true, single.Target.Server("s1")
	since := tallyOf(Response, "s1 30/100")
	since.Since = time.Date(2026, 11, 22, 14, 56, 20, 0, time.UTC)
	since.At = since.Since.Add(time.Minute)
	sinceYesterday := since
	sinceYesterday.At = since.Since.Add(24 * time.Hour)
	before := tallyOf(Response, "s1 30/100")
	before.Before = []rates.Span{{Length: time.Hour, Spoiled: 30}}
	wellBefore := tallyOf(Response, "s1 30/100")
	wellBefore.Before = []rates.Span{{Length: time.Hour}}
	idle := tallyOf(Connect, "s1 0/0", "s2 0/0")
	idle.Servers[0].Downs = 4
	for _, test := range []struct {
		tally    Tally
		headline string
		line     string
	}{
		{tallyOf(Connect, "s1 0/100", "s2 1/100"), "", "OK api: 1 of 200 requests failed (0.2/min): connect 1; s2 1% of 100 (connect 1)"},
		{tallyOf(Connect, "s1 0/100"), "", "OK api: 0 of 100 requests failed (0/min)"},
		{flapping, "api: s2 went down 3 times in 5m", "WARNING api: 0 of 200 requests failed (0/min); s2 0% of 100, went down 3 times"},
		{idle, "api: s1 went down 4 times in 5m", "WARNING api: 0 of 0 requests failed (0/min); s1 went down 4 times"},
		{flappingOnce, "api: 5.5% of 110 requests failed (1.2/min): connections fail, s1 60% of 10",
			"WARNING api: 6 of 110 requests failed (1.2/min): connect 6; 5.5% of 110 is outside the warning range 5%; s1 60% of 10 (connect 6), went down 1 time"},
		{unjudged, "api cannot be judged: column econ of server s1 is no count",
			"UNKNOWN api: 0 of 100 requests failed (0/min); cannot be judged: column econ of server s1 is no count"},
		{logged(tallyOf(Connect, "s1 30/100"), 15), "api: 30% of 100 requests failed (6/min): connection refused, s1 30% of 100", all30("connect")},
		{logged(tallyOf(Connect, "s1 30/100"), 16), "api: 30% of 100 requests failed (6/min): connection timeout, s1 30% of 100", all30("connect")},
		{logged(tallyOf(ServerError, "s1 30/100"), 0), "api: 30% of 100 requests failed (6/min): responses 5xx, s1 30% of 100", all30("server-error")},
		{tallyOf(Connect, "s1 30/100"), "api: 30% of 100 requests failed (6/min): connections fail, s1 30% of 100", all30("connect")},
		{since, "api: 30% of 100 requests failed (6/min): responses break off or are invalid, s1 30% of 100, since 14:56:20", all30("response")},
		{sinceYesterday, "api: 30% of 100 requests failed (6/min): responses break off or are invalid, s1 30% of 100, since 2026-11-22 14:56:20", all30("response")},
		{before, "api: 30% of 100 requests failed (6/min): responses break off or are invalid, s1 30% of 100, 0.5/min before",
			strings.Replace(all30("response"), "25%;", "25%; 12 times the rate before, over 10;", 1)},
		{wellBefore, "api: 30% of 100 requests failed (6/min): responses break off or are invalid, s1 30% of 100, none before",
			strings.Replace(all30("response"), "25%;", "25%; there was none before;", 1)},
		{single, "api/s1: 30% of 100 requests failed (6/min): connections fail", strings.Replace(all30("connect"), "api", "api/s1", 1)},
	} {
		s := Judge(test.tally, Defaults())
		if diff := cmp.Diff([]string{test.headline, test.line}, []string{s.Finding(false).Sentence(), s.Finding(true).Line}); diff != "" {
			t.Errorf("headline and line (-want +got):\n%s", diff)
		}
		if s.State == plugin.Critical && s.Finding(false).Many != "have servers that spoil requests" {
			t.Errorf("several of them %s", s.Finding(false).Many)
		}
		if quiet := s.Finding(false); (quiet.Line == "") != (s.State == plugin.OK) {
			t.Errorf("%s: without -v the line is %q", s.State, quiet.Line)
		}
	}
}

// all30 is the line of a section whose only server spoiled 30 of 100 requests.
func all30(kind string) string {
	return "CRITICAL api: 30 of 100 requests failed (6/min): " + kind + " 30; 30% of 100 is outside the critical range 25%; s1 30% of 100 (" + kind + " 30)"
}

// TestWorstServerStandsOut: the first line names a server if it has most of the
// failures, is twice as bad as all together, or is in trouble itself.
func TestWorstServerStandsOut(t *testing.T) {
	for _, test := range []struct {
		servers  []string
		critical string
		want     string
	}{
		{[]string{"s1 30/100", "s2 30/100"}, "25%", ""},
		{[]string{"s1 31/100", "s2 30/100"}, "25%", "s1 31% of 100"},
		{[]string{"s1 20/40", "s2 10/80", "s3 10/40"}, "20%", "s1 50% of 40"},
		{[]string{"s1 20/41", "s2 10/80", "s3 10/39"}, "20%", ""},
		{[]string{"s1 9/100", "s2 10/100"}, "api/s1=8%", "s1 9% of 100"},
	} {
		o := Defaults()
		o.Rules = rulesOf(nil, rules(t, test.critical), rates.RiseLimits{})
		if got := Judge(tallyOf(Connect, test.servers...), o).evidence(); got != test.want {
			t.Errorf("%q: evidence %q, want %q", test.servers, got, test.want)
		}
	}
}

// TestLineNamesSoManyServers: more would drown the rest.
func TestLineNamesSoManyServers(t *testing.T) {
	for servers, more := range map[int]bool{20: false, 21: true} {
		var list []string
		for i := range servers {
			list = append(list, fmt.Sprintf("s%d 30/100", i+1))
		}
		line := Judge(tallyOf(Connect, list...), Defaults()).line()
		if named := strings.Count(line, "30% of 100 ("); named != 20 || strings.HasSuffix(line, "; and more servers") != more {
			t.Errorf("of %d servers %d are named: %s", servers, named, line)
		}
	}
}

// reportOf are the judgements of sections, each of one server: "api 30/100".
func reportOf(sections ...string) Report {
	r := Report{Window: 5 * time.Minute, Baseline: time.Hour, Counting: CountingOf(0, 0)}
	for _, text := range sections {
		tally := tallyOf(Connect, text)
		name := tally.Servers[0].Name
		tally.Target = check.Target{Name: name, Label: name, Names: []string{name}}
		tally.Example = "line of " + name
		r.Sections = append(r.Sections, Judge(tally, Defaults()))
	}
	slices.SortStableFunc(r.Sections, worseFirst)
	return r
}

func names(r Report) (list []string) {
	for _, s := range r.Sections {
		list = append(list, s.Target.Name)
	}
	return list
}

func TestWorseFirst(t *testing.T) {
	got := names(reportOf("c 0/100", "b 0/100", "some 6/100", "many 30/100", "most 40/100", "a 0/100"))
	if diff := cmp.Diff([]string{"most", "many", "some", "a", "b", "c"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestResult holds what is said of all sections together.
func TestResult(t *testing.T) {
	for _, test := range []struct {
		sections []string
		rest     []string
		problems []string
	}{
		{nil, nil, nil},
		{[]string{"a 0/100", "b 1/100"}, []string{"1 of 200 requests in 5m failed"}, nil},
		{[]string{"a 30/100", "b 1/100"}, []string{"1 other OK"}, []string{"a newest line: line of a"}},
		{[]string{"a 30/100", "b 1/100", "c 0/100"}, []string{"2 others OK"}, []string{"a newest line: line of a"}},
		{[]string{"a 30/100"}, nil, []string{"a newest line: line of a"}},
		{[]string{"a 30/100", "b 30/100", "c 30/100", "d 30/100", "e 30/100", "f 30/100"}, nil,
			[]string{"a newest line: line of a", "b newest line: line of b", "c newest line: line of c", "d newest line: line of d", "e newest line: line of e"}},
	} {
		result := reportOf(test.sections...).result(nil, []string{"a note"}, false, plugin.Summary)
		if diff := cmp.Diff(test.rest, result.Rest); diff != "" {
			t.Errorf("%q: rest (-want +got):\n%s", test.sections, diff)
		}
		if diff := cmp.Diff(append(test.problems, "a note"), result.Problems[len(result.Problems)-len(test.problems)-1:]); diff != "" {
			t.Errorf("%q: problems (-want +got):\n%s", test.sections, diff)
		}
	}
	silent := reportOf("a 30/100")
	silent.Sections[0].Tally.Example = ""
	if result := silent.result(nil, nil, false, plugin.Summary); slices.ContainsFunc(result.Problems, func(p string) bool { return strings.Contains(p, "newest") }) {
		t.Errorf("there is no line to show: %q", result.Problems)
	}
	uncounted := reportOf("a 0/100")
	uncounted.Sections[0].Kinds[Retry] = 7
	if result := uncounted.result(nil, nil, false, plugin.Summary); !slices.Contains(result.Problems, "not counted: retry 7 (--count chooses the kinds)") {
		t.Errorf("problems %q", result.Problems)
	}
}

// TestPerfdata: in the order of names, with sums only of all sections, and servers
// only if they are wanted.
func TestPerfdata(t *testing.T) {
	report := reportOf("a 0/100", "b 30/100")
	sums := []string{"errors=30", "requests=200"}
	sections := []string{"a_errors=0", "a_errors_share=0", "a_requests=100", "b_errors=30", "b_errors_share=30", "b_requests=100"}
	for _, test := range []struct {
		narrowed bool
		level    plugin.Level
		want     []string
	}{
		{false, plugin.Sections, append(slices.Clone(sums), sections...)},
		{true, plugin.Sections, sections},
	} {
		report.Narrowed = test.narrowed
		var got []string
		for m := range report.perfdata(test.level) {
			got = append(got, fmt.Sprintf("%s=%v", m.Label, m.Value))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	metrics := func(level plugin.Level) int { return len(slices.Collect(report.perfdata(level))) }
	if n := metrics(plugin.Servers) - metrics(plugin.Sections); n != 2*len(Kind(0).Names())+2 {
		t.Errorf("servers add %d metrics", n)
	}
}

// TestQuiet: patterns of which no server was given a request.
func TestQuiet(t *testing.T) {
	report := reportOf("a 0/0", "b 1/100", "api 0/1")
	down := reportOf("a 0/0")
	down.Sections[0].State = plugin.Warning
	for _, test := range []struct {
		report   Report
		patterns []string
		doubted  bool
		want     string
	}{
		{report, []string{"b"}, false, ""},
		{report, []string{"api"}, false, ""},
		{report, []string{"a"}, false, "no server of a was given a request in 5m (quiet, or misspelt)"},
		{report, []string{"b", "c", "a"}, false, "no server of c, a was given a request in 5m (quiet, or misspelt)"},
		{down, []string{"a"}, false, ""},
		{reportOf(), nil, false, "no server was given a request in 5m"},
		{reportOf(), nil, true, ""},
		{report, nil, false, ""},
	} {
		var filter check.Filter
		for _, text := range test.patterns {
			p, err := pattern.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			filter.Sections = append(filter.Sections, p)
		}
		got := ""
		for _, f := range test.report.quiet(filter, plugin.Unknown, test.doubted) {
			got += f.One
			if f.State != plugin.Unknown {
				t.Errorf("%q is %s", f.One, f.State)
			}
		}
		if got != test.want {
			t.Errorf("-s %q: %q, want %q", test.patterns, got, test.want)
		}
	}
}
