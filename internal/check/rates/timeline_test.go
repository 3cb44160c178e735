package rates

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/check"
	"check-haproxy/internal/plugin/threshold"
)

// Very many timelines do not take very much memory: the last ones still tell
// window and baseline apart.
func TestTimelinesAreBounded(t *testing.T) {
	s := check.Stretch{At: time.Unix(1_800_000_000, 0), Window: window, Baseline: time.Hour}
	scale := NewScale(s)
	kept := 0
	for range allBuckets {
		timeline := scale.NewTimeline()
		scale.Add(timeline, s.At.Add(-time.Second).UnixNano(), 1)
		scale.Add(timeline, s.Begin().Add(-time.Second).UnixNano(), 1)
		spans := scale.Before(timeline, time.Hour)
		var before uint64
		for _, span := range spans {
			before += span.Spoiled
		}
		if timeline.window != 1 || before != 1 || scale.Since(timeline).IsZero() {
			t.Fatalf("a timeline counts %d and %d", timeline.window, before)
		}
		if scale.Minutes(timeline) != nil {
			kept++
		}
	}
	if buckets := kept * 65; buckets > allBuckets || buckets < allBuckets-65 {
		t.Errorf("%d timelines have %d buckets", kept, buckets)
	}
}

// A timeline that was cut off makes what is merged with it one, too.
func TestMergeOfHalves(t *testing.T) {
	s := check.Stretch{At: time.Unix(1_800_000_000, 0), Window: window, Baseline: time.Hour}
	whole, scale := NewScale(s).NewTimeline(), NewScale(s)
	scale.Add(whole, s.Begin().Add(-time.Minute).UnixNano(), 1)
	cut := &Timeline{}
	scale.Add(cut, s.From().UnixNano(), 1)
	whole.Merge(cut)
	if spans := scale.Before(whole, time.Hour); len(spans) != 1 || spans[0] != (Span{time.Hour, 2}) || scale.Minutes(whole) != nil {
		t.Errorf("merged they are %v", spans)
	}
	if spans := scale.Before(nil, 30*time.Minute); len(spans) != 1 || spans[0] != (Span{30 * time.Minute, 0}) {
		t.Errorf("a timeline without anything is %v", spans)
	}
}

// What was counted since a time, by whole buckets: those of the window count from
// its end, those before from its begin.
func TestCountedSince(t *testing.T) {
	s := check.Stretch{At: time.Unix(1_800_000_000, 0), Window: 90 * time.Second, Baseline: 5 * time.Minute}
	scale := NewScale(s)
	timeline, short := scale.NewTimeline(), &Timeline{}
	for i, ago := range []time.Duration{30, 80, 100, 200, 380} {
		for _, one := range []*Timeline{timeline, short} {
			scale.Add(one, s.At.Add(-ago*time.Second).UnixNano(), 1<<i)
		}
	}
	for ago, want := range map[time.Duration]struct{ buckets, phases uint64 }{
		0:   {0, 3},
		1:   {1, 3},
		59:  {1, 3},
		60:  {1, 3},
		61:  {3, 3},
		90:  {3, 3},
		91:  {7, 31},
		150: {7, 31},
		199: {15, 31},
		390: {31, 31},
		999: {31, 31},
	} {
		since := s.At.Add(-ago * time.Second)
		if got := scale.CountedSince(timeline, since); got != want.buckets {
			t.Errorf("since %d s ago %d, want %d", ago, got, want.buckets)
		}
		if got := scale.CountedSince(short, since); got != want.phases {
			t.Errorf("without buckets, since %d s ago %d, want %d", ago, got, want.phases)
		}
	}
	if got := scale.CountedSince(nil, s.From()); got != 0 {
		t.Errorf("a timeline that was never begun counts %d", got)
	}
}

// plain counts the times of a list that lie in a stretch, one by one.
func plain(times []time.Time, from, to time.Time) (n uint64) {
	for _, at := range times {
		if !at.Before(from) && at.Before(to) {
			n++
		}
	}
	return n
}

// TestMinutesAreThoseOfAPlainCount holds a timeline, merged of parts, against a
// count of each of its minutes.
func TestMinutesAreThoseOfAPlainCount(t *testing.T) {
	for seed := range uint64(30) {
		random := rand.New(rand.NewPCG(seed, 1))
		s := check.Stretch{
			At:       time.Unix(1_800_000_000, int64(random.IntN(1e9))),
			Window:   time.Duration(1+random.IntN(600)) * time.Second,
			Baseline: time.Duration(1+random.IntN(7200)) * time.Second,
		}
		scale := NewScale(s)
		parts := []*Timeline{scale.NewTimeline(), scale.NewTimeline(), scale.NewTimeline()}
		var times []time.Time
		add := func(at time.Time) {
			times = append(times, at)
			scale.Add(parts[random.IntN(len(parts))], at.UnixNano(), 1)
		}
		for _, edge := range []time.Time{s.From(), s.Begin().Add(-1), s.Begin(), s.At.Add(-1)} {
			add(edge)
		}
		for range random.IntN(300) {
			add(s.From().Add(time.Duration(random.Int64N(int64(s.Window + s.Baseline)))))
		}
		all := parts[0]
		if seed%2 == 0 {
			all = scale.Together(parts[0], nil, parts[1], parts[2])
		} else {
			all.Merge(parts[1])
			all.Merge(parts[2])
		}
		window, before := plain(times, s.Begin(), s.At), plain(times, s.From(), s.Begin())
		if all.Counted(InWindow) != window || all.Counted(InBaseline) != before {
			t.Fatalf("seed %d: %d in the window and %d before it, want %d and %d", seed, all.Counted(InWindow), all.Counted(InBaseline), window, before)
		}
		width := BucketWidth(s)
		inWindow := int((s.Window + width - 1) / width)
		minutes := scale.Minutes(all)
		for i, minute := range minutes {
			back := len(minutes) - 1 - i
			end, earliest := s.At, s.Begin()
			if back >= inWindow {
				back, end, earliest = back-inWindow, s.Begin(), s.From()
			}
			from, to := end.Add(-time.Duration(back+1)*width), end.Add(-time.Duration(back)*width)
			if want := plain(times, later(from, earliest), to); !minute.From.Equal(from) || minute.Count != want {
				t.Fatalf("seed %d: minute %d of %d from %s counts %d, want %d from %s", seed, i, len(minutes), minute.From, minute.Count, want, from)
			}
		}
		if oldest := minutes[0].From; oldest.After(s.From()) {
			t.Fatalf("seed %d: the minutes begin at %s, after the stretch", seed, oldest)
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func TestPhase(t *testing.T) {
	s := check.Stretch{At: time.Unix(1_800_000_000, 0), Window: 5 * time.Minute, Baseline: time.Hour}
	scale := NewScale(s)
	for _, test := range []struct {
		at   time.Time
		want string
	}{
		{s.From().Add(-1), "0 false"}, {s.From(), "0 true"}, {s.Begin().Add(-1), "0 true"}, {s.Begin(), "1 true"}, {s.At.Add(-1), "1 true"}, {s.At, "1 false"},
	} {
		phase, in := scale.Phase(test.at.UnixNano())
		if got := fmt.Sprint(int(phase), in); got != test.want {
			t.Errorf("%s is in phase %s, want %s", test.at, got, test.want)
		}
	}
}

// TestBucketWidth: as many whole minutes as keep a day's timeline short.
func TestBucketWidth(t *testing.T) {
	const most = (MaxBuckets - 1) * time.Minute
	for length, want := range map[time.Duration]time.Duration{
		time.Minute: time.Minute, most: time.Minute, most + 1: 2 * time.Minute, 2 * most: 2 * time.Minute, 2*most + 1: 3 * time.Minute, 7 * 24 * time.Hour: 8 * time.Minute,
	} {
		for _, window := range []time.Duration{time.Minute, length / 2} {
			s := check.Stretch{At: time.Unix(1_800_000_000, 0), Window: window, Baseline: length - window}
			if got := BucketWidth(s); got != want {
				t.Errorf("of %s a number stands for %s, want %s", length, got, want)
			}
			if n := NewScale(s).all; n > MaxBuckets {
				t.Errorf("of %s there are %d numbers", length, n)
			}
		}
	}
}

// TestSince: when the trouble of the window began. A digit is what was counted in
// a minute, and one more at its begin; the window's five come last.
func TestSince(t *testing.T) {
	for _, test := range []struct {
		minutes string
		want    int // minutes before the end; 0 for never
	}{
		{"0000000000 00000", 0},
		{"9999999999 00000", 0},
		{"0000000000 00001", 1},
		{"0000000000 10000", 5},
		{"0000000000 99999", 5},
		{"0000000099 99999", 7},  // it began before the window
		{"0000009099 99999", 9},  // a slow minute is no pause
		{"0000090099 99999", 10}, // nor are two
		{"0000900099 99999", 7},  // three are
		{"0000033399 99999", 7},  // less than half as fast is slow
		{"0000044499 99999", 10}, // half as fast is fast
		{"0000000900 00090", 2},  // the end of the window is not the beginning of a pause
		{"0000000000 90090", 5},
		{"0000099999 99000", 10}, // it has just ended
	} {
		s := check.Stretch{At: time.Unix(1_800_000_000, 0), Window: 5 * time.Minute, Baseline: 10 * time.Minute}
		scale := NewScale(s)
		whole, halved := scale.NewTimeline(), &Timeline{}
		for i, digit := range strings.ReplaceAll(test.minutes, " ", "") {
			at := s.From().Add(time.Duration(i) * time.Minute).UnixNano()
			for _, timeline := range []*Timeline{whole, halved} {
				if count := uint64(digit - '0'); count > 0 {
					scale.Add(timeline, at+int64(time.Second), count)
					scale.Add(timeline, at, 1)
					scale.Add(timeline, at+int64(time.Millisecond), 0)
				}
			}
		}
		got := 0
		if since := scale.Since(whole); !since.IsZero() {
			got = int(s.At.Sub(since).Minutes())
		}
		if got != test.want {
			t.Errorf("%s: it began %d minutes before the end, want %d", test.minutes, got, test.want)
		}
		// Without its minutes a timeline knows the window's first alone.
		first := strings.IndexAny(test.minutes[len("0000000000 "):], "123456789")
		if since := scale.Since(halved); (first < 0) != since.IsZero() || first >= 0 && int(s.At.Sub(since).Minutes()) != 5-first {
			t.Errorf("%s: without minutes it began at %s", test.minutes, since)
		}
	}
}

// TestTogether spreads what has no minutes over all of them.
func TestTogether(t *testing.T) {
	s := check.Stretch{At: time.Unix(1_800_000_000, 0), Window: 5 * time.Minute, Baseline: 10 * time.Minute}
	scale := NewScale(s)
	halved := &Timeline{}
	scale.Add(halved, s.Begin().Add(90*time.Second).UnixNano(), 12)
	scale.Add(halved, s.From().UnixNano(), 25)
	whole := scale.NewTimeline()
	scale.Add(whole, s.At.Add(-time.Second).UnixNano(), 100)
	all := scale.Together(whole, nil, halved)
	var got []uint64
	for _, minute := range scale.Minutes(all) {
		got = append(got, minute.Count)
	}
	slices.Reverse(got)
	if diff := cmp.Diff([]uint64{102, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3}, got); diff != "" {
		t.Errorf("minutes, the newest first (-want +got):\n%s", diff)
	}
	if all.Counted(InWindow) != 112 || all.Counted(InBaseline) != 25 || (*Timeline)(nil).Counted(InWindow) != 0 {
		t.Errorf("%d in the window and %d before", all.Counted(InWindow), all.Counted(InBaseline))
	}
	early, late := &Timeline{}, &Timeline{}
	scale.Add(early, s.Begin().Add(90*time.Second).UnixNano(), 12)
	scale.Add(late, s.Begin().Add(2*time.Minute).UnixNano(), 12)
	early.Merge(late)
	if since, want := scale.Since(scale.Together(early)), s.Begin().Add(90*time.Second); !since.Equal(want) {
		t.Errorf("it began at %s, want %s", since, want)
	}
	if whole.Counted(InWindow) != 100 || len(scale.Minutes(halved)) != 0 {
		t.Error("what was brought together has changed")
	}
}

// TestBefore: what was before the window, as far as something covers it.
func TestBefore(t *testing.T) {
	s := check.Stretch{At: time.Unix(1_800_000_000, 0), Window: 5 * time.Minute, Baseline: 3 * time.Minute}
	scale := NewScale(s)
	timeline := scale.NewTimeline()
	for back, count := range []uint64{4, 5, 6} {
		scale.Add(timeline, s.Begin().Add(-time.Duration(back)*time.Minute-1).UnixNano(), count)
	}
	span := func(length time.Duration, count uint64) Span { return Span{Length: length, Spoiled: count} }
	for covered, want := range map[time.Duration][]Span{
		-1:               nil,
		0:                nil,
		1:                {span(1, 4)},
		time.Minute:      {span(time.Minute, 4)},
		time.Minute + 1:  {span(time.Minute, 4), span(1, 5)},
		90 * time.Second: {span(time.Minute, 4), span(30*time.Second, 5)},
		3 * time.Minute:  {span(time.Minute, 4), span(time.Minute, 5), span(time.Minute, 6)},
		time.Hour:        {span(time.Minute, 4), span(time.Minute, 5), span(time.Minute, 6)},
	} {
		if diff := cmp.Diff(want, scale.Before(timeline, covered)); diff != "" {
			t.Errorf("%s covered (-want +got):\n%s", covered, diff)
		}
	}
	if got := scale.Before(&Timeline{before: 7}, 0); got != nil {
		t.Errorf("nothing is covered, and there is %v", got)
	}
}

// TestNamed: what rules with a pattern say, and whether that is "none".
func TestNamed(t *testing.T) {
	parse := func(texts ...string) (rules threshold.LimitRules) {
		for _, text := range texts {
			rule, err := threshold.ParseLimitRule(text)
			if err != nil {
				t.Fatal(err)
			}
			rules = append(rules, rule)
		}
		return rules
	}
	for _, test := range []struct {
		warning, critical       []string
		warningOff, criticalOff bool
	}{
		{[]string{"5%"}, []string{"10%"}, false, false},
		{[]string{"none"}, []string{"none"}, false, false},
		{[]string{"api=5%"}, []string{"api=10%"}, false, false},
		{[]string{"api=none"}, []string{"api=10%"}, true, false},
		{[]string{"api=5%"}, []string{"api=none"}, false, true},
		{[]string{"web=none"}, []string{"web=none"}, false, false},
	} {
		got := Rules{Warning: parse(test.warning...), Critical: parse(test.critical...)}.Named("api")
		if got.WarningOff != test.warningOff || got.CriticalOff != test.criticalOff {
			t.Errorf("%q and %q: warning off %t, critical off %t", test.warning, test.critical, got.WarningOff, got.CriticalOff)
		}
	}
}
