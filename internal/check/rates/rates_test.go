package rates

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/threshold"
)

const window = 5 * time.Minute

// minutes makes the time before a window: so many spoiled requests in each
// minute, the oldest first.
func minutes(counts ...uint64) []Span {
	spans := make([]Span, len(counts))
	for i, n := range counts {
		spans[len(counts)-1-i] = Span{Length: time.Minute, Spoiled: n}
	}
	return spans
}

// steps are minutes with the same number in each of a run of them.
func steps(runs ...[2]int) []Span {
	var counts []uint64
	for _, run := range runs {
		for range run[0] {
			counts = append(counts, uint64(run[1]))
		}
	}
	return minutes(counts...)
}

func riseOnly() Limits { return Limits{RiseLimits: DefaultRise()} }

func limit(t *testing.T, text string) threshold.Limit {
	t.Helper()
	l, err := threshold.ParseLimit(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLevels(t *testing.T) {
	for _, test := range []struct {
		spoiled, requests uint64
		want              plugin.State
		reason            string
	}{
		{0, 0, plugin.OK, "[]"},
		{0, 3, plugin.OK, "[]"},
		{2, 2, plugin.OK, "[]"},
		{3, 3, plugin.Critical, "[100% of 3 is outside the critical range 50%]"},
		{3, 6, plugin.Warning, "[50% of 6 is outside the warning range 5%]"},
		{3, 60, plugin.OK, "[]"},
		{5, 1000, plugin.OK, "[]"},
		{6, 1000, plugin.Warning, "[1.2/min is outside the warning range 1]"},
		{60, 1000, plugin.Critical, "[12/min is outside the critical range 10]"},
		{60, 60, plugin.Critical, "[12/min is outside the critical range 10 100% of 60 is outside the critical range 50%]"},
	} {
		l := Limits{Warning: limit(t, "1,5%"), Critical: limit(t, "10,50%"), MinShare: 3}
		got := l.Judge(Series{Window: window, Requests: test.requests, Spoiled: test.spoiled})
		if reason := fmt.Sprint(got.Reasons); got.State != test.want || reason != test.reason {
			t.Errorf("%d of %d: %s %s, want %s %s", test.spoiled, test.requests, got.State, reason, test.want, test.reason)
		}
		if (test.requests == 0) != math.IsNaN(got.Share) || !math.IsNaN(got.BaselineRate) || !math.IsNaN(got.Rise) {
			t.Errorf("%d of %d: %+v", test.spoiled, test.requests, got)
		}
	}
}

// An outage is not its own baseline: the rise is held against what was before
// the minute in which the rate changed, as long as it goes on and the time before
// it is long enough to tell anything.
func TestTroubleThatGoesOn(t *testing.T) {
	for name, test := range map[string]struct {
		before  []Span
		spoiled uint64
		want    plugin.State
		changed time.Duration
	}{
		"nothing before":               {steps([2]int{60, 0}), 5, plugin.Critical, window},
		"one a minute for 15 minutes":  {steps([2]int{50, 0}, [2]int{10, 1}), 5, plugin.Critical, 15 * time.Minute},
		"one a minute for 40 minutes":  {steps([2]int{25, 0}, [2]int{35, 1}), 5, plugin.Critical, 40 * time.Minute},
		"one a minute for 55 minutes":  {steps([2]int{10, 0}, [2]int{50, 1}), 5, plugin.Critical, 55 * time.Minute},
		"many a minute for 60 minutes": {steps([2]int{5, 0}, [2]int{55, 1000}), 5000, plugin.Critical, 60 * time.Minute},
		"many a minute, since less than a window after the baseline began": {steps([2]int{4, 0}, [2]int{56, 1000}), 5000, plugin.Warning, 60 * time.Minute},
		"in bursts, all the time":                       {steps([2]int{2, 0}, [2]int{1, 40}, [2]int{4, 0}, [2]int{1, 40}, [2]int{4, 0}, [2]int{1, 40}, [2]int{4, 0}, [2]int{1, 40}, [2]int{2, 0}), 40, plugin.OK, window},
		"as long as the baseline":                       {steps([2]int{60, 1}), 5, plugin.OK, window},
		"four times as many as before, for 30 minutes":  {steps([2]int{35, 1}, [2]int{25, 4}), 20, plugin.Warning, 30 * time.Minute},
		"twice as many as before":                       {steps([2]int{35, 5}, [2]int{25, 10}), 50, plugin.OK, window},
		"it fell to a tenth":                            {steps([2]int{35, 1}, [2]int{25, 100}), 50, plugin.OK, window},
		"it fell to half, and is still far above":       {steps([2]int{35, 1}, [2]int{25, 100}), 260, plugin.Critical, 30 * time.Minute},
		"it is over":                                    {steps([2]int{35, 0}, [2]int{25, 10}), 0, plugin.OK, window},
		"it was over, and one came now":                 {steps([2]int{25, 0}, [2]int{25, 60}, [2]int{10, 0}), 1, plugin.OK, window},
		"few, of which the window has one":              {steps([2]int{40, 0}, [2]int{20, 1}), 1, plugin.Critical, 25 * time.Minute},
		"few, of which the window has none":             {steps([2]int{40, 0}, [2]int{20, 1}), 0, plugin.OK, window},
		"too few since it began, for its factor":        {steps([2]int{58, 0}, [2]int{2, 1}), 2, plugin.OK, window},
		"just enough since it began":                    {steps([2]int{58, 0}, [2]int{2, 1}), 3, plugin.Critical, 7 * time.Minute},
		"a change so little before chance may do it":    {steps([2]int{2, 0}, [2]int{58, 1}), 5, plugin.OK, window},
		"a single minute is before it, and that is one": {steps([2]int{1, 1}, [2]int{59, 1}), 5, plugin.OK, window},
	} {
		t.Run(name, func(t *testing.T) {
			got := riseOnly().Judge(Series{Window: window, Requests: 4 * test.spoiled, Spoiled: test.spoiled, Before: test.before})
			if got.State != test.want || got.Changed != test.changed {
				t.Errorf("%s since %s, want %s since %s: %v, before %g, rise %g", got.State, got.Changed, test.want, test.changed, got.Reasons, got.BaselineRate, got.Rise)
			}
		})
	}
}

// Where hardly anybody asks any more, and most of it goes wrong, trouble is not
// over; without a word about requests the rate alone tells.
func TestFewerRequests(t *testing.T) {
	for requests, want := range map[uint64]plugin.State{0: plugin.OK, 2: plugin.Critical, 4: plugin.Critical, 5: plugin.OK, 100: plugin.OK} {
		got := riseOnly().Judge(Series{Window: window, Requests: requests, Spoiled: 2, Before: steps([2]int{30, 0}, [2]int{30, 10})})
		if got.State != want {
			t.Errorf("2 of %d, after 10 a minute: %s, want %s", requests, got.State, want)
		}
	}
}

// An alarm goes on in every minute of an outage, whatever its rate, until the
// outage ends, and then ends within a window.
func TestAlarmHolds(t *testing.T) {
	for _, rate := range []int{1, 2, 7, 60, 3000} {
		for age := 5; age <= 55; age++ {
			s := Series{Window: window, Spoiled: uint64(5 * rate), Before: steps([2]int{65 - age, 0}, [2]int{age - 5, rate})}
			if got := riseOnly().Judge(s); got.State != plugin.Critical || got.Changed != time.Duration(age)*time.Minute || !math.IsInf(got.Rise, 1) {
				t.Errorf("%d a minute for %d minutes: %+v", rate, age, got)
			}
			s.Spoiled, s.Before = 0, steps([2]int{60 - age, 0}, [2]int{age, rate})
			if got := riseOnly().Judge(s); got.State != plugin.OK {
				t.Errorf("%d a minute for %d minutes, over for a window: %+v", rate, age, got)
			}
		}
	}
}

// A rise of what is hardly anything of the section's requests is no CRITICAL.
func TestMinorRise(t *testing.T) {
	for requests, want := range map[uint64]plugin.State{1000: plugin.Critical, 1001: plugin.Warning} {
		got := riseOnly().Judge(Series{Window: window, Requests: requests, Spoiled: 10, Before: steps([2]int{60, 0})})
		if got.State != want {
			t.Errorf("10 of %d: %s, want %s: %v", requests, got.State, want, got.Reasons)
		}
	}
}

// Without a baseline there is no rise; one whose spans have different lengths is
// as good as one of minutes.
func TestSpans(t *testing.T) {
	if got := riseOnly().Judge(Series{Window: window, Spoiled: 1000}); got.State != plugin.OK || !math.IsNaN(got.Rise) {
		t.Errorf("without a baseline: %+v", got)
	}
	spans := []Span{{10 * time.Minute, 20}, {25 * time.Minute, 50}, {25 * time.Minute, 0}}
	got := riseOnly().Judge(Series{Window: window, Requests: 10, Spoiled: 10, Before: spans})
	if got.State != plugin.Critical || got.Changed != 40*time.Minute || got.BaselineRate != 0 {
		t.Errorf("of spans: %+v", got)
	}
}

// A steady rate raises an alarm in fewer than 1 of 200 checks, whatever the rate
// and however much of the baseline there is.
func TestNoFalseAlarm(t *testing.T) {
	runs := 20_000
	if testing.Short() {
		runs = 4_000
	}
	for _, rate := range []float64{0.1, 0.2, 0.4, 1, 2, 4, 20} {
		for _, baseline := range []int{5, 20, 60} {
			t.Run(fmt.Sprintf("%g per minute, baseline %dm", rate, baseline), func(t *testing.T) {
				random := rand.New(rand.NewPCG(2013, 3))
				alarms := 0
				for range runs {
					s := Series{Window: window, Spoiled: poisson(random, 5*rate)}
					for range baseline {
						s.Before = append(s.Before, Span{time.Minute, poisson(random, rate)})
					}
					if riseOnly().Judge(s).State != plugin.OK {
						alarms++
					}
				}
				if alarms*200 >= runs {
					t.Errorf("%d false alarms in %d checks", alarms, runs)
				}
				t.Logf("%d false alarms in %d checks", alarms, runs)
			})
		}
	}
}

// poisson draws a number that is mean on average.
func poisson(random *rand.Rand, mean float64) uint64 {
	limit, product := math.Exp(-mean), random.Float64()
	n := uint64(0)
	for ; product > limit; n++ {
		product *= random.Float64()
	}
	return n
}

func TestRules(t *testing.T) {
	rule := func(text string) threshold.LimitRule {
		r, err := threshold.ParseLimitRule(text)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	rules := Rules{
		Warning:  threshold.LimitRules{rule("2,6%"), rule("web=7")}.WithDefault("1,5%"),
		Critical: threshold.LimitRules{rule("web=40%"), rule("20")}.WithDefault("10,50%"),
		MinShare: 3, RiseLimits: DefaultRise(),
	}
	for _, test := range []struct {
		name              string
		got               Limits
		warning, critical string
		rise              Factor
	}{
		{"web", rules.For("web"), "7", "20", 3},
		{"shop", rules.For("shop"), "2,6%", "20", 3},
		{"web, where a rule names it", rules.Named("web").Limits, "7", "none", 0}, // the later -c 20 is for all
		{"shop, where a rule names it", rules.Named("shop").Limits, "none", "none", 0},
		{"all together", rules.Total(), "6%", "none", 3},
	} {
		if test.got.Warning != limit(t, test.warning) || test.got.Critical != limit(t, test.critical) || test.got.RiseWarning != test.rise || test.got.MinShare != 3 {
			t.Errorf("%s: %+v", test.name, test.got)
		}
	}
}

// TestReasonsOfRises: what is said of a rise.
func TestReasonsOfRises(t *testing.T) {
	for _, test := range []struct {
		name            string
		requests, prior uint64
		spoiled         uint64
		want            string
		state           plugin.State
	}{
		{"from nothing", 1000, 0, 20, "there was none before", plugin.Critical},
		{"some", 1000, 60, 20, "4 times the rate before, over 3", plugin.Warning},
		{"far more", 1000, 20, 20, "12 times the rate before, over 10", plugin.Critical},
		{"far more of very many", 2001, 20, 20, "12 times the rate before, over 10 (WARNING at most below 1% of the requests)", plugin.Warning},
		{"some of very many", 2001, 60, 20, "4 times the rate before, over 3", plugin.Warning},
		{"a hundredth", 2000, 20, 20, "12 times the rate before, over 10", plugin.Critical},
		{"too few", 1000, 0, 4, "", plugin.OK},
		{"no more than chance", 1000, 20, 4, "", plugin.OK},
	} {
		v := Limits{RiseLimits: DefaultRise()}.Judge(Series{Window: window, Requests: test.requests, Spoiled: test.spoiled, Before: []Span{{time.Hour, test.prior}}})
		if got := strings.Join(v.Reasons, "; "); got != test.want || v.State != test.state {
			t.Errorf("%s: %s, %q; want %s, %q", test.name, v.State, got, test.state, test.want)
		}
	}
}
