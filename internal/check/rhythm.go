package check

import "time"

// maxBeats bounds a rhythm.
const maxBeats = 4_096

// rhythm is when lines were written along a stretch of time, in so much detail
// as silences need: of each of many short parts the first and the last time. It
// does not depend on the order in which lines are added.
type rhythm struct {
	from, to int64 // Unix nanoseconds
	width    int64 // of a part
	beats    []beat
}

type beat struct {
	first, last int64 // Unix nanoseconds; 0 for none
	count       uint64
}

// newRhythm returns an empty rhythm of the lines from one time to another, both
// included.
func newRhythm(from, to time.Time) *rhythm {
	r := &rhythm{from: from.UnixNano(), to: to.UnixNano(), width: 1}
	if r.to > r.from {
		r.width = (r.to-r.from)/maxBeats + 1
	}
	r.beats = make([]beat, max(r.to-r.from, 0)/r.width+1)
	return r
}

func (r *rhythm) add(at int64) {
	if at < r.from || at > r.to {
		return
	}
	b := &r.beats[(at-r.from)/r.width]
	if b.count == 0 || at < b.first {
		b.first = at
	}
	b.last = max(b.last, at)
	b.count++
}

func (r *rhythm) merge(other *rhythm) {
	for i, from := range other.beats {
		b := &r.beats[i]
		if from.count == 0 {
			continue
		}
		if b.count == 0 || from.first < b.first {
			b.first = from.first
		}
		b.last = max(b.last, from.last)
		b.count += from.count
	}
}

// silence is how often and how evenly lines came: their number, and the longest
// time between two of them, from the given time on to the newest one. That there
// was none before the first counts as a silence, too. Inside of a part, which is
// a thousandth of the whole, none is seen.
func (r *rhythm) silence(from time.Time) (lines uint64, longest time.Duration) {
	last := max(from.UnixNano(), r.from)
	for _, b := range r.beats {
		if b.count == 0 || b.last < last {
			continue
		}
		lines += b.count
		longest = max(longest, time.Duration(b.first-last))
		last = b.last
	}
	return lines, longest
}
