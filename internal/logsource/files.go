package logsource

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"check-haproxy/internal/advice"
	"check-haproxy/internal/argument"
	"check-haproxy/internal/sorting"
)

// Files reads log files with their rotated siblings. A pattern is a path, a shell glob, or "-" for stdin; a named pipe or a
// device is read like stdin. Siblings are the names that logrotate makes of a file's: .1, .2.gz, -20261122, -2026112215.gz
// and the like.
//
// The files are opened at once. Each line that was written by then is handed over once, if it belongs to the span,
// whatever rotation does while it is read; see log. A plain file is searched by time; see search. Times need to be in
// order there, give or take a minute. A compressed file is read from its beginning, where its time of change and the first
// line of the next newer file do not rule it out. What is written after the files were opened is not read.
func Files(patterns []string, stdin io.Reader) Source {
	return &files{patterns: patterns, stdin: stdin, hook: func(string) {}}
}

type files struct {
	patterns []string
	stdin    io.Reader
	hook     func(step string) // called between the steps, for tests
}

func (s *files) String() string {
	names := slices.Clone(s.patterns)
	if i := slices.Index(names, "-"); i >= 0 {
		names[i] = "standard input"
	}
	return strings.Join(names, ", ")
}

func (s *files) Read(ctx context.Context, span Span, workers int, clock Clock, handle Handle) (Report, error) {
	return run(ctx, span, workers, clock, handle, s.String(), func(j *job) error {
		logs, streams, err := s.expand()
		if err != nil {
			return err
		}
		if err := s.readLogs(j, logs); err != nil {
			return err
		}
		for _, path := range streams {
			if err := s.readStream(j, path); err != nil {
				return err
			}
		}
		return j.ctx.Err()
	})
}

// expand gives the logs, and the paths of streams, that the patterns name. A log may be there by its siblings alone, in the
// moment between renaming and creating.
func (s *files) expand() (logs []log, streams []string, err error) {
	for _, pattern := range s.patterns {
		if pattern == "-" {
			streams = append(streams, pattern)
			continue
		}
		found, err := named(pattern)
		if err != nil {
			return nil, nil, err
		}
		literal := len(found) == 1 && found[0].path() == filepath.Clean(pattern)
		used := 0
		for _, l := range found {
			info, err := os.Stat(l.path())
			switch {
			case errors.Is(err, fs.ErrNotExist):
				if siblings, _ := l.list(); len(siblings) == 0 {
					continue
				}
				logs = append(logs, l)
			case err != nil:
				return nil, nil, cannotRead(l.path(), err)
			case info.Mode().IsRegular():
				logs = append(logs, l)
			case info.Mode()&(fs.ModeNamedPipe|fs.ModeCharDevice) != 0:
				streams = append(streams, l.path())
			case !literal:
				continue // a directory that the glob happens to match
			case info.IsDir():
				return nil, nil, fmt.Errorf("%s is a directory; name the log file in it, like %s", l.path(), filepath.Join(l.path(), "haproxy.log"))
			default:
				return nil, nil, fmt.Errorf("cannot read %s: %w; name a log file", l.path(), errNotFile)
			}
			used++
		}
		if used == 0 {
			return nil, nil, nothingMatches(pattern)
		}
	}
	sorting.Stable(logs, func(a, b log) int { return strings.Compare(a.path(), b.path()) })
	return slices.Compact(logs), streams, nil
}

// named gives the logs a pattern names. A file that looks like a rotated sibling belongs to the log it comes from, if the
// pattern names that too.
func named(pattern string) ([]log, error) {
	clean := filepath.Clean(pattern)
	dir, name := filepath.Dir(clean), filepath.Base(clean)
	if _, err := os.Lstat(clean); err == nil || !strings.ContainsAny(pattern, `*?[\`) {
		return []log{{dir, name}}, nil
	}
	if _, err := filepath.Match(clean, ""); err != nil {
		return nil, fmt.Errorf("%s is not a file pattern: %w; see glob(7)", argument.Name(pattern), err)
	}
	dirs := []string{dir}
	if strings.ContainsAny(dir, `*?[\`) {
		dirs, _ = filepath.Glob(dir)
	}
	var logs []log
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, cannotRead(dir, err)
		}
		for _, e := range entries {
			if base, ok := baseOf(e.Name(), name); ok {
				logs = append(logs, log{dir, base})
			}
		}
	}
	return logs, nil
}

// baseOf gives the name of the log that a file belongs to, if the pattern matches it.
func baseOf(file, pattern string) (string, bool) {
	for _, stem := range stems(file) {
		if ok, _ := filepath.Match(pattern, stem); ok {
			return stem, true
		}
	}
	ok, _ := filepath.Match(pattern, file)
	return file, ok
}

// part is what is read of one file.
type part struct {
	*logFile
	piece
}

// readLogs opens all logs before it reads any.
func (s *files) readLogs(j *job, logs []log) error {
	from, _ := j.bounds()
	opened := make([][]*logFile, len(logs))
	defer func() {
		for _, files := range opened {
			closeAll(files)
		}
	}()
	for i, l := range logs {
		files, err := l.open(j, from, s.hook)
		if err != nil {
			return cannotRead(l.path(), err)
		}
		if len(files) > 0 && files[0].path != l.path() {
			j.report.Notes = append(j.report.Notes, l.path()+" is not there, only its rotated siblings are; does HAProxy still log to it?")
		}
		for _, others := range opened[:i] {
			files = slices.DeleteFunc(files, func(f *logFile) bool { return f.in(others) })
		}
		opened[i] = files
	}
	for i, l := range logs {
		parts, err := j.plan(l, opened[i])
		if err != nil {
			return err
		}
		s.hook("planned")
		if err := s.readLog(j, l, parts); err != nil {
			return err
		}
	}
	return nil
}

// plan decides what of a log's files, newest first, is read; the result is oldest first. It goes back from file to file until
// the stretch is covered, and not past one that cannot be read.
func (j *job) plan(l log, files []*logFile) ([]part, error) {
	from, to := j.bounds()
	reached := int64(maxTime) // all older files have earlier times only
	var earliest, newest int64
	var parts []part
	for i, f := range files {
		if f.err != nil && i == 0 {
			return nil, cannotRead(f.path, f.err)
		}
		if f.err != nil {
			if reached >= from && !f.quiet {
				j.unread(f.path, cannotRead(f.path, f.err), reached)
			}
			break
		}
		f.stream = j.newStream()
		f.until = reached
		first, settled, dated := f.earliest(j)
		if dated {
			earliest = first
		}
		p := part{f, piece{0, f.size}}
		switch {
		case f.gz && dated && (reached < from || first > to):
			p.to = 0
		case f.gz && dated && f.quiet && f.info.ModTime().UnixNano() >= first-disorder:
			p.to = 0
			newest = max(newest, f.info.ModTime().UnixNano()) // gzip keeps the time of the last line's writing
		case !f.gz:
			search := j.search(f)
			p.from, p.to = search.stretch(from, to)
			last, _ := search.newest(p.to, to)
			newest = max(newest, last)
			if i == 0 || j.report.Changed.IsZero() {
				j.report.age(f.info.ModTime(), search)
			}
		}
		if j.ctx.Err() != nil {
			return nil, j.ctx.Err()
		}
		if p.from < p.to {
			parts = append(parts, p)
		}
		if dated {
			reached = min(reached, settled)
		}
		if reached < from-jump {
			break
		}
	}
	j.report.reaches(earliest, newest)
	j.listed(l, reached, from)
	slices.Reverse(parts)
	return parts, nil
}

// listed tells if siblings could not be looked for and the files that were found do not cover the stretch.
func (j *job) listed(l log, reached, from int64) {
	dir, err := os.Open(l.dir)
	if err == nil {
		dir.Close()
		return
	}
	if reached >= from {
		j.unread(l.dir, fmt.Errorf("rotated siblings of %s cannot be looked for: %w", l.path(), cannotRead(l.dir, err)), reached)
	}
}

// unread notes what could not be read. Its lines are older than until.
func (j *job) unread(path string, reason error, until int64) {
	u := Unread{Path: path, Reason: advice.Whole(reason)}
	if until < maxTime {
		u.Until = time.Unix(0, until)
	}
	j.report.Unread = append(j.report.Unread, u)
}

// readLog hands over the parts of one log, oldest first.
func (s *files) readLog(j *job, l log, parts []part) error {
	late := &lateness{repeats: j.repeats}
	for i, p := range parts {
		s.hook("reading")
		got, err := s.readPart(j, l, p, late)
		if j.ctx.Err() != nil {
			return j.ctx.Err()
		}
		if err != nil {
			return cannotRead(p.path, err)
		}
		j.report.file(p.path, got.bytes)
		j.report.Overlong += got.overlong
		if i == len(parts)-1 && got.unfinished {
			j.report.Unfinished = true
		}
	}
	return nil
}

func (s *files) readPart(j *job, l log, p part, late *lateness) (result, error) {
	if p.gz {
		return j.readZipped(p, late), nil
	}
	late.anew()
	if len(j.repeats) > 0 {
		j.search(p.logFile).repeated(p.piece, late)
	}
	got := j.readPieces(content{p.f, p.size, p.stream, func() bool { s.hook("read"); return p.intact() }}, within(p.data, p.piece), late.turns)
	if got.err != nil || len(got.lost) == 0 {
		return got, got.err
	}
	lost := got.lost
	got.lost = nil
	more, err := j.recover(l, p.logFile, lost, late)
	got.add(more)
	return got, err
}

// readZipped hands over a compressed file. What is behind a damage is noted: it is between the file's last good line and the
// first one of the next newer file.
func (j *job) readZipped(p part, late *lateness) result {
	r, err := p.unzip()
	var got streamed
	if err == nil {
		got, err = j.stream(r, p.stream, nil, late)
	}
	if err != nil && j.ctx.Err() == nil {
		j.unread(p.path, cannotRead(p.path, damaged{err}), p.until)
		if p.until < maxTime {
			j.report.reaches(p.until, 0)
		}
	}
	j.report.reaches(0, got.newest)
	return got.result
}

// readStream hands over standard input, a pipe or a device, to its end. Opening a pipe waits for somebody to write to it.
func (s *files) readStream(j *job, path string) error {
	r, name := s.stdin, "standard input"
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return cannotRead(path, err)
		}
		defer f.Close()
		r, name = f, path
	}
	got, err := j.stream(r, j.newStream(), nil, &lateness{repeats: j.repeats})
	if err != nil {
		return cannotRead(name, err)
	}
	j.report.file(name, got.bytes)
	j.report.Overlong += got.overlong
	j.report.Unfinished = j.report.Unfinished || got.unfinished
	j.report.reaches(got.earliest, got.newest)
	return nil
}
