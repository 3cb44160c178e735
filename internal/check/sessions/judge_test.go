package sessions

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/check"
	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/threshold"
)

func n(value int64) haproxy.Number { return haproxy.Number{Value: value, Known: true} }

// rules reads thresholds as the flags do: percent for -w and -c.
func rules(t testing.TB, percent bool, texts ...string) threshold.Rules {
	t.Helper()
	var list threshold.Rules
	for _, text := range texts {
		rule, err := threshold.ParseRule(text)
		if err == nil && percent {
			rule.Range, err = rule.Range.InPercent()
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, rule)
	}
	return list
}

// defaults are the options of a command line without thresholds.
func defaults(t testing.TB) *Options {
	t.Helper()
	return &Options{
		Warning:      rules(t, true, DefaultWarning),
		Critical:     rules(t, true, DefaultCritical),
		WarningQueue: rules(t, false, DefaultQueueWarning),
	}
}

func subject(names ...string) check.Target {
	return check.Target{Name: names[0], Label: names[0], Names: names}
}

func server(name, status string, sessions, maxconn int64) haproxy.Server {
	return haproxy.Server{Name: name, Status: status, Weight: n(1), Sessions: n(sessions), SessionLimit: n(maxconn), Queue: n(0)}
}

func backup(s haproxy.Server) haproxy.Server {
	s.Backup = true
	return s
}

func roleless(s haproxy.Server) haproxy.Server {
	s.NoRole = true
	return s
}

func weighted(weight int64, s haproxy.Server) haproxy.Server {
	s.Weight = n(weight)
	return s
}

func backend(weight int64, servers ...haproxy.Server) check.Target {
	t := subject("api")
	t.Backend = &haproxy.Backend{Name: "api", Weight: n(weight), Queue: n(0), Sessions: n(1000), Servers: servers}
	return t
}

func named(name string, t check.Target) check.Target {
	t.Name, t.Label, t.Names = name, name, []string{name}
	return t
}

// frontend is one that is open, unless it says something else.
func frontend(f haproxy.Frontend) check.Target {
	if f.Status == "" {
		f.Status = "OPEN"
	}
	t := subject(f.Name)
	t.Frontend = &f
	return t
}

func TestThresholdsInPercent(t *testing.T) {
	for _, test := range []struct {
		sessions, limit int64
		warning         string
		want            plugin.State
		range_          string
	}{
		{40, 50, "80", plugin.OK, "40"},
		{41, 50, "80", plugin.Warning, "40"},
		{41, 50, "80%", plugin.Warning, "40"},
		{333, 1000, "33.3", plugin.OK, "333"},
		{334, 1000, "33.3", plugin.Warning, "333"},
		{12, 10, "80", plugin.Warning, "8"},
		{9, 100, "10:90", plugin.Warning, "10:90"},
		{9, 0, "80", plugin.OK, ""},
		{math.MaxInt32, 0, "0", plugin.OK, ""},
		{49, 50, "none", plugin.OK, ""},
		{1, 3, "33.333333", plugin.Warning, "1"},
	} {
		o := &Options{Warning: rules(t, true, test.warning)}
		v := JudgeFrontend(frontend(haproxy.Frontend{Name: "fe", Sessions: n(test.sessions), SessionLimit: n(test.limit)}), o)[0]
		if v.State != test.want || v.Usage.Warning().String() != test.range_ {
			t.Errorf("%d of %d with -w %s: %s, perfdata range %q, want %s, %q", test.sessions, test.limit, test.warning, v.State, v.Usage.Warning(), test.want, test.range_)
		}
	}
}

func TestThresholdsInSessions(t *testing.T) {
	for _, test := range []struct {
		sessions, limit    int64
		percent, sessions_ string
		want               plugin.State
		range_             string
	}{
		{500, 0, "80", "400", plugin.Warning, "400"},
		{400, 0, "80", "400", plugin.OK, "400"},
		{401, 1000, "80", "400", plugin.Warning, "400"},
		{81, 100, "80", "400", plugin.Warning, "80"}, // the percentage goes on watching
		{81, 100, "none", "400", plugin.OK, "400"},
		{3, 100, "80", "5:", plugin.Warning, "5:80"},
		{3, 0, "80", "@2:4", plugin.Warning, "@2:4"},
		{90, 100, "80", "@2:4", plugin.Warning, "@2:4"},
	} {
		o := &Options{Warning: rules(t, true, test.percent), WarningSessions: rules(t, false, test.sessions_)}
		row := server("api01", "UP", test.sessions, test.limit)
		v := JudgeServer(subject("api/api01", "api"), &row, o)
		if v.State != test.want || v.Usage.Warning().String() != test.range_ {
			t.Errorf("%d of %d with -w %s --warning-sessions %s: %s, range %q, want %s, %q",
				test.sessions, test.limit, test.percent, test.sessions_, v.State, v.Usage.Warning(), test.want, test.range_)
		}
	}
}

func TestThresholdsOfSectionAndServer(t *testing.T) {
	o := &Options{Warning: rules(t, true, "80", "api=50", "api/api03=95"), WarningQueue: rules(t, false, "0", "api=9")}
	for _, test := range []struct {
		server string
		want   string
	}{{"api01", "25"}, {"api03", "47.5"}} {
		row := server(test.server, "UP", 1, 50)
		v := JudgeServer(subject("api/"+test.server, "api"), &row, o)
		if got := v.Usage.Warning().String(); got != test.want {
			t.Errorf("%s: warning %q, want %q", test.server, got, test.want)
		}
		if got := v.Queue.Warning().String(); got != "9" {
			t.Errorf("%s: queue warning %q, want 9", test.server, got)
		}
	}
}

func TestRoom(t *testing.T) {
	noLimit := server("free", "UP", 3, 0)
	noLimit.SessionLimit = haproxy.Number{}
	for name, test := range map[string]struct {
		backend check.Target
		want    Room
	}{
		"all up": {
			backend(2, server("a", "UP", 1, 10), server("b", "no check", 2, 20)),
			Room{Sessions: n(3), Limit: n(30), Serving: 2, Servers: 2},
		},
		"what takes no requests adds no room": {
			backend(1, server("a", "UP 1/3", 1, 10), server("d", "DOWN", 5, 10), server("r", "DOWN 1/2", 5, 10), server("m", "MAINT", 5, 10),
				server("v", "MAINT (via x/y)", 5, 10), server("dr", "DRAIN", 5, 10), weighted(0, server("w", "UP", 5, 10)),
				server("n", "NOLB", 5, 10), server("u", "MAINT (resolution)", 5, 10), server("x", "ASLEEP", 5, 10), backup(server("k", "UP", 5, 10))),
			Room{Sessions: n(1), Limit: n(10), Serving: 1, Servers: 11, Without: []Idle{
				{"d", "DOWN"}, {"r", "DOWN 1/2"}, {"m", "MAINT"}, {"v", "MAINT (via x/y)"}, {"dr", "DRAIN"}, {"w", "weight 0"},
				{"n", "NOLB"}, {"u", "MAINT (resolution)"}, {"x", "ASLEEP"}, {"k", "backup"},
			}},
		},
		"a server without maxconn": {
			backend(2, server("a", "UP", 1, 10), noLimit),
			Room{Sessions: n(4), Serving: 2, Servers: 2, Unlimited: "free"},
		},
		"a server of no known role beside none that takes requests": {
			backend(1, roleless(server("a", "UP", 1, 10)), server("b", "DOWN", 0, 10), weighted(0, server("w", "UP", 0, 10))),
			Room{Sessions: n(1), Limit: n(10), Serving: 1, Servers: 3, Without: []Idle{{"b", "DOWN"}, {"w", "weight 0"}}},
		},
		"a server of no known role that takes none": {
			backend(2, server("a", "UP", 1, 10), server("b", "UP", 2, 10), roleless(server("c", "DOWN", 0, 10))),
			Room{Sessions: n(3), Limit: n(20), Serving: 2, Servers: 3, Without: []Idle{{"c", "DOWN"}}},
		},
		"a server of no known role beside one that takes requests": {
			backend(2, server("a", "UP", 1, 10), roleless(server("b", "UP", 2, 10))),
			Room{Sessions: n(1), Limit: n(10), Serving: 1, Servers: 2, Problem: "server b is neither an active nor a backup server"},
		},
		"maxconn 0 is none": {
			backend(2, server("a", "UP", 1, 10), server("z", "UP", 1, 0)),
			Room{Sessions: n(2), Serving: 2, Servers: 2, Unlimited: "z"},
		},
		"a server without maxconn that is down": {
			backend(1, server("a", "UP", 1, 10), haproxy.Server{Name: "free", Status: "DOWN", Sessions: n(0)}),
			Room{Sessions: n(1), Limit: n(10), Serving: 1, Servers: 2, Without: []Idle{{"free", "DOWN"}}},
		},
		"a backup server without maxconn that only waits": {
			backend(1, server("a", "UP", 1, 10), backup(noLimit)),
			Room{Sessions: n(1), Limit: n(10), Serving: 1, Servers: 2, Without: []Idle{{"free", "backup"}}},
		},
		"the first backup server": {
			backend(7, server("a", "DOWN", 0, 10), backup(server("d", "DOWN", 0, 10)), backup(weighted(7, server("b", "UP", 2, 10))), backup(weighted(9, server("c", "UP", 3, 10)))),
			Room{Sessions: n(2), Limit: n(10), Serving: 1, Servers: 4, Without: []Idle{{"a", "DOWN"}, {"d", "DOWN"}, {"c", "backup"}}},
		},
		"option allbackups": {
			backend(16, server("a", "DOWN", 0, 10), backup(weighted(7, server("b", "UP", 2, 10))), backup(weighted(9, server("c", "UP", 3, 10)))),
			Room{Sessions: n(5), Limit: n(20), Serving: 2, Servers: 3, Without: []Idle{{"a", "DOWN"}}},
		},
		"nobody left": {
			backend(0, server("a", "DOWN", 4, 10), weighted(0, server("b", "UP", 4, 10))),
			Room{Sessions: n(0), Servers: 2, Without: []Idle{{"a", "DOWN"}, {"b", "weight 0"}}},
		},
		"no server": {backend(0), Room{Sessions: n(0)}},
		"limits that 32 bits cannot sum": {
			backend(2, server("a", "UP", 0, 4e9), server("b", "UP", 0, 4e9)),
			Room{Sessions: n(0), Limit: n(8e9), Serving: 2, Servers: 2},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, RoomOf(test.backend.Backend)); diff != "" {
				t.Errorf("room (-want +got):\n%s", diff)
			}
		})
	}
}

func TestClosedFrontend(t *testing.T) {
	for _, test := range []struct {
		status   string
		sessions int64
		closed   plugin.State
		want     plugin.State
		cause    diagnosis.Cause
	}{
		{"OPEN", 1, plugin.Critical, plugin.OK, ""},
		{"FULL", 1, plugin.Critical, plugin.OK, ""},
		{"PAUSED", 1, plugin.Critical, plugin.Critical, diagnosis.FrontendClosed},
		{"STOP", 1, plugin.Critical, plugin.Critical, diagnosis.FrontendClosed},
		{"SOMETHING NEW", 1, plugin.Critical, plugin.Critical, diagnosis.FrontendClosed},
		{"PAUSED", 1, plugin.OK, plugin.OK, ""},
		{"PAUSED", 199, plugin.Warning, plugin.Critical, diagnosis.FrontendClosed},
		{"PAUSED", 199, plugin.OK, plugin.Critical, ""},
	} {
		o := Defaults()
		o.Closed = test.closed
		v := JudgeFrontend(frontend(haproxy.Frontend{Name: "fe", Status: test.status, Sessions: n(test.sessions), SessionLimit: n(200)}), o)[0]
		if v.State != test.want || v.Cause != test.cause {
			t.Errorf("%s with --closed %s: %s, cause %q; want %s, %q", test.status, test.closed, v.State, v.Cause, test.want, test.cause)
		}
		if findings := v.Findings(); (len(findings) == 1) != (v.Cause != "") {
			t.Errorf("%s: findings %+v", test.status, findings)
		}
	}
	nameless := frontend(haproxy.Frontend{Name: "fe", Sessions: n(1), SessionLimit: n(200)})
	nameless.Frontend.Status = ""
	if v := JudgeFrontend(nameless, Defaults())[0]; v.State != plugin.Unknown {
		t.Errorf("without a status: %s", v.State)
	}
}

// TestSlowstart: while a server starts slowly it has a part of its maxconn.
func TestSlowstart(t *testing.T) {
	for _, test := range []struct {
		maxconn, throttle, sessions, limit int64
		want                               plugin.State
	}{
		{20, 7, 1, 1, plugin.Critical},
		{20, 7, 0, 1, plugin.OK},
		{200, 99, 170, 198, plugin.Warning},
		{200, 99, 179, 198, plugin.Critical},
		{50, 0, 0, 1, plugin.OK},
		{50, 100, 40, 50, plugin.OK},
		{50, 2000, 40, 50, plugin.OK},
		{0, 7, 40, 0, plugin.OK},
	} {
		s := server("a", "UP", test.sessions, test.maxconn)
		s.Throttle = n(test.throttle)
		limit := haproxy.Number{}
		if test.limit > 0 {
			limit = n(test.limit)
		}
		of := backend(1, s)
		for _, v := range []Verdict{JudgeServer(subject("api/a"), &s, defaults(t)), JudgeBackend(of, defaults(t))} {
			if v.State != test.want || v.Usage.Limit != limit {
				t.Errorf("%s with %d sessions at %d%% of %d: %s of limit %v, want %s of %v", v.Kind, test.sessions, test.throttle, test.maxconn, v.State, v.Usage.Limit, test.want, limit)
			}
		}
	}
	s := server("a", "UP", 1, 20)
	s.Throttle = haproxy.Number{Damaged: true}
	if v := JudgeServer(subject("api/a"), &s, defaults(t)); v.State != plugin.Unknown {
		t.Errorf("with a damaged throttle: %s", v.State)
	}
}

func TestServerThatCannotBeJudged(t *testing.T) {
	good, bad := server("a", "UP", 1, 50), server("b", "UP", 1, 50)
	bad.Weight = haproxy.Number{Damaged: true}
	v := JudgeBackend(backend(2, good, bad), defaults(t))
	if want := "backend api sessions cannot be judged: server b has an impossible weight"; v.State != plugin.Unknown || v.subject()+" "+v.short() != want {
		t.Errorf("%s %q, want UNKNOWN %q", v.State, v.short(), want)
	}
}

func TestBackend(t *testing.T) {
	v := JudgeBackend(backend(2, server("a", "UP", 46, 50), server("b", "UP", 49, 50), server("c", "MAINT", 3, 50)), defaults(t))
	if v.State != plugin.Critical || v.Cause != "" {
		t.Errorf("95 of 100: %s, cause %q", v.State, v.Cause)
	}
	if percent, ok := v.Usage.UsedPercent(); percent != 95 || !ok {
		t.Errorf("used %v %v, want 95", percent, ok)
	}
	unlimited := JudgeBackend(backend(1, server("a", "UP", 4000, 0)), defaults(t))
	if _, limited := unlimited.Usage.UsedPercent(); limited || unlimited.State != plugin.OK {
		t.Errorf("a backend without limit has a percentage, or is %s", unlimited.State)
	}
}

// TestPeakNeverAlarms holds that a peak, which is over, changes no verdict.
func TestPeakNeverAlarms(t *testing.T) {
	b := backend(1, server("a", "UP", 1, 100))
	b.Backend.Sessions = n(2)
	b.Backend.Servers[0].MaxSessions = n(5000)
	if v := JudgeBackend(b, defaults(t)); v.State != plugin.OK || v.Usage.Limit != n(100) {
		t.Errorf("backend: %s of limit %v", v.State, v.Usage.Limit)
	}
	if v := JudgeServer(subject("api/a", "api"), &b.Backend.Servers[0], defaults(t)); v.State != plugin.OK {
		t.Errorf("server: %s", v.State)
	}
	fe := haproxy.Frontend{Name: "fe", Sessions: n(1), SessionLimit: n(100), MaxSessions: n(100)}
	if v := JudgeFrontend(frontend(fe), defaults(t))[0]; v.State != plugin.OK {
		t.Errorf("frontend: %s", v.State)
	}
}

func TestQueue(t *testing.T) {
	b := backend(2, server("a", "UP", 10, 100), server("b", "UP", 10, 100))
	b.Backend.Queue, b.Backend.Servers[0].Queue, b.Backend.Servers[1].Queue = n(3), n(2), n(1)
	v := JudgeBackend(b, defaults(t))
	if v.State != plugin.Warning || v.Queue.Current != n(6) || v.Cause != diagnosis.MaxconnExhausted {
		t.Errorf("%s with %v queued, cause %q; want WARNING, 6, %q", v.State, v.Queue.Current, v.Cause, diagnosis.MaxconnExhausted)
	}
	o := defaults(t)
	o.WarningQueue, o.CriticalQueue = rules(t, false, "10"), rules(t, false, "5")
	if v := JudgeBackend(b, o); v.State != plugin.Critical {
		t.Errorf("6 queued with --queue-critical 5: %s", v.State)
	}
	o.CriticalQueue = rules(t, false, "5", "api=none")
	if v := JudgeBackend(b, o); v.State != plugin.OK || v.Cause != "" {
		t.Errorf("6 queued with --queue-warning 10: %s, cause %q", v.State, v.Cause)
	}
	b.Backend.Queue = haproxy.Number{}
	if v := JudgeBackend(b, defaults(t)); v.Queue.Current != n(3) {
		t.Errorf("%v queued without the backend's own queue, want 3", v.Queue.Current)
	}
}

func TestQueueLimitOfServer(t *testing.T) {
	s := server("a", "UP", 10, 100)
	s.Queue, s.QueueLimit = n(19), n(20)
	o := defaults(t)
	v := JudgeServer(subject("api/a", "api"), &s, o)
	if v.State != plugin.Critical || v.Queue.Critical().String() != "18" {
		t.Errorf("19 of 20 places queued: %s, critical %q; want CRITICAL, 18", v.State, v.Queue.Critical())
	}
	o.Warning, o.Critical, o.WarningQueue = nil, nil, nil
	if v := JudgeServer(subject("api/a", "api"), &s, o); v.State != plugin.OK {
		t.Errorf("without thresholds: %s", v.State)
	}
}

func TestProcess(t *testing.T) {
	info := haproxy.Info{
		CurrConns: n(24), Maxconn: n(200),
		CurrSslConns: n(95), MaxSslConns: n(100),
		ConnRate: n(85), ConnRateLimit: n(100),
		SessRate: n(5), SessRateLimit: n(100),
		SslRate: n(50), SslRateLimit: n(0),
	}
	type row struct {
		Resource Resource
		State    plugin.State
		Label    string
	}
	var got []row
	for _, v := range JudgeProcess(subject("process"), info, defaults(t)) {
		got = append(got, row{v.Resource, v.State, v.Perfdata()[0].Label})
	}
	want := []row{
		{Connections, plugin.OK, "process_connections"},
		{SSLConnections, plugin.Critical, "process_ssl_connections"},
		{ConnectionRate, plugin.Warning, "process_connection_rate"},
		{SessionRate, plugin.OK, "process_session_rate"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("process (-want +got):\n%s", diff)
	}
}

func TestFrontendRate(t *testing.T) {
	fe := haproxy.Frontend{Name: "fe", Sessions: n(900), SessionLimit: n(0), SessionRate: n(91), RateLimit: n(100)}
	o := defaults(t)
	o.WarningSessions = rules(t, false, "1000")
	o.CriticalSessions = rules(t, false, "50") // of sessions, not of the rate
	verdicts := JudgeFrontend(frontend(fe), o)
	if len(verdicts) != 2 || verdicts[1].State != plugin.Critical || verdicts[1].Usage.Critical().String() != "90" {
		t.Fatalf("rate of 91 of 100: %+v", verdicts)
	}
	fe.SessionRate = n(60)
	if v := JudgeFrontend(frontend(fe), o)[1]; v.State != plugin.OK {
		t.Errorf("a rate is judged by numbers of sessions: %s", v.State)
	}
	fe.RateLimit = n(0)
	if got := len(JudgeFrontend(frontend(fe), o)); got != 1 {
		t.Errorf("%d verdicts without a rate limit, want 1", got)
	}
}

// TestHostileNumbers holds that what HAProxy cannot have said is UNKNOWN with a
// sentence, and never a percentage.
func TestHostileNumbers(t *testing.T) {
	hostile := map[string]haproxy.Number{"missing": {}, "damaged": {Damaged: true}}
	for name, bad := range hostile {
		for _, limit := range []bool{false, true} {
			if limit && name == "missing" {
				continue // no limit is no limit
			}
			current, most := bad, n(50)
			if limit {
				current, most = n(5), bad
			}
			s := server("a", "UP", 0, 0)
			s.Sessions, s.SessionLimit = current, most
			verdicts := []Verdict{
				JudgeFrontend(frontend(haproxy.Frontend{Name: "fe", Sessions: current, SessionLimit: most}), defaults(t))[0],
				JudgeFrontend(frontend(haproxy.Frontend{Name: "fe", Sessions: n(0), SessionRate: current, RateLimit: most}), defaults(t))[1],
				JudgeServer(subject("api/a"), &s, defaults(t)),
				JudgeBackend(backend(2, server("b", "UP", 5, 50), s), defaults(t)),
				JudgeProcess(subject("process"), haproxy.Info{CurrConns: current, Maxconn: most}, defaults(t))[0],
				JudgeProcess(subject("process"), haproxy.Info{CurrConns: n(0), SslRate: current, SslRateLimit: most}, defaults(t))[1],
			}
			for _, v := range verdicts {
				_, percentage := v.Usage.UsedPercent()
				if v.State != plugin.Unknown || percentage || v.Section().UsedPercent != nil || !strings.Contains(v.short(), "cannot be judged: ") {
					t.Errorf("%s %s (limit: %v): %s, percentage %v, %q", name, v.Kind, limit, v.State, percentage, v.short())
				}
			}
		}
		if name == "missing" {
			continue
		}
		b := backend(1, server("a", "UP", 5, 50))
		b.Backend.Servers[0].Queue = bad
		for _, v := range []Verdict{JudgeBackend(b, defaults(t)), JudgeServer(subject("api/a"), &b.Backend.Servers[0], defaults(t))} {
			if v.State != plugin.Unknown || v.Queue.Current.Known || !strings.Contains(v.short(), "its queue cannot be judged: ") {
				t.Errorf("%s queue of a %s: %s, %q", name, v.Kind, v.State, v.short())
			}
		}
	}
}

// FuzzBackend holds, for any numbers: no panic, and a percentage only where it
// is that of the sums.
func FuzzBackend(f *testing.F) {
	f.Add(int64(9), int64(10), int64(0), "UP", int64(9), int64(10), int64(3), "MAINT", int64(1))
	f.Add(int64(-9), int64(math.MaxInt64), int64(-1), "UP", int64(1)<<62, int64(1)<<62, int64(1)<<62, "UP", int64(0))
	// What the reader makes of a number.
	told := func(value int64) haproxy.Number {
		if value < 0 || value > math.MaxInt32 {
			return haproxy.Number{Damaged: true}
		}
		return n(value)
	}
	f.Fuzz(func(t *testing.T, s1, l1, q1 int64, status1 string, s2, l2, q2 int64, status2 string, weight int64) {
		a, b := server("a", status1, 0, 0), backup(server("b", status2, 0, 0))
		a.Weight, a.Sessions, a.SessionLimit, a.Queue, a.Throttle = told(weight), told(s1), told(l1), told(q1), told(q2)
		b.Sessions, b.SessionLimit, b.Queue = told(s2), told(l2), told(q2)
		v := JudgeBackend(backend(weight, a, b), defaults(t))
		_ = v.Finding()
		percent, limited := v.Usage.UsedPercent()
		if !limited {
			return
		}
		l1 = a.SessionsAllowed().Value
		current, limit := v.Usage.Current.Value, v.Usage.Limit.Value
		if percent < 0 || current < 0 || limit <= 0 || percent != 100*float64(current)/float64(limit) {
			t.Fatalf("%v%% of %d of %d", percent, current, limit)
		}
		sums := []bool{current == s1 && limit == l1, current == s2 && limit == l2, current == s1+s2 && limit == l1+l2}
		if !sums[0] && !sums[1] && !sums[2] {
			t.Fatalf("%d of %d is no sum of %d of %d and %d of %d", current, limit, s1, l1, s2, l2)
		}
	})
}

// TestQueueThatIsNoCount: what waits in a backend is known only if all that HAProxy
// tells of it is a count.
func TestQueueThatIsNoCount(t *testing.T) {
	damaged := haproxy.Number{Damaged: true}
	for name, test := range map[string]struct {
		backend, server haproxy.Number
		state           plugin.State
		waiting         haproxy.Number
		problem         string
	}{
		"both":                {n(3), n(4), plugin.Warning, n(7), ""},
		"the backend's alone": {n(3), haproxy.Number{}, plugin.Warning, n(3), ""},
		"a server's alone":    {haproxy.Number{}, n(4), plugin.Warning, n(4), ""},
		"neither":             {haproxy.Number{}, haproxy.Number{}, plugin.OK, haproxy.Number{}, ""},
		"nothing waits":       {n(0), n(0), plugin.OK, n(0), ""},
		"a damaged one":       {damaged, haproxy.Number{}, plugin.Unknown, haproxy.Number{}, "is impossible"},
		"a server's damaged":  {n(3), damaged, plugin.Unknown, haproxy.Number{}, "server s1: "},
	} {
		b := backend(1, server("s1", "UP", 0, 10))
		b.Backend.Queue, b.Backend.Servers[0].Queue = test.backend, test.server
		v := JudgeBackend(b, defaults(t))
		if v.State != test.state || v.Queue.Current != test.waiting || !strings.Contains(v.Queue.Problem, test.problem) || (v.Queue.Problem == "") != (test.problem == "") {
			t.Errorf("%s: %s, %+v wait, problem %q", name, v.State, v.Queue.Current, v.Queue.Problem)
		}
	}
}

// TestFindings: requests wait for the servers that take some.
func TestFindings(t *testing.T) {
	b := backend(1, server("s1", "UP", 10, 10), server("s2", "DOWN", 3, 10), server("s3", "UP", 7, 10))
	b.Backend.Queue = n(5)
	full := JudgeBackend(b, defaults(t))
	found := full.Findings()
	if len(found) != 1 || !strings.Contains(found[0].Evidence, "s1 has 10 of 10") || !strings.Contains(found[0].Evidence, "s3 has 7 of 10") || strings.Contains(found[0].Evidence, "s2") {
		t.Errorf("findings %+v", found)
	}
	s := server("s3", "UP", 10, 10)
	s.Queue = n(2)
	v := JudgeServer(b, &s, defaults(t))
	if found := v.Findings(); len(found) != 1 || !strings.Contains(found[0].Evidence, "s3 has 10 of 10") || strings.Contains(found[0].Evidence, "s1") {
		t.Errorf("findings %+v", found)
	}
	fine := JudgeBackend(backend(1, server("s1", "UP", 1, 10)), defaults(t))
	if found := fine.Findings(); len(found) > 0 {
		t.Errorf("nothing is wrong, and there is %+v", found)
	}
	closed := JudgeFrontend(frontend(haproxy.Frontend{Name: "fe", Status: "STOP", Sessions: n(0), SessionLimit: n(10)}), Defaults())[0]
	if found := closed.Findings(); len(found) != 1 || found[0].Evidence != "HAProxy says STOP: clients are refused" {
		t.Errorf("findings %+v", found)
	}
}
