package logsource

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// madeUp is a log with its truth: what the clock says of each line, by number.
type madeUp struct {
	text  []byte
	times []time.Time
}

func (m *madeUp) add(t time.Time) {
	m.text = t.UTC().AppendFormat(m.text, utcLayout)
	m.text = append(m.text, " lb1 haproxy[1]: 10.0.0.30:34261 [22/Nov/2026:12:00:00.000] fe be/server 0/0/0/0/0 200 212 - - ---- 0/0/0/0/0 0/0 GET /path line "...)
	m.text = strconv.AppendInt(m.text, int64(len(m.times)), 10)
	m.text = append(m.text, '\n')
	m.times = append(m.times, t)
}

func (m *madeUp) in(span Span) []int {
	var found []int
	for n, t := range m.times {
		if !t.Before(span.From) && !t.After(span.To) {
			found = append(found, n)
		}
	}
	return found
}

// makeUp makes a log of about size bytes that ends at end and covers length; upset is called before each line and may put
// other things into the log, or move the clock.
func makeUp(size int, end time.Time, length time.Duration, upset func(m *madeUp, progress float64) time.Duration) *madeUp {
	m := &madeUp{text: make([]byte, 0, size+size/8)}
	r := rand.New(rand.NewPCG(1, uint64(size)))
	for len(m.text) < size {
		progress := float64(len(m.text)) / float64(size)
		t := end.Add(-length + time.Duration(progress*float64(length)))
		t = t.Add(-time.Duration(r.IntN(30)) * time.Second) // disorder
		if upset != nil {
			t = t.Add(upset(m, progress))
		}
		m.add(t)
	}
	return m
}

// once calls f the first time that progress is past at.
func once(at float64, f func(m *madeUp)) func(*madeUp, float64) time.Duration {
	done := false
	return func(m *madeUp, progress float64) time.Duration {
		if !done && progress >= at {
			done = true
			f(m)
		}
		return 0
	}
}

var upsets = map[string]func() func(*madeUp, float64) time.Duration{
	"in order": func() func(*madeUp, float64) time.Duration { return nil },
	"lines without a time": func() func(*madeUp, float64) time.Duration {
		return func(m *madeUp, _ float64) time.Duration {
			m.text = append(m.text, "no time in this\n\n"...)
			return 0
		}
	},
	"NULs before the stretch": func() func(*madeUp, float64) time.Duration {
		return once(0.94, func(m *madeUp) { m.text = append(m.text, make([]byte, 1<<20)...) })
	},
	"NULs at the beginning": func() func(*madeUp, float64) time.Duration {
		return once(0, func(m *madeUp) { m.text = append(m.text, make([]byte, 3<<20)...) })
	},
	"NULs in the stretch": func() func(*madeUp, float64) time.Duration {
		return once(0.97, func(m *madeUp) { m.text = append(m.text, make([]byte, 70<<10)...) })
	},
	"a line of 3 MB": func() func(*madeUp, float64) time.Duration {
		return once(0.5, func(m *madeUp) {
			m.text = append(append(m.text, bytes.Repeat([]byte("x"), 3<<20)...), '\n')
		})
	},
	"a line of 3 MB in the stretch": func() func(*madeUp, float64) time.Duration {
		return once(0.98, func(m *madeUp) {
			m.text = append(append(m.text, bytes.Repeat([]byte("x"), 3<<20)...), '\n')
		})
	},
	"junk of 40 MB": func() func(*madeUp, float64) time.Duration {
		return once(0.5, func(m *madeUp) {
			m.text = append(m.text, bytes.Repeat([]byte(strings.Repeat("junk ", 50)+"\n"), 160<<10)...)
		})
	},
	"clock set back 10m before the end": func() func(*madeUp, float64) time.Duration {
		return func(_ *madeUp, p float64) time.Duration { return later(p >= 0.98, -10*time.Minute) }
	},
	"clock set back an hour in the stretch": func() func(*madeUp, float64) time.Duration {
		return func(_ *madeUp, p float64) time.Duration { return later(p < 0.96, time.Hour) }
	},
	"clock ahead two days for a while": func() func(*madeUp, float64) time.Duration {
		return func(_ *madeUp, p float64) time.Duration { return later(p > 0.4 && p < 0.6, 48*time.Hour) }
	},
	"clock at 1970 for a while": func() func(*madeUp, float64) time.Duration {
		return func(m *madeUp, p float64) time.Duration {
			return later(p > 0.961 && p < 0.968, time.Unix(0, 0).Sub(noon))
		}
	},
	"a silence": func() func(*madeUp, float64) time.Duration {
		return func(_ *madeUp, p float64) time.Duration { return later(p < 0.7, -7*time.Hour) }
	},
}

func later(when bool, d time.Duration) time.Duration {
	if when {
		return d
	}
	return 0
}

// TestStretch reads stretches of logs of 24 hours and looks for each line that belongs to them.
func TestStretch(t *testing.T) {
	for name, upset := range upsets {
		t.Run(name, func(t *testing.T) {
			m := makeUp(3<<20, noon, 24*time.Hour, upset())
			path := write(t, logPath(t), string(m.text))
			for _, span := range []Span{
				{From: noon.Add(-65 * time.Minute), To: noon},
				{From: noon.Add(-7 * time.Hour), To: noon.Add(-6 * time.Hour)},
				{From: noon.Add(-30 * time.Hour), To: noon.Add(-23 * time.Hour)},
				{From: noon.Add(-30 * time.Hour), To: noon},
				{From: noon.Add(-40 * time.Hour), To: noon.Add(-30 * time.Hour)},
				{From: noon.Add(time.Hour), To: noon.Add(2 * time.Hour)},
			} {
				got, report := readAll(t, Files([]string{path}, nil), span)
				got.wants(m.in(span)...)
				if report.Bytes < int64(got.bytes) {
					t.Errorf("%d bytes reported, %d handed over", report.Bytes, got.bytes)
				}
				if name == "a line of 3 MB in the stretch" && span.To == noon && report.Overlong != 1 {
					t.Errorf("%d overlong lines, want 1", report.Overlong)
				}
			}
		})
	}
}

// TestClockSetBack looks for lines that were written by a clock that was ahead, or before one that was behind, in logs where two
// hours are more than is read anyway. Offsets alone are looked at.
func TestClockSetBack(t *testing.T) {
	const length = 8 * time.Hour
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 3))
		between := func(from, to time.Duration) time.Duration { return from + time.Duration(r.Int64N(int64(to-from))) }
		ahead := between(3*time.Minute, 90*time.Minute)  // the clock was ahead by that, until
		until := between(ahead/4, ahead)                 // so long after the stretch begins by the right time
		behind := between(4*time.Minute, 20*time.Minute) // or was far behind for so long
		right := between(behind, 2*behind)               // after being right for so long
		for name, clock := range map[string]func(since time.Duration) time.Duration{
			"ahead": func(since time.Duration) time.Duration {
				return later(since < -ahead+until+4*time.Minute, ahead)
			},
			"behind": func(since time.Duration) time.Duration {
				return later(since > right && since < right+behind, -1000*time.Hour)
			},
			"ahead at the end": func(since time.Duration) time.Duration {
				return later(since > 65*time.Minute-ahead/2 && since < 65*time.Minute-ahead/2+5*time.Minute, ahead)
			},
		} {
			for _, back := range []time.Duration{0, 3 * time.Hour} {
				to := noon.Add(-back)
				from := to.Add(-65 * time.Minute)
				offsets := []int64{}
				m := makeUp(6<<20, noon, length, func(m *madeUp, progress float64) time.Duration {
					offsets = append(offsets, int64(len(m.text)))
					return clock(noon.Add(-length + time.Duration(progress*float64(length))).Sub(from))
				})
				s := newSearch(context.Background(), bytes.NewReader(m.text), int64(len(m.text)), isoClock)
				start, end := s.stretch(from.UnixNano()-disorder, to.UnixNano()+disorder)
				for _, n := range m.in(Span{From: from, To: to}) {
					if offsets[n] < start || offsets[n] >= end {
						t.Fatalf("%s, seed %d, %v ago: line %d of %v at %d is not in %d..%d", name, seed, back, n, m.times[n], offsets[n], start, end)
					}
				}
			}
		}
	}
}

// TestStretchIsShort holds the search to reading little more than is asked for.
func TestStretchIsShort(t *testing.T) {
	m := makeUp(40<<20, noon, 24*time.Hour, nil)
	hour := int64(len(m.text) / 24)
	r := &counting{Reader: bytes.NewReader(m.text)}
	s := newSearch(context.Background(), r, int64(len(m.text)), utc)
	for _, hours := range []int{1, 3, 10, 20} {
		to := noon.Add(-time.Duration(hours-1) * time.Hour).UnixNano()
		start, end := s.stretch(to-60*disorder, to)
		if end-start < hour || end-start > hour+hour/8+2*fine {
			t.Errorf("%d hours ago: %d bytes for an hour of %d", hours, end-start, hour)
		}
	}
	if limit := int64(4 * 4 * looks * probe); r.bytes > limit {
		t.Errorf("%d bytes read to search, want at most %d", r.bytes, limit)
	}
}

type counting struct {
	*bytes.Reader
	bytes int64
}

func (c *counting) ReadAt(p []byte, at int64) (int, error) {
	n, err := c.Reader.ReadAt(p, at)
	c.bytes += int64(n)
	return n, err
}

func TestNothingDated(t *testing.T) {
	path := write(t, logPath(t), strings.Repeat("another program's line without a time\n", 2<<20))
	got, report := readAll(t, Files([]string{path}, nil), Span{From: noon.Add(-time.Hour), To: noon})
	if got.other == 0 || got.bytes > smallFile+fine {
		t.Errorf("%d lines, %d bytes handed over of a file without times", got.other, got.bytes)
	}
	if !report.Earliest.IsZero() || !report.Newest.IsZero() {
		t.Errorf("earliest %v and newest %v of a file without times", report.Earliest, report.Newest)
	}
}

func TestReportOfAFile(t *testing.T) {
	path := write(t, logPath(t), "junk\n"+minutes(noon, 0, 30)+"half")
	_, report := readAll(t, Files([]string{path}, nil), Span{From: noon.Add(10 * time.Minute), To: noon.Add(20 * time.Minute)})
	if !report.Earliest.Equal(noon) {
		t.Errorf("earliest %v, want %v", report.Earliest, noon)
	}
	if want := noon.Add(21 * time.Minute); !report.Newest.Equal(want) { // a minute's disorder after the span
		t.Errorf("newest %v, want %v", report.Newest, want)
	}
	if !report.Unfinished {
		t.Error("the unfinished line is not reported")
	}
	if len(report.Files) != 1 || report.Files[0].Path != path {
		t.Errorf("files %v", report.Files)
	}
}

func benchmarkStretch(b *testing.B, path string, span Span) {
	info, err := os.Stat(path)
	if err != nil {
		b.Skip(err)
	}
	b.ReportMetric(float64(info.Size())/1e6, "MB")
	for b.Loop() {
		report, err := Files([]string{path}, nil).Read(context.Background(), span, 2, isoClock, func(_ int, c Chunk) { bytes.Count(c.Data, []byte("\n")) })
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(report.Bytes)
	}
}

// isoClock reads the times of UTC lines quickly, without looking twice at them.
func isoClock(line []byte) (int64, bool) {
	if len(line) < len(utcLayout) || line[4] != '-' {
		return 0, false
	}
	n := func(from, to int) (n int) {
		for _, c := range line[from:to] {
			n = 10*n + int(c-'0')
		}
		return n
	}
	return time.Date(n(0, 4), time.Month(n(5, 7)), n(8, 10), n(11, 13), n(14, 16), n(17, 19), n(20, 23)*1e6, time.UTC).UnixNano(), true
}

// BenchmarkStretch reads five minutes, and all, of two logs with the same number of lines a minute.
func BenchmarkStretch(b *testing.B) {
	for _, megabytes := range []int{20, 200} {
		path := logPath(b)
		f, err := os.Create(path)
		if err != nil {
			b.Fatal(err)
		}
		lines := megabytes << 20 / 100
		var text bytes.Buffer
		for i := range lines {
			t := noon.Add(-time.Duration(lines-i) * 5 * time.Millisecond)
			fmt.Fprintf(&text, "%s+00:00 lb1 haproxy[1]: %050d line\n", t.Format("2006-01-02T15:04:05.000000"), i)
			if text.Len() > 1<<20 || i == lines-1 {
				f.Write(text.Bytes())
				text.Reset()
			}
		}
		f.Close()
		b.Run(fmt.Sprintf("5m of %d MB", megabytes), func(b *testing.B) {
			benchmarkStretch(b, path, Span{From: noon.Add(-5 * time.Minute), To: noon})
		})
		b.Run(fmt.Sprintf("all of %d MB", megabytes), func(b *testing.B) { benchmarkStretch(b, path, Span{}) })
	}
}
