package screen

import (
	"math"
	"time"

	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/overview/picture"
)

// history is how many looks are kept: at one every two seconds, five minutes.
const history = 150

// metric is one of the rates that are kept.
type metric int

// The metrics, each a second.
const (
	requests metric = iota
	lost            // requests that found no server
	failed          // requests that a server spoiled
	volume          // bytes, in and out
	metrics
)

// trends are the rates of every section, from look to look. Memory is bounded: a
// section that is gone is forgotten.
type trends struct {
	looks   int // so many were added; look n stands at n % history
	at      time.Time
	seconds [history]float64 // between a look and the one before
	total   *series
	series  map[string]*series
	before  counted
}

// series are the rates of one section. A rate that is not known is NaN.
type series struct {
	rates [metrics][history]float32
	look  int // the last one it was in
}

// counted is what the last look has counted, by key of the section.
type counted struct {
	frontends map[string]*haproxy.Frontend
	backends  map[string]*haproxy.Backend
	processes map[string]int64 // process ids by endpoint
}

// isAnother says that a process was replaced: its counters began at zero.
func (c counted) isAnother(before counted) bool {
	for endpoint, pid := range c.processes {
		if was, ok := before.processes[endpoint]; ok && was != pid {
			return true
		}
	}
	return false
}

// add adds the counts of a look. One that got no answer is left out: the next
// one tells the growth since the last that did.
func (t *trends) add(facts *picture.Facts) {
	now := countedIn(facts)
	if len(now.frontends)+len(now.backends) == 0 {
		return
	}
	if now.isAnother(t.before) {
		t.before = counted{}
	}
	seconds := facts.At.Sub(t.at).Seconds()
	known := t.looks > 0 && seconds > 0
	t.looks++
	t.at, t.seconds[t.looks%history] = facts.At, seconds
	sum := growth{}
	series := make(map[string]*series, len(now.frontends)+len(now.backends))
	for key, f := range now.frontends {
		g := growthOfFrontend(t.before.frontends[key], f)
		series[key] = t.next(t.series[key], g.rates(seconds, known))
		sum.let(requests, g)
		sum.let(volume, g)
	}
	for key, b := range now.backends {
		g := growthOfBackend(t.before.backends[key], b)
		series[key] = t.next(t.series[key], g.rates(seconds, known))
		sum.let(lost, g)
		sum.let(failed, g)
		if len(now.frontends) == 0 {
			sum.let(requests, g)
			sum.let(volume, g)
		}
	}
	t.total = t.next(t.total, sum.rates(seconds, known))
	for key, s := range t.series {
		if series[key] == nil && t.looks-s.look < keptAway {
			series[key] = s
		}
	}
	t.series, t.before = series, now
}

// keptAway is after how many looks a section that is gone is forgotten.
const keptAway = 30

// next adds the newest rates to a series, or begins it.
func (t *trends) next(s *series, rates [metrics]float32) *series {
	if s == nil {
		s = &series{}
		for m := range s.rates {
			for i := range s.rates[m] {
				s.rates[m][i] = nan
			}
		}
	} else {
		for missed := max(s.look+1, t.looks-history+1); missed < t.looks; missed++ {
			for m := range s.rates {
				s.rates[m][missed%history] = nan
			}
		}
	}
	s.look = t.looks
	for m, rate := range rates {
		s.rates[m][t.looks%history] = rate
	}
	return s
}

var nan = float32(math.NaN())

// of returns a section's series, or nil.
func (t *trends) of(key string) *series { return t.series[key] }

// now is the newest rate; false if it is not known.
func (t *trends) now(s *series, m metric) (float64, bool) {
	if s == nil {
		return 0, false
	}
	rate := float64(s.rates[m][t.looks%history])
	return rate, !math.IsNaN(rate)
}

// last returns the rates of so many looks, the oldest first.
func (t *trends) last(s *series, m metric, looks int) []float64 {
	looks = min(looks, history, t.looks-1) // the first look has no rate
	if s == nil || looks <= 0 {
		return nil
	}
	values := make([]float64, looks)
	for i := range values {
		values[i] = float64(s.rates[m][(t.looks-looks+1+i)%history])
	}
	return values
}

// span is how much time so many looks took.
func (t *trends) span(looks int) time.Duration {
	seconds := 0.0
	for i := range min(looks, history, t.looks-1) {
		seconds += t.seconds[(t.looks-i)%history]
	}
	return time.Duration(seconds * float64(time.Second))
}

// sum is how many there were in all the time that is kept.
func (t *trends) sum(s *series, m metric) float64 {
	sum := 0.0
	for i := range min(history, max(t.looks-1, 0)) {
		n := (t.looks - i) % history
		if s != nil && !math.IsNaN(float64(s.rates[m][n])) {
			sum += float64(s.rates[m][n]) * t.seconds[n]
		}
	}
	return sum
}

func countedIn(facts *picture.Facts) counted {
	c := counted{make(map[string]*haproxy.Frontend, len(facts.Frontends)), make(map[string]*haproxy.Backend, len(facts.Backends)), map[string]int64{}}
	for _, p := range facts.Processes {
		if p.Info != nil {
			c.processes[p.Endpoint] = p.Info.Pid.Value
		}
	}
	for _, t := range facts.Frontends {
		c.frontends[picture.KindFrontend.Key(t.Label)] = t.Frontend
	}
	for _, t := range facts.Backends {
		c.backends[picture.KindBackend.Key(t.Label)] = t.Backend
	}
	return c
}

// growth is how many of each there were between two looks.
type growth [metrics]haproxy.Number

// let adds one of another's numbers, if that is known.
func (g *growth) let(m metric, other growth) {
	if other[m].Known {
		g[m] = haproxy.Number{Value: g[m].Value + other[m].Value, Known: true}
	}
}

func (g growth) rates(seconds float64, known bool) (rates [metrics]float32) {
	for m, n := range g {
		rates[m] = nan
		if known && n.Known {
			rates[m] = float32(float64(n.Value) / seconds)
		}
	}
	return rates
}

// growthOfFrontend is unknown if a counter fell: HAProxy was restarted, or
// its counters were cleared.
func growthOfFrontend(before, now *haproxy.Frontend) (g growth) {
	if before == nil || before.Traffic == nil || now.Traffic == nil {
		return g
	}
	g.addTraffic(before.Traffic, now.Traffic)
	return g
}

// growthOfBackend leaves open how many requests found no server if a server
// was deleted: nobody knows how many of the failed connections were its own.
func growthOfBackend(before, now *haproxy.Backend) (g growth) {
	if before == nil || before.Counters == nil || now.Counters == nil {
		return g
	}
	g.addTraffic(before.Traffic, now.Traffic)
	all := less(now.Counters.FailedConnections, before.Counters.FailedConnections)
	spoiled := haproxy.Number{Known: true}
	kept, place := 0, 0
	for i := range now.Servers {
		server, old := &now.Servers[i], &haproxy.Counters{}
		*old = haproxy.Counters{FailedConnections: haproxy.Number{Known: true}, ServerErrors: haproxy.Number{Known: true}}
		if at := findServer(before.Servers, place, server.Name); at >= 0 {
			old, place = before.Servers[at].Counters, at+1
			kept++
		}
		connect := less(server.Counters.FailedConnections, old.FailedConnections)
		all = minus(all, connect)
		spoiled = plus(plus(spoiled, connect), less(server.Counters.ServerErrors, old.ServerErrors))
	}
	if kept == len(before.Servers) {
		g[lost] = all
	}
	g[failed] = spoiled
	return g
}

// findServer looks for a server from a place on: HAProxy keeps their order. It
// returns -1 for a server that was added.
func findServer(servers []haproxy.Server, place int, name string) int {
	for i := place; i < len(servers); i++ {
		if servers[i].Name == name {
			return i
		}
	}
	return -1
}

func (g *growth) addTraffic(before, now *haproxy.Traffic) {
	g[requests] = less(now.Requests, before.Requests)
	g[volume] = plus(less(now.BytesIn, before.BytesIn), less(now.BytesOut, before.BytesOut))
}

// less is how much a counter grew; unknown if it fell.
func less(now, before haproxy.Number) haproxy.Number {
	if !now.Known || !before.Known || now.Value < before.Value {
		return haproxy.Number{}
	}
	return haproxy.Number{Value: now.Value - before.Value, Known: true}
}

func plus(a, b haproxy.Number) haproxy.Number {
	return haproxy.Number{Value: a.Value + b.Value, Known: a.Known && b.Known}
}

// minus is a difference that is never below zero: HAProxy writes its rows one
// after another, so that a server's can be a little ahead.
func minus(a, b haproxy.Number) haproxy.Number {
	return haproxy.Number{Value: max(a.Value-b.Value, 0), Known: a.Known && b.Known}
}
