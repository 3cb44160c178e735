package nosrv

import (
	"check-haproxy/internal/check"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"check-haproxy/internal/plugin"
)

// poisson counts requests without a server at random, so many a minute on
// average.
func poisson(c *Counter, random *rand.Rand, flags string, perMinute float64, from, to time.Time) {
	if perMinute == 0 {
		return
	}
	for at := from; ; {
		at = at.Add(time.Duration(-math.Log(1-random.Float64()) / perMinute * float64(time.Minute)))
		if !at.Before(to) {
			return
		}
		c.Add(request(at, "v2", flags))
	}
}

// fires runs one check on a log of two rates and says whether the rise raises
// the alarm.
func fires(t *testing.T, random *rand.Rand, flags string, before, now float64) bool {
	s := usual()
	c := NewCounter(s, DefaultKinds, check.Filter{})
	c.Add(request(s.From(), "v2", "")) // the section is there in any case
	poisson(c, random, flags, before, s.From(), s.Begin())
	poisson(c, random, flags, now, s.Begin(), s.At)
	return find(t, Judge(c, fullLog(s), riseOnly()), "v2").State != plugin.OK
}

// Under a steady rate the rise stays silent: less than one false alarm in 200
// checks.
func TestNoFalseAlarm(t *testing.T) {
	for _, rate := range []float64{0.2, 1, 4} {
		t.Run(fmt.Sprintf("%g per minute", rate), func(t *testing.T) {
			random := rand.New(rand.NewPCG(2013, 3))
			const runs = 4000
			alarms := 0
			for range runs {
				if fires(t, random, "SC", rate, rate) {
					alarms++
				}
			}
			if alarms*200 >= runs {
				t.Errorf("%d false alarms in %d checks", alarms, runs)
			}
		})
	}
}

// A rate that rises 8 to 20 times is seen in at least 95 of 100 checks.
func TestRiseIsSeen(t *testing.T) {
	random := rand.New(rand.NewPCG(2013, 26))
	steady := []float64{0.2, 1, 4}
	const runs = 3000
	seen := 0
	for range runs {
		before := steady[random.IntN(len(steady))]
		if fires(t, random, "SC", before, before*(8+12*random.Float64())) {
			seen++
		}
	}
	if seen*100 < 95*runs {
		t.Errorf("seen in %d of %d checks", seen, runs)
	}
}

// The same for each rate and rise alone, but for 0.2 a minute times 8: those
// are 8 requests in 5 minutes, and chance alone has fewer than --min-count in
// one of ten such windows.
func TestEachRiseIsSeen(t *testing.T) {
	tests := []struct{ before, times float64 }{
		{0.2, 12.5}, {0.2, 16}, {0.2, 20},
		{1, 8}, {1, 12}, {1, 20},
		{4, 8}, {4, 20},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%g times %g per minute", test.times, test.before), func(t *testing.T) {
			random := rand.New(rand.NewPCG(2013, 27))
			const runs = 1000
			seen := 0
			for range runs {
				if fires(t, random, "SC", test.before, test.before*test.times) {
					seen++
				}
			}
			if seen*100 < 95*runs {
				t.Errorf("seen in %d of %d checks", seen, runs)
			}
		})
	}
}

// Redirects, denials, bad requests, kills and dispatched requests may come in
// any number.
func TestRushOfOthersIsSilent(t *testing.T) {
	random := rand.New(rand.NewPCG(19, 47))
	for _, flags := range []string{"LR", "PR", "PT", "CR", "cR", "KC", "DC", "--"} {
		if fires(t, random, flags, 0.2, 500) {
			t.Errorf("a rush of %s raises the alarm", flags)
		}
	}
}
