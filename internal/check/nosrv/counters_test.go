package nosrv

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/check/rates"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/samples"
)

// lab is a HAProxy whose counters a test sets, and what was sampled of it.
type lab struct {
	history *samples.History
	process samples.Process
	series  *samples.Series
	targets []check.Target
	now     time.Time
}

func newLab() *lab {
	return &lab{history: samples.New(Samples(5*time.Minute, time.Hour)), process: samples.Process{PID: 7, Started: evening.Add(-48 * time.Hour)}, now: evening}
}

// sample takes a sample after so long: "v2 100 7" is a BACKEND row with its stot
// and econ, "v2/s1 3" a server's with its econ, "v2/s1 3 90" with its stot too. A
// BACKEND row follows its servers.
func (l *lab) sample(after time.Duration, rows string) {
	l.now = l.now.Add(after)
	l.targets = nil
	number := func(text string) haproxy.Number {
		var n int64
		if _, err := fmt.Sscan(text, &n); err != nil {
			return haproxy.Number{}
		}
		return haproxy.Number{Value: n, Known: true}
	}
	var servers []haproxy.Server
	for row := range strings.SplitSeq(rows, ",") {
		fields := strings.Fields(row)
		if _, server, is := strings.Cut(fields[0], "/"); is {
			counters := &haproxy.Counters{FailedConnections: number(fields[1])}
			if len(fields) > 2 {
				counters.Sessions = number(fields[2])
			}
			servers = append(servers, haproxy.Server{Name: server, Counters: counters})
			continue
		}
		b := &haproxy.Backend{Name: fields[0], Servers: servers, Counters: &haproxy.Counters{Sessions: number(fields[1]), FailedConnections: number(fields[2])}}
		l.targets = append(l.targets, check.Target{Name: b.Name, Label: b.Name, Names: []string{b.Name}, Backend: b})
		servers = nil
	}
	answer := &endpoint.Answer{Info: &haproxy.Info{}, Asked: l.now, At: l.now}
	l.series = l.history.Add(samples.Sample{Asked: l.now, At: l.now, Process: l.process, Rows: Rows(answer, l.targets)})
}

func (l *lab) count() []sampledCount {
	window, baseline := l.series.Spans()
	return countSampled(l.series, check.SampledStretch{Window: window, Baseline: baseline}, l.targets)
}

// TestCountSampled: the requests of a section that got no server.
func TestCountSampled(t *testing.T) {
	for _, test := range []struct {
		name    string
		samples []string
		want    string // section nosrv/requests
	}{
		{"all of them", []string{"v2/s1 0,v2 10 3", "v2/s1 0,v2 17 10"}, "v2 7/7"},
		{"refused by a server", []string{"v2/s1 4,v2 10 4", "v2/s1 9,v2 20 9"}, "v2 0/10"},
		{"both", []string{"v2/s1 4,v2/s2 0,v2 10 4", "v2/s1 9,v2/s2 1,v2 20 12"}, "v2 2/10"},
		{"without servers", []string{"v2 10 4", "v2 20 9"}, "v2 5/10"},
		{"two sections", []string{"v2/s1 0,v2 10 3,web/s1 0,web 5 0", "v2/s1 0,v2 17 10,web/s1 0,web 9 0"}, "v2 7/7, web 0/4"},
		{"a server that refused was deleted", []string{"v2/s1 50,v2/s2 0,v2 90 50", "v2/s2 0,v2 90 50"}, "v2 0/0"},
		{"and may have refused until then", []string{"v2/s1 50,v2/s2 0,v2 90 50", "v2/s2 0,v2 99 59"}, "v2 0/0"},
		{"a server that refuses was added", []string{"v2/s1 0,v2 90 0", "v2/s1 0,v2/s2 9,v2 99 9"}, "v2 0/0"},
		{"a server that refuses was deleted and added again", []string{"v2/s1 3 80,v2 90 3", "v2/s1 3 9,v2 99 6"}, "v2 0/0"},
		{"a server that refuses was no count once", []string{"v2/s1 3,v2 90 3", "v2/s1 x,v2 92 5", "v2/s1 7,v2 94 7", "v2/s1 8,v2 95 9"}, "v2 1/1"},
		{"the sum was no count once", []string{"v2/s1 3,v2 90 3", "v2/s1 3,v2 92 x", "v2/s1 3,v2 x 7", "v2/s1 3,v2 94 7", "v2/s1 3,v2 95 8"}, "v2 1/1"},
		{"counters cleared", []string{"v2/s1 40,v2 90 50", "v2/s1 1,v2 9 3"}, "v2 2/9"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLab()
			for _, rows := range test.samples {
				l.sample(time.Minute, rows)
			}
			var got []string
			for _, c := range l.count() {
				got = append(got, fmt.Sprintf("%s %d/%d", c.target.Name, c.nosrv, c.requests))
			}
			if text := strings.Join(got, ", "); text != test.want {
				t.Errorf("counted %s, want %s", text, test.want)
			}
		})
	}
}

// TestCountSampledBefore: what was before the window, sample by sample, the
// newest first and without a gap.
func TestCountSampledBefore(t *testing.T) {
	l := newLab()
	for minute := range 21 {
		l.sample(time.Minute, fmt.Sprintf("v2/s1 0,v2 %d %d,web/s1 0,web %d 0", 10*minute, max(0, minute-10), minute))
	}
	all := l.count()
	if got, want := fmt.Sprint(all[0].before, all[0].nosrv), "[{5m0s 5} {5m0s 0} {5m0s 0}] 5"; got != want {
		t.Errorf("v2: %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(all[1].before, all[1].nosrv), "[{5m0s 0} {5m0s 0} {5m0s 0}] 0"; got != want {
		t.Errorf("web: %s, want %s", got, want)
	}
}

// TestProblemOf: a counter that cannot be read makes its section unknown.
func TestProblemOf(t *testing.T) {
	l := newLab()
	l.sample(time.Minute, "v2/s1 0,v2 10 -,web/s1 x,web 5 0,app/s1 0,app 1 1,api/s1 0,api - 1")
	var got []string
	for _, target := range l.targets {
		got = append(got, problemOf(target.Backend))
	}
	if text, want := strings.Join(got, "; "), "column econ of its BACKEND row is no count; column econ of server s1 is no count; ; column stot of its BACKEND row is no count"; text != want {
		t.Errorf("got %q, want %q", text, want)
	}
}

// TestSteadyTraffic: a steady rate of requests without a server, sampled every
// minute or at other times, raises an alarm in fewer than 1 of 200 runs; ten
// times as many do.
func TestSteadyTraffic(t *testing.T) {
	const runs = 1_000
	limits := rates.Limits{RiseLimits: rates.DefaultRise()}
	for _, perMinute := range []float64{0.2, 1, 4} {
		for name, step := range map[string]func(*rand.Rand) time.Duration{
			"every minute":        func(*rand.Rand) time.Duration { return time.Minute },
			"about every minute":  func(r *rand.Rand) time.Duration { return time.Duration(50+r.IntN(20)) * time.Second },
			"every five minutes":  func(*rand.Rand) time.Duration { return 5 * time.Minute },
			"with long gaps, too": func(r *rand.Rand) time.Duration { return time.Duration(1+r.IntN(12)) * time.Minute },
		} {
			random := rand.New(rand.NewPCG(12, uint64(perMinute*10)))
			alarms, judged := 0, 0
			for judged < runs {
				l := newLab()
				var total float64
				for at := time.Duration(0); at < 2*time.Hour; {
					after := step(random)
					at += after
					total += poissonOf(random, perMinute*after.Minutes())
					l.sample(after, fmt.Sprintf("v2/s1 0,v2 %d %d", int(at.Minutes()*100), int(total)))
				}
				c := l.count()[0]
				window, _ := l.series.Spans()
				judged++
				if limits.Judge(rates.Series{Window: window.Length(), Requests: c.requests, Spoiled: c.nosrv, Before: c.before}).State != plugin.OK {
					alarms++
				}
			}
			t.Logf("%g a minute, %s: %d false alarms in %d runs", perMinute, name, alarms, judged)
			if alarms*200 >= judged {
				t.Errorf("%g a minute, %s: %d false alarms in %d runs", perMinute, name, alarms, judged)
			}
		}
	}
}

// poissonOf draws a number that is mean on average.
func poissonOf(random *rand.Rand, mean float64) float64 {
	n, product, limit := 0.0, random.Float64(), math.Exp(-mean)
	for ; product > limit; n++ {
		product *= random.Float64()
	}
	return n
}
