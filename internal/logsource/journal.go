package logsource

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"check-haproxy/internal/advice"
	"check-haproxy/internal/argument"
)

// Journal reads what a systemd unit wrote to the journal, through the journalctl program (systemd 234 or newer). A unit's
// name may come without its .service. journalFile, if not empty, is the one journal file, or folder of such files, to read
// instead of the system's.
//
// Lines are in journalctl's short-iso-precise form, in UTC, with the time at which journald received them:
// "2026-11-22T15:33:20.123456+0000 lb1 haproxy[28419]: message". Only what the unit's own processes wrote is asked for
// (_SYSTEMD_UNIT), not what systemd says about the unit, and what journald says about messages that it has dropped.
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
	if unit == "" || len(unit) > 255 || strings.Trim(unit, allowed) != "" || argument.HasSecret(unit) {
		return "", fmt.Errorf("%s is not the name of a systemd unit; see systemctl list-units, without patterns", argument.Name(unit))
	}
	for _, kind := range []string{".service", ".scope", ".slice", ".socket", ".mount", ".timer", ".path", ".target"} {
		if strings.HasSuffix(unit, kind) {
			return "_SYSTEMD_UNIT=" + unit, nil
		}
	}
	return "_SYSTEMD_UNIT=" + unit + ".service", nil
}

// lost is what journald's announcements that it has dropped a unit's messages are found by, beside that unit's own
// (SD_MESSAGE_JOURNAL_DROPPED in systemd's sd-messages.h).
const lost = "MESSAGE_ID=a596d6fe7bfa4994828e72309e95d61e"

// read asks for the span, and for the last entry before it: that one tells whether the journal reaches back to the span's
// beginning, and how long ago the unit wrote if it wrote nothing since.
func (s *journal) read(j *job, program, field string) error {
	since, until := journalTime("--since=", j.span.From), ""
	if !j.span.To.IsZero() {
		until = journalTime("--until=", j.span.To.Add(time.Second))
	}
	var got streamed
	err := s.ask(j, program, []string{field, "+", lost, since, until}, func(out io.Reader) (err error) {
		got, err = j.stream(out, j.newStream(), nil, &lateness{})
		return err
	})
	if err != nil {
		return err
	}
	j.report.file(s.String(), got.bytes)
	j.report.Overlong += got.overlong
	j.report.reaches(got.earliest, got.newest)

	earlier, err := s.one(j, program, field, journalTime("--until=", j.span.From))
	if err != nil {
		return err
	}
	if len(earlier) > 0 && j.span.From.IsZero() {
		return nil
	}
	if when, ok := j.clock(earlier); ok {
		j.report.Earliest = time.Unix(0, when)
		j.report.reaches(0, when)
		return nil
	}
	within, err := s.one(j, program, field, since, until)
	if err == nil && len(within) == 0 {
		err = s.nothing(j, program, field)
	}
	return err
}

// one gives one line, the last one if no beginning is asked for; empty if there is none.
func (s *journal) one(j *job, program string, args ...string) (line []byte, err error) {
	err = s.ask(j, program, append(args, "--lines=1"), func(out io.Reader) error {
		b, err := io.ReadAll(io.LimitReader(out, MaxLine))
		for l := range bytes.Lines(b) {
			line = bytes.TrimSuffix(l, []byte("\n"))
		}
		return err
	})
	return line, err
}

// ask runs journalctl and lets take read what it says. It may succeed without its answer being whole: it leaves out files that
// it cannot read, says so on its standard error, and exits with 0. While files are being rotated that happens with good ones
// (systemd issue 40053), so it is asked once more; what it says then is a complaint.
func (s *journal) ask(j *job, program string, args []string, take func(io.Reader) error) error {
	again, err := s.askOnce(j, program, args, true, take)
	if !again {
		return err
	}
	select {
	case <-j.ctx.Done():
		return j.ctx.Err()
	case <-time.After(rotating):
	}
	_, err = s.askOnce(j, program, args, false, take)
	return err
}

// rotating is how long journald may take to put a new file in the place of a full one.
const rotating = 200 * time.Millisecond

// askOnce runs journalctl. again: it complained before it said anything, and take was not called.
func (s *journal) askOnce(j *job, program string, args []string, first bool, take func(io.Reader) error) (again bool, err error) {
	ctx, stop := context.WithCancel(j.ctx)
	defer stop()
	c := s.command(ctx, program, args)
	heard, stderr, err := listen()
	if err != nil {
		return false, err
	}
	c.Stderr = stderr
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	stderr.Close()
	if err != nil {
		heard.stop()
		return false, fmt.Errorf("cannot start journalctl: %w", err)
	}
	said := bufio.NewReader(out)
	_, _ = said.Peek(1) // it opens its files, and complains of them, before it says anything
	again = first && heard.now() != ""
	var takeErr error
	if again {
		stop()
	} else {
		takeErr = take(said)
	}
	out.Close() // in case it was not read to its end
	waitErr := c.Wait()
	complaint := heard.stop()
	switch {
	case again:
		return true, nil
	case takeErr != nil || waitErr != nil:
		return false, s.failed(errors.Join(takeErr, waitErr), complaint)
	}
	j.report.complain(complaint)
	return false, nil
}

// command is a call of journalctl. Of this program's own environment, which may hold passwords, it needs nothing.
func (s *journal) command(ctx context.Context, program string, args []string) *exec.Cmd {
	args = append(args, "--quiet", "--output=short-iso-precise", "--utc", "--all", "--no-pager") // quiet: without lines like "-- Boot … --"
	if s.file != "" {
		args = append(args, s.place())
	}
	args = slices.DeleteFunc(args, func(arg string) bool { return arg == "" })
	c := exec.CommandContext(ctx, program, args...)
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "SYSTEMD_COLORS=0"}
	c.WaitDelay = grace
	return c
}

// place names the journal that is read, a file or a folder of files.
func (s *journal) place() string {
	if info, err := os.Stat(s.file); err == nil && info.IsDir() {
		return "--directory=" + s.file
	}
	return "--file=" + s.file
}

// complain keeps the first complaint.
func (r *Report) complain(complaint string) {
	if r.Complaint == "" {
		r.Complaint, _, _ = strings.Cut(complaint, "\n")
	}
}

// journalTime is a bound as journalctl takes it in any zone and language, rounded down to the second; empty for none.
func journalTime(flag string, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return fmt.Sprintf("%s@%d", flag, t.Unix())
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

// nothing is the error of a journal without a line of the unit's. To journalctl that is none, and a journal that one may not
// see looks like an empty one; without --quiet it gives a hint.
func (s *journal) nothing(j *job, program, field string) error {
	c := s.command(j.ctx, program, []string{field, "--lines=1"})
	c.Args = slices.DeleteFunc(c.Args, func(arg string) bool { return arg == "--quiet" })
	stderr := &start{room: maxComplaint}
	c.Stderr = stderr
	_ = c.Run()
	if noRights(stderr.String()) {
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
