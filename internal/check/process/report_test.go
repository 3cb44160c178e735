package process

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/check"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/threshold"
	"check-haproxy/internal/samples"
)

// TestDetails holds what -v tells of a process.
func TestDetails(t *testing.T) {
	s := subject(t)
	s.Processes = append(s.Processes, haproxy.Process{PID: 7, Kind: "worker", Old: true, Version: "3.2.3", Reloads: known(1)}, haproxy.Process{PID: 8, Kind: "program"})
	s.Processes[0].FailedReloads = known(2)
	s.Peers = []haproxy.Peer{{Section: "cluster", Name: "me", Local: true, Address: "10.0.0.1:10000", Status: "ESTA"}, {Section: "cluster", Name: "b", Address: "10.0.0.2:10000", Status: "CONN"}}
	s.Tables = []haproxy.StickTable{{Name: "be", Size: 200, Used: 50}, {Name: "empty"}}
	v := Verdict{Subject: s, Notes: []string{"a note"}}
	want := []string{
		"HAProxy 3.2.4 up 12d, 212 of 20000 connections, idle 87%",
		"master 1, up 23d3h, 2 reloads, 2 failed",
		"worker 42, up 12d, 0 reloads",
		"old worker 7, HAProxy 3.2.3, 1 reload",
		"program 8",
		"peer cluster/me, local, 10.0.0.1:10000, ESTA",
		"peer cluster/b, remote, 10.0.0.2:10000, CONN",
		"stick table be, 25% full (50 of 200)",
		"stick table empty, 0% full (0 of 0)",
		"a note",
	}
	for i := range want {
		want[i] = "/run/haproxy-master.sock: " + want[i]
	}
	if diff := cmp.Diff(want, v.details()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestSummary: what HAProxy does not tell is left out.
func TestSummary(t *testing.T) {
	for _, test := range []struct {
		lines []string
		want  string
	}{
		{nil, "HAProxy 3.2.4 up 12d, 212 of 20000 connections, idle 87%"},
		{[]string{"Uptime_sec: "}, "HAProxy 3.2.4, 212 of 20000 connections, idle 87%"},
		{[]string{"CurrConns: "}, "HAProxy 3.2.4 up 12d, idle 87%"},
		{[]string{"Maxconn: "}, "HAProxy 3.2.4 up 12d, idle 87%"},
		{[]string{"Idle_pct: "}, "HAProxy 3.2.4 up 12d, 212 of 20000 connections"},
		{[]string{"Idle_pct: much"}, "HAProxy 3.2.4 up 12d, 212 of 20000 connections"},
	} {
		v := Verdict{Subject: subject(t, test.lines...)}
		if got := v.summary(); got != test.want {
			t.Errorf("%q: %q, want %q", test.lines, got, test.want)
		}
	}
}

// TestProblemsOfSeveral: with several processes each problem says whose it is.
func TestProblemsOfSeveral(t *testing.T) {
	v := Verdict{Subject: subject(t), Problems: []Problem{{"stopping", plugin.Warning, "HAProxy is stopping", ""}, {"peers", plugin.Critical, "1 of 2 remote peers not connected", "look"}}}
	for several, want := range map[bool][]string{
		false: {"HAProxy is stopping", "WARNING stopping: HAProxy is stopping", "1 of 2 remote peers not connected", "CRITICAL peers: 1 of 2 remote peers not connected; look"},
		true: {"/run/haproxy-master.sock: HAProxy is stopping", "WARNING /run/haproxy-master.sock, stopping: HAProxy is stopping",
			"/run/haproxy-master.sock: 1 of 2 remote peers not connected", "CRITICAL /run/haproxy-master.sock, peers: 1 of 2 remote peers not connected; look"},
	} {
		var got []string
		for _, f := range v.findings(several) {
			got = append(got, f.Sentence(), f.Line)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("several: %t (-want +got):\n%s", several, diff)
		}
	}
	other := v
	other.Endpoint = "lb2"
	wantRest := []string{"2 processes", "/run/haproxy-master.sock: " + v.summary(), "lb2: " + v.summary()}
	if diff := cmp.Diff(wantRest, rest([]Verdict{v, other})); diff != "" {
		t.Errorf("rest (-want +got):\n%s", diff)
	}
	if prefix([]Verdict{v}, &v) != "" || prefix([]Verdict{v, other}, &v) != "process_" {
		t.Error("metrics of several processes have no prefix, or those of one have")
	}
}

// TestPerfdata: what HAProxy tells, each once, with its limit if it has one.
func TestPerfdata(t *testing.T) {
	s := subject(t, "CumReq: 97", "ConnRate: 54", "ConnRateLimit: 100", "SessRate: 53", "SessRateLimit: 0", "PoolAlloc_MB: 3", "Memmax_MB: 64", "CurrSslConns: x", "SslRate: 7")
	s.Tables = []haproxy.StickTable{{Name: "be", Size: 200, Used: 50}}
	s.Processes = append(s.Processes, haproxy.Process{PID: 7, Kind: "worker", Old: true})
	o := options()
	o.IdleWarning, o.IdleCritical = threshold.All("20%:").Range, threshold.All("5%:").Range
	o.TableWarning = threshold.PercentRules("80%", nil)
	v := Verdict{Subject: s}
	var got []string
	for _, m := range v.perfdata(o, "lb1_") {
		got = append(got, fmt.Sprintf("%s=%v%s;%s;%s;%s;%s", m.Label, m.Value, m.Unit, m.Warning, m.Critical, m.Min, m.Max))
	}
	want := []string{
		"lb1_uptime=1.0368e+06s;;;0;", "lb1_connections=212;;;0;20000", "lb1_requests=97c;;;0;", "lb1_connection_rate=54;;;0;100", "lb1_session_rate=53;;;0;",
		"lb1_idle=87%;20:;5:;0;100", "lb1_memory=3.145728e+06B;;;0;67108864", "lb1_dropped_logs=0c;;;0;", "lb1_failed_allocations=0c;;;0;", "lb1_ssl_rate=7;;;0;",
		"lb1_old_workers=1;5;;0;", "lb1_be_table=50;160;;0;200",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	both := Verdict{Subject: subject(t, "PoolAlloc_bytes: 5", "PoolAlloc_MB: 3")}
	both.Processes = nil
	memory, workers := 0, 0
	for _, m := range both.perfdata(o, "") {
		switch m.Label {
		case "memory":
			memory++
			if m.Value != 5 {
				t.Errorf("the memory is %v", m.Value)
			}
		case "old_workers":
			workers++
		}
	}
	if memory != 1 || workers != 0 {
		t.Errorf("the memory is there %d times, old workers %d times", memory, workers)
	}
}

// TestLostBetweenSamples: what was counted between two samples, and of how long.
func TestLostBetweenSamples(t *testing.T) {
	f := &flags{}
	f.Window = plugin.Duration(5 * time.Minute)
	history, at := samples.New(f.counting().Settings), noon
	var series *samples.Series
	for _, dropped := range []string{"DroppedLogs: 10", "DroppedLogs: 12"} {
		answer := &endpoint.Answer{Info: info(t, dropped, "PoolFailed: 3"), Asked: at, At: at}
		series = history.Add(samples.Sample{Asked: at, At: at, Process: samples.Process{PID: 42, Started: noon.Add(-time.Hour)}, Rows: rows(nil, answer)})
		at = at.Add(time.Minute)
	}
	window, _ := series.Spans()
	got := lost(check.Sampled{Series: series, Judge: []check.SampledStretch{{Window: window}}})
	if diff := cmp.Diff([]Loss{{"DroppedLogs", 2, time.Minute}, {"PoolFailed", 0, time.Minute}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
