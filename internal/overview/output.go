package overview

import (
	"os"
	"sync"
	"time"
)

// output writes to a terminal and never makes its caller wait: a terminal may be
// stopped, or its reader may have hung, and keys and signals have to be heard all
// the same. What does not fit meanwhile is dropped as a whole; once the terminal
// takes text again, the screen is drawn anew.
type output struct {
	*os.File // the terminal, for those who ask what it is
	redraw   func()

	lock    sync.Mutex
	idle    *sync.Cond
	pending []byte
	writing bool
	dropped bool
	broken  bool // the terminal is gone
}

// mostPending bounds what waits for the terminal; it holds dozens of screens.
const mostPending = 256 << 10

// pieceBytes is how much is written at once, so that not much stands between a
// terminal that takes text again and the newest text.
const pieceBytes = 4 << 10

func newOutput(terminal *os.File, redraw func()) *output {
	o := &output{File: terminal, redraw: redraw}
	o.idle = sync.NewCond(&o.lock)
	return o
}

// Write takes text to be written.
func (o *output) Write(p []byte) (int, error) {
	o.lock.Lock()
	defer o.lock.Unlock()
	switch {
	case o.broken:
	case len(o.pending)+len(p) > mostPending:
		o.dropped = true
	default:
		o.pending = append(o.pending, p...)
		if !o.writing {
			o.writing = true
			go o.write()
		}
	}
	return len(p), nil
}

// Close leaves the terminal open: it is not the screen's own.
func (o *output) Close() error { return nil }

// write writes until nothing is left.
func (o *output) write() {
	o.lock.Lock()
	defer o.lock.Unlock()
	for len(o.pending) > 0 {
		piece := o.pending[:min(len(o.pending), pieceBytes)]
		o.pending = o.pending[len(piece):]
		o.lock.Unlock()
		_, err := o.File.Write(piece)
		o.lock.Lock()
		if err != nil {
			o.broken, o.pending = true, nil
		}
	}
	if o.dropped && !o.broken {
		o.dropped = false
		go o.redraw()
	}
	o.pending, o.writing = nil, false
	o.idle.Broadcast()
}

// drain waits until everything is written, but no longer than that.
func (o *output) drain(most time.Duration) bool {
	late := false
	timer := time.AfterFunc(most, func() {
		o.lock.Lock()
		late = true
		o.lock.Unlock()
		o.idle.Broadcast()
	})
	defer timer.Stop()
	o.lock.Lock()
	defer o.lock.Unlock()
	for o.writing && !late {
		o.idle.Wait()
	}
	return !o.writing
}

// finish writes what is left. If the terminal does not take it, all that waits
// is thrown away, in the kernel too, and only last is written, which gives the
// terminal back.
func (o *output) finish(last string) {
	o.lock.Lock()
	dropped := o.dropped
	o.lock.Unlock()
	if o.drain(drainTime) && !dropped {
		return
	}
	o.lock.Lock()
	o.pending = []byte(last)
	if !o.writing {
		o.writing = true
		go o.write()
	}
	o.lock.Unlock()
	discardOutput(o.File)
	o.drain(drainTime)
}

// drainTime is how long a terminal may take to show the last of the screen.
const drainTime = 300 * time.Millisecond
