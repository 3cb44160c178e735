package rates

import (
	"testing"
	"time"

	"check-haproxy/internal/check"
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
