package nosrv

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/accesslog"
	"check-haproxy/internal/accesslog/logformat"
	"check-haproxy/internal/check"
	"check-haproxy/internal/check/rates"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/pattern"
	"check-haproxy/internal/plugin/threshold"
)

func rules(t *testing.T, texts ...string) threshold.LimitRules {
	t.Helper()
	var list threshold.LimitRules
	for _, text := range texts {
		rule, err := threshold.ParseLimitRule(text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, rule)
	}
	return list
}

func filter(t *testing.T, patterns ...string) check.Filter {
	t.Helper()
	var f check.Filter
	for _, text := range patterns {
		p, err := pattern.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		f.Sections = append(f.Sections, p)
	}
	return f
}

func TestThresholds(t *testing.T) {
	tests := []struct {
		name              string
		nosrv, served     int
		warning, critical []string
		want              plugin.State
	}{
		{"none", 0, 100, []string{"1"}, []string{"10"}, plugin.OK},
		{"exactly one a minute is not over one", 5, 100, []string{"1"}, []string{"10"}, plugin.OK},
		{"over one a minute", 6, 100, []string{"1"}, []string{"10"}, plugin.Warning},
		{"exactly ten a minute", 50, 0, []string{"1"}, []string{"10"}, plugin.Warning},
		{"over ten a minute", 51, 0, []string{"1"}, []string{"10"}, plugin.Critical},
		{"share below", 5, 95, []string{"5%"}, []string{"none"}, plugin.OK},
		{"share above", 6, 94, []string{"5%"}, []string{"none"}, plugin.Warning},
		{"all of them", 3, 0, []string{"none"}, []string{"99%"}, plugin.Critical},
		{"all of too few", 2, 0, []string{"none"}, []string{"99%"}, plugin.OK},
		{"by default all of three", 3, 0, []string{DefaultWarning}, []string{DefaultCritical}, plugin.Critical},
		{"by default half of six", 3, 3, []string{DefaultWarning}, []string{DefaultCritical}, plugin.Warning},
		{"either of two: the share", 3, 0, []string{"none"}, []string{"10,50%"}, plugin.Critical},
		{"either of two: the rate", 51, 99, []string{"none"}, []string{"10,50%"}, plugin.Critical},
		{"a rule is the whole limit", 5, 0, []string{"5%", "1"}, []string{"50%", "10"}, plugin.OK},
		{"no requests have no share", 0, 0, []string{"0%"}, []string{"none"}, plugin.OK},
		{"off", 1000, 0, []string{"none"}, []string{"none"}, plugin.OK},
		{"another section's", 1000, 0, []string{"none", "other=0"}, []string{"none"}, plugin.OK},
		{"the last that matches wins", 20, 0, []string{"none"}, []string{"0", "v*=5"}, plugin.OK},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := usual()
			c := NewCounter(s, DefaultKinds, check.Filter{})
			c.Add(request(s.From(), "v2", ""))
			c.logged("v2", "SC", test.nosrv, s.Begin(), s.At)
			c.logged("v2", "", test.served, s.Begin(), s.At)
			o := Defaults()
			o.Warning, o.Critical = rules(t, test.warning...), rules(t, test.critical...)
			o.RiseWarning, o.RiseCritical = 0, 0
			if got := find(t, Judge(c, fullLog(s), o), "v2"); got.State != test.want {
				t.Errorf("%s, want %s: %v", got.State, test.want, got.Reasons)
			}
		})
	}
}

func TestRise(t *testing.T) {
	s := usual()
	tests := []struct {
		name        string
		before, now int // in an hour, and in the window of 5 minutes
		reach       time.Duration
		want        plugin.State
		rise        float64
	}{
		{"nothing at all", 0, 0, time.Hour, plugin.OK, math.NaN()},
		{"one where there was none", 0, 1, time.Hour, plugin.OK, math.Inf(1)},
		{"one less than enough where there was none", 0, 4, time.Hour, plugin.OK, math.Inf(1)},
		{"enough where there was none", 0, 5, time.Hour, plugin.Critical, math.Inf(1)},
		{"as before", 60, 5, time.Hour, plugin.OK, 1},
		{"exactly three times", 60, 15, time.Hour, plugin.OK, 3},
		{"over three times", 60, 16, time.Hour, plugin.Warning, 3.2},
		{"exactly ten times", 60, 50, time.Hour, plugin.Warning, 10},
		{"over ten times", 60, 51, time.Hour, plugin.Critical, 10.2},
		{"over three times, but chance may do it", 12, 5, time.Hour, plugin.OK, 5},
		{"fewer than before", 60, 0, time.Hour, plugin.OK, 0},
		{"half of the baseline is there", 30, 51, 30 * time.Minute, plugin.Critical, 10.2},
		{"just one window of the baseline is there", 5, 51, 5 * time.Minute, plugin.Critical, 10.2},
		{"less than one window is there", 4, 51, 5*time.Minute - 1, plugin.OK, math.NaN()},
		{"the log begins with the window", 0, 51, 0, plugin.OK, math.NaN()},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := NewCounter(s, DefaultKinds, check.Filter{})
			c.Add(request(s.Begin(), "v2", ""))
			c.logged("v2", "SC", test.before, s.Begin().Add(-test.reach), s.Begin())
			c.logged("v2", "SC", test.now, s.Begin(), s.At)
			got := find(t, Judge(c, logFrom(s, s.Begin().Add(-test.reach)), riseOnly()), "v2")
			same := got.Rise == test.rise || math.IsNaN(got.Rise) && math.IsNaN(test.rise) || math.Abs(got.Rise-test.rise) < 1e-9
			if got.State != test.want || !same {
				t.Errorf("%s, rise %g, want %s, %g: %v", got.State, got.Rise, test.want, test.rise, got.Reasons)
			}
		})
	}
}

// A baseline shorter than the window is a baseline all the same, where the log
// reaches back one window.
func TestShortBaseline(t *testing.T) {
	s := check.Stretch{At: evening, Window: 5 * time.Minute, Baseline: time.Minute}
	c := NewCounter(s, DefaultKinds, check.Filter{})
	c.logged("v2", "SC", 1, s.From(), s.Begin())
	c.logged("v2", "SC", 100, s.Begin(), s.At)
	got := find(t, Judge(c, fullLog(s), riseOnly()), "v2")
	if got.State != plugin.Critical || got.Rise != 20 {
		t.Errorf("%s, rise %g; want CRITICAL, 20", got.State, got.Rise)
	}
}

// --min-count 0 and a quiet section: nothing rises from nothing.
func TestNoRiseFromNothing(t *testing.T) {
	s := usual()
	c := NewCounter(s, DefaultKinds, check.Filter{})
	c.Add(request(s.Begin(), "v2", ""))
	o := riseOnly()
	o.MinCount = 0
	if got := find(t, Judge(c, fullLog(s), o), "v2"); got.State != plugin.OK {
		t.Errorf("%s: %v", got.State, got.Reasons)
	}
}

func TestQuietSections(t *testing.T) {
	s := usual()
	tests := []struct {
		name     string
		patterns []string
		lines    bool
		want     []string
		state    plugin.State
	}{
		{"all are there", []string{"v2", "v*"}, true, nil, plugin.OK},
		{"one is not", []string{"v2", "v3"}, true, []string{"v3"}, plugin.Warning},
		{"none asked for", nil, true, nil, plugin.OK},
		{"none asked for, none there", nil, false, nil, plugin.Warning},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := Defaults()
			o.NoTraffic = plugin.Warning
			c := NewCounter(s, DefaultKinds, filter(t, test.patterns...))
			if test.lines {
				c.Add(request(s.From(), "v2", ""))
			}
			out := Judge(c, fullLog(s), o)
			if diff := cmp.Diff(test.want, out.Quiet); diff != "" || out.Result().State != test.state {
				t.Errorf("state %s, want %s; quiet (-want +got):\n%s", out.Result().State, test.state, diff)
			}
		})
	}
}

// Sections that were not chosen do not count, neither alone nor in the sums.
func TestOnlyChosenSections(t *testing.T) {
	s := usual()
	c := NewCounter(s, DefaultKinds, filter(t, "v2"))
	c.logged("v2", "SC", 2, s.Begin(), s.At)
	c.logged("v3", "SC", 1000, s.Begin(), s.At)
	out := Judge(c, fullLog(s), Defaults())
	if out.Result().State != plugin.OK || out.NOSRV() != 2 || out.Requests != 2 {
		t.Errorf("%s, %d of %d", out.Result().State, out.NOSRV(), out.Requests)
	}
}

func TestSince(t *testing.T) {
	s := usual()
	minute := func(n float64) time.Time { return s.At.Add(-time.Duration(n * float64(time.Minute))) }
	tests := []struct {
		name  string
		lines func(c *Counter)
		want  time.Time
	}{
		{"nothing", func(*Counter) {}, time.Time{}},
		{"one line", func(c *Counter) { c.Add(request(minute(2.5), "v2", "SC")) }, minute(2.5)},
		{"a rush that began in the window", func(c *Counter) {
			c.Add(request(minute(4.5), "v2", "SC")) // a straggler, not the beginning
			c.logged("v2", "SC", 100, minute(2), minute(0))
		}, minute(1.99)},
		{"a rush that began long before", func(c *Counter) { c.logged("v2", "SC", 400, minute(40), minute(0)) }, minute(39.95)},
		{"it paused for two minutes", func(c *Counter) {
			c.logged("v2", "SC", 100, minute(20), minute(10))
			c.logged("v2", "SC", 80, minute(8), minute(0))
		}, minute(19.95)},
		{"it was over, then began again", func(c *Counter) {
			c.logged("v2", "SC", 100, minute(20), minute(10))
			c.logged("v2", "SC", 60, minute(6), minute(0))
		}, minute(5.95)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := NewCounter(s, DefaultKinds, check.Filter{})
			c.Add(request(minute(30), "v2", "LR"))
			test.lines(c)
			if got := find(t, Judge(c, fullLog(s), Defaults()), "v2").Since; !got.Equal(test.want) {
				t.Errorf("since %s, want %s", got, test.want)
			}
		})
	}
}

// A long stretch has buckets of several minutes, and their number is bounded.
func TestLongStretch(t *testing.T) {
	for _, days := range []int{0, 1, 7, 365} {
		s := check.Stretch{At: evening, Window: time.Duration(days)*24*time.Hour + time.Minute, Baseline: time.Duration(days) * 24 * time.Hour}
		c := NewCounter(s, DefaultKinds, check.Filter{})
		c.Add(request(s.From(), "v2", "SC"))
		c.Add(request(s.At.Add(-1), "v2", "SC"))
		timeline := find(t, Judge(c, fullLog(s), Defaults()), "v2").Timeline
		last := len(timeline) - 1
		if last+1 > rates.MaxBuckets || timeline[last].Count == 0 || timeline[0].From.After(s.From()) {
			t.Errorf("%d days: %d buckets from %s", days, len(timeline), timeline[0].From)
		}
	}
}

func TestCause(t *testing.T) {
	s := usual()
	change := func(backend, server string, up bool, reason, info string, at time.Time) *accesslog.Record {
		return &accesslog.Record{Class: accesslog.Transition, Written: at.UnixNano(), Change: accesslog.Change{Backend: backend, Server: server, Up: up, Reason: reason, Info: info}}
	}
	via := func(backend, server, tracked string, at time.Time) *accesslog.Record {
		r := change(backend, server, false, "", "", at)
		r.Change.Via = tracked
		return r
	}
	began := s.Begin().Add(-time.Minute)
	tests := []struct {
		name           string
		flags, backend string
		changes        []*accesslog.Record
		cause          string
		evidence       string
	}{
		{"nothing known", "SC", "v2", nil, "unknown", ""},
		{"refused", "SC", "v2", []*accesslog.Record{change("v2", "v2Elb", false, "Layer4 connection problem", "Connection refused", began)}, "health-check-failed", "on v2Elb since 19:41:02"},
		{"wrong status", "SC", "v2", []*accesslog.Record{change("v2", "a", false, "Layer7 wrong status", "Not Found", began)}, "health-check-failed", "on a since 19:41:02"},
		{"timeout", "SC", "v2", []*accesslog.Record{change("v2", "a", false, "Layer4 timeout", "", began)}, "health-check-timeout", "on a since 19:41:02"},
		{"agent", "SC", "v2", []*accesslog.Record{change("v2", "a", false, "Layer7 wrong status", "via agent : down", began)}, "agent-down", "on a since 19:41:02"},
		{"maintenance", "SC", "v2", []*accesslog.Record{change("v2", "a", false, "maintenance", "", began)}, "maintenance", "on a since 19:41:02"},
		{"dns", "SC", "v2", []*accesslog.Record{change("v2", "a", false, "maintenance", "DNS NX status", began)}, "dns-resolution", "on a since 19:41:02"},
		{"a server that speaks of DNS", "SC", "v2", []*accesslog.Record{change("v2", "a", false, "Layer7 wrong status", "DNS down", began)}, "health-check-failed", "on a since 19:41:02"},
		{"agent, as the reason", "SC", "v2", []*accesslog.Record{change("v2", "a", false, "via agent", "", began)}, "agent-down", "on a since 19:41:02"},
		{"no address", "SC", "v2", []*accesslog.Record{change("v2", "a", false, "maintenance", "No IP for server v2/a", began)}, "dns-resolution", "on a since 19:41:02"},
		{"an SRV record", "SC", "v2", []*accesslog.Record{change("v2", "a", false, "maintenance", "entry removed by SRV record", began)}, "dns-resolution", "on a since 19:41:02"},
		{"stopping", "SC", "v2", []*accesslog.Record{change("v2", "a", false, "stopping", "", began)}, "drained", "on a since 19:41:02"},
		{"an external check", "SC", "v2", []*accesslog.Record{change("v2", "a", false, "External check error", "", began)}, "health-check-failed", "on a since 19:41:02"},
		{"a socket error", "SC", "v2", []*accesslog.Record{change("v2", "a", false, "Socket error", "", began)}, "health-check-failed", "on a since 19:41:02"},
		{"no port", "SC", "v2", []*accesslog.Record{change("v2", "a", false, "No port available for the TCP connection", "", began)}, "health-check-failed", "on a since 19:41:02"},
		{"new words", "SC", "v2", []*accesslog.Record{change("v2", "a", false, "the moon", "", began)}, "unknown", "on a since 19:41:02"},
		{"observed", "SC", "v2", []*accesslog.Record{change("v2", "a", false, "Health analyze", "Detected 10 consecutive errors, last one was: Bad status", began)}, "errors-observed", "on a since 19:41:02"},
		{"tracking", "SC", "v2", []*accesslog.Record{change("pg", "p", false, "Layer7 timeout", "", began.Add(-time.Second)), via("v2", "a", "pg/p", began)}, "health-check-timeout", "on a since 19:41:02"},
		{"tracking one that tracks", "SC", "v2", []*accesslog.Record{change("pg", "p", false, "Layer4 timeout", "", began), via("m", "m", "pg/p", began), via("v2", "a", "m/m", began)}, "health-check-timeout", "on a since 19:41:02"},
		{"tracking what nobody knows", "SC", "v2", []*accesslog.Record{via("v2", "a", "pg/p", began)}, "unknown", "on a since 19:41:02"},
		{"tracking one that came back", "SC", "v2", []*accesslog.Record{change("pg", "p", true, "Layer4 check passed", "", began), via("v2", "a", "pg/p", began)}, "unknown", "on a since 19:41:02"},
		{"tracking itself", "SC", "v2", []*accesslog.Record{via("v2", "a", "v2/a", began)}, "unknown", "on a since 19:41:02"},
		{"drain", "SC", "v2", []*accesslog.Record{change("v2", "a", false, "drain", "", began)}, "drained", "on a since 19:41:02"},
		{"it came back", "SC", "v2", []*accesslog.Record{
			change("v2", "a", false, "Layer4 timeout", "", began),
			change("v2", "a", true, "Layer4 check passed", "", began.Add(time.Second)),
		}, "unknown", ""},
		{"another backend's", "SC", "v2", []*accesslog.Record{change("v3", "a", false, "Layer4 timeout", "", began)}, "unknown", ""},
		{"most of several", "SC", "v2", []*accesslog.Record{
			change("v2", "a", false, "Layer4 timeout", "", began),
			change("v2", "b", false, "maintenance", "", began.Add(-time.Hour)),
			change("v2", "c", false, "Layer7 timeout", "", began.Add(time.Second)),
		}, "health-check-timeout", "on a, c since 19:41:02"},
		{"queue", "sQ", "v2", []*accesslog.Record{change("v2", "a", false, "Layer4 timeout", "", began)}, "maxconn-exhausted", ""},
		{"resource", "PC", "v2", nil, "resource-exhausted", ""},
		{"internal", "IC", "v2", nil, "unknown", ""},
		{"no backend", "SC", "fe", nil, "no-backend", ""},
		{"a listen section", "SC", "fe", []*accesslog.Record{change("fe", "a", false, "Layer4 timeout", "", began)}, "health-check-timeout", "on a since 19:41:02"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := NewCounter(s, DefaultKinds, check.Filter{})
			c.logged(test.backend, test.flags, 100, s.Begin(), s.At)
			for _, r := range test.changes {
				c.Add(r)
			}
			got := find(t, Judge(c, fullLog(s), Defaults()), test.backend)
			if string(got.Cause) != test.cause || got.Evidence != test.evidence {
				t.Errorf("cause %q %q, want %q %q", got.Cause, got.Evidence, test.cause, test.evidence)
			}
		})
	}
}

// What the statistics say goes before what the log says, where they say it.
func TestCauseByStatistics(t *testing.T) {
	s := usual()
	server := func(name, status, check string) haproxy.Server {
		return haproxy.Server{Name: name, Status: status, CheckStatus: check, LastChange: haproxy.Number{Value: 362, Known: true}}
	}
	tests := []struct {
		name, flags     string
		servers         []haproxy.Server
		cause, evidence string
	}{
		{"time-out", "SC", []haproxy.Server{server("a", "DOWN", "L4TOUT"), server("b", "DOWN", "L7TOUT")}, "health-check-timeout", "on a, b since 19:41:00"},
		{"dns", "SC", []haproxy.Server{server("a", "MAINT (resolution)", "")}, "dns-resolution", "on a since 19:41:00"},
		{"three", "SC", []haproxy.Server{server("c", "DOWN", "L4CON"), server("b", "DOWN", "L4CON"), server("a", "DOWN", "L4CON")}, "health-check-failed", "on a, b, c since 19:41:00"},
		{"down goes before out", "SC", []haproxy.Server{server("a", "MAINT", ""), server("b", "MAINT", ""), server("c", "DOWN", "L4CON")}, "health-check-failed", "on c since 19:41:00"},
		{"since nobody knows when", "SC", []haproxy.Server{{Name: "a", Status: "DOWN", CheckStatus: "L4CON"}}, "health-check-failed", "on a"},
		{"some since nobody knows when", "SC", []haproxy.Server{server("a", "DOWN", "L4CON"), {Name: "b", Status: "DOWN", CheckStatus: "L4CON"}}, "health-check-failed", "on a, b since 19:41:00"},
		{"the first since nobody knows when", "SC", []haproxy.Server{{Name: "a", Status: "DOWN", CheckStatus: "L4CON"}, server("b", "DOWN", "L4CON")}, "health-check-failed", "on a, b since 19:41:00"},
		{"no server line", "SC", nil, "no-servers", ""},
		{"all up again", "SC", []haproxy.Server{server("a", "UP", "L4OK")}, "health-check-failed", "on z since 19:41:02"},
		{"a queue is a queue", "sQ", []haproxy.Server{server("a", "DOWN", "L4TOUT")}, "maxconn-exhausted", ""},
		{"many", "SC", []haproxy.Server{server("a", "DOWN", "L4CON"), server("b", "DOWN", "L4CON"), server("c", "DOWN", "L4CON"), server("d", "DOWN", "L4CON"), server("e", "DOWN", "L4CON")}, "health-check-failed", "on a, b, c, 2 more since 19:41:00"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := NewCounter(s, DefaultKinds, check.Filter{})
			c.logged("v2", test.flags, 100, s.Begin(), s.At)
			r := &accesslog.Record{Class: accesslog.Transition, Written: s.Begin().Add(-time.Minute).UnixNano()}
			r.Change = accesslog.Change{Backend: "v2", Server: "z", Reason: "Layer4 connection problem"}
			c.Add(r)
			o := Defaults()
			o.Facts = map[string]Fact{"v2": FactOf(&haproxy.Backend{Name: "v2", Servers: test.servers}, dns.Answers{}, s.At)}
			got := find(t, Judge(c, fullLog(s), o), "v2")
			if string(got.Cause) != test.cause || got.Evidence != test.evidence {
				t.Errorf("cause %q %q, want %q %q", got.Cause, got.Evidence, test.cause, test.evidence)
			}
		})
	}
}

// A listen section whose servers answer now and then is no frontend without a
// backend; and a section that is OK has no cause.
func TestCauseOfListen(t *testing.T) {
	s := usual()
	c := NewCounter(s, DefaultKinds, check.Filter{})
	c.Add(request(s.From(), "fe", ""))
	c.logged("fe", "SC", 100, s.Begin(), s.At)
	c.logged("v2", "SC", 1, s.Begin(), s.At)
	out := Judge(c, fullLog(s), Defaults())
	if got := find(t, out, "fe").Cause; got != "unknown" {
		t.Errorf("fe's cause is %q, want unknown", got)
	}
	if got := find(t, out, "v2"); got.Cause != "" || got.State != plugin.OK {
		t.Errorf("v2 is %s with the cause %q", got.State, got.Cause)
	}
}

// Of two changes of a server the later one holds, in whatever order they come.
func TestLastTransitionHolds(t *testing.T) {
	c := NewCounter(usual(), DefaultKinds, check.Filter{})
	for _, step := range []struct {
		up   bool
		back time.Duration
	}{{false, 3 * time.Minute}, {true, time.Minute}, {false, 2 * time.Minute}} {
		r := &accesslog.Record{Class: accesslog.Transition, Written: evening.Add(-step.back).UnixNano()}
		r.Change = accesslog.Change{Backend: "v2", Server: "a", Up: step.up}
		c.Add(r)
	}
	if got := c.servers; len(got) != 1 || !got[serverName{"v2", "a"}].Up {
		t.Errorf("got %+v, want one, up", got)
	}
}

// Of what is logged in part there is no share: neither of the section, nor of the
// backends behind the frontend, nor of all together; rate and rise are judged.
func TestNoShareOfAPart(t *testing.T) {
	s := usual()
	for section, want := range map[string]plugin.State{"": plugin.Critical, "v2": plugin.OK, "fe": plugin.OK, "other": plugin.Critical} {
		c := NewCounter(s, DefaultKinds, check.Filter{})
		c.logged("v2", "SC", 4, s.Begin(), s.At)
		log := fullLog(s)
		if section != "" {
			log.Partial = []logformat.Partial{{Section: section, Setting: "option dontlog-normal"}}
		}
		got := Judge(c, log, Defaults())
		if v2 := find(t, got, "v2"); v2.State != want || math.IsNaN(v2.Share) != (want == plugin.OK) || got.Total.State != want {
			t.Errorf("%q logs in part: %s, %g %%, all together %s; want %s", section, v2.State, v2.Share, got.Total.State, want)
		}
		c.logged("v2", "SC", 60, s.Begin(), s.At)
		if v2 := find(t, Judge(c, log, Defaults()), "v2"); v2.State != plugin.Critical {
			t.Errorf("%q logs in part, and many fail: %s", section, v2.State)
		}
	}
}

// Sections that are too many to be told apart are judged together, and what was
// chosen has its place whatever else there is.
func TestOthers(t *testing.T) {
	const n = 25_000
	s := usual()
	at := s.At.Add(-time.Minute)
	name := func(i int) string { return fmt.Sprintf("app-%05d", i) }
	c := NewCounter(s, DefaultKinds, check.Filter{})
	for i := range n {
		c.Add(request(at, name(i), "SC"))
	}
	out := Judge(c, fullLog(s), Defaults())
	others := find(t, out, "others")
	if len(out.Sections) != 20_001 || others.NOSRV != n-20_000 || others.State != plugin.Critical || out.NOSRV() != n || out.Total.NOSRV != n {
		t.Errorf("%d sections, others %+v, %d in all", len(out.Sections), others, out.Total.NOSRV)
	}
	for _, i := range []int{0, 7, n - 1} {
		c := NewCounter(s, DefaultKinds, filter(t, name(i)))
		for i := range n {
			c.logged(name(i), "SC", 1, s.Begin(), s.At)
		}
		c.logged(name(i), "SC", 2, s.Begin(), s.At)
		if out := Judge(c, fullLog(s), Defaults()); len(out.Sections) != 1 || out.Sections[0].NOSRV != 3 || out.Sections[0].State != plugin.Critical {
			t.Errorf("-s %s gives %+v", name(i), out.Sections)
		}
	}
}
