package backend

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/check"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/threshold"
)

// starting is a backend whose first servers have not been checked since HAProxy
// started, 3 s ago.
func starting(servers int, statuses ...string) check.Target {
	b := backend(statuses...)
	for i := range servers {
		b.Backend.Servers[i].CheckStatus = "INI"
	}
	b.Uptime = number(3)
	return b
}

// outFor is a backend whose servers are in their standing for so many seconds.
func outFor(seconds int64, statuses ...string) check.Target {
	b := backend(statuses...)
	for i := range b.Backend.Servers {
		b.Backend.Servers[i].LastChange = number(seconds)
	}
	return b
}

// TestWords holds what is said of a backend on the first line and in the long
// output.
func TestWords(t *testing.T) {
	five := with(func(o *Options) { o.Warning = threshold.Rules{threshold.All("5:")} })
	hour := with(func(o *Options) { o.MaintWarning = time.Hour })
	maintOK := with(func(o *Options) { o.MaintOK = true })
	lost, never, tracking, agent, recovering := backend(), backend(), backend("DOWN"), backend("DOWN (agent)"), backend("0:DOWN")
	lost.Backend.Selected = number(311)
	never.Backend.Responses[haproxy.Responses5xx] = number(3)
	hidden, unpublished := backend("UP"), backend("UP")
	hidden.Backend.Status, unpublished.Backend.Status = "DOWN", "UP (UNPUB)"
	tracked := haproxy.Server{Name: "h1", Status: "DOWN", CheckStatus: "L4CON", LastCheck: "Connection refused"}
	tracking.Backend.Servers[0].Tracked, tracking.Backend.Servers[0].Tracks = "health/h1", &tracked
	agent.Backend.Servers[0].CheckStatus, recovering.Backend.Servers[0].CheckStatus = "L7OK", "L4CON"
	unresolved := backend("MAINT (resolution)")
	unresolved.Backend.Servers[0].CheckStatus = "L4CON" // of before
	unfilled := backend("UP", "MAINT (resolution)")
	unfilled.Backend.Servers[1].Unfilled = true
	for _, test := range []struct {
		target   check.Target
		options  Options
		headline string // one backend's, OK or not
		line     string
	}{
		{backend("UP", "UP"), defaults, "has 2 of 2 servers UP", "OK v2: 2 up, 0 down, 0 out"},
		{backend("no check", "no check", "UP", "MAINT"), five, "has 3 of 3 servers UP (2 are not checked)",
			"WARNING v2: 3 up, 0 down, 1 out (2 are not checked); cause: in maintenance; s4 MAINT"},
		{backend("no check", "UP"), defaults, "has 2 of 2 servers UP (1 is not checked)", "OK v2: 2 up, 0 down, 0 out (1 is not checked)"},
		{backend("no check"), defaults, "has 1 of 1 servers UP (none is checked)", "OK v2: 1 up, 0 down, 0 out (none is checked)"},
		{outFor(7200, "UP", "MAINT"), hour, "has 1 of 1 servers UP", "WARNING v2: 1 up, 0 down, 1 out; cause: in maintenance; s2 MAINT for 2h"},
		{outFor(7200, "UP", "MAINT"), defaults, "has 1 of 1 servers UP, 1 out for 2h", "OK v2: 1 up, 0 down, 1 out; s2 MAINT for 2h"},
		{outFor(1, "UP", "MAINT", "DRAIN"), defaults, "has 1 of 1 servers UP, 2 out, one for 1s", "OK v2: 1 up, 0 down, 2 out; s2 MAINT for 1s, s3 DRAIN for 1s"},
		{backend("UP", "MAINT"), defaults, "has 1 of 1 servers UP, 1 out", "OK v2: 1 up, 0 down, 1 out; s2 MAINT"},
		{backend("UP", "MAINT", "DRAIN"), defaults, "has 1 of 1 servers UP, 2 out", "OK v2: 1 up, 0 down, 2 out; s2 MAINT, s3 DRAIN"},
		{unfilled, defaults, "has 1 of 1 servers UP, 1 out", "OK v2: 1 up, 0 down, 1 out; s2 an unfilled slot"},
		{backend("MAINT"), maintOK, "has no UP server (its only one is taken out)", "OK v2: 0 up, 0 down, 1 out; s1 MAINT"},
		{backend("MAINT"), defaults, "has no UP server (its only one is taken out)", "CRITICAL v2: 0 up, 0 down, 1 out; cause: in maintenance; s1 MAINT"},
		{backend("MAINT", "DRAIN"), defaults, "has no UP server (all 2 taken out)",
			"CRITICAL v2: 0 up, 0 down, 2 out; cause: drained, takes no new requests; s1 MAINT, s2 DRAIN"},
		{backend("MAINT", "DOWN"), defaults, "has no UP server (0/1)", "CRITICAL v2: 0 up, 1 down, 1 out; cause: unknown; s2 DOWN, s1 MAINT"},
		{backend("UP", "DOWN", "MAINT"), defaults, "has 1 of 2 servers UP", "WARNING v2: 1 up, 1 down, 1 out; cause: unknown; s2 DOWN, s3 MAINT"},
		{backend("DOWN", "b:UP", "b:DOWN"), defaults, "runs on backup servers only (1/3 UP)",
			"WARNING v2: 1 up, 2 down, 0 out, on backup servers only; cause: unknown; s1 DOWN, s3 DOWN (backup)"},
		{backend("DOWN", "b:no check"), defaults, "runs on backup servers only (1/2 UP)",
			"WARNING v2: 1 up, 1 down, 0 out, on backup servers only (none is checked); cause: unknown; s1 DOWN"},
		{starting(2, "UP 1/3", "UP 1/3"), defaults, "has 2 of 2 servers UP (none checked yet, HAProxy started 3s ago)",
			"OK v2: 2 up, 0 down, 0 out (none checked yet, HAProxy started 3s ago)"},
		{starting(1, "UP 1/3", "UP"), defaults, "has 2 of 2 servers UP (1 not checked yet, HAProxy started 3s ago)",
			"OK v2: 2 up, 0 down, 0 out (1 not checked yet, HAProxy started 3s ago)"},
		{tracking, defaults, "has no UP server (0/1)",
			`CRITICAL v2: 0 up, 1 down, 0 out; cause: health checks fail; s1 DOWN tracks health/h1 L4CON "Connection refused"`},
		{backend("0:UP"), defaults, "has no UP server (its only one is taken out)", "CRITICAL v2: 0 up, 0 down, 1 out; cause: weight is 0; s1 UP with weight 0"},
		{recovering, defaults, "has no UP server (its only one is taken out)", "CRITICAL v2: 0 up, 0 down, 1 out; cause: weight is 0; s1 DOWN with weight 0"},
		{agent, defaults, "has no UP server (0/1)", "CRITICAL v2: 0 up, 1 down, 0 out; cause: the server's agent says down; s1 DOWN (agent)"},
		{unresolved, defaults, "has no UP server (0/1)", "CRITICAL v2: 0 up, 1 down, 0 out; cause: the server name does not resolve; s1 MAINT (resolution)"},
		{hidden, defaults, "is DOWN, and no row of a server tells why", "CRITICAL v2 is DOWN, and no row of a server tells why"},
		{unpublished, defaults, "is unpublished and gets no request (1/1 UP)", "CRITICAL v2 is unpublished and gets no request (1/1 UP)"},
		{never, defaults, "has no servers and has answered nothing but errors (3 responses 5xx)",
			"WARNING v2 has no servers and has answered nothing but errors (3 responses 5xx)"},
		{lost, defaults, "has no servers left (they were given 311 requests)", "CRITICAL v2 has no servers left (they were given 311 requests)"},
	} {
		v, _ := Judge(test.target, dns.Answers{}, test.options)
		headline, _ := v.trouble()
		if diff := cmp.Diff([]string{test.headline, test.line}, []string{headline, v.Finding(true).Line}); diff != "" {
			t.Errorf("headline and line (-want +got):\n%s", diff)
		}
		if quiet := v.Finding(false); (quiet.Line == "") != (v.State == plugin.OK) {
			t.Errorf("%s: without -v the line is %q", v.State, quiet.Line)
		}
	}
}

// TestManyHaveTheirWords holds what is said of several backends with the same
// trouble.
func TestManyHaveTheirWords(t *testing.T) {
	hour := with(func(o *Options) { o.MaintWarning = time.Hour })
	for want, target := range map[string]check.Target{
		"have too few UP servers":            outFor(1, "UP", "DOWN"),
		"have had a server out for too long": outFor(7200, "UP", "MAINT"),
		"have no UP server":                  backend("DOWN"),
		"run on backup servers only":         backend("DOWN", "b:UP"),
		"cannot be judged":                   backend(""),
	} {
		v, _ := Judge(target, dns.Answers{}, hour)
		if got := v.Finding(false).Many; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestFindingsTellOfEachCause holds that servers with a cause of their own have a
// finding of their own, with the servers as its evidence.
func TestFindingsTellOfEachCause(t *testing.T) {
	b := backend("DOWN", "DOWN", "MAINT (resolution)")
	for i := range 2 {
		b.Backend.Servers[i].CheckStatus = "L4CON"
	}
	v, _ := Judge(b, dns.Answers{}, defaults)
	var got []string
	for _, f := range v.Findings() {
		got = append(got, string(f.Cause)+": "+f.Evidence)
	}
	if len(got) != 2 || !strings.HasPrefix(got[0], "health-check-failed: ") || !strings.Contains(got[0], "s1") || !strings.HasPrefix(got[1], "dns-resolution: ") {
		t.Errorf("findings %q", got)
	}
}

// TestWordsOfSeveral holds what stands for all backends together.
func TestWordsOfSeveral(t *testing.T) {
	ok := func(targets ...check.Target) (verdicts []Verdict) {
		for _, target := range targets {
			v, _ := Judge(target, dns.Answers{}, defaults)
			verdicts = append(verdicts, v)
		}
		return verdicts
	}
	up, down := backend("UP", "UP"), backend("DOWN")
	for _, test := range []struct {
		verdicts []Verdict
		leftOut  int
		want     string
	}{
		{nil, 0, ""},
		{nil, 2, "no backend with servers to check (2 without servers left out)"},
		{ok(up), 1, "v2 has 2 of 2 servers UP"},
		{ok(up, up), 0, "2 backends OK, 4 of 4 servers UP"},
		{ok(up, outFor(7200, "UP", "MAINT"), backend("no check", "MAINT")), 0, "3 backends OK, 4 of 4 servers UP (1 is not checked), 2 out, one for 2h"},
		{ok(starting(1, "UP 1/3"), starting(1, "UP 1/3"), up), 0, "3 backends OK, 4 of 4 servers UP (2 not checked yet, HAProxy started 3s ago)"},
		{ok(up, starting(1, "UP 1/3"), up), 0, "3 backends OK, 5 of 5 servers UP (1 not checked yet, HAProxy started 3s ago)"},
		{ok(down), 0, ""},
		{ok(down, up), 0, "1 other OK"},
		{ok(down, up, up), 0, "2 others OK"},
	} {
		if got := Rest(test.verdicts, test.leftOut); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

// TestTotals holds the metrics that stand for all backends together.
func TestTotals(t *testing.T) {
	var verdicts []Verdict
	for _, target := range []check.Target{backend("UP", "DOWN", "MAINT"), backend("UP"), backend("DOWN", "MAINT")} {
		v, _ := Judge(target, dns.Answers{}, defaults)
		verdicts = append(verdicts, v)
	}
	got := map[string]float64{}
	for _, m := range Totals(verdicts) {
		got[m.Label] = m.Value
	}
	want := map[string]float64{"up": 2, "down": 2, "out": 2, "backends_ok": 1, "backends_warning": 1, "backends_critical": 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestPerfdataLevels holds that a metric a server is made only if it is wanted.
func TestPerfdataLevels(t *testing.T) {
	v, _ := Judge(backend("UP", "DOWN"), dns.Answers{}, defaults)
	for level, want := range map[plugin.Level][]string{
		plugin.Sections: {"v2_up", "v2_down", "v2_out"},
		plugin.Servers:  {"v2_up", "v2_down", "v2_out", "v2/s1_up", "v2/s2_up"},
	} {
		var got []string
		for _, m := range v.Perfdata(level) {
			got = append(got, m.Label)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestSectionTellsRoles(t *testing.T) {
	v, _ := Judge(backend("UP", "b:UP"), dns.Answers{}, defaults)
	servers := v.Section().Servers
	if got := []string{servers[0].Role, servers[1].Role}; !cmp.Equal(got, []string{"active", "backup"}) {
		t.Errorf("roles %q", got)
	}
}
