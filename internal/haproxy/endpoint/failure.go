package endpoint

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"

	"check-haproxy/internal/advice"
)

// Reach is how far a question came that got no answer to trust.
type Reach int

// How far a question came.
const (
	Reached     Reach = iota // somebody or something was there; it gave no answer to trust, or may not be asked
	Unreachable              // nothing could be reached: no route, no such socket, no sign of life in time
	Refused                  // nobody listens there
)

// Failure is why there is no answer to trust. Its text is a sentence, "cannot
// connect to /run/haproxy/admin.sock: nobody listens on it".
type Failure struct {
	Reach Reach
	doing string // "cannot connect to /run/haproxy/admin.sock"
	trouble
	cause error
}

// trouble is what is wrong, in words that can follow a name, and what to try.
type trouble struct{ what, try string }

func (f *Failure) Error() string { return f.doing + ": " + f.what }

// Trouble is the sentence without what was tried on whom.
func (f *Failure) Trouble() string { return f.what }

// Advice is what to try.
func (f *Failure) Advice() string { return f.try }

// Unwrap is the cause.
func (f *Failure) Unwrap() error { return f.cause }

// isReset says whether the other side broke the connection off.
func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// isAnswerError says whether the error is one of an answer's content, not of the
// network.
func isAnswerError(err error) bool {
	var network net.Error
	var system syscall.Errno
	return !errors.As(err, &network) && !errors.As(err, &system)
}

// timedOut says whether time was up. A connection's deadline may pass a moment
// before the context it comes from ends.
func timedOut(ctx context.Context, err error) bool {
	var network net.Error
	return ctx.Err() != nil || errors.As(err, &network) && network.Timeout()
}

// ofNetwork explains an error of a connection over TCP, or of this machine.
func ofNetwork(err error) (Reach, trouble) {
	var name *net.DNSError
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		return Unreachable, trouble{fmt.Sprintf("the name %s does not resolve", name.Name), "check its spelling and this host's resolver"}
	case errors.As(err, &name):
		return Unreachable, trouble{fmt.Sprintf("the name %s cannot be resolved: %s", name.Name, name.Err), "check this host's resolver"}
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused, trouble{"connection refused, nobody listens on this port", "is HAProxy running, and does it listen there?"}
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return Unreachable, trouble{"there is no route to this host", "check the address and the network"}
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return Reached, trouble{"this plugin cannot open a connection: too many open files", advice.TooManyFiles}
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return Reached, trouble{"this machine has no local port left for a connection", "see which connections take them all (ss -s)"}
	case isReset(err):
		return Reached, trouble{"the other side broke the connection off", "is this the right port?"}
	}
	return Reached, trouble{innermost(err), ""}
}

// innermost is the text of the cause, without the addresses that the net
// package puts around it.
func innermost(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}
