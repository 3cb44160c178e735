package nosrv

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"check-haproxy/internal/accesslog/logformat"
	"check-haproxy/internal/check"
	"check-haproxy/internal/check/rates"
	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/plugin"
)

// checkedLog is a log that ends in the evening, beside a HAProxy that was sampled
// every minute until then.
type checkedLog struct {
	*lab
	*Counter
	options Options
}

// newCheckedLog takes the samples; see lab.sample.
func newCheckedLog(rows ...string) *checkedLog {
	l := &checkedLog{newLab(), NewCounter(usual(), DefaultKinds, check.Filter{}), Defaults()}
	l.now = evening.Add(-time.Duration(len(rows)) * time.Minute)
	for _, text := range rows {
		l.sample(time.Minute, text)
	}
	return l
}

func (l *checkedLog) crossCheck() crossCheck {
	window, baseline := l.series.Spans()
	for i := range l.targets {
		l.targets[i].Endpoint = "lb1"
	}
	return crossCheck{
		sampled:  []check.Sampled{{Answer: &endpoint.Answer{Name: "lb1"}, Series: l.series, Judge: []check.SampledStretch{{Window: window, Baseline: baseline}}}},
		backends: l.targets, from: usual().From().Add(maxBehind), to: evening.Add(time.Hour),
	}
}

// compare judges the log, and returns what became of it.
func (l *checkedLog) compare() (out *Outcome, lacks uint64) {
	out = Judge(l.Counter, fullLog(usual()), l.options)
	return out, out.compare(l.Counter, l.crossCheck(), l.options)
}

// TestCompare: what a log does not show and HAProxy has counted.
func TestCompare(t *testing.T) {
	const aMinute = time.Minute
	ago := func(d time.Duration) time.Time { return evening.Add(-d) }
	for name, test := range map[string]struct {
		rows  []string
		lines func(*checkedLog)
		state plugin.State
		text  string // on the first line
	}{
		"all are logged": {
			[]string{"v2 100 0", "v2 1100 4"}, func(l *checkedLog) {
				l.logged("v2", "SC", 4, ago(aMinute), evening)
				l.logged("v2", "", 996, ago(aMinute), evening)
			}, plugin.OK, "4 of 1000 requests in 5m found no server (0.8/min, most in v2, no-server 4)",
		},
		"none of few is logged": {
			[]string{"v2 100 0", "v2 1100 3"}, func(l *checkedLog) { l.logged("v2", "", 997, ago(aMinute), evening) },
			plugin.Unknown, "the log is not whole: HAProxy counted 3 requests of v2 without a server in 1m, the log has 0",
		},
		"no more than chance": {
			[]string{"v2 100 0", "v2 1100 2"}, func(l *checkedLog) { l.logged("v2", "", 998, ago(aMinute), evening) },
			plugin.OK, "0 of 998 requests in 5m found no server",
		},
		"an outage that is not logged": {
			[]string{"v2 100 0", "v2 107 7"}, func(l *checkedLog) { l.logged("web", "", 50, ago(aMinute), evening) },
			plugin.Critical, "v2: 7 of 7 requests found no server (7/min)",
		},
		"a warning alone is none": {
			[]string{"v2 100 0", "v2 1100 9"}, func(l *checkedLog) { l.logged("v2", "", 991, ago(aMinute), evening) },
			plugin.Unknown, "the log is not whole: HAProxy counted 9 requests of v2 without a server in 1m, the log has 0",
		},
		"an outage of which half is logged": {
			[]string{"v2 100 0", "v2 200 100"}, func(l *checkedLog) { l.logged("v2", "SC", 50, ago(aMinute), evening) },
			plugin.Critical, "v2: 50 of 50 requests found no server (10/min)",
		},
		"the log of two HAProxys": {
			[]string{"v2 100 0", "v2 1100 4"}, func(l *checkedLog) {
				l.logged("v2", "SC", 9, ago(aMinute), evening)
				l.logged("v2", "", 9000, ago(aMinute), evening)
			}, plugin.Warning, "v2: 9 of 9009",
		},
		"that waited for a slot": {
			[]string{"v2 100 0", "v2 1100 4"}, func(l *checkedLog) {
				l.logged("v2", "sQ", 4, ago(aMinute), evening)
				l.logged("v2", "", 996, ago(aMinute), evening)
			}, plugin.OK, "queue 4",
		},
		"in a listen section": {
			[]string{"fe 100 0", "fe 1100 4"}, func(l *checkedLog) {
				l.logged("fe", "SC", 4, ago(aMinute), evening)
				l.logged("fe", "", 996, ago(aMinute), evening)
			}, plugin.OK, "no-server 4",
		},
		"by a clock that is a minute late": {
			[]string{"v2 100 0", "v2 1100 4"}, func(l *checkedLog) {
				l.logged("v2", "SC", 4, ago(2*aMinute), ago(aMinute))
				l.logged("v2", "", 996, ago(aMinute), evening)
			}, plugin.OK, "4 of 1000",
		},
		"logged long before, and not now": {
			[]string{"v2 100 90", "v2 1100 94"}, func(l *checkedLog) {
				l.logged("v2", "SC", 4, ago(4*aMinute), ago(3*aMinute))
				l.logged("v2", "", 996, ago(aMinute), evening)
			}, plugin.Unknown, "HAProxy counted 4 requests of v2 without a server in 1m, the log has 0",
		},
		"refused by a server": {
			[]string{"v2/s1 0,v2 100 0", "v2/s1 50,v2 200 50"}, func(l *checkedLog) { l.logged("v2", "", 100, ago(aMinute), evening) },
			plugin.OK, "0 of 100",
		},
		"a first run": {
			[]string{"v2 100 50"}, func(l *checkedLog) { l.logged("web", "", 100, ago(aMinute), evening) },
			plugin.OK, "0 of 100",
		},
		"counters cleared": {
			[]string{"v2 900 50", "v2 100 0"}, func(l *checkedLog) { l.logged("v2", "", 100, ago(aMinute), evening) },
			plugin.OK, "0 of 100",
		},
		"a busy second": {
			[]string{"v2 100 0", "v2 6100 6000"}, func(l *checkedLog) {
				l.logged("v2", "SC", 5880, ago(aMinute), evening)
				l.options.Rules = rulesOf(rules(t, "none"), rules(t, "none"), rates.RiseLimits{})
			}, plugin.OK, "5880 of 5880",
		},
		"the most missing": {
			[]string{"v1 100 0,v2 100 0,v3 100 0", "v1 1100 4,v2 1100 9,v3 1100 3"}, func(l *checkedLog) { l.logged("v2", "", 100, ago(aMinute), evening) },
			plugin.Unknown, "HAProxy counted 9 requests of v2 without a server",
		},
		"a count that is not known": {
			[]string{"v2/s1 x,v2 100 0", "v2/s1 x,v2 200 50"}, func(l *checkedLog) { l.logged("v2", "", 100, ago(aMinute), evening) },
			plugin.OK, "0 of 100",
		},
		"a small part of the log's HAProxys": {
			[]string{"v1 10 0,v2 10 0", "v1 13 2,v2 13 2"}, func(l *checkedLog) {
				for _, section := range []string{"v1", "v2"} {
					l.logged(section, "SC", 2, ago(aMinute), evening)
					l.logged(section, "", 5000, ago(aMinute), evening)
				}
			}, plugin.OK, "4 of 10004",
		},
		"rules that excuse it": {
			[]string{"v2 100 0", "v2 107 7"}, func(l *checkedLog) {
				l.logged("web", "", 50, ago(aMinute), evening)
				l.options.Rules = rulesOf(rules(t, "v2=none"), rules(t, "v2=none"), l.options.RiseLimits)
			}, plugin.OK, "0 of 50",
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newCheckedLog(test.rows...)
			test.lines(l)
			out, _ := l.compare()
			result := out.Result()
			if result.State != test.state || !strings.Contains(result.Headline(), test.text) {
				t.Errorf("%s: %s\nwant %s: %s", result.State, result.Headline(), test.state, test.text)
			}
		})
	}
}

// TestAdopted: what HAProxy has counted is in all numbers, once.
func TestAdopted(t *testing.T) {
	l := newCheckedLog("v2 100 0,web 9 0", "v2 107 7,web 59 0")
	l.Counter.chosen = filter(t, "v2", "web")
	l.logged("web", "", 50, evening.Add(-time.Minute), evening)
	l.options.Facts = map[string]Fact{"v2": {Explanation: Explanation{Cause: diagnosis.NoServers}}}
	out, _ := l.compare()
	if v2 := find(t, out, "v2"); out.Requests != 57 || out.NOSRV() != 7 || v2.Cause != diagnosis.NoServers {
		t.Errorf("%d of %d, %+v", out.NOSRV(), out.Requests, v2)
	}
	labels := map[string]int{}
	for metric := range out.Result().Metrics {
		labels[metric.Label]++
	}
	if labels["v2_nosrv"] != 1 || labels["web_nosrv"] != 1 {
		t.Errorf("metrics %v", labels)
	}
}

// TestNotIdle: an empty log is not that of a HAProxy that was not asked for
// anything, if that has counted requests without a server.
func TestNotIdle(t *testing.T) {
	for econ, want := range map[int]plugin.State{0: plugin.OK, 3: plugin.Unknown} {
		l := newCheckedLog("v2 100 0", fmt.Sprintf("v2 1100 %d", econ))
		l.options.Facts = map[string]Fact{"v2": {Serving: true, Served: check.Served{Section: "v2", Known: true}}}
		log := check.Log{Lines: check.NewLines(usual(), false)}
		out := Judge(l.Counter, log, l.options)
		out.compare(l.Counter, l.crossCheck(), l.options)
		result := out.Result()
		if result.State != want || strings.Contains(result.Headline(), "show none either") != (want == plugin.OK) {
			t.Errorf("%d requests without a server: %s: %s", econ, result.State, result.Headline())
		}
	}
}

// TestCompareMany: a little that is missing of each of many sections is an outage,
// whether the log knows the sections or not.
func TestCompareMany(t *testing.T) {
	for _, known := range []bool{false, true} {
		var before, after []string
		for i := range 100 {
			before, after = append(before, fmt.Sprintf("app%d 10 0", i)), append(after, fmt.Sprintf("app%d 13 2", i))
		}
		const idle = ",idle 5 0"
		l := newCheckedLog(strings.Join(before, ",")+idle, strings.Join(after, ",")+idle)
		for i := range 100 {
			if known {
				l.logged(fmt.Sprintf("app%d", i), "", 1, evening.Add(-time.Minute), evening)
			}
		}
		out, lacks := l.compare()
		result := out.Result()
		if want := "all 100 sections together: 200 of 300 requests found no server"; lacks == 0 || result.State != plugin.Critical || !strings.Contains(result.Headline(), want) {
			t.Errorf("known %v: %s: %s", known, result.State, result.Headline())
		}
		if want := "HAProxy counted 200 requests of all sections together without a server in 1m, the log has 0"; !strings.Contains(strings.Join(result.Problems, "\n"), want) {
			t.Errorf("%q", result.Problems)
		}
	}
}

// TestComparePartial: of a section whose log has only a part of the requests, the
// share is that of HAProxy's own count, and nobody expects its log to be whole.
func TestComparePartial(t *testing.T) {
	for name, test := range map[string]struct {
		counted, logged int // requests without a server
		state           plugin.State
		text            string
	}{
		"few":      {4, 4, plugin.OK, "4 of 100 requests in 5m found no server"},
		"too many": {40, 40, plugin.Critical, "v2: 40 of 100 requests found no server"},
		"a sample": {60, 6, plugin.Critical, "v2: 60 of 100 requests found no server"},
		"none":     {0, 0, plugin.OK, "0 of 100 requests in 5m found no server"},
		"others":   {0, 20, plugin.Critical, "v2: 20 of 100 requests found no server"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newCheckedLog("v2 100 0", fmt.Sprintf("v2 200 %d", test.counted))
			l.logged("v2", "SC", test.logged, evening.Add(-time.Minute), evening)
			l.logged("v2", "CR", 1, evening.Add(-time.Minute), evening)
			log := fullLog(usual())
			log.Partial = []logformat.Partial{{Section: "v2", Setting: "option dontlog-normal"}}
			l.options.Rules = rulesOf(rules(t, "50,5%"), rules(t, "100,30%"), l.options.RiseLimits)
			out := Judge(l.Counter, log, l.options)
			if out.Sections[0].Share == out.Sections[0].Share {
				t.Errorf("the log has a share of %v", out.Sections[0].Share)
			}
			lacks := out.compare(l.Counter, l.crossCheck(), l.options)
			result := out.Result()
			if lacks > 0 || result.State != test.state || !strings.Contains(result.Headline(), test.text) {
				t.Errorf("lacks %d, %s: %s", lacks, result.State, result.Headline())
			}
			if out.Requests != 100 || out.NOSRV() != uint64(max(test.counted, test.logged)) {
				t.Errorf("in all %d of %d", out.NOSRV(), out.Requests)
			}
		})
	}
}

// TestCompareTwo: of two HAProxys neither has counted all requests of one log.
func TestCompareTwo(t *testing.T) {
	l := newCheckedLog("v2 100 0", "v2 200 40")
	l.logged("v2", "SC", 80, evening.Add(-time.Minute), evening)
	log := fullLog(usual())
	log.Partial = []logformat.Partial{{Section: "v2", Setting: "option dontlog-normal"}}
	b := l.crossCheck()
	other, target := b.sampled[0], b.backends[0]
	other.Answer, target.Endpoint = &endpoint.Answer{Name: "lb2"}, "lb2"
	b.sampled, b.backends = append(b.sampled, other), append(b.backends, target)
	out := Judge(l.Counter, log, l.options)
	out.compare(l.Counter, b, l.options)
	if v2 := find(t, out, "v2"); !math.IsNaN(v2.Share) || v2.Requests != 80 {
		t.Errorf("%+v", v2)
	}
}

// TestSectionWithoutPlace: of a section that is counted with others nobody knows
// how many lines it has.
func TestSectionWithoutPlace(t *testing.T) {
	l := newCheckedLog("v2 100 0", "v2 200 40")
	l.logged("v1", "SC", 1, evening.Add(-time.Minute), evening)
	l.sections.Others()
	logged := l.serverlessSince()
	if _, known := logged("v2", evening); known {
		t.Error("it is known to have none")
	}
	if n, known := logged("v1", usual().From()); !known || n != 1 {
		t.Errorf("of another one %d are known: %v", n, known)
	}
}

// TestCrossCheckOf: what was counted before a log begins, or in a part of it that
// could not be read, is not held against it.
func TestCrossCheckOf(t *testing.T) {
	s := usual()
	whole := fullLog(s)
	begin := s.From().Add(maxBehind)
	late := evening.Add(-2 * time.Minute)
	with := func(change func(*check.Log)) check.Log {
		log := whole
		change(&log)
		return log
	}
	for name, test := range map[string]struct {
		ring     string
		log      check.Log
		from, to time.Time
	}{
		"a file":                        {"", whole, begin, evening.Add(time.Hour)},
		"a young file":                  {"", with(func(l *check.Log) { l.Earliest = late }), begin, evening.Add(time.Hour)},
		"an empty file":                 {"", with(func(l *check.Log) { l.Earliest = time.Time{} }), begin, evening.Add(time.Hour)},
		"a ring":                        {"r", with(func(l *check.Log) { l.Earliest = late }), late.Add(maxBehind), evening.Add(time.Hour)},
		"an empty ring":                 {"r", with(func(l *check.Log) { l.Earliest = time.Time{} }), time.Time{}, time.Time{}},
		"a pipe":                        {"", with(func(l *check.Log) { l.Streamed, l.Earliest, l.Own = true, late, evening.Add(-time.Second) }), late.Add(maxBehind), evening.Add(-time.Second)},
		"a part that cannot be read":    {"", with(func(l *check.Log) { l.Unread = []check.Unread{{Until: late}} }), late.Add(maxBehind), evening.Add(time.Hour)},
		"of which nobody knows its age": {"", with(func(l *check.Log) { l.Unread = []check.Unread{{}} }), time.Time{}, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			f := &flags{}
			f.Ring = test.ring
			if got := f.crossCheckOf(statistics{}, s, test.log); !got.from.Equal(test.from) || !got.to.Equal(test.to) {
				t.Errorf("from %v to %v, want from %v to %v", got.from, got.to, test.from, test.to)
			}
		})
	}
	rows := slices.Repeat([]string{"v2 100 0"}, 20)
	l := newCheckedLog(append(rows, "v2 107 7", "v2 107 7")...)
	b := l.crossCheck()
	if sections := b.hold(l.Counter); sections[0][0].stretch.Baseline.Length() == 0 {
		t.Error("there is no baseline")
	}
	b.from = evening.Add(-3 * time.Minute)
	if sections := b.hold(l.Counter); sections[0][0].stretch.Baseline.Length() > 0 || sections[0][0].stretch.Window.Length() != 3*time.Minute {
		t.Errorf("behind a gap %+v", sections[0][0].stretch)
	}
	b.from = evening.Add(-59 * time.Second)
	if out := Judge(l.Counter, whole, l.options); out.compare(l.Counter, b, l.options) > 0 {
		t.Errorf("what was counted before the log begins is missing in it: %s", out.Result().Headline())
	}
	b.from, b.to = begin, evening.Add(-time.Minute)
	if out := Judge(l.Counter, whole, l.options); out.compare(l.Counter, b, l.options) == 0 {
		t.Error("what was counted until a pipe ended is not missing in it")
	}
	b.to = evening.Add(-time.Minute - time.Second)
	if out := Judge(l.Counter, whole, l.options); out.compare(l.Counter, b, l.options) > 0 {
		t.Error("what was counted after a pipe had ended is missing in it")
	}
}

// TestWholeLogs: a log that is whole is never said to lack anything: with rushes
// and steady traffic, samples at any times, restarts of HAProxy, and another
// machine's clock.
func TestWholeLogs(t *testing.T) {
	const before = 80 * time.Minute
	for seed := range uint64(2_000) {
		random := rand.New(rand.NewPCG(seed, 12))
		lost := losses(random, before)
		l := newCheckedLog()
		l.now = evening.Add(-before)
		for started := l.now; l.now.Before(evening); {
			next := l.now.Add(min(time.Duration(1+random.IntN(400))*time.Second, evening.Sub(l.now)))
			n := 0
			for _, at := range lost {
				if at.After(started) && !at.After(next) {
					n++
				}
			}
			l.sample(next.Sub(l.now), fmt.Sprintf("v2 %d %d", 1000+n, n))
			if random.IntN(20) == 0 {
				started = l.now
				l.process.PID, l.process.Started = l.process.PID+1, l.now
			}
		}
		late := time.Duration(random.Int64N(int64(maxBehind)))
		for _, at := range lost {
			l.logged("v2", "SC", 1, at.Add(-late), at.Add(-late))
		}
		if out, lacks := l.compare(); lacks > 0 {
			t.Fatalf("seed %d: %s", seed, out.Result().Headline())
		}
	}
}

// losses are the times of requests without a server, of steady traffic and a few
// rushes.
func losses(random *rand.Rand, before time.Duration) (times []time.Time) {
	add := func(n int, from, length time.Duration) {
		for range n {
			times = append(times, evening.Add(-from+time.Duration(random.Int64N(int64(length)))))
		}
	}
	add(random.IntN(200), before, before)
	for range random.IntN(4) {
		length := time.Duration(1+random.IntN(300)) * time.Second
		add(random.IntN(1_000), length+time.Duration(random.Int64N(int64(before-length))), length)
	}
	return times
}

// withPage runs the check over a log of so many requests without a server, just
// now, and the page beside it.
func withPage(t *testing.T, p *statsPage, log string, args ...string) (output string, state plugin.State) {
	t.Helper()
	var stdout bytes.Buffer
	state = plugin.State(Main(append([]string{"-f", log, "-u", p.url, "--no-lookup", "--sample", "1h"}, args...), nil, &stdout, io.Discard))
	return stdout.String(), state
}

// addLines appends so many requests of v2 to a log.
func addLines(t *testing.T, log, server string, n int) {
	t.Helper()
	addLinesOf(t, log, server, n, time.Now())
}

// addLinesOf appends requests of a time.
func addLinesOf(t *testing.T, log, server string, n int, at time.Time) {
	t.Helper()
	file, err := os.OpenFile(log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	flags := map[bool]string{false: "200 9 - - ----", true: "503 9 - - SC--"}[server == "<NOSRV>"]
	for i := range n {
		fmt.Fprintf(file, "%s lb1 haproxy[7]: 192.0.2.1:%d [%s] fe v2/%s 0/0/0/1/1 %s 1/1/0/0/0 0/0 \"GET / HTTP/1.1\"\n",
			at.Format("2006-01-02T15:04:05.000Z07:00"), 1000+i, at.Format("02/Jan/2006:15:04:05.000"), server, flags)
	}
}

// TestCrossCheckFolder: a folder that cannot be used costs the comparison alone, and
// nobody waits for a second sample. Of a time that is over nothing is kept.
func TestCrossCheckFolder(t *testing.T) {
	p, dir := startPage(t), t.TempDir()
	log, state, link := filepath.Join(dir, "haproxy.log"), filepath.Join(dir, "state"), filepath.Join(dir, "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	addLines(t, log, "web1", 100)
	saved := filepath.Join(dir, "stat.csv")
	p.set("v2/up1 0,v2 100 0")
	if err := os.WriteFile(saved, []byte(p.csv()), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout bytes.Buffer
	Main([]string{"-f", log, "--stats-file", saved, "--state-dir", state, "--no-lookup"}, nil, &stdout, io.Discard)
	withPage(t, p, log, "--state-dir", state, "--at", time.Now().Format(time.RFC3339))
	if _, err := os.Stat(state); err == nil {
		t.Error("something was kept of a saved answer, or of a time that is over")
	}
	for _, econ := range []int{0, 50} {
		p.set(fmt.Sprintf("v2/up1 0,v2 1000 %d", econ))
		if output, code := withPage(t, p, log, "--state-dir", link, "-v"); code != plugin.OK || !strings.Contains(output, "is not used for samples: it is a link") {
			t.Errorf("a link: %s: %s", code, output)
		}
	}
	addLines(t, log, "<NOSRV>", 90)
	if output, code := withPage(t, p, log, "--state-dir", link); code != plugin.Critical {
		t.Errorf("the log's verdict is lost: %s: %s", code, output)
	}
	for _, run := range []struct {
		econ int
		want plugin.State
	}{{0, plugin.OK}, {90, plugin.OK}, {180, plugin.Unknown}} {
		p.set(fmt.Sprintf("v2/up1 0,v2 1000 %d", run.econ))
		if output, code := withPage(t, p, log, append([]string{"--state-dir", state, "-s", "v2"}, noLimits...)...); code != run.want {
			t.Errorf("%d requests without a server: %s: %s", run.econ, code, output)
		}
	}
	files, _ := filepath.Glob(filepath.Join(state, "*.samples"))
	if len(files) != 1 {
		t.Fatalf("files %v", files)
	}
	if err := os.WriteFile(files[0], []byte("rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	if output, code := withPage(t, p, log, "--state-dir", state, "-s", "v2", "-v"); code != plugin.Critical || !strings.Contains(output, "cannot be continued") {
		t.Errorf("a damaged file: %s: %s", code, output)
	}
}

// TestLateLines: lines that come into the log a moment after they were counted are
// waited for; those that do not come are missing.
func TestLateLines(t *testing.T) {
	for name, test := range map[string]struct {
		come []time.Duration // four lines each
		want plugin.State
	}{
		"late":       {[]time.Duration{300 * time.Millisecond, 400 * time.Millisecond}, plugin.OK},
		"one by one": {[]time.Duration{500 * time.Millisecond, 1500 * time.Millisecond}, plugin.OK},
		"never":      {nil, plugin.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, dir := startPage(t), t.TempDir()
			log := filepath.Join(dir, "haproxy.log")
			addLines(t, log, "web1", 1000)
			p.set("v2/up1 0,v2 1000 0")
			if output, code := withPage(t, p, log, "--state-dir", dir); code != plugin.OK {
				t.Fatalf("a first run: %s: %s", code, output)
			}
			p.set("v2/up1 0,v2 2000 8")
			for _, later := range test.come {
				defer time.AfterFunc(later, func() { addLines(t, log, "<NOSRV>", 4) }).Stop()
			}
			if output, code := withPage(t, p, log, append([]string{"--state-dir", dir}, noLimits...)...); code != test.want {
				t.Errorf("%s, want %s: %s", code, test.want, output)
			}
		})
	}
}

// TestLaggingLog: a log whose lines come seconds late, one after the other, is
// waited for.
func TestLaggingLog(t *testing.T) {
	t.Parallel()
	const lag = 2500 * time.Millisecond
	p, dir := startPage(t), t.TempDir()
	log := filepath.Join(dir, "haproxy.log")
	addLinesOf(t, log, "web1", 1000, time.Now().Add(-lag))
	p.set("v2/up1 0,v2 1000 0")
	withPage(t, p, log, "--state-dir", dir)
	p.set("v2/up1 0,v2 2000 4")
	begin := time.Now()
	addLinesOf(t, log, "web1", 1, begin.Add(-lag))
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for lost := false; ; {
			select {
			case <-end:
				return
			case now := <-time.After(100 * time.Millisecond):
				addLinesOf(t, log, "web1", 1, now.Add(-lag))
				if !lost && now.Sub(begin) > lag {
					addLinesOf(t, log, "<NOSRV>", 4, begin)
					lost = true
				}
			}
		}
	}()
	if output, code := withPage(t, p, log, "--state-dir", dir); code != plugin.OK || !strings.Contains(output, "no-server 4") {
		t.Errorf("%s: %s", code, output)
	}
	close(end)
	<-ended
}

// TestIsBehind: a log into which older lines still come is waited for; a quiet one,
// and one that has gone on, are not, nor is any without the time for it.
func TestIsBehind(t *testing.T) {
	at := func(second int) time.Time { return evening.Add(time.Duration(second) * time.Second) }
	for _, test := range []struct {
		before, now int // the newest line, in seconds
		want        bool
	}{{-5, -4, true}, {-5, -5, false}, {-5, 0, false}, {-1, 1, false}} {
		if got := isBehind(check.Log{Own: at(test.now)}, at(test.before), evening); got != test.want {
			t.Errorf("from %d s to %d s: %v", test.before, test.now, got)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if !wait(ctx, time.Millisecond) || wait(ctx, time.Minute) {
		t.Error("the time that is left decides nothing")
	}
}
