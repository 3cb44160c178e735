package check

import (
	"context"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"check-haproxy/internal/accesslog"
	"check-haproxy/internal/logsource"
)

// How far is looked back for a line of HAProxy's, and among how many of other
// programs.
const (
	firstLookBack = time.Hour
	lastLookBack  = 8 * 24 * time.Hour
	maxLookBack   = 500_000 // lines
)

// isStreamed says whether the lines come only once: from standard input, a pipe
// or a device.
func (f *LogFlags) isStreamed() bool {
	return slices.ContainsFunc(f.Files, func(path string) bool {
		if path == "-" {
			return true
		}
		info, err := os.Stat(path)
		return err == nil && info.Mode()&(os.ModeNamedPipe|os.ModeCharDevice) != 0
	})
}

// lookBack finds out what the log tells of HAProxy's silence, if it is silent.
// What cannot be found out, or not in half of the time that is left, stays
// unknown: the stretch itself was read. It returns the tags of HAProxy's lines
// before the stretch, if it had to look for one.
func (r reader) lookBack(ctx context.Context, s Stretch, log *Log) (tags map[string]bool) {
	if log.Streamed {
		if !log.Own.IsZero() {
			log.Silence.Lines, log.Silence.Longest = log.Lines.rhythm.silence(log.Own.Add(-s.Baseline))
		}
		return nil
	}
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(end)/2)
		defer cancel()
	}
	if log.Own.IsZero() {
		tags = r.findOwn(ctx, s, log)
	}
	silence := s.At.Sub(log.Own)
	if log.Own.IsZero() || silence < s.Window {
		return tags
	}
	log.Silence = r.silence(ctx, log.Own, s.Baseline)
	if log.Silence.Lines >= silenceLines && silence > silenceFactor*log.Silence.Longest {
		log.Silence.Before = r.silentBefore(ctx, s.At, silence)
	}
	return tags
}

// findOwn looks for HAProxy's newest line before the stretch, in longer and
// longer steps, until it is found, the log ends, or many lines are only other
// programs'. It returns the tags of HAProxy's lines that it has seen.
func (r reader) findOwn(ctx context.Context, s Stretch, log *Log) map[string]bool {
	to, reaches := spanOf(s).From, log.Earliest
	for step := firstLookBack; step <= lastLookBack && log.Searched < maxLookBack && to.After(reaches); step *= 2 {
		lines, report, err := r.peek(ctx, to.Add(-step), to, func(l *Lines) bool { return l.All >= maxLookBack })
		if err != nil {
			return nil
		}
		if lines.newest != 0 {
			log.Own = time.Unix(0, lines.newest)
			return report.tags
		}
		log.Searched += lines.InStretch
		to, reaches = to.Add(-step), report.Earliest
	}
	return nil
}

// silence is how silent HAProxy was before its newest line, for a baseline's
// length.
func (r reader) silence(ctx context.Context, newest time.Time, baseline time.Duration) Silence {
	from := newest.Add(-baseline)
	lines, _, err := read(ctx, r, logsource.Span{From: from, To: newest}, func() *Lines {
		l := NewLines(Stretch{At: newest.Add(1), Window: baseline}, false)
		l.rhythm = newRhythm(from, newest)
		return l
	})
	if err != nil {
		return Silence{}
	}
	var s Silence
	s.Lines, s.Longest = lines.rhythm.silence(from)
	return s
}

// silentBefore says when the log was as silent at this time of the day, or nearly:
// nobody goes home to the minute. It is empty if it was not, or does not reach
// back so far.
func (r reader) silentBefore(ctx context.Context, at time.Time, silence time.Duration) string {
	for _, before := range []struct {
		days int
		text string
	}{{1, "a day ago"}, {7, "seven days ago"}} {
		to := at.AddDate(0, 0, -before.days)
		from := to.Add(-silence * 3 / 4)
		lines, report, err := r.peek(ctx, from, to, func(l *Lines) bool { return l.newest >= from.UnixNano() })
		if err == nil && lines.newest < from.UnixNano() && !report.Earliest.IsZero() && !report.Earliest.After(from) {
			return before.text
		}
	}
	return ""
}

// peek looks at the lines of a span, until a worker has seen enough.
func (r reader) peek(ctx context.Context, from, to time.Time, enough func(*Lines) bool) (*Lines, told, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var stopped atomic.Bool
	seen, report, err := read(ctx, r, logsource.Span{From: from, To: to}, func() *peeked {
		return &peeked{NewLines(Stretch{At: to, Window: to.Sub(from)}, false), func(l *Lines) {
			if enough(l) {
				stopped.Store(true)
				stop()
			}
		}}
	})
	if err != nil && stopped.Load() {
		err = nil
	}
	return seen.lines, report, err
}

// peeked are lines that are looked at until it is enough.
type peeked struct {
	lines *Lines
	see   func(*Lines)
}

func (p *peeked) Add(r *accesslog.Record) {
	p.lines.Add(r)
	p.see(p.lines)
}

func (p *peeked) Merge(other *peeked) { p.lines.Merge(other.lines) }
