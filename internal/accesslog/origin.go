package accesslog

import "bytes"

// Origin is who wrote a line. Empty fields are what its header does not tell.
type Origin struct {
	Host, Tag []byte
	PID       int
}

var noOrigin Origin

// keep copies an origin, so that it outlives its line.
func (o *Origin) keep(other *Origin) {
	o.Host = append(o.Host[:0], other.Host...)
	o.Tag = append(o.Tag[:0], other.Tag...)
	o.PID = other.PID
}

// isHAProxy reports whether a tag is one that HAProxy gives itself if nobody has
// given it another (log-tag).
func isHAProxy(tag []byte) bool {
	return len(tag) == len("haproxy") && hasName(tag, "haproxy") || hasName(tag, "hapee")
}

// isNamedAfter reports whether a tag, a unit or a program is named after HAProxy:
// "haproxy@edge.service" and "haproxy-web" are HAProxy itself. Its exporter for
// Prometheus is the one other program of such a name that runs beside many.
func isNamedAfter[T string | []byte](name T) bool {
	if hasName(name, "hapee") {
		return true
	}
	const length = len("haproxy")
	return hasName(name, "haproxy") && !(len(name) > length && hasName(name[length+1:], "exporter"))
}

// isOwn reports whether a line shows that HAProxy wrote it, by its tag and, if that
// may be another's, by what it is.
func (r *Record) isOwn(text []byte) bool {
	tag := r.Origin.Tag
	switch {
	case isHAProxy(tag):
		return true
	case r.Class == Unreadable:
		return isNamedAfter(tag) && looksLikeRequest(text)
	default:
		return r.Own && (!r.loose || len(tag) == 0 || isNamedAfter(tag))
	}
}

// looksLikeRequest reports whether a text that cannot be read has something in it
// that hardly any other program writes: no server, an accept date, five timers.
func looksLikeRequest(text []byte) bool {
	text = text[:min(len(text), maxRemark)]
	if bytes.Contains(text, []byte("<NOSRV>")) {
		return true
	}
	for word := range bytes.FieldsSeq(text) {
		if count, n := countsLen(word); count == 5 && n == len(word) {
			return true
		}
		if _, dated := readAccept(bytes.TrimPrefix(word, []byte("["))); dated {
			return true
		}
	}
	return false
}

// hasName is without regard to capitals.
func hasName[T string | []byte](name T, prefix string) bool {
	if len(name) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		if name[i]|0x20 != prefix[i] {
			return false
		}
	}
	return true
}

// readOrigin reads who wrote a line off its header, which ends where the text
// begins: the first word behind the time is the host, the last one the tag.
// text is 0 if there is no tag to go by; then the container's name has to do.
func readOrigin(line []byte, h *header, text int, o *Origin) {
	*o = Origin{}
	if !h.whoKnown || h.whoAt >= text {
		o.Tag = containerOf(line[h.source : h.source+h.sourceIs])
		return
	}
	if h.rfc5424 {
		var words [3][]byte
		rest := line[h.whoAt:text]
		for i := range words {
			words[i] = tokenAt(rest)
			rest = rest[min(len(words[i])+1, len(rest)):]
		}
		o.Host, o.Tag = unlessDash(words[0]), unlessDash(words[1])
		o.PID, _ = readNumber(words[2], 0, 9)
		return
	}
	who := bytes.TrimRight(line[h.whoAt:text], " ")
	last := bytes.LastIndexByte(who, ' ')
	o.Tag, o.PID = cutPID(who[last+1:])
	if last > 0 {
		o.Host = firstWord(who)
	}
}

// containerOf is the name of the service or container in what sourceLen measures:
// "haproxy" of "haproxy-1  | ", "web_lb.1.x3k2j@node-7    | " is of "web_lb".
func containerOf(source []byte) []byte {
	if pod, ok := bytes.CutSuffix(source, []byte("] ")); ok {
		return lastPart(pod, '/')
	}
	name := tokenAt(source)
	if dot := bytes.IndexByte(name, '.'); dot > 0 && bytes.IndexByte(name, '@') > dot {
		return name[:dot]
	}
	end := len(name)
	for end > 0 && isDigit(name[end-1]) {
		end--
	}
	if end > 1 && end < len(name) && (name[end-1] == '-' || name[end-1] == '_') {
		return name[:end-1]
	}
	return name
}

// cutPID takes "haproxy[5196]:" apart.
func cutPID(tag []byte) (name []byte, pid int) {
	tag = bytes.TrimSuffix(tag, []byte(":"))
	if !hasPID(tag) {
		return tag, 0
	}
	open := bytes.LastIndexByte(tag, '[')
	pid, _ = readNumber(tag, open+1, 9)
	return tag[:open], pid
}

// unlessDash is a word of RFC 5424, in which "-" stands for nothing.
func unlessDash(word []byte) []byte {
	if string(word) == "-" {
		return nil
	}
	return word
}
