package accesslog

import (
	"bytes"
	"hash/maphash"
)

// A request can have more than one line. With option log-separate-errors and two
// log lines, as in Debian's example, a failure stands twice in one file, with
// nothing but the syslog header different. With log-steps (HAProxy 3.1 and later)
// a request has a line when it is accepted, when it has a server and when it is
// answered, before the one at its end that counts. Such lines are found by client,
// port and accept date, which they share, among the last ones.

// repeats are what is remembered of a piece's requests.
type repeats struct {
	// failed are the lines of those that have failed, by a hash of their text, and
	// marks what of them matters to other pieces.
	failed recent
	marks  []mark

	// served are the lines of others, by client and date. In nearly all logs a request
	// has one line, and comparing each with all others would take as long as half of
	// the rest. So a line is compared with the one before it, until the piece shows
	// that its requests have more lines; then it is careful, and compares with all.
	served  recent
	careful bool
	before  served
}

// served is the line of a request with a server.
type served struct {
	identity
	written int64
	text    int // where HAProxy's text begins in the piece
}

// mark is a line of a request that has failed.
type mark struct {
	hash    uint64 // of HAProxy's text
	written int64
	line    int
}

// doubles reports whether both are of the same line.
func (m mark) doubles(other mark) bool {
	return m.hash == other.hash && near(m.written, other.written) && max(m.line, other.line)-min(m.line, other.line) <= recentLines
}

func (r *repeats) reset() {
	if len(r.marks) > 0 {
		r.failed.reset()
		r.marks = r.marks[:0]
	}
	if r.careful {
		r.served.reset()
		r.careful = false
	}
	r.before = served{}
}

// since are the marks of lines from a number on, until the next piece.
func (r *repeats) since(line int) []mark {
	i := len(r.marks)
	for i > 0 && r.marks[i-1].line >= line {
		i--
	}
	return r.marks[i:len(r.marks):len(r.marks)]
}

// place is a line of a piece.
type place struct {
	data   []byte // the piece's
	at     int    // where the line begins
	number int    // of the line
}

// isRepeated reports whether the line in rec is of a request that was counted
// before, and remembers it.
func (p *Parser) isRepeated(w place) bool {
	switch {
	case p.moment.identity == identity{} || p.rec.Times != 1 || p.rec.Class != Request && p.rec.Class != HalfRead:
		return false
	case p.rec.failed():
		return p.isDouble(w)
	case p.textAt < 0: // it does not stand in the piece as it is
		return false
	}
	return p.isServedAgain(w, served{p.moment.identity, p.rec.Written, w.at + p.textAt})
}

// failed reports whether the request is known to have failed, so that option
// log-separate-errors may have doubled its line.
func (r *Record) failed() bool {
	return r.NoServer || r.Details.Known && (r.Flags != [2]byte{'-', '-'} || r.Status >= 500 || r.Details.Retries > 0)
}

// seed is for hashes of texts.
var seed = maphash.MakeSeed()

// mark is that of the line in rec.
func (p *Parser) mark(number int) mark {
	return mark{maphash.Bytes(seed, p.text), p.rec.Written, number}
}

// isDouble reports whether a line that has failed is the double of another one.
func (p *Parser) isDouble(w place) bool {
	m := p.mark(w.number)
	e := entry{key: m.hash, written: m.written, line: uint32(w.number)}
	double := p.repeats.failed.last(&e) != nil
	p.repeats.marks = append(p.repeats.marks, m)
	p.repeats.failed.add(e)
	if double {
		p.beCareful(w)
	}
	return double
}

// isServedAgain reports whether a line of a request with a server is of one that
// was counted before.
func (p *Parser) isServedAgain(w place, s served) bool {
	r := &p.repeats
	before := r.before
	r.before = s
	e := entryOf(s.identity, s.written, s.text, w.number)
	if r.careful {
		again := p.isLaterStep(w, &e)
		r.served.add(e)
		return again
	}
	if before.identity != s.identity || !near(before.written, s.written) || !p.sameRequest(lineAt(w.data, before.text), lineAt(w.data, s.text)) {
		return false
	}
	p.beCareful(w)
	r.served.add(e)
	return true
}

func entryOf(id identity, written int64, text, line int) entry {
	return entry{key: id.key(), written: written, text: uint32(text), line: uint32(line)}
}

// beCareful has served requests compared with all recent ones from now on, those
// of the lines before this one included.
func (p *Parser) beCareful(w place) {
	if p.repeats.careful {
		return
	}
	p.repeats.careful = true
	h := p.reader()
	h.details = p.details // so that it sees the lines as this parser did
	defer func() { h.details = true }()
	starts := lineStarts(w.data[:w.at], recentLines)
	for i := len(starts) - 1; i >= 0; i-- { // the first one is the last line
		line := trimEnd(lineAt(w.data, starts[i]))
		h.parseReference(line, p.late, &h.rec)
		if !h.rec.failed() && h.ending == whole && h.rec.Class == Request && h.rec.Times == 1 && h.moment.identity != (identity{}) && h.textAt >= 0 {
			p.repeats.served.add(entryOf(h.moment.identity, h.rec.Written, starts[i]+h.textAt, w.number-1-i))
		}
	}
}

// lineStarts are where the last lines that are not empty begin, the last one first.
func lineStarts(data []byte, most int) []int {
	var starts []int
	for end := len(data); end > 0 && len(starts) < most; {
		start := bytes.LastIndexByte(data[:end-1], '\n') + 1
		if len(trimEnd(data[start:end])) > 0 {
			starts = append(starts, start)
		}
		end = start
	}
	return starts
}

// maxAlike bounds the requests of one key that are looked at: an HTTP/2 connection
// can have any number in one millisecond.
const maxAlike = 8

// isLaterStep reports whether a request with a server was counted by a line before.
func (p *Parser) isLaterStep(w place, e *entry) bool {
	found := p.repeats.served.last(e)
	for i := 0; i < maxAlike && found != nil; i, found = i+1, p.repeats.served.further(found, e) {
		if p.sameRequest(lineAt(w.data, int(found.text)), lineAt(w.data, int(e.text))) {
			return true
		}
	}
	return false
}

// lineAt is the rest of a line.
func lineAt(data []byte, at int) []byte {
	data = data[at:]
	if n := bytes.IndexByte(data, '\n'); n >= 0 {
		data = data[:n]
	}
	return trimEnd(data)
}

// sameRequest reports whether two texts, whose clients and dates are alike, are of
// one request with a server: doubles, or an earlier and a later step.
func (p *Parser) sameRequest(earlier, later []byte) bool {
	if bytes.Equal(earlier, later) {
		return true
	}
	if !bytes.Equal(tokenAt(earlier), tokenAt(later)) { // of the client the key has only the end
		return false
	}
	// The requests of an HTTP/2 connection can be of the same millisecond. They
	// differ in what stands in quotes.
	a, b := bytes.IndexByte(earlier, '"'), bytes.IndexByte(later, '"')
	if (a < 0) != (b < 0) || a >= 0 && !bytes.Equal(earlier[a:], later[b:]) {
		return false
	}
	return p.isStep(earlier, later)
}

// isStep reports whether one text is of a request whose later step is the other
// one: it had no answer yet, or nothing but its total time and size has grown.
func (p *Parser) isStep(earlier, later []byte) bool {
	h := p.reader()
	var a, b Record
	var ma, mb moment
	a.clear()
	b.clear()
	if h.readRequest(earlier, true, &a, &ma) == Unreadable || h.readRequest(later, true, &b, &mb) == Unreadable {
		return false
	}
	if a.Flags != [2]byte{'-', '-'} || !bytes.Equal(a.Frontend, b.Frontend) || !bytes.Equal(a.Backend, b.Backend) || !bytes.Equal(a.Server, b.Server) {
		return false
	}
	if a.Status <= 0 && !a.Details.TCP {
		return true
	}
	if !bytes.Equal(fromCaptures(earlier), fromCaptures(later)) {
		return false
	}
	was, is := tokenAt(ma.timers), tokenAt(mb.timers)
	phases := was[:bytes.LastIndexByte(was, '/')+1]
	return len(phases) > 0 && a.Status == b.Status && bytes.HasPrefix(is, phases) && bytes.Count(was, []byte("/")) == bytes.Count(is, []byte("/")) && ma.total() <= mb.total()
}

// fromCaptures is the text from captured headers on, or from the request.
func fromCaptures(text []byte) []byte {
	return text[runTo(text, `{"`):]
}

// isEarlyStep reports whether a line was written before its request's end: its
// flags tell of no trouble, and it has no status, or in TCP mode no connection. (A
// connection that a backend with "dispatch" has made has one, and never a server.)
// It notes that in step.
func (r *Record) isEarlyStep(tcp, connected bool) bool {
	switch {
	case r.Flags != [2]byte{'-', '-'}:
	case tcp:
		r.step = r.NoServer && !connected
	default:
		r.step = r.Status <= 0
	}
	return r.step
}

// reader is a parser that looks at lines again, and tells how requests went.
func (p *Parser) reader() *Parser {
	if p.helper == nil {
		p.helper = New(Options{Location: p.clock.loc, Now: p.clock.now, Formats: p.formats, Details: true})
	}
	return p.helper
}
