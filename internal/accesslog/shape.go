package accesslog

import (
	"bytes"
	"strings"
)

// A format of an operator's own often begins like option httplog, and goes on
// with some of the same fields in another order: without the two cookies, with
// the request before the status, with no flags at all. What such a line says is
// read off the shape of its fields, as far as they cannot be mistaken.

// shape is what the fields behind a server's name say, by their shape.
type shape struct {
	flags   []byte // the termination state; nil if there is none, or more than one
	timers  []byte // five numbers between slashes, the first such field
	counts  []byte // the second
	status  int    // the one number that can be an HTTP status; 0 if there is none, or more than one
	request []byte // the first text in quotes

	manyFlags  bool
	candidates int // numbers that can be a status

	served bool // there is a server, which may answer with any status
}

// maxShape bounds the fields that are looked at.
const maxShape = 64

// readShape reads the fields up to the first that a client may have chosen, or
// that HAProxy has no field for.
func readShape(b []byte, served bool) shape {
	s := shape{served: served}
	before := numberless // the kind of number before
	for range maxShape {
		if len(b) == 0 {
			break
		}
		switch b[0] {
		case '"': // HAProxy writes a quote in it as #22
			text, rest, ok := cutAt(b[1:], '"')
			if !ok {
				return s
			}
			if s.request == nil {
				s.request = text
			}
			b, before = rest, requestKind
			continue
		case '{':
			_, rest, ok := cutAt(b[1:], '}')
			if !ok {
				return s
			}
			b, before = rest, numberless
			continue
		}
		word := b[:runTo(b, " ")]
		b = b[min(len(word)+1, len(b)):]
		if !s.take(word, b, before) {
			return s
		}
		before = kindOfNumber(word)
	}
	return s
}

// cutAt cuts b at an end character, which a blank or nothing follows.
func cutAt(b []byte, end byte) (text, rest []byte, ok bool) {
	n := bytes.IndexByte(b, end)
	if n < 0 || n+1 < len(b) && b[n+1] != ' ' {
		return nil, nil, false
	}
	return b[:n], b[min(n+2, len(b)):], true
}

// take takes a field in. It reports false for one that is none of HAProxy's.
func (s *shape) take(word, rest []byte, before numberKind) bool {
	switch count, n := countsLen(word); {
	case n == len(word) && count == 5 && s.timers == nil:
		s.timers = word
	case n == len(word) && count == 5 && s.counts == nil:
		s.counts = word
	case n == len(word) && count == 1:
		s.takeNumber(word, rest, before)
	case n == len(word) && count > 0, string(word) == "-":
	case isTermination(word):
		s.manyFlags = s.manyFlags || s.flags != nil
		s.flags = word
	case !isAddress(word):
		return false
	}
	return true
}

// takeNumber takes a number for the status if nothing speaks against it. What
// looks like one may be an answer's size or a queue's length. A number too small
// for a size does not follow a status, unless timers stand before it; and behind
// another number only 503 is taken for one.
func (s *shape) takeNumber(word, rest []byte, before numberKind) {
	next := kindOfNumber(rest[:runTo(rest, " ")])
	switch {
	case s.served && (before == timersKind || before == requestKind) && isAnyStatus(word):
	case !isStatus(word):
		return
	case before == timersKind:
	case next == small, before >= small && string(word) != "503":
		return
	}
	s.candidates++
	s.status = number(word)
}

// numberKind is what the neighbour of a number is.
type numberKind uint8

const (
	numberless  numberKind = iota
	requestKind            // text in quotes
	timersKind             // numbers between slashes
	small                  // too small for the size of an answer
	large
)

// smallest is less than any HTTP answer has bytes.
const smallest = 30

func kindOfNumber(word []byte) numberKind {
	switch count, n := countsLen(word); {
	case n != len(word) || n == 0:
		return numberless
	case count > 1:
		return timersKind
	}
	if v, _ := signedLen(word); v < smallest {
		return small
	}
	return large
}

// isStatus: the status codes that HAProxy answers with itself, or lets a
// configuration answer with (http_err_codes in its http.c, and redirects).
func isStatus(word []byte) bool {
	switch string(word) {
	case "200", "301", "302", "303", "307", "308", "400", "401", "403", "404", "405", "407", "408", "410", "413", "414", "421", "422", "425", "429", "431",
		"500", "501", "502", "503", "504":
		return true
	}
	return false
}

// isAnyStatus: a server may answer with a status that HAProxy has no use for. Such
// a number is only taken for one behind timers or the request; elsewhere it may be
// a size.
func isAnyStatus(word []byte) bool {
	return len(word) == 3 && '1' <= word[0] && word[0] <= '5' && allDigits(word)
}

// isTermination: the letters are those of sess_term_cond, sess_fin_state and the
// two for cookies in HAProxy's log.c.
func isTermination(word []byte) bool {
	if len(word) != 2 && len(word) != 4 {
		return false
	}
	for i, c := range word {
		if strings.IndexByte(terminations[i], c) < 0 {
			return false
		}
	}
	return true
}

var terminations = [4]string{"-LcCsSPRIDKU", "-RCHDLQT", "-NIDVEOU", "-NIUPRD"}

// isAddress: an address or port, as of a server that does not exist.
func isAddress(word []byte) bool {
	for _, c := range word {
		if !isDigit(c) && c != '.' && c != ':' && c != '-' {
			return false
		}
	}
	return len(word) > 0
}

// readOwnShape reads how a request ended in a format of an operator's own that
// begins like option httplog.
func readOwnShape(rest []byte, rec *Record) Class {
	s := readShape(rest, !rec.NoServer)
	if s.candidates != 1 {
		s.status = 0
	}
	switch {
	case s.flags == nil && s.status != 0:
		rec.Status = s.status
		rec.assume()
	case s.flags == nil, s.manyFlags, rec.NoServer && s.contradicts():
		if rec.NoServer {
			return HalfRead
		}
		return Request
	default:
		rec.Flags = [2]byte{s.flags[0], s.flags[1]}
	}
	rec.Status, rec.Request = -1, s.request
	if s.status != 0 {
		rec.Status = s.status
	}
	if !rec.NoServer {
		rec.Details = s.details()
		rec.forgetIfWell()
	}
	if s.timers != nil && s.status == 0 && isUnanswered(s.timers) && rec.isEarlyStep(false, false) {
		return Message
	}
	return Request
}

// isUnanswered reports whether the fourth of five timers, %Tr, is none.
func isUnanswered(timers []byte) bool {
	for range 3 {
		timers = timers[bytes.IndexByte(timers, '/')+1:]
	}
	return timers[0] == '-'
}

// contradicts: flags of a request that found no server stand beside a status that
// it never has. Then one of the two is somebody's text.
func (s *shape) contradicts() bool {
	noServer := s.flags[1] == 'C' && s.flags[0]|0x20 == 's' || s.flags[1] == 'Q'
	return noServer && s.status != 0 && s.status != 503
}

// details are those of a request with a server.
func (s *shape) details() Details {
	d := Details{Known: true, TCP: s.status == 0 && len(s.flags) == 2}
	if s.timers != nil && !d.TCP {
		d.ResponseTime = answerTime(s.timers)
	}
	if s.counts != nil {
		_, _, last := lastCount(s.counts)
		d.setRetries(s.counts[last:])
	}
	return d
}

// assume sets the flags that a line does not tell: those that a request with its
// status has most of the time.
func (r *Record) assume() {
	r.Assumed = true
	r.Flags = [2]byte{'-', '-'}
	if r.NoServer && r.Status == 503 {
		r.Flags = [2]byte{'S', 'C'}
	}
}
