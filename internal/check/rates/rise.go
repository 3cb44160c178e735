package rates

import (
	"fmt"
	"math"
	"time"

	"check-haproxy/internal/plugin"
)

// How improbable a rise must be as mere chance. The window against all before it
// is one comparison; a change before the window is the likeliest of many, so it
// has to be the less probable. The second number was set by simulation: together
// they raise fewer than one false alarm in 400 checks of a steady rate
// (TestNoFalseAlarm).
const (
	significance        = 1e-3
	earlierSignificance = 2e-4
)

// minorShare is the percentage of a section's requests below which a rise is no
// more than a WARNING.
const minorShare = 1

// rise is a point in time since which the rate may be another: what was counted
// from there to the window's end, and before it.
type rise struct {
	since, after   time.Duration // the lengths of both
	counted, prior uint64        // spoiled requests in both
}

// factor is how many times the rate before it the rate since is.
func (r rise) factor() float64 {
	switch {
	case r.prior > 0:
		return perMinute(r.counted, r.since) / perMinute(r.prior, r.after)
	case r.counted > 0:
		return math.Inf(1)
	default:
		return math.NaN()
	}
}

// rises are the points where the rate may have changed: the window's begin, then
// the end of each span before it, as long as there is a window's length before
// that to compare with. Trouble that goes on for longer than the window is so not
// measured against itself.
func (s Series) rises() []rise {
	r := rise{since: s.Window, counted: s.Spoiled}
	for _, span := range s.Before {
		r.after += span.Length
		r.prior += span.Spoiled
	}
	var rises []rise
	for i, span := range s.Before {
		if i > 0 && r.after < s.Window {
			break
		}
		rises = append(rises, r)
		r.since, r.after = r.since+span.Length, r.after-span.Length
		r.counted, r.prior = r.counted+span.Spoiled, r.prior-span.Spoiled
	}
	return rises
}

// likelihood tells how much better two rates, one before and one since, explain
// what was counted than one rate does: the logarithm of the ratio of their
// likelihoods as Poisson counts. Below 0 is a rate that fell.
func (r rise) likelihood() float64 {
	n, whole := float64(r.counted+r.prior), r.since+r.after
	part := func(count uint64, length time.Duration) float64 {
		if count == 0 {
			return 0
		}
		return float64(count) * math.Log(float64(count)/(n*length.Minutes()/whole.Minutes()))
	}
	gain := part(r.counted, r.since) + part(r.prior, r.after)
	if r.factor() < 1 {
		return -gain
	}
	return gain
}

// change is the minute in which the rate most likely changed: of those since
// which it is not over.
func change(s Series, rises []rise) rise {
	best, most := rises[0], rises[0].likelihood()
	for _, r := range rises[1:] {
		if likelihood := r.likelihood(); likelihood > most && !s.hasFallen(r) {
			best, most = r, likelihood
		}
	}
	return best
}

// judgeRise holds the rate since it changed, or at least the window's, against
// the one before.
func (v *Verdict) judgeRise(s Series, l Limits) {
	rises := s.rises()
	if len(rises) == 0 {
		return
	}
	window, change := rises[0], change(s, rises)
	state, judged := l.judgeRise(s, change, earlierSignificance), change
	if state == plugin.OK {
		state, judged = l.judgeRise(s, window, significance), window
	}
	v.Changed, v.Rise, v.BaselineRate = judged.since, judged.factor(), perMinute(judged.prior, judged.after)
	if state == plugin.OK {
		return
	}
	reason := judged.reason(l.limitOf(state))
	if state == plugin.Critical && v.Share < minorShare {
		state = plugin.Warning
		reason += fmt.Sprintf(" (WARNING at most below %d%% of the requests)", minorShare)
	}
	v.raise(state, reason)
}

// judgeRise says what a rise is worth: so many times the rate before it, enough
// requests to speak of, one of them in the window, and not to be explained by
// chance.
func (l Limits) judgeRise(s Series, r rise, significance float64) plugin.State {
	state := l.judgeFactor(r.factor())
	if state == plugin.OK || s.Spoiled == 0 || r.counted < l.MinCount {
		return plugin.OK
	}
	if Chance(r.counted, r.prior, r.since.Minutes(), r.after.Minutes()) >= significance {
		return plugin.OK
	}
	return state
}

func (l Limits) judgeFactor(rise float64) plugin.State {
	switch {
	case l.RiseCritical.exceeded(rise):
		return plugin.Critical
	case l.RiseWarning.exceeded(rise):
		return plugin.Warning
	default:
		return plugin.OK
	}
}

func (l Limits) limitOf(state plugin.State) Factor {
	if state == plugin.Critical {
		return l.RiseCritical
	}
	return l.RiseWarning
}

// hasFallen says that a rise is over: in the window less than half as many went
// wrong a minute as since it began, and fewer than chance explains. It is not over
// if there are fewer requests, of which most go wrong.
func (s Series) hasFallen(r rise) bool {
	const improbable = 0.01
	if s.Requests > 0 && s.Requests <= 2*s.Spoiled || 2*perMinute(s.Spoiled, s.Window) >= perMinute(r.counted, r.since) {
		return false
	}
	return lowerTail(s.Spoiled, r.counted, s.Window.Minutes()/r.since.Minutes()) < improbable
}

func (r rise) reason(limit Factor) string {
	if r.prior == 0 {
		return "there was none before"
	}
	return fmt.Sprintf("%s times the rate before, over %s", plugin.FormatDecimal(r.factor()), limit)
}
