package rates

import (
	"time"

	"check-haproxy/internal/check"
)

// How long timelines may become, whatever is counted.
const (
	MaxBuckets = 1_440   // of one timeline: minutes of a day
	allBuckets = 1 << 15 // of all timelines of a Scale together
)

// Scale divides a stretch of time into minutes, or into as many whole minutes as
// keep a timeline short.
type Scale struct {
	stretch         check.Stretch
	from, begin, to int64 // the stretch in Unix nanoseconds
	width           int64 // of a bucket
	inWindow, all   int   // buckets of the window, which come first, and of the stretch
	spent           int   // of allBuckets
}

// NewScale returns the scale of a stretch.
func NewScale(s check.Stretch) *Scale {
	width := BucketWidth(s)
	inWindow := int((s.Window + width - 1) / width)
	return &Scale{
		stretch: s, from: s.From().UnixNano(), begin: s.Begin().UnixNano(), to: s.At.UnixNano(),
		width: int64(width), inWindow: inWindow, all: inWindow + int((s.Baseline+width-1)/width),
	}
}

// BucketWidth is how much time one number of a timeline stands for.
func BucketWidth(s check.Stretch) time.Duration {
	const most = MaxBuckets - 1 // the window's and the baseline's are rounded up each
	minutes := (s.Window + s.Baseline + most*time.Minute - 1) / (most * time.Minute)
	return max(minutes, 1) * time.Minute
}

// Timeline counts along a stretch of time. The zero Timeline counts nothing:
// there were too many.
type Timeline struct {
	buckets     []bucket // they count back from the stretch's end
	window      uint64   // counted in the window
	before      uint64   // and before it
	first, last int64    // times in the window, Unix nanoseconds; 0 for none
}

type bucket struct {
	count uint64
	first int64
}

// Minute is a number of a timeline.
type Minute struct {
	From  time.Time
	Count uint64
}

// NewTimeline returns a timeline. Once there are very many, further ones tell
// window and baseline apart and nothing more.
func (s *Scale) NewTimeline() *Timeline {
	if s.spent+s.all > allBuckets {
		return &Timeline{}
	}
	s.spent += s.all
	return &Timeline{buckets: make([]bucket, s.all)}
}

// Phase is a part of a stretch.
type Phase int

// The parts of a stretch. They can be indices.
const (
	InBaseline Phase = iota
	InWindow
	Phases = 2 // how many there are
)

// Phase says in which part of the stretch a time lies (Unix nanoseconds); false
// if it lies in neither.
func (s *Scale) Phase(at int64) (p Phase, ok bool) {
	if at >= s.begin {
		p = InWindow
	}
	return p, s.from <= at && at < s.to
}

// Add counts something that was written in the stretch, so many times.
func (s *Scale) Add(t *Timeline, written int64, times uint64) {
	if written >= s.begin {
		t.window += times
		t.first, t.last = earlier(t.first, written), max(t.last, written)
	} else {
		t.before += times
	}
	t.add(s.bucketOf(written), times, written)
}

// add adds to a bucket, if there are any.
func (t *Timeline) add(back int, count uint64, first int64) {
	if back < len(t.buckets) {
		t.buckets[back].add(count, first)
	}
}

func (b *bucket) add(count uint64, first int64) {
	if count > 0 {
		b.count, b.first = b.count+count, earlier(b.first, first)
	}
}

// earlier is the smaller of two times, of which 0 is none.
func earlier(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// bucketOf is the number of the bucket of a time in the stretch. They count back
// from the stretch's end, and before the window from its begin: none lies in both.
func (s *Scale) bucketOf(written int64) int {
	if written >= s.begin {
		return int((s.to - 1 - written) / s.width)
	}
	return s.inWindow + int((s.begin-1-written)/s.width)
}

// Merge adds what another timeline of the same stretch has counted.
func (t *Timeline) Merge(other *Timeline) {
	t.window, t.before = t.window+other.window, t.before+other.before
	t.first, t.last = earlier(t.first, other.first), max(t.last, other.last)
	if t.buckets == nil || other.buckets == nil {
		t.buckets = nil // half a timeline would tell a wrong story
	}
	for back, b := range other.buckets {
		t.add(back, b.count, b.first)
	}
}

// Together is what several timelines count; nil ones count nothing. One whose
// minutes were not kept is spread evenly.
func (s *Scale) Together(timelines ...*Timeline) *Timeline {
	sum := &Timeline{buckets: make([]bucket, s.all)}
	for _, t := range timelines {
		if t == nil {
			continue
		}
		if t.buckets == nil {
			t = s.spread(t)
		}
		sum.Merge(t)
	}
	return sum
}

// spread is a timeline with minutes for one whose minutes were not kept.
func (s *Scale) spread(t *Timeline) *Timeline {
	even := *t
	even.buckets = make([]bucket, s.all)
	deal := func(count uint64, buckets []bucket, first int64) {
		n := uint64(len(buckets))
		for i := range buckets {
			i := uint64(i)
			buckets[i].add(count*(i+1)/n-count*i/n, first)
		}
	}
	deal(t.window, even.buckets[:s.inWindow], t.first)
	deal(t.before, even.buckets[s.inWindow:], s.from)
	return &even
}

// Counted is how much was counted in a part of the stretch. A timeline that was
// never begun (nil) counted nothing.
func (t *Timeline) Counted(in Phase) uint64 {
	switch {
	case t == nil:
		return 0
	case in == InWindow:
		return t.window
	default:
		return t.before
	}
}

// CountedSince is how much was counted from a time on, and up to a bucket's width
// before it: in which buckets that lies is all that is known.
func (s *Scale) CountedSince(t *Timeline, from time.Time) (n uint64) {
	if t == nil {
		return 0
	}
	since := from.UnixNano()
	if t.buckets == nil {
		if n = t.window; since < s.begin {
			n += t.before
		}
		return n
	}
	for i, b := range t.buckets {
		end := s.to - s.width*int64(i)
		if i >= s.inWindow {
			end = s.begin - s.width*int64(i-s.inWindow)
		}
		if end > since {
			n += b.count
		}
	}
	return n
}

// Minutes are the numbers, the oldest first; nil if they were not kept. The
// first, and the window's first, may stand for less than a whole bucket's time.
func (s *Scale) Minutes(t *Timeline) []Minute {
	if len(t.buckets) == 0 {
		return nil
	}
	list := make([]Minute, len(t.buckets))
	for i, b := range t.buckets {
		end, back := s.to, int64(i)
		if i >= s.inWindow {
			end, back = s.begin, int64(i-s.inWindow)
		}
		list[len(list)-1-i] = Minute{From: s.time(end - s.width*(back+1)), Count: b.count}
	}
	return list
}

func (s *Scale) time(unixNano int64) time.Time {
	return time.Unix(0, unixNano).In(s.stretch.At.Location())
}

// Before is what was counted before the window, as far as something covers it. A
// timeline that was never begun (nil) counted nothing.
func (s *Scale) Before(t *Timeline, covered time.Duration) []Span {
	if covered <= 0 {
		return nil
	}
	if t == nil {
		t = &Timeline{}
	}
	if t.buckets == nil {
		return []Span{{Length: covered, Spoiled: t.before}}
	}
	var spans []Span
	for _, b := range t.buckets[s.inWindow:] {
		if covered <= 0 {
			break
		}
		spans = append(spans, Span{Length: min(time.Duration(s.width), covered), Spoiled: b.count})
		covered -= time.Duration(s.width)
	}
	return spans
}

// maxPause is how many slow minutes may lie between two fast ones of a run.
const maxPause = 2

// Since tells when the trouble of the window began: the first of the run of
// minutes, back from the window's last one, in which it came at least half as
// fast as on average in the window. So a rush that began long before the window
// shows its true beginning, and something a quarter of an hour before a rush
// does not. It is zero if there is nothing in the window.
func (s *Scale) Since(t *Timeline) time.Time {
	if t.first == 0 {
		return time.Time{}
	}
	if t.buckets == nil {
		return s.time(t.first)
	}
	fast := float64(t.window) / s.stretch.Window.Minutes() * time.Duration(s.width).Minutes() / 2
	first, pause := t.first, 0
	begun := false
	for _, b := range t.buckets {
		switch {
		case float64(b.count) >= fast:
			first, pause, begun = b.first, 0, true
		case begun:
			if pause++; pause > maxPause {
				return s.time(first)
			}
		}
	}
	return s.time(first)
}
