package logsource

import "time"

// repeat is a stretch of local time that happens twice, because clocks are set back: the stretch of length by before the
// instant back comes again after it.
type repeat struct {
	back, by int64 // Unix nanoseconds, nanoseconds
}

// repeatsIn gives the repeats that touch the span, in order.
func repeatsIn(span Span) []repeat {
	location := span.Location
	if location == nil {
		location = span.From.Location()
	}
	const around = 4 * time.Hour // more than any clock was ever set back by and disorder
	first := time.Unix(0, 0)
	if !span.From.IsZero() {
		first = span.From.Add(-around)
	}
	last := time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC) // near the end of what Unix nanoseconds can say
	if !span.To.IsZero() && span.To.Before(last) {
		last = span.To.Add(around)
	}

	var found []repeat
	for t := first.In(location); ; {
		_, end := t.ZoneBounds()
		if end.IsZero() || end.After(last) {
			return found
		}
		if !end.After(t) { // as Go 1.26 says of the last days of some years
			end = t.Add(24 * time.Hour)
		}
		t = end
		_, before := end.Add(-1).Zone()
		_, after := end.Zone()
		if before <= after {
			continue
		}
		r := repeat{end.UnixNano(), int64(before-after) * int64(time.Second)}
		if r.touches(span) {
			found = append(found, r)
		}
	}
}

func (r repeat) touches(span Span) bool {
	if !span.From.IsZero() && span.From.UnixNano()-disorder > r.back+r.by {
		return false
	}
	return span.To.IsZero() || span.To.UnixNano()+disorder >= r.back-r.by
}

// turn says that from offset at on, ambiguous times are late (or no longer).
type turn struct {
	at   int64
	late bool
}

// lateness tells, line after line, whether an ambiguous time is the second occurrence. Lines are nearly in order: a time that
// is more than the disorder before the one ahead of it has gone around.
//
// What it cannot know: after a silence of more than the repeated stretch less the time since its beginning, the first reading
// is taken; and a clock that is set back in that very hour by anything else is taken for daylight saving.
type lateness struct {
	repeats []repeat
	time    int64 // of the last line, as resolved
	late    bool
	turns   []turn
}

// see takes the next line's time as the clock reads it and its offset, and notes a turn if there is one.
func (l *lateness) see(when, offset int64) {
	late, resolved := l.resolve(when)
	l.time = resolved
	if late != l.late {
		l.late = late
		l.turns = append(l.turns, turn{offset, late})
	}
}

func (l *lateness) resolve(when int64) (late bool, resolved int64) {
	for _, r := range l.repeats {
		if when < r.back-r.by || when >= r.back {
			continue
		}
		if l.time != 0 && when < l.time-disorder {
			return true, when + r.by
		}
	}
	return false, when
}

// anew begins another stream or file that follows the one before: offsets begin anew, the time goes on.
func (l *lateness) anew() {
	l.turns = nil
	if l.late {
		l.turns = []turn{{0, true}}
	}
}

// repeated reads the times of a file's lines in p that are in, or near, a repeated stretch. That stretch is in no order, so
// each line is looked at; it is an hour or two, twice a year.
func (s *search) repeated(p piece, late *lateness) {
	for _, r := range late.repeats {
		low, _ := s.bisect(0, r.back-r.by-disorder)
		_, high := s.bisect(low, r.back+disorder)
		s.left = s.size
		s.lines(max(low, p.from), min(high, p.to), func(at int64, line []byte) bool {
			if when, ok := s.clock(line); ok {
				late.see(when, at)
			}
			return true
		})
	}
}
