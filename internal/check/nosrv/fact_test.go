package nosrv

import (
	"testing"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
)

func known(n int64) haproxy.Number { return haproxy.Number{Value: n, Known: true} }

func TestFactOf(t *testing.T) {
	up, down := haproxy.Server{Name: "a", Status: "UP 1/3", Weight: known(1)}, haproxy.Server{Name: "b", Status: "DOWN", Weight: known(1)}
	out := haproxy.Server{Name: "c", Status: "UP", Weight: known(0)}
	at := evening
	tests := []struct {
		name    string
		backend haproxy.Backend
		at      time.Time
		serving bool
		noneUp  bool
		served  check.Served
	}{
		{"up", haproxy.Backend{Servers: []haproxy.Server{up, down}, LastSession: known(30)}, at, true, false, check.Served{Last: at.Add(-30 * time.Second), Known: true}},
		{"down", haproxy.Backend{Servers: []haproxy.Server{down}, NoSession: true}, at, true, true, check.Served{Known: true}},
		{"weight 0", haproxy.Backend{Servers: []haproxy.Server{out}, LastSession: known(0), Sessions: known(2)}, at, true, true, check.Served{Last: at, Known: true, Now: true}},
		{"no server line", haproxy.Backend{}, at, false, true, check.Served{}},
		{"of another time", haproxy.Backend{Servers: []haproxy.Server{down}, LastSession: known(30)}, time.Time{}, true, false, check.Served{}},
	}
	for _, test := range tests {
		f := FactOf(&test.backend, dns.Answers{}, test.at)
		if f.Serving != test.serving || f.NoneUp != test.noneUp || f.Served != test.served {
			t.Errorf("%s: %+v", test.name, f)
		}
		if test.at.IsZero() && f.Cause != "" {
			t.Errorf("%s: the cause is %s", test.name, f.Cause)
		}
	}
}

// Of several HAProxys any may have written a line, and none is enough to excuse.
func TestFactsOfSeveral(t *testing.T) {
	early, late := evening.Add(-time.Hour), evening.Add(-time.Minute)
	a := Fact{Served: check.Served{Section: "v2", Last: late, Known: true}}
	b := Fact{Serving: true, NoneUp: true, Served: check.Served{Section: "v2", Last: early, Now: true}}
	want := Fact{Serving: true, NoneUp: true, Served: check.Served{Section: "v2", Last: late, Now: true}}
	if got := a.and(b); got != want {
		t.Errorf("%+v", got)
	}
	if got := b.and(a); got != want {
		t.Errorf("the other way round %+v", got)
	}
}

// A section with a line that counts and no server up is never OK; a line that
// does not count is nothing.
func TestNoneUpIsNeverOK(t *testing.T) {
	s := usual()
	for flags, want := range map[string]plugin.State{"SC": plugin.Warning, "sQ": plugin.Warning, "LR": plugin.OK} {
		c := NewCounter(s, DefaultKinds, check.Filter{})
		c.logged("v2", "", 1000, s.From(), s.At)
		c.logged("v2", flags, 1, s.Begin(), s.At)
		o := Defaults()
		o.Facts = map[string]Fact{"v2": {Serving: true, NoneUp: true}}
		if got := find(t, Judge(c, fullLog(s), o), "v2"); got.State != want {
			t.Errorf("%s: %s, want %s", flags, got.State, want)
		}
	}
}
