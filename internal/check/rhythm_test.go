package check

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestSilence(t *testing.T) {
	begin := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	at := func(minutes float64) int64 {
		return begin.Add(time.Duration(minutes * float64(time.Minute))).UnixNano()
	}
	for name, test := range map[string]struct {
		lines   []float64 // minutes after the beginning
		from    float64
		count   uint64
		longest time.Duration
	}{
		"none":                         {nil, 0, 0, 0},
		"one":                          {[]float64{20}, 0, 1, 20 * time.Minute},
		"evenly":                       {[]float64{1, 2, 3, 4}, 0, 4, time.Minute},
		"a pause":                      {[]float64{1, 2, 30, 31}, 0, 4, 28 * time.Minute},
		"the edge is the longest":      {[]float64{15, 16, 20}, 0, 3, 15 * time.Minute},
		"what is before does not":      {[]float64{1, 30, 31}, 29, 2, time.Minute},
		"from the middle of a silence": {[]float64{1, 30, 31}, 25, 2, 5 * time.Minute},
		"before and after the rhythm":  {[]float64{-5, 10, 100}, 0, 1, 10 * time.Minute},
		"both ends are in it":          {[]float64{0, 60}, 0, 2, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			one, other := newRhythm(begin, begin.Add(time.Hour)), newRhythm(begin, begin.Add(time.Hour))
			for i, j := range rand.Perm(len(test.lines)) {
				if i%2 == 0 {
					one.add(at(test.lines[j]))
				} else {
					other.add(at(test.lines[j]))
				}
			}
			one.merge(other)
			if count, longest := one.silence(time.Unix(0, at(test.from))); count != test.count || longest != test.longest {
				t.Errorf("%d lines, %s; want %d, %s", count, longest, test.count, test.longest)
			}
		})
	}
	if r := newRhythm(begin, begin.AddDate(10, 0, 0)); len(r.beats) > maxBeats+1 {
		t.Errorf("%d beats", len(r.beats))
	}
	if r := newRhythm(begin, begin); len(r.beats) != 1 {
		t.Errorf("%d beats of a moment", len(r.beats))
	}
}
