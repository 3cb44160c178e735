package accesslog

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// likeness is what the next line probably has in common with the last: the
// bytes around the timestamp, the timestamp itself, the accept date, the
// frontend. Everything in it is compared byte by byte and never trusted
// further: a line that differs goes to the reference.
type likeness struct {
	known bool

	prefix  []byte // before the timestamp; all of the header where there is none
	base    int    // bytes of the timestamp without fraction and zone: 15, 19 or, for none, 0
	zone    int    // bytes of zone at the beginning of between
	between []byte // from the fraction's end to the text
	bare    bool   // no tag stands before the text, so it must not look like a header
	clf     bool   // the built-in format was CLF, not columns
	flow    flow   // what of a container it came out of

	head, tail uint64 // the timestamp's first and last eight bytes
	middle     uint64 // of 19 bytes, those from the ninth on
	late       bool
	seconds    int64 // of the timestamp, in nanoseconds, without its fraction

	origin Origin // of such lines

	date0, date1 uint64 // the accept date down to ten minutes
	accepted     stamp
	frontend     []byte // with its ~ and the blank after it
	front        uint64 // its number
	frontends    frontends
	pairs        pairs
}

const (
	maxHeader      = 200
	baseMonthFirst = 15 // "Nov 22 14:53:34"
	baseISO        = 19 // "2026-11-22T14:53:34"
)

// learn remembers the header of a line that the reference has read as a request
// at the first start. Another start will not do: what is wrong with the first
// would have to be looked at again.
func (l *likeness) learn(line []byte, h *header, rec *Record) {
	if h.ending != whole {
		return
	}
	l.flow = h.flow
	l.known = false
	text := h.starts[0]
	prefix, between := text, text
	l.base, l.zone = 0, 0
	if h.timed {
		prefix = h.stampAt
		if l.base = baseOf(line[h.stampAt:h.stampEnd]); l.base == 0 || h.stampEnd > text {
			return
		}
		between = prefix + l.base
		for between < h.stampEnd && (line[between] == '.' || isDigit(line[between])) {
			between++
		}
		l.zone = h.stampEnd - between
	}
	if prefix+text-between > maxHeader {
		return
	}
	l.prefix = append(l.prefix[:0], line[:prefix]...)
	l.between = append(l.between[:0], line[between:text]...)
	l.bare = !h.certain
	l.clf = bytes.HasPrefix(line[min(text+len(tokenAt(line[text:])), len(line)):], []byte(" - - ["))
	l.head, l.date0 = 0, 0 // nothing cached yet
	l.frontend = l.frontend[:0]
	l.origin.keep(rec.Origin)
	l.known = true
}

// baseOf is the length of a timestamp up to its seconds, if it is one of the two
// kinds that the fast path knows, else 0.
func baseOf(s []byte) int {
	switch {
	case len(s) >= baseISO && s[4] == '-' && s[10] == 'T':
		return baseISO
	case len(s) >= baseMonthFirst && s[3] == ' ' && s[6] == ' ' && s[9] == ':':
		return baseMonthFirst
	}
	return 0
}

// window is how much of a chunk the fast path wants to see ahead, so that it
// need not look for the end of a line before it knows what the line is.
const window = 1024

// run reads the lines in columns of a piece that begin like the last one, from an
// offset on, and stops at the first that it is not sure of. It returns where.
//
// Up to the server everything is compared or belongs to a set of bytes without
// the line end, so the line cannot end before that; only then its end is sought.
func (p *Parser) run(chunk []byte, done int, late bool, e *edges, visit func(*Record)) int {
	l, rec := &p.like, &p.rec
	if !l.known || l.clf || p.formats != nil {
		return done
	}
	rec.clear()
	rec.Class, rec.Own, rec.Origin = Request, true, &l.origin
	for len(chunk)-done >= window {
		w := chunk[done : done+window]
		i := len(l.prefix)
		if i > 0 && string(w[:i]) != string(l.prefix) {
			return done
		}
		text, nano, fresh := l.skipHeader(w, i)
		if text == 0 && l.base > 0 || l.bare && looksLikeHeader(w[text:text+64]) {
			return done
		}
		client := tokenEnd(w, text)
		if client == text || w[client] != ' ' || !isDigit(w[client-1]) {
			return done
		}
		date := client + 2
		if w[client+1] != '[' || w[date+acceptLen] != ']' || w[date+acceptLen+1] != ' ' {
			return done
		}
		if !l.sameDate(w[date : date+acceptLen]) {
			var ok bool
			if fresh, ok = l.newDate(w[date:date+acceptLen], fresh); !ok {
				return done
			}
		}

		frontend := date + acceptLen + 2
		// The end is sought before what depends on the names, which takes longer.
		length := bytes.IndexByte(chunk[done+frontend:], '\n')
		if length < 0 {
			return done
		}
		length += frontend
		k := len(l.frontend)
		if k == 0 || string(w[frontend:frontend+k]) != string(l.frontend) {
			if k = l.newFrontend(w[frontend:]); k == 0 {
				return done
			}
		}
		backend := frontend + k
		both := l.pairs.find(w, backend)
		if both == nil {
			return done
		}
		server := backend + int(both.slash) + 1
		timers := server + int(both.server) + 1
		if w[timers-1] != ' ' {
			return done
		}

		line := chunk[done : done+length]
		if line[length-1] == '\r' {
			line = trimEnd(line)
		}
		if (fresh || late != l.late) && !l.nextSecond(w[i:], late) && !p.refresh(w[i:], text-i, late) {
			return done
		}
		written, route := l.seconds+nano, l.route(both)
		if l.base == 0 {
			written = p.endOf(w[date:], line[timers:], late)
		}

		well := !both.noServer // as far as is wanted
		status, answer := -1, int32(0)
		if p.details && well {
			status, answer, well = readWell(w[timers:], length-timers)
		}
		id := identity{load(w, max(client-8, 0)), load(w, date+acceptLen-8)}
		if client-text < 8 {
			id.client = tail(w[text:client])
		}
		identified := w[text] != 'u'
		again := identified && (!well || p.repeats.careful || p.repeats.before.identity == id)
		if identified && !again {
			p.repeats.before = served{id, written, done + text}
			if well && p.groups.add(route, written) {
				rec.Written = written
				done += length + 1
				e.lines++
				continue
			}
		}

		rec.Line, rec.Frontend = line, w[frontend:backend-1]
		if w[backend-2] == '~' {
			rec.Frontend = w[frontend : backend-2]
		}
		rec.Backend, rec.Server = w[backend:server-1], w[server:timers-1]
		rec.NoServer, rec.Route = both.noServer, route
		rec.Flags, rec.Assumed, rec.Status, rec.Request, rec.Details = [2]byte{}, false, -1, nil, Details{}
		switch {
		case both.noServer:
			if readServerless(line[timers:], rec) != Request {
				return done
			}
		case !well:
			if readDetails(line[timers:], rec) != Request {
				return done
			}
		case p.details:
			rec.wentWell(status, answer)
		}
		rec.Written = written
		if !(again && p.isSeen(place{chunk, done, e.lines}, text, id, e)) && !(well && p.groups.take(rec, visit)) {
			visit(rec)
		}
		done += length + 1
		e.lines++
	}
	return done
}

// isSeen reports whether the line in rec is not to be visited, or not now: its
// request was counted by another one, or may have been before the piece. HAProxy's
// text begins at an offset of the line.
func (p *Parser) isSeen(w place, text int, id identity, e *edges) bool {
	if !p.rec.failed() {
		return p.isServedAgain(w, served{id, p.rec.Written, w.at + text})
	}
	p.moment.identity, p.text, p.textAt = id, p.rec.Line[text:], text
	if p.isDouble(w) {
		return true
	}
	if e.isDoubtful(&p.rec, id, e.lines) {
		e.doubt(p, p.repeats.marks[len(p.repeats.marks)-1]) // as isDouble has made it
		return true
	}
	return false
}

// tokenEnd is the offset of the first blank or control character from at on; it
// gives up, pointing anywhere, after 64 bytes.
func tokenEnd(w []byte, at int) int {
	for k := at; k < at+64; k += 8 {
		x := load(w, k)
		// A byte below 0x21 borrows from its high bit ("hasless" of Bit
		// Twiddling Hacks); the lowest one found is always right.
		if low := (x - 0x21212121_21212121) & ^x & 0x80808080_80808080; low != 0 {
			return k + bits.TrailingZeros64(low)>>3
		}
	}
	return at
}

// skipHeader skips timestamp and what stands between it and the text. nano is
// the fraction; fresh: the timestamp has changed in more than the fraction. text
// is 0 if the header is another one.
func (l *likeness) skipHeader(w []byte, at int) (text int, nano int64, fresh bool) {
	switch l.base {
	case baseMonthFirst:
		fresh = load(w, at) != l.head || load(w, at+7) != l.tail
	case baseISO:
		fresh = load(w, at) != l.head || load(w, at+8) != l.middle || load(w, at+11) != l.tail
	case 0:
		return at, 0, false
	}
	at += l.base
	if w[at] == '.' {
		unit := int64(100_000_000)
		for at++; isDigit(w[at]) && unit > 0; at++ {
			nano += int64(w[at]-'0') * unit
			unit /= 10
		}
		if unit == 100_000_000 || unit == 0 {
			return 0, 0, false // no digit, or nine and more
		}
	}
	text = at + len(l.between)
	if string(w[at:text]) != string(l.between) {
		return 0, 0, false
	}
	return text, nano, fresh
}

// newDate takes in an accept date that is not the last one. Its year and month
// give the header's timestamp its year, so that is fresh with them.
func (l *likeness) newDate(date []byte, fresh bool) (nowFresh, ok bool) {
	accepted, ok := readAccept(date)
	if !ok {
		return fresh, false
	}
	if accepted.month != l.accepted.month || accepted.year != l.accepted.year {
		fresh, l.head = true, 0
	}
	l.accepted = accepted
	l.date0, l.date1 = load(date, 0), load(date, 8)
	return fresh, true
}

// newFrontend takes in a frontend that is not the last one, and returns its
// length with the blank after it, 0 if it is no plain name.
func (l *likeness) newFrontend(names []byte) int {
	k := nameLen(names)
	if k == 0 || k > maxFastName {
		return 0
	}
	if names[k] == '~' {
		k++
	}
	if names[k] != ' ' {
		return 0
	}
	l.frontend = append(l.frontend[:0], names[:k+1]...)
	l.front = l.frontends.number(l.frontend)
	return k + 1
}

// nextSecond moves the timestamp on within its minute: most do not differ in
// anything else. Both kinds end in "14:53:34".
func (l *likeness) nextSecond(b []byte, late bool) bool {
	if l.base == 0 || late != l.late || load(b, 0) != l.head || l.base == baseISO && load(b, 8) != l.middle {
		return false
	}
	tail := load(b, l.base-8)
	if (tail^l.tail)<<16 != 0 || b[l.base-2]-'0' > 5 || !isDigit(b[l.base-1]) {
		return false
	}
	second := func(tail uint64) int64 { return int64(tail>>48&15)*10 + int64(tail>>56&15) }
	l.seconds += (second(tail) - second(l.tail)) * 1e9
	l.tail = tail
	return true
}

// refresh reads the timestamp anew; b begins with it and the text begins at
// offset text.
func (p *Parser) refresh(b []byte, text int, late bool) bool {
	l := &p.like
	l.head = 0
	if l.base == 0 {
		return true
	}
	s, n := readStamp(b)
	if n != text-len(l.between)+l.zone || (s.year == 0) != (l.base == baseMonthFirst) {
		return false
	}
	s.nano = 0
	l.seconds = p.clock.unix(s.withYear(l.accepted), late)
	l.late = late
	l.head = load(b, 0)
	if l.base == baseMonthFirst {
		l.tail = load(b, 7)
	} else {
		l.middle, l.tail = load(b, 8), load(b, 11)
	}
	return true
}

// sameDate reports whether an accept date is valid and, down to ten minutes,
// the last one.
func (l *likeness) sameDate(date []byte) bool {
	if load(date, 0) != l.date0 || load(date, 8) != l.date1 {
		return false
	}
	// What remains is "5:25.924": with its pattern taken away by xor each byte
	// is the digit's value, or zero for the punctuation.
	const pattern = uint64('0') | ':'<<8 | '0'<<16 | '0'<<24 | '.'<<32 | '0'<<40 | '0'<<48 | '0'<<56
	x := load(date, 16) ^ pattern
	const punctuation = 0x000000ff_0000ff00
	const high = 0xf0f0f0f0_f0f0f0f0
	return x&punctuation|(x|(x+0x06060606_06060606))&high == 0 && date[18] < '6'
}

// endOf is the time of a line whose header tells none: the request's end.
func (p *Parser) endOf(date, timers []byte, late bool) int64 {
	m := moment{timers: timers}
	m.accepted, m.known = readAccept(date)
	return p.written(&header{}, &m, late)
}

// skim reads a line in CLF or in an operator's format whose header ends in the
// tag that the last one had, without taking the header apart again. It reports
// false, having decided nothing, for any line that it is not sure of.
func (p *Parser) skim(line []byte, late bool, rec *Record) bool {
	l := &p.like
	if !l.known || l.bare || !l.clf && p.formats == nil {
		return false
	}
	at := len(l.prefix)
	if len(line) < at+l.base+32+len(l.between) || string(line[:at]) != string(l.prefix) {
		return false
	}
	text, _, _ := l.skipHeader(line, at)
	if text == 0 && l.base > 0 {
		return false
	}
	h := header{timed: l.base > 0}
	if h.timed {
		s, n := readStamp(line[at:])
		if n != text-at-len(l.between)+l.zone || (s.year == 0) != (l.base == baseMonthFirst) {
			return false
		}
		h.stamp = s
	}
	rec.clear()
	m := &p.moment
	*m = moment{}
	var class Class
	if p.formats != nil {
		p.data = nil // it would be part of the header, which is the last one's
		class = p.readFormats(line[text:], !h.timed, rec, m)
	} else {
		class = p.readCLF(line[text:], rec, m)
	}
	if class != Request {
		return false
	}
	rec.Class, rec.Line, rec.Own, rec.Origin = Request, line, true, &l.origin
	rec.Written = p.written(&h, m, late)
	p.flow, p.ending, p.loss.text = noFlow, whole, ""
	p.text, p.textAt = line[text:], text
	return true
}

// looksLikeHeader: a text without a tag before it could begin with a header of
// its own.
func looksLikeHeader(text []byte) bool {
	if len(text) == 0 || text[0] == '<' || text[0] == '{' {
		return true
	}
	_, n := readStamp(text)
	return n > 0
}

// nameLen is the length of the name that b begins with.
func nameLen(b []byte) int {
	for n, c := range b {
		if !nameByte[c] {
			return n
		}
	}
	return len(b)
}

// load is the eight bytes at an offset. Sliced so, their address does not depend on
// the slice's length, which would make it wait.
func load(b []byte, at int) uint64 { return binary.LittleEndian.Uint64(b[at : at+8]) }
