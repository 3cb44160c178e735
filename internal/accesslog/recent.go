package accesslog

import "math/bits"

const (
	recentLines = 1000
	recentTime  = 1e9 // nanoseconds
)

// recent are the last lines of some kind in a piece, to be found by a key.
type recent struct {
	heads [1 << headBits]uint16 // by the key's first bits: the last entry, counted from 1
	ring  [recentLines + 24]entry
	next  uint16
}

const headBits = 12

// entry is one line.
type entry struct {
	key     uint64
	written int64
	text    uint32 // where HAProxy's text begins in the piece
	line    uint32 // its number in the piece
	before  uint16 // the entry before with the same first bits, counted from 1
}

func (r *recent) reset() { r.heads, r.next = [1 << headBits]uint16{}, 0 }

// add remembers a line. Lines come in order.
func (r *recent) add(e entry) {
	head := &r.heads[e.key>>(64-headBits)]
	e.before = *head
	r.ring[r.next] = e
	r.next++
	*head = r.next
	if int(r.next) == len(r.ring) {
		r.next = 0
	}
}

// last is the last line before e with e's key, nil if none is near enough.
func (r *recent) last(e *entry) *entry {
	return r.search(r.heads[e.key>>(64-headBits)], e.line, e)
}

// further is the one before a line that was found.
func (r *recent) further(found, e *entry) *entry { return r.search(found.before, found.line, e) }

// search goes back from an entry. One that was overwritten, and is not older than
// the one that led to it, is too old.
func (r *recent) search(at uint16, below uint32, e *entry) *entry {
	for at > 0 {
		found := &r.ring[at-1]
		if found.line >= below || e.line-found.line > recentLines {
			return nil
		}
		if found.key == e.key && near(found.written, e.written) {
			return found
		}
		at, below = found.before, found.line
	}
	return nil
}

func near(a, b int64) bool { return a-b <= recentTime && b-a <= recentTime }

// identity is what the lines of one request have in common: what the client's
// address with its port ends with, and the accept date's last digits. It is zero if
// a line does not tell port and date.
type identity struct{ client, date uint64 }

// key mixes both.
func (i identity) key() uint64 {
	return (i.client ^ bits.RotateLeft64(i.date, 29)) * 0x9E3779B97F4A7C15
}

// tail is the end of a text, its last eight bytes.
func tail(text []byte) uint64 {
	if len(text) >= 8 {
		return load(text, len(text)-8)
	}
	var b [8]byte
	copy(b[:], text)
	return load(b[:], 0)
}
