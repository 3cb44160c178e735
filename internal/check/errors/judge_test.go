package errors

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/check/rates"
	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/threshold"
)

func rules(t *testing.T, texts ...string) (list []threshold.LimitRule) {
	t.Helper()
	for _, text := range texts {
		rule, err := threshold.ParseLimitRule(text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, rule)
	}
	return list
}

// tallyOf is what was counted of a section: "s1 3/100" is a server that spoiled 3
// of 100 requests.
func tallyOf(kind Kind, servers ...string) Tally {
	t := Tally{Target: check.Target{Name: "api", Label: "api", Names: []string{"api"}}, Window: 5 * time.Minute}
	for _, text := range servers {
		var s ServerTally
		if _, err := fmt.Sscanf(strings.Replace(text, "/", " ", 1), "%s %d %d", &s.Name, &s.Counted, &s.Requests); err != nil {
			panic(err)
		}
		s.Kinds[kind] = s.Counted
		t.Servers = append(t.Servers, s)
	}
	return t
}

func TestJudge(t *testing.T) {
	for _, test := range []struct {
		name              string
		tally             Tally
		warning, critical []string
		want              plugin.State
		cause             diagnosis.Cause
		worst             string // the first server, if it is in trouble
	}{
		{"well", tallyOf(Connect, "s1 0/100", "s2 0/100"), nil, nil, plugin.OK, "", ""},
		{"nothing asked", tallyOf(Connect, "s1 0/0"), nil, nil, plugin.OK, "", ""},
		{"a few", tallyOf(Connect, "s1 5/100", "s2 5/100"), nil, nil, plugin.OK, "", ""},
		{"some", tallyOf(ServerError, "s1 6/100", "s2 5/100"), nil, nil, plugin.Warning, diagnosis.ServerErrors, ""},
		{"many", tallyOf(Response, "s1 26/100", "s2 25/100"), nil, nil, plugin.Critical, diagnosis.ResponseFailed, ""},
		{"all of too few", tallyOf(Timeout, "s1 4/4"), nil, nil, plugin.OK, "", ""},
		{"all of five", tallyOf(Timeout, "s1 5/5"), nil, nil, plugin.Critical, diagnosis.ResponseTimeout, "s1"},
		{"one server spoils most of what it gets", tallyOf(Connect, "s1 6/10", "s2 0/1000"), nil, nil, plugin.Warning, diagnosis.ConnectFailed, "s1"},
		{"half is not most", tallyOf(Connect, "s1 5/10", "s2 0/1000"), nil, nil, plugin.OK, "", ""},
		{"most of four is not much", tallyOf(Connect, "s1 4/4", "s2 0/1000"), nil, nil, plugin.OK, "", ""},
		{"switched off", tallyOf(Connect, "s1 9/10"), []string{"none"}, []string{"none"}, plugin.OK, "", ""},
		{"warnings switched off", tallyOf(Connect, "s1 9/10", "s2 0/1000"), []string{"api=none"}, nil, plugin.OK, "", ""},
		{"a rate", tallyOf(Connect, "s1 11/1000"), []string{"2"}, []string{"none"}, plugin.Warning, diagnosis.ConnectFailed, ""},
		{"a rule for a server", tallyOf(Connect, "s1 9/100", "s2 0/1000"), []string{"api/s1=8%"}, nil, plugin.Warning, diagnosis.ConnectFailed, "s1"},
		{"a critical one", tallyOf(Connect, "s1 9/100", "s2 0/1000"), nil, []string{"api/s*=8%"}, plugin.Critical, diagnosis.ConnectFailed, "s1"},
		{"a server that may spoil", tallyOf(Connect, "s1 9/10", "s2 0/1000"), []string{"api/s1=95%"}, nil, plugin.OK, "", ""},
		{"another section's", tallyOf(Connect, "s1 30/100"), []string{"web=1%"}, []string{"web=2%"}, plugin.Critical, diagnosis.ConnectFailed, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := Defaults()
			o.Rules = rulesOf(rules(t, test.warning...), rules(t, test.critical...), rates.RiseLimits{})
			got := Judge(test.tally, o)
			worst := ""
			if got.Servers[0].State != plugin.OK {
				worst = got.Servers[0].Name
			}
			if got.State != test.want || got.Cause != test.cause || worst != test.worst {
				t.Errorf("%s, cause %q, worst %q, %v; want %s, %q, %q", got.State, got.Cause, worst, got.Reasons, test.want, test.cause, test.worst)
			}
		})
	}
}

// TestRise: more than before, by the same rules as everywhere.
func TestRise(t *testing.T) {
	tally := tallyOf(ServerError, "s1 20/1000")
	tally.Before = []rates.Span{{Length: time.Hour, Spoiled: 20}}
	if got := Judge(tally, Defaults()); got.State != plugin.Critical || got.Rise != 12 {
		t.Errorf("%s, rise %g", got.State, got.Rise)
	}
}

// TestSingleServer: a server that was chosen by itself is judged once, as what was
// chosen.
func TestSingleServer(t *testing.T) {
	tally := tallyOf(Connect, "s1 9/10")
	tally.Target, tally.Single = tally.Target.Server("s1"), true
	o := Defaults()
	o.Rules = rulesOf(rules(t, "api/s1=95%"), rules(t, "none"), rates.RiseLimits{})
	if got := Judge(tally, o); got.State != plugin.OK {
		t.Errorf("%s: %v", got.State, got.Reasons)
	}
}

// TestDefaultFlaps: so often in a window is no accident.
func TestDefaultFlaps(t *testing.T) {
	for downs, want := range map[uint64]plugin.State{2: plugin.OK, 3: plugin.Warning} {
		tally := tallyOf(Connect, "s1 0/100")
		tally.Servers[0].Downs = downs
		if got := Judge(tally, Defaults()); got.State != want {
			t.Errorf("down %d times: %s", downs, got.State)
		}
	}
}

// TestFlapping: a server that went down as often as --flaps says, whatever it
// did to requests.
func TestFlapping(t *testing.T) {
	for _, test := range []struct {
		downs, flaps uint64
		spoiled      string
		want         plugin.State
		cause        diagnosis.Cause
	}{
		{2, 3, "s1 0/100", plugin.OK, ""},
		{3, 3, "s1 0/100", plugin.Warning, diagnosis.Flapping},
		{3, 0, "s1 0/100", plugin.OK, ""},
		{3, 3, "s1 30/100", plugin.Critical, diagnosis.ConnectFailed},
		{3, 3, "s1 1/100", plugin.Warning, diagnosis.Flapping},
	} {
		tally := tallyOf(Connect, test.spoiled)
		tally.Servers[0].Downs = test.downs
		o := Defaults()
		o.Flaps = test.flaps
		got := Judge(tally, o)
		if got.State != test.want || got.Cause != test.cause || got.Servers[0].Flaps != (test.downs == 3 && test.flaps == 3) {
			t.Errorf("%d of %d, %s: %s, %q", test.downs, test.flaps, test.spoiled, got.State, got.Cause)
		}
	}
}
