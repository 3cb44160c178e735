package accesslog

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"
)

// alike are requests in which a visitor may see no difference.
type alike struct {
	Period                           int
	Frontend, Backend, Server, Flags string
	Own, Known                       bool
}

type sum struct {
	Times  int
	Newest int64
}

// together sums up the requests between periods that went well, and leaves the other
// lines.
func together(all []snapshot, periods []int64) (map[alike]sum, []snapshot) {
	sums := map[alike]sum{}
	var others []snapshot
	for _, s := range all {
		period := 0
		for _, from := range periods {
			if s.Written >= from {
				period++
			}
		}
		d := s.Details
		well := !d.Known || s.Flags == "--" && s.Status < 500 && d.Retries == 0 && !d.TCP
		if s.Class != Request || s.NoServer || !well || period == 0 || period == len(periods) {
			others = append(others, s)
			continue
		}
		of := alike{period, s.Frontend, s.Backend, s.Server, s.Flags, s.Own, d.Known}
		sums[of] = sum{sums[of].Times + s.Times, max(sums[of].Newest, s.Written)}
	}
	return sums, others
}

// sameTogether compares a reading in which requests are visited together with one
// in which each is visited by itself.
func sameTogether(t testing.TB, periods []int64, want, got []snapshot) {
	t.Helper()
	wantSums, wantOthers := together(want, periods)
	gotSums, gotOthers := together(got, periods)
	if d := diff.Diff(wantSums, gotSums); d != "" {
		t.Fatalf("between %v (-each +together):\n%s", periods, d)
	}
	sameRecords(t, wantOthers, gotOthers)
}

// quarters are times at which the records fall apart into four periods, or fewer.
func quarters(all []snapshot) []int64 {
	var times []int64
	for _, s := range all {
		times = append(times, s.Written)
	}
	slices.Sort(times)
	if len(times) == 0 {
		return nil
	}
	return []int64{times[len(times)/4], times[len(times)/2], times[len(times)*3/4]}
}

// grouping is the same parser, which visits requests together.
func grouping(p *Parser, periods []int64) *Parser {
	return New(Options{Location: p.clock.loc, Now: p.clock.now, Formats: p.formats, Details: p.details, Periods: periods})
}

// Requests are counted the same when they are visited together: of more routes than
// there is room for, with times that go back and forth over the ends of the periods.
func TestTogether(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	begin := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	for _, routes := range []int{1, 3, 40, 3000} {
		var b bytes.Buffer
		for i := range 6000 {
			at := begin.Add(time.Duration(i)*10*time.Millisecond + time.Duration(random.IntN(9)-4)*100*time.Millisecond)
			route := random.IntN(routes)
			result := []string{"200 217 - - ---- 3/3/0/0/0", "404 9 - - --VN 3/3/0/0/0", "502 217 - - SH-- 3/3/0/0/0", "200 217 - - ---- 3/3/0/0/+1"}[max(random.IntN(100)-96, 0)]
			fmt.Fprintf(&b, "%s10.0.0.%d:%d [%s] fe%d~ be%d/srv-%d 0/0/1/5/6 %s 0/0 \"GET /a/longer/path HTTP/1.1\"\n",
				iso8601(at), route%200, 1024+i, at.Format("02/Jan/2006:15:04:05.000"), route%7, route%300, route, result)
		}
		data := append(b.Bytes(), bytes.Repeat([]byte("\n"), window+1)...)
		for _, p := range []*Parser{New(testOptions), detailed(New(testOptions))} {
			each := snaps(clone(p), data)
			periods := []int64{begin.UnixNano(), begin.Add(20 * time.Second).UnixNano(), begin.Add(50 * time.Second).UnixNano()}
			full := grouping(p, periods)
			for i := range maxFrontends { // so that routes have no numbers
				full.like.frontends.number(fmt.Append(nil, i))
			}
			sameTogether(t, periods, each, snaps(full, data))
			got := snaps(grouping(p, periods), data)
			sameTogether(t, periods, each, got)
			if routes < 10 && len(got) > len(each)/3 {
				t.Errorf("%d routes: %d visits of %d lines", routes, len(got), len(each))
			}
			if routes == 1 && slices.ContainsFunc(got, func(s snapshot) bool { return s.Times > 1 && s.Written >= periods[2] }) {
				t.Error("lines after all periods were visited together")
			}
		}
	}
}

func snaps(p *Parser, data []byte) (all []snapshot) {
	p.Scan(data, false, func(r *Record) { all = append(all, snap(r)) })
	return all
}
