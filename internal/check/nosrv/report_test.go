package nosrv

import (
	"encoding/json"
	"slices"
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
	c := NewCounter(s, DefaultKinds, check.Filter{})
	down := time.Date(2013, 3, 26, 19, 41, 2, 0, time.UTC)
	c.logged("v2", "SC", 6, s.From(), s.Begin().Add(-2*time.Minute))
	c.logged("v2", "", 120, s.From(), down)
	c.logged("v2", "SC", 44, down, s.At)
	c.logged("v1", "", 500, s.From(), s.At)
	c.logged("fe", "LR", 650, s.From(), s.At)
	r := &accesslog.Record{Class: accesslog.Transition, Written: down.UnixNano()}
	r.Change = accesslog.Change{Backend: "v2", Server: "v2Elb", Reason: "Layer4 timeout"}
	c.Add(r)
	return c
}

func TestResult(t *testing.T) {
	s := usual()
	r := Judge(incident(), logFrom(s, s.From().Add(20*time.Minute)), Defaults()).Result()
	want := plugin.Result{
		State: plugin.Critical,
		Problems: []string{
			"STATE     SECTION  REQUESTS  NOSRV  PER MIN  SHARE  BEFORE  KINDS",
			"CRITICAL  v2             37     37      7.4   100%     0.1  no-server 37",
			"v2 is CRITICAL: 100% of 37 is outside the critical range 50%; 72 times the rate before, over 10; cause: health checks time out on v2Elb since 19:41:02",
			"v2 by minute from 19:27:02: 0 0 0 0 0 0 0 0 1 0 0 0 0 0 7 8 7 7 8 7",
			`v2 newest line: 19:46:57 fe v2/<NOSRV> SC 503 "GET /path/v2/"`,
			"not counted: intercepted 50 (intercepted are redirects, denials and HAProxy's own answers; --count chooses the kinds)",
			"the log reaches back to 19:02:02: the baseline is 40m instead of 1h",
		},
	}
	got := r
	if want := "v2: 37 of 37 requests found no server (7.4/min): health checks time out on v2Elb since 19:41:02, 0.1/min before, no-server 37, 2 others OK"; r.Headline() != want {
		t.Errorf("headline %q, want %q", r.Headline(), want)
	}
	got.Findings, got.Rest, got.Listed, got.Metrics, got.Sections, got.Fields = nil, nil, nil, nil, nil, nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	details := []string{
		"STATE  SECTION  REQUESTS  NOSRV  PER MIN  SHARE  BEFORE  KINDS",
		"OK     fe            125      0        0     0%       0  intercepted 50",
		"OK     v1             38      0        0     0%       0",
	}
	if diff := cmp.Diff(details, r.Listed()); diff != "" {
		t.Errorf("details (-want +got):\n%s", diff)
	}
}

func TestPerfdata(t *testing.T) {
	out := Judge(incident(), fullLog(usual()), Defaults())
	zero := plugin.LimitOf(0)
	section := func(name string, nosrv, rate, share, requests float64) []plugin.Metric {
		return []plugin.Metric{
			{Label: name + "_nosrv", Value: nosrv, Min: zero, Level: plugin.Sections},
			{Label: name + "_nosrv_rate", Value: rate, Warning: "1", Critical: "10", Min: zero, Level: plugin.Sections},
			{Label: name + "_nosrv_share", Value: share, Unit: "%", Warning: "5", Critical: "50", Min: zero, Max: plugin.LimitOf(100), Level: plugin.Sections},
			{Label: name + "_requests", Value: requests, Min: zero, Level: plugin.Sections},
		}
	}
	want := slices.Concat([]plugin.Metric{
		{Label: "nosrv", Value: 37, Min: zero, Level: plugin.Summary},
		{Label: "nosrv_rate", Value: 7.4, Min: zero, Level: plugin.Summary},
		{Label: "requests", Value: 125, Min: zero, Level: plugin.Summary},
	}, section("fe", 0, 0, 0, 125), section("v1", 0, 0, 0, 38), section("v2", 37, 7.4, 100, 37))
	if diff := cmp.Diff(want, slices.Collect(out.Result().Metrics), cmp.AllowUnexported(plugin.Limit{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A limit on the share is no line in a graph of rates.
func TestPerfdataOfPercentage(t *testing.T) {
	o := Defaults()
	o.Warning, o.Critical = rules(t, "5%"), rules(t, "10")
	metrics := slices.Collect(Judge(incident(), fullLog(usual()), o).Result().Metrics)
	if rate := metrics[len(metrics)-3]; rate.Label != "v2_nosrv_rate" || rate.Warning != "" || rate.Critical != "10" {
		t.Errorf("%+v, want no warning range and 10", rate)
	}
	if share := metrics[len(metrics)-2]; share.Label != "v2_nosrv_share" || share.Warning != "5" || share.Critical != "" {
		t.Errorf("%+v, want a warning range of 5 and no other", share)
	}
}

// With --section the sums would be those of a part, so there are none; what is
// named exactly has its metrics even without a line.
func TestPerfdataOfChosenSections(t *testing.T) {
	s := usual()
	c := NewCounter(s, DefaultKinds, filter(t, "v2", "gone", "~^api"))
	c.logged("v2", "", 5, s.Begin(), s.At)
	c.logged("v3", "", 5, s.Begin(), s.At)
	var labels []string
	for m := range Judge(c, fullLog(s), Defaults()).Result().Metrics {
		labels = append(labels, m.Label)
	}
	want := "gone_nosrv gone_nosrv_rate gone_nosrv_share gone_requests v2_nosrv v2_nosrv_rate v2_nosrv_share v2_requests"
	if got := strings.Join(labels, " "); got != want {
		t.Errorf("got %s", got)
	}
}

func TestJSON(t *testing.T) {
	r := Judge(incident(), fullLog(usual()), Defaults()).Result()
	got, err := json.Marshal([]any{r.Fields, r.Sections.(jsonSections).list()[0]})
	if err != nil {
		t.Fatal(err)
	}
	counts := func(noServer, intercepted string) string {
		return `{"no-server":` + noServer + `,"no-backend":0,"queue":0,"resource":0,"internal":0,"intercepted":` + intercepted + `,"client":0,"killed":0,"other":0}`
	}
	want := `[{"window_seconds":300,"baseline_seconds":3600,"requests":125,"nosrv":37,"unreadable":0,"kinds":` + counts("37", "50") + `,"total":{"state":"CRITICAL","nosrv":37,"share_percent":29.6,"rise":72.111111}},` +
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
	c := NewCounter(s, DefaultKinds, check.Filter{})
	c.logged("v1", "", 3, s.From(), s.Begin())
	c.logged("v2", "SC", 2, s.Begin(), s.At)
	for name, log := range map[string]check.Log{"no baseline": logFrom(s, s.Begin()), "none before": fullLog(s)} {
		sections := jsonSections{Judge(c, log, Defaults())}.list()
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
			c := NewCounter(s, DefaultKinds, filter(t, test.patterns...))
			test.lines(c)
			r := Judge(c, fullLog(s), Defaults()).Result()
			if diff := cmp.Diff(test.headline, r.Headline()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
