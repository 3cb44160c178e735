package samples

import (
	"slices"
	"testing"
)

// TestCoarsen: of too many samples the one goes that is missed least, the two
// shortest intervals beside each other becoming one.
func TestCoarsen(t *testing.T) {
	s := Series{settings: Settings{Columns: []string{"n"}}}
	bounds := []int64{0, 9, 14, 18, 26, 35}
	for i := range len(bounds) - 1 {
		s.intervals = append(s.intervals, interval{from: bounds[i], to: bounds[i+1]})
	}
	for _, want := range [][]int64{{0, 9, 18, 26, 35}, {0, 9, 26, 35}, {0, 26, 35}, {0, 35}} {
		if !s.coarsen() {
			t.Fatalf("none was left out of %v", s.intervals)
		}
		got := []int64{s.intervals[0].from}
		for _, iv := range s.intervals {
			got = append(got, iv.to)
		}
		if !slices.Equal(got, want) {
			t.Errorf("the samples at %v are left, want %v", got, want)
		}
	}
	if s.coarsen() {
		t.Error("the last interval was left out")
	}
}
