package accesslog

import (
	"bytes"
	"slices"
)

// edges are what is known of a run of adjoining pieces and matters to the lines
// before and behind it. Nothing else is remembered from piece to piece: which
// goroutine reads which, and where they are cut, makes no difference.
type edges struct {
	stream   int
	from, to int64

	// heads are the first lines of each flow of a container: they may be the rest of
	// one before. known: they have ended, so that the lines behind them are no rest
	// of one before the beginning. open are parts of lines that go on behind the end.
	heads [flows]parts
	known [flows]bool
	open  [flows]parts

	// undated are changes of servers that tell no time, before any line that does
	// (HAProxy writes them so to its standard error). They have the time of the
	// line before them, or if there is none of the first that tells it.
	undated             []*held
	firstTime, lastTime int64

	// lines are how many there are. doubtful are lines of failed requests up to
	// doubtUntil, near to the beginning or to heads: each may be the double of a line
	// that is not known yet. failed are the marks of such lines at the end.
	lines      int
	doubtUntil int
	doubtful   []*doubtful
	failed     []mark
}

func newEdges(piece Piece) edges {
	e := edges{stream: piece.Stream, from: piece.From, to: piece.To}
	for f := range e.known {
		e.known[f] = flow(f) == noFlow || piece.From == 0
	}
	if piece.From > 0 {
		e.doubtUntil = recentLines
	}
	return e
}

// isAtRest says whether a whole line of the flow is no part of another one.
func (e *edges) isAtRest(f flow) bool { return e.known[f] && !e.open[f].isOpen() }

// addHead adds a line to the first ones of its flow. It reports false if those have
// ended before it.
func (e *edges) addHead(f flow, one part) bool {
	head := &e.heads[f]
	if head.endBefore(one) {
		e.known[f] = true
		return false
	}
	e.known[f] = one.ending == whole
	e.doubtUntil = max(e.doubtUntil, one.number+1+recentLines)
	if !head.add(one) { // too many, whatever stands before
		e.known[f] = true
		e.open[f].many = one.ending != whole
	}
	return true
}

// doubtful is a line that was read. Its bytes are its own.
type doubtful struct {
	rec    Record
	origin Origin
	mark   mark
	bytes  []byte // of all fields
}

// keep makes it the line in r.
func (d *doubtful) keep(r *Record, m mark) {
	d.rec, d.mark = *r, m
	d.origin.keep(r.Origin)
	d.rec.Route = 0 // another parser may hand it over
	fields := [...]*[]byte{&d.rec.Line, &d.rec.Frontend, &d.rec.Backend, &d.rec.Server, &d.rec.Request}
	d.bytes = d.bytes[:0]
	for _, field := range fields {
		d.bytes = append(d.bytes, *field...)
	}
	rest := d.bytes
	for _, field := range fields {
		if n := len(*field); *field != nil {
			*field, rest = rest[:n:n], rest[n:]
		}
	}
}

// isDoubtful reports whether a line, by its number, may have a double before the
// beginning.
func (e *edges) isDoubtful(r *Record, id identity, line int) bool {
	return line < e.doubtUntil && r.mayBeDouble(id)
}

func (r *Record) mayBeDouble(id identity) bool {
	return id != identity{} && r.Times == 1 && (r.Class == Request && r.failed() || r.Class == HalfRead)
}

// doubt keeps a line of which that is so.
func (e *edges) doubt(p *Parser, m mark) {
	e.doubtful = append(e.doubtful, p.doubt(m))
}

// doubt is the line in rec, kept. A piece has dozens of such lines, so what was
// handed over is used again.
func (p *Parser) doubt(m mark) *doubtful {
	var d *doubtful
	if last := len(p.spare) - 1; last >= 0 {
		d, p.spare = p.spare[last], p.spare[:last]
	} else {
		d = &doubtful{}
	}
	d.keep(&p.rec, m)
	return d
}

// maxSpare bounds a parser's spare.
const maxSpare = recentLines

func (p *Parser) giveBack(d *doubtful) {
	if len(p.spare) < maxSpare {
		p.spare = append(p.spare, d)
	}
}

// maxUndated bounds undated.
const maxUndated = 1000

// held is a line that waits for what stands before it.
type held struct {
	line []byte
	late bool
}

func hold(line []byte, late bool) *held { return &held{bytes.Clone(line), late} }

// see notes the time of a line, 0 for none.
func (e *edges) see(written int64) {
	if written == 0 {
		return
	}
	if e.firstTime == 0 {
		e.firstTime = written
	}
	e.lastTime = written
}

// waiting says that lines wait for the next one that tells its time.
func (e *edges) waiting() bool { return len(e.undated) > 0 && e.firstTime == 0 }

// join appends the edges of what follows, and visits the lines whose meaning is
// known then.
func (e *edges) join(next edges, p *Parser, visit func(*Record)) {
	for f := output; f < flows; f++ {
		e.joinParts(f, &next, p, visit)
	}
	if e.lastTime != 0 {
		next.settleUndated(e.lastTime, p, visit)
	}
	e.undated = append(e.undated, next.undated...)
	e.joinDoubtful(next, p, visit)
	e.to = next.to
	e.see(next.firstTime)
	e.see(next.lastTime)
}

// joinParts puts the parts of a flow together that stand on both sides.
func (e *edges) joinParts(f flow, next *edges, p *Parser, visit func(*Record)) {
	emit := func(list []part) { next.takeParts(list, p, visit) }
	e.open[f].shift(-e.lines) // the lines are counted from next's beginning here
	for _, one := range next.heads[f].list {
		if !e.known[f] {
			head := one
			head.number += e.lines
			if e.addHead(f, head) {
				continue
			}
		}
		if !e.open[f].feed(one, emit) {
			emit([]part{one})
		}
	}
	if next.known[f] {
		if e.known[f] {
			e.open[f].end(emit)
		}
		e.known[f], e.open[f] = true, next.open[f]
	}
	e.open[f].shift(e.lines)
}

// takeParts visits a line that was in parts before the edges, or began there; or
// adds it to the doubtful ones.
func (e *edges) takeParts(list []part, p *Parser, visit func(*Record)) {
	p.readParts(list, func(last part) {
		p.note()
		switch {
		case last.cut && p.rec.isHalf():
		case p.rec.mayBeDouble(p.moment.identity):
			m := p.mark(last.number)
			e.doubtful = insert(e.doubtful, p.doubt(m), func(d *doubtful) int { return d.mark.line })
			e.failed = insert(e.failed, m, func(m mark) int { return m.line })
		case p.rec.Class == Transition && p.rec.Written == 0 && len(e.undated) < maxUndated:
			e.undated = append(e.undated, hold(p.rec.Line, list[0].late))
		default:
			visit(&p.rec)
		}
	})
}

// insert puts something into a list that is in order of lines.
func insert[T any](list []T, one T, line func(T) int) []T {
	i := len(list)
	for i > 0 && line(list[i-1]) >= line(one) {
		i--
	}
	return slices.Insert(list, i, one)
}

// joinDoubtful drops the lines of what follows that are doubles, and visits those
// that nothing before the beginning is near enough to be.
func (e *edges) joinDoubtful(next edges, p *Parser, visit func(*Record)) {
	seen := e.marks(len(next.doubtful), p)
	for _, d := range next.doubtful {
		d.mark.line += e.lines
		again := seen.has(d.mark)
		seen[d.mark.hash] = d.mark
		if again {
			p.giveBack(d)
			continue
		}
		if d.mark.line < e.doubtUntil {
			e.doubtful = append(e.doubtful, d)
			continue
		}
		d.handOver(visit)
		p.giveBack(d)
	}
	for i := range next.failed {
		next.failed[i].line += e.lines
	}
	if len(e.failed) == 0 {
		e.failed = next.failed
	} else {
		e.failed = append(e.failed, next.failed...)
	}
	e.lines += next.lines
	e.failed = slices.DeleteFunc(e.failed, func(m mark) bool { return m.line < e.lines-recentLines })
}

// marks are the last lines of failed requests by their hash, until the next call;
// none if nothing is to be looked up.
func (e *edges) marks(lookups int, p *Parser) markSet {
	if lookups == 0 {
		return nil
	}
	clear(p.marks)
	for _, m := range e.failed {
		p.marks[m.hash] = m
	}
	return p.marks
}

// markSet has the last mark with each hash.
type markSet map[uint64]mark

func (s markSet) has(m mark) bool {
	seen, ok := s[m.hash]
	return ok && seen.doubles(m)
}

func (d *doubtful) handOver(visit func(*Record)) {
	d.rec.Origin = &d.origin
	visit(&d.rec)
}

// settle visits the lines that wait for what stands before or behind: nothing does.
func (e *edges) settle(p *Parser, visit func(*Record)) {
	all := newEdges(Piece{})
	all.join(*e, p, visit)
	end := edges{}
	for f := output; f < flows; f++ {
		open := &all.open[f]
		open.shift(-all.lines)
		if n := len(open.list); n > 0 && open.list[n-1].ending == firm {
			open.list[n-1].cut = true
		}
		open.end(func(list []part) { end.takeParts(list, p, visit) })
	}
	all.join(end, p, visit)
	all.settleUndated(all.firstTime, p, visit)
}

func (e *edges) settleUndated(written int64, p *Parser, visit func(*Record)) {
	for _, h := range e.undated {
		p.parseReference(h.line, h.late, &p.rec)
		p.rec.Written = written
		visit(&p.rec)
	}
	e.undated = nil
}
