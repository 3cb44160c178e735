package errors

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"check-haproxy/internal/accesslog"
	"check-haproxy/internal/check"
	"check-haproxy/internal/check/kinds"
)

var stretch = check.Stretch{At: begin.Add(65 * time.Minute), Window: 5 * time.Minute, Baseline: time.Hour}

func everything(string) bool { return true }

// line is a request of the window that a server of api was given: "SC 503", or
// "-- 200 120ms +3" with the time of the answer and retries, of which "+" was a
// redispatch; "tcp SD" is one in TCP mode.
func line(text, server string) *accesslog.Record {
	r := &accesslog.Record{
		Class: accesslog.Request, Own: true, Times: 1, Written: stretch.At.Add(-time.Minute).UnixNano(), Status: -1,
		Frontend: []byte("fe"), Backend: []byte("api"), Server: []byte(server), Details: accesslog.Details{Known: true},
	}
	fields := strings.Fields(text)
	if fields[0] == "tcp" {
		r.Details.TCP = true
		fields = fields[1:]
	}
	copy(r.Flags[:], fields[0])
	for _, field := range fields[1:] {
		switch {
		case strings.HasSuffix(field, "ms"):
			_, _ = fmt.Sscanf(field, "%dms", &r.Details.ResponseTime)
		case strings.HasPrefix(field, "+"), strings.HasPrefix(field, "x"):
			r.Details.Redispatched = field[0] == '+'
			_, _ = fmt.Sscan(field[1:], &r.Details.Retries)
		default:
			_, _ = fmt.Sscan(field, &r.Status)
		}
	}
	return r
}

func countOf(c Counting, records ...*accesslog.Record) []Tally {
	counter := NewCounter(stretch, c, everything)
	for _, r := range records {
		counter.Add(r)
	}
	return counter.Tallies(time.Hour)
}

// TestKinds: what each line means for the server that it names.
func TestKinds(t *testing.T) {
	all := kinds.All[Kind]()
	for text, want := range map[string]struct {
		kind            Kind
		counts, tunnels bool // by default; and what it is of a tunnel
	}{
		"-- 200":         {none, false, false},
		"-- 499":         {none, false, false},
		"SC 503":         {Connect, true, true},
		"sC 503":         {Connect, true, true},
		"SH 502":         {Response, true, false},
		"PH 502":         {Response, true, false},
		"SD 200":         {Response, true, false},
		"SD 500":         {Response, true, false},
		"PD 200":         {Response, true, false},
		"sH 504":         {Timeout, true, false},
		"sD 200":         {Timeout, true, false},
		"-- 500":         {ServerError, true, false},
		"-- 599":         {ServerError, true, false},
		"CD 503":         {ServerError, true, false},
		"cD 200":         {none, false, false},
		"LH 503":         {none, false, false},
		"sQ 503":         {none, false, false}, // the server's own queue
		"-- 200 2000ms":  {none, false, false}, // nobody asked for a limit
		"-- 200 +1":      {Retry, false, false},
		"-- 200 x1":      {Retry, false, false},
		"-- 200 +0":      {Retry, false, false},
		"KD 200 x1":      {none, false, false},
		"CD 499":         {Abort, false, false},
		"CL 503":         {ServerError, true, false},
		"CL 200":         {none, false, false},
		"CQ 503":         {none, false, false},
		"SC 503 +3":      {Connect, true, true},
		"CD 200":         {Abort, false, false},
		"CH -1":          {Abort, false, false},
		"CC 503":         {Abort, false, false},
		"KD 200":         {none, false, false},
		"tcp -- -1":      {none, false, false},
		"tcp SC -1":      {Connect, true, true},
		"tcp SD -1":      {none, false, false},
		"tcp sD -1":      {none, false, false},
		"tcp CD -1":      {none, false, false},
		"SD 101":         {none, false, false},
		"sD 101":         {none, false, false},
		"SC 101":         {Connect, true, true},
		"-- -1":          {none, false, false},
		"-- 200 1ms +1":  {Retry, false, false},
		"-- 504 10ms +1": {ServerError, true, false},
	} {
		tally := countOf(CountingOf(0, 0), line(text, "s1"))[0]
		s := tally.Servers[0]
		got := none
		if kind, some := s.Kinds.Most(all); some {
			got = kind
		}
		if got != want.kind || (s.Counted == 1) != want.counts || s.Requests != 1 || s.Kinds.Total() > 1 {
			t.Errorf("%s: kind %d, counted %d of %d", text, got, s.Counted, s.Requests)
		}
		if (tally.Example != "") != want.counts {
			t.Errorf("%s: example %q", text, tally.Example)
		}
	}
	// A named kind counts in a tunnel, too.
	if s := countOf(CountingOf(kinds.Of(Timeout), 0), line("tcp sD -1", "s1"))[0].Servers[0]; s.Counted != 1 {
		t.Errorf("asked for, a timeout of a tunnel counts %d", s.Counted)
	}
	// Slower than was asked for.
	for text, want := range map[string]uint64{"-- 200 200ms": 0, "-- 200 201ms": 1, "CD 200 201ms": 1, "-- 500 201ms": 0} {
		if s := countOf(CountingOf(0, 200*time.Millisecond), line(text, "s1"))[0].Servers[0]; s.Kinds[Slow] != want {
			t.Errorf("%s: slow %d", text, s.Kinds[Slow])
		}
	}
}

// TestNotAServers: lines that no server is to blame for.
func TestNotAServers(t *testing.T) {
	nosrv, stats := line("SC 503", "<NOSRV>"), line("LR 200", "<STATS>")
	nosrv.NoServer = true
	nameless := line("SC 503", "")
	nameless.NoServer = true
	late, early := line("SC 503", "s1"), line("SC 503", "s1")
	late.Written, early.Written = stretch.At.UnixNano(), stretch.From().UnixNano()-1
	if got := countOf(CountingOf(0, 0), nosrv, nameless, stats, late, early); len(got) > 0 {
		t.Errorf("counted %+v", got)
	}
}

// TestBaselineOfLog: what was before the window is only compared.
func TestBaselineOfLog(t *testing.T) {
	before := line("SC 503", "s1")
	before.Written = stretch.Begin().Add(-time.Minute).UnixNano()
	retried, cut := line("-- 200 x1", "s1"), line("-- 200", "s1") // that do not count
	cut.Details = accesslog.Details{}
	retried.Written, cut.Written = before.Written, before.Written
	counter := NewCounter(stretch, CountingOf(0, 0), everything)
	for _, r := range []*accesslog.Record{before, before, retried, cut, line("SC 503", "s1")} {
		counter.Add(r)
	}
	tally := counter.Tallies(time.Hour)[0]
	var spoiled uint64
	for _, span := range tally.Before {
		spoiled += span.Spoiled
	}
	if s := tally.Servers[0]; spoiled != 2 || s.Counted != 1 || s.Requests != 1 || s.Kinds.Total() != 1 {
		t.Errorf("%d before, %d of %d in the window", spoiled, s.Counted, s.Requests)
	}
	if doubts := counter.doubts(); len(doubts) > 0 {
		t.Errorf("a line that was cut before the window is doubted: %v", doubts)
	}
}

// TestTimes: a line that stands for several.
func TestTimes(t *testing.T) {
	r := line("sC 503", "s1")
	r.Times = 60
	if s := countOf(CountingOf(0, 0), r)[0].Servers[0]; s.Requests != 60 || s.Counted != 60 || s.ConnectTimeouts != 60 || s.Kinds[Connect] != 60 {
		t.Errorf("%+v", s)
	}
	if s := countOf(CountingOf(0, 0), line("sH 504", "s1"), line("SC 503", "s1"))[0].Servers[0]; s.ConnectTimeouts != 0 {
		t.Errorf("%d connections got no answer, though one was refused and one was answered too late", s.ConnectTimeouts)
	}
}

// TestDownsOfLog: a server that goes down again and again; not one that was taken
// out.
func TestDownsOfLog(t *testing.T) {
	counter := NewCounter(stretch, CountingOf(0, 0), everything)
	for _, change := range []accesslog.Change{
		{Backend: "api", Server: "s1", Reason: "Layer4 timeout"}, {Backend: "api", Server: "s1", Up: true}, {Backend: "api", Server: "s1", Reason: "Layer4 timeout"},
		{Backend: "api", Server: "s2", Reason: "maintenance"}, {Backend: "api", Server: "s2", Reason: "drain"},
		{Backend: "api", Server: "s2", Reason: "stopping"},
	} {
		counter.Add(&accesslog.Record{Class: accesslog.Transition, Own: true, Times: 1, Written: stretch.At.Add(-time.Second).UnixNano(), Change: change})
	}
	old := &accesslog.Record{Class: accesslog.Transition, Own: true, Times: 1, Written: stretch.Begin().Add(-time.Second).UnixNano(), Change: accesslog.Change{Backend: "api", Server: "s1"}}
	counter.Add(old)
	tally := counter.Tallies(0)[0]
	if len(tally.Servers) != 1 || tally.Servers[0].Name != "s1" || tally.Servers[0].Downs != 2 {
		t.Errorf("%+v", tally.Servers)
	}
}

// TestNotChosen: what happens in a section that was not chosen is nobody's business.
func TestNotChosen(t *testing.T) {
	counter := NewCounter(stretch, CountingOf(0, 0), func(section string) bool { return section == "web" })
	counter.Add(line("SC 503", "s1"))
	counter.Add(&accesslog.Record{Class: accesslog.Transition, Times: 1, Written: stretch.At.Add(-time.Second).UnixNano(), Change: accesslog.Change{Backend: "api", Server: "s1"}})
	if got := counter.Tallies(0); len(got) > 0 {
		t.Errorf("counted %+v", got)
	}
}

// TestLongNames: names are cut, so that a log cannot fill the memory with them.
func TestLongNames(t *testing.T) {
	name := strings.Repeat("s", maxName)
	tally := countOf(CountingOf(0, 0), line("-- 200", name), line("-- 200", name+"1"), line("-- 200", name+"2"), line("-- 200", name[1:]))[0]
	if len(tally.Servers) != 2 {
		t.Errorf("%d servers are told apart", len(tally.Servers))
	}
}

// TestCut: lines that end before they tell how the request went are no evidence
// if they are many.
func TestCut(t *testing.T) {
	for cut, doubted := range map[int]bool{0: false, 5: false, 6: true} {
		counter := NewCounter(stretch, CountingOf(0, 0), everything)
		for i := range 100 {
			r := line("-- 200", "s1")
			if i < cut {
				r.Details, r.Flags = accesslog.Details{}, [2]byte{}
			}
			counter.Add(r)
		}
		if got := len(counter.doubts()) > 0; got != doubted {
			t.Errorf("%d of 100 are cut: doubted is %v", cut, got)
		}
	}
}

// sorted are tallies in an order that does not depend on maps.
func sorted(tallies []Tally) []Tally {
	slices.SortFunc(tallies, func(a, b Tally) int { return strings.Compare(a.Target.Name, b.Target.Name) })
	for _, tally := range tallies {
		slices.SortFunc(tally.Servers, func(a, b ServerTally) int { return strings.Compare(a.Name, b.Name) })
	}
	return tallies
}

// TestMergeIsLikeOneCounter: in however many parts a log is read, and whether
// servers are found by their number or by their names.
func TestMergeIsLikeOneCounter(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 4))
		one := NewCounter(stretch, CountingOf(0, 0), everything)
		parts := []*Counter{NewCounter(stretch, CountingOf(0, 0), everything), NewCounter(stretch, CountingOf(0, 0), everything), NewCounter(stretch, CountingOf(0, 0), everything)}
		texts := []string{"-- 200", "-- 200", "SC 503", "sC 503", "SH 502", "-- 500", "-- 200 +1", "CD 200", "tcp SD -1"}
		lines := 20 << (seed % 8) // few, so that not every part has each kind of a server, and many
		for range lines {
			server := random.IntN(400)
			r := line(texts[random.IntN(len(texts))], fmt.Sprintf("s%d", server))
			r.Details.Known = random.IntN(20) > 0
			r.Backend = []byte(fmt.Sprintf("b%d", server%7))
			r.Written = stretch.From().Add(time.Duration(random.Int64N(int64(65 * time.Minute)))).UnixNano()
			one.Add(r)
			r.Route = uint64(server + 1)
			parts[random.IntN(3)].Add(r)
		}
		for range lines / 10 {
			server := random.IntN(400)
			r := &accesslog.Record{Class: accesslog.Transition, Times: 1, Written: stretch.At.Add(-time.Minute).UnixNano(),
				Change: accesslog.Change{Backend: fmt.Sprintf("b%d", server%7), Server: fmt.Sprintf("s%d", server)}}
			one.Add(r)
			parts[random.IntN(3)].Add(r)
		}
		parts[0].Merge(parts[1])
		parts[0].Merge(parts[2])
		if one.cut != parts[0].cut {
			t.Fatalf("seed %d: %d lines were cut, merged %d", seed, one.cut, parts[0].cut)
		}
		if diff := cmp.Diff(sorted(one.Tallies(time.Hour)), sorted(parts[0].Tallies(time.Hour))); diff != "" {
			t.Fatalf("seed %d (-one +merged):\n%s", seed, diff)
		}
	}
}

// TestCounterIsBounded: a log with ever new names does not take ever more memory.
func TestCounterIsBounded(t *testing.T) {
	counter := NewCounter(stretch, CountingOf(0, 0), everything)
	for i := range maxServers + 5000 {
		r := line("SC 503", fmt.Sprintf("s%d", i))
		r.Backend = []byte(fmt.Sprintf("b%d", i%10))
		counter.Add(r)
	}
	n, requests := 0, uint64(0)
	for _, tally := range counter.Tallies(0) {
		n += len(tally.Servers)
		for _, s := range tally.Servers {
			requests += s.Requests
		}
	}
	if n != maxServers+10 || requests != maxServers+5000 {
		t.Errorf("%d servers are told apart, of %d requests", n, requests)
	}
}

// TestSectionsWithoutAPlace: those that are not told apart are counted together,
// even if their servers were seen while they had a place.
func TestSectionsWithoutAPlace(t *testing.T) {
	const sections, early = 25_000, 100
	counter := NewCounter(stretch, CountingOf(0, 0), everything)
	add := func(i int, pair uint64) {
		r := line("SC 503", "s1")
		r.Backend, r.Route = fmt.Appendf(nil, "b%d", i), pair
		counter.Add(r)
	}
	for i := range early {
		add(i, uint64(i+1))
	}
	for i := early; i < sections; i++ {
		add(i, 0)
	}
	for i := range early {
		add(i, uint64(i+1))
	}
	requests := uint64(0)
	for _, tally := range counter.Tallies(0) {
		for _, s := range tally.Servers {
			requests += s.Requests
		}
	}
	if requests != sections+early {
		t.Errorf("%d requests are counted, of %d", requests, sections+early)
	}
}

func BenchmarkCounter(b *testing.B) {
	counter := NewCounter(stretch, CountingOf(0, 0), everything)
	var records []*accesslog.Record
	for i := range 64 {
		r := line("-- 200", fmt.Sprintf("web-%d", i))
		r.Route = uint64(i + 1)
		records = append(records, r)
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, r := range records {
			counter.Add(r)
		}
	}
}
