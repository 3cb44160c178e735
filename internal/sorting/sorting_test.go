package sorting

import (
	"cmp"
	"slices"
	"strings"
	"testing"
)

func TestStable(t *testing.T) {
	values := []string{"b1", "a1", "b2", "c1", "a2", "b3", "a3", "c2", "a4", "b4", "a5", "c3", "a6", "b5"}
	want := slices.Clone(values)
	byLetter := func(a, b string) int { return cmp.Compare(a[0], b[0]) }
	slices.SortStableFunc(want, byLetter)
	if Stable(values, byLetter); !slices.Equal(values, want) {
		t.Errorf("got %s, want %s", strings.Join(values, " "), strings.Join(want, " "))
	}
}
