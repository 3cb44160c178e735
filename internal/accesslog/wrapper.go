package accesslog

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// trimEnd takes off the line end, CRLF too.
func trimEnd(line []byte) []byte {
	for len(line) > 0 && (line[len(line)-1] == '\n' || line[len(line)-1] == '\r') {
		line = line[:len(line)-1]
	}
	return line
}

// dockerBegin is what a line of docker's json-file driver begins with.
const dockerBegin = `{"log":"`

// dockerFragment is from where on a docker line without a line end is surely a
// fragment: docker cuts at 16 KiB (moby's defaultBufSize).
const dockerFragment = 16 << 10

// unwrapDocker takes a line of docker's json-file driver apart,
//
//	{"log":"…\n","stream":"stdout","time":"2026-11-22T14:53:34.5Z"}
//
// into the text, in scratch, its time and what it came out of, which is noFlow for
// any other line.
func unwrapDocker(line, scratch []byte) (text []byte, written stamp, f flow, e ending) {
	if !bytes.HasPrefix(line, []byte(dockerBegin)) {
		return scratch, stamp{}, noFlow, whole
	}
	text, n := unescapeJSON(line[len(dockerBegin):], scratch[:0])
	rest := line[len(dockerBegin)+n:]
	f, e = flowOfDocker(text, rest)
	if at := bytes.LastIndex(rest, []byte(`"time":"`)); at >= 0 {
		rest = rest[at+len(`"time":"`):]
		if end := bytes.IndexByte(rest, '"'); end >= 0 {
			written, _ = readStamp(rest[:end])
		}
	}
	return text, written, f, e
}

// unescapeJSON appends the string up to its closing quote to dst and returns how
// many bytes of b it took. A string that is cut short ends where b does.
func unescapeJSON(b, dst []byte) ([]byte, int) {
	n, quote := 0, -1
	for n < len(b) {
		if quote < n {
			quote = len(b)
			if at := bytes.IndexByte(b[n:], '"'); at >= 0 {
				quote = n + at
			}
		}
		escape := bytes.IndexByte(b[n:quote], '\\')
		if escape < 0 {
			return append(dst, b[n:quote]...), quote
		}
		dst = append(dst, b[n:n+escape]...)
		var used int
		dst, used = unescapeOne(b[n+escape+1:], dst)
		n += escape + 1 + used
	}
	return dst, n
}

// unescapeOne decodes what follows a backslash.
func unescapeOne(b, dst []byte) ([]byte, int) {
	if len(b) == 0 {
		return dst, 0
	}
	switch b[0] {
	case 'n':
		return append(dst, '\n'), 1
	case 'r':
		return append(dst, '\r'), 1
	case 't':
		return append(dst, '\t'), 1
	case 'b':
		return append(dst, '\b'), 1
	case 'f':
		return append(dst, '\f'), 1
	case 'u':
		r, ok := hexRune(b[1:])
		if !ok {
			return append(dst, 'u'), 1
		}
		if utf16.IsSurrogate(r) && len(b) > 6 && b[5] == '\\' && b[6] == 'u' {
			if low, ok := hexRune(b[7:]); ok {
				if joined := utf16.DecodeRune(r, low); joined != utf8.RuneError {
					return utf8.AppendRune(dst, joined), 11
				}
			}
		}
		return utf8.AppendRune(dst, r), 5
	}
	return append(dst, b[0]), 1
}

func hexRune(b []byte) (r rune, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		switch {
		case isDigit(c):
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
