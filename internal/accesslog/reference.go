package accesslog

import "bytes"

// parseReference reads one line plainly. It is what the fast path must agree
// with, and where it hands a line that it is not sure of.
func (p *Parser) parseReference(line []byte, late bool, rec *Record) {
	line = trimEnd(line)
	p.readLine(line, late, rec)
	rec.Line = line
}

// readLine takes off a wrapper, skips the header, and tries every place where
// HAProxy's text may begin.
func (p *Parser) readLine(line []byte, late bool, rec *Record) {
	rec.clear()
	p.loss.text = ""
	var outer stamp
	text, written, dockers, ending := unwrapDocker(line, p.scratch)
	p.scratch = text
	docker := dockers != noFlow
	if docker {
		outer, line = written, trimEnd(text)
	}
	var h header
	h.read(line)
	p.flow, p.ending = h.flow, h.ending
	if docker {
		p.flow, p.ending = dockers, ending
	}
	p.data = line[h.dataAt:h.dataEnd]
	if outer.sane() { // the container runtime's time has a year and a zone
		h.stamp, h.timed = outer, true
	}
	m := &p.moment
	*m = moment{}
	start := h.tagEnd
	for _, at := range h.starts[:h.n] {
		*m = moment{}
		if rec.Class = p.readText(line[at:], !h.timed, rec, m); rec.Class != Unreadable {
			start = at
			break
		}
		rec.clear()
	}
	p.text = line[start:]
	p.textAt = start
	if docker {
		p.textAt = -1
	}
	rec.Origin = &p.origin
	readOrigin(line, &h, start, rec.Origin)
	rec.Own = rec.isOwn(line[start:])
	if rec.Class == Unreadable {
		if times, _ := cutRepeated(line[start:]); times > 0 {
			rec.Times = times
		}
		if loss, ok := readLoss(line[start:], rec.Origin); ok {
			rec.Class, p.loss = Message, loss
		}
	}
	rec.Written = p.written(&h, m, late)
	if rec.Class == Request && start == h.starts[0] && !docker {
		p.like.learn(line, &h, rec)
	}
}

// readText reads HAProxy's own text in whatever format fits, and what rsyslog
// makes of several equal ones. timeless: the header told no time, so the text has
// to.
func (p *Parser) readText(text []byte, timeless bool, rec *Record, m *moment) Class {
	times, repeated := cutRepeated(text)
	if times == 0 {
		return p.readOneText(text, timeless, rec, m)
	}
	class := p.readOneText(repeated, timeless, rec, m)
	rec.Times = times
	return class
}

// cutRepeated takes "message repeated 59 times: [ text]" apart (RepeatedMsgReduction,
// ratelimitGenRepMsg in rsyslog's ratelimit.c); times is 0 for any other text.
func cutRepeated(text []byte) (times int, repeated []byte) {
	const begin, between = "message repeated ", " times: ["
	if !hasPrefix(text, begin) {
		return 0, nil
	}
	times, n := readNumber(text, len(begin), 9)
	if n == 0 || !hasPrefix(text[n:], between) {
		return 0, nil
	}
	repeated = bytes.TrimSuffix(text[n+len(between):], []byte("]"))
	return times, repeated[blanks(repeated):]
}

// readOneText reads a text that stands for itself alone.
func (p *Parser) readOneText(text []byte, timeless bool, rec *Record, m *moment) Class {
	if class := p.readRequest(text, timeless, rec, m); class != Unreadable {
		rec.Own = true
		return class
	}
	rec.clear()
	*m = moment{}
	return readMessage(text, rec, m)
}

// readRequest tries the given formats, or else the built-in ones.
func (p *Parser) readRequest(text []byte, timeless bool, rec *Record, m *moment) Class {
	if p.formats != nil {
		return p.readFormats(text, timeless, rec, m)
	}
	if class := p.readColumns(text, rec, m); class != Unreadable {
		return class
	}
	rec.clear()
	*m = moment{}
	return p.readCLF(text, rec, m)
}

// written is when the line was written: the header's time, else the end of the
// request, else 0.
func (p *Parser) written(h *header, m *moment, late bool) int64 {
	switch {
	case h.timed && m.known:
		return p.clock.unix(h.stamp.withYear(m.accepted), late)
	case h.timed:
		return p.clock.unix(p.clock.guessYear(h.stamp, late), late)
	case m.known:
		return p.clock.unix(m.accepted, late) + m.total()*1_000_000
	}
	return 0
}
