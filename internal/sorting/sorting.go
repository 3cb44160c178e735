// Package sorting sorts slices without making the binaries bigger for each type
// that is sorted.
package sorting

import "sort"

// Stable sorts values as compare has them (negative: a comes before b); equal ones
// keep their order. It is slices.SortStableFunc, of which a binary has a copy of
// about 7 KB for each type of value, a dozen of them in check_haproxy_nosrv.
func Stable[T any](values []T, compare func(a, b T) int) {
	sort.SliceStable(values, func(i, j int) bool { return compare(values[i], values[j]) < 0 })
}
