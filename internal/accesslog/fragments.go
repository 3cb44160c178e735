package accesslog

import "bytes"

// A container runtime cuts a line that is longer than its buffer (containerd and
// docker at 16 KiB), or that the buffer ends within (conmon, anywhere). CRI marks
// all parts but the last with a P; docker's json-file lacks the line end in them.
// The parts are put together here. They stand one behind the other but for the
// lines of the other flow.

// flow is what of a container a line came out of.
type flow int8

const (
	noFlow flow = iota // no container runtime has written the line
	output             // standard output
	faults             // standard error
	flows
)

// ending is how a line of a flow ends.
type ending int8

const (
	whole ending = iota // it does not go on
	firm                // the next one is the rest
	loose               // docker's lacks its line end, though it is short: the next one is the rest unless it makes sense by itself
)

// How many parts, and bytes of them, are put together; parts that are more stand
// for themselves. HAProxy's lines have at most 64 KiB ("len" of a log line).
const (
	maxParts  = 64
	maxJoined = 128 << 10
)

// part is a line that is not yet known to be whole. Its bytes are its own.
type part struct {
	line   []byte
	late   bool
	cut    bool // it may be half of a line
	number int  // of the line, counted from the beginning of the edges
	ending ending
	sense  bool // it can be read by itself
}

// parts are lines of one flow that stand for one, if the last of them is whole.
type parts struct {
	list []part
	size int
	many bool // too many, they stand for themselves
}

// isOpen says whether the next line of the flow may be the rest.
func (ps *parts) isOpen() bool { return ps.many || len(ps.list) > 0 }

// add adds a part, and reports false if they are too many now.
func (ps *parts) add(one part) bool {
	one.line = bytes.Clone(one.line)
	ps.list = append(ps.list, one)
	ps.size += len(one.line)
	return len(ps.list) <= maxParts && ps.size <= maxJoined
}

// take empties the parts and returns what they were.
func (ps *parts) take() []part {
	list := ps.list
	ps.list, ps.size = nil, 0
	return list
}

// endBefore reports whether a line is no rest of the parts: both make sense by
// themselves.
func (ps *parts) endBefore(one part) bool {
	n := len(ps.list)
	return n > 0 && ps.list[n-1].ending == loose && ps.list[n-1].sense && one.sense
}

// feed adds a line, and emits the parts of each line that is known then. It
// reports false, having done nothing, for one that is whole and no rest.
func (ps *parts) feed(one part, emit func([]part)) bool {
	if ps.endBefore(one) {
		ps.end(emit)
	}
	switch {
	case !ps.isOpen() && one.ending == whole:
		return false
	case ps.many:
		emit([]part{one})
		ps.many = one.ending != whole
	case !ps.add(one):
		ps.emitEach(emit)
		ps.many = one.ending != whole
	case one.ending == whole:
		emit(ps.take())
	}
	return true
}

// end ends the parts, of which no whole one came. Docker's short lines without a
// line end were whole, then.
func (ps *parts) end(emit func([]part)) {
	ps.many = false
	switch n := len(ps.list); {
	case n == 0:
	case ps.list[n-1].ending == loose:
		ps.emitEach(emit)
	default:
		emit(ps.take())
	}
}

func (ps *parts) emitEach(emit func([]part)) {
	for _, one := range ps.take() {
		emit([]part{one})
	}
}

// shift counts the lines from another one on.
func (ps *parts) shift(by int) {
	for i := range ps.list {
		ps.list[i].number += by
	}
}

// readParts reads the line that the parts make up, and hands it over. If docker's
// short ones make no sense together, each stands for itself.
func (p *Parser) readParts(list []part, hand func(last part)) {
	last := list[len(list)-1]
	p.parseReference(join(list), list[0].late, &p.rec)
	p.textAt = -1 // it does not stand in the piece as it is
	if len(list) > 1 && p.rec.Class == Unreadable && list[len(list)-2].ending == loose {
		for _, one := range list {
			p.readParts([]part{one}, hand)
		}
		return
	}
	hand(last)
}

// join puts the parts of a line together: the first one as it stands, with the
// texts of the others.
func join(list []part) []byte {
	if len(list) == 1 {
		return list[0].line
	}
	first := list[0].line
	if bytes.HasPrefix(first, []byte(dockerBegin)) {
		n := dockerTextEnd(first)
		line := bytes.Clone(first[:n])
		for _, one := range list[1:] {
			line = append(line, one.line[len(dockerBegin):dockerTextEnd(one.line)]...)
		}
		return append(line, first[n:]...)
	}
	line := bytes.Clone(first)
	line[runtimeFlag(line)] = 'F'
	for _, one := range list[1:] {
		line = append(line, one.line[runtimeEnd(one.line):]...)
	}
	return line
}

// dockerTextEnd is where the text of a docker line ends, at its closing quote.
func dockerTextEnd(line []byte) int {
	for i := len(dockerBegin); i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(line)
}

// flowOfRuntime is the flow of what runtimeLen measures, and whether the line goes
// on.
func flowOfRuntime(b []byte) (flow, ending) {
	f, e := output, whole
	if b[3] == 'e' {
		f = faults
	}
	if b[len("stdout ")] == 'P' {
		e = firm
	}
	return f, e
}

// flowOfDocker is the flow of what stands behind the text of a docker line, and
// whether that text goes on.
func flowOfDocker(text, rest []byte) (flow, ending) {
	f := output
	if bytes.Contains(rest, []byte(`"stderr"`)) {
		f = faults
	}
	switch {
	case len(rest) == 0, len(text) == 0, text[len(text)-1] == '\n':
		return f, whole
	case len(text) >= dockerFragment:
		return f, firm
	default:
		return f, loose
	}
}

// runtimeFlag is where CRI's F or P stands.
func runtimeFlag(line []byte) int {
	_, n := readStamp(line)
	return n + blanks(line[n:]) + len("stdout ")
}

// runtimeEnd is where the text of a line in CRI begins.
func runtimeEnd(line []byte) int {
	_, n := readStamp(line)
	n += blanks(line[n:])
	return n + runtimeLen(line[n:])
}
