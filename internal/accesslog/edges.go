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
	doubtful []doubtful
	failed   []mark
}

// doubtful is a line that was read.
type doubtful struct {
	rec    Record
	origin Origin
	mark   mark
}

// isDoubtful reports whether a line, by its number, may have a double before the
// beginning.
func (e *edges) isDoubtful(r *Record, id identity, line int) bool {
	return e.from > 0 && line < recentLines && id != identity{} && r.Times == 1 && (r.Class == Request && r.failed() || r.Class == HalfRead)
}

// doubt keeps a line of which that is so.
func (e *edges) doubt(r *Record, m mark) {
	d := doubtful{rec: *r, mark: m}
	d.origin.keep(r.Origin)
	d.rec.Pair = 0 // another parser may hand it over
	for _, b := range []*[]byte{&d.rec.Line, &d.rec.Frontend, &d.rec.Backend, &d.rec.Server, &d.rec.Request} {
		*b = bytes.Clone(*b)
	}
	e.doubtful = append(e.doubtful, d)
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
	e.joinDoubtful(next, visit)
	e.to, e.open = next.to, next.open
	e.see(next.firstTime)
	e.see(next.lastTime)
}

// joinDoubtful drops the lines of what follows that are doubles, and visits those
// that nothing before the beginning is near enough to be.
func (e *edges) joinDoubtful(next edges, visit func(*Record)) {
	seen := e.marks(len(next.doubtful))
	for _, d := range next.doubtful {
		d.mark.line += e.lines
		again := seen.has(d.mark)
		seen[d.mark.hash] = d.mark
		if again {
			continue
		}
		if e.from > 0 && d.mark.line < recentLines {
			e.doubtful = append(e.doubtful, d)
			continue
		}
		d.handOver(visit)
	}
	for _, m := range next.failed {
		m.line += e.lines
		e.failed = append(e.failed, m)
	}
	e.lines += next.lines
	e.failed = slices.DeleteFunc(e.failed, func(m mark) bool { return m.line < e.lines-recentLines })
}

// marks are the last lines of failed requests by their hash; none if nothing is to
// be looked up.
func (e *edges) marks(lookups int) markSet {
	if lookups == 0 {
		return nil
	}
	set := make(markSet, len(e.failed))
	for _, m := range e.failed {
		set[m.hash] = m
	}
	return set
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
	none.joinDoubtful(*e, visit)
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
		rest := e.doubtful
		e.doubtful = nil
		e.doubt(&p.rec, m)
		e.doubtful = append(e.doubtful, rest...)
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
