package nosrv

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/accesslog"
	"check-haproxy/internal/check"
	"check-haproxy/internal/plugin"
)

// incident is the outage that this check was made for: v2's only server goes
// down at 19:41, while redirects and another backend go on as ever.
func incident() *Counter {
	s := usual()
	c := NewCounter(s, DefaultKinds)
	down := time.Date(2013, 3, 26, 19, 41, 2, 0, time.UTC)
	c.logged("v2", "SC", 6, s.From(), s.Begin().Add(-2*time.Minute))
	c.logged("v2", "", 120, s.From(), down)
	c.logged("v2", "SC", 44, down, s.At)
	c.logged("v1", "", 500, s.From(), s.At)
	c.logged("fe", "LR", 650, s.From(), s.At)
	r := &accesslog.Record{Class: accesslog.Transition, Written: down.UnixNano()}
	r.Change = accesslog.Change{Backend: "v2", Server: "v2Elb", Reason: "Layer4 timeout"}
	c.Add(r)
	c.Add(&accesslog.Record{Class: accesslog.Unreadable, Line: []byte("junk | here?secret")})
	return c
}

func TestResult(t *testing.T) {
	s := usual()
	r := mustJudge(t, incident(), check.Log{Earliest: s.From().Add(20 * time.Minute), Newest: s.At}, Defaults()).Result()
	want := plugin.Result{
		State: plugin.Critical,
		Problems: []string{
			"STATE     SECTION  REQUESTS  NOSRV  PER MIN  SHARE  BEFORE  KINDS",
			"CRITICAL  v2             37     37      7.4   100%     0.1  no-server 37",
			"v2 is CRITICAL: 100% of 37 is outside the critical range 50%; 72 times the rate before, over 10; cause: health checks time out on v2Elb since 19:41:02",
			"v2 by minute from 19:27:02: 0 0 0 0 0 0 0 0 1 0 0 0 0 0 7 8 7 7 8 7",
			`v2 newest line: 19:46:57 fe v2/<NOSRV> SC 503 "GET /path/v2/"`,
			"not counted: intercepted 50 (intercepted are redirects, denials and HAProxy's own answers; --count chooses the kinds)",
			`1 unreadable line, the first looks like "aaaa | aaaa?aaaaaa"`,
			"the log reaches back to 19:02:02: the baseline is 40m instead of 1h",
		},
	}
	got := r
	if want := "v2: 37 of 37 requests found no server (7.4/min): health checks time out on v2Elb since 19:41:02, 0.1/min before, no-server 37, 2 others OK"; r.Headline() != want {
		t.Errorf("headline %q, want %q", r.Headline(), want)
	}
	got.Findings, got.Rest, got.Details, got.Perfdata, got.Sections, got.Fields = nil, nil, nil, nil, nil, nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	details := []string{
		"STATE  SECTION  REQUESTS  NOSRV  PER MIN  SHARE  BEFORE  KINDS",
		"OK     fe             50      0        0     0%       0  intercepted 50",
		"OK     v1             38      0        0     0%       0",
	}
	if diff := cmp.Diff(details, r.Details); diff != "" {
		t.Errorf("details (-want +got):\n%s", diff)
	}
}

func TestPerfdata(t *testing.T) {
	out := mustJudge(t, incident(), fullLog(usual()), Defaults())
	zero := plugin.LimitOf(0)
	want := []plugin.Metric{
		{Label: "nosrv", Value: 37, Min: zero, Level: plugin.Summary},
		{Label: "nosrv_rate", Value: 7.4, Min: zero, Level: plugin.Summary},
		{Label: "requests", Value: 125, Min: zero, Level: plugin.Summary},
		{Label: "v2_nosrv", Value: 37, Min: zero, Level: plugin.Sections},
		{Label: "v2_nosrv_rate", Value: 7.4, Warning: "1", Critical: "10", Min: zero, Level: plugin.Sections},
		{Label: "v2_requests", Value: 37, Min: zero, Level: plugin.Sections},
	}
	if diff := cmp.Diff(want, out.Result().Perfdata[:len(want)], cmp.AllowUnexported(plugin.Limit{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A limit on the share is no line in a graph of rates.
func TestPerfdataOfPercentage(t *testing.T) {
	o := Defaults()
	o.Warning, o.Critical = rules(t, "5%"), rules(t, "10")
	got := mustJudge(t, incident(), fullLog(usual()), o).Result().Perfdata[4]
	if got.Warning != "" || got.Critical != "10" {
		t.Errorf("%+v, want no warning range and 10", got)
	}
}

func TestJSON(t *testing.T) {
	r := mustJudge(t, incident(), fullLog(usual()), Defaults()).Result()
	got, err := json.Marshal([]any{r.Fields, r.Sections.([]jsonSection)[0]})
	if err != nil {
		t.Fatal(err)
	}
	counts := func(noServer, intercepted string) string {
		return `{"no-server":` + noServer + `,"queue":0,"resource":0,"internal":0,"intercepted":` + intercepted + `,"client":0,"killed":0,"other":0}`
	}
	want := `[{"window_seconds":300,"baseline_seconds":3600,"requests":125,"nosrv":37,"unreadable":1,"kinds":` + counts("37", "50") + `},` +
		`{"name":"v2","state":"CRITICAL","requests":37,"nosrv":37,"rate_per_minute":7.4,"share_percent":100,"baseline_rate_per_minute":0.101695,"rise":72.111111,"kinds":` + counts("37", "0") + `,"cause":"health-check-timeout"}]`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Numbers that do not exist are null: the share of no requests, what was before
// the log began, and the rise from nothing. A section without a request in the
// window is not listed.
func TestJSONNull(t *testing.T) {
	s := usual()
	c := NewCounter(s, DefaultKinds)
	c.logged("v1", "", 3, s.From(), s.Begin())
	c.logged("v2", "SC", 2, s.Begin(), s.At)
	for name, log := range map[string]check.Log{"no baseline": {Newest: s.At}, "none before": fullLog(s)} {
		sections := mustJudge(t, c, log, Defaults()).jsonSections()
		if len(sections) != 1 || sections[0].Name != "v2" || sections[0].Rise != nil || sections[0].Cause != nil {
			t.Errorf("%s: %+v", name, sections)
		}
		if (sections[0].BaselineRate == nil) != (name == "no baseline") {
			t.Errorf("%s: the baseline's rate is %v", name, sections[0].BaselineRate)
		}
	}
}

func TestFirstLineWhenOK(t *testing.T) {
	s := usual()
	tests := []struct {
		name     string
		lines    func(c *Counter)
		patterns []string
		headline string
	}{
		{"no request", func(*Counter) {}, nil, "no request in 1h5m, the newest line was written at 19:47:01"},
		{"all served", func(c *Counter) { c.logged("v1", "", 12, s.Begin(), s.At) }, nil, "0 of 12 requests in 5m found no server"},
		{"redirects", func(c *Counter) { c.logged("v1", "LR", 12, s.Begin(), s.At) }, nil, "0 of 12 requests in 5m found no server (intercepted 12)"},
		{"few", func(c *Counter) {
			c.logged("v1", "", 12, s.Begin(), s.At)
			c.logged("v2", "SC", 1, s.Begin(), s.At)
		}, nil, "1 of 13 requests in 5m found no server (0.2/min, most in v2, no-server 1)"},
		{"quiet", func(c *Counter) { c.logged("v1", "", 12, s.Begin(), s.At) }, []string{"v1", "v2"}, "no line of v2 in 1h5m (quiet, or misspelt), 0 of 12 requests in 5m found no server"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := NewCounter(s, DefaultKinds)
			test.lines(c)
			o := Defaults()
			o.Sections = filter(t, test.patterns...)
			r := mustJudge(t, c, fullLog(s), o).Result()
			if diff := cmp.Diff(test.headline, r.Headline()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestShape(t *testing.T) {
	tests := map[string]string{
		"root:$6$abc/DEF0:19000:0":                                  "aaaa:$9$aaa/AAA9:99999:9",
		"Nov 22 14:59:01 lb1 sshd[77]: Accepted publickey for root": "Nov 22 14:59:01 lb1 sshd[77]: Aaaaaaaa aaaaaaaaa aaa aaaa",
		"2026-11-22T14:59:01Z lb1 cron: password=hunter2":           "2026-11-22T14:59:01Z lb1 cron: aaaaaaaa=aaaaaa9",
		"GET /x?token=SECRET":                                       "AAA /a?aaaaa=AAAAAA",
		strings.Repeat("é", 70):                                     strings.Repeat("a", 60) + "…",
		"\xff\xfe":                                                  "?",
		"":                                                          "",
	}
	for line, want := range tests {
		if got := shapeOf([]byte(line)); got != want {
			t.Errorf("%q becomes %q, want %q", line, got, want)
		}
	}
}
