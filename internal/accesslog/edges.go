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

	// first is the first line, if a container runtime wrote it: it may be the rest
	// of the line before. open: the last line goes on behind the end.
	first *held
	open  bool

	// undated are changes of servers that tell no time, before any line that does
	// (HAProxy writes them so to its standard error). They have the time of the
	// line before them, or if there is none of the first that tells it.
	undated             []*held
	firstTime, lastTime int64

	// lines are how many there are. doubtful are lines of failed requests at the
	// beginning: each may be the double of a line before. failed are the marks of such
	// lines at the end.
	lines    int
	doubtful []*doubtful
	failed   []mark
}

// doubtful is a line that was read. Its bytes are its own.
type doubtful struct {
	rec    Record
	origin Origin
	mark   mark
	bytes  [5][]byte
}

// keep makes it the line in r.
func (d *doubtful) keep(r *Record, m mark) {
	d.rec, d.mark = *r, m
	d.origin.keep(r.Origin)
	d.rec.Pair = 0 // another parser may hand it over
	for i, field := range []*[]byte{&d.rec.Line, &d.rec.Frontend, &d.rec.Backend, &d.rec.Server, &d.rec.Request} {
		d.bytes[i] = append(d.bytes[i][:0], *field...)
		*field = d.bytes[i]
	}
}

// isDoubtful reports whether a line, by its number, may have a double before the
// beginning.
func (e *edges) isDoubtful(r *Record, id identity, line int) bool {
	return e.from > 0 && line < recentLines && id != identity{} && r.Times == 1 && (r.Class == Request && r.failed() || r.Class == HalfRead)
}

// doubt keeps a line of which that is so.
func (e *edges) doubt(p *Parser, m mark) {
	e.doubtful = append(e.doubtful, p.doubt(m))
}

// doubt is the line in rec, kept. A piece has dozens of such lines, so what was
// handed over is used again.
func (p *Parser) doubt(m mark) *doubtful {
	d := &doubtful{}
	if last := len(p.spare) - 1; last >= 0 {
		d, p.spare = p.spare[last], p.spare[:last]
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
	next.settleFirst(e.open, p, visit)
	if e.lastTime != 0 {
		next.settleUndated(e.lastTime, p, visit)
	}
	e.undated = append(e.undated, next.undated...)
	e.joinDoubtful(next, p, visit)
	e.to, e.open = next.to, next.open
	e.see(next.firstTime)
	e.see(next.lastTime)
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
		if e.from > 0 && d.mark.line < recentLines {
			e.doubtful = append(e.doubtful, d)
			continue
		}
		d.handOver(visit)
		p.giveBack(d)
	}
	for _, m := range next.failed {
		m.line += e.lines
		e.failed = append(e.failed, m)
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

// settle visits the lines that wait for what stands before: nothing does.
func (e *edges) settle(p *Parser, visit func(*Record)) {
	e.settleFirst(false, p, visit)
	e.settleUndated(e.firstTime, p, visit)
	none := edges{}
	none.joinDoubtful(*e, p, visit)
	e.doubtful = nil
}

// settleFirst visits the first line, now that it is known whether it is the rest of
// another; or it is one that may be a double.
func (e *edges) settleFirst(continued bool, p *Parser, visit func(*Record)) {
	if e.first == nil {
		return
	}
	p.parseReference(e.first.line, e.first.late, &p.rec)
	e.first = nil
	switch {
	case continued:
		p.rec.continues()
	case e.isDoubtful(&p.rec, p.moment.identity, 0):
		m := p.mark(0)
		e.doubtful = slices.Insert(e.doubtful, 0, p.doubt(m))
		e.failed = slices.Insert(e.failed, 0, m)
		return
	}
	visit(&p.rec)
}

func (e *edges) settleUndated(written int64, p *Parser, visit func(*Record)) {
	for _, h := range e.undated {
		p.parseReference(h.line, h.late, &p.rec)
		p.rec.Written = written
		visit(&p.rec)
	}
	e.undated = nil
}
