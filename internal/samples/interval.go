package samples

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// interval is the growth of rows between two samples.
type interval struct {
	from, to int64  // Unix milliseconds
	growth   []byte // see writer
}

// The growth of an interval is a list of items, each beginning with a varint
// whose lowest two bits are its kind. Rows stand in the order of their series'
// table; those at the end that are missing are not judged. Most of thousands of
// rows are idle, and idle ones together are one item.
const (
	grew      = iota // the other bits are a mask of the columns that grew; for each follows by how much, a varint
	idle             // so many rows did not grow
	notJudged        // so many rows were not there in both samples
	itemKinds = 1 << 2
)

// writer writes the growth of an interval, row by row.
type writer struct {
	data []byte
	kind uint64 // of the rows that are counted in run
	run  uint64
}

// add writes the next row.
func (w *writer) add(judged bool, growth []int64) {
	if !judged {
		w.count(notJudged)
		return
	}
	var mask uint64
	for i, n := range growth {
		if n > 0 {
			mask |= 1 << i
		}
	}
	if mask == 0 {
		w.count(idle)
		return
	}
	w.flush()
	w.data = binary.AppendUvarint(w.data, mask*itemKinds+grew)
	for _, n := range growth {
		if n > 0 {
			w.data = binary.AppendUvarint(w.data, uint64(n))
		}
	}
}

// count adds a row to a run of such rows.
func (w *writer) count(kind uint64) {
	if w.kind != kind {
		w.flush()
	}
	w.kind = kind
	w.run++
}

func (w *writer) flush() {
	if w.run > 0 {
		w.data = binary.AppendUvarint(w.data, w.run*itemKinds+w.kind)
	}
	w.run = 0
}

// finish returns what was written.
func (w *writer) finish() []byte {
	if w.kind == idle { // rows that are missing are not judged
		w.flush()
	}
	return w.data
}

// cursor reads the growth of an interval, row by row. What is malformed ends it.
type cursor struct {
	data   []byte
	kind   uint64
	run    uint64
	growth []int64 // of the row that next has moved to
}

func newCursor(growth []byte, columns int) *cursor {
	return &cursor{data: growth, growth: make([]int64, columns)}
}

// next moves to the next row, and says whether it is judged.
func (c *cursor) next() (judged bool) {
	if c.run > 0 {
		c.run--
		return c.kind == idle
	}
	item, ok := c.varint()
	if !ok {
		c.kind, c.run = notJudged, math.MaxUint64
		return false
	}
	clear(c.growth)
	if c.kind = item % itemKinds; c.kind == grew {
		return c.read(item / itemKinds)
	}
	if c.run = item / itemKinds; c.run > 0 {
		c.run--
	}
	return c.kind == idle
}

// read reads by how much the columns of the mask grew.
func (c *cursor) read(mask uint64) bool {
	for ; mask != 0; mask &= mask - 1 {
		i := bits.TrailingZeros64(mask)
		n, ok := c.varint()
		if !ok || i >= len(c.growth) || n > math.MaxInt64 {
			c.data = nil
			return false
		}
		c.growth[i] = int64(n)
	}
	return true
}

func (c *cursor) varint() (uint64, bool) {
	if len(c.data) > 0 && c.data[0] < 0x80 { // most growth is small
		n := uint64(c.data[0])
		c.data = c.data[1:]
		return n, true
	}
	n, size := binary.Uvarint(c.data)
	if size <= 0 {
		c.data = nil
		return 0, false
	}
	c.data = c.data[size:]
	return n, true
}

// join makes one interval of two neighbours. A row that is judged in one of
// them is judged.
func join(earlier, later interval, rows, columns int) interval {
	a, b := newCursor(earlier.growth, columns), newCursor(later.growth, columns)
	both := make([]int64, columns)
	w := writer{data: make([]byte, 0, len(earlier.growth)+len(later.growth)/2)}
	for range rows {
		inA, inB := a.next(), b.next()
		switch {
		case inA && inB:
			for i := range both {
				both[i] = sum(a.growth[i], b.growth[i])
			}
			w.add(true, both)
		case inB:
			w.add(true, b.growth)
		default:
			w.add(inA, a.growth)
		}
	}
	return interval{earlier.from, later.to, w.finish()}
}

// sum adds two counts. A sum beyond what a counter can hold stays there.
func sum(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
