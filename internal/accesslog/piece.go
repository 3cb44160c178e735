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
// it: those are left in the edges, whose marks are the parser's.
func (p *Parser) scan(piece Piece, visit func(*Record)) edges {
	e := newEdges(piece)
	p.repeats.reset()
	p.late = piece.Late
	for at := 0; at < len(piece.Data); {
		if e.lines > 0 && !e.waiting() && e.isAtRest(p.like.flow) {
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
	p.groups.close(visit)
	e.failed = p.repeats.since(e.lines - recentLines)
	return e
}

// scanLine reads the line of a piece that begins and ends at these offsets.
func (p *Parser) scanLine(piece Piece, at, end int, e *edges, visit func(*Record)) {
	line := trimEnd(piece.Data[at:end])
	cut := piece.Data[end-1] != '\n' // it may be half of a line
	if !e.isAtRest(p.like.flow) || !p.skim(line, piece.Late, &p.rec) {
		p.parseReference(line, piece.Late, &p.rec)
	}
	where, written := place{piece.Data, at, e.lines}, p.rec.Written
	isPart := (p.ending != whole || !e.isAtRest(p.flow)) && p.isPart(part{line: line, late: piece.Late, cut: cut, number: e.lines}, where, e, visit)
	e.see(written)
	if !isPart {
		p.take(where, line, cut, e, visit)
	}
}

// isPart reports whether the line that was read, one, is a part of another, or may
// be. Then it is put together with the rest.
func (p *Parser) isPart(one part, where place, e *edges, visit func(*Record)) bool {
	f := p.flow
	one.ending, one.sense = p.ending, p.rec.Class != Unreadable
	if !e.known[f] && e.addHead(f, one) {
		return true
	}
	emitted := false
	isPart := e.open[f].feed(one, func(list []part) {
		emitted = true
		p.readParts(list, func(last part) {
			where.number = last.number
			p.take(where, p.rec.Line, last.cut, e, visit)
		})
	})
	if emitted && !isPart { // others were read since
		p.parseReference(one.line, one.late, &p.rec)
	}
	return isPart
}

// take visits the line in rec, unless what it means depends on others or it is
// one that was counted before.
func (p *Parser) take(where place, line []byte, cut bool, e *edges, visit func(*Record)) {
	p.note()
	if p.rec.step {
		p.beCareful(where)
	}
	switch {
	case cut && p.rec.isHalf():
		return
	case p.isRepeated(where):
		return
	case e.isDoubtful(&p.rec, p.moment.identity, where.number):
		e.doubt(p, p.mark(where.number))
		return
	}
	switch {
	case p.rec.Class != Transition || p.rec.Written != 0:
	case e.lastTime != 0:
		p.rec.Written = e.lastTime
	case len(e.undated) < maxUndated:
		e.undated = append(e.undated, hold(line, p.late))
		return
	}
	visit(&p.rec)
}

// isHalf says whether the line makes so little sense that its end may be missing.
func (r *Record) isHalf() bool { return r.Class == Unreadable || r.Class == HalfRead }

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
