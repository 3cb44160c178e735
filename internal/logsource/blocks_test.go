package logsource

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"
)

// linesOf is the plain twin of the block reader and of the cutter: the lines of a text that begin in from..to, those that are
// longer than MaxLine counted instead.
func linesOf(text []byte, from, to int64) (lines []string, overlong int) {
	text = bytes.ReplaceAll(text, []byte{0}, []byte("\n"))
	offset := int64(0)
	for line := range bytes.Lines(text) {
		begins := offset
		offset += int64(len(line))
		line = bytes.TrimSuffix(line, []byte("\n"))
		switch {
		case begins < from || begins >= to || len(line) == 0:
		case len(line) > MaxLine:
			overlong++
		default:
			lines = append(lines, string(line))
		}
	}
	return lines, overlong
}

// gathered takes chunks and gives their lines; the longest ones apart, because those between MaxLine and a block may come or
// not.
type gathered struct {
	sync.Mutex
	lines  []string
	chunks []Chunk // without their data
}

func (g *gathered) handle(_ int, c Chunk) {
	g.Lock()
	defer g.Unlock()
	if int64(len(c.Data)) > c.To-c.From {
		panic(fmt.Sprintf("%d bytes from %d to %d", len(c.Data), c.From, c.To))
	}
	g.chunks = append(g.chunks, Chunk{From: c.From, To: c.To, Stream: c.Stream})
	for line := range bytes.Lines(c.Data) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		if len(line) > 0 && len(line) <= MaxLine {
			g.lines = append(g.lines, string(line))
		}
	}
}

func (g *gathered) compare(t *testing.T, want []string) {
	t.Helper()
	slices.SortFunc(g.chunks, func(a, b Chunk) int { return cmp.Compare(a.From, b.From) })
	for i := range g.chunks[min(1, len(g.chunks)):] {
		if before, c := g.chunks[i], g.chunks[i+1]; c.From < before.To || c.Stream != before.Stream {
			t.Fatalf("a chunk of stream %d from %d to %d, then one of %d from %d", before.Stream, before.From, before.To, c.Stream, c.From)
		}
	}
	slices.Sort(g.lines)
	slices.Sort(want)
	if slices.Equal(g.lines, want) {
		return
	}
	for i := range min(len(g.lines), len(want)) {
		if g.lines[i] != want[i] {
			t.Fatalf("line %d of %d (want %d) is %.40q, want %.40q", i, len(g.lines), len(want), g.lines[i], want[i])
		}
	}
	t.Fatalf("%d lines, want %d", len(g.lines), len(want))
}

func testJob(g *gathered) *job {
	j := &job{workers: 2, clock: utc, handle: g.handle}
	j.ctx, j.cancel = context.WithCancel(context.Background())
	return j
}

func checkPieces(t *testing.T, text []byte, from, to int64) {
	t.Helper()
	g := &gathered{}
	c := content{bytes.NewReader(text), int64(len(text)), 1, func() bool { return true }}
	result := testJob(g).readPieces(c, []piece{{from, to}}, nil)
	want, overlong := linesOf(text, from, to)
	g.compare(t, want)
	if result.overlong > overlong {
		t.Fatalf("%d lines overlong, want at most %d", result.overlong, overlong)
	}
	if len(result.lost) > 0 || result.err != nil {
		t.Fatalf("lost %v: %v", result.lost, result.err)
	}
}

func checkStream(t *testing.T, text []byte, only []piece) {
	t.Helper()
	readers := []io.Reader{bytes.NewReader(text)}
	if len(text) < 1<<20 {
		readers = append(readers, iotest.OneByteReader(bytes.NewReader(text)), iotest.DataErrReader(iotest.HalfReader(bytes.NewReader(text))))
	}
	for _, r := range readers {
		g := &gathered{}
		result, err := testJob(g).stream(r, 1, only, &lateness{})
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		overlong := 0
		if only == nil {
			want, overlong = linesOf(text, 0, int64(len(text)))
		}
		for _, p := range only {
			more, n := linesOf(text, p.from, p.to)
			want = append(want, more...)
			overlong += n
		}
		g.compare(t, want)
		if only == nil && result.overlong > overlong {
			t.Fatalf("%d lines overlong, want at most %d", result.overlong, overlong)
		}
		if unfinished := len(text) > 0 && text[len(text)-1] != '\n' && text[len(text)-1] != 0; only == nil && result.overlong == 0 && result.unfinished != unfinished {
			t.Fatalf("unfinished is %v", result.unfinished)
		}
	}
}

// texts are made of lines of the lengths that matter to blocks.
func texts() [][]byte {
	lengths := []int{0, 1, 60, 200, ahead, fine, MaxLine - 1, MaxLine, block - 1, block, block + 1, block + MaxLine, 3 << 20}
	var all [][]byte
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 1))
		var text []byte
		for i := range 3 + r.IntN(40) {
			n := lengths[r.IntN(len(lengths)-1)/(1+r.IntN(3))]
			if r.IntN(30) == 0 {
				n = lengths[len(lengths)-1]
			}
			text = append(text, fmt.Sprintf("%d ", i)...)
			text = append(text, bytes.Repeat([]byte("x"), n)...)
			switch r.IntN(20) {
			case 0:
				text = append(text, make([]byte, r.IntN(2*MaxLine))...)
			case 1:
				text = append(text, "\r\n"...)
			default:
				text = append(text, '\n')
			}
		}
		if seed%3 == 0 {
			text = append(text, "unfinished"...)
		}
		all = append(all, text)
	}
	return append(all, nil, []byte("\n"), []byte("x"), bytes.Repeat([]byte("y"), 2*block))
}

func TestPieces(t *testing.T) {
	for i, text := range texts() {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			size := int64(len(text))
			checkPieces(t, text, 0, size)
			r := rand.New(rand.NewPCG(uint64(i), 2))
			for range 3 {
				if size == 0 {
					return
				}
				from := r.Int64N(size)
				checkPieces(t, text, from, from+r.Int64N(size-from+1))
			}
		})
	}
}

func TestStream(t *testing.T) {
	for i, text := range texts() {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			checkStream(t, text, nil)
			if size := int64(len(text)); size > 9 {
				checkStream(t, text, []piece{{0, size / 3}, {size / 3, size / 2}, {size - size/4, size}})
			}
		})
	}
}

func TestEndAtNUL(t *testing.T) {
	for _, s := range []string{"", "abc", "\x00", "a\x00b", "\x00\x00a\x00\x00", "a\n\x00b\x00\nc"} {
		got := []byte(s)
		endAtNUL(got)
		if want := strings.ReplaceAll(s, "\x00", "\n"); string(got) != want {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("one\ntwo\nthree"), uint16(1), uint16(7))
	f.Add([]byte("\n\x00\x00x\n"), uint16(0), uint16(3))
	f.Add([]byte(lineAt(noon, 1)+lineAt(noon.Add(time.Hour), 2)), uint16(2), uint16(60))
	f.Fuzz(func(t *testing.T, text []byte, a, b uint16) {
		size := int64(len(text))
		from, to := min(int64(a), size), min(int64(b), size)
		checkPieces(t, text, from, max(from, to))
		checkStream(t, text, nil)
		checkStream(t, text, []piece{{from, max(from, to)}})
		checkSearchLines(t, text, from, max(from, to))
	})
}

// checkSearchLines holds the search's own reading of lines to the twin.
func checkSearchLines(t *testing.T, text []byte, from, to int64) {
	t.Helper()
	s := newSearch(context.Background(), bytes.NewReader(text), int64(len(text)), utc)
	s.left = 1 << 40
	g := &gathered{}
	s.lines(from, to, func(at int64, line []byte) bool {
		if at < from || at >= to {
			t.Fatalf("a line at %d", at)
		}
		g.lines = append(g.lines, string(line))
		return true
	})
	want, _ := linesOf(text, from, to)
	want = slices.DeleteFunc(want, func(s string) bool { return len(s) == MaxLine })
	g.lines = slices.DeleteFunc(g.lines, func(s string) bool { return len(s) >= MaxLine })
	g.compare(t, want)
}

func TestSearchLines(t *testing.T) {
	for i, text := range texts() {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			size := int64(len(text))
			checkSearchLines(t, text, 0, size)
			checkSearchLines(t, text, size/3, size/2)
		})
	}
}

// TestOverlong wants each line that is too long counted once, wherever it lies.
func TestOverlong(t *testing.T) {
	long := strings.Repeat("x", 3<<20)
	text := "a\n" + long + "\nb\n" + long + long + "\n" + long
	for name, read := range map[string]func(*job) result{
		"pieces": func(j *job) result {
			c := content{strings.NewReader(text), int64(len(text)), 1, func() bool { return true }}
			return j.readPieces(c, []piece{{0, int64(len(text))}}, nil)
		},
		"stream": func(j *job) result {
			got, _ := j.stream(strings.NewReader(text), 1, nil, &lateness{})
			return got.result
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := &gathered{}
			got := read(testJob(g))
			if got.overlong != 3 || got.unfinished {
				t.Errorf("%d overlong, unfinished %v; want 3, false", got.overlong, got.unfinished)
			}
			g.compare(t, []string{"a", "b"})
		})
	}
}

// TestChunksAdjoin wants lines that follow each other in chunks that do, wherever blocks, buffers and turns cut them.
func TestChunksAdjoin(t *testing.T) {
	var b strings.Builder
	for i := range 40_000 {
		fmt.Fprintf(&b, "%d %s\n", i, strings.Repeat("x", i%97))
	}
	text := b.String()
	size := int64(len(text))
	middle := int64(strings.Index(text, "\n20000 ") + 1)
	turns := []turn{{0, false}, {middle, true}, {middle + 100*block, false}}
	for name, read := range map[string]func(*job){
		"pieces": func(j *job) {
			j.readPieces(content{strings.NewReader(text), size, 7, func() bool { return true }}, []piece{{0, size}}, turns)
		},
		"stream": func(j *job) {
			_, _ = j.stream(iotest.HalfReader(strings.NewReader(text)), 7, nil, &lateness{})
		},
	} {
		g := &gathered{}
		read(testJob(g))
		slices.SortFunc(g.chunks, func(a, b Chunk) int { return cmp.Compare(a.From, b.From) })
		at, cut := int64(0), false
		for _, c := range g.chunks {
			if c.From != at || c.Stream != 7 {
				t.Fatalf("%s: a chunk of stream %d begins at %d, want %d", name, c.Stream, c.From, at)
			}
			at = c.To
			cut = cut || at == middle
		}
		if at != size || len(g.chunks) < 3 || name == "pieces" && !cut {
			t.Errorf("%s: %d chunks to %d of %d, cut at the turn: %v", name, len(g.chunks), at, size, cut)
		}
	}
}
