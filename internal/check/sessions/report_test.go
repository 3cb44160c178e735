package sessions

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/check"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
)

// api is a backend with two servers left of four, both nearly full.
func api() check.Target {
	b := backend(2, server("api01", "DOWN", 0, 50), server("api02", "UP", 48, 50), server("api03", "UP", 48, 50), server("api04", "MAINT", 0, 50))
	b.Backend.Queue = n(12)
	return b
}

// judgeAll judges a backend and its servers as a check does.
func judgeAll(t *testing.T, section check.Target) []Verdict {
	var verdicts []Verdict
	for i := range section.Backend.Servers {
		s := &section.Backend.Servers[i]
		verdicts = append(verdicts, JudgeServer(section.Server(s.Name), s, defaults(t)))
	}
	return append(verdicts, JudgeBackend(section, defaults(t)))
}

func TestReport(t *testing.T) {
	r := Report{Verbose: true}
	for _, v := range judgeAll(t, api()) {
		r.Add(&v)
	}
	got := r.Result(nil)
	if want := "3 of 5 limits in trouble: server api/api02 48 of 50 sessions (96%), server api/api03 48 of 50 sessions (96%), backend api has room for 4 more on 2 of 4 servers, 12 requests queued, 2 others OK"; got.Headline() != want {
		t.Errorf("headline %q, want %q", got.Headline(), want)
	}
	got.Perfdata, got.Findings, got.Rest = nil, nil, nil
	want := plugin.Result{
		State: plugin.Critical,
		Problems: []string{
			"CRITICAL server api/api02: 48 of 50 sessions (96%)",
			"CRITICAL server api/api03: 48 of 50 sessions (96%)",
			"CRITICAL backend api: 96 of 100 sessions (96%) on 2 of 4 servers, room for 4 more; 12 requests queued; " +
				"cause: every slot that maxconn allows is taken; no room on api01 (DOWN), api04 (MAINT)",
		},
		Details: []string{
			"OK server api/api01: 0 of 50 sessions (0%), DOWN",
			"OK server api/api04: 0 of 50 sessions (0%), MAINT",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
}

func TestWords(t *testing.T) {
	queued := server("a", "UP", 10, 10)
	queued.Queue, queued.QueueLimit = n(19), n(20)
	one := backend(1, server("a", "UP", 12, 10))
	one.Backend.Queue = n(1)
	unlimited := backend(1, server("a", "UP", 700, 0))
	unlimited.Backend.Queue = n(2)
	peak := haproxy.Frontend{Name: "fe", Sessions: n(199), SessionLimit: n(200), MaxSessions: n(200)}
	for _, test := range []struct {
		verdict        Verdict
		headline, line string
	}{
		{
			JudgeServer(subject("api/a"), &queued, defaults(t)),
			"server api/a 10 of 10 sessions (100%), 19 of 20 places in its queue taken (95%)",
			"CRITICAL server api/a: 10 of 10 sessions (100%); 19 of 20 places in its queue taken (95%); cause: every slot that maxconn allows is taken",
		},
		{
			JudgeBackend(one, defaults(t)),
			"backend api has no room left on 1 of 1 servers, 1 request queued",
			"CRITICAL backend api: 12 of 10 sessions (120%) on 1 of 1 servers, room for 0 more; 1 request queued; cause: every slot that maxconn allows is taken",
		},
		{
			JudgeBackend(unlimited, defaults(t)),
			"backend api 700 sessions, no limit, 2 requests queued",
			"WARNING backend api: 700 sessions, no limit (server a has no maxconn); 2 requests queued; cause: every slot that maxconn allows is taken",
		},
		{
			JudgeBackend(backend(0, server("a", "DOWN", 1, 10)), defaults(t)),
			"backend api has no server that takes requests",
			"OK backend api: has no server that takes requests; no room on a (DOWN)",
		},
		{
			JudgeFrontend(frontend(peak), defaults(t))[0],
			"frontend fe 199 of 200 sessions (99.5%)",
			"CRITICAL frontend fe: 199 of 200 sessions (99.5%); peak 200",
		},
		{
			JudgeFrontend(frontend(haproxy.Frontend{Name: "fe", Sessions: n(1), SessionLimit: haproxy.Number{Damaged: true}}), defaults(t))[0],
			"frontend fe sessions cannot be judged: the limit in the statistics is impossible",
			"UNKNOWN frontend fe: sessions cannot be judged: the limit in the statistics is impossible",
		},
		{
			JudgeProcess(subject("process"), haproxy.Info{CurrConns: n(19997), Maxconn: n(20000)}, defaults(t))[0],
			"process 19997 of 20000 connections (99.9%)",
			"CRITICAL process: 19997 of 20000 connections (99.9%)",
		},
		{
			JudgeProcess(subject("process"), haproxy.Info{CurrConns: n(0), SslRate: n(95), SslRateLimit: n(100)}, defaults(t))[1],
			"process 95 of 100 SSL sessions a second (95%)",
			"CRITICAL process: 95 of 100 SSL sessions a second (95%)",
		},
	} {
		v := test.verdict
		if diff := cmp.Diff(test.headline, v.subject()+" "+v.short()); diff != "" {
			t.Errorf("headline (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(test.line, v.line()); diff != "" {
			t.Errorf("line (-want +got):\n%s", diff)
		}
	}
}

func TestServersWithoutRoomAreBounded(t *testing.T) {
	b := backend(1, server("up", "UP", 9, 10))
	for i := range 30 {
		b.Backend.Servers = append(b.Backend.Servers, server(fmt.Sprint("d", i), "DOWN", 0, 10))
	}
	v := JudgeBackend(b, defaults(t))
	if line := v.line(); !strings.HasSuffix(line, "d19 (DOWN), 10 more") {
		t.Errorf("30 servers without room: %s", line)
	}
}

// TestNearestFirst holds that the limit that bites first stands first, and that equals
// keep their order.
func TestNearestFirst(t *testing.T) {
	fe := func(name string, sessions, limit int64) Verdict {
		return JudgeFrontend(frontend(haproxy.Frontend{Name: name, Sessions: n(sessions), SessionLimit: n(limit)}), defaults(t))[0]
	}
	full := server("q", "UP", 1, 10)
	full.Queue, full.QueueLimit = n(10), n(10)
	verdicts := []Verdict{fe("unlimited", 900, 0), fe("a", 9, 10), fe("b", 90, 100), fe("c", 99, 100), JudgeServer(subject("x/q"), &full, defaults(t)), fe("over", 11, 10)}
	r := Report{Verbose: true}
	for _, v := range verdicts {
		r.Add(&v)
	}
	result := r.Result(nil)
	var got []string
	for _, line := range append(result.Problems, result.Details...) {
		name, _, _ := strings.Cut(line, ":")
		got = append(got, name)
	}
	want := []string{"CRITICAL frontend over", "CRITICAL server x/q", "CRITICAL frontend c", "WARNING frontend a", "WARNING frontend b", "OK frontend unlimited"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func TestRest(t *testing.T) {
	fe := func(name string, sessions, limit int64) Verdict {
		return JudgeFrontend(frontend(haproxy.Frontend{Name: name, Sessions: n(sessions), SessionLimit: n(limit)}), defaults(t))[0]
	}
	for name, test := range map[string]struct {
		verdicts []Verdict
		want     string
	}{
		"nothing checked": {nil, ""},
		"one":             {[]Verdict{fe("fe", 24, 200)}, "frontend fe 24 of 200 sessions (12%)"},
		"several":         {[]Verdict{fe("a", 1, 10), fe("b", 2, 10), fe("free", 900, 0)}, "2 limits OK, nearest is frontend b 2 of 10 sessions (20%)"},
		"no limit at all": {[]Verdict{fe("a", 1, 0), fe("b", 1, 0)}, "none of the 2 checked has a limit"},
		"one bad":         {[]Verdict{fe("a", 10, 10)}, ""},
		"bad and good":    {[]Verdict{fe("a", 10, 10), fe("b", 1, 10), fe("free", 900, 0)}, "1 other OK"},
		"bad and free":    {[]Verdict{fe("a", 10, 10), fe("free", 900, 0)}, ""},
	} {
		var r Report
		for _, v := range test.verdicts {
			r.Add(&v)
		}
		if got := r.rest(); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestPerfdata(t *testing.T) {
	b := api()
	listen := b
	listen.Frontend = &haproxy.Frontend{Name: "api"}
	both := append(judgeAll(t, b)[1:2], JudgeBackend(listen, defaults(t)))
	both = append(both, JudgeBackend(named("free", backend(1, server("a", "UP", 7, 0))), defaults(t)))
	both = append(both, JudgeFrontend(frontend(haproxy.Frontend{Name: "odd", Sessions: haproxy.Number{Damaged: true}}), defaults(t))...)
	var got []string
	for _, v := range both {
		for _, m := range v.Perfdata() {
			got = append(got, fmt.Sprintf("%s=%v;%s;%s;%v;%v %v", m.Label, m.Value, m.Warning, m.Critical, m.Min, m.Max, m.Level))
		}
	}
	want := []string{
		"api/api02_sessions=48;40;45;0;50 servers",
		"api/api02_queue=0;0;;0; servers",
		"api_backend_sessions=96;80;90;0;100 sections",
		"api_queue=12;0;;0; sections",
		"free_sessions=7;;;0; sections",
		"free_queue=0;0;;0; sections",
		fmt.Sprintf("odd_sessions=%v;;;0; sections", math.NaN()),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("perfdata (-want +got):\n%s", diff)
	}
}

func TestTotals(t *testing.T) {
	var r Report
	for _, v := range judgeAll(t, api()) {
		r.Add(&v)
	}
	free := JudgeBackend(named("free", backend(1, server("a", "UP", 3, 0))), defaults(t))
	r.Add(&free)
	var got []string
	for _, m := range r.totals() {
		got = append(got, fmt.Sprintf("%s=%v%s/%v", m.Label, m.Value, m.Unit, m.Max))
	}
	want := []string{"used=96%/", "queue=12/", "limits_ok=2/5", "limits_warning=0/5", "limits_critical=3/5"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("totals (-want +got):\n%s", diff)
	}
}

// TestReportKeepsWhatIsPrinted holds that a report has of each verdict what its
// options print, and no more.
func TestReportKeepsWhatIsPrinted(t *testing.T) {
	for _, test := range []struct {
		report                     Report
		details, metrics, sections int
	}{
		{Report{Level: plugin.None}, 0, 0, 0},
		{Report{Level: plugin.Summary}, 0, 0, 0},
		{Report{Level: plugin.Sections}, 0, 2, 0},
		{Report{Level: plugin.Servers}, 0, 10, 0},
		{Report{Verbose: true}, 2, 0, 0},
		{Report{JSON: true}, 0, 0, 5},
	} {
		for _, v := range judgeAll(t, api()) {
			test.report.Add(&v)
		}
		result := test.report.Result([]plugin.Finding{{State: plugin.Unknown, One: "other", Line: "UNKNOWN other"}})
		sections, _ := result.Sections.([]Section)
		metrics := len(result.Perfdata) - len(test.report.totals())
		if len(result.Problems) != 4 || len(result.Details) != test.details || metrics != test.metrics || len(sections) != test.sections {
			t.Errorf("%d problems, %d details, %d metrics, %d sections; want 4, %d, %d, %d",
				len(result.Problems), len(result.Details), metrics, len(sections), test.details, test.metrics, test.sections)
		}
	}
}

func TestJSON(t *testing.T) {
	b := api()
	free := JudgeBackend(named("free", backend(1, server("a", "UP", 3, 0))), defaults(t))
	third := JudgeBackend(named("third", backend(1, server("a", "UP", 1, 3))), defaults(t))
	for _, test := range []struct {
		verdict Verdict
		want    string
	}{
		{JudgeBackend(b, defaults(t)), `{"name":"api","endpoint":"","kind":"backend","resource":"sessions","state":"CRITICAL","current":96,"limit":100,"used_percent":96,"queue":12,"cause":"maxconn-exhausted"}`},
		{third, `{"name":"third","endpoint":"","kind":"backend","resource":"sessions","state":"OK","current":1,"limit":3,"used_percent":33.33,"queue":0,"cause":null}`},
		{free, `{"name":"free","endpoint":"","kind":"backend","resource":"sessions","state":"OK","current":3,"limit":null,"used_percent":null,"queue":0,"cause":null}`},
		{JudgeFrontend(frontend(haproxy.Frontend{Name: "fe", Sessions: n(3)}), defaults(t))[0], `{"name":"fe","endpoint":"","kind":"frontend","resource":"sessions","state":"UNKNOWN","current":null,"limit":null,"used_percent":null,"queue":null,"cause":null}`},
		{JudgeFrontend(frontend(haproxy.Frontend{Name: "fe", Sessions: haproxy.Number{Damaged: true}}), defaults(t))[0], `{"name":"fe","endpoint":"","kind":"frontend","resource":"sessions","state":"UNKNOWN","current":null,"limit":null,"used_percent":null,"queue":null,"cause":null}`},
	} {
		got, err := json.Marshal(test.verdict.Section())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, string(got)); diff != "" {
			t.Errorf("JSON (-want +got):\n%s", diff)
		}
	}
}
