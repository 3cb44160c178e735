package logsource

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"check-haproxy/internal/advice"
)

// Journal reads what a systemd unit wrote to the journal, through the journalctl program (systemd 234 or newer). A unit's
// name may come without its .service. journalFile, if not empty, is the one journal file to read instead of the system's.
//
// Lines are in journalctl's short-iso-precise form, in UTC, with the time at which journald received them:
// "2026-11-22T15:33:20.123456+0000 lb1 haproxy[28419]: message". Only what the unit's own processes wrote is asked for
// (_SYSTEMD_UNIT), not what systemd says about the unit.
func Journal(unit, journalFile string) Source {
	return &journal{unit: unit, file: journalFile}
}

type journal struct{ unit, file string }

func (s *journal) String() string {
	if s.file != "" {
		return "unit " + s.unit + " in the journal " + s.file
	}
	return "the journal of unit " + s.unit
}

func (s *journal) Read(ctx context.Context, span Span, workers int, clock Clock, handle Handle) (Report, error) {
	return run(ctx, span, workers, clock, handle, s.String(), func(j *job) error {
		field, err := unitField(s.unit)
		if err != nil {
			return err
		}
		program, err := exec.LookPath("journalctl")
		if err != nil {
			return errors.New("cannot read the journal: there is no program journalctl here; read a log file with --file, or a ring of HAProxy's with --ring")
		}
		return s.read(j, program, field)
	})
}

// unitField gives the match for a unit. A name is checked, because it comes from a command line and goes to one.
func unitField(unit string) (string, error) {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@" // systemd.unit(5)
	if unit == "" || len(unit) > 255 || strings.Trim(unit, allowed) != "" {
		return "", fmt.Errorf("%q is not the name of a systemd unit; see systemctl list-units, without patterns", unit)
	}
	for _, kind := range []string{".service", ".scope", ".slice", ".socket", ".mount", ".timer", ".path", ".target"} {
		if strings.HasSuffix(unit, kind) {
			return "_SYSTEMD_UNIT=" + unit, nil
		}
	}
	return "_SYSTEMD_UNIT=" + unit + ".service", nil
}

// read asks for the span, and for the last entry before it: that one tells whether the journal reaches back to the span's
// beginning, and how long ago the unit wrote if it wrote nothing since.
func (s *journal) read(j *job, program, field string) error {
	args := []string{"--quiet", field} // quiet: without lines like "-- Boot … --"
	if !j.span.From.IsZero() {
		args = append(args, "--since="+journalTime(j.span.From))
	}
	if !j.span.To.IsZero() {
		args = append(args, "--until="+journalTime(j.span.To.Add(time.Second)))
	}
	var got streamed
	_, err := s.ask(j, program, args, func(out io.Reader) (err error) {
		got, err = j.stream(out, j.newStream(), nil, &lateness{})
		return err
	})
	if err != nil {
		return err
	}
	j.report.file(s.String(), got.bytes)
	j.report.Overlong += got.overlong
	j.report.reaches(got.earliest, got.newest)
	if j.span.From.IsZero() && got.bytes > 0 {
		return nil
	}

	earlier, complaint, err := s.last(j, program, field)
	if err != nil {
		return err
	}
	if when, ok := j.clock(earlier); ok {
		j.report.Earliest = time.Unix(0, when)
		j.report.reaches(0, when)
	}
	if got.bytes == 0 && len(earlier) == 0 {
		return s.nothing(complaint)
	}
	return nil
}

// last gives the last line before the span, empty if there is none, and what journalctl says about rights: nothing is an
// error to it, so that a journal one may not see looks like an empty one.
func (s *journal) last(j *job, program, field string) (line []byte, complaint string, err error) {
	args := []string{"--lines=1", field}
	if !j.span.From.IsZero() {
		args = append(args, "--until="+journalTime(j.span.From))
	}
	complaint, err = s.ask(j, program, args, func(out io.Reader) error {
		b, err := io.ReadAll(io.LimitReader(out, MaxLine))
		for l := range bytes.Lines(b) {
			if !bytes.HasPrefix(l, []byte("-- ")) { // "-- No entries --", "-- Journal begins at … --"
				line = bytes.TrimSuffix(l, []byte("\n"))
			}
		}
		return err
	})
	return line, complaint, err
}

// ask runs journalctl and lets take read what it says. complaint is what it wrote to its standard error, as far as that is
// worth reading.
func (s *journal) ask(j *job, program string, args []string, take func(io.Reader) error) (complaint string, err error) {
	args = append(args, "--output=short-iso-precise", "--utc", "--all", "--no-pager")
	if s.file != "" {
		args = append(args, "--file="+s.file)
	}
	c := exec.CommandContext(j.ctx, program, args...)
	// Of this program's own environment, which may hold passwords, it needs nothing.
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "SYSTEMD_COLORS=0"}
	c.WaitDelay = grace
	stderr := &start{room: 4 << 10}
	c.Stderr = stderr
	out, err := c.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := c.Start(); err != nil {
		return "", fmt.Errorf("cannot start journalctl: %w", err)
	}
	takeErr := take(out)
	out.Close() // in case it was not read to its end
	waitErr := c.Wait()
	if err := errors.Join(takeErr, waitErr); err != nil {
		return "", s.failed(err, stderr.String())
	}
	return stderr.String(), nil
}

// journalTime is a time as journalctl takes it in any zone and language, rounded down to the second.
func journalTime(t time.Time) string {
	return fmt.Sprintf("@%d", t.Unix())
}

func (s *journal) failed(err error, complaint string) error {
	first, _, _ := strings.Cut(strings.TrimSpace(complaint), "\n")
	switch {
	case noRights(complaint):
		return s.noRights()
	case strings.Contains(complaint, "No such file"), strings.Contains(complaint, "No journal files"):
		where := "the system's journal"
		if s.file != "" {
			where = s.file
		}
		return fmt.Errorf("cannot read %s: there is no journal; check the path, or whether journald keeps one here (journalctl -n 1)", where)
	case first == "":
		return fmt.Errorf("cannot read %s: journalctl: %w", s, err)
	}
	return fmt.Errorf("cannot read %s: journalctl: %s", s, first)
}

func (s *journal) nothing(complaint string) error {
	if noRights(complaint) {
		return s.noRights()
	}
	return fmt.Errorf("there is nothing of unit %s in the journal; check the name (systemctl list-units '*haproxy*') and where HAProxy logs to (its log lines)", s.unit)
}

func noRights(complaint string) bool {
	return strings.Contains(complaint, "insufficient permissions") ||
		strings.Contains(complaint, "not seeing messages") ||
		strings.Contains(complaint, "Permission denied")
}

func (s *journal) noRights() error {
	if s.file != "" {
		return cannotRead(s.file, syscall.EACCES)
	}
	return advice.New("cannot read the journal: permission denied", advice.JoinGroup("systemd-journal"))
}

// start keeps the first bytes of what is written to it.
type start struct {
	strings.Builder
	room int
}

func (s *start) Write(p []byte) (int, error) {
	n := min(len(p), s.room)
	s.room -= n
	s.Builder.Write(p[:n])
	return len(p), nil
}
