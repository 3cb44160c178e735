package check

import (
	"time"

	"check-haproxy/internal/accesslog"
	"check-haproxy/internal/accesslog/logformat"
)

// Stretch is the time that is looked at: the window that is judged, and the
// baseline just before it.
type Stretch struct {
	At       time.Time // the window's end; lines from then on do not exist
	Window   time.Duration
	Baseline time.Duration
}

// Begin is where the window begins and the baseline ends.
func (s Stretch) Begin() time.Time { return s.At.Add(-s.Window) }

// From is where the baseline begins.
func (s Stretch) From() time.Time { return s.Begin().Add(-s.Baseline) }

// periods are the times between which it makes no difference when a request was that
// went well.
func (s Stretch) periods() []int64 {
	return []int64{s.From().UnixNano(), s.Begin().UnixNano(), s.At.UnixNano()}
}

// Log is what reading the log has told beside requests.
type Log struct {
	Lines    *Lines
	Live     bool      // the stretch ends now: --at was not given
	Streamed bool      // it was read from standard input or a pipe, whose lines come only once
	Earliest time.Time // how far the log reaches back, rotated siblings included; zero if nothing tells
	Newest   time.Time // the newest line of any program not after the stretch; zero if there is none
	Own      time.Time // the newest line of HAProxy's not after the stretch; zero if none was found
	Searched uint64    // lines of other programs before the stretch, among which one of HAProxy's was looked for
	Silence  Silence
	Changed  time.Time // when the log file whose newest line lags behind most was last written to; zero for anything but files
	Last     time.Time // that newest line, of any program
	Overlong uint64    // lines that were skipped because of their length
	Unread   []Unread  // parts of the stretch that are there and could not be read
	Notes    []string  // what was unexpected and harmless
	Doubted  string    // what the program that reads the log complained of, though it did not fail

	Losses  []accesslog.Loss    // lines that syslog daemons say they have dropped, HAProxy's or nobody's by name; oldest first
	LeftOut []logformat.LeftOut // frontends of the configuration whose lines cannot be judged
	Partial []logformat.Partial // its sections that do not log all of their requests
	Serving []string            // its sections that have servers
}

// Unread is a part of the log that could not be read. Reason is a sentence. Its
// lines were written before Until; zero: at any time.
type Unread struct {
	Reason string
	Until  time.Time
}

// touches reports whether its lines may be of a stretch that begins then.
func (u Unread) touches(begin time.Time) bool { return u.Until.IsZero() || u.Until.After(begin) }

// Silence is how long HAProxy was silent before its newest line. It is looked at
// if it is silent now.
type Silence struct {
	Lines   uint64        // in a baseline's length before the newest line
	Longest time.Duration // the longest time between two of them
	Before  string        // when the log was as silent at this time of the day: "a day ago"; empty if it was not, or does not tell
}

// IsSilent says whether HAProxy's newest line is before the stretch, and can be
// read once more.
func (l Log) IsSilent(s Stretch) bool {
	return !l.Streamed && !l.Own.IsZero() && l.Own.Before(s.From())
}

// Covered is how much of the stretch's baseline the log covers. It is 0 if the
// log does not reach back at least one window before the window.
func (l Log) Covered(s Stretch) time.Duration {
	if l.Earliest.IsZero() || l.Earliest.After(s.Begin().Add(-s.Window)) {
		return 0
	}
	return min(s.Baseline, s.Begin().Sub(l.Earliest))
}
