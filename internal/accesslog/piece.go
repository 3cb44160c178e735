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
	p.repeats.reset()
	p.late = piece.Late
	for at := 0; at < len(piece.Data); {
		if e.lines > 0 && !e.open && !e.waiting() {
			if n := p.run(piece.Data, at, piece.Late, &e, visit); n > at {
				e.see(p.rec.Written)
				at = n
				continue
			}
		}
		end := len(piece.Data)
		if n := bytes.IndexByte(piece.Data[at:], '\n'); n >= 0 {
			end = at + n + 1
		}
		if len(trimEnd(piece.Data[at:end])) > 0 {
			p.scanLine(piece, at, end, &e, visit)
			e.lines++
		}
		at = end
	}
	return e
}

// scanLine reads the line of a piece that begins and ends at these offsets.
func (p *Parser) scanLine(piece Piece, at, end int, e *edges, visit func(*Record)) {
	line := trimEnd(piece.Data[at:end])
	cut := piece.Data[end-1] != '\n' // it may be half of a line
	continued := e.open && isWrapped(line)
	if continued || !p.skim(line, piece.Late, &p.rec) {
		p.parseReference(line, piece.Late, &p.rec)
	}
	e.open = p.fragment
	e.see(p.rec.Written)
	p.note()
	if p.rec.step {
		p.beCareful(place{piece.Data, at, e.lines})
	}
	switch {
	case continued:
		p.rec.continues()
	case cut && (p.rec.Class == Unreadable || p.rec.Class == HalfRead):
		return
	case e.lines == 0 && e.from > 0 && isWrapped(line):
		e.first = hold(line, piece.Late)
		return
	case p.isRepeated(place{piece.Data, at, e.lines}):
		return
	case e.isDoubtful(&p.rec, p.moment.identity, e.lines):
		e.doubt(p, p.mark(e.lines))
		return
	}
	switch {
	case p.rec.Class != Transition || p.rec.Written != 0:
	case e.lastTime != 0:
		p.rec.Written = e.lastTime
	case len(e.undated) < maxUndated:
		e.undated = append(e.undated, hold(line, piece.Late))
		return
	}
	visit(&p.rec)
}

// note notes who wrote the line in rec, and a loss that it announces.
func (p *Parser) note() {
	if p.rec.Own {
		p.notes.see(p.rec.Origin)
	}
	if p.loss.text != "" {
		p.loss.written = p.rec.Written
		p.notes.announce(p.loss)
	}
}

// continues makes it the record of the rest of a line that was counted already.
func (r *Record) continues() {
	line, written, own, origin := r.Line, r.Written, r.Own, r.Origin
	r.clear()
	r.Class, r.Line, r.Written, r.Own, r.Origin = Message, line, written, own, origin
}
