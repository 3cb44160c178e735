package endpoint

import (
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/rs/zerolog"

	"check-haproxy/internal/advice"
	"check-haproxy/internal/haproxy"
)

// socket is a stats socket, or a master CLI.
type socket struct {
	network string // as package net has it: "unix", "tcp", "tcp4" or "tcp6"
	address string
}

// shown is the address for a person: an abstract one as haproxy.cfg has it.
func (s socket) shown() string {
	if name, ok := strings.CutPrefix(s.address, "@"); ok && s.network == "unix" {
		return "abns@" + strings.TrimRight(name, "\x00")
	}
	return s.address
}

// fromAnywhere is the address as it holds in every folder.
func (s socket) fromAnywhere() string {
	shown := s.shown()
	if s.network == "unix" && shown == s.address {
		if path, err := filepath.Abs(s.address); err == nil {
			return path
		}
	}
	return shown
}

// Dial connects to a stats socket, for a command of the caller's own. On another
// kind of endpoint, and if it fails, the error is a sentence.
func (e Endpoint) Dial(ctx context.Context) (net.Conn, error) {
	switch s := e.source.(type) {
	case socket:
		return s.dial(ctx)
	case failed:
		return nil, s.err
	}
	return nil, advice.New(e.Name+" is not a stats socket", "name one with --socket")
}

func (s socket) dial(ctx context.Context) (net.Conn, error) {
	var d net.Dialer
	var full error // the queue was
	for {
		conn, err := d.DialContext(ctx, s.network, s.address)
		if err == nil {
			return conn, nil
		}
		switch {
		case errors.Is(err, syscall.EAGAIN):
		case full != nil && timedOut(ctx, err):
			return nil, s.explainDial(ctx, full)
		default:
			return nil, s.explainDial(ctx, err)
		}
		full = err
		// Many ask at once: a Unix socket whose queue is full does not wait.
		select {
		case <-time.After(queuePause):
		case <-ctx.Done():
			return nil, s.explainDial(ctx, err)
		}
	}
}

// queuePause is how long to wait for a place in the queue of a Unix socket.
const queuePause = 5 * time.Millisecond

// ask asks the process behind the socket, and again while HAProxy may be
// reloading.
func (s socket) ask(ctx context.Context, q Query) []Answer {
	patience := newPatience(ctx)
	for {
		if answers := s.askOnce(ctx, q); !patience.again(ctx, answers) {
			return answers
		}
	}
}

// askOnce asks the process behind the socket. If it does not know "show stat" it
// is taken for a master CLI: all its workers that serve are asked.
func (s socket) askOnce(ctx context.Context, q Query) []Answer {
	answer := process{socket: s}.ask(ctx, q)
	if errors.Is(answer.Err, haproxy.ErrUnknownCommand) {
		return s.askWorkers(ctx, q)
	}
	return []Answer{answer}
}

// process is one HAProxy process that takes commands: the socket's own, or a
// worker behind a master CLI.
type process struct {
	socket
	prefix string          // "@!1271 " for a worker
	reader *haproxy.Reader // to read one answer after the other with; nil for a new one each
}

// isLocal says whether the socket is on this machine.
func (s socket) isLocal() bool {
	host, _, err := net.SplitHostPort(s.address)
	if s.network == "unix" || err != nil || host == "localhost" {
		return true
	}
	return net.ParseIP(host).IsLoopback()
}

// request is one command and what reads its answer.
type request struct {
	command string
	read    func(r *haproxy.Reader) error
}

// exchange sends the commands on one line, over a connection of their own, and
// reads the answers up to the first error.
func (p process) exchange(ctx context.Context, requests ...request) error {
	conn, err := p.dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Now()) })
	defer stop()

	commands := make([]string, len(requests))
	for i, r := range requests {
		commands[i] = p.prefix + r.command
	}
	zerolog.Ctx(ctx).Debug().Str("socket", p.shown()).Strs("commands", commands).Msg("sending")
	// An error in writing shows in reading, too, and before it may come what
	// the other side had to say.
	_, _ = io.WriteString(conn, strings.Join(commands, ";")+"\n")
	// A master CLI keeps the connection open unless it sees that no more comes.
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	came := &counter{r: conn}
	answers := p.reader
	if answers == nil {
		answers = haproxy.NewReader(came)
	} else {
		answers.Reset(came)
	}
	for _, r := range requests {
		if err := r.read(answers); err != nil {
			return p.explainAnswer(ctx, r.command, err, came.n)
		}
	}
	return nil
}

// counter counts the bytes that came.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
