package logsource

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"slices"
)

const (
	probe     = 16 << 10 // read for one look at a file: some 60 lines
	fine      = 64 << 10 // a binary search ends when it is down to this many bytes
	smallFile = 1 << 20  // up to this size searching is not worth it: all is read

	// jump is how far a clock may have been set back or forth around the boundary and the search still sees it: two hours.
	jump = 120 * disorder
	// looks is the number of looks taken at those two hours.
	looks = 64

	// patience is how many bytes without a single time are read through before a search gives up.
	patience = 32 << 20
)

// search finds a stretch of time in a file by looking at a few lines, some 150 places whatever the file's size.
//
// Lines are taken to be in order, give or take the disorder, which the caller has allowed for in the times it asks for.
// Because a clock may have been set back, more is looked at than a binary search needs: the two hours around the boundary at
// 64 places, and what is beyond at distances that grow by half. A part that is out of order is so found, and the stretch
// made to reach around it, if it is as long as 1/64 of those two hours' bytes or, further off, a third of its distance. A
// shorter one can be missed, in files up to 1 MiB nothing can.
type search struct {
	ctx   context.Context
	r     io.ReaderAt
	size  int64
	clock Clock
	data  []piece // the parts that are no holes; nil for all
	buf   []byte

	bytes  int64 // read so far
	left   int64 // may still be read in this look
	barren int64 // read without coming upon a time, in all
	dated  bool  // a line told its time
}

func newSearch(ctx context.Context, r io.ReaderAt, size int64, clock Clock) *search {
	return &search{ctx: ctx, r: r, size: size, clock: clock}
}

// stretch gives offsets such that every line with a time from..to begins at or after start and before end. start is where a
// line begins, end is any offset.
func (s *search) stretch(from, to int64) (start, end int64) {
	if s.size <= smallFile {
		return 0, s.size
	}
	end = s.size
	if from > minTime {
		start = s.begin(from)
	}
	if newest, _ := s.newest(s.size, maxTime); newest > to {
		end = max(start, s.finish(start, to))
	}
	if s.barren < patience {
		return start, end
	}
	return s.hopeless()
}

// hopeless is for a file with more lines without a time than one has patience for. If there are times here and there it is
// read whole. Else no line can be in any stretch, and its last MiB is enough to see what the file is.
func (s *search) hopeless() (start, end int64) {
	for i := range int64(looks) {
		s.barren = 0
		at := s.size / looks * i
		s.first(at, at+probe)
	}
	if s.dated {
		return 0, s.size
	}
	start = s.size
	s.lines(s.size-smallFile, s.size, func(at int64, _ []byte) bool {
		start = at
		return false
	})
	return start, s.size
}

// begin gives the beginning of a line before which no line has a time of from or later.
func (s *search) begin(from int64) int64 {
	early, _ := s.bisect(0, from-jump)
	near, _ := s.bisect(early, from)
	start := near
	marks := append(farther(early), 0)
	slices.Reverse(marks)
	marks = append(marks, early)
	if near-early <= smallFile {
		start = early
	} else {
		marks = append(marks, evenly(early, near)...)
	}

	before := int64(0) // where the last line begins that was seen to be earlier
	for i, mark := range marks {
		limit := near
		if i+1 < len(marks) {
			limit = marks[i+1]
		}
		at, when, ok := s.first(mark, limit)
		if ok && when >= from {
			return min(start, before)
		}
		if ok {
			before = at
		}
	}
	return start
}

// finish gives an offset at or after which no line begins that has a time of to or earlier.
func (s *search) finish(start, to int64) int64 {
	_, near := s.bisect(start, to+1)
	_, late := s.bisect(near, to+jump)
	end := near
	marks := []int64{near}
	if late-near <= smallFile {
		end = late
	} else {
		marks = append(marks, evenly(near, late)...)
	}
	marks = append(marks, late)
	for _, distance := range farther(s.size - late) {
		marks = append(marks, s.size-distance)
	}

	next := s.size
	for _, mark := range slices.Backward(marks) {
		if _, when, ok := s.first(mark, next); ok && when <= to {
			return max(end, next)
		}
		next = mark
	}
	return end
}

// farther gives places below n at distances from it that grow by half, the nearest first.
func farther(n int64) []int64 {
	var places []int64
	for step := int64(fine); n > step; step += step / 2 {
		n -= step
		places = append(places, n)
	}
	return places
}

func evenly(from, to int64) []int64 {
	var places []int64
	for i := int64(1); i < looks; i++ {
		places = append(places, from+(to-from)/looks*i)
	}
	return places
}

// bisect looks from lo on for where times reach t. Lines before low are earlier, lines at or after high are not, low is where
// a line begins or lo, and what is between is little.
func (s *search) bisect(lo, t int64) (low, high int64) {
	low, high = lo, s.size
	for high-low > fine {
		middle := low + (high-low)/2
		at, when, ok := s.first(middle, high)
		if ok && when < t {
			low = at
		} else {
			high = middle
		}
	}
	return low, high
}

// first gives the first line that begins in from..limit and tells its time.
func (s *search) first(from, limit int64) (at, when int64, ok bool) {
	if s.barren >= patience {
		return 0, 0, false
	}
	s.left = patience - s.barren
	bytes := s.bytes
	s.lines(from, limit, func(begins int64, line []byte) bool {
		at = begins
		when, ok = s.clock(line)
		return !ok
	})
	if ok {
		s.dated = true
		return at, when, true
	}
	s.barren += s.bytes - bytes
	return 0, 0, false
}

// earliest gives the time of the first line that tells it, and one that a good part of what follows has reached: a line or
// two with a wrong time at a file's beginning must not decide what else is read.
func (s *search) earliest() (first, settled int64, ok bool) {
	s.left = patience
	n := 0
	s.lines(0, s.size, func(_ int64, line []byte) bool {
		when, dated := s.clock(line)
		if !dated {
			return true
		}
		if n == 0 {
			first, settled = when, when
		}
		settled = max(settled, when)
		n++
		return n < 8
	})
	return first, settled, n > 0
}

// newest gives the latest time not after to among the last lines before limit.
func (s *search) newest(limit, to int64) (newest int64, ok bool) {
	const enough = 8 << 20
	newest = minTime
	high, looked := s.dataBefore(limit), int64(0)
	for step := int64(probe); high > 0 && !ok && looked < enough; step *= 2 {
		low := max(0, high-step)
		looked += high - low
		s.left = patience
		s.lines(low, high, func(_ int64, line []byte) bool {
			if when, dated := s.clock(line); dated && when <= to && when >= newest {
				newest, ok = when, true
			}
			return true
		})
		high = s.dataBefore(low)
	}
	return newest, ok
}

// lines visits the lines, except empty ones, that begin in from..limit, as long as visit wants more. Lines longer than MaxLine are left out. The
// last line of the file may have no end.
func (s *search) lines(from, limit int64, visit func(at int64, line []byte) (more bool)) {
	at, size := from, probe
	inside := from > 0 // of a line that began earlier, unless the byte before from ends it
	if inside {
		at--
	}
	for at < limit {
		if next := s.nextData(at); next > at { // a hole is NUL bytes, and those end a line
			at, inside = next, false
			continue
		}
		block := s.read(at, size)
		if len(block) == 0 {
			return
		}
		last := at+int64(len(block)) >= s.size
		i := 0
		if inside {
			i = bytes.IndexByte(block, '\n') + 1
			inside = i == 0
		}
		for !inside && i < len(block) && at+int64(i) < limit {
			n := bytes.IndexByte(block[i:], '\n')
			end := i + n + 1
			if n < 0 {
				if !last {
					break
				}
				n, end = len(block)-i, len(block)
			}
			if n > 0 && !visit(at+int64(i), block[i:i+n]) {
				return
			}
			i = end
		}
		if i == 0 && (inside || size == MaxLine) { // a line that is longer than can be held
			inside = true
			i = len(block)
		}
		at += int64(i)
		size = min(2*size, MaxLine)
	}
}

// nextData is the first offset from at on that is in no hole.
func (s *search) nextData(at int64) int64 {
	if s.data == nil {
		return at
	}
	i, _ := slices.BinarySearchFunc(s.data, at, func(d piece, at int64) int { return cmp.Compare(d.to-1, at) })
	if i == len(s.data) {
		return s.size
	}
	return max(at, s.data[i].from)
}

// dataBefore is the end of the last data before an offset, which may be the offset itself.
func (s *search) dataBefore(at int64) int64 {
	if s.data == nil {
		return at
	}
	i, _ := slices.BinarySearchFunc(s.data, at, func(d piece, at int64) int { return cmp.Compare(d.from, at) })
	if i == 0 {
		return 0
	}
	return min(at, s.data[i-1].to)
}

func (s *search) read(at int64, size int) []byte {
	n := min(int64(size), s.size-at, s.left)
	if n <= 0 || s.ctx.Err() != nil {
		return nil
	}
	if int64(len(s.buf)) < n {
		s.buf = make([]byte, n)
	}
	got, _ := s.r.ReadAt(s.buf[:n], at) // a file cut short meanwhile is noticed when it is read
	s.bytes += int64(got)
	s.left -= int64(got)
	endAtNUL(s.buf[:got])
	return s.buf[:got]
}
