package check

import (
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
	Unreadable  uint64 // lines that were not understood, of any program, in the stretch or without a time
	Shape       string // of the first of these
	Untimed     uint64 // requests that do not tell their time
	AtEnd       uint64 // HAProxy's lines that were written after the stretch

	Tagged [2]Reading // lines under HAProxy's own tag: in the stretch, and in its window

	// plain are requests of HAProxy's in the stretch, in baseline and window: most
	// lines. What they add to the numbers above is added in the end (settle).
	plain [2]uint64

	newest int64            // when HAProxy's newest line before the stretch's end was written
	later  map[string]int64 // by host: the newest of its lines that are later than now
	rhythm *rhythm          // nil unless it is wanted
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
	return &Lines{from: s.From().UnixNano(), begin: s.Begin().UnixNano(), to: s.At.UnixNano(), live: live, later: map[string]int64{}}
}

// Add looks at one line. It keeps nothing of the record but copies.
func (l *Lines) Add(r *accesslog.Record) {
	if r.Class == accesslog.Request && r.Own && r.Times == 1 && l.from <= r.Written && r.Written < l.to && l.rhythm == nil {
		part := 0
		if r.Written >= l.begin {
			part = 1
		}
		l.plain[part]++
		l.newest = max(l.newest, r.Written)
		return
	}
	l.addAny(r)
}

// settle adds the plain lines to the numbers of all lines.
func (l *Lines) settle() {
	n := l.plain[0] + l.plain[1]
	l.All += n
	l.InStretch += n
	l.Readable += n
	l.Requests += n
	l.Tagged[0].Readable += n
	l.Tagged[1].Readable += l.plain[1]
	l.plain = [2]uint64{}
}

// addAny is Add for any line.
func (l *Lines) addAny(r *accesslog.Record) {
	l.All++
	inStretch := l.from <= r.Written && r.Written < l.to
	if inStretch {
		l.InStretch++
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
	l.addReading(r)
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
	l.Unreadable++
	if l.Shape == "" {
		l.Shape = shapeOf(r.Line)
	}
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
		if r.Class == accesslog.Unreadable {
			l.Tagged[i].Unreadable++
		} else {
			l.Tagged[i].Readable++
		}
	}
}

// Merge adds what another one has seen. The other one must not be used any more.
func (l *Lines) Merge(other *Lines) {
	l.settle()
	other.settle()
	l.All += other.All
	l.InStretch += other.InStretch
	l.Readable += other.Readable
	l.Requests += other.Requests
	l.Connections += other.Connections
	l.Unreadable += other.Unreadable
	l.Untimed += other.Untimed
	l.AtEnd += other.AtEnd
	if l.Shape == "" {
		l.Shape = other.Shape
	}
	for i, theirs := range other.Tagged {
		l.Tagged[i].Readable += theirs.Readable
		l.Tagged[i].Unreadable += theirs.Unreadable
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
	slices.SortFunc(names, strings.Compare)
	return names
}
