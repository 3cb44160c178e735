package errors

import (
	"time"

	"check-haproxy/internal/accesslog"
	"check-haproxy/internal/check/kinds"
	"check-haproxy/internal/diagnosis"
)

// Kind is how a server spoiled a request.
type Kind uint8

// The kinds, in the order in which output lists them. A request has one, the
// first that holds.
const (
	Connect     Kind = iota // no connection to the server came about
	Response                // the server broke off, or what it sent is no HTTP
	Timeout                 // the server did not answer in time; counters have this in Response
	ServerError             // the server answered 5xx
	Slow                    // the server needed longer than --slow to answer
	Retry                   // it took more than one attempt
	Abort                   // the client left while the server was at work
	none        Kind = 255
)

// Names are the kinds' names, as --count, the text and the JSON have them.
func (Kind) Names() []string {
	return []string{"connect", "response", "timeout", "server-error", "slow", "retry", "abort"}
}

// String is the kind's name.
func (k Kind) String() string { return k.Names()[k] }

// KindSet is a set of kinds; it can be a flag ("connect,response").
type KindSet = kinds.Set[Kind]

// Counts is a number for each kind.
type Counts = kinds.Counts[Kind]

// The kinds that count if nothing else is said. Without HTTP, and after a change
// of protocol (101), an idle session ends with a timeout and a closing server
// looks like a broken response, so that nothing but connections counts.
var (
	defaultKinds     = kinds.Of(Connect, Response, Timeout, ServerError, Slow)
	defaultTunnelled = kinds.Of(Connect)
)

// Causes of the kinds.
var causes = [...]diagnosis.Cause{
	Connect: diagnosis.ConnectFailed, Response: diagnosis.ResponseFailed, Timeout: diagnosis.ResponseTimeout, ServerError: diagnosis.ServerErrors,
	Slow: diagnosis.SlowResponse, Retry: diagnosis.Retries, Abort: diagnosis.ClientAborts,
}

// Counting says what is counted.
type Counting struct {
	Kinds KindSet // of requests in HTTP
	// Tunnelled are the kinds of connections in TCP mode and of requests that
	// changed the protocol (101). Others are no kind there.
	Tunnelled KindSet
	Slow      time.Duration // that an answer may take; 0: any time
}

// CountingOf returns what is counted: some kinds, or what counts by default.
func CountingOf(given KindSet, slow time.Duration) Counting {
	c := Counting{Kinds: given, Tunnelled: given, Slow: slow}
	if given == 0 {
		c.Kinds, c.Tunnelled = defaultKinds, defaultTunnelled
	}
	return c
}

// of is which kinds count.
func (c Counting) of(isTunnel bool) KindSet {
	if isTunnel {
		return c.Tunnelled
	}
	return c.Kinds
}

// kindOf reads the kind out of a line with a server (HAProxy configuration
// manual, 8.5 "Session state at disconnection"); none if the server did well.
func (c *Counting) kindOf(r *accesslog.Record) Kind {
	kind := failureOf(r)
	switch d := &r.Details; {
	case kind != none:
	case c.Slow > 0 && time.Duration(d.ResponseTime)*time.Millisecond > c.Slow:
		kind = Slow
	case r.Flags == [2]byte{'-', '-'} && (d.Retries > 0 || d.Redispatched):
		kind = Retry
	case r.Flags[0] == 'C' && (r.Flags[1] == 'D' || r.Flags[1] == 'H' || r.Flags[1] == 'C'):
		kind = Abort
	}
	if kind != none && isTunnel(r) && !c.Tunnelled.Has(kind) {
		return none // it looks like one, but is how a tunnel ends
	}
	return kind
}

// isTunnel says whether there is no HTTP, or none any more.
func isTunnel(r *accesslog.Record) bool { return r.Details.TCP || r.Status == 101 }

// failureOf is the kind of a request that failed.
func failureOf(r *accesslog.Record) Kind {
	switch r.Flags {
	case [2]byte{'S', 'C'}, [2]byte{'s', 'C'}:
		return Connect
	case [2]byte{'S', 'H'}, [2]byte{'S', 'D'}, [2]byte{'P', 'H'}, [2]byte{'P', 'D'}:
		return Response
	case [2]byte{'s', 'H'}, [2]byte{'s', 'D'}:
		return Timeout
	}
	// The server has sent a status if the session ended during the data, or in
	// good order; otherwise HAProxy made it up.
	if r.Status >= 500 && (r.Flags[1] == 'D' || r.Flags[1] == 'L' || r.Flags == [2]byte{'-', '-'}) {
		return ServerError
	}
	return none
}
