package check

import (
	"encoding/binary"
	"iter"
	"math/bits"
	"slices"
)

// How many sections are told apart, whatever a log says.
const (
	maxSections   = 20_000
	sectionsSlack = 4_096 // more are kept for a while, so that leaving out the surplus costs little
	maxName       = 256   // bytes of a section's name
	recentBits    = 8
)

// Sections holds a T per section of those that were chosen. It belongs to one
// goroutine; Merge brings those of several together.
//
// No more than 20,000 sections are told apart; the rest is counted together.
// Which ones have a place depends on their names alone, not on the order in which
// they come: those whose hashes are the smallest. So every one that has a place
// is counted whole, in whatever parts a log is read by several goroutines.
type Sections[T any] struct {
	chosen func(name string) bool
	merge  func(into, from *T)

	byName    map[string]*Section[T]
	places    int    // sections in byName that were chosen
	limit     uint64 // the largest hash that has a place
	recent    [1 << recentBits]recentSection[T]
	others    *Section[T] // nil while every section has a place
	forgotten Section[T]  // stands for the sections that were not chosen and are not remembered
}

// Slots is how many routes (accesslog.Record.Route) a counter has at hand.
const Slots = 1 << slotBits

const slotBits = 8

// SlotOf is the slot that a route has.
func SlotOf(route uint64) uint64 { return route * 0x9E3779B97F4A7C15 >> (64 - slotBits) }

// Section is one section, or those together that have no place of their own.
type Section[T any] struct {
	Name    string
	Counted *T // nil for a section that was not chosen
	hash    uint64
}

// NewSections returns an empty table. Chosen says whether a section is to be
// counted; merge adds what was counted of one section to another.
func NewSections[T any](chosen func(name string) bool, merge func(into, from *T)) *Sections[T] {
	return &Sections[T]{chosen: chosen, merge: merge, byName: map[string]*Section[T]{}, limit: 1<<64 - 1}
}

// Of returns the section of this name; a very long name is cut. The name is not
// kept. The section stays the right place to count at until the table is merged.
//
// Names come in any order and length, which makes a map's look-up a series of
// mispredicted branches. So names up to 16 bytes are looked for first in a
// table, by their first and last eight bytes, without any (BenchmarkSections).
func (s *Sections[T]) Of(name []byte) *Section[T] {
	n := len(name)
	if n > 16 || cap(name) < 16 {
		return s.find(name)
	}
	around := name[:16] // what stands behind the name is masked out
	mask := lowBytes[min(n, 8)]
	first := binary.LittleEndian.Uint64(around) & mask
	last := binary.LittleEndian.Uint64(around[max(n-8, 0):]) & mask
	slot := &s.recent[(first^bits.RotateLeft64(last, 29)^uint64(n))*0x9E3779B97F4A7C15>>(64-recentBits)]
	if slot.first == first && slot.last == last && slot.length == n && slot.section != nil {
		return slot.section
	}
	section := s.find(name)
	*slot = recentSection[T]{first, last, n, section}
	return section
}

// recentSection is a section seen lately. Up to 16 bytes of its name are told by
// eight from each end.
type recentSection[T any] struct {
	first, last uint64
	length      int
	section     *Section[T]
}

// lowBytes are masks of the first bytes of a word.
var lowBytes = [9]uint64{0, 1<<8 - 1, 1<<16 - 1, 1<<24 - 1, 1<<32 - 1, 1<<40 - 1, 1<<48 - 1, 1<<56 - 1, 1<<64 - 1}

// find is Of's plain twin.
func (s *Sections[T]) find(name []byte) *Section[T] {
	name = name[:min(len(name), maxName)]
	if known := s.byName[string(name)]; known != nil {
		return known
	}
	section := &Section[T]{Name: string(name), hash: hashOf(name)}
	switch {
	case !s.chosen(section.Name):
		if len(s.byName)-s.places >= maxSections {
			return &s.forgotten
		}
	case section.hash > s.limit:
		return s.Others()
	default:
		section.Counted = new(T)
		s.places++
	}
	s.byName[section.Name] = section
	if s.places > maxSections+sectionsSlack {
		s.leaveOut()
	}
	return section
}

// Others are the sections that have no place.
func (s *Sections[T]) Others() *Section[T] {
	if s.others == nil {
		s.others = &Section[T]{Name: "others", Counted: new(T)}
	}
	return s.others
}

// leaveOut lowers the limit so that no more sections have a place than there
// may, and counts the others together, from now on too.
func (s *Sections[T]) leaveOut() {
	if s.places > maxSections {
		hashes := make([]uint64, 0, s.places)
		for section := range s.All() {
			hashes = append(hashes, section.hash)
		}
		slices.Sort(hashes)
		s.limit = hashes[maxSections-1]
	}
	for name, section := range s.byName {
		if section.Counted != nil && section.hash > s.limit {
			others := s.Others()
			s.merge(others.Counted, section.Counted)
			section.Counted = others.Counted
			delete(s.byName, name)
			s.places--
		}
	}
}

// Merge adds what another table has counted, and leaves out what is too much.
// The other one must not be used any more.
func (s *Sections[T]) Merge(other *Sections[T]) {
	if other.others != nil {
		s.merge(s.Others().Counted, other.others.Counted)
	}
	for section := range other.All() {
		if ours := s.byName[section.Name]; ours != nil {
			s.merge(ours.Counted, section.Counted)
			continue
		}
		s.byName[section.Name] = section
		s.places++
	}
	s.leaveOut()
}

// All are the sections that have a place, in any order. While a table is filled
// there may be a few more of them than there may be in the end.
func (s *Sections[T]) All() iter.Seq[*Section[T]] {
	return func(yield func(*Section[T]) bool) {
		for _, section := range s.byName {
			if section.Counted != nil && !yield(section) {
				return
			}
		}
	}
}

// Settled are all sections that have a place, and the others, nil if there are
// none.
func (s *Sections[T]) Settled() (sections []*Section[T], others *Section[T]) {
	s.leaveOut()
	return slices.Collect(s.All()), s.others
}

// hashOf is FNV-1a, the same in every run.
func hashOf(name []byte) uint64 {
	hash := uint64(14695981039346656037)
	for _, b := range name {
		hash = (hash ^ uint64(b)) * 1099511628211
	}
	return hash
}
