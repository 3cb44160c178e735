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
