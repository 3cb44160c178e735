package endpoint

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"check-haproxy/internal/advice"
	"check-haproxy/internal/haproxy"
)

// explainDial says why a stats socket cannot be connected to, and what to try.
func (s socket) explainDial(ctx context.Context, err error) error {
	f := &Failure{doing: "cannot connect to " + s.shown(), cause: err}
	switch {
	case timedOut(ctx, err) && !errors.Is(err, syscall.EAGAIN):
		f.Reach, f.trouble = Unreachable, trouble{"timed out", "is HAProxy too busy to take connections, or a firewall in between?"}
	case s.network == "unix":
		f.Reach, f.trouble = ofUnix(s.address, err)
	default:
		f.Reach, f.trouble = ofNetwork(err)
	}
	return f
}

// ofUnix explains why a Unix socket cannot be connected to.
func ofUnix(path string, err error) (Reach, trouble) {
	switch {
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		owner, try := advice.Denied(path, advice.Connect)
		return Reached, trouble{"permission denied, " + owner, try}
	case errors.Is(err, syscall.ENOENT), errors.Is(err, syscall.ENOTDIR):
		return Unreachable, trouble{"there is no such file", "is HAProxy running, and is this the path of a \"stats socket\" line in its global section?"}
	case errors.Is(err, syscall.ECONNREFUSED):
		if info, statErr := os.Stat(path); statErr == nil && info.Mode().Type() != fs.ModeSocket {
			return Reached, trouble{"it is not a socket", "give the path of a \"stats socket\" line, or --stats-file for a saved answer"}
		}
		return Refused, trouble{"nobody listens on it", "HAProxy is not running, or was started anew with another socket"}
	case errors.Is(err, syscall.EAGAIN):
		return Unreachable, trouble{"its queue is full of connections that HAProxy does not take", "is HAProxy stuck, or do others ask it without end?"}
	case errors.Is(err, syscall.EINVAL) && len(path) > 100:
		return Reached, trouble{"the path is too long for a socket", ""}
	}
	return ofNetwork(err)
}

// noMatch says why a glob found no socket among so many files.
func noMatch(glob string, files int) error {
	f := &Failure{Reach: Unreachable, doing: "cannot find a stats socket at " + glob}
	dir := filepath.Dir(glob)
	for strings.ContainsAny(dir, `*?[\`) {
		dir = filepath.Dir(dir)
	}
	_, err := os.ReadDir(dir)
	switch {
	case files > 0:
		f.trouble = trouble{fmt.Sprintf("it matches %d files, but none is a socket", files), "is HAProxy running?"}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		denied := advice.CannotRead(dir, err)
		f.Reach, f.trouble = Reached, trouble{denied.Error(), denied.Advice()}
	default:
		f.trouble = trouble{"it matches nothing", "is HAProxy running, and is this where the \"stats socket\" lines of its global section put sockets?"}
	}
	return f
}

// explainAnswer says what is wrong with the answer to a command, and what to
// try. Came is how many bytes there were.
func (p process) explainAnswer(ctx context.Context, command string, err error, came int64) error {
	f := &Failure{doing: fmt.Sprintf("cannot get %q from %s", command, p.shown()), cause: err}
	f.Reach, f.trouble = ofAnswer(ctx, err, came)
	return f
}

func ofAnswer(ctx context.Context, err error, came int64) (Reach, trouble) {
	var refused *haproxy.Refused
	switch {
	case timedOut(ctx, err) && came == 0:
		return Unreachable, trouble{"timed out without an answer", "is HAProxy stuck, or is this not a stats socket?"}
	case timedOut(ctx, err):
		return Reached, trouble{fmt.Sprintf("timed out after %d bytes of the answer", came), "raise --timeout, or find out why HAProxy is slow"}
	case errors.Is(err, haproxy.ErrPermission):
		return Reached, trouble{"permission denied by HAProxy", "give the \"stats socket\" line a higher level (level user, or operator)"}
	case errors.Is(err, haproxy.ErrUnknownCommand):
		return Reached, trouble{"HAProxy does not know this command", "is it the stats socket of HAProxy 1.5 or newer?"}
	case errors.Is(err, haproxy.ErrHTTP):
		return Reached, trouble{"an HTTP server answers there, this is not a stats socket", "a stats page is asked with --url"}
	case errors.Is(err, haproxy.ErrEmpty), isReset(err):
		return Reached, trouble{fmt.Sprintf("the connection was closed after %d bytes", came), "is this HAProxy's stats socket, and are there too many connections to it (stats maxconn)?"}
	case errors.Is(err, haproxy.ErrCutShort):
		return Reached, trouble{err.Error(), "try again, and see whether HAProxy was restarted"}
	case errors.As(err, &refused):
		return Reached, trouble{refused.Error(), "is this a stats socket?"}
	case isAnswerError(err):
		return Reached, trouble{err.Error(), "try again, and report it if it stays so"}
	}
	return ofNetwork(err)
}
