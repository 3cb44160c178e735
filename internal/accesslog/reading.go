package accesslog

import (
	"cmp"
	"slices"
	"sync"

	"check-haproxy/internal/sorting"
)

// Reading reads one log in pieces, by several goroutines and in any order. Every
// line is visited once, and reads the same wherever the pieces are cut; only the
// order of the visits differs.
type Reading struct {
	parsers []*Parser
	visits  []func(*Record)

	mu    sync.Mutex
	runs  []edges     // of adjoining pieces: few, as long as pieces come nearly in order
	spare []*doubtful // of all parsers, while they read no piece
}

// NewReading returns a reading by as many goroutines as there are visitors. A
// visitor is called by its own goroutine, in Piece, and the first one by Close.
func NewReading(o Options, visits []func(*Record)) *Reading {
	r := &Reading{visits: visits}
	for range visits {
		r.parsers = append(r.parsers, New(o))
	}
	return r
}

// Piece reads a piece. Two calls at once must not have the same number.
func (r *Reading) Piece(worker int, piece Piece) {
	p, visit := r.parsers[worker], r.visits[worker]
	r.lend(p)
	run := p.scan(piece, visit)
	run.failed = slices.Clone(run.failed)
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.takeBack(p)
	if i := r.find(func(e *edges) bool { return e.stream == run.stream && e.to == run.from }); i >= 0 {
		before := r.runs[i]
		r.runs = slices.Delete(r.runs, i, i+1)
		before.join(run, p, visit)
		run = before
	}
	if i := r.find(func(e *edges) bool { return e.stream == run.stream && e.from == run.to }); i >= 0 {
		run.join(r.runs[i], p, visit)
		r.runs = slices.Delete(r.runs, i, i+1)
	}
	r.runs = append(r.runs, run)
}

// lend gives a parser what others have handed over, to be used again: who joins
// two pieces is not always who has read them.
func (r *Reading) lend(p *Parser) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := max(0, len(r.spare)-mostLent)
	p.spare = append(p.spare, r.spare[n:]...)
	r.spare = r.spare[:n]
}

// mostLent is about what one piece has of such lines.
const mostLent = 64

// takeBack is called with mu held.
func (r *Reading) takeBack(p *Parser) {
	for _, d := range p.spare {
		if len(r.spare) < maxSpare {
			r.spare = append(r.spare, d)
		}
	}
	p.spare = p.spare[:0]
}

func (r *Reading) find(is func(*edges) bool) int {
	for i := range r.runs {
		if is(&r.runs[i]) {
			return i
		}
	}
	return -1
}

// Close visits the lines that were waiting for pieces before them, when all have
// been read. It tells the losses that syslog daemons have announced, oldest first
// and not more than the newest hundred, and the tags that HAProxy's lines have; the
// empty one is of lines without a tag.
func (r *Reading) Close() (losses []Loss, tags map[string]bool) {
	sorting.Stable(r.runs, func(a, b edges) int { return cmp.Or(cmp.Compare(a.stream, b.stream), cmp.Compare(a.from, b.from)) })
	for i := range r.runs {
		r.runs[i].settle(r.parsers[0], r.visits[0])
	}
	r.runs = nil
	all := &r.parsers[0].notes
	for _, p := range r.parsers[1:] {
		all.add(&p.notes)
	}
	return all.concerning(), all.tags
}
