package nosrv

import "time"

// timeline turns the buckets around: the oldest first. The first number may
// stand for less than a whole bucket's time.
func (c *Counter) timeline(s *serverless) []Minute {
	if len(s.buckets) == 0 {
		return nil
	}
	list := make([]Minute, len(s.buckets))
	for back, b := range s.buckets {
		from := c.stretch.At.Add(-time.Duration(c.width) * time.Duration(back+1))
		list[len(list)-1-back] = Minute{From: from, Count: b.count}
	}
	return list
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
