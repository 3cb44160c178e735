package check

import (
	"strings"
	"testing"
	"time"
)

func TestUnlogged(t *testing.T) {
	ago := func(minutes float64) time.Time { return noon.Add(-time.Duration(minutes * float64(time.Minute))) }
	logged := map[string]Logged{"shop": {ago(10), 10 * time.Second}, "slow": {ago(30), 5 * time.Minute}}
	for name, test := range map[string]struct {
		served []Served
		want   string
	}{
		"nothing is known":                   {nil, ""},
		"served after the newest line":       {[]Served{{"shop", ago(2), true, false}}, "HAProxy served shop at 11:58:00, but its newest line is of 11:50:00"},
		"the latest is named":                {[]Served{{"shop", ago(8), true, false}, {"slow", ago(1), true, false}}, "HAProxy served slow"},
		"served within a minute of it":       {[]Served{{"shop", ago(9), true, false}}, ""},
		"served just over a minute after it": {[]Served{{"shop", ago(8.9), true, false}}, "shop"},
		"as long as is usual":                {[]Served{{"slow", ago(15), true, false}}, ""},
		"longer than is usual":               {[]Served{{"slow", ago(14.9), true, false}}, "slow"},
		"sessions go on":                     {[]Served{{"shop", ago(2), true, true}}, ""},
		"it is not told":                     {[]Served{{"shop", ago(2), false, false}}, ""},
		"never":                              {[]Served{{"shop", time.Time{}, true, false}}, ""},
		"the log has no line of it":          {[]Served{{"other", ago(1), true, false}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := Log{}.Unlogged(usual(), test.served, logged)
			if ok != (test.want != "") || !strings.Contains(got.Reason, test.want) || ok && (got.Quiet || got.Advice == "") {
				t.Errorf("%+v, want %q", got, test.want)
			}
		})
	}
}

func TestServedNothing(t *testing.T) {
	newest := noon.Add(-30 * time.Minute)
	idle := Served{"idle", newest.Add(time.Minute), true, false}
	for name, test := range map[string]struct {
		own    time.Time
		served []Served
		want   bool
	}{
		"nobody asked":              {newest, nil, false},
		"nothing since":             {newest, []Served{idle, {"never", time.Time{}, true, false}}, true},
		"one since":                 {newest, []Served{idle, {"busy", newest.Add(time.Minute + 1), true, false}}, false},
		"one now":                   {newest, []Served{idle, {"busy", time.Time{}, true, true}}, false},
		"of one it is not told":     {newest, []Served{idle, {"old", time.Time{}, false, false}}, false},
		"an empty log, and nothing": {time.Time{}, []Served{{"never", time.Time{}, true, false}}, true},
		"an empty log, and one":     {time.Time{}, []Served{idle}, false},
	} {
		if got := (Log{Own: test.own}).ServedNothing(test.served); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	doubts := WithoutQuiet([]Doubt{{Reason: "silent", Quiet: true}, {Reason: "dropped"}})
	if len(doubts) != 1 || doubts[0].Reason != "dropped" {
		t.Errorf("%+v", doubts)
	}
}
