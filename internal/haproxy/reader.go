package haproxy

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Bounds on what is read, so that a peer that is not HAProxy, or not well,
// costs little memory and time.
const (
	maxLine   = 64 << 10 // one row, the header included
	maxAnswer = 64 << 20 // one answer
	maxRows   = 1_000_000
)

// End is how a complete answer shows its end.
type End int

// The ends there are.
const (
	// EmptyLine ends an answer on a socket; more answers may follow it on the
	// same stream.
	EmptyLine End = iota
	// BodyEnd is the end of an HTTP body: whether it is complete is for the
	// transport to say.
	BodyEnd
	// FileEnd is the end of a file with a saved answer: a socket's ends with an
	// empty line, a page's does not.
	FileEnd
)

// Reader reads HAProxy's answers from a stream, one after the other. It reads
// ahead: nothing else should read from the stream.
type Reader struct {
	Counters bool // Stats reads Counters too; checks that only look at the present do without

	src     *bufio.Reader
	left    int64  // bytes that this answer may still have
	refused bool   // the rest of a refused answer is still to be skipped
	joined  []byte // a row with line ends in quotes, put together
}

// NewReader returns a Reader of r.
func NewReader(r io.Reader) *Reader { return &Reader{src: bufio.NewReaderSize(r, maxLine)} }

// Reset makes the Reader one of another stream.
func (r *Reader) Reset(stream io.Reader) {
	r.src.Reset(stream)
	*r = Reader{Counters: r.Counters, src: r.src}
}

// line returns the next line without its end. It is good until the next call.
// The error is io.EOF if there is nothing left at all, ErrCutShort if the
// last line has no end (it is returned, too), and what the stream says if
// that fails.
func (r *Reader) line() ([]byte, error) {
	line, err := r.src.ReadSlice('\n')
	r.left -= int64(len(line))
	switch {
	case r.left < 0:
		return nil, fmt.Errorf("the answer is longer than %d MiB: this is not HAProxy's", maxAnswer>>20)
	case err == nil:
		return line[:len(line)-1], nil
	case errors.Is(err, bufio.ErrBufferFull):
		return line, errLongLine
	case err == io.EOF && len(line) > 0:
		return line, ErrCutShort
	default:
		return line, err
	}
}

// record returns the next row of a CSV answer, which spans lines if a quoted
// field holds a line end. It is good until the next call.
func (r *Reader) record() ([]byte, error) {
	line, err := r.line()
	if err != nil || bytes.Count(line, quote)%2 == 0 {
		return line, err
	}
	r.joined = append(r.joined[:0], line...)
	for closed := false; !closed; {
		line, err = r.line()
		switch {
		case err == io.EOF, err == ErrCutShort:
			return nil, fmt.Errorf("%w within quotes", ErrCutShort)
		case err != nil:
			return nil, err
		case len(r.joined)+1+len(line) > maxLine:
			return nil, fmt.Errorf("a quote is never closed: %w", errLongLine)
		}
		r.joined = append(append(r.joined, '\n'), line...)
		closed = bytes.Count(line, quote)%2 == 1
	}
	return r.joined, nil
}

var quote = []byte{'"'}

// first returns the first line of an answer, if it is one that the wanted kind
// of answer begins with. Otherwise the error is a *Refused or ErrEmpty, and the
// Reader stands before the next answer.
func (r *Reader) first(isWanted func(line []byte) bool) ([]byte, error) {
	if err := r.skipRefused(); err != nil {
		return nil, err
	}
	r.left = maxAnswer
	line, err := r.line()
	switch {
	case err == io.EOF, err == nil && len(line) == 0:
		return nil, ErrEmpty
	case err != nil && err != ErrCutShort && err != errLongLine:
		return nil, err
	case !isWanted(line):
		r.refused = err == nil
		return nil, &Refused{Answer: bounded(line)}
	}
	return line, err
}

// firstOrNone is first for a list that can be empty: none says that the answer
// is the empty line at its end alone.
func (r *Reader) firstOrNone(isWanted func(line []byte) bool) (line []byte, none bool, err error) {
	if err := r.skipRefused(); err != nil {
		return nil, false, err
	}
	if r.begins("\n") {
		_, err = r.src.Discard(1)
		return nil, true, err
	}
	line, err = r.first(isWanted)
	return line, false, err
}

// begins says whether what comes next begins with a text, without reading it.
// The line that was returned last is no good after this.
func (r *Reader) begins(text string) bool {
	next, _ := r.src.Peek(len(text))
	return string(next) == text
}

// skipRefused reads the rest of an answer that was refused. That is not done
// before another answer is wanted, since something that is not HAProxy may not
// send the rest ever.
func (r *Reader) skipRefused() error {
	r.left = maxLine
	for r.refused {
		line, err := r.line()
		if err == io.EOF {
			return ErrEmpty
		}
		if err != nil {
			return err
		}
		r.refused = len(line) > 0
	}
	return nil
}

// next returns the next line of an answer that is not CSV, and false at the
// empty line that ends it.
func (r *Reader) next() ([]byte, bool, error) {
	line, err := r.line()
	switch {
	case err == io.EOF:
		return nil, false, ErrCutShort
	case err != nil:
		return nil, false, err
	case bytes.IndexByte(line, 0) >= 0:
		return nil, false, errBinary
	}
	return line, len(line) > 0, nil
}
