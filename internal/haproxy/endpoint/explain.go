package endpoint

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"check-haproxy/internal/haproxy"
)

// explained is an error in an operator's words. Its cause can be asked for.
type explained struct {
	text  string
	cause error
}

func (e *explained) Error() string { return e.text }
func (e *explained) Unwrap() error { return e.cause }

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

// explainDial says why a stats socket cannot be connected to, and what to try.
func (s socket) explainDial(ctx context.Context, err error) error {
	why := ""
	switch {
	case timedOut(ctx, err):
		why = "timed out; is HAProxy too busy to take connections, or a firewall in between?"
	case s.network == "unix":
		why = whyUnix(s.address, err)
	default:
		why = whyNetwork(err)
	}
	return &explained{fmt.Sprintf("cannot connect to %s: %s", s.address, why), err}
}

// whyNetwork explains an error of a TCP connection.
func whyNetwork(err error) string {
	var name *net.DNSError
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		return fmt.Sprintf("the name %s does not resolve; check its spelling and this host's resolver", name.Name)
	case errors.As(err, &name):
		return fmt.Sprintf("the name %s cannot be resolved: %s; check this host's resolver", name.Name, name.Err)
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused; is HAProxy running, and does it listen on this port?"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "there is no route to this host; check the address and the network"
	case isReset(err):
		return "the other side broke the connection off; is this the right port?"
	}
	return innermost(err)
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

// whyUnix explains why a Unix socket cannot be connected to.
func whyUnix(path string, err error) string {
	switch {
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return whyDenied(path)
	case errors.Is(err, syscall.ENOENT), errors.Is(err, syscall.ENOTDIR):
		return "there is no such file; is HAProxy running, and is this the path of a \"stats socket\" line in its global section?"
	case errors.Is(err, syscall.ECONNREFUSED):
		if info, statErr := os.Stat(path); statErr == nil && info.Mode().Type() != fs.ModeSocket {
			return "it is not a socket; give the path of a \"stats socket\" line, or --stats-file for a saved answer"
		}
		return "nobody listens on it; HAProxy is not running, or was started anew with another socket"
	case errors.Is(err, syscall.EAGAIN):
		return "too many connections are waiting on it; is HAProxy stuck?"
	case errors.Is(err, syscall.EINVAL) && len(path) > 100:
		return "the path is too long for a socket"
	}
	return innermost(err)
}

// whyDenied tells who may use the socket, and what would let this user.
func whyDenied(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return "permission denied: " + whyHidden(path)
	}
	owner, group, mode := ownership(info)
	text := fmt.Sprintf("permission denied: it belongs to user %s and group %s with mode %03o", owner, group, mode)
	if mode&0o020 != 0 && group != "root" {
		return fmt.Sprintf("%s; add the monitoring user to group %s (and restart what runs the check), or open it with \"stats socket %s mode 666 level user\" in haproxy.cfg", text, group, path)
	}
	return fmt.Sprintf("%s; open it in haproxy.cfg, for all with \"stats socket %s mode 666 level user\", or for a group with \"… mode 660 group GROUP level user\"", text, path)
}

// whyHidden finds the directory that must not be looked into.
func whyHidden(path string) string {
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil && dir != filepath.Dir(dir) {
			continue
		}
		if err != nil {
			return "its directory must not be searched"
		}
		owner, group, mode := ownership(info)
		text := fmt.Sprintf("its directory %s belongs to user %s and group %s with mode %03o", dir, owner, group, mode)
		if mode&0o010 != 0 && group != "root" {
			return fmt.Sprintf("%s; add the monitoring user to group %s, or put the socket elsewhere", text, group)
		}
		return fmt.Sprintf("%s; let the monitoring user search it (chmod o+x %s), or put the socket elsewhere", text, dir)
	}
}

// ownership is who owns a file, by name where there is one.
func ownership(info fs.FileInfo) (owner, group string, mode fs.FileMode) {
	owner, group, mode = "?", "?", info.Mode().Perm()
	system, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return owner, group, mode
	}
	owner, group = strconv.Itoa(int(system.Uid)), strconv.Itoa(int(system.Gid))
	if u, err := user.LookupId(owner); err == nil {
		owner = u.Username
	}
	if g, err := user.LookupGroupId(group); err == nil {
		group = g.Name
	}
	return owner, group, mode
}

// explainNoMatch says why a glob found no socket among so many files.
func explainNoMatch(glob string, files int) error {
	if files > 0 {
		return fmt.Errorf("--socket %s matches %d files, but none is a socket; is HAProxy running?", glob, files)
	}
	dir := filepath.Dir(glob)
	for strings.ContainsAny(dir, `*?[\`) {
		dir = filepath.Dir(dir)
	}
	if _, err := os.ReadDir(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot look for --socket %s: %w; let the monitoring user read %s", glob, reason(err), dir)
	}
	return fmt.Errorf("--socket %s matches nothing; is HAProxy running, and is this where the \"stats socket\" lines of its global section put sockets?", glob)
}

// explainAnswer says what is wrong with the answer to a command, and what to
// try. Came is how many bytes there were.
func (p process) explainAnswer(ctx context.Context, command string, err error, came int64) error {
	return &explained{fmt.Sprintf("cannot get %q from %s: %s", command, p.address, p.whyAnswer(ctx, err, came)), err}
}

func (p process) whyAnswer(ctx context.Context, err error, came int64) string {
	var refused *haproxy.Refused
	switch {
	case timedOut(ctx, err) && came == 0:
		return "timed out without an answer; is HAProxy stuck, or is this not a stats socket?"
	case timedOut(ctx, err):
		return fmt.Sprintf("timed out after %d bytes of the answer; raise --timeout, or find out why HAProxy is slow", came)
	case errors.Is(err, haproxy.ErrPermission):
		return "permission denied by HAProxy; give the \"stats socket\" line a higher level (level user, or operator)"
	case errors.Is(err, haproxy.ErrUnknownCommand):
		return "HAProxy does not know this command; is it the stats socket of HAProxy 1.5 or newer?"
	case errors.Is(err, haproxy.ErrHTTP):
		return "an HTTP server answers there: this is not a stats socket; a stats page is asked with --url"
	case errors.Is(err, haproxy.ErrEmpty), isReset(err):
		return fmt.Sprintf("the connection was closed after %d bytes; is this HAProxy's stats socket, and are there too many connections to it (stats maxconn)?", came)
	case errors.Is(err, haproxy.ErrCutShort):
		return err.Error() + "; try again, and see whether HAProxy was restarted"
	case errors.As(err, &refused):
		return refused.Error() + "; is this a stats socket?"
	case isAnswerError(err):
		return err.Error() + "; try again, and report it where it stays so"
	}
	return whyNetwork(err)
}
