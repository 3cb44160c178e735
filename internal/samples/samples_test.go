package samples

import (
	"math"
	"testing"
	"time"
)

// TestSameProcess: by its number and its start, as exactly as HAProxy tells them.
func TestSameProcess(t *testing.T) {
	start := time.Unix(1_800_000_000, 0)
	p := Process{PID: 7, Started: start}
	for name, test := range map[string]struct {
		one, other Process
		want       bool
	}{
		"itself":                    {p, p, true},
		"another number":            {p, Process{PID: 8, Started: start}, false},
		"a start told inexactly":    {p, Process{PID: 7, Started: start.Add(restartSlack)}, true},
		"before, inexactly":         {p, Process{PID: 7, Started: start.Add(-restartSlack)}, true},
		"another start":             {p, Process{PID: 7, Started: start.Add(restartSlack + 1)}, false},
		"an earlier start":          {p, Process{PID: 7, Started: start.Add(-restartSlack - 1)}, false},
		"the same exact start":      {Process{PID: 7, StartID: 5, Started: start}, Process{PID: 7, StartID: 5, Started: start.Add(time.Hour)}, true},
		"another exact start":       {Process{PID: 7, StartID: 5, Started: start}, Process{PID: 7, StartID: 6, Started: start}, false},
		"exact in one of them only": {Process{PID: 7, StartID: 5, Started: start}, p, true},
	} {
		if got := test.one.is(test.other); got != test.want {
			t.Errorf("%s: the same %t", name, got)
		}
	}
}

// TestGrain: about a sample a minute in the window, and no more than a thousand.
func TestGrain(t *testing.T) {
	for window, want := range map[time.Duration]time.Duration{
		time.Minute: 12 * time.Second, 5 * time.Minute: time.Minute, time.Hour: time.Minute, 50 * time.Hour: 3 * time.Minute,
	} {
		if got := (Settings{Window: window}).grain(); got != want {
			t.Errorf("in a window of %s a sample every %s, want %s", window, got, want)
		}
	}
	if got := (Settings{Window: 5 * time.Minute, Baseline: time.Hour}).kept(); got != 70*time.Minute {
		t.Errorf("samples are kept for %s", got)
	}
}

// TestSumStaysACount: growth that is too large for a count is the largest one.
func TestSumStaysACount(t *testing.T) {
	for _, test := range [][3]int64{{1, 2, 3}, {math.MaxInt64 - 1, 1, math.MaxInt64}, {math.MaxInt64, 1, math.MaxInt64}, {math.MaxInt64, math.MaxInt64, math.MaxInt64}} {
		if got := sum(test[0], test[1]); got != test[2] {
			t.Errorf("%d and %d are %d", test[0], test[1], got)
		}
	}
}
