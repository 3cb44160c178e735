package samples

// step is the growth of a series' rows from one sample to the next.
type step struct {
	series *Series
	seen   []bool // the row is in the new sample
	judged []bool
	growth []int64
}

func (s *Series) newStep() *step {
	n := len(s.rows)
	return &step{s, make([]bool, n), make([]bool, n), make([]int64, n*len(s.settings.Columns))}
}

// grow judges a row. Without counts before it has counted from zero. A count
// that is not known, before or now, does not grow.
func (s *step) grow(row int, before, now []int64) {
	s.judged[row] = true
	growth := s.of(row)
	for i, n := range now {
		switch {
		case n == NotKnown:
		case before == nil:
			growth[i] = n
		case before[i] != NotKnown:
			growth[i] = n - before[i]
		}
	}
}

func (s *step) of(row int) []int64 {
	n := len(s.series.settings.Columns)
	return s.growth[row*n : (row+1)*n]
}

// leaveOutDoubted takes sections out of which a row vanished or came, if their
// growth is doubted then.
func (s *step) leaveOutDoubted() {
	doubt := s.series.settings.Doubt
	if doubt == nil {
		return
	}
	changed := map[string][]int{}
	for row, key := range s.series.rows {
		if !s.judged[row] && (s.seen[row] || s.series.last[row].there) {
			changed[key.Section] = nil
		}
	}
	if len(changed) == 0 {
		return
	}
	for row, key := range s.series.rows {
		if rows, ok := changed[key.Section]; ok && s.judged[row] {
			changed[key.Section] = append(rows, row)
		}
	}
	for _, rows := range changed {
		others := make([]Growth, len(rows))
		for i, row := range rows {
			others[i] = Growth{s.series.rows[row].Server, s.of(row)}
		}
		if doubt(others) {
			for _, row := range rows {
				s.judged[row] = false
			}
		}
	}
}

// write returns the growth as an interval keeps it.
func (s *step) write() []byte {
	var w writer
	for row, judged := range s.judged {
		w.add(judged, s.of(row))
	}
	return w.finish()
}
