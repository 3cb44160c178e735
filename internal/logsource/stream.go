package logsource

import (
	"bytes"
	"io"
)

// streamed is what came of reading a stream.
type streamed struct {
	result
	earliest, newest int64 // times of the first line and of the newest that is not after the span; 0: none told
}

// filled is a buffer with lines in it on its way to a worker.
type filled struct {
	buf   []byte
	runs  []lines
	turns []turn
}

// lines is a run of whole lines that begins at offset in its stream.
type lines struct {
	data   []byte
	offset int64
}

// stream hands over the lines of a stream of any length from a fixed number of buffers: one goroutine reads and cuts at
// line ends, the workers take what it has cut. number is the stream's. only, if not nil, limits it to the lines that begin in those pieces. late
// knows what came before; the stream's own lines are noted in it.
func (j *job) stream(r io.Reader, number int, only []piece, late *lateness) (streamed, error) {
	empty := make(chan []byte, j.workers+1) // one to be filled and one for each worker
	full := make(chan filled, j.workers+1)
	for range cap(empty) {
		empty <- nil // allocated when needed
	}
	wait := j.parallel(func(worker int) {
		for f := range full {
			for _, run := range f.runs {
				j.give(worker, number, run, f.turns)
			}
			empty <- f.buf
		}
	})
	s, err := j.feed(&cutter{r: r}, only, late, empty, full)
	wait()
	return s, err
}

// feed is the reading side of stream. Neither channel can block it for good: there are as many places as buffers.
func (j *job) feed(c *cutter, only []piece, late *lateness, empty <-chan []byte, full chan<- filled) (streamed, error) {
	defer close(full)
	late.anew()
	s := summary{job: j, late: late}
	for more := true; more; {
		var buf []byte
		select {
		case buf = <-empty:
		case <-j.ctx.Done():
			return s.streamed, j.ctx.Err()
		}
		if buf == nil {
			buf = make([]byte, 2*MaxLine)
		}
		var run lines
		run, more = c.next(buf)
		if j.ctx.Err() != nil {
			return s.streamed, j.ctx.Err()
		}
		s.see(run)
		runs := run.within(only)
		for _, run := range runs {
			s.bytes += int64(len(run.data))
		}
		full <- filled{buf, runs, late.turns}
	}
	s.overlong, s.unfinished = c.overlong, c.unfinished
	return s.streamed, c.err
}

// cutter cuts a stream into runs of whole lines.
type cutter struct {
	r          io.Reader
	rest       []byte // of the last run's buffer: the beginning of a line
	offset     int64  // of rest in the stream
	skipping   bool   // the end of a line that was too long is still to come
	overlong   int
	unfinished bool
	err        error
}

// next fills buf, which is 2*MaxLine long, with the next lines. A line that is not complete then and already longer than
// MaxLine is skipped. The run before must not be in use any more if buf is the one that holds it.
func (c *cutter) next(buf []byte) (run lines, more bool) {
	n := copy(buf, c.rest)
	ended := false
	for n < len(buf) && !ended {
		got, err := c.r.Read(buf[n:])
		endAtNUL(buf[n : n+got])
		n += got
		if err != nil {
			ended = true
			if err != io.EOF {
				c.err = err
			}
		}
	}
	data, offset := buf[:n], c.offset
	c.offset += int64(n)
	c.rest = nil
	if c.skipping {
		skip := bytes.IndexByte(data, '\n') + 1
		if skip == 0 {
			return lines{nil, offset}, !ended
		}
		c.skipping = false
		data, offset = data[skip:], offset+int64(skip)
	}

	end := bytes.LastIndexByte(data, '\n') + 1
	switch rest := data[end:]; {
	case len(rest) > MaxLine:
		c.overlong++
		c.skipping = true
	case ended:
		end = len(data)
		c.unfinished = len(rest) > 0
	default:
		c.rest = rest
		c.offset -= int64(len(rest))
	}
	return lines{data[:end], offset}, !ended
}

// within gives the parts of a run whose lines begin in the pieces; all of it for nil.
func (l lines) within(pieces []piece) []lines {
	if pieces == nil {
		return []lines{l}
	}
	var parts []lines
	for _, p := range pieces {
		from, to := l.lineFrom(p.from), l.lineFrom(p.to)
		if from < to {
			parts = append(parts, lines{l.data[from:to], l.offset + int64(from)})
		}
	}
	return parts
}

// lineFrom gives the index of the first line that begins at offset at or later.
func (l lines) lineFrom(at int64) int {
	i := at - l.offset
	if i <= 0 {
		return 0
	}
	if i > int64(len(l.data)) {
		return len(l.data)
	}
	n := bytes.IndexByte(l.data[i-1:], '\n')
	if n < 0 {
		return len(l.data)
	}
	return int(i) + n
}

// summary keeps the times of a stream as it passes.
type summary struct {
	*job
	streamed
	late *lateness
}

// see notes the times of a run: those at its ends alone, unless all are needed.
func (s *summary) see(run lines) {
	const enough = 64 // lines looked at for one that tells its time
	_, to := s.bounds()
	first, last := edge(run.data, enough, s.clock)
	if s.earliest == 0 {
		s.earliest = first
	}
	if first <= to && last <= to && len(s.repeats) == 0 {
		s.newest = max(s.newest, first, last)
		return
	}
	if first > to && len(s.repeats) == 0 {
		return
	}
	offset := run.offset
	for line := range bytes.Lines(run.data) {
		if when, ok := s.clock(bytes.TrimSuffix(line, []byte("\n"))); ok {
			s.late.see(when, offset)
			if when <= to {
				s.newest = max(s.newest, when)
			}
		}
		offset += int64(len(line))
	}
}

// edge gives the times of the first and the last line that tell it, 0 if none of the first or last n does.
func edge(data []byte, n int, clock Clock) (first, last int64) {
	seen := 0
	for line := range bytes.Lines(data) {
		when, ok := clock(bytes.TrimSuffix(line, []byte("\n")))
		if ok {
			first = when
			break
		}
		if seen++; seen == n {
			break
		}
	}
	rest := bytes.TrimSuffix(data, []byte("\n"))
	for range n {
		i := bytes.LastIndexByte(rest, '\n')
		if when, ok := clock(rest[i+1:]); ok {
			return first, when
		}
		if i < 0 {
			break
		}
		rest = rest[:i]
	}
	return first, 0
}
