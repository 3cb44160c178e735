package accesslog

import (
	"bytes"

	"check-haproxy/internal/accesslog/logformat"
)

// header is what stands before HAProxy's own text: priority, timestamp, host
// names, tag, in any of the forms that syslog daemons, journalctl and container
// runtimes write.
type header struct {
	stamp    stamp // the outermost timestamp
	timed    bool
	stampAt  int
	stampEnd int

	// The places where HAProxy's text may begin, the likeliest first. Which it
	// is shows only in the text: a tag may lack its colon, a host name may stand
	// twice, a daemon may put its own header before HAProxy's.
	starts [maxStarts]int
	n      int // how many of them

	whoAt    int  // behind the outermost time, where host and tag stand
	rfc5424  bool // in RFC 5424's order
	dataAt   int  // where its structured data begin; 0 for none
	dataEnd  int
	whoKnown bool
	source   int // where what sourceLen measures begins
	sourceIs int // and its length; 0 for none
	tagEnd   int // behind the innermost tag; 0 for none

	certain bool // the first start follows a tag, so that the text cannot change it

	flow   flow // of CRI
	ending ending
}

const (
	maxStarts = 24
	maxLevels = 4   // headers inside one another
	maxTokens = 4   // host names and the like before a tag
	maxToken  = 256 // bytes in one of them
)

// read finds timestamp and starts.
func (h *header) read(line []byte) {
	*h = header{}
	pos := 0
	for level := 0; level < maxLevels; level++ {
		next, more := h.readLevel(line, pos, level)
		if !more {
			return
		}
		pos = next
	}
}

// readLevel reads one header at pos. more says that another may follow at next.
func (h *header) readLevel(line []byte, pos, level int) (next int, more bool) {
	if level == 0 {
		pos = h.skipSource(line, pos)
	}
	begin := pos
	pos += priorityLen(line[pos:])
	version := bytes.HasPrefix(line[pos:], []byte("1 ")) // RFC 5424
	if version {
		pos += 2
	}
	s, n := readStamp(line[pos:])
	switch {
	case n > 0 && !h.timed:
		h.stamp, h.timed, h.stampAt, h.stampEnd = s, true, pos, pos+n
		pos += n
	case n > 0:
		pos += n
	case version && bytes.HasPrefix(line[pos:], []byte("- ")):
		pos++ // RFC 5424 without a time
	case version:
		pos -= 2
		version = false
	}
	if version {
		if text := h.rfc5424Text(line, pos); text > 0 {
			h.who(pos+1, true)
			h.certain = h.certain || h.n == 0
			h.tagEnd = text
			h.add(text)
			return text, true
		}
	}
	if pos == begin { // no header, or nothing but a tag
		h.who(pos, false)
		h.add(pos)
		return h.readTag(line, pos, level > 0)
	}
	pos += blanks(line[pos:])
	if n := runtimeLen(line[pos:]); n > 0 {
		if begin == 0 && level == 0 {
			h.flow, h.ending = flowOfRuntime(line[pos:])
		}
		return pos + n, true
	}
	pos = h.skipSource(line, pos)             // docker service logs --timestamps
	if n > 0 && priorityLen(line[pos:]) > 0 { // a runtime's time before what log stdout writes
		return pos, true
	}
	h.who(pos, false)
	next, more = h.readTag(line, pos, false)
	h.addTokens(line, pos)
	return next, more
}

// readTag looks for the end of the tag, "haproxy[5196]: " or "haproxy: ", behind
// at most maxTokens tokens. nested wants it at once and with a process id,
// because what stands there may already be somebody's text.
func (h *header) readTag(line []byte, pos int, nested bool) (next int, more bool) {
	for range maxTokens {
		token := tokenAt(line[pos:])
		if len(token) == 0 {
			return 0, false
		}
		end := pos + len(token)
		pid := hasPID(token)
		if pid || token[len(token)-1] == ':' && isHostToken(token) && !nested {
			end += blanks(line[end:])
			h.certain = h.certain || h.n == 0
			h.tagEnd = end
			h.add(end)
			return end, end < len(line)
		}
		if nested || !isHostToken(token) {
			return 0, false
		}
		pos = end + blanks(line[end:])
	}
	return 0, false
}

// addTokens adds the beginnings of the first tokens: the text may follow the
// timestamp at once, or a tag that has neither colon nor process id.
func (h *header) addTokens(line []byte, pos int) {
	for range maxTokens + 1 {
		if pos < len(line) {
			h.add(pos) // a format of an operator's own may have no blank at all
		}
		token := tokenAt(line[pos:])
		if len(token) == 0 || !isHostToken(token) {
			return
		}
		pos += len(token)
		pos += blanks(line[pos:])
	}
}

// who notes where host and tag stand. Those of the outermost header count, but
// for a container runtime's, which has none.
func (h *header) who(at int, rfc5424 bool) {
	if !h.whoKnown {
		h.whoAt, h.rfc5424, h.whoKnown = at, rfc5424, true
	}
}

func (h *header) add(at int) {
	for _, have := range h.starts[:h.n] {
		if have == at {
			return
		}
	}
	if h.n < maxStarts {
		h.starts[h.n] = at
		h.n++
	}
}

// priorityLen is the length of "<134>", else 0.
func priorityLen(b []byte) int {
	if len(b) < 3 || b[0] != '<' {
		return 0
	}
	_, n := readNumber(b, 1, 3)
	if n == 0 || n >= len(b) || b[n] != '>' {
		return 0
	}
	return n + 1
}

// rfc5424Text is where the message of an RFC 5424 line begins, pos being after
// its timestamp: host, application, process, message id, structured data, text
// (RFC 5424 chapter 6). 0 if it is none.
func (h *header) rfc5424Text(line []byte, pos int) int {
	for range 4 {
		if pos >= len(line) || line[pos] != ' ' {
			return 0
		}
		token := tokenAt(line[pos+1:])
		if len(token) == 0 {
			return 0
		}
		pos += 1 + len(token)
	}
	if pos >= len(line) || line[pos] != ' ' {
		return 0
	}
	pos++
	if pos < len(line) && line[pos] == '[' {
		n := structuredLen(line[pos:])
		if n == 0 {
			return 0
		}
		h.dataAt, h.dataEnd = pos, pos+n
		pos += n
	} else { // "-", or what a log-format-sd without brackets writes
		pos += len(tokenAt(line[pos:]))
	}
	if pos == len(line) && h.dataEnd == pos { // no text behind the data
		return pos
	}
	if pos >= len(line) || line[pos] != ' ' {
		return 0
	}
	pos += blanks(line[pos:])
	if bytes.HasPrefix(line[pos:], []byte("\xef\xbb\xbf")) {
		pos += 3
	}
	return pos
}

// structuredLen is the length of `[id name="value" …][id …]`, 0 if b begins
// with something else. In a value " \ ] are escaped with a backslash.
func structuredLen(b []byte) int {
	n := 0
	for n < len(b) && b[n] == '[' {
		quoted := false
		for n++; ; n++ {
			if n >= len(b) {
				return 0
			}
			if c := b[n]; c == '"' {
				quoted = !quoted
			} else if c == '\\' && quoted {
				n++
			} else if c == ']' && !quoted {
				break
			}
		}
		n++
	}
	return n
}

// skipSource skips what says whose line it is, and notes where that stands.
func (h *header) skipSource(line []byte, pos int) int {
	n := sourceLen(line[pos:])
	if n > 0 {
		h.source, h.sourceIs = pos, n
	}
	return pos + n
}

// sourceLen is the length of what docker compose, docker service and kubectl put
// before a line to say whose it is, else 0:
//
//	haproxy-1  | text
//	web_lb.1.x3k2j@node-7    | text
//	[pod/lb-7d9/haproxy] text
func sourceLen(b []byte) int {
	if hasPrefix(b, "[pod/") {
		if n := bytes.IndexByte(b[:min(len(b), maxToken)], ']'); n > 0 && n+1 < len(b) && b[n+1] == ' ' && isHostToken(b[1:n]) {
			return n + 2
		}
		return 0
	}
	name := tokenAt(b)
	if len(name) == 0 || !isHostToken(name) {
		return 0
	}
	n := len(name) + blanks(b[len(name):])
	if !hasPrefix(b[n:], "| ") {
		return 0
	}
	return n + 2
}

// runtimeLen is the length of CRI's "stdout F " or "stderr P:tag ", else 0
// (Kubernetes CRI log format).
func runtimeLen(b []byte) int {
	if len(b) < 9 || string(b[:3]) != "std" || string(b[3:7]) != "out " && string(b[3:7]) != "err " {
		return 0
	}
	if b[7] != 'F' && b[7] != 'P' {
		return 0
	}
	n := 8
	if b[n] == ':' {
		n += len(tokenAt(b[n:]))
	}
	if n >= len(b) || b[n] != ' ' {
		return 0
	}
	return n + 1
}

// tokenAt is the run of bytes before the next blank, empty if there is none
// within reason.
func tokenAt(b []byte) []byte {
	n := bytes.IndexByte(b[:min(len(b), maxToken)], ' ')
	if n < 0 {
		return nil
	}
	return b[:n]
}

// hasPID reports whether a token ends like a tag with a process id,
// "haproxy[5196]:"; the colon may be missing.
func hasPID(token []byte) bool {
	token = bytes.TrimSuffix(token, []byte(":"))
	open := bytes.LastIndexByte(token, '[')
	return open > 0 && len(token) > open+2 && token[len(token)-1] == ']' &&
		allDigits(token[open+1:len(token)-1]) && !bytes.ContainsAny(token[:open], "\"{}<>=")
}

// isHostToken reports whether a token can be a host name, an address or a tag.
func isHostToken(token []byte) bool {
	for _, c := range token {
		if !nameByte[c] && c != '/' && c != '@' && c != '%' {
			return false
		}
	}
	return true
}

func blanks(b []byte) int {
	n := 0
	for n < len(b) && b[n] == ' ' {
		n++
	}
	return n
}

// nameByte are the bytes of a proxy's or server's name.
var nameByte = func() (set [256]bool) {
	for c := range 256 {
		set[c] = logformat.IsNameByte(byte(c))
	}
	return set
}()
