package logsource

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

const (
	// disorder is how far a line may lag behind the lines before it: HAProxy's threads and syslog's queues hand lines on
	// nearly, not exactly, in the order of their times.
	disorder = int64(time.Minute)

	// grace is how long Read waits, when ctx has ended, for its own goroutines to notice. One that is stuck in a system call
	// is left behind.
	grace = 50 * time.Millisecond
)

// job is one Read: what is asked, who is to be handed the lines, and the report as it grows.
type job struct {
	ctx     context.Context
	cancel  context.CancelFunc
	span    Span
	workers int
	clock   Clock
	handle  Handle
	repeats []repeat
	streams int // numbered so far

	// gate is held for reading during each call of handle, so that closing it means that none runs and none begins.
	gate   sync.RWMutex
	closed bool

	report Report
}

// run does a Read: body in a goroutine of its own, so that Read returns when ctx ends whatever body is blocked in. A panic in
// any goroutine comes out here, in the caller's.
func run(ctx context.Context, span Span, workers int, clock Clock, handle Handle, name string, body func(*job) error) (Report, error) {
	j := &job{span: span, workers: max(workers, 1), clock: clock, handle: handle, repeats: repeatsIn(span)}
	j.ctx, j.cancel = context.WithCancel(ctx)
	defer j.cancel()

	done := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- panicked{p, debug.Stack()}
			}
		}()
		done <- body(j)
	}()

	err := j.await(ctx, done)
	if p, ok := err.(panicked); ok {
		panic(p.Error())
	}
	if ctx.Err() != nil {
		return Report{}, fmt.Errorf("%s was not read in time; allow more time or ask for a shorter stretch: %w", name, ctx.Err())
	}
	if err != nil {
		return Report{}, err
	}
	return j.report, nil
}

func (j *job) await(ctx context.Context, done <-chan error) error {
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case err := <-done:
		return err
	case <-late.C:
	}
	j.gate.Lock()
	j.closed = true
	j.gate.Unlock()
	return ctx.Err()
}

// panicked carries a panic from one goroutine to another.
type panicked struct {
	value any
	stack []byte
}

func (p panicked) Error() string {
	if inner, ok := p.value.(panicked); ok {
		return inner.Error()
	}
	return fmt.Sprintf("%v\n%s", p.value, p.stack)
}

// parallel starts work once for each worker and gives a function that waits for all. If one panics the job is cancelled, so
// that nobody waits for it, and the panic comes out of the waiting.
func (j *job) parallel(work func(worker int)) (wait func()) {
	var (
		all   sync.WaitGroup
		once  sync.Once
		cause *panicked
	)
	for worker := range j.workers {
		all.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					once.Do(func() { cause = &panicked{p, debug.Stack()} })
					j.cancel()
				}
			}()
			work(worker)
		})
	}
	return func() {
		all.Wait()
		if cause != nil {
			panic(*cause)
		}
	}
}

// newStream numbers a stream.
func (j *job) newStream() int {
	j.streams++
	return j.streams
}

// give hands over lines of a stream, cut where daylight saving's repeated hour begins or ends.
func (j *job) give(worker, stream int, run lines, turns []turn) {
	c := Chunk{Stream: stream, From: run.offset, To: run.offset + int64(len(run.data))}
	rest := run.data
	for _, t := range turns {
		if t.at <= c.From {
			c.Late = t.late
			continue
		}
		if t.at >= c.To {
			break
		}
		part := c
		part.To = t.at
		part.Data, rest = rest[:t.at-c.From], rest[t.at-c.From:]
		j.giveChunk(worker, part)
		c.From, c.Late = t.at, t.late
	}
	c.Data = rest
	j.giveChunk(worker, c)
}

func (j *job) giveChunk(worker int, c Chunk) {
	for len(c.Data) > 0 && c.Data[0] == '\n' { // what was a block of NULs need not be looked at again
		c.Data = c.Data[1:]
	}
	if len(c.Data) == 0 {
		return
	}
	j.gate.RLock()
	defer j.gate.RUnlock()
	if !j.closed {
		j.handle(worker, c)
	}
}

// bounds are the span as the clock shows it, disorder allowed for: no line of the span has a time outside them. If an hour
// that happens twice is touched they begin before it: a search for a time within could end up in either occurrence.
func (j *job) bounds() (from, to int64) {
	from, to = minTime, maxTime
	if !j.span.From.IsZero() {
		from = j.span.From.UnixNano() - disorder
	}
	if !j.span.To.IsZero() {
		to = j.span.To.UnixNano() + disorder
	}
	for _, r := range j.repeats {
		from = min(from, r.back-r.by-disorder)
	}
	return from, to
}

// search looks into a plain file.
func (j *job) search(f *logFile) *search {
	s := newSearch(j.ctx, f.f, f.size, j.clock)
	s.data = f.data
	return s
}

// minTime and maxTime stand for no bound. They are far from overflow, so that minutes and hours can be added.
const (
	minTime = -1 << 62
	maxTime = 1 << 62
)

// file adds one thing that was read to the report.
func (r *Report) file(path string, bytes int64) {
	if bytes == 0 {
		return
	}
	r.Files = append(r.Files, File{path, bytes})
	r.Bytes += bytes
}

// reaches notes how far one log reaches back and how new it is; 0 if no line told its time.
func (r *Report) reaches(earliest, newest int64) {
	if earliest != 0 {
		if t := time.Unix(0, earliest); t.After(r.Earliest) {
			r.Earliest = t
		}
	}
	if newest != 0 {
		if t := time.Unix(0, newest); t.After(r.Newest) {
			r.Newest = t
		}
	}
}

// age notes when a file was last written to and what its newest line says. Of several logs that counts whose line is furthest
// behind.
func (r *Report) age(changed time.Time, s *search) {
	last, ok := s.newest(s.size, maxTime)
	if !ok {
		return
	}
	if line := time.Unix(0, last); r.Changed.IsZero() || changed.Sub(line) > r.Changed.Sub(r.Last) {
		r.Changed, r.Last = changed, line
	}
}
