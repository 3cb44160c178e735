package check

import (
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/rs/zerolog"

	"check-haproxy/internal/accesslog"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/logsource"
)

// maxWorkers bounds the goroutines that read at once, and with them the memory:
// each has blocks of its own.
const maxWorkers = 8

// Source returns the log that the flags name. Endpoints are the HAProxys to ask,
// for --ring.
func (f *LogFlags) Source(stdin io.Reader, endpoints func() ([]endpoint.Endpoint, error)) (logsource.Source, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	switch {
	case f.Journal != "":
		return logsource.Journal(f.Journal, f.JournalFile), nil
	case f.Ring != "":
		return f.ring(endpoints)
	case len(f.Files) > 0:
		return logsource.Files(f.Files, stdin), nil
	default:
		return logsource.Files([]string{DefaultFile}, stdin), nil
	}
}

// ring returns HAProxy's own ring, which is asked for over its stats socket.
func (f *LogFlags) ring(endpoints func() ([]endpoint.Endpoint, error)) (logsource.Source, error) {
	places, err := endpoints()
	if err != nil {
		return nil, err
	}
	if len(places) != 1 {
		return nil, errors.New("--ring reads one HAProxy's ring; name its one stats socket with --socket")
	}
	return logsource.Ring(f.Ring, func(ctx context.Context) (net.Conn, error) {
		return places[0].Dial(ctx)
	}), nil
}

// Counter counts the lines of a log. Each goroutine that reads has its own;
// Merge brings them together.
type Counter[C any] interface {
	Add(*accesslog.Record)
	Merge(C)
}

// BoundMemory has what was read collected in time for a check that reads a log to
// stay under 32 MiB, with 20,000 sections too. It costs nothing if there are few.
func BoundMemory() { debug.SetMemoryLimit(24 << 20) }

// ReadLog reads a stretch of the log and counts its lines. If HAProxy has written
// nothing of late, it reads what is needed to know whether that is usual.
func ReadLog[C Counter[C]](ctx context.Context, f *LogFlags, source logsource.Source, stretch Stretch, newCounter func() C) (C, Log, error) {
	var none C
	found, err := f.formats()
	if err != nil {
		return none, Log{}, err
	}
	r := reader{f: f, source: source, options: accesslog.Options{Location: f.Timezone.Location(), Now: stretch.At, Formats: found.Formats, Details: f.Details}}
	streamed := f.isStreamed()
	began := time.Now()
	span := spanOf(stretch)
	if f.At == "" {
		span.To = time.Time{} // lines from later than now tell of another clock
	}
	together := r
	if !streamed && !f.ResponseTimes { // a rhythm is of single lines, and an answer has its own time
		together.options.Periods = stretch.periods()
	}
	counted, report, err := read(ctx, together, span, func() *both[C] {
		lines := NewLines(stretch, f.At == "")
		if streamed {
			lines.rhythm = newRhythm(stretch.From().Add(-stretch.Baseline), stretch.At)
		}
		return &both[C]{lines, newCounter()}
	})
	if err != nil {
		return none, Log{}, err
	}
	zerolog.Ctx(ctx).Debug().Stringer("log", source).Int64("bytes", report.Bytes).Time("earliest", report.Earliest).Time("newest", report.Newest).
		Dur("milliseconds", time.Since(began)).Msg("read")
	log := logOf(report.Report, counted.lines)
	log.Live, log.Streamed = f.At == "", streamed
	log.Losses, log.LeftOut, log.Partial, log.Serving = report.losses, found.LeftOut, found.Partial, found.Serving
	before := r.lookBack(ctx, stretch, &log)
	log.Lines.attribute(func(tag string) bool { return report.tags[tag] || before[tag] })
	return counted.counter, log, nil
}

// both counts what the lines tell of the log and what they tell of requests.
type both[C Counter[C]] struct {
	lines   *Lines
	counter C
}

func (b *both[C]) Add(r *accesslog.Record) {
	b.lines.Add(r)
	b.counter.Add(r)
}

func (b *both[C]) Merge(other *both[C]) {
	b.lines.Merge(other.lines)
	b.counter.Merge(other.counter)
}

// reader reads stretches of one log.
type reader struct {
	f       *LogFlags
	source  logsource.Source
	options accesslog.Options
}

// read counts the lines of a span, with as many workers as there are processors;
// after an error those that were read until then.
func read[C Counter[C]](ctx context.Context, r reader, span logsource.Span, newCounter func() C) (C, told, error) {
	span.Location = r.options.Location
	workers := min(runtime.GOMAXPROCS(0), maxWorkers)
	counters, visits := make([]C, workers), make([]func(*accesslog.Record), workers)
	for i := range workers {
		counters[i] = newCounter()
		visits[i] = counters[i].Add
	}
	reading := accesslog.NewReading(r.options, visits)
	report, err := r.source.Read(ctx, span, workers, accesslog.New(r.options).WrittenAt, func(worker int, c logsource.Chunk) {
		reading.Piece(worker, accesslog.Piece(c))
	})
	losses, tags := reading.Close()
	for _, other := range counters[1:] {
		counters[0].Merge(other)
	}
	return counters[0], told{report, losses, tags}, err
}

// told is what reading a log tells beside its lines.
type told struct {
	logsource.Report
	losses []accesslog.Loss
	tags   map[string]bool // of HAProxy's lines
}

// spanOf is what has to be read: the stretch, and if the baseline is shorter
// than the window, enough to see whether the log reaches back one window before
// it.
func spanOf(s Stretch) logsource.Span {
	return logsource.Span{From: s.Begin().Add(-max(s.Baseline, s.Window)), To: s.At}
}

func logOf(report logsource.Report, lines *Lines) Log {
	log := Log{
		Lines: lines, Earliest: report.Earliest, Newest: report.Newest,
		Changed: report.Changed, Last: report.Last, Doubted: report.Complaint,
		Overlong: uint64(report.Overlong), Notes: report.Notes,
	}
	if lines.newest != 0 {
		log.Own = time.Unix(0, lines.newest)
	}
	if log.Own.After(log.Newest) {
		log.Newest = log.Own
	}
	for _, unread := range report.Unread {
		log.Unread = append(log.Unread, Unread{Reason: unread.Reason, Until: unread.Until})
	}
	return log
}
