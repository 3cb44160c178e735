package process

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/check"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/threshold"
)

// noon is the time of all judgements.
var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// options are those of a run without flags.
func options() Options {
	return Options{
		FailedReload: plugin.Warning, NotReloaded: plugin.Warning, Peers: plugin.Warning,
		OldWorkers: 5, OldWorkerAge: 24 * time.Hour,
		IdleWarning: threshold.All("20:").Range, IdleCritical: threshold.All("5:").Range,
	}
}

// info is what HAProxy says, with the lines given last in place of its own.
func info(t *testing.T, lines ...string) *haproxy.Info {
	t.Helper()
	text := "Name: HAProxy\nVersion: 3.2.4\n"
	values := map[string]string{"Pid": "42", "Uptime_sec": "1036800", "CurrConns": "212", "Maxconn": "20000", "Idle_pct": "87", "Stopping": "0", "DroppedLogs": "0", "PoolFailed": "0"}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		values[name] = value
	}
	for name, value := range values {
		if value != "" {
			text += name + ": " + value + "\n"
		}
	}
	got, err := haproxy.NewReader(strings.NewReader(text + "\n")).Info()
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// number is a known number.
func known(n int64) haproxy.Number { return haproxy.Number{Value: n, Known: true} }

// subject is a process with which nothing is wrong.
func subject(t *testing.T, lines ...string) Subject {
	return Subject{
		Target: check.Target{Name: "process", Label: "process", Endpoint: "/run/haproxy-master.sock"}, At: noon, Info: info(t, lines...), Before: known(90),
		Processes: []haproxy.Process{
			{PID: 1, Kind: "master", Reloads: known(2), FailedReloads: known(0), UptimeSec: known(2000000)},
			{PID: 42, Kind: "worker", Reloads: known(0), UptimeSec: known(1036800)},
		},
	}
}

// found are the problems, "what STATE: message" each.
func found(v Verdict) []string {
	var list []string
	for _, p := range v.Problems {
		list = append(list, fmt.Sprintf("%s %s: %s", p.What, p.State, p.Message))
	}
	return list
}

func wantProblems(t *testing.T, v Verdict, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, found(v)); diff != "" {
		t.Errorf("the problems: %s", diff)
	}
}

func TestNothingWrong(t *testing.T) {
	v := Judge(subject(t), options())
	wantProblems(t, v)
	if v.State != plugin.OK || v.summary() != "HAProxy 3.2.4 up 12d, 212 of 20000 connections, idle 87%" {
		t.Errorf("%s, %s", v.State, v.summary())
	}
	if len(v.Notes) > 0 {
		t.Errorf("what could not be judged: %q", v.Notes)
	}
}

func TestFailedReload(t *testing.T) {
	for failed, want := range map[int64]string{1: "the last reload failed", 3: "the last 3 reloads failed"} {
		s := subject(t)
		s.Processes[0].FailedReloads = known(failed)
		wantProblems(t, Judge(s, options()), "failed reload WARNING: "+want+": HAProxy runs an older configuration than its file's")
	}
	s, o := subject(t), options()
	s.Processes[0].FailedReloads = known(1)
	o.FailedReload = plugin.Critical
	if v := Judge(s, o); v.State != plugin.Critical {
		t.Errorf("with --failed-reload critical: %s", v.State)
	}
	o.FailedReload = plugin.OK
	if v := Judge(s, o); v.State != plugin.OK || len(v.Notes) != 1 {
		t.Errorf("with --failed-reload ok: %s, %q", v.State, v.Notes)
	}
}

// TestNotTold: what this HAProxy or this socket cannot tell is said, not guessed.
func TestNotTold(t *testing.T) {
	for _, test := range []struct {
		name  string
		spoil func(s *Subject)
		want  string
	}{
		{"no master CLI", func(s *Subject) { s.Processes = nil }, "only a master CLI tells"},
		{"before 2.5", func(s *Subject) { s.Processes[0].FailedReloads = haproxy.Number{} }, "from 2.5 on"},
		{"no dropped lines", func(s *Subject) { s.Info = info(t, "DroppedLogs: ") }, "lost is not judged: HAProxy 3.2.4 does not tell DroppedLogs"},
		{"no end", func(s *Subject) { s.Info = info(t, "Stopping: ") }, "stopping is not judged: HAProxy 3.2.4 does not tell Stopping"},
		{"no idle", func(s *Subject) { s.Info = info(t, "Idle_pct: ") }, "does not tell Idle_pct"},
		{"no run before", func(s *Subject) { s.Before = haproxy.Number{} }, "nothing is known of a run before"},
		{"several processes", func(s *Subject) { s.Info = info(t, "Nbproc: 4", "Process_num: 2") }, "process 2 of 4"},
		{"disabled peers", func(s *Subject) { s.Peers = []haproxy.Peer{{Section: "p", Name: "x", Disabled: true}} }, "peer p/x is not judged"},
	} {
		s := subject(t)
		test.spoil(&s)
		if v := Judge(s, options()); v.State != plugin.OK || len(v.Notes) != 1 || !strings.Contains(v.Notes[0], test.want) {
			t.Errorf("%s: %s, %q, want %q", test.name, v.State, v.Notes, test.want)
		}
	}
}

// TestNoNumber: one value that is no number is UNKNOWN for itself.
func TestNoNumber(t *testing.T) {
	s := subject(t, "Idle_pct: x", "Stopping: 1")
	v := Judge(s, options())
	wantProblems(t, v, `busy UNKNOWN: Idle_pct is "x", which is no count`, "stopping WARNING: HAProxy is stopping: it takes no new connections")
	if v.State != plugin.Warning {
		t.Errorf("the state is %s", v.State)
	}
}

func TestConfiguration(t *testing.T) {
	started := noon.Add(-12 * 24 * time.Hour)
	for _, test := range []struct {
		name    string
		changed time.Time
		want    string
	}{
		{"before the start", started.Add(-time.Hour), ""},
		{"at the start, as far as it is known", started.Add(startSlack), ""},
		{"after it", started.Add(startSlack + time.Second), "/etc/haproxy/haproxy.cfg was changed 11d23h ago and not loaded since"},
		{"a moment ago", noon.Add(-reloadGrace), ""},
		{"a little longer ago", noon.Add(-reloadGrace - time.Second), "/etc/haproxy/haproxy.cfg was changed 10m1s ago and not loaded since"},
		{"by a clock that is a little ahead", noon.Add(clockSlack), ""},
		{"in the future", noon.Add(clockSlack + time.Second), "/etc/haproxy/haproxy.cfg has a change from the future, 12:01:01: whether HAProxy has loaded it cannot be told"},
	} {
		for _, start := range []string{"", fmt.Sprint("Start_time_sec: ", started.Unix())} {
			s := subject(t, start)
			s.Files = []File{{Path: "/etc/haproxy/haproxy.cfg", Changed: test.changed}}
			var want []string
			if test.want != "" {
				want = []string{"configuration not loaded WARNING: " + test.want}
			}
			wantProblems(t, Judge(s, options()), want...)
		}
	}
}

func TestConfigurationUnknown(t *testing.T) {
	s := subject(t)
	s.Files = []File{{Path: "/etc/no.cfg", Err: fmt.Errorf("no such file or directory")}}
	wantProblems(t, Judge(s, options()), "configuration not loaded UNKNOWN: cannot look at --config /etc/no.cfg: no such file or directory")
	s = subject(t, "Uptime_sec: ")
	s.Files = []File{{Path: "/etc/haproxy/haproxy.cfg", Changed: noon}}
	wantProblems(t, Judge(s, options()), "configuration not loaded UNKNOWN: HAProxy does not tell when it started")
}

// workers are old ones that were each replaced by the next so many seconds ago.
func workers(replaced ...int64) []haproxy.Process {
	list := []haproxy.Process{{PID: 1, Kind: "master", FailedReloads: known(0)}}
	current := int64(len(replaced))
	for i, seconds := range replaced {
		// The first one is the youngest; it was replaced when the current worker started.
		list = append(list, haproxy.Process{PID: 100 + int64(i), Kind: "worker", Old: i > 0, Reloads: known(int64(i)), UptimeSec: known(seconds)})
	}
	return append(list, haproxy.Process{PID: 200, Kind: "worker", Old: true, Reloads: known(current), UptimeSec: known(9_000_000)})
}

func TestOldWorkers(t *testing.T) {
	const hour, daylong = int64(3600), int64(86400)
	for _, test := range []struct {
		name      string
		processes []haproxy.Process
		want      []string
	}{
		{"five", workers(1, 2, 3, 4, 5), nil},
		{"six", workers(1, 2, 3, 4, 5, 6), []string{"old workers WARNING: 6 workers from before a reload still serve sessions"}},
		{"one that served for long, and was replaced an hour ago", workers(hour), nil},
		{"one that was replaced a day ago", workers(daylong), nil},
		{"one that was replaced over a day ago", workers(daylong + 1), []string{"old workers WARNING: 1 worker from before a reload still serves sessions after 1d"}},
		{"one of two", workers(hour, 3*daylong), []string{"old workers WARNING: 1 worker from before a reload still serves sessions after 3d"}},
		{"two", workers(2*daylong, 3*daylong), []string{"old workers WARNING: 2 workers from before a reload still serve sessions after 3d"}},
	} {
		s := subject(t, "Pid: 100")
		s.Processes = test.processes
		if diff := cmp.Diff(test.want, found(Judge(s, options()))); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

// TestServingOldWorker: after a reload that failed, HAProxy 3.1 and newer list
// the worker that serves among the old ones.
func TestServingOldWorker(t *testing.T) {
	s := subject(t)
	s.Processes[1].Old, s.Processes[1].Reloads = true, known(1)
	o := options()
	o.OldWorkers = 0
	wantProblems(t, Judge(s, o))
}

func TestRestarted(t *testing.T) {
	o := options()
	o.MinUptime = 10 * time.Minute
	wantProblems(t, Judge(subject(t, "Uptime_sec: 599"), o), "restarted WARNING: HAProxy started 9m59s ago")
	wantProblems(t, Judge(subject(t, "Uptime_sec: 600"), o))
	wantProblems(t, Judge(subject(t, "Uptime_sec: 1"), options()))
}

// TestBusy: only what is so in two runs counts, and only as much.
func TestBusy(t *testing.T) {
	for _, test := range []struct {
		now, before int64
		want        string
	}{
		{20, 20, ""}, {19, 20, ""}, {20, 0, ""},
		{19, 19, "busy WARNING: HAProxy is idle 19% of the time, 19% the run before"},
		{0, 5, "busy WARNING: HAProxy is idle 0% of the time, 5% the run before"},
		{4, 4, "busy CRITICAL: HAProxy is idle 4% of the time, 4% the run before"},
		{19, 4, "busy WARNING: HAProxy is idle 19% of the time, 4% the run before"},
	} {
		s := subject(t, fmt.Sprint("Idle_pct: ", test.now))
		s.Before = known(test.before)
		var want []string
		if test.want != "" {
			want = []string{test.want}
		}
		wantProblems(t, Judge(s, options()), want...)
	}
}

func TestLost(t *testing.T) {
	s := subject(t)
	s.Losses = []Loss{{"DroppedLogs", 1, 5 * time.Minute}, {"PoolFailed", 3, 5 * time.Minute}, {"Other", 3, time.Minute}}
	wantProblems(t, Judge(s, options()),
		"lost WARNING: 1 log line dropped in the last 5m (DroppedLogs)", "lost WARNING: 3 memory allocations failed in the last 5m (PoolFailed)")
	s.Losses = []Loss{{"DroppedLogs", 0, 5 * time.Minute}}
	wantProblems(t, Judge(s, options()))
}

func TestPeersAway(t *testing.T) {
	s := subject(t)
	s.Peers = []haproxy.Peer{
		{Section: "c", Name: "me", Local: true, Status: "NONE"},
		{Section: "c", Name: "a", Active: true, Address: "10.0.0.2:10000", Status: "ESTA"},
		{Section: "c", Name: "b", Active: true, Address: "10.0.0.3:10000", Status: "CONN"},
	}
	want := "1 of 2 remote peers not connected: c/b (10.0.0.3:10000, CONN)"
	wantProblems(t, Judge(s, options()), "peers WARNING: "+want)
	o := options()
	o.Peers = plugin.Critical
	wantProblems(t, Judge(s, o), "peers CRITICAL: "+want)
}

func TestStickTablesFull(t *testing.T) {
	s, o := subject(t), options()
	s.Tables = []haproxy.StickTable{{Name: "a", Size: 1000, Used: 800}, {Name: "b", Size: 1000, Used: 801}, {Name: "c", Size: 1000, Used: 951}, {Name: "none"}}
	wantProblems(t, Judge(s, o))
	o.TableWarning, o.TableCritical = threshold.Rules{percent(t, "80")}, threshold.Rules{percent(t, "95")}
	wantProblems(t, Judge(s, o),
		"stick tables WARNING: stick table b is 80.1% full (801 of 1000)", "stick tables CRITICAL: stick table c is 95.1% full (951 of 1000)")
	o.TableCritical = append(o.TableCritical, percent(t, "c=none"))
	if v := Judge(s, o); v.State != plugin.Warning {
		t.Errorf("with a rule of its own: %s", v.State)
	}
}

func percent(t *testing.T, text string) threshold.Rule {
	t.Helper()
	var rule threshold.PercentRule
	if err := rule.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return rule.Rule
}
