// Package kinds has sets and counts of the kinds that a check tells apart: why a
// request found no server, how a server spoiled it.
package kinds

import (
	"fmt"
	"slices"
	"strings"
)

// most is how many kinds a check can have.
const most = 16

// Kind is one of a check's kinds, counted from 0 in the order in which output
// lists them. Names are those of all kinds.
type Kind interface {
	~uint8
	Names() []string
}

func names[K Kind]() []string {
	var k K
	return k.Names()
}

// Set is a set of kinds; it can be a flag ("no-server,queue").
type Set[K Kind] uint16

// Of is the set of some kinds.
func Of[K Kind](list ...K) Set[K] {
	var s Set[K]
	for _, k := range list {
		s |= 1 << k
	}
	return s
}

// All is the set of all kinds.
func All[K Kind]() Set[K] { return 1<<len(names[K]()) - 1 }

// Has says whether a kind is in the set.
func (s Set[K]) Has(k K) bool { return s&(1<<k) != 0 }

// String lists the kinds, separated by commas.
func (s Set[K]) String() string {
	var list []string
	for k, name := range names[K]() {
		if s.Has(K(k)) {
			list = append(list, name)
		}
	}
	return strings.Join(list, ",")
}

// MarshalText is String, for the help text.
func (s Set[K]) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a comma list of kinds.
func (s *Set[K]) UnmarshalText(text []byte) error {
	var set Set[K]
	all := names[K]()
	for name := range strings.SplitSeq(string(text), ",") {
		k := slices.Index(all, strings.TrimSpace(name))
		if k < 0 {
			return fmt.Errorf("this is not a kind; use a comma list of %s", strings.Join(all, ", "))
		}
		set |= 1 << k
	}
	*s = set
	return nil
}

// Counts is a number for each kind.
type Counts[K Kind] [most]uint64

// Of sums up the kinds of a set.
func (c Counts[K]) Of(set Set[K]) uint64 {
	var sum uint64
	for k, n := range c {
		if set.Has(K(k)) {
			sum += n
		}
	}
	return sum
}

// Total sums up all kinds.
func (c Counts[K]) Total() uint64 { return c.Of(All[K]()) }

// Only leaves the kinds of a set.
func (c Counts[K]) Only(set Set[K]) Counts[K] {
	for k := range c {
		if !set.Has(K(k)) {
			c[k] = 0
		}
	}
	return c
}

// Add adds other counts.
func (c *Counts[K]) Add(other Counts[K]) {
	for k, n := range other {
		c[k] += n
	}
}

// Most is the most frequent kind of a set, the first of equals; false if there
// is none.
func (c Counts[K]) Most(set Set[K]) (kind K, some bool) {
	for k, n := range c {
		if set.Has(K(k)) && n > 0 && (!some || n > c[kind]) {
			kind, some = K(k), true
		}
	}
	return kind, some
}

// String lists the kinds that are not zero: "no-server 37, queue 2".
func (c Counts[K]) String() string {
	var parts []string
	for k, name := range names[K]() {
		if c[k] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", name, c[k]))
		}
	}
	return strings.Join(parts, ", ")
}

// MarshalJSON writes {"no-server": 37, …} with every kind, in their order, so
// that a reader finds each where it looks.
func (c Counts[K]) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for k, name := range names[K]() {
		if k > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, "%q:%d", name, c[k])
	}
	return append(b, '}'), nil
}
