package samples

import "time"

// Key names a row; see Row.
type Key struct{ Section, Server string }

// Series is what is known of one HAProxy process: its last sample, and by how
// much its rows grew between the samples before.
type Series struct {
	settings Settings
	process  Process
	asked    int64 // Unix milliseconds: when the last sample was asked for
	at       int64 // and when it was there

	rows      []Key
	last      []lastRow // of each row
	counts    []int64   // of each row in the last sample, Settings.Columns each
	intervals []interval
}

// lastRow is what the last sample says of a row.
type lastRow struct {
	there   bool
	changed int64 // see Row
}

// Last is the time of the last sample.
func (s *Series) Last() time.Time { return time.UnixMilli(s.at) }

// Rows are the rows of the series, by the numbers that Visit gives. Some may not
// be in the last sample any more.
func (s *Series) Rows() []Key { return s.rows }

// Spans returns the span that stands for the window, between the last
// sample and the one that is nearest to a window before it; and the span that
// is the baseline, as much of it as there is. Each is zero if there is none.
func (s *Series) Spans() (window, baseline Span) {
	if len(s.intervals) == 0 {
		return Span{}, Span{}
	}
	begin := s.nearest(len(s.intervals)-1, s.at-s.settings.Window.Milliseconds())
	window = s.span(begin, len(s.intervals))
	if begin == 0 {
		return window, Span{}
	}
	from := s.nearest(begin, s.intervals[begin].from-s.settings.Baseline.Milliseconds())
	if from == begin {
		return window, Span{}
	}
	return window, s.span(from, begin)
}

// Within is the part of a span between its first sample and its last one; zero if
// there are no two.
func (s *Series) Within(span Span) (part Span) {
	from, to := span.From.UnixMilli(), span.To.UnixMilli()
	for i, iv := range s.intervals {
		if iv.from < from || iv.to > to {
			continue
		}
		one := s.span(i, i+1)
		if part == (Span{}) {
			part.From = one.From
		}
		part.To = one.To
	}
	return part
}

// nearest is the number of the interval, up to the given one, that begins
// nearest to a time.
func (s *Series) nearest(most int, to int64) int {
	best := most
	for i := most - 1; i >= 0; i-- {
		if abs(s.intervals[i].from-to) < abs(s.intervals[best].from-to) {
			best = i
		}
	}
	return best
}

func abs(n int64) int64 { return max(n, -n) }

// span is the time of the intervals from one up to before another.
func (s *Series) span(from, to int) Span {
	return Span{time.UnixMilli(s.intervals[from].from), time.UnixMilli(s.intervals[to-1].to)}
}

// Visit calls visit for each interval of a span, the oldest first, and in it
// for each row that is judged there, with its number in Rows and by how much
// each column grew. The slice is good until visit returns.
func (s *Series) Visit(span Span, visit func(at Span, row int, growth []int64)) {
	from, to := span.From.UnixMilli(), span.To.UnixMilli()
	for _, iv := range s.intervals {
		if iv.from < from || iv.to > to {
			continue
		}
		at := Span{time.UnixMilli(iv.from), time.UnixMilli(iv.to)}
		c := newCursor(iv.growth, len(s.settings.Columns))
		for row := range s.rows {
			if c.next() {
				visit(at, row, c.growth)
			}
		}
	}
}

// NeedsAnother says whether a second sample, taken a moment after this one, has
// to tell how things are now: there is nothing to compare this one with, the one
// before is over three windows older, or a section was not judged in all of the
// window.
func (s *Series) NeedsAnother() bool {
	window, _ := s.Spans()
	return window == Span{} || s.newest().length() > 3*s.settings.Window || s.isBlind(window)
}

func (s *Series) newest() interval { return s.intervals[len(s.intervals)-1] }

func (iv interval) length() time.Duration { return time.Duration(iv.to-iv.from) * time.Millisecond }

// isBlind says whether a section that is there was not judged in a span.
func (s *Series) isBlind(span Span) bool {
	judged := make([]bool, len(s.rows))
	s.Visit(span, func(_ Span, row int, _ []int64) { judged[row] = true })
	for i, key := range s.rows {
		if key.Server == "" && s.last[i].there && !judged[i] {
			return true
		}
	}
	return false
}

// comparison is how a sample stands to a series.
type comparison struct {
	rows    []int // the series' row of each of the sample's; -1 if it came
	fell    bool  // a count is lower than before
	cleared bool  // so is one of a row that sums up a section
	strange bool  // the times at which rows changed are those of another process
	grown   int64 // by how much all counts grew together
}

// compare holds a sample beside the last one.
func (s *Series) compare(sample Sample) comparison {
	c := comparison{rows: s.match(sample.Rows)}
	// A row that has not changed since the last sample tells when it did before
	// that, in whole seconds before the answer, which took its time.
	slack := 2 + (sample.At.UnixMilli()-sample.Asked.UnixMilli()+s.at-s.asked)/1000
	same, other := 0, 0
	for i, j := range c.rows {
		if j < 0 || !s.last[j].there {
			continue
		}
		row := &sample.Rows[i]
		if s.fell(j, row.Counts) {
			c.fell = true
			c.cleared = c.cleared || row.Server == ""
		}
		c.grown = sum(c.grown, s.distance(j, row.Counts))
		switch before := s.last[j].changed; {
		case row.Changed == 0 || before == 0 || row.Changed >= s.asked/1000-slack:
		case abs(row.Changed-before) <= slack:
			same++
		default:
			other++
		}
	}
	c.strange = other > same
	return c
}

// match finds the series' row of each of the sample's rows. Both stand in
// HAProxy's order most of the time, so that the next row is tried first.
func (s *Series) match(rows []Row) []int {
	found := make([]int, len(rows))
	var numbers map[Key]int
	next := 0
	for i := range rows {
		key := Key{rows[i].Section, rows[i].Server}
		if next >= len(s.rows) || s.rows[next] != key {
			if numbers == nil {
				numbers = s.numbers()
			}
			j, known := numbers[key]
			if !known {
				found[i] = -1
				continue
			}
			next = j
		}
		found[i] = next
		next++
	}
	return found
}

// numbers are the numbers of the rows.
func (s *Series) numbers() map[Key]int {
	numbers := make(map[Key]int, len(s.rows))
	for j, key := range s.rows {
		numbers[key] = j
	}
	return numbers
}

// countsOf are a row's counts in the last sample.
func (s *Series) countsOf(row int) []int64 {
	n := len(s.settings.Columns)
	return s.counts[row*n : (row+1)*n]
}

func (s *Series) fell(row int, counts []int64) bool {
	for i, before := range s.countsOf(row) {
		if counts[i] != NotKnown && counts[i] < before {
			return true
		}
	}
	return false
}

// distance is by how much a row's counts grew together.
func (s *Series) distance(row int, counts []int64) (distance int64) {
	for i, before := range s.countsOf(row) {
		if counts[i] != NotKnown && before != NotKnown {
			distance = sum(distance, max(counts[i]-before, 0))
		}
	}
	return distance
}

// add continues the series with a sample. If the process was restarted, all its
// rows have counted from zero since the last sample; if its counters were
// cleared, those that it had before. Otherwise a server's row that came,
// vanished or fell (deleted, and added again) is not judged.
func (s *Series) add(sample Sample, c comparison, restarted bool) {
	s.append(sample.Rows, c.rows)
	step := s.newStep()
	for i, j := range c.rows {
		step.seen[j] = true
		counts := sample.Rows[i].Counts
		switch {
		case restarted, c.cleared && s.last[j].there:
			step.grow(j, nil, counts)
		case s.last[j].there && !s.fell(j, counts):
			step.grow(j, s.countsOf(j), counts)
		}
	}
	if !restarted {
		step.leaveOutDoubted()
	}
	s.intervals = append(s.intervals, interval{s.at, sample.At.UnixMilli(), step.write()})
	s.keep(sample, c.rows)
}

// append adds rows that came to the table, and notes their numbers.
func (s *Series) append(rows []Row, numbers []int) {
	for i, j := range numbers {
		if j < 0 {
			numbers[i] = len(s.rows)
			s.rows = append(s.rows, Key{rows[i].Section, rows[i].Server})
		}
	}
	came := len(s.rows) - len(s.last)
	s.last = append(s.last, make([]lastRow, came)...)
	s.counts = append(s.counts, make([]int64, came*len(s.settings.Columns))...)
}

// keep makes a sample the last one.
func (s *Series) keep(sample Sample, numbers []int) {
	s.process, s.asked, s.at = sample.Process, sample.Asked.UnixMilli(), sample.At.UnixMilli()
	clear(s.last)
	clear(s.counts)
	for i, j := range numbers {
		s.last[j] = lastRow{there: true, changed: sample.Rows[i].Changed}
		copy(s.countsOf(j), sample.Rows[i].Counts)
	}
}
