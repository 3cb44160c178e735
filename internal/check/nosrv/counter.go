package nosrv

import (
	"encoding/binary"
	"math/bits"
	"time"

	"check-haproxy/internal/accesslog"
	"check-haproxy/internal/check"
	"check-haproxy/internal/check/rates"
)

// What a Counter holds is bounded, whatever a log says.
const (
	maxSections    = 20_000
	maxName        = 256   // bytes of a section's name
	maxTransitions = 1_000 // servers whose last change is remembered
	recentBits     = 8
)

// phase is a part of the stretch.
type phase int

const (
	inBaseline phase = iota
	inWindow
	phases
)

// Counter counts the lines of a stretch. Each goroutine that reads has its own;
// Merge brings them together. Adding a line of a section that was seen before
// costs no allocation.
type Counter struct {
	stretch         check.Stretch
	counted         KindSet
	from, begin, to int64 // the stretch in Unix nanoseconds
	scale           *rates.Scale

	sections map[string]*tally
	recent   [1 << recentBits]recentTally

	overflow   uint64 // requests of sections beyond maxSections
	readable   uint64 // HAProxy's lines, in the stretch or not
	untimed    uint64 // requests that do not tell their time
	later      uint64 // HAProxy's lines after the stretch
	newest     int64  // time of the newest HAProxy line before the stretch's end
	unreadable uint64
	shape      string // of the first unreadable line
	servers    map[serverName]Transition
}

// tally is what is counted for one section.
type tally struct {
	name       string
	requests   [phases]uint64
	serverless *serverless // nil until a line without a server comes
}

// serverless is what is counted of a section's lines without a server.
type serverless struct {
	kinds   [phases]Counts
	own     uint64          // counted no-server lines where no backend was chosen, in the window
	counted *rates.Timeline // lines of the counted kinds
	example check.Example   // the newest of them in the window
}

type serverName struct{ backend, server string }

// Transition is the last change of a server's state that the log tells of.
type Transition struct {
	accesslog.Change
	At time.Time
}

// NewCounter returns a counter of the lines in a stretch of time; counted are
// the kinds that make up trouble.
func NewCounter(s check.Stretch, counted KindSet) *Counter {
	return &Counter{
		stretch: s, counted: counted,
		from: s.From().UnixNano(), begin: s.Begin().UnixNano(), to: s.At.UnixNano(),
		scale:    rates.NewScale(s),
		sections: map[string]*tally{},
		servers:  map[serverName]Transition{},
	}
}

// Add counts one line. It keeps nothing of the record but copies.
func (c *Counter) Add(r *accesslog.Record) {
	if r.Class == accesslog.Unreadable || r.Class == accesslog.HalfRead {
		c.addUnreadable(r)
		return
	}
	c.readable++
	switch {
	case r.Written >= c.to:
		c.later++
		return
	case r.Written > c.newest:
		c.newest = r.Written
	}
	switch {
	case r.Class == accesslog.Request:
		c.addRequest(r)
	case r.Class == accesslog.Transition && r.Written >= c.from:
		c.keep(Transition{Change: r.Change, At: c.time(r.Written)})
	}
}

func (c *Counter) addRequest(r *accesslog.Record) {
	if r.Written < c.from {
		if r.Written == 0 {
			c.untimed++
		}
		return
	}
	at := inBaseline
	if r.Written >= c.begin {
		at = inWindow
	}
	name := r.Backend
	if len(name) == 0 {
		name = r.Frontend
	}
	t := c.tally(name)
	if t == nil {
		c.overflow++
		return
	}
	t.requests[at]++
	if r.NoServer {
		c.addServerless(t, at, r)
	}
}

func (c *Counter) addServerless(t *tally, at phase, r *accesslog.Record) {
	s := t.serverless
	if s == nil {
		s = &serverless{counted: c.scale.NewTimeline()}
		t.serverless = s
	}
	kind := KindOf(r.Flags)
	s.kinds[at][kind]++
	if !c.counted.Has(kind) {
		return
	}
	c.scale.Add(s.counted, r.Written)
	if at != inWindow {
		return
	}
	if kind == NoServer && string(r.Backend) == string(r.Frontend) {
		s.own++
	}
	s.example.Offer(r)
}

// tally finds a section's tally, or makes one; nil where there are too many.
//
// Names come in any order and length, which makes a map's look-up a series of
// mispredicted branches. So names up to 16 bytes are looked for first in a
// table, by their first and last eight bytes, without any (BenchmarkTally).
func (c *Counter) tally(name []byte) *tally {
	n := len(name)
	if n > 16 || cap(name) < 16 {
		return c.tallyInMap(name)
	}
	around := name[:16] // what stands behind the name is masked out
	mask := lowBytes[min(n, 8)]
	first := binary.LittleEndian.Uint64(around) & mask
	last := binary.LittleEndian.Uint64(around[max(n-8, 0):]) & mask
	slot := &c.recent[(first^bits.RotateLeft64(last, 29)^uint64(n))*0x9E3779B97F4A7C15>>(64-recentBits)]
	if slot.first == first && slot.last == last && slot.length == n && slot.tally != nil {
		return slot.tally
	}
	t := c.tallyInMap(name)
	*slot = recentTally{first, last, n, t}
	return t
}

// recentTally is a section seen lately. Up to 16 bytes of its name are told by
// eight from each end.
type recentTally struct {
	first, last uint64
	length      int
	tally       *tally
}

// lowBytes are masks of the first bytes of a word.
var lowBytes = [9]uint64{0, 1<<8 - 1, 1<<16 - 1, 1<<24 - 1, 1<<32 - 1, 1<<40 - 1, 1<<48 - 1, 1<<56 - 1, 1<<64 - 1}

// tallyInMap is tally's plain twin.
func (c *Counter) tallyInMap(name []byte) *tally {
	name = name[:min(len(name), maxName)]
	if t, ok := c.sections[string(name)]; ok {
		return t
	}
	if len(c.sections) >= maxSections {
		return nil
	}
	t := &tally{name: string(name)}
	c.sections[t.name] = t
	return t
}

func (c *Counter) addUnreadable(r *accesslog.Record) {
	if r.Written != 0 && (r.Written < c.from || r.Written >= c.to) {
		return
	}
	c.unreadable++
	if c.shape == "" {
		c.shape = shapeOf(r.Line)
	}
}

// keep remembers a server's last change.
func (c *Counter) keep(t Transition) {
	name := serverName{t.Backend, t.Server}
	last, known := c.servers[name]
	if !known && len(c.servers) >= maxTransitions || known && last.At.After(t.At) {
		return
	}
	c.servers[name] = t
}

func (c *Counter) time(unixNano int64) time.Time {
	return time.Unix(0, unixNano).In(c.stretch.At.Location())
}

// Merge adds what another counter of the same stretch and kinds has counted.
// The other one must not be used any more.
func (c *Counter) Merge(other *Counter) {
	for name, theirs := range other.sections {
		ours := c.sections[name]
		switch {
		case ours != nil:
			ours.merge(theirs)
		case len(c.sections) < maxSections:
			c.sections[name] = theirs
		default:
			c.overflow += theirs.requests[inBaseline] + theirs.requests[inWindow]
		}
	}
	c.overflow += other.overflow
	c.readable += other.readable
	c.untimed += other.untimed
	c.later += other.later
	c.newest = max(c.newest, other.newest)
	c.unreadable += other.unreadable
	if c.shape == "" {
		c.shape = other.shape
	}
	for _, t := range other.servers {
		c.keep(t)
	}
}

func (t *tally) merge(other *tally) {
	for p := range t.requests {
		t.requests[p] += other.requests[p]
	}
	switch {
	case other.serverless == nil:
	case t.serverless == nil:
		t.serverless = other.serverless
	default:
		t.serverless.merge(other.serverless)
	}
}

func (s *serverless) merge(other *serverless) {
	for p := range s.kinds {
		s.kinds[p].Add(other.kinds[p])
	}
	s.own += other.own
	s.counted.Merge(other.counted)
	s.example.Merge(other.example)
}
