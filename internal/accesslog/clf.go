package accesslog

import "bytes"

// readCLF reads the text of option httplog clf and option tcplog clf
// (clf_http_log_format and clf_tcp_log_format in HAProxy's log.c):
//
//	client - - [date] "request" status bytes "" "" port ms "frontend" "backend" "server" 0 0 0 0 0 flags …
//
// The request cannot hold a quote (HAProxy writes #22), so what follows it is
// HAProxy's own.
func (p *Parser) readCLF(text []byte, rec *Record, m *moment) Class {
	client := tokenAt(text)
	rest := text[len(client):]
	if len(client) == 0 || !bytes.HasPrefix(rest, []byte(" - - [")) {
		return Unreadable
	}
	rest = rest[6:]
	if len(rest) < zonedLen+3 || string(rest[zonedLen:zonedLen+3]) != `] "` {
		return Unreadable
	}
	if m.accepted, m.known = readZoned(rest); !m.known {
		return Unreadable
	}
	date := rest
	rest = rest[zonedLen+3:]
	quote := bytes.IndexByte(rest, '"')
	if quote < 0 || quote+1 >= len(rest) || rest[quote+1] != ' ' {
		return Unreadable
	}
	request := rest[:quote]
	status, rest := readInt(rest[quote+2:])
	_, rest = readInt(rest) // bytes
	if !bytes.HasPrefix(rest, []byte(`"" "" `)) {
		return Unreadable
	}
	port, rest := readPort(rest[6:])
	ms, rest := readInt(rest)
	if frontend, after := readQuoted(rest); after != nil {
		rec.Frontend, rest = bytes.TrimSuffix(frontend, []byte("~")), after
	}
	rec.Backend, rest = readQuoted(rest)
	rec.Server, rest = readQuoted(rest)
	if rest == nil || !isProxyName(rec.Frontend) || !isName(rec.Backend) || serverLen(rec.Server) != len(rec.Server) {
		return Unreadable
	}
	if port > 0 {
		m.identity = identity{tail(client) ^ uint64(port)<<32, load(date, 12) ^ uint64(ms)}
	}
	tcp := string(request) == "TCP "
	if tcp {
		status = -1
	}
	rec.Status = -1
	rec.NoServer = isNoServer(rec.Server)
	flags, connected, ok := readCLFTimers(rest, ms, tcp, m)
	switch {
	case !rec.NoServer && p.details && ok:
		readCLFDetails(request, status, rest, flags, rec)
	case !rec.NoServer:
	case !ok || readFlags(flags, rec, 4) != Request:
		return HalfRead
	default:
		rec.Status, rec.Request = status, request
	}
	if rec.isEarlyStep(tcp, connected) {
		return Message
	}
	return Request
}

// readCLFTimers reads the five numbers before the flags. The total is the fifth
// of HTTP's TR Tw Tc Tr Ta, and the fourth of TCP's Th Tw Tc Tt and upload size.
// The date has seconds only; the milliseconds stand in a field of their own.
func readCLFTimers(rest []byte, ms int, tcp bool, m *moment) (flags []byte, connected, ok bool) {
	if ms > 0 && ms < 1000 {
		m.accepted.nano = ms * 1_000_000
	}
	for i := range 5 {
		var v int
		if v, rest = readInt(rest); rest == nil {
			return nil, false, false
		}
		if i == 2 {
			connected = v >= 0
		}
		if tcp && i == 3 || !tcp && i == 4 {
			m.lasted = int64(max(v, 0))
		}
	}
	return rest, connected, true
}

// readPort reads the client's port, which is "" if HAProxy knows no address.
func readPort(b []byte) (int, []byte) {
	if bytes.HasPrefix(b, []byte(`"" `)) {
		return -1, b[3:]
	}
	return readInt(b)
}

// readQuoted reads `"name" `; rest is nil if b does not begin so.
func readQuoted(b []byte) (name, rest []byte) {
	if len(b) < 3 || b[0] != '"' {
		return nil, nil
	}
	end := bytes.IndexByte(b[1:min(len(b), maxToken)], '"')
	if end < 0 || end+2 >= len(b) || b[end+2] != ' ' {
		return nil, nil
	}
	return b[1 : end+1], b[end+3:]
}
