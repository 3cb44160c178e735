package accesslog

import "bytes"

// readMessage recognises what HAProxy says of itself: a Transition, another
// Message, or Unreadable for what it does not say. The patterns are the
// send_log, ha_warning and ha_alert calls of HAProxy 1.4 to 3.5.
func readMessage(text []byte, rec *Record, m *moment) Class {
	if hasAnyPrefix(text, others) {
		return Message
	}
	class := readOwnMessage(text, rec, m)
	rec.Own, rec.loose = class != Unreadable, class == Message
	return class
}

func readOwnMessage(text []byte, rec *Record, m *moment) Class {
	if n := stderrLen(text); n > 0 {
		if class := readOwnMessage(text[n:], rec, m); class != Unreadable {
			return class
		}
		return Message
	}
	if class := readTransition(text, rec); class != Unreadable {
		return class
	}
	switch {
	case hasAnyPrefix(text, connections):
		return Connection
	case isOwn(text, rec):
		return Message
	}
	return readConnectionError(text, rec, m)
}

// stderrLen is the length of what stands before a message on HAProxy's standard
// error, which a journal or a container's log holds, else 0 (print_message in its
// errors.c):
//
//	[WARNING]  (31) : Server be/s1 is DOWN, reason: …
//	[ALERT] 325/140732 (4711) : backend be has no server available!
func stderrLen(text []byte) int {
	if !hasAnyPrefix(text, severities) {
		return 0
	}
	head, _, found := bytes.Cut(text[:min(len(text), 64)], []byte(" : "))
	if !found {
		return 0
	}
	return len(head) + len(" : ")
}

// severities begin what goes to standard error, and from there into the journal.
var severities = []string{"[NOTICE]", "[WARNING]", "[ALERT]", "[DIAG]", "[INFO]", "[DEBUG]"}

// connections begin the lines of frontends without a log format (frontend.c).
var connections = []string{"Connect from ", "Connect to unix:"}

// others begin what systemd and journalctl say of HAProxy's unit, and a syslog
// daemon's counting.
var others = []string{
	"Starting haproxy", "Started haproxy", "Stopping haproxy", "Stopped haproxy", "Reloading haproxy", "Reloaded haproxy",
	"Starting HAProxy", "Started HAProxy", "Stopping HAProxy", "Stopped HAProxy", "Reloading HAProxy", "Reloaded HAProxy",
	"haproxy.service: ", "-- Boot ", "-- Reboot --", "-- Logs begin ", "-- Journal begins ", "-- No entries --",
	"last message repeated ",
}

// readTransition reads "Server backend/server is DOWN, reason: …" and its kin
// (_srv_update_status_op and _srv_update_status_adm in HAProxy's server.c):
//
//	Server b/s is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms. 0 active …
//	Server b/s is UP/READY (leaving forced maintenance).
//	Server b/s ('host') is DOWN/READY (resolves again).
//	Server b/s is going DOWN for maintenance (DNS NX status). 1 active …
//	Server b/s was DOWN and now enters maintenance.
//	Server b/s enters drain state. 0 active …
//	Backup Server b/s is UP, reason: …
func readTransition(text []byte, rec *Record) Class {
	rest := bytes.TrimPrefix(text, []byte("Backup "))
	if !bytes.HasPrefix(rest, []byte("Server ")) {
		return Unreadable
	}
	rest = rest[len("Server "):]
	who := tokenAt(rest)
	slash := bytes.IndexByte(who, '/')
	if slash < 0 || !isName(who[:slash]) || !isName(who[slash+1:]) {
		return Unreadable
	}
	rest = rest[len(who)+1:]
	if bytes.HasPrefix(rest, []byte("('")) { // its host name
		end := bytes.Index(rest, []byte("') "))
		if end < 0 {
			return Unreadable
		}
		rest = rest[end+3:]
	}
	change, ok := readState(rest)
	if !ok {
		if hasAnyPrefix(rest, stills) {
			rec.Backend = who[:slash]
			return Message
		}
		return Unreadable
	}
	change.Backend, change.Server = string(who[:slash]), string(who[slash+1:])
	rec.Change = change
	rec.Backend, rec.Server = who[:slash], who[slash+1:]
	return Transition
}

// states are the words after the server's name that change what it is; the
// longer beginnings come first. reason is the word for a change whose words
// give none.
var states = [...]struct {
	words  string
	up     bool
	reason string
}{
	{"is UP/READY", true, ""},
	{"is UP/DRAIN", false, "drain"},
	{"is DOWN/READY", false, ""},
	{"is DOWN/DRAIN", false, "drain"},
	{"is UP", true, ""},
	{"is DOWN for maintenance", false, "maintenance"}, // 1.4
	{"is DOWN", false, ""},
	{"is going DOWN for maintenance", false, "maintenance"},
	{"was DOWN and now enters maintenance", false, "maintenance"},
	{"is stopping", false, "stopping"},
	{"enters drain state", false, "drain"},
}

// readState reads the words after the server's name.
func readState(b []byte) (c Change, ok bool) {
	for _, s := range states {
		rest, found := bytes.CutPrefix(b, []byte(s.words))
		if !found || len(rest) > 0 && bytes.IndexByte([]byte(" ,."), rest[0]) < 0 {
			continue
		}
		c.Up = s.up
		c.Reason, c.Info, c.Via = readReason(rest)
		if s.reason != "" {
			c.Reason, c.Info = s.reason, c.Reason
		}
		return c, true
	}
	return c, false
}

// readReason reads why, in any of the ways HAProxy says it:
//
//	, reason: Layer7 wrong status, code: 500, info: "Internal Server Error", check duration: 1ms. …
//	, changed from CLI. …
//	 (DNS NX status). …
//	 via backend/server. …
func readReason(b []byte) (reason, info, via string) {
	if why, ok := bytes.CutPrefix(b, []byte(", reason: ")); ok {
		end := runTo(why, ",.")
		reason, b = string(why[:end]), why[end:]
		if code, ok := bytes.CutPrefix(b, []byte(", code: ")); ok {
			b = code[runTo(code, ","):]
		}
		if said, ok := bytes.CutPrefix(b, []byte(`, info: "`)); ok {
			info = string(said[:runTo(said, `"`)])
		}
		return reason, info, ""
	}
	if remark, ok := bytes.CutPrefix(b, []byte(" (")); ok {
		return string(bytes.TrimSpace(remark[:runTo(remark, ")")])), "", ""
	}
	if remark, ok := bytes.CutPrefix(b, []byte(", ")); ok {
		return string(remark[:runTo(remark, ".")]), "", ""
	}
	if via, ok := bytes.CutPrefix(b, []byte(" via ")); ok {
		end := runTo(via, " ")
		return "", "", string(bytes.TrimSuffix(via[:end], []byte(".")))
	}
	return "", "", ""
}

// runTo is the length of the run before the first of stops, or of all of b, and
// at most maxRemark.
func runTo(b []byte, stops string) int {
	b = b[:min(len(b), maxRemark)]
	if n := bytes.IndexAny(b, stops); n >= 0 {
		return n
	}
	return len(b)
}

const maxRemark = 512

// stills begin news of a server that leave its state as it was.
var stills = []string{
	"administratively READY", "is leaving forced", "remains in ", "resolves again but",
}

// ofServers begin what is said of checks (option log-health-checks, check.c), and
// was in 1.4; a server follows, or "server" or "backup server" and its name.
var ofServers = []string{
	"Health check for ", "Agent check for ", "External check for ", "Health analyze for ",
	"Load-balancing on Server ", "Load-balancing on Backup Server ",
}

// ownPrefixes begin HAProxy's other messages, by subject.
var ownPrefixes = []string{
	// life and death of proxies and processes (proxy.c, listener.c, haproxy.c, mworker.c)
	"SIGHUP: ", "SIGHUP received", "SIGUSR1 received", "SIGUSR2 received", "SIGTERM received",
	"Scheduling a soft-stop", "Some tasks resisted", "Some proxies refused", "soft-stop running for too long", "Grace period expired",
	"A worker process", "New worker", "New program", "Former worker", "Former program", "Current worker", "Initializing new worker",
	"Loading success", "Exiting Master", "Reexecuting Master", "All workers exited", "A bogus ",
	// sockets (proto_tcp.c, sock.c)
	"Cannot bind to ", "Cannot set ", "cannot disable a reverse", "Connect() failed for ", "Bind on socket ", "Permission error on QUIC",
	"preconnect ", "socket(): ", "Not enough memory process_", "Not enough Memory process_",
	// rules, tables, filters, Lua, DNS, certificates
	"Blocking cacheable cookie", "Internal error: ", "Vars: ", "stick table: ", "SPOE: ", "WURFL: ", "DNS : ",
	"acme: ", "<OCSP-UPDATE> ", "haproxy: openssl ", "could not generate a query id", "can not build the query", "can't find server ",
	"Applet '", "backend ID mismatch", "backend name mismatch", "In backend '",
	// without a message's usual beginning (errors.c)
	"[NOTICE]", "[WARNING]", "[ALERT]", "[DIAG]", "[INFO]", "[DEBUG]",
}

// named are messages with a proxy's name after their first words.
var named = []string{
	"Proxy ",
	"Pausing proxy ", "Pausing frontend ", "Pausing backend ", "Pausing listen ",
	"Paused proxy ", "Paused frontend ", "Paused backend ", "Paused listen ",
	"Resumed proxy ", "Resumed frontend ", "Resumed backend ", "Resumed listen ",
	"Enabling proxy ", "Enabling frontend ", "Enabling backend ", "Enabling listen ",
	"Stopping proxy ", "Stopping frontend ", "Stopping backend ", "Stopping listen ",
}

// isOwn recognises the messages that begin with a word of their own, and those
// that begin with a name, and notes the proxy that they speak of:
//
//	Health check for server v2/v2Elb failed, reason: …
//	Proxy v2 stopped (cumulated conns: FE: 0, BE: 12).
//	backend v2 has no server available!
//	backend v2 failed to enter pause mode.
//	v2/v2Elb changed its IP from 10.0.0.1 to 10.0.0.2 by DNS additional record.
//	v2/v2Elb: IP changed from '10.0.0.1' to '10.0.0.2' by 'DNS cache'.
func isOwn(text []byte, rec *Record) bool {
	for _, words := range ofServers {
		if rest, ok := bytes.CutPrefix(text, []byte(words)); ok {
			rest = bytes.TrimPrefix(rest, []byte("backup "))
			rec.nameBackend(bytes.TrimPrefix(rest, []byte("server ")))
			return true
		}
	}
	if hasAnyPrefix(text, ownPrefixes) {
		return true
	}
	for _, words := range named {
		if rest, ok := bytes.CutPrefix(text, []byte(words)); ok {
			name := bytes.TrimSuffix(firstWord(rest), []byte("."))
			rec.Backend = name
			return isProxyName(name)
		}
	}
	first := tokenAt(text)
	if bytes.Equal(first, []byte("Port")) {
		return bytes.Contains(text[:min(len(text), maxRemark)], []byte(" busy while trying to enable "))
	}
	if len(first) == 0 || !isHostToken(first) {
		return false
	}
	rest := text[len(first)+1:]
	if hasAnyPrefix(rest, []string{"changed its IP ", "changed its FQDN ", "changed its port ", "IP changed from ", "port changed from "}) {
		rec.nameBackend(first)
		return true
	}
	name := tokenAt(rest)
	if len(name) == 0 || !isName(first) || !hasAnyPrefix(rest[len(name)+1:], []string{"has no server available!", "failed to enter "}) {
		return false
	}
	rec.Backend = bytes.Trim(name, "'") // quoted on standard error
	return isName(rec.Backend)
}

// nameBackend notes the backend of a server, "backend/server" with more behind.
func (r *Record) nameBackend(server []byte) {
	if n := nameLen(server); n < len(server) && server[n] == '/' {
		r.Backend = server[:n]
	}
}

// firstWord is the text before the first blank, all of it if there is none.
func firstWord(b []byte) []byte { return b[:runTo(b, " ")] }

// readConnectionError recognises the line of a connection that never became a
// request (HAProxy manual 8.2.5):
//
//	client [accept date] frontend/listener: Connection error during SSL handshake
//
// What names a backend without a server behind that is a request in a format of
// the operator's own, of which no more is known.
func readConnectionError(text []byte, rec *Record, m *moment) Class {
	rest := readClientAndDate(text, m)
	if rest == nil {
		return Unreadable
	}
	where := tokenAt(rest)
	slash := bytes.IndexByte(where, '/')
	if slash <= 0 || where[len(where)-1] != ':' {
		return Unreadable
	}
	backend, _, found := bytes.Cut(rest[len(where):], []byte("/<NOSRV>"))
	if !found {
		return Message
	}
	rec.Frontend = bytes.TrimSuffix(where[:slash], []byte("~"))
	rec.Backend = backend[bytes.LastIndexByte(backend, ' ')+1:]
	rec.Server, rec.NoServer = []byte("<NOSRV>"), true
	return HalfRead
}

func hasAnyPrefix(b []byte, prefixes []string) bool {
	for _, p := range prefixes {
		if hasPrefix(b, p) {
			return true
		}
	}
	return false
}

func hasPrefix(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && string(b[:len(prefix)]) == prefix
}
