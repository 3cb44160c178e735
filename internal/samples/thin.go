package samples

import (
	"slices"
	"time"
)

// thin leaves out samples that are closer together than judging needs: about
// one a minute is kept in the window, and one per window before. No growth gets
// lost with them.
func (s *Series) thin() {
	if n := len(s.intervals); n >= 2 && s.isWithin(n-2, s.settings.grain()) {
		s.joinAt(n - 2)
	}
	oldest := s.at - s.settings.kept().Milliseconds()
	s.intervals = slices.DeleteFunc(s.intervals, func(iv interval) bool { return iv.to < oldest })
	begin := s.at - s.settings.Window.Milliseconds()
	for i := 0; i+1 < len(s.intervals) && s.intervals[i+1].to <= begin; {
		if s.isWithin(i, s.settings.Window) {
			s.joinAt(i)
		} else {
			i++
		}
	}
	for len(s.intervals) > maxIntervals {
		s.coarsen()
	}
	s.dropRows()
}

// isWithin says whether an interval and the next are not longer than a length
// of time.
func (s *Series) isWithin(i int, length time.Duration) bool {
	return s.intervals[i+1].to-s.intervals[i].from <= length.Milliseconds()
}

// joinAt makes one of an interval and the next.
func (s *Series) joinAt(i int) {
	s.intervals[i] = join(s.intervals[i], s.intervals[i+1], len(s.rows), len(s.settings.Columns))
	s.intervals = slices.Delete(s.intervals, i+1, i+2)
}

// coarsen leaves out the sample that is missed least, and says whether there was
// one to leave out.
func (s *Series) coarsen() bool {
	best := -1
	for i := range len(s.intervals) - 1 {
		if best < 0 || s.intervals[i+1].to-s.intervals[i].from < s.intervals[best+1].to-s.intervals[best].from {
			best = i
		}
	}
	if best < 0 {
		return false
	}
	s.joinAt(best)
	return true
}

// dropRows drops rows that went long ago, once they are many.
func (s *Series) dropRows() {
	const few = 16
	gone := 0
	for _, last := range s.last {
		if !last.there {
			gone++
		}
	}
	if gone <= few+len(s.rows)/4 {
		return
	}
	used := make([]bool, len(s.rows))
	for row, last := range s.last {
		used[row] = last.there
	}
	for _, iv := range s.intervals {
		c := newCursor(iv.growth, len(s.settings.Columns))
		for row := range used {
			if c.next() {
				used[row] = true
			}
		}
	}
	s.retain(used)
}

// retain drops the rows that are not used.
func (s *Series) retain(used []bool) {
	columns := len(s.settings.Columns)
	for i, iv := range s.intervals {
		c, w := newCursor(iv.growth, columns), writer{}
		for _, is := range used {
			if judged := c.next(); is {
				w.add(judged, c.growth)
			}
		}
		s.intervals[i].growth = w.finish()
	}
	n := 0
	for row, is := range used {
		if is {
			s.rows[n], s.last[n] = s.rows[row], s.last[row]
			copy(s.countsOf(n), s.countsOf(row))
			n++
		}
	}
	s.rows, s.last, s.counts = s.rows[:n], s.last[:n], s.counts[:n*columns]
}
