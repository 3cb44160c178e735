package nosrv

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is why a request met no server, as far as the log line tells.
type Kind uint8

// The kinds, in the order in which output lists them.
const (
	NoServer    Kind = iota // no usable server in the backend, or no backend: section = frontend
	Queue                   // gave up waiting for a slot (maxconn)
	Resource                // HAProxy itself ran out of memory, ports or sockets
	Internal                // an error inside HAProxy
	Intercepted             // HAProxy answered itself: redirect, deny, return, Lua, tarpit
	Client                  // the client left or sent rubbish
	Killed                  // the session was killed by an admin or by HAProxy
	Other                   // the rest; "--" above all: dispatch, an early log-steps line
	kinds
)

var kindNames = [kinds]string{"no-server", "queue", "resource", "internal", "intercepted", "client", "killed", "other"}

// Kinds lists all kinds in their order.
func Kinds() []Kind {
	list := make([]Kind, kinds)
	for k := range list {
		list[k] = Kind(k)
	}
	return list
}

// String returns the kind's name as --count, the text and the JSON have it.
func (k Kind) String() string { return kindNames[k] }

// MarshalText is String, for JSON.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// KindOf reads the kind out of the first two characters of the termination
// state: the first says who ended the session, the second in which phase
// (HAProxy configuration manual, 8.5 "Session state at disconnection"). They
// are the same in HTTP's four-character form and in TCP's two. It is meant for
// lines without a server: with one, the same flags tell another story.
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
type KindSet uint16

// DefaultKinds are the kinds that count as trouble where nothing else is said:
// those where a client wanted a server and HAProxy had none to give.
const DefaultKinds = KindSet(1<<NoServer | 1<<Queue | 1<<Resource | 1<<Internal)

const allKinds = KindSet(1<<kinds - 1)

// Has says whether the kind is in the set.
func (s KindSet) Has(k Kind) bool { return s&(1<<k) != 0 }

// String lists the kinds, separated by commas.
func (s KindSet) String() string {
	var names []string
	for _, k := range Kinds() {
		if s.Has(k) {
			names = append(names, k.String())
		}
	}
	return strings.Join(names, ",")
}

// MarshalText is String, for the help text.
func (s KindSet) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a comma list of kinds.
func (s *KindSet) UnmarshalText(text []byte) error {
	var set KindSet
	for name := range strings.SplitSeq(string(text), ",") {
		k := slices.Index(kindNames[:], strings.TrimSpace(name))
		if k < 0 {
			return fmt.Errorf("%q is not a kind; use a comma list of %s", name, strings.Join(kindNames[:], ", "))
		}
		set |= 1 << k
	}
	*s = set
	return nil
}

// Counts is a number for each kind.
type Counts [kinds]uint64

// Of sums up the kinds of a set.
func (c Counts) Of(set KindSet) uint64 {
	var sum uint64
	for k, n := range c {
		if set.Has(Kind(k)) {
			sum += n
		}
	}
	return sum
}

// Total sums up all kinds.
func (c Counts) Total() uint64 { return c.Of(allKinds) }

// only leaves the kinds of a set.
func (c Counts) only(set KindSet) Counts {
	for k := range c {
		if !set.Has(Kind(k)) {
			c[k] = 0
		}
	}
	return c
}

func (c *Counts) add(other Counts) {
	for k, n := range other {
		c[k] += n
	}
}

// String lists the kinds that are not zero: "no-server 37, queue 2".
func (c Counts) String() string {
	var parts []string
	for k, n := range c {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", Kind(k), n))
		}
	}
	return strings.Join(parts, ", ")
}

// MarshalJSON writes {"no-server": 37, …} with every kind, in their order, so
// that a reader finds each where it looks.
func (c Counts) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for k, n := range c {
		if k > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, "%q:%d", Kind(k), n)
	}
	return append(b, '}'), nil
}
