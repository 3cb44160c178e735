package accesslog

import "bytes"

// moment is what a request's own text tells of time, for lines whose header
// tells none (or no year).
type moment struct {
	accepted stamp
	known    bool
	identity identity
	lasted   int64  // milliseconds from accepted to the end, 0 if unknown
	timers   []byte // columns: the text from the timers on, whose last one is the total
}

// total is how long the request took, in milliseconds.
func (m *moment) total() int64 {
	if m.timers != nil {
		_, m.lasted, _ = readTimers(m.timers)
	}
	return max(m.lasted, 0)
}

// readColumns reads the text of option httplog, httpslog and tcplog (HAProxy
// manual 8.2.2 to 8.2.4), with captures and logasap:
//
//	client [accept date] frontend backend/server timers status bytes cookie cookie flags conns queues {captures} "request"
//	client [accept date] frontend backend/server timers bytes flags conns queues
//
// Everything up to the timers is HAProxy's and the operator's own, so a line
// with a server is understood once that is read, whatever follows. A line without
// one must hold its flags too, or at least a status, in this order or another
// (shape.go). It answers Request, HalfRead, Message for a step before
// a request's end and for HAProxy's own use of its HTTP client, or Unreadable.
func (p *Parser) readColumns(text []byte, rec *Record, m *moment) Class {
	rest := readClientAndDate(text, m)
	if rest == nil {
		return Unreadable
	}
	if frontend := tokenAt(rest); bytes.IndexByte(frontend, '/') < 0 { // a format of one's own may lack it
		rec.Frontend = bytes.TrimSuffix(frontend, []byte("~"))
		if !isProxyName(rec.Frontend) {
			return Unreadable
		}
		rest = rest[len(frontend)+1:]
	}
	slash := bytes.IndexByte(rest[:min(len(rest), maxToken)], '/')
	if slash < 0 || !isName(rest[:slash]) {
		return Unreadable
	}
	rec.Backend = rest[:slash]
	rest = rest[slash+1:]
	n := serverLen(rest)
	if n < 0 || n < len(rest) && rest[n] != ' ' || rec.Frontend == nil && n > 0 && rest[n-1] == ':' {
		return Unreadable // at last it was "frontend/listener: Connection error …"
	}
	rec.Server = rest[:n]
	rest = rest[min(n+1, len(rest)):]
	m.timers = rest
	if len(rec.Frontend) > 0 && rec.Frontend[0] == '<' && string(rec.Backend) == "-" {
		return Message // httpclient_log_format: requests that HAProxy itself made
	}
	rec.NoServer = isNoServer(rec.Server)
	switch {
	case rec.NoServer:
		return readServerless(rest, rec)
	case p.details:
		return readDetails(rest, rec)
	}
	return Request
}

// readServerless reads how a request without a server ended.
func readServerless(rest []byte, rec *Record) Class {
	if readColumnsTail(rest, rec) != Request {
		rec.Status, rec.Flags, rec.Request = -1, [2]byte{}, nil
		return readOwnShape(rest, rec)
	}
	if rec.Flags != [2]byte{'-', '-'} { // most
		return Request
	}
	count, _, _ := readTimers(rest)
	if rec.isEarlyStep(count == 3, hasConnected(rest)) {
		return Message
	}
	return Request
}

// hasConnected reports whether the second of three timers, %Tc, is a time.
func hasConnected(timers []byte) bool {
	n := bytes.IndexByte(timers, '/')
	return n >= 0 && n+1 < len(timers) && timers[n+1] != '-'
}

// readClientAndDate skips "client [accept date] " and returns what follows, nil
// if the text does not begin so.
func readClientAndDate(text []byte, m *moment) (rest []byte) {
	client := tokenAt(text)
	if len(client) == 0 {
		return nil
	}
	rest = text[len(client)+1:]
	if len(rest) < acceptLen+3 || rest[0] != '[' || rest[acceptLen+1] != ']' || rest[acceptLen+2] != ' ' {
		return nil
	}
	var ok bool
	m.accepted, ok = readAccept(rest[1:])
	m.known = ok
	if !ok {
		return nil
	}
	if isDigit(client[len(client)-1]) && client[0] != 'u' { // of unix:1 the number is the listener's
		m.identity = identity{tail(client), tail(rest[1 : 1+acceptLen])}
	}
	return rest[acceptLen+3:]
}

// serverLen is the length of a server field: a name, an internal service in
// angle brackets, "-" or nothing. -1 if it is none.
func serverLen(b []byte) int {
	b = b[:min(len(b), maxToken)]
	if len(b) > 0 && b[0] == '<' {
		if end := bytes.IndexByte(b, '>'); end > 0 {
			return end + 1
		}
		return -1
	}
	n := 0
	for n < len(b) && nameByte[b[n]] {
		n++
	}
	return n
}

// isNoServer is the rule of what no server is: <NOSRV>, empty or "-".
func isNoServer(server []byte) bool {
	switch string(server) {
	case "<NOSRV>", "-", "":
		return true
	}
	return false
}

func isName(b []byte) bool {
	for _, c := range b {
		if !nameByte[c] {
			return false
		}
	}
	return len(b) > 0
}

// isProxyName accepts HAProxy's internal proxies as well, "<HTTPCLIENT>".
func isProxyName(b []byte) bool {
	if len(b) > 2 && b[0] == '<' && b[len(b)-1] == '>' {
		b = b[1 : len(b)-1]
	}
	return isName(b)
}

// readColumnsTail reads what follows the server of a line that has none.
func readColumnsTail(rest []byte, rec *Record) Class {
	timers, _, rest := readTimers(rest)
	switch timers {
	case 3:
		_, rest = readInt(rest) // bytes
		return readFlags(rest, rec, 2)
	case 5:
		rec.Status, rest = readInt(rest)
		_, rest = readInt(rest) // bytes
		return readHTTPFlags(rest, rec)
	}
	return Unreadable
}

// readTimers reads "0/-1/-1/-1/+12 " and returns how many there are and the
// last one, which is the total in every format.
func readTimers(b []byte) (count int, last int64, rest []byte) {
	for {
		v, n := signedLen(b)
		if n == 0 || n >= len(b) {
			return 0, 0, nil
		}
		count++
		if b[n] == ' ' {
			return count, v, b[n+1:]
		}
		if b[n] != '/' || count == 5 {
			return 0, 0, nil
		}
		b = b[n+1:]
	}
}

// readInt reads an integer and the blank after it; rest is nil if there is none.
func readInt(b []byte) (v int, rest []byte) {
	n64, n := signedLen(b)
	if n == 0 || n >= len(b) || b[n] != ' ' {
		return -1, nil
	}
	return int(n64), b[n+1:]
}

// signedLen reads an integer that may begin with "-" or, for logasap and
// redispatches, "+".
func signedLen(b []byte) (v int64, n int) {
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		n++
	}
	first := n
	for n < len(b) && n-first < 18 && isDigit(b[n]) {
		v = v*10 + int64(b[n]-'0')
		n++
	}
	if n == first {
		return 0, 0
	}
	if b[0] == '-' {
		v = -v
	}
	return v, n
}

// readFlags reads a termination state of that many characters.
func readFlags(b []byte, rec *Record, length int) Class {
	if len(b) < length || len(b) > length && b[length] != ' ' || !isFlags(b[:length]) {
		return Unreadable
	}
	rec.Flags = [2]byte{b[0], b[1]}
	return Request
}

// isFlags: the first character is one of sess_term_cond, the second one of
// sess_fin_state (HAProxy's log.c); a later version may add letters.
func isFlags(b []byte) bool {
	for _, c := range b {
		if c != '-' && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return true
}

// readHTTPFlags reads `cookie cookie flags conns queues {captures} "request"`.
// A captured cookie is logged as the client sent it, blanks and quotes included,
// so it can hold flags of its own; those that count are the last ones that what
// follows can belong to.
func readHTTPFlags(b []byte, rec *Record) Class {
	if bytes.HasPrefix(b, []byte("- - ")) {
		request, ok := readStateAndCounts(b[4:])
		if !ok {
			return readFlags(b[4:], rec, 4) // cut short after the flags
		}
		rec.Flags = [2]byte{b[4], b[5]}
		rec.Request = request
		return Request
	}
	state, found, whole := 0, 0, false
	for at := 0; at < min(len(b), maxCookies); {
		blank := bytes.IndexByte(b[at:], ' ')
		if blank < 0 {
			break
		}
		at += blank + 1
		request, ok := readStateAndCounts(b[at:])
		if !ok || request == nil && whole {
			continue
		}
		state, whole = at, request != nil
		rec.Request = request
		found++
	}
	if found == 0 || found > 1 && !whole {
		return Unreadable
	}
	rec.Flags = [2]byte{b[state], b[state+1]}
	return Request
}

// maxCookies bounds the search for the end of two captured cookies; each has at
// most 63 bytes unless tune.http.cookielen says more.
const maxCookies = 1024

// readStateAndCounts reads `flags a/b/c/d/e f/g` and then the end of the line,
// or captures and a request.
func readStateAndCounts(b []byte) (request []byte, ok bool) {
	if len(b) < 4 || !isFlags(b[:4]) || len(b) > 4 && b[4] != ' ' {
		return nil, false
	}
	rest := b[min(5, len(b)):]
	for _, want := range [...]int{5, 2} {
		count, n := countsLen(rest)
		if count != want {
			return nil, false
		}
		rest = rest[n:]
		if len(rest) == 0 {
			return nil, want == 2
		}
		if rest[0] != ' ' {
			return nil, false
		}
		rest = rest[1:]
	}
	for range 2 { // request and response captures
		if len(rest) > 0 && rest[0] == '{' {
			end := bytes.IndexByte(rest, '}')
			if end < 0 || end+1 == len(rest) {
				return nil, true // cut short
			}
			if rest[end+1] != ' ' {
				return nil, false
			}
			rest = rest[end+2:]
		}
	}
	if len(rest) == 0 {
		return nil, true
	}
	if rest[0] != '"' {
		return nil, false
	}
	if len(rest) == 1 {
		return nil, true // cut short, or the closing quote of something
	}
	rest = rest[1:]
	if end := bytes.IndexByte(rest, '"'); end >= 0 {
		rest = rest[:end]
	}
	return rest, true
}

// countsLen reads "1/1/0/0/+3".
func countsLen(b []byte) (count, n int) {
	count, n, _ = lastCount(b)
	return count, n
}

// lastCount is countsLen with the offset of the last count, sign included.
func lastCount(b []byte) (count, n, last int) {
	for {
		last = n
		_, used := signedLen(b[n:])
		if used == 0 {
			return 0, 0, 0
		}
		count++
		n += used
		if n == len(b) || b[n] != '/' || count == 5 {
			return count, n, last
		}
		n++
	}
}
