package nosrv

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/accesslog"
	"check-haproxy/internal/check"
	"check-haproxy/internal/check/rates"
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
		c := NewCounter(s, DefaultKinds, check.Filter{})
		c.Add(request(test.at, "v2", "SC"))
		got := c.sections.Of([]byte("v2")).Counted
		if got.requests[rates.InWindow] != test.window || got.requests[rates.InBaseline] != test.baseline {
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
		one := NewCounter(s, DefaultKinds, check.Filter{})
		many := []*Counter{NewCounter(s, DefaultKinds, check.Filter{}), NewCounter(s, DefaultKinds, check.Filter{}), NewCounter(s, DefaultKinds, check.Filter{})}
		for i := range 300 {
			at := s.From().Add(time.Duration(random.Int64N(int64(70*time.Minute))) - 2*time.Minute)
			r := request(at, fmt.Sprintf("be%d", random.IntN(7)), flags[random.IntN(len(flags))])
			r.Request = fmt.Appendf(nil, "GET /%d HTTP/1.1", i)
			r.Frontend = fmt.Appendf(nil, "be%d", random.IntN(9))
			switch random.IntN(20) {
			case 0:
				r.Class = accesslog.HalfRead
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
		want, got := Judge(one, log, Defaults()), Judge(many[0], log, Defaults())
		if diff := cmp.Diff(text(want), text(got)); diff != "" {
			t.Fatalf("merged differs from one counter (-one +merged):\n%s", diff)
		}
	}
}

// text is everything of an outcome that can be seen.
func text(out *Outcome) []any {
	return []any{fmt.Sprintf("%+v", out.Sections), fmt.Sprintf("%+v", out.Total), out.Result().Problems}
}

func TestTransitionsAreBounded(t *testing.T) {
	c := NewCounter(usual(), DefaultKinds, check.Filter{})
	for i := range 2 * maxTransitions {
		r := &accesslog.Record{Class: accesslog.Transition, Written: evening.Add(-time.Minute).UnixNano()}
		r.Change = accesslog.Change{Backend: "v2", Server: fmt.Sprint(i)}
		c.Add(r)
	}
	if got := len(c.servers); got != maxTransitions {
		t.Errorf("%d are kept, want %d", got, maxTransitions)
	}
}

// Where no backend is named the frontend is the section.
func TestSectionWithoutBackend(t *testing.T) {
	c := NewCounter(usual(), DefaultKinds, check.Filter{})
	c.Add(request(evening.Add(-time.Second), "", "SC"))
	if s := find(t, Judge(c, fullLog(usual()), Defaults()), "fe"); s.NOSRV != 1 {
		t.Errorf("fe has %d, want 1", s.NOSRV)
	}
}

// The record's slices are not kept: they change with the next line.
func TestCounterCopies(t *testing.T) {
	c := NewCounter(usual(), DefaultKinds, check.Filter{})
	r := request(evening.Add(-time.Second), "v2", "SC")
	c.Add(r)
	for _, b := range [][]byte{r.Frontend, r.Backend, r.Server, r.Request} {
		for i := range b {
			b[i] = 'X'
		}
	}
	out := Judge(c, fullLog(usual()), Defaults())
	s := find(t, out, "v2")
	if s.Example != `19:47:01 fe v2/<NOSRV> SC 503 "GET /path/v2/"` {
		t.Errorf("got %q", s.Example)
	}
}

func TestAddDoesNotAllocate(t *testing.T) {
	c := NewCounter(usual(), DefaultKinds, check.Filter{})
	fine, bad := request(evening.Add(-time.Second), "v2", ""), request(evening.Add(-time.Second), "v2", "SC")
	c.Add(bad)
	if n := testing.AllocsPerRun(100, func() { c.Add(fine); c.Add(bad) }); n != 0 {
		t.Errorf("%g allocations a pair of lines, want 0", n)
	}
}

// A log of 1.4 GB has 8 million lines: one may take some ten nanoseconds.
func BenchmarkAdd(b *testing.B) {
	for _, sections := range []int{1, 20, 2000} {
		b.Run(fmt.Sprintf("sections=%d", sections), func(b *testing.B) {
			c := NewCounter(usual(), DefaultKinds, check.Filter{})
			names, r := benchmarkNames(sections), request(evening.Add(-time.Second), "", "")
			for i := 0; b.Loop(); i++ {
				r.Backend = names[i%len(names)]
				c.Add(r)
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
