// Package samples keeps what HAProxy has counted between two runs of a check.
// HAProxy's counters only grow; what happened lately is the difference of two
// samples. A History takes one sample after another, values in and values out,
// with the time given; a Store keeps it in a file between two runs.
//
// What is kept of the past is the growth from sample to sample, row by row, so
// that a reload, a server that was deleted or counters that were cleared never
// look like a jump: growth is only taken between two counts that belong
// together.
package samples

import "time"

// NotKnown is a count that HAProxy does not tell.
const NotKnown = -1

// Row is what one row of the statistics has counted.
type Row struct {
	Section string
	Server  string  // empty for what sums up the section, its BACKEND row
	Changed int64   // when its status changed last, in Unix seconds; 0 if that is not known
	Counts  []int64 // one for each of Settings.Columns
}

// Sample is what one HAProxy process has counted until now.
type Sample struct {
	Asked, At time.Time // the counts are of a moment between the two
	Process   Process
	Rows      []Row // no two of one section and server
}

// Process tells one HAProxy process from another. The zero Process is unknown:
// a stats page does not tell.
type Process struct {
	PID     int64
	StartID int64     // Start_time_sec of "show info", by HAProxy's own clock; 0 before HAProxy 2.5
	Started time.Time // by the clock that Sample.At is read from
}

// restartSlack is how inexact Started is: HAProxy tells its age in whole
// seconds, and the answers take their time. It is more than the two seconds
// between the samples of a first run, for an age that does not grow meanwhile.
const restartSlack = 3 * time.Second

// is says whether both are the same process.
func (p Process) is(other Process) bool {
	if p.PID != other.PID {
		return false
	}
	if p.StartID != 0 && other.StartID != 0 {
		return p.StartID == other.StartID
	}
	return p.Started.Sub(other.Started).Abs() <= restartSlack
}

// Span is a length of time between two samples.
type Span struct{ From, To time.Time }

// Length is how long the span is; 0 for the zero Span.
func (s Span) Length() time.Duration { return s.To.Sub(s.From) }

// Settings say what is kept.
type Settings struct {
	// Columns name what is counted, at most maxColumns. A file with others is
	// not continued.
	Columns []string
	// Window is the length of time that is judged, Baseline the one before it.
	Window, Baseline time.Duration
	// Doubt is asked about a section of which a row vanished or came between
	// two samples, with the growth of its other rows. If it says so the whole
	// section is left out of that interval. Without Doubt the other rows count.
	Doubt func(others []Growth) bool
}

const maxColumns = 32

// Growth is by how much a row's counts grew.
type Growth struct {
	Server string
	Counts []int64
}

// grain is how far apart two samples within the window are: about a minute, less
// in a short window and more in one of days.
func (s Settings) grain() time.Duration {
	return max(min(time.Minute, s.Window/5), s.Window/1000)
}

// kept is how much of the past is of use: window and baseline, and another
// window for samples that come late.
func (s Settings) kept() time.Duration { return s.Baseline + 2*s.Window }
