package screen

import (
	"math"
	"testing"
	"time"

	"check-haproxy/internal/haproxy"
)

// grown are the newest rates of a section; -1 is one that is not known.
func grown(u *user, key string) (rates [metrics]float64) {
	for which := range metrics {
		rate, known := u.trends.now(u.trends.of(key), which)
		if !known {
			rate = -1
		}
		rates[which] = rate
	}
	return rates
}

// TestRates are those of HAProxy's counters between two looks.
func TestRates(t *testing.T) {
	api := func(requests, noServer, refused, wrong int64) haproxy.Backend {
		b := serving("api", requests, "UP", "UP")
		b.Counters.FailedConnections = known(noServer + refused)
		b.Servers[1].Counters.FailedConnections = known(refused)
		b.Servers[0].Counters.ServerErrors = known(wrong)
		return b
	}
	deleted := api(400, 30, 0, 4)
	deleted.Servers = deleted.Servers[:1]
	added := api(500, 40, 0, 4)
	added.Servers = append(added.Servers, haproxy.Server{Name: "new", Status: "UP", Counters: &haproxy.Counters{FailedConnections: known(10), ServerErrors: known(10)}})
	untold := api(600, 40, 0, 4)
	untold.Counters, untold.Traffic = &haproxy.Counters{}, &haproxy.Traffic{}
	u := sit(t, 80, 24)
	at := noon
	for _, test := range []struct {
		name string
		now  haproxy.Backend
		pid  int64
		want [metrics]float64
	}{
		{"the first look tells nothing", api(100, 5, 5, 1), 1, [metrics]float64{-1, -1, -1, -1}},
		{"growth", api(200, 25, 10, 4), 1, [metrics]float64{50, 10, 4, 50000}},
		{"nothing", api(200, 25, 10, 4), 1, [metrics]float64{0, 0, 0, 0}},
		{"a server was deleted: whose failures were it?", deleted, 1, [metrics]float64{100, -1, 0, 100000}},
		{"servers were added: they counted from zero", added, 1, [metrics]float64{50, 0, 10, 50000}},
		{"a reload starts at zero", api(10, 0, 0, 0), 2, [metrics]float64{-1, -1, -1, -1}},
		{"and goes on", api(30, 2, 0, 0), 2, [metrics]float64{10, 1, 0, 10000}},
		{"a reload that caught up", api(130, 8, 0, 0), 3, [metrics]float64{-1, -1, -1, -1}},
		{"counters that were cleared", api(2, 0, 0, 0), 3, [metrics]float64{-1, -1, 0, -1}},
		{"what HAProxy does not tell", untold, 3, [metrics]float64{-1, -1, 2, -1}},
	} {
		u.send(situation{at: at, pid: test.pid, backends: []haproxy.Backend{test.now}}.look())
		at = at.Add(2 * time.Second)
		if got := grown(u, "backend api"); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// TestTotals are of the frontends, as a request passes one and a backend, but
// for what only a backend counts.
func TestTotals(t *testing.T) {
	u := sit(t, 100, 24)
	for i := range int64(2) {
		b := serving("api", 100*i, "UP")
		b.Counters.FailedConnections = known(10 * i)
		u.send(situation{at: noon.Add(time.Duration(i) * 10 * time.Second), pid: 1, frontends: []haproxy.Frontend{front("web", 200*i)}, backends: []haproxy.Backend{b}}.look())
	}
	u.sees("requests 20/s", "no server 1/s", "errors 0/s", "traffic 20kB/s")
	u = sit(t, 100, 24)
	for i := range int64(2) {
		u.send(situation{at: noon.Add(time.Duration(i) * 10 * time.Second), pid: 1, backends: []haproxy.Backend{serving("api", 100*i, "UP")}}.look())
	}
	u.sees("requests 10/s")
}

// TestGaps: looks without an answer, and a section that comes and goes, leave
// holes and not jumps.
func TestGaps(t *testing.T) {
	u := sit(t, 80, 24)
	look := func(second int, s situation) {
		s.at, s.pid = noon.Add(time.Duration(second)*time.Second), 1
		u.send(s.look())
	}
	api := func(requests int64) situation {
		return situation{backends: []haproxy.Backend{serving("api", requests, "UP"), serving("other", 0, "UP")}}
	}
	look(0, api(0))
	look(2, api(20))
	look(4, situation{failures: []string{"gone"}})
	look(6, api(60))
	look(8, situation{backends: []haproxy.Backend{serving("other", 0, "UP")}})
	look(10, api(80))
	look(12, api(100))
	want := []float64{10, 10, math.NaN(), math.NaN(), 10}
	got := u.trends.last(u.trends.of("backend api"), requests, 100)
	for i := range want {
		if len(got) != len(want) || got[i] != want[i] && !(math.IsNaN(got[i]) && math.IsNaN(want[i])) {
			t.Fatalf("%v, want %v", got, want)
		}
	}
	if sum := u.trends.sum(u.trends.of("backend api"), requests); sum != 80 {
		t.Errorf("%v requests, want 80", sum)
	}
	if span := u.trends.span(100); span != 12*time.Second {
		t.Errorf("the rates span %s", span)
	}
}

// TestLongHistory keeps the newest of many looks.
func TestLongHistory(t *testing.T) {
	u := sit(t, 80, 24)
	total := int64(0)
	for i := range int64(2*history + 7) {
		total += i
		u.send(situation{at: noon.Add(time.Duration(i) * time.Second), pid: 1, backends: []haproxy.Backend{serving("api", total, "UP")}}.look())
	}
	got := u.trends.last(u.trends.of("backend api"), requests, 1000)
	if len(got) != history || got[0] != history+7 || got[history-1] != 2*history+6 {
		t.Errorf("%d rates from %v to %v", len(got), got[0], got[len(got)-1])
	}
}

func TestShort(t *testing.T) {
	for rate, want := range map[float64]string{
		0: "0", 0.0333: "0.033", 7.44: "7.4", 123: "123", 9999: "9999", 12345: "12k", 999999: "1000k", 1.26e6: "1.3M", 4.5e10: "45G",
	} {
		if got := short(rate); got != want {
			t.Errorf("%v is %q, want %q", rate, got, want)
		}
	}
}
