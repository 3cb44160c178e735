// Package sorting sorts slices without making the binaries bigger for each type
// that is sorted.
package sorting

import (
	"cmp"
	"slices"
)

// Stable sorts values as compare has them (negative: a comes before b); equal ones
// keep their order. It is slices.SortStableFunc, of which a binary has a copy of
// about 7 KB for each type of value, a dozen of them in check_haproxy_nosrv: here
// only numbers are sorted, and each value is moved once.
func Stable[T any](values []T, compare func(a, b T) int) {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Or(compare(values[i], values[j]), cmp.Compare(i, j)) })
	sorted := make([]T, len(values))
	for to, from := range order {
		sorted[to] = values[from]
	}
	copy(values, sorted)
}
