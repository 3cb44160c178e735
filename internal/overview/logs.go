package overview

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"check-haproxy/internal/accesslog"
	"check-haproxy/internal/advice"
	"check-haproxy/internal/check"
	spoiled "check-haproxy/internal/check/errors"
	"check-haproxy/internal/check/nosrv"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/logsource"
	"check-haproxy/internal/overview/picture"
	"check-haproxy/internal/panics"
)

// logRead is the log as it was read last.
type logRead struct {
	stretch check.Stretch
	counted logCounter
	log     check.Log
	outcome *nosrv.Outcome // what check_haproxy_nosrv says of it
	errors  []spoiled.Section
	err     error
	next    time.Time // it is read again from then on
}

// share is how much of the time reading a log may take: an hour of a busy one
// takes longer than statistics, and those are asked every two seconds.
const share = 20

// chooseLog takes the usual log if none is named and all that is asked is a
// socket of this machine, and says so if it may not be read.
func (l *looker) chooseLog() {
	if l.List != "" || l.Given() || !l.asksThisMachine() {
		return
	}
	file, err := os.Open(l.usualLog)
	if err != nil {
		l.notes = append(l.notes, unread(advice.CannotRead(l.usualLog, err)))
		return
	}
	_ = file.Close()
	l.Files, l.usual = []string{l.usualLog}, true
}

// unread says why the usual log is not read.
func unread(err error) string {
	return fmt.Sprintf("no log is read: %s; -f, --journal or --ring names another", advice.Whole(err))
}

// asksThisMachine says whether only stats sockets with a path are asked.
func (l *looker) asksThisMachine() bool {
	remote := func(socket string) bool { return !strings.Contains(socket, "/") }
	return len(l.URL) == 0 && l.Hostname == "" && l.StatsFile == "" && !slices.ContainsFunc(l.Socket, remote)
}

// startReading reads the log, if there is one to read, while the statistics are
// asked; the channel is nil if there is none. An error is one in the arguments.
func (l *looker) startReading(ctx context.Context, now time.Time) (<-chan logRead, error) {
	if !l.Given() || l.List != "" {
		return nil, nil
	}
	if now.Before(l.log.next) {
		return ready(l.log), nil
	}
	stretch, err := l.Stretch(now)
	if err != nil {
		return nil, err
	}
	source, err := l.Source(l.stdin, func() ([]endpoint.Endpoint, error) { return l.Endpoints(l.stdin, os.Getenv) })
	if err != nil {
		return nil, err
	}
	answer := make(chan logRead, 1)
	go func() {
		r := logRead{stretch: stretch}
		defer func() { answer <- r }()
		defer panics.Catch(&r.err)
		began := time.Now()
		r.counted, r.log, r.err = l.count(ctx, source, stretch)
		r.next = now.Add(share * time.Since(began))
	}()
	return answer, nil
}

// logCounter counts for two checks at once.
type logCounter struct {
	nosrv  *nosrv.Counter
	errors *spoiled.Counter
}

// Add counts one line.
func (c logCounter) Add(r *accesslog.Record) {
	c.nosrv.Add(r)
	c.errors.Add(r)
}

// Merge adds what another has counted.
func (c logCounter) Merge(other logCounter) {
	c.nosrv.Merge(other.nosrv)
	c.errors.Merge(other.errors)
}

// count reads the log for both checks.
func (l *looker) count(ctx context.Context, source logsource.Source, stretch check.Stretch) (logCounter, check.Log, error) {
	flags := l.LogFlags
	flags.Details = true
	return check.ReadLog(ctx, &flags, source, stretch, func() logCounter {
		return logCounter{
			nosrv.NewCounter(stretch, l.Count, l.Filter),
			spoiled.NewCounter(stretch, spoiled.Defaults().Counting, func(section string) bool { return l.Filter.Selects(section) }),
		}
	})
}

func ready(r logRead) <-chan logRead {
	answer := make(chan logRead, 1)
	answer <- r
	return answer
}

// addLog judges the log as check_haproxy_nosrv does with the statistics beside
// it.
func (l *looker) addLog(facts *picture.Facts, reading <-chan logRead) {
	if reading == nil {
		return
	}
	l.log = <-reading
	if l.log.err != nil {
		l.cannotReadLog(facts, l.log.err)
		return
	}
	if l.log.outcome == nil {
		l.log.judge(facts, l.StatsFile != "")
	}
	if outcome := l.log.outcome; len(outcome.Sections) == 0 && len(outcome.Doubts) > 0 {
		l.cannotReadLog(facts, errors.New(outcome.Doubts[0].String()))
		return
	}
	facts.Log, facts.Errors, facts.LogCommand = l.log.outcome, l.log.errors, l.logCommand()
}

// cannotReadLog: of a log that was named it is a failure, of the usual one it is
// to be known.
func (l *looker) cannotReadLog(facts *picture.Facts, err error) {
	if !l.usual {
		facts.Failures = append(facts.Failures, advice.Whole(err))
		return
	}
	facts.Notes = append(facts.Notes, unread(err))
}

// judge has the checks judge what was read.
func (r *logRead) judge(facts *picture.Facts, saved bool) {
	options := nosrv.Defaults()
	if len(facts.Processes) > 0 {
		at := nosrv.AskedAt(r.stretch, facts.At, saved)
		options.Facts = nosrv.Facts(facts.Frontends, facts.Backends, facts.Names, at)
	}
	r.outcome = nosrv.Judge(r.counted.nosrv, r.log, options)
	for _, tally := range r.counted.errors.Tallies(r.log.Covered(r.stretch)) {
		r.errors = append(r.errors, spoiled.Judge(tally, spoiled.Defaults()))
	}
}

// isHarmless says whether a word needs no quoting in a shell, a glob aside, which
// it may expand.
func isHarmless(word string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./*?@:%+=,-"
	return word != "" && strings.Trim(word, letters) == ""
}

// logCommand prints the newest of the log's lines in a shell; empty if the
// flags name nothing that one can simply print.
func (f *flags) logCommand() string {
	switch {
	case f.At != "" || f.JournalFile != "":
		return ""
	case isHarmless(f.Journal):
		return fmt.Sprintf("journalctl -o cat -u %s --since -%.0fmin", f.Journal, time.Duration(f.Window).Minutes())
	case f.Ring != "" && len(f.Socket) == 1 && isHarmless(f.Ring+f.Socket[0]):
		return fmt.Sprintf("echo 'show events %s' | socat stdio %s", f.Ring, f.Socket[0])
	case len(f.Files) == 1 && f.Files[0] != "-" && isHarmless(f.Files[0]):
		return "tail -n 10000 " + f.Files[0]
	default:
		return ""
	}
}
