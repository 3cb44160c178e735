package accesslog

import "bytes"

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
	e.to = next.to
	next.settleFirst(e.open, p, visit)
	if e.lastTime != 0 {
		next.settleUndated(e.lastTime, p, visit)
	}
	e.undated = append(e.undated, next.undated...)
	e.open = next.open
	e.see(next.firstTime)
	e.see(next.lastTime)
}

// settle visits the lines that wait for what stands before: nothing does.
func (e *edges) settle(p *Parser, visit func(*Record)) {
	e.settleFirst(false, p, visit)
	e.settleUndated(e.firstTime, p, visit)
}

func (e *edges) settleFirst(continued bool, p *Parser, visit func(*Record)) {
	if e.first == nil {
		return
	}
	p.parseReference(e.first.line, e.first.late, &p.rec)
	if continued {
		p.rec.continues()
	}
	p.visit(visit)
	e.first = nil
}

func (e *edges) settleUndated(written int64, p *Parser, visit func(*Record)) {
	for _, h := range e.undated {
		p.parseReference(h.line, h.late, &p.rec)
		p.rec.Written = written
		p.visit(visit)
	}
	e.undated = nil
}
