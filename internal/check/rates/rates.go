// Package rates judges whether too many of a section's requests go wrong, and
// whether more do than before. It does not know what went wrong with them nor
// where they were counted, in a log or by HAProxy: a Series in, a Verdict out.
package rates

import (
	"fmt"
	"math"
	"time"

	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/threshold"
)

// Series is what was counted of one section, or of several together.
type Series struct {
	Window   time.Duration // the length of the time that is judged
	Requests uint64        // in the window
	Spoiled  uint64        // those of them that went wrong
	Before   []Span        // what is known of the time before the window, without a gap, the newest first; none: there is no rise to judge
}

// Span is a part of the time before the window: a minute, or what lies between
// two samples.
type Span struct {
	Length  time.Duration
	Spoiled uint64
}

// Limits say how much may go wrong in one section.
type Limits struct {
	Warning, Critical threshold.Limit
	MinShare          uint64 // so many spoiled requests in the window before a share says anything
	RiseLimits
}

// Verdict is the judgement of a series.
type Verdict struct {
	State        plugin.State
	Rate         float64       // spoiled requests per minute, in the window
	Share        float64       // spoiled requests in percent of all, in the window; NaN without requests
	BaselineRate float64       // spoiled per minute before the rate changed; NaN if nothing is known of it
	Rise         float64       // the rate since the change / BaselineRate; +Inf if there was none before, NaN if there is nothing to compare
	Changed      time.Duration // how long before the window's end the rate changed; the window if nothing tells
	Reasons      []string      // what is past a limit, in words
}

// Judge judges the series.
func (l Limits) Judge(s Series) Verdict {
	v := Verdict{
		Rate:  perMinute(s.Spoiled, s.Window),
		Share: math.NaN(), BaselineRate: math.NaN(), Rise: math.NaN(), Changed: s.Window,
	}
	if s.Requests > 0 {
		v.Share = 100 * float64(s.Spoiled) / float64(s.Requests)
	}
	v.judgeLevel(s, l)
	v.judgeRise(s, l)
	return v
}

// judgeLevel holds rate and share against the thresholds.
func (v *Verdict) judgeLevel(s Series, l Limits) {
	for _, level := range []struct {
		state plugin.State
		name  string
		limit threshold.Limit
	}{{plugin.Critical, "critical", l.Critical}, {plugin.Warning, "warning", l.Warning}} {
		past := false
		if level.limit.Rate.Alerts(v.Rate, 0) {
			past = true
			v.raise(level.state, fmt.Sprintf("%s/min is outside the %s range %s", plugin.FormatDecimal(v.Rate), level.name, level.limit.Rate))
		}
		if s.Spoiled >= l.MinShare && level.limit.Share.Alerts(v.Share, 0) {
			past = true
			v.raise(level.state, fmt.Sprintf("%s%% of %d is outside the %s range %s%%", plugin.FormatDecimal(v.Share), s.Requests, level.name, level.limit.Share))
		}
		if past {
			return
		}
	}
}

func (v *Verdict) raise(state plugin.State, reason string) {
	v.State = plugin.Worst(v.State, state)
	v.Reasons = append(v.Reasons, reason)
}

func perMinute(count uint64, length time.Duration) float64 { return float64(count) / length.Minutes() }
