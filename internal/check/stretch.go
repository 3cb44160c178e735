package check

import "time"

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

// Log is what reading the log has told beside its lines.
type Log struct {
	Earliest time.Time // how far the log reaches back, rotated siblings included; zero where nothing tells
	Newest   time.Time // the newest line not after the stretch; zero where there is none
	Overlong uint64    // lines that were skipped because of their length
	Unread   []Unread  // parts of the stretch that are there and could not be read
	Notes    []string  // what was unexpected and harmless
}

// Unread is a part of the log that could not be read. It lies before Earliest,
// or, if Within, somewhere behind it. Reason is a sentence.
type Unread struct {
	Reason string
	Within bool
}
