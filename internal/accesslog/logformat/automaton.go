package logformat

import (
	"errors"
	"math/bits"
)

// automaton matches a line against a log-format in time proportional to the
// line, whatever the line says. It is the format written as a chain of states,
// one for each byte of text and one or a few for each field; a bit per state
// tells which of them the bytes read so far can have led to (the "bit-parallel"
// simulation of Baeza-Yates and Gonnet).
//
// Going over the line forwards and then backwards gives, for each byte, all the
// fields that it belongs to in any reading of the line. Where a field that
// decides overlaps with another that does, or with one that a client can fill,
// two readings differ and the line is refused: nobody can tell where one name
// ends, or the line is forged.
type automaton struct {
	words int      // 64 states a word
	masks []uint64 // words per byte value: the states that accept it
	start []uint64 // states that may accept the first byte
	next  []uint64 // states from which the one after follows
	loop  []uint64 // states that may repeat
	jumps []jump   // all other moves

	final   []uint64 // the whole format has been read
	partial []uint64 // all that decides has been read; the line is cut short

	decides [][]uint64 // states of each field that decides
	foreign []uint64   // states whose text a client may have chosen
	fields  []Field    // of each state

	table []uint16 // state<<8|byte to state, where no choice is ever left; else nil

	early bool // match stops at the first byte that reaches final
	dated bool // holds a date
}

type jump struct{ from, to int }

// maxStates bounds a format, maxText the part of a line that is matched.
const (
	maxStates = 1024
	maxText   = 16 << 10
)

// Matcher is the memory for matching, and where the fields of the last text
// were found. It belongs to one goroutine.
type Matcher struct {
	sets  []uint64 // words per byte
	row   []uint64
	spans [fieldCount][2]int // begin and end; end 0 for none
}

// match reports whether text is in the format and sets the spans.
func (a *automaton) match(mt *Matcher, text []byte) bool {
	text = text[:min(len(text), maxText)]
	if a.table != nil {
		return a.drive(mt, text)
	}
	return a.simulate(mt, text)
}

// simulate matches any format.
func (a *automaton) simulate(mt *Matcher, text []byte) bool {
	length, accept := a.forwards(mt, text)
	if accept == nil {
		return false
	}
	text = text[:length]
	a.backwards(mt, text, accept)
	return a.walk(mt, text)
}

// forwards sets mt.sets to the states that each byte can have been read in, and
// finds whether and how the text is accepted, and how much of it.
func (a *automaton) forwards(mt *Matcher, text []byte) (length int, accept []uint64) {
	if len(text) == 0 {
		return 0, nil
	}
	if need := len(text) * a.words; cap(mt.sets) < need {
		mt.sets = make([]uint64, need+need/2)
	}
	mt.sets = mt.sets[:len(text)*a.words]
	if cap(mt.row) < a.words {
		mt.row = make([]uint64, a.words)
	}
	var last []uint64
	for i, c := range text {
		now := mt.sets[i*a.words:][:a.words]
		if i == 0 {
			copy(now, a.start)
		} else {
			a.step(last, now)
		}
		mask := a.masks[int(c)*a.words:][:a.words]
		var any uint64
		for w := range now {
			now[w] &= mask[w]
			any |= now[w]
		}
		if any == 0 {
			return 0, nil
		}
		if a.early && meets(now, a.final) {
			return i + 1, a.final
		}
		last = now
	}
	switch {
	case meets(last, a.final):
		return len(text), a.final
	case meets(last, a.partial):
		return len(text), a.partial
	}
	return 0, nil
}

// step sets then to the states that follow those in now.
func (a *automaton) step(now, then []uint64) {
	var carry uint64
	for w, d := range now {
		moved := d & a.next[w]
		then[w] = moved<<1 | carry | d&a.loop[w]
		carry = moved >> 63
	}
	for _, j := range a.jumps {
		if now[j.from>>6]>>(j.from&63)&1 != 0 {
			then[j.to>>6] |= 1 << (j.to & 63)
		}
	}
}

// backwards takes out of mt.sets the states from which the rest of the text is
// not accepted.
func (a *automaton) backwards(mt *Matcher, text []byte, accept []uint64) {
	before := mt.row[:a.words]
	for i := len(text) - 1; i >= 0; i-- {
		here := mt.sets[i*a.words:][:a.words]
		if i == len(text)-1 {
			for w := range here {
				here[w] &= accept[w]
			}
		} else {
			for w := range here {
				here[w] &= before[w]
			}
		}
		for w, x := range here {
			high := uint64(0)
			if w+1 < a.words {
				high = here[w+1] << 63
			}
			before[w] = (x>>1|high)&a.next[w] | x&a.loop[w]
		}
		for _, j := range a.jumps {
			if has(here, j.to) {
				before[j.from>>6] |= 1 << (j.from & 63)
			}
		}
	}
}

// walk goes through the text in one of its readings: each field as long as can
// be. It refuses the text if two readings differ in what decides.
func (a *automaton) walk(mt *Matcher, text []byte) bool {
	mt.spans = [fieldCount][2]int{}
	state := -1
	for i := range text {
		here := mt.sets[i*a.words:][:a.words]
		if a.differ(here) {
			return false
		}
		if state = a.move(state, here); state < 0 {
			return false
		}
		mt.mark(a.fields[state], i)
	}
	return true
}

// differ reports whether the states of one byte are of two fields that decide, or
// of one and of a client's text.
func (a *automaton) differ(here []uint64) bool {
	deciding := 0
	for _, field := range a.decides {
		if meets(here, field) {
			deciding++
		}
	}
	return deciding > 1 || deciding > 0 && meets(here, a.foreign)
}

// mark extends a field's span to byte i.
func (mt *Matcher) mark(f Field, i int) {
	if f == FieldNone {
		return
	}
	span := &mt.spans[f]
	if span[1] == 0 {
		span[0] = i
	}
	span[1] = i + 1
}

// move is the state that follows state among those in here: itself if that can
// be, else the nearest one.
func (a *automaton) move(state int, here []uint64) int {
	if state < 0 {
		return lowest(a.start, here)
	}
	if has(a.loop, state) && has(here, state) {
		return state
	}
	if has(a.next, state) && has(here, state+1) {
		return state + 1
	}
	for _, j := range a.jumps {
		if j.from == state && has(here, j.to) {
			return j.to
		}
	}
	return -1
}

// drive matches a format in which no byte ever leaves a choice, with one look
// into a table a byte. Most formats are so up to the server.
func (a *automaton) drive(mt *Matcher, text []byte) bool {
	mt.spans = [fieldCount][2]int{}
	state := len(a.fields) // the beginning
	for i, c := range text {
		state = int(a.table[state<<8|int(c)])
		if state == nowhere {
			return false
		}
		mt.mark(a.fields[state], i)
		if a.early && has(a.final, state) {
			return true
		}
	}
	return state < len(a.fields) && (has(a.final, state) || has(a.partial, state))
}

// nowhere is in the table where a byte does not fit.
const nowhere = 1<<16 - 1

// tabulate makes the table, unless the format leaves choices or is too large
// for one.
func (a *automaton) tabulate(b *builder) {
	if len(b.states) > maxTable {
		return
	}
	table := make([]uint16, (len(b.states)+1)<<8)
	for i := range table {
		table[i] = nowhere
	}
	for from := range len(b.states) + 1 {
		follow := b.start
		if from < len(b.states) {
			follow = b.states[from].follow
			if b.states[from].loop {
				follow = append([]int{from}, follow...)
			}
		}
		for _, to := range follow {
			for c := range 256 {
				if !b.states[to].set.has(byte(c)) {
					continue
				}
				cell := &table[from<<8|c]
				if *cell != nowhere && *cell != uint16(to) {
					return
				}
				*cell = uint16(to)
			}
		}
	}
	a.table = table
}

// maxTable bounds the states of a table, to 128 KiB.
const maxTable = 255

func has(set []uint64, state int) bool { return set[state>>6]>>(state&63)&1 != 0 }

func meets(a, b []uint64) bool {
	for w := range a {
		if a[w]&b[w] != 0 {
			return true
		}
	}
	return false
}

func lowest(a, b []uint64) int {
	for w := range a {
		if x := a[w] & b[w]; x != 0 {
			return w<<6 + bits.TrailingZeros64(x)
		}
	}
	return -1
}

func (mt *Matcher) has(f Field) bool { return mt.spans[f][1] > 0 }

// Field is a field's text in the text that was matched last, nil if the
// format, or that line, has none.
func (mt *Matcher) Field(text []byte, f Field) []byte {
	if !mt.has(f) {
		return nil
	}
	return text[mt.spans[f][0]:mt.spans[f][1]]
}

// errTooLong is for formats beyond maxStates.
var errTooLong = errors.New("it is longer than this program reads; shorten it")
