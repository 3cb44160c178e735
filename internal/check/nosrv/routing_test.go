package nosrv

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"check-haproxy/internal/accesslog"
	"check-haproxy/internal/accesslog/logformat"
	"check-haproxy/internal/check"
	"check-haproxy/internal/plugin"
)

// TestRouting: requests that no rule of a frontend took are strangers' until they
// are most of its requests, and an outage if those that found a backend have become
// far fewer.
func TestRouting(t *testing.T) {
	const most = "no rule took 60 of 60 requests, more than half"
	for _, test := range []struct {
		name                      string
		misrouted, routed, before int // in the window; and that found a backend in the baseline of an hour
		warning, critical         string
		state                     plugin.State
		reason                    string
	}{
		{"a few of a few", 19, 0, 0, "", "", plugin.OK, ""},
		{"as many as say something", 20, 0, 0, "", "", plugin.Warning, "no rule took 20 of 20 requests, more than half"},
		{"half", 20, 20, 0, "", "", plugin.OK, ""},
		{"more than half", 20, 19, 0, "", "", plugin.Warning, "no rule took 20 of 39 requests, more than half"},
		{"the others are as before", 60, 50, 600, "", "", plugin.Warning, "no rule took 60 of 110 requests, more than half"},
		{"half of the others is left", 60, 25, 600, "", "", plugin.Warning, "no rule took 60 of 85 requests, more than half"},
		{"less than half of the others is left", 60, 24, 600, "", "", plugin.Critical, "no rule took 60 of 84 requests, more than half; 4.8/min found a backend, 10/min before"},
		{"none of the others is left", 60, 0, 600, "", "", plugin.Critical, most + "; 0/min found a backend, 10/min before"},
		{"none is left of what never was much", 60, 0, 12, "", "", plugin.Warning, most},
		{"there were no others", 60, 0, 0, "", "", plugin.Warning, most},
		{"another section's rules", 60, 0, 600, "web=none", "web=none", plugin.Critical, most + "; 0/min found a backend, 10/min before"},
		{"no warning", 60, 0, 0, "fe=none", "", plugin.OK, ""},
		{"no warning, and an outage", 60, 0, 600, "fe=none", "", plugin.Critical, most + "; 0/min found a backend, 10/min before"},
		{"no critical", 60, 0, 600, "", "fe=none", plugin.Warning, most},
		{"neither", 60, 0, 600, "fe=none", "fe=none", plugin.OK, ""},
		{"by a rule that names it", 5, 500, 0, "", "fe=0.9%", plugin.Critical, "0.99% of 505 is outside the critical range 0.9%"},
		{"by its rate", 60, 600, 0, "fe=11", "", plugin.Warning, "12/min is outside the warning range 11"},
		{"not by a rule for all", 60, 600, 0, "1", "2", plugin.OK, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := usual()
			c := NewCounter(s, DefaultKinds, check.Filter{})
			c.logged("fe", "SC", test.misrouted, s.Begin(), s.At)
			c.logged("v2", "", test.routed, s.Begin(), s.At)
			c.logged("v2", "", test.before, s.From(), s.Begin())
			o := Defaults()
			if test.warning != "" {
				o.Warning = append(o.Warning, rules(t, test.warning)...)
			}
			if test.critical != "" {
				o.Critical = append(o.Critical, rules(t, test.critical)...)
			}
			got := find(t, Judge(c, fullLog(s), o), "fe")
			if reasons := strings.Join(got.Reasons, "; "); got.State != test.state || reasons != test.reason {
				t.Errorf("%s, %q; want %s, %q", got.State, reasons, test.state, test.reason)
			}
		})
	}
	// Without the lines of all requests nobody knows what most is, and without a
	// baseline not what is far fewer.
	s := usual()
	c := NewCounter(s, DefaultKinds, check.Filter{})
	c.logged("fe", "SC", 60, s.Begin(), s.At)
	c.logged("v2", "", 600, s.From(), s.Begin())
	log := fullLog(s)
	log.Partial = []logformat.Partial{{Section: "fe", Setting: "option dontlog-normal"}}
	if got := find(t, Judge(c, log, Defaults()), "fe"); got.State != plugin.OK {
		t.Errorf("of a log of failures alone: %s, %q", got.State, got.Reasons)
	}
	if got := find(t, Judge(c, logFrom(s, s.Begin().Add(-time.Minute)), Defaults()), "fe"); got.State != plugin.Warning {
		t.Errorf("without a baseline: %s, %q", got.State, got.Reasons)
	}
}

// TestMisroutedIsNotTotal: requests that no rule took are in no sum of all
// sections.
func TestMisroutedIsNotTotal(t *testing.T) {
	s := usual()
	c := NewCounter(s, DefaultKinds, check.Filter{})
	c.logged("fe", "SC", 60, s.Begin(), s.At)
	c.logged("v2", "SC", 3, s.Begin(), s.At)
	c.logged("v2", "", 7, s.Begin(), s.At)
	if got := Judge(c, fullLog(s), Defaults()).Total; got.Requests != 10 || got.NOSRV != 3 {
		t.Errorf("in total %d of %d", got.NOSRV, got.Requests)
	}
	o := Defaults()
	o.Warning, o.Critical = append(o.Warning, rules(t, "v2=none")...), append(o.Critical, rules(t, "v2=none")...)
	if got := Judge(c, fullLog(s), o).Total; got.Requests != 0 || got.NOSRV != 0 {
		t.Errorf("without the section that a rule excuses %d of %d", got.NOSRV, got.Requests)
	}
	o = Defaults()
	o.Warning = append(o.Warning, rules(t, "v2=none")...)
	if got := Judge(c, fullLog(s), o).Total; got.Requests != 10 {
		t.Errorf("a rule without warnings excuses no outage: %d of %d", got.NOSRV, got.Requests)
	}
}

// TestHalfReadLines: lines without a server that cannot be read to their flags are
// a doubt if a section, or all together, would be in trouble with them.
func TestHalfReadLines(t *testing.T) {
	for _, test := range []struct {
		name        string
		half, whole int // lines of v2
		others      int // and of each of a hundred sections, all read by half
		want        bool
	}{
		{"none", 0, 20, 0, false},
		{"too few", 2, 20, 0, false},
		{"a section's", 3, 20, 0, true},
		{"a few among many", 3, 2000, 0, false},
		{"in all sections together", 0, 20, 1, true},
	} {
		s := usual()
		c := NewCounter(s, DefaultKinds, check.Filter{})
		half := func(section string, n int) {
			for range n {
				r := request(s.At.Add(-time.Minute), section, "SC")
				r.Class = accesslog.HalfRead
				c.Add(r)
			}
		}
		c.logged("v2", "", test.whole, s.Begin(), s.At)
		c.logged("big", "", 100_000*min(test.half, 1), s.Begin(), s.At)
		half("v2", test.half)
		for i := range 100 {
			half(fmt.Sprintf("app-%d", i), test.others)
		}
		out := Judge(c, fullLog(s), Defaults())
		if got := len(out.Doubts) > 0; got != test.want || out.NOSRV() != 0 {
			t.Errorf("%s: doubted %t, %d without a server", test.name, got, out.NOSRV())
		}
	}
}
