package check

import (
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"slices"
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
		conn, err := places[0].Dial(ctx)
		if err != nil {
			return nil, Unreachable{err}
		}
		return conn, nil
	}), nil
}

// Unreachable is an error of HAProxy's socket, not of the log: --unreachable
// speaks of it.
type Unreachable struct{ error }

// Unwrap returns what is wrong with the socket.
func (u Unreachable) Unwrap() error { return u.error }

// Counter counts the lines of a log. Each goroutine that reads has its own;
// Merge brings them together.
type Counter[C any] interface {
	Add(*accesslog.Record)
	Merge(C)
}

// ReadLog reads a stretch of the log and counts its lines.
func ReadLog[C Counter[C]](ctx context.Context, f *LogFlags, source logsource.Source, stretch Stretch, newCounter func() C) (C, Log, error) {
	var none C
	formats, err := f.formats()
	if err != nil {
		return none, Log{}, err
	}
	options := accesslog.Options{Location: f.Timezone.Location(), Now: stretch.At, Formats: formats}
	workers := min(runtime.GOMAXPROCS(0), maxWorkers)
	counters, visits := make([]C, workers), make([]func(*accesslog.Record), workers)
	for i := range workers {
		counters[i] = newCounter()
		visits[i] = counters[i].Add
	}
	reading := accesslog.NewReading(options, visits)
	began := time.Now()
	report, err := source.Read(ctx, spanOf(stretch, f.Timezone.Location()), workers, accesslog.New(options).WrittenAt, func(worker int, c logsource.Chunk) {
		reading.Piece(worker, accesslog.Piece(c))
	})
	if err != nil {
		return none, Log{}, err
	}
	reading.Close()
	zerolog.Ctx(ctx).Debug().Stringer("log", source).Int64("bytes", report.Bytes).Time("earliest", report.Earliest).Time("newest", report.Newest).
		Dur("milliseconds", time.Since(began)).Msg("read")
	for _, other := range counters[1:] {
		counters[0].Merge(other)
	}
	return counters[0], logOf(report), nil
}

// spanOf is what has to be read: the stretch, and where the baseline is shorter
// than the window, enough to see whether the log reaches back one window before
// it.
func spanOf(s Stretch, location *time.Location) logsource.Span {
	return logsource.Span{From: s.Begin().Add(-max(s.Baseline, s.Window)), To: s.At, Location: location}
}

func logOf(report logsource.Report) Log {
	log := Log{
		Earliest: report.Earliest, Newest: report.Newest,
		Overlong: uint64(report.Overlong), Notes: report.Notes,
	}
	for _, unread := range report.Unread {
		log.Unread = append(log.Unread, Unread{
			Reason: unread.Reason,
			Within: slices.ContainsFunc(report.Files, func(f logsource.File) bool { return f.Path == unread.Path }),
		})
	}
	return log
}
