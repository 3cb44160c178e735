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

// isHAProxy reports whether a tag is one that HAProxy gives itself where nobody
// has given it another (log-tag), or its unit's or program's name.
func isHAProxy[T string | []byte](name T) bool {
	return hasName(name, "haproxy") || hasName(name, "hapee")
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
// text is 0 where there is no tag to go by.
func readOrigin(line []byte, h *header, text int, o *Origin) {
	*o = Origin{}
	if !h.whoKnown || h.whoAt >= text {
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
