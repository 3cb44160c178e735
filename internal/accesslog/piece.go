package accesslog

import "bytes"

// Piece is a run of whole lines of one stream, which is a file, or what a program
// has written. Only the last line of a stream may lack its line end.
type Piece struct {
	Data []byte
	Late bool // chooses the second of two readings of an ambiguous local time, see Parse

	Stream   int   // numbers the streams of a log
	From, To int64 // where in the stream; Data may lack empty lines that it begins or ends with
}

// Scan reads a stream that is one piece and calls visit for every line that is
// not empty, always with the same Record. A last line that has no end and makes
// no sense is not there yet.
func (p *Parser) Scan(data []byte, late bool, visit func(*Record)) {
	e := p.scan(Piece{Data: data, Late: late, To: int64(len(data))}, visit)
	e.settle(p, visit)
}

// scan reads a piece, but for lines whose meaning depends on what stands before
// it: those are left in the edges.
func (p *Parser) scan(piece Piece, visit func(*Record)) edges {
	e := edges{stream: piece.Stream, from: piece.From, to: piece.To}
	first := true
	for rest := piece.Data; len(rest) > 0; first = false {
		n := 0
		if !first && !e.open && !e.waiting() {
			n = p.run(rest, piece.Late, visit)
		}
		if n > 0 {
			e.see(p.rec.Written)
			rest = rest[n:]
			continue
		}
		line := rest
		if n = bytes.IndexByte(rest, '\n') + 1; n > 0 {
			line = rest[:n]
		}
		rest = rest[len(line):]
		if line = trimEnd(line); len(line) > 0 {
			p.scanLine(line, piece.Late, where{unsure: first && piece.From > 0, cut: n == 0}, &e, visit)
		}
	}
	return e
}

// where says what is odd about a line's place in its stream.
type where struct {
	unsure bool // nobody knows what stands before it
	cut    bool // it has no end, and may be half of a line
}

// scanLine reads one line.
func (p *Parser) scanLine(line []byte, late bool, w where, e *edges, visit func(*Record)) {
	continued := e.open && isWrapped(line)
	if continued || !p.skim(line, late, &p.rec) {
		p.parseReference(line, late, &p.rec)
	}
	e.open = p.fragment
	e.see(p.rec.Written)
	switch {
	case continued:
		p.rec.continues()
	case w.cut && (p.rec.Class == Unreadable || p.rec.Class == HalfRead):
		return
	case w.unsure && isWrapped(line):
		e.first = hold(line, late)
		return
	}
	switch {
	case p.rec.Class != Transition || p.rec.Written != 0:
	case e.lastTime != 0:
		p.rec.Written = e.lastTime
	case len(e.undated) < maxUndated:
		e.undated = append(e.undated, hold(line, late))
		return
	}
	p.visit(visit)
}

// visit hands over a line that the reference has read.
func (p *Parser) visit(visit func(*Record)) {
	if p.rec.Own {
		p.notes.see(p.rec.Origin)
	}
	if p.loss.text != "" {
		p.loss.written = p.rec.Written
		p.notes.announce(p.loss)
	}
	visit(&p.rec)
}

// continues makes it the record of the rest of a line that was counted already.
func (r *Record) continues() {
	line, written, own, origin := r.Line, r.Written, r.Own, r.Origin
	r.clear()
	r.Class, r.Line, r.Written, r.Own, r.Origin = Message, line, written, own, origin
}
