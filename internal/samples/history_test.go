package samples

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var begin = time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)

// at is a time so many seconds after the beginning.
func at(seconds float64) time.Time {
	return begin.Add(time.Duration(seconds * float64(time.Second)))
}

var testSettings = Settings{Columns: []string{"requests", "failed"}, Window: 5 * time.Minute, Baseline: time.Hour}

// process is one that started so many seconds after the beginning.
func process(pid int64, started float64) Process {
	return Process{PID: pid, StartID: at(started).Unix(), Started: at(started)}
}

// counted is a row "section/server requests failed", with ? for NotKnown, and
// maybe the seconds after the beginning when its status changed.
func counted(text string) Row {
	fields := strings.Fields(text)
	var row Row
	row.Section, row.Server, _ = strings.Cut(fields[0], "/")
	for _, field := range fields[1:3] {
		count := int64(NotKnown)
		if field != "?" {
			_, _ = fmt.Sscan(field, &count)
		}
		row.Counts = append(row.Counts, count)
	}
	if len(fields) > 3 {
		var changed int64
		_, _ = fmt.Sscan(fields[3], &changed)
		row.Changed = begin.Unix() + changed
	}
	return row
}

// sample is one at a time, of rows separated by commas.
func sample(seconds float64, p Process, rows string) Sample {
	s := Sample{Asked: at(seconds), At: at(seconds), Process: p}
	for row := range strings.SplitSeq(rows, ",") {
		s.Rows = append(s.Rows, counted(row))
	}
	return s
}

// grown lists what grew in a span: "api/s1 10 0, api - 12 2" per interval.
func grown(s *Series, span Span) string {
	var parts []string
	last := Span{}
	s.Visit(span, func(at Span, row int, growth []int64) {
		if at != last {
			parts = append(parts, fmt.Sprintf("%.0f-%.0f:", at.From.Sub(begin).Seconds(), at.To.Sub(begin).Seconds()))
		}
		last = at
		key := s.Rows()[row]
		name := key.Section
		if key.Server != "" {
			name += "/" + key.Server
		}
		parts = append(parts, fmt.Sprintf("%s %d %d", name, growth[0], growth[1]))
	})
	return strings.Join(parts, " ")
}

var everything = Span{at(-1e9), at(1e9)}

// TestGrowth: what is taken for growth, and what is not.
func TestGrowth(t *testing.T) {
	p, later := process(7, -100), process(8, 30)
	for _, test := range []struct {
		name    string
		samples []Sample
		want    string // of the series of the last sample
	}{
		{"one sample", []Sample{sample(0, p, "api 10 1")}, ""},
		{"two", []Sample{sample(0, p, "api 10 1"), sample(60, p, "api 15 1")}, "0-60: api 5 0"},
		{"idle", []Sample{sample(0, p, "api 10 1,web 1 1"), sample(60, p, "api 10 1,web 1 1")}, "0-60: api 0 0 web 0 0"},
		{"a server that came", []Sample{sample(0, p, "api/s1 10 0,api 10 0"), sample(60, p, "api/s1 11 0,api/s2 900 800,api 15 0")}, "0-60: api/s1 1 0 api 5 0"},
		{
			"and stays",
			[]Sample{sample(0, p, "api/s1 10 0,api 10 0"), sample(60, p, "api/s1 11 0,api/s2 900 800,api 15 0"), sample(120, p, "api/s1 11 0,api/s2 905 803,api 16 0")},
			"0-60: api/s1 1 0 api 5 0 60-120: api/s1 0 0 api 1 0 api/s2 5 3",
		},
		{"a server that went", []Sample{sample(0, p, "api/s1 10 0,api/s2 90 80,api 10 0"), sample(60, p, "api/s1 11 0,api 15 0")}, "0-60: api/s1 1 0 api 5 0"},
		{
			"and came back",
			[]Sample{sample(0, p, "api/s2 90 80,api 10 0"), sample(60, p, "api 15 0"), sample(120, p, "api/s2 3 1,api 17 0"), sample(180, p, "api/s2 4 1,api 17 0")},
			"0-60: api 5 0 60-120: api 2 0 120-180: api/s2 1 0 api 0 0",
		},
		{"a server deleted and added again", []Sample{sample(0, p, "api/s1 90 80,api 90 80"), sample(60, p, "api/s1 3 1,api 99 81")}, "0-60: api 9 1"},
		{"counters cleared", []Sample{sample(0, p, "api/s1 3 0,api 90 80"), sample(60, p, "api/s1 4 1,api/s2 1 1,api 5 2")}, "0-60: api/s1 4 1 api 5 2"},
		{"a count that is not known", []Sample{sample(0, p, "api 10 ?"), sample(60, p, "api 15 80")}, "0-60: api 5 0"},
		{"a count that is not known any more", []Sample{sample(0, p, "api 10 80"), sample(60, p, "api 15 ?")}, "0-60: api 5 0"},
		{"a reload", []Sample{sample(0, p, "api/s1 3 0,api 90 80"), sample(60, later, "api/s2 4 1,api 95 81")}, "0-60: api 95 81 api/s2 4 1"},
		{
			"and on",
			[]Sample{sample(0, p, "api 90 80"), sample(60, later, "api 5 1"), sample(120, later, "api 6 1")},
			"0-60: api 5 1 60-120: api 1 0",
		},
		{"another process, started before", []Sample{sample(0, p, "api 10 1"), sample(60, process(9, -5000), "api 900 800")}, ""},
		{
			"two processes behind one address",
			[]Sample{
				sample(0, p, "api 10 1"), sample(60, process(9, -50), "api 900 800"), sample(120, p, "api 11 1"),
				sample(180, process(9, -50), "api 903 801"), sample(240, p, "api 15 1"),
			},
			"0-120: api 1 0 120-240: api 4 0",
		},
		{"the same pid, started later, as in a container", []Sample{sample(0, p, "api 10 1"), sample(60, process(7, 30), "api 20 5")}, "0-60: api 20 5"},
		{"by age alone, inexactly", []Sample{sample(0, Process{PID: 7, Started: at(-100)}, "api 10 1"), sample(60, Process{PID: 7, Started: at(-98.5)}, "api 15 1")}, "0-60: api 5 0"},
		{"by age alone, which stands still", []Sample{sample(0, Process{PID: 7, Started: at(-100)}, "api 10 1"), sample(2, Process{PID: 7, Started: at(-97.5)}, "api 15 1")}, "0-2: api 5 0"},
		{"by age alone, another soon after", []Sample{sample(0, Process{PID: 7, Started: at(-100)}, "api 10 1"), sample(60, Process{PID: 7, Started: at(-96.5)}, "api 15 1")}, ""},
		{"by age alone, another", []Sample{sample(0, Process{PID: 7, Started: at(-100)}, "api 10 1"), sample(60, Process{PID: 7, Started: at(-90)}, "api 15 1")}, ""},
		{"a page", []Sample{sample(0, Process{}, "api 10 1 -50"), sample(60, Process{}, "api 15 1 -50")}, "0-60: api 5 0"},
		{"a page where a count fell", []Sample{sample(0, Process{}, "api 10 1,web 9 9"), sample(60, Process{}, "api 15 1,web 9 8")}, ""},
		{"a page of a process that changed at another time", []Sample{sample(0, Process{}, "api 10 1 -50"), sample(60, Process{}, "api 950 700 -90")}, ""},
		{"a page on which a status changed since", []Sample{sample(0, Process{}, "api 10 1 -50"), sample(60, Process{}, "api 15 1 30")}, "0-60: api 5 0"},
		{"a page whose times are inexact", []Sample{sample(0, Process{}, "api 10 1 -50"), sample(60, Process{}, "api 15 1 -52")}, "0-60: api 5 0"},
		{
			"two behind one page",
			[]Sample{sample(0, Process{}, "api 10 1"), sample(60, Process{}, "api 5 0"), sample(120, Process{}, "api 12 1"), sample(180, Process{}, "api 6 0")},
			"60-180: api 1 0",
		},
		{"a question that overlaps", []Sample{sample(0, p, "api 10 1"), sample(60, p, "api 15 1"), sample(59, p, "api 14 1")}, "0-60: api 5 0"},
		{"a page's question that overlaps", []Sample{sample(0, Process{}, "api 10 1"), sample(60, Process{}, "api 15 1"), sample(59, Process{}, "api 14 1")}, "0-60: api 5 0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := New(testSettings)
			var series *Series
			for _, s := range test.samples {
				series = h.Add(s)
				h = reread(t, h, s.At)
			}
			if got := grown(series, everything); got != test.want {
				t.Errorf("grew %q, want %q", got, test.want)
			}
		})
	}
}

// reread writes a history and reads it again, as the next run does.
func reread(t *testing.T, h *History, now time.Time) *History {
	t.Helper()
	again, err := Decode(h.Encode(), h.settings, now)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(plain(h), plain(again)); diff != "" {
		t.Fatalf("written and read (-want +got):\n%s", diff)
	}
	return again
}

// plain is a history in words.
func plain(h *History) []string {
	var lines []string
	for _, s := range h.series {
		lines = append(lines, fmt.Sprint(s.process.PID, s.process.StartID, s.process.Started.UnixMilli(), s.asked, s.at, s.last, s.counts), grown(s, everything))
	}
	return lines
}

// TestDoubt: a section whose growth is doubted without a row that vanished, came
// or fell is left out of that interval, the others are not.
func TestDoubt(t *testing.T) {
	settings := testSettings
	settings.Doubt = func(others []Growth) bool {
		var failed int64
		for _, g := range others {
			if g.Server == "" {
				failed += g.Counts[1]
			} else {
				failed -= g.Counts[1]
			}
		}
		return failed > 0
	}
	p := process(7, -100)
	const before = "api/s1 5 1,api/s2 5 1,api 10 2,web/s1 5 1,web 5 1"
	for _, test := range []struct{ name, after, want string }{
		{"nothing changed", "api/s1 5 1,api/s2 5 1,api 10 4,web/s1 6 1,web 6 1", "api/s1 0 0 api/s2 0 0 api 0 2 web/s1 1 0 web 1 0"},
		{"doubted", "api/s1 5 1,api 10 4,web/s1 6 1,web 6 1", "web/s1 1 0 web 1 0"},
		{"explained by the others", "api/s1 5 3,api 10 4,web/s1 6 1,web 6 1", "api/s1 0 2 api 0 2 web/s1 1 0 web 1 0"},
		{"came", "api/s1 5 1,api/s2 5 1,api/s3 9 2,api 10 4,web/s1 6 1,web 6 1", "web/s1 1 0 web 1 0"},
		{"fell", "api/s1 5 1,api/s2 2 1,api 10 4,web/s1 6 1,web 6 1", "web/s1 1 0 web 1 0"},
	} {
		h := New(settings)
		h.Add(sample(0, p, before))
		series := h.Add(sample(60, p, test.after))
		if got := grown(series, everything); got != "0-60: "+test.want {
			t.Errorf("%s: grew %q, want %q", test.name, got, test.want)
		}
	}
	h := New(settings)
	h.Add(sample(0, p, before))
	if got := grown(h.Add(sample(60, process(8, 30), "api/s1 5 1,api 10 4")), everything); got != "0-60: api/s1 5 1 api 10 4" {
		t.Errorf("after a restart nothing is doubted, but grew %q", got)
	}
}

// seconds is a span in seconds after the beginning.
func seconds(s Span) string {
	if (s == Span{}) {
		return "none"
	}
	return fmt.Sprintf("%.0f-%.0f", s.From.Sub(begin).Seconds(), s.To.Sub(begin).Seconds())
}

// TestSpans: which samples stand for window and baseline, and when another
// sample is needed.
func TestSpans(t *testing.T) {
	every := func(step, from, to float64) (times []float64) {
		for x := from; x <= to; x += step {
			times = append(times, x)
		}
		return times
	}
	for _, test := range []struct {
		name             string
		times            []float64
		window, baseline string
		another          bool
	}{
		{"first", []float64{0}, "none", "none", true},
		{"a pair", []float64{0, 2}, "0-2", "none", false},
		{"young", []float64{0, 60, 120}, "0-120", "none", false},
		{"a minute each", every(60, 0, 7200), "6900-7200", "3300-6900", false},
		{"a little more than a minute", every(61, 0, 7200), "6893-7198", "3172-6893", false},
		{"every ten seconds", every(10, 0, 7200), "6900-7200", "3300-6900", false},
		{"every five minutes", every(300, 0, 7200), "6900-7200", "3300-6900", false},
		{"every ten minutes", every(600, 0, 7200), "6600-7200", "3000-6600", false},
		{"retried in between", []float64{0, 300, 600, 660}, "300-660", "0-300", false},
		{"every half hour", every(1800, 0, 7200), "5400-7200", "1800-5400", true},
		{"after a weekend", append(every(60, 0, 3600), 200_000), "3600-200000", "none", true},
		{"after a weekend, with a second sample", append(every(60, 0, 3600), 200_000, 200_002), "200000-200002", "none", false},
		{"three windows", []float64{0, 60, 960}, "60-960", "0-60", false},
		{"over three windows", []float64{0, 60, 961}, "60-961", "0-60", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := New(testSettings)
			var series *Series
			for i, seconds := range test.times {
				series = h.Add(sample(seconds, process(7, -100), fmt.Sprintf("api %d 0", i)))
			}
			window, baseline := series.Spans()
			if seconds(window) != test.window || seconds(baseline) != test.baseline || series.NeedsAnother() != test.another {
				t.Errorf("window %s, baseline %s, another %v; want %s, %s, %v",
					seconds(window), seconds(baseline), series.NeedsAnother(), test.window, test.baseline, test.another)
			}
		})
	}
}

// TestBlind: a section that was not judged in all of the window needs a second
// sample; a server does not.
func TestBlind(t *testing.T) {
	p := process(7, -100)
	for rows, want := range map[string]bool{
		"api 11 1":             false,
		"api 11 1,api/s1 1 1":  false,
		"api 11 1,web 1 1":     true,
		"api 11 1,web/s1 9 9 ": false,
	} {
		h := New(testSettings)
		h.Add(sample(0, p, "api 10 1"))
		if got := h.Add(sample(60, p, rows)).NeedsAnother(); got != want {
			t.Errorf("%s: needs another is %v", rows, got)
		}
	}
}

// TestManyProcesses: those that were not seen for longest are forgotten.
func TestManyProcesses(t *testing.T) {
	h := New(testSettings)
	for i := range 20 {
		h.Add(sample(float64(i), process(int64(i), float64(-1000*i-10)), "api 10 1"))
	}
	if len(h.series) != maxSeries || h.series[0].process.PID != 19 || h.series[maxSeries-1].process.PID != 12 {
		t.Errorf("%d series are kept, the first of process %d", len(h.series), h.series[0].process.PID)
	}
}

// TestNothingIsLost: whatever is sampled when, by runs of any rhythm, with
// reloads, deletions and additions in between, the growth that is kept is what
// happened in the intervals in which a row was there.
func TestNothingIsLost(t *testing.T) {
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 1))
		settings := testSettings
		settings.Baseline = 1000 * time.Hour // nothing becomes too old
		h := New(settings)
		p := process(1, -500)
		counts := map[string]int64{}
		before := map[string]int64{}
		total := map[string]int64{}
		seconds := 0.0
		for run := range 100 {
			seconds += []float64{10, 60, 61, 300}[random.IntN(4)] * (0.9 + 0.2*random.Float64())
			restarted := run > 0 && random.IntN(12) == 0
			if restarted {
				p = process(p.PID+1, seconds-3)
				clear(counts)
			}
			for i := range 12 {
				name := fmt.Sprintf("b%d/s%d", i/4, i%4)
				switch _, there := counts[name]; {
				case !there && random.IntN(3) > 0:
					counts[name] = int64(random.IntN(5))
				case there && random.IntN(8) == 0:
					delete(counts, name)
				case there && random.IntN(2) == 0:
					counts[name] += int64(random.IntN(1000))
				}
			}
			var rows []string
			for i := range 12 {
				name := fmt.Sprintf("b%d/s%d", i/4, i%4)
				n, there := counts[name]
				if !there {
					continue
				}
				rows = append(rows, fmt.Sprintf("%s %d 0", name, n))
				old, was := before[name]
				switch {
				case restarted:
					total[name] += n
				case run > 0 && was && n >= old:
					total[name] += n - old
				}
			}
			clear(before)
			for name, n := range counts {
				before[name] = n
			}
			if len(rows) == 0 {
				continue
			}
			h.Add(sample(seconds, p, strings.Join(rows, ",")))
			if run%10 == 0 {
				h = reread(t, h, at(seconds))
			}
		}
		got := map[string]int64{}
		s := h.series[0]
		s.Visit(everything, func(_ Span, row int, growth []int64) {
			if growth[0] > 0 {
				got[s.rows[row].Section+"/"+s.rows[row].Server] += growth[0]
			}
		})
		for name, n := range total {
			if n == 0 {
				delete(total, name)
			}
		}
		if diff := cmp.Diff(total, got); diff != "" {
			t.Fatalf("seed %d (-want +got):\n%s", seed, diff)
		}
	}
}

// TestThinned: however often a check runs, as many samples are kept as judging
// needs.
func TestThinned(t *testing.T) {
	for _, step := range []float64{1, 7, 31, 60, 95, 300, 1000} {
		h := New(testSettings)
		var series *Series
		n := int64(0)
		for x := 0.0; x < 20_000; x += step {
			n++
			series = h.Add(sample(x, process(7, -100), fmt.Sprintf("api %d 0", n)))
		}
		if got := len(series.intervals); got > 10+26+3 {
			t.Errorf("every %gs: %d intervals are kept", step, got)
		}
		if oldest := at(series.Last().Sub(begin).Seconds() - testSettings.kept().Seconds() - 2*step - 300); time.UnixMilli(series.intervals[0].from).Before(oldest) {
			t.Errorf("every %gs: the oldest sample is of %s, the last of %s", step, time.UnixMilli(series.intervals[0].from), series.Last())
		}
	}
}

// TestRowsThatWentAreDropped: names that changed for weeks do not gather.
func TestRowsThatWentAreDropped(t *testing.T) {
	h := New(testSettings)
	var series *Series
	for i := range 3000 {
		rows := fmt.Sprintf("api %d 0,api/s%d 2 0,api/s%d 1 0", i, i, i+1)
		series = h.Add(sample(60*float64(i), process(7, -100), rows))
	}
	if len(series.rows) > 200 || len(series.last) != len(series.rows) || len(series.counts) != 2*len(series.rows) {
		t.Errorf("%d rows are kept", len(series.rows))
	}
	window, _ := series.Spans()
	if got := grown(series, window); !strings.Contains(got, "api 1 0") || !strings.Contains(got, "api/s2999 1 0") {
		t.Errorf("in the window grew %q", got)
	}
}

// TestLatest: what a row had in the run before, of the process that answers now
// if that was seen before.
func TestLatest(t *testing.T) {
	h := New(testSettings)
	one, other := process(1, -100), process(2, -50)
	key := Key{"api", "s1"}
	if got := h.Latest(one, key); got != nil || !h.IsEmpty() {
		t.Errorf("without a sample: %v", got)
	}
	h.Add(sample(0, one, "api 1 1,api/s1 7 ?"))
	h.Add(sample(1, other, "api 1 1,api/s1 9 2"))
	for _, test := range []struct {
		p    Process
		key  Key
		want []int64
	}{
		{one, key, []int64{7, NotKnown}},
		{other, key, []int64{9, 2}},
		{process(3, 0), key, []int64{9, 2}}, // the newest
		{one, Key{"api", "s2"}, nil},
	} {
		if diff := cmp.Diff(test.want, h.Latest(test.p, test.key)); diff != "" {
			t.Errorf("%+v of %d: %s", test.key, test.p.PID, diff)
		}
	}
	h.Add(sample(2, one, "api 1 1"))
	if got := h.Latest(one, key); got != nil || h.IsEmpty() {
		t.Errorf("a row that vanished: %v", got)
	}
}

// TestWithin: the part of a span between two samples that lie in it.
func TestWithin(t *testing.T) {
	h := New(testSettings)
	var s *Series
	for _, x := range []float64{0, 60, 120, 180} {
		s = h.Add(sample(x, process(7, -100), "api 1 0"))
	}
	for _, test := range []struct{ from, to, wantFrom, wantTo float64 }{
		{0, 180, 0, 180},
		{-60, 999, 0, 180},
		{1, 180, 60, 180},
		{60, 179, 60, 120},
		{61, 179, 0, 0},
		{180, 999, 0, 0},
	} {
		got := s.Within(Span{at(test.from), at(test.to)})
		if want := (Span{at(test.wantFrom), at(test.wantTo)}); test.wantTo > 0 && !(got.From.Equal(want.From) && got.To.Equal(want.To)) || test.wantTo == 0 && got != (Span{}) {
			t.Errorf("from %g to %g: %v to %v", test.from, test.to, got.From, got.To)
		}
	}
}
