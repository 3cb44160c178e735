package nosrv

import "check-haproxy/internal/check/kinds"

// Kind is why a request met no server, as far as the log line tells.
type Kind uint8

// The kinds, in the order in which output lists them.
const (
	NoServer    Kind = iota // no usable server in the backend
	NoBackend               // no rule took the request: the section is the frontend's own name
	Queue                   // gave up waiting for a slot (maxconn)
	Resource                // HAProxy itself ran out of memory, ports or sockets
	Internal                // an error inside HAProxy
	Intercepted             // HAProxy answered itself: redirect, deny, return, Lua, tarpit
	Client                  // the client left or sent rubbish
	Killed                  // the session was killed by an admin or by HAProxy
	Other                   // the rest; "--" above all: dispatch, an early log-steps line
)

// Names are the kinds' names as --count, the text and the JSON have them.
func (Kind) Names() []string {
	return []string{"no-server", "no-backend", "queue", "resource", "internal", "intercepted", "client", "killed", "other"}
}

// String returns the kind's name.
func (k Kind) String() string { return k.Names()[k] }

// MarshalText is String, for JSON.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// KindOf reads the kind out of the first two characters of the termination
// state: the first says who ended the session, the second in which phase
// (HAProxy configuration manual, 8.5 "Session state at disconnection"). They
// are the same in HTTP's four-character form and in TCP's two. It is meant for
// lines without a server: with one, the same flags tell another story. It does
// not know NoBackend, which has the flags of NoServer.
//
// Q in second place goes before all: whoever ended it (CQ, KQ, sQ), the request
// had been waiting for a slot.
func KindOf(flags [2]byte) Kind {
	first, second := flags[0], flags[1]
	switch {
	case second == 'Q':
		return Queue
	case (first == 'S' || first == 's') && second == 'C':
		return NoServer
	case first == 'R', first == 'P' && second == 'C':
		return Resource
	case first == 'I':
		return Internal
	case first == 'L', first == 'P':
		return Intercepted
	case first == 'C', first == 'c':
		return Client
	case first == 'K', first == 'D', first == 'U':
		return Killed
	default:
		return Other
	}
}

// KindSet is a set of kinds; it can be a flag ("no-server,queue").
type KindSet = kinds.Set[Kind]

// Counts is a number for each kind.
type Counts = kinds.Counts[Kind]

// DefaultKinds are the kinds that count as trouble if nothing else is said:
// those in which a client wanted a server and HAProxy had none to give.
var DefaultKinds = kinds.Of(NoServer, NoBackend, Queue, Resource, Internal)
