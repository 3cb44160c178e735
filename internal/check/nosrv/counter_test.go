package nosrv

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/accesslog"
)

// A line belongs to the window, to the baseline, or to neither, by the time it
// was written.
func TestCounterBoundaries(t *testing.T) {
	s := usual()
	tests := []struct {
		name             string
		at               time.Time
		window, baseline uint64
	}{
		{"just before the baseline", s.From().Add(-1), 0, 0},
		{"first of the baseline", s.From(), 0, 1},
		{"last of the baseline", s.Begin().Add(-1), 0, 1},
		{"first of the window", s.Begin(), 1, 0},
		{"last of the window", s.At.Add(-1), 1, 0},
		{"at the end", s.At, 0, 0},
		{"later", s.At.Add(time.Hour), 0, 0},
	}
	for _, test := range tests {
		c := NewCounter(s, DefaultKinds)
		c.Add(request(test.at, "v2", "SC"))
		var got tally
		if found := c.sections["v2"]; found != nil {
			got = *found
		}
		if got.requests[inWindow] != test.window || got.requests[inBaseline] != test.baseline {
			t.Errorf("%s: %v, want %d in the window, %d in the baseline", test.name, got.requests, test.window, test.baseline)
		}
	}
}

// However lines are dealt to counters, merging gives what one counter has.
func TestMergeIsLikeOneCounter(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	flags := []string{"", "", "SC", "sQ", "LR", "CR", "--", "PC", "IC"}
	for range 50 {
		s := usual()
		one := NewCounter(s, DefaultKinds)
		many := []*Counter{NewCounter(s, DefaultKinds), NewCounter(s, DefaultKinds), NewCounter(s, DefaultKinds)}
		for i := range 300 {
			at := s.From().Add(time.Duration(random.Int64N(int64(70*time.Minute))) - 2*time.Minute)
			r := request(at, fmt.Sprintf("be%d", random.IntN(7)), flags[random.IntN(len(flags))])
			r.Request = fmt.Appendf(nil, "GET /%d HTTP/1.1", i)
			switch random.IntN(20) {
			case 0:
				r.Class, r.Line = accesslog.Unreadable, []byte("junk")
			case 1:
				r.Class = accesslog.Transition
				r.Change = accesslog.Change{Backend: string(r.Backend), Server: "web1", Reason: fmt.Sprint(i)}
			case 2:
				r.Written = 0
			}
			one.Add(r)
			many[random.IntN(len(many))].Add(r)
		}
		many[0].Merge(many[1])
		many[0].Merge(many[2])
		log := fullLog(s)
		want, got := mustJudge(t, one, log, Defaults()), mustJudge(t, many[0], log, Defaults())
		if diff := cmp.Diff(text(want), text(got)); diff != "" {
			t.Fatalf("merged differs from one counter (-one +merged):\n%s", diff)
		}
		if one.untimed != many[0].untimed || one.later != many[0].later || one.readable != many[0].readable || one.newest != many[0].newest {
			t.Fatal("merged differs from one counter in what is not judged")
		}
	}
}

// text is everything of an outcome that can be seen.
func text(out *Outcome) []any {
	return []any{fmt.Sprintf("%+v", out.Sections), out.Unreadable, out.Result().Problems}
}

func TestCounterIsBounded(t *testing.T) {
	c := NewCounter(usual(), DefaultKinds)
	at := evening.Add(-time.Minute)
	for i := range maxSections + 10 {
		c.Add(request(at, fmt.Sprintf("be%d", i), "SC"))
	}
	out := mustJudge(t, c, fullLog(usual()), Defaults())
	if len(out.Sections) != maxSections || out.Overflow != 10 {
		t.Errorf("%d sections and %d beyond, want %d and 10", len(out.Sections), out.Overflow, maxSections)
	}
	other := NewCounter(usual(), DefaultKinds)
	other.Add(request(at, "another", "SC"))
	other.Add(request(at, "be1", "SC"))
	c.Merge(other)
	if out = mustJudge(t, c, fullLog(usual()), Defaults()); out.Overflow != 11 || len(out.Sections) != maxSections {
		t.Errorf("merging one more: %d beyond of %d, want 11", out.Overflow, len(out.Sections))
	}
}

func TestTransitionsAreBounded(t *testing.T) {
	c := NewCounter(usual(), DefaultKinds)
	for i := range 2 * maxTransitions {
		r := &accesslog.Record{Class: accesslog.Transition, Written: evening.Add(-time.Minute).UnixNano()}
		r.Change = accesslog.Change{Backend: "v2", Server: fmt.Sprint(i)}
		c.Add(r)
	}
	if got := len(c.servers); got != maxTransitions {
		t.Errorf("%d are kept, want %d", got, maxTransitions)
	}
}

// A name that is too long is cut, not refused: its requests still count.
func TestLongNames(t *testing.T) {
	c := NewCounter(usual(), DefaultKinds)
	long := string(make([]byte, 70_000))
	c.Add(request(evening.Add(-time.Second), long, "SC"))
	c.Add(request(evening.Add(-time.Second), long, ""))
	out := mustJudge(t, c, fullLog(usual()), Defaults())
	if len(out.Sections) != 1 || len(out.Sections[0].Name) != maxName || out.Sections[0].Requests != 2 {
		t.Errorf("got %d sections", len(out.Sections))
	}
}

// Where no backend is named the frontend is the section.
func TestSectionWithoutBackend(t *testing.T) {
	c := NewCounter(usual(), DefaultKinds)
	c.Add(request(evening.Add(-time.Second), "", "SC"))
	if s := find(t, mustJudge(t, c, fullLog(usual()), Defaults()), "fe"); s.NOSRV != 1 {
		t.Errorf("fe has %d, want 1", s.NOSRV)
	}
}

// The record's slices are not kept: they change with the next line.
func TestCounterCopies(t *testing.T) {
	c := NewCounter(usual(), DefaultKinds)
	r := request(evening.Add(-time.Second), "v2", "SC")
	r.Line = []byte("junk")
	c.Add(r)
	unreadable := *r
	unreadable.Class = accesslog.Unreadable
	c.Add(&unreadable)
	for _, b := range [][]byte{r.Frontend, r.Backend, r.Server, r.Request, r.Line} {
		for i := range b {
			b[i] = 'X'
		}
	}
	out := mustJudge(t, c, fullLog(usual()), Defaults())
	s := find(t, out, "v2")
	if s.Example != `19:47:01 fe v2/<NOSRV> SC 503 "GET /path/v2/"` || out.Shape != "aaaa" {
		t.Errorf("got %q and %q", s.Example, out.Shape)
	}
}

func TestAddDoesNotAllocate(t *testing.T) {
	c := NewCounter(usual(), DefaultKinds)
	fine, bad := request(evening.Add(-time.Second), "v2", ""), request(evening.Add(-time.Second), "v2", "SC")
	c.Add(bad)
	if n := testing.AllocsPerRun(100, func() { c.Add(fine); c.Add(bad) }); n != 0 {
		t.Errorf("%g allocations a pair of lines, want 0", n)
	}
}

// The quick way to a tally and the plain one agree, whatever stands behind the
// name in its buffer.
func TestTallyTwins(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	quick, plain := NewCounter(usual(), DefaultKinds), NewCounter(usual(), DefaultKinds)
	for range 50_000 {
		line := fmt.Appendf(make([]byte, 0, 40), "%03d-backend-%02d/web%d", random.IntN(40), random.IntN(3), random.IntN(9))
		name := line[random.IntN(3):]
		name = name[:random.IntN(len(name)+1)]
		quick.tally(name).requests[inWindow]++
		plain.tallyInMap(name).requests[inWindow]++
	}
	if len(quick.sections) != len(plain.sections) {
		t.Fatalf("%d sections, want %d", len(quick.sections), len(plain.sections))
	}
	for name, want := range plain.sections {
		if got := quick.sections[name]; got == nil || *got != *want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
}

// A log of 1.4 GB has 8 million lines: one may take some ten nanoseconds.
func BenchmarkAdd(b *testing.B) {
	for _, sections := range []int{1, 20, 2000} {
		b.Run(fmt.Sprintf("sections=%d", sections), func(b *testing.B) {
			c := NewCounter(usual(), DefaultKinds)
			names, r := benchmarkNames(sections), request(evening.Add(-time.Second), "", "")
			for i := 0; b.Loop(); i++ {
				r.Backend = names[i%len(names)]
				c.Add(r)
			}
		})
	}
}

func BenchmarkTally(b *testing.B) {
	for _, sections := range []int{1, 8, 20, 200, 2000} {
		names := benchmarkNames(sections)
		c := NewCounter(usual(), DefaultKinds)
		b.Run(fmt.Sprintf("sections=%d", sections), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				c.tally(names[i%len(names)])
			}
		})
		b.Run(fmt.Sprintf("sections=%d/map", sections), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				c.tallyInMap(names[i%len(names)])
			}
		})
	}
}

// benchmarkNames are the names of sections, in an order and of lengths that
// cannot be guessed.
func benchmarkNames(sections int) [][]byte {
	random := rand.New(rand.NewPCG(1, 2))
	stems := []string{"v2", "app", "auth", "static", "checkout", "search-api", "www.example.org"}
	names := make([][]byte, 4096)
	for i := range names {
		n := random.IntN(sections)
		names[i] = fmt.Appendf(make([]byte, 0, 32), "%s%d", stems[n%len(stems)], n/len(stems))
	}
	return names
}
