package accesslog

import (
	"bytes"
	"math/bits"
)

// pairs remembers backends with their servers, "app/web-01", that were looked
// at byte by byte once. Names come in any order and length, so that a loop over
// their bytes is mispredicted at its end, line after line; finding them here
// takes no such branch (BenchmarkScanRandom).
type pairs struct {
	table   [256]pair
	learned uint64 // how many were looked at
}

// pair is a backend with its server. Eight bytes from each end tell up to
// sixteen apart; text is for longer ones.
type pair struct {
	first, last   uint64
	length        uint8
	slash, server uint8 // lengths of the two names
	noServer      bool
	text          []byte
	number        uint64 // see route
}

// maxFastName bounds the names of the fast path, so that a window holds all of
// them.
const maxFastName = 120

// find returns the pair that stands at an offset of a window, up to a blank; nil if
// it is none that the fast path reads.
func (ps *pairs) find(w []byte, at int) *pair {
	n := blankIn(w, at)
	if n == 32 {
		if n = tokenEnd(w, at) - at; n == 0 {
			return nil
		}
	}
	mask := lowBytes[min(n, 8)]
	first, last := load(w, at)&mask, load(w, at+max(n-8, 0))&mask
	p := &ps.table[(first^bits.RotateLeft64(last, 29)^uint64(n))*0x9E3779B97F4A7C15>>56]
	if p.first == first && p.last == last && int(p.length) == n && n > 0 && (n <= 16 || string(p.text) == string(w[at:at+n])) {
		return p
	}
	if !p.learn(w[at:], n) {
		return nil
	}
	p.first, p.last = first, last
	ps.learned++
	p.number = ps.learned
	return p
}

// frontends are the numbers of the frontends that were seen, from 1 on.
type frontends map[string]uint64

// maxFrontends bounds them: a log may say anything.
const maxFrontends = 1 << 12

// number is a name's number, 0 when there are no more.
func (f *frontends) number(name []byte) uint64 {
	if known := (*f)[string(name)]; known > 0 || len(*f) == maxFrontends {
		return known
	}
	if *f == nil {
		*f = frontends{}
	}
	(*f)[string(name)] = uint64(len(*f)) + 1
	return (*f)[string(name)]
}

// route is the Record.Route of the last frontend and a pair.
func (l *likeness) route(p *pair) uint64 {
	if l.front == 0 {
		return 0
	}
	return p.number*(maxFrontends+1) + l.front
}

// learn looks at the names byte by byte; length is that of both.
func (p *pair) learn(names []byte, length int) bool {
	slash := nameLen(names)
	if slash == 0 || slash > maxFastName || names[slash] != '/' {
		return false
	}
	server := names[slash+1:]
	n := nameLen(server)
	if n == 0 && server[0] == '<' {
		n = serverLen(server)
	}
	if n < 0 || n > maxFastName || slash+1+n != length || bytes.IndexByte(server[:n], '\n') >= 0 {
		return false
	}
	p.length, p.slash, p.server = uint8(length), uint8(slash), uint8(n)
	p.noServer = isNoServer(server[:n])
	p.text = append(p.text[:0], names[:length]...)
	return true
}

// lowBytes are masks of the first bytes of a word.
var lowBytes = [9]uint64{0, 1<<8 - 1, 1<<16 - 1, 1<<24 - 1, 1<<32 - 1, 1<<40 - 1, 1<<48 - 1, 1<<56 - 1, 1<<64 - 1}

// blankIn is the index of the first blank or control character in the 32 bytes from
// an offset on, 32 if there is none. Most names end in the first half.
func blankIn(w []byte, at int) int {
	blanks := blankBits(load(w, at)) | blankBits(load(w, at+8))<<8
	if blanks == 0 {
		blanks = blankBits(load(w, at+16))<<16 | blankBits(load(w, at+24))<<24 | 1<<32
	}
	return bits.TrailingZeros64(blanks)
}

// blankBits has a bit for each byte of a word that is below 0x21. Above the first
// one there may be wrong ones (see tokenEnd).
func blankBits(x uint64) uint64 {
	return (x - 0x21212121_21212121) & ^x & 0x80808080_80808080 * 0x00020408_10204081 >> 56
}
