package nosrv

import (
	"time"

	"check-haproxy/internal/check/rates"
)

// timeline turns the buckets around: the oldest first. The first number, and the
// window's first, may stand for less than a whole bucket's time.
func (c *Counter) timeline(s *serverless) []Minute {
	if len(s.buckets) == 0 {
		return nil
	}
	list := make([]Minute, len(s.buckets))
	for i, b := range s.buckets {
		end, back := c.to, int64(i)
		if i >= c.windowBuckets {
			end, back = c.begin, int64(i-c.windowBuckets)
		}
		list[len(list)-1-i] = Minute{From: c.time(end - c.width*(back+1)), Count: b.count}
	}
	return list
}

// bucketOf is the number of the bucket of a time in the stretch. They count back
// from the stretch's end, and before the window from its begin: none lies in both.
func (c *Counter) bucketOf(written int64) int {
	if written >= c.begin {
		return int((c.to - 1 - written) / c.width)
	}
	return c.windowBuckets + int((c.begin-1-written)/c.width)
}

// before is what was counted of a section before the window, as far as the log
// covers it.
func (c *Counter) before(t *tally, covered time.Duration) []rates.Span {
	if covered <= 0 {
		return nil
	}
	if t.serverless == nil || t.serverless.buckets == nil {
		whole := rates.Span{Length: covered}
		if t.serverless != nil {
			whole.Spoiled = t.serverless.kinds[inBaseline].Of(c.counted)
		}
		return []rates.Span{whole}
	}
	var spans []rates.Span
	for _, b := range t.serverless.buckets[c.windowBuckets:] {
		if covered <= 0 {
			break
		}
		spans = append(spans, rates.Span{Length: min(time.Duration(c.width), covered), Spoiled: b.count})
		covered -= time.Duration(c.width)
	}
	return spans
}

// maxPause is how many slow minutes may lie between two fast ones of a run.
const maxPause = 2

// since tells when the trouble of the window began: the first counted line of
// the run of minutes, back from the window's last counted line, in which they
// came at least half as fast as on average in the window. So a rush that began
// long before the window shows its true beginning, and a line a quarter of an
// hour before a rush does not.
func (c *Counter) since(s *serverless) time.Time {
	if s.first == 0 {
		return time.Time{}
	}
	if s.buckets == nil {
		return c.time(s.first)
	}
	fast := float64(s.kinds[inWindow].Of(c.counted)) / c.stretch.Window.Minutes() * time.Duration(c.width).Minutes() / 2
	first, pause := s.first, 0
	begun := false
	for _, b := range s.buckets {
		switch {
		case b.count > 0 && float64(b.count) >= fast:
			first, pause, begun = b.first, 0, true
		case begun:
			if pause++; pause > maxPause {
				return c.time(first)
			}
		}
	}
	return c.time(first)
}
