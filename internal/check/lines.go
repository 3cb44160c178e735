package check

import (
	"cmp"
	"slices"
	"strings"

	"check-haproxy/internal/accesslog"
)

// Lines is what the lines of a log tell of the log itself: whether HAProxy wrote
// them, whether they could be read, when they were written. Each goroutine that
// reads has its own; Merge brings them together.
type Lines struct {
	from, begin, to int64 // the stretch in Unix nanoseconds
	live            bool  // the stretch ends now

	All       uint64 // lines that were looked at, of any program
	InStretch uint64 // those of them that were written in the stretch

	Readable    uint64 // HAProxy's lines that were understood, in the stretch or not
	Requests    uint64 // in the stretch; those too that were read by half
	Connections uint64 // in the stretch; connections of which nothing but their beginning is logged
	Unreadable  uint64 // HAProxy's lines that were not understood, and nobody's by name, in the stretch or without a time
	Shape       string // of the first of these, else of the first of Foreign
	Foreign     uint64 // such lines of other programs
	Untimed     uint64 // requests that do not tell their time
	AtEnd       uint64 // HAProxy's lines that were written after the stretch

	Tagged [2]Reading // lines under a tag of HAProxy's: in the stretch, and in its window

	unread map[author]*unread // lines that were not understood, until it is known whose they are (attribute)

	newest int64            // when HAProxy's newest line before the stretch's end was written
	later  map[string]int64 // by host: the newest of its lines that are later than now
	rhythm *rhythm          // nil unless it is wanted
}

// author is who wrote a line, by its tag; own: the line itself shows that HAProxy did.
type author struct {
	tag string
	own bool
}

// maxAuthors bounds those that are told apart.
const maxAuthors = 1000

// unread are lines of one author that were not understood.
type unread struct {
	lines   uint64    // in the stretch, or without a time
	phases  [2]uint64 // in the stretch, and in its window
	written int64     // when the first of them was; 0 if that is not known
	shape   string    // of the first
}

// Reading is how well lines could be read.
type Reading struct{ Readable, Unreadable uint64 }

// How far a clock may differ before it counts, and how many hosts are named.
const (
	clockTolerance = 60 * 1e9 // nanoseconds
	maxHosts       = 8
)

// NewLines returns the lines of a stretch. Live says that it ends now, so that a
// later line was written by another clock.
func NewLines(s Stretch, live bool) *Lines {
	return &Lines{from: s.From().UnixNano(), begin: s.Begin().UnixNano(), to: s.At.UnixNano(), live: live, unread: map[author]*unread{}, later: map[string]int64{}}
}

// Add looks at one line, or at several alike. It keeps nothing of the record but
// copies.
func (l *Lines) Add(r *accesslog.Record) {
	l.All += uint64(r.Times)
	inStretch := l.from <= r.Written && r.Written < l.to
	if inStretch {
		l.InStretch += uint64(r.Times)
	}
	if r.Class == accesslog.Unreadable {
		l.addUnreadable(r, inStretch)
	} else if r.Own {
		l.Readable += uint64(r.Times)
	}
	if !r.Own {
		return
	}
	l.addTime(r)
	if !inStretch {
		if r.Class == accesslog.Request && r.Written == 0 {
			l.Untimed++
		}
		return
	}
	if r.Class != accesslog.Unreadable {
		l.addReading(r)
	}
	switch r.Class {
	case accesslog.Request, accesslog.HalfRead:
		l.Requests += uint64(r.Times)
	case accesslog.Connection:
		l.Connections += uint64(r.Times)
	}
}

func (l *Lines) addUnreadable(r *accesslog.Record, inStretch bool) {
	if r.Written != 0 && !inStretch {
		return
	}
	u := l.unreadOf(author{string(r.Origin.Tag), r.Own})
	u.lines++
	if inStretch {
		u.phases[0]++
	}
	if inStretch && r.Written >= l.begin {
		u.phases[1]++
	}
	if u.lines == 1 || r.Written < u.written {
		u.written, u.shape = r.Written, shapeOf(r.Line)
	}
}

// unreadOf are the lines of an author; of one too many, nobody's.
func (l *Lines) unreadOf(a author) *unread {
	u := l.unread[a]
	switch {
	case u != nil:
		return u
	case len(l.unread) >= maxAuthors && a != author{}:
		return l.unreadOf(author{})
	}
	u = &unread{}
	l.unread[a] = u
	return u
}

// attribute counts the lines that were not understood for whoever wrote them, now
// that it is known which tags HAProxy has. What has no tag may be HAProxy's.
func (l *Lines) attribute(isHAProxys func(tag string) bool) {
	var first, firstForeign unread
	for a, u := range l.unread {
		own := a.own || isHAProxys(a.tag)
		if !own && a.tag != "" {
			l.Foreign += u.lines
			firstForeign.takeFirst(u)
			continue
		}
		l.Unreadable += u.lines
		first.takeFirst(u)
		for i, n := range u.phases {
			if own {
				l.Tagged[i].Unreadable += n
			}
		}
	}
	if l.Shape = first.shape; l.Unreadable == 0 {
		l.Shape = firstForeign.shape
	}
	l.unread = nil
}

// takeFirst takes over the first of others' lines if that was written before.
func (u *unread) takeFirst(other *unread) {
	if u.lines == 0 || cmp.Or(cmp.Compare(other.written, u.written), strings.Compare(other.shape, u.shape)) < 0 {
		u.written, u.shape = other.written, other.shape
	}
	u.lines += other.lines
}

// addTime notes when a line of HAProxy's was written.
func (l *Lines) addTime(r *accesslog.Record) {
	switch {
	case r.Written < l.to:
		l.newest = max(l.newest, r.Written)
		if l.rhythm != nil {
			l.rhythm.add(r.Written)
		}
		return
	case !l.live || r.Written <= l.to+clockTolerance:
	case l.later[string(r.Origin.Host)] != 0 || len(l.later) < maxHosts:
		host := string(r.Origin.Host)
		l.later[host] = max(l.later[host], r.Written)
	}
	l.AtEnd++
}

func (l *Lines) addReading(r *accesslog.Record) {
	for i := range l.Tagged {
		if i == 1 && r.Written < l.begin {
			break
		}
		l.Tagged[i].Readable += uint64(r.Times)
	}
}

// Merge adds what another one has seen. The other one must not be used any more.
func (l *Lines) Merge(other *Lines) {
	l.All += other.All
	l.InStretch += other.InStretch
	l.Readable += other.Readable
	l.Requests += other.Requests
	l.Connections += other.Connections
	l.Untimed += other.Untimed
	l.AtEnd += other.AtEnd
	for i, theirs := range other.Tagged {
		l.Tagged[i].Readable += theirs.Readable
	}
	for a, theirs := range other.unread {
		ours := l.unreadOf(a)
		ours.takeFirst(theirs)
		for i, n := range theirs.phases {
			ours.phases[i] += n
		}
	}
	l.newest = max(l.newest, other.newest)
	for host, written := range other.later {
		l.later[host] = max(l.later[host], written)
	}
	if l.rhythm != nil {
		l.rhythm.merge(other.rhythm)
	}
}

// hosts are the names of the hosts of later lines, the earliest name first.
func (l *Lines) hosts() []string {
	var names []string
	for host := range l.later {
		names = append(names, host)
	}
	slices.Sort(names)
	return names
}
