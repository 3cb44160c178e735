package logsource

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"check-haproxy/internal/argument"
)

// Dial opens a connection to a stats socket on which HAProxy takes a command at once, and closes after its answer.
type Dial func(ctx context.Context) (net.Conn, error)

// Ring reads one of HAProxy's own log rings ("ring NAME" in its configuration, "log ring@NAME"), as "show events NAME" shows
// it (management guide 9.3; since HAProxy 2.2 for rings with a name, user level is not enough). It takes what is in the ring
// and never waits for more. A ring forgets its oldest lines: the report's Earliest tells how far it reaches back.
func Ring(name string, dial Dial) Source {
	return &ring{name, dial}
}

type ring struct {
	name string
	dial Dial
}

func (s *ring) String() string { return "the ring " + s.name }

func (s *ring) Read(ctx context.Context, span Span, workers int, clock Clock, handle Handle) (Report, error) {
	return run(ctx, span, workers, clock, handle, s.String(), func(j *job) error {
		if s.name == "" || strings.ContainsFunc(s.name, notOfAName) {
			return fmt.Errorf("%s is not the name of a ring; see the ring sections of haproxy.cfg, or show events on the socket", argument.Name(s.name))
		}
		conn, err := s.dial(j.ctx)
		if err != nil {
			return err
		}
		defer conn.Close()
		defer context.AfterFunc(j.ctx, func() { conn.Close() })()
		return s.read(j, conn)
	})
}

// notOfAName finds what would end or change the command on a socket. Section names are made of letters, digits and "-_.:"
// (configuration manual, chapter 4).
func notOfAName(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.:", r)
}

func (s *ring) read(j *job, conn net.Conn) error {
	if _, err := fmt.Fprintf(conn, "show events %s\n", s.name); err != nil {
		return fmt.Errorf("cannot read %s: %w", s, err)
	}
	answer := bufio.NewReaderSize(conn, 4<<10)
	if err := s.refusal(answer); err != nil {
		return err
	}
	end := &ending{r: answer}
	got, err := j.stream(end, j.newStream(), nil, &lateness{repeats: j.repeats})
	if err != nil {
		return fmt.Errorf("cannot read %s: %w", s, err)
	}
	if !end.complete() {
		return fmt.Errorf("cannot read %s: the answer was cut short after %d bytes; try again", s, got.bytes)
	}
	j.report.file(s.String(), got.bytes)
	j.report.Overlong += got.overlong
	j.report.reaches(got.earliest, got.newest)
	return nil
}

// refusal recognises the answers that are no lines of a log. Each is a line of its own and the whole of the answer, where a
// ring's line has at least a time or an address before such words.
func (s *ring) refusal(answer *bufio.Reader) error {
	first, err := answer.Peek(1)
	if len(first) == 0 {
		if err == io.EOF {
			return fmt.Errorf("cannot read %s: HAProxy closed the connection without an answer; is this its stats socket?", s)
		}
		return fmt.Errorf("cannot read %s: %w", s, err)
	}
	line, _ := answer.Peek(answer.Buffered())
	line, _, _ = bytes.Cut(line, []byte("\n"))
	switch text := string(line); {
	case strings.HasPrefix(text, "Permission denied"):
		return fmt.Errorf("cannot read %s: permission denied by HAProxy; give the stats socket level operator or admin", s)
	case strings.HasPrefix(text, "No such event sink"):
		return fmt.Errorf("HAProxy has no ring %s; show events on the socket lists those it has", s.name)
	case strings.HasPrefix(text, "Unknown command"), strings.HasPrefix(text, "unknown option"):
		return errors.New("this HAProxy cannot show rings (show events NAME, since 2.2); read a log file or the journal")
	}
	return nil
}

// ending remembers the last two bytes of an answer: a complete one ends with an empty line.
type ending struct {
	r    io.Reader
	last [2]byte
}

func (e *ending) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	for _, b := range p[max(0, n-2):n] {
		e.last[0], e.last[1] = e.last[1], b
	}
	return n, err
}

func (e *ending) complete() bool {
	return e.last == [2]byte{'\n', '\n'} || e.last == [2]byte{0, '\n'}
}
