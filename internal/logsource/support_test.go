package logsource

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Lines of these tests begin with a time, in UTC with a Z or local without one, and have a number: "… line 17".

const (
	utcLayout   = "2006-01-02T15:04:05.000Z"
	localLayout = "2006-01-02T15:04:05.000"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func lineAt(t time.Time, number int) string {
	return fmt.Sprintf("%s lb1 haproxy[1]: line %d\n", t.UTC().Format(utcLayout), number)
}

func localLineAt(t time.Time, number int) string {
	return fmt.Sprintf("%s lb1 haproxy[1]: line %d\n", t.Format(localLayout), number)
}

// clock reads both forms; local ones in location, the first occurrence where there are two.
func clock(location *time.Location) Clock {
	return func(line []byte) (int64, bool) {
		word, _, _ := bytes.Cut(line, []byte(" "))
		if len(word) < len(localLayout) || len(word) > len(utcLayout) {
			return 0, false
		}
		if t, err := time.Parse(utcLayout, string(word)); err == nil {
			return t.UnixNano(), true
		}
		t, err := time.ParseInLocation(localLayout, string(word), location)
		if err != nil {
			return 0, false
		}
		if earlier := t.Add(-time.Hour); earlier.Format(localLayout) == t.Format(localLayout) {
			t = earlier
		}
		return t.UnixNano(), true
	}
}

var utc = clock(time.UTC)

// collector keeps the lines it is handed, by their numbers.
type collector struct {
	sync.Mutex
	t     testing.TB
	seen  map[int]int
	late  map[int]bool
	other int // lines without a number
	bytes int
}

func newCollector(t testing.TB) *collector {
	return &collector{t: t, seen: map[int]int{}, late: map[int]bool{}}
}

func (c *collector) handle(_ int, chunk Chunk) {
	c.Lock()
	defer c.Unlock()
	c.bytes += len(chunk.Data)
	for line := range bytes.Lines(chunk.Data) {
		number, ok := numberOf(string(line))
		if !ok {
			c.other++
			continue
		}
		c.seen[number]++
		c.late[number] = chunk.Late
	}
}

func numberOf(line string) (int, bool) {
	_, word, found := strings.Cut(strings.TrimSuffix(line, "\n"), " line ")
	if !found {
		return 0, false
	}
	number, err := strconv.Atoi(word)
	return number, err == nil
}

// wants fails unless each of the numbers came once, and no other number more than once.
func (c *collector) wants(numbers ...int) {
	c.t.Helper()
	missing := 0
	for _, n := range numbers {
		if c.seen[n] == 0 {
			if missing++; missing <= 5 {
				c.t.Errorf("line %d is missing", n)
			}
		}
	}
	if missing > 5 {
		c.t.Errorf("%d of %d lines are missing", missing, len(numbers))
	}
	for n, times := range c.seen {
		if times > 1 {
			c.t.Fatalf("line %d came %d times", n, times)
		}
	}
}

// only fails if a line outside the numbers came.
func (c *collector) only(numbers ...int) {
	c.t.Helper()
	for n := range c.seen {
		if !slices.Contains(numbers, n) {
			c.t.Fatalf("line %d came", n)
		}
	}
}

// numbers are from to to, included.
func numbers(from, to int) []int {
	var all []int
	for n := from; n <= to; n++ {
		all = append(all, n)
	}
	return all
}

func readAll(t testing.TB, s Source, span Span) (*collector, Report) {
	t.Helper()
	return readWith(t, s, span, utc)
}

func readWith(t testing.TB, s Source, span Span, c Clock) (*collector, Report) {
	t.Helper()
	got := newCollector(t)
	report, err := s.Read(context.Background(), span, 2, c, got.handle)
	if err != nil {
		t.Fatalf("reading %s: %v", s, err)
	}
	return got, report
}

func write(t testing.TB, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func setTime(t testing.TB, path string, when time.Time) {
	t.Helper()
	if err := os.Chtimes(path, when, when); err != nil {
		t.Fatal(err)
	}
}

var zippers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

func zipped(text string) string {
	var b bytes.Buffer
	w := zippers.Get().(*gzip.Writer)
	defer zippers.Put(w)
	w.Reset(&b)
	w.Write([]byte(text))
	w.Close()
	return b.String()
}

// minutes makes lines numbered from first on, one a minute from start on.
func minutes(start time.Time, first, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(lineAt(start.Add(time.Duration(i)*time.Minute), first+i))
	}
	return b.String()
}

func logPath(t testing.TB) string {
	return filepath.Join(t.TempDir(), "haproxy.log")
}
