package nosrv

import (
	"fmt"
	"time"

	"check-haproxy/internal/check/rates"
	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/plugin"
)

// judge holds what was counted against the limits.
type judge struct {
	*Counter
	options Options
	covered time.Duration // how much of the baseline the log covers
}

// section judges one section.
func (j judge) section(l load) Section {
	s := Section{Name: l.name, Lines: l.logged(), Requests: l.all(), Kinds: l.kinds(), partial: l.partial}
	s.NOSRV = s.Kinds.Of(j.counted)
	s.Verdict = j.options.For(l.name).Judge(j.series(l.known(), l.noServer))
	if l.misrouted.Counted(rates.InWindow) > 0 {
		s.Verdict = j.routing(l, s.Verdict)
	}
	if s.NOSRV > 0 {
		lines := j.together(l.noServer, l.misrouted)
		s.Since, s.Timeline = j.scale.Since(lines), j.scale.Minutes(lines)
		s.Example = l.serverless.example.Format(j.stretch.At.Location())
	}
	facts := j.options.Facts[l.name]
	if s.State == plugin.OK && l.noServer.Counted(rates.InWindow) > 0 && facts.NoneUp {
		s.State, s.Reasons = plugin.Warning, append(s.Reasons, "no server of it is up")
	}
	if s.State != plugin.OK {
		s.Explanation = j.explain(l, facts.Explanation)
	}
	return s
}

// series is what limits are held against.
func (j judge) series(requests uint64, spoiled *rates.Timeline) rates.Series {
	return rates.Series{Window: j.stretch.Window, Requests: requests, Spoiled: spoiled.Counted(rates.InWindow), Before: j.scale.Before(spoiled, j.covered)}
}

// leastMisrouted is how many requests that no rule took have to be in the window
// before they say anything.
const leastMisrouted = 20

// routing judges the requests of a frontend that no rule took, beside the others.
// Strangers on the internet ask a frontend for anything. So they are trouble if
// they are most of its requests; and an outage, if besides those that did find a
// backend have become far fewer: then it is users who are lost.
func (j judge) routing(l load, v rates.Verdict) rates.Verdict {
	misrouted := l.misrouted.Counted(rates.InWindow)
	all := rates.Limits{}.Judge(j.series(l.known(), j.together(l.noServer, l.misrouted)))
	v.Rate, v.Share, v.BaselineRate, v.Rise = all.Rate, all.Share, all.BaselineRate, all.Rise
	named := j.options.Named(l.name)
	byRule := named.Limits.Judge(rates.Series{Window: j.stretch.Window, Requests: l.known(), Spoiled: misrouted})
	v.State = plugin.Worst(v.State, byRule.State)
	v.Reasons = append(v.Reasons, byRule.Reasons...)
	if misrouted < leastMisrouted || 2*misrouted <= l.known() || l.partial {
		return v
	}
	state, reason := plugin.Warning, fmt.Sprintf("no rule took %d of %d requests, more than half", misrouted, l.all())
	if fell, text := j.routedFell(l.routed); fell && !named.CriticalOff {
		state, reason = plugin.Critical, reason+"; "+text
	}
	if state == plugin.Warning && named.WarningOff {
		return v
	}
	v.State = plugin.Worst(v.State, state)
	v.Reasons = append(v.Reasons, reason)
	return v
}

// routedFell says whether the requests that found a backend have fallen below
// half of the baseline's rate, and not by chance.
func (j judge) routedFell(routed [rates.Phases]uint64) (fell bool, text string) {
	const improbable = 0.05
	now, before := routed[rates.InWindow], routed[rates.InBaseline]
	window, covered := j.stretch.Window.Minutes(), j.covered.Minutes()
	rateNow, rateBefore := float64(now)/window, float64(before)/covered
	if covered <= 0 || 2*rateNow >= rateBefore || rates.Chance(now+1, before, window, covered) <= 1-improbable {
		return false, ""
	}
	return true, fmt.Sprintf("%s/min found a backend, %s/min before", plugin.FormatDecimal(rateNow), plugin.FormatDecimal(rateBefore))
}

// total judges all sections together, by share and rise. One that a rule excuses
// by its name is left out.
func (j judge) total(loads []load) Section {
	s := Section{Name: "total"}
	var lines []*rates.Timeline
	partial := false
	for _, l := range loads {
		if j.options.Excuses(l.name) {
			continue
		}
		s.Requests += l.logged() - min(l.logged(), l.misrouted.Counted(rates.InWindow))
		s.NOSRV += l.noServer.Counted(rates.InWindow)
		partial = partial || l.partial
		if l.noServer != nil {
			lines = append(lines, l.noServer)
		}
	}
	known := s.Requests
	if partial {
		known = 0
	}
	s.Verdict = j.options.Total().Judge(j.series(known, j.scale.Together(lines...)))
	return s
}

// wouldBeWorse says whether a section, or all together, would be in a worse state
// if the lines that were read by half found no server.
func (j judge) wouldBeWorse(loads []load) bool {
	whole := make([]load, len(loads))
	for i, l := range loads {
		if whole[i] = j.asWhole(l); whole[i].whole && plugin.WorseFirst(j.section(whole[i]).State, j.section(l).State) < 0 {
			return true
		}
	}
	return plugin.WorseFirst(j.total(whole).State, j.total(loads).State) < 0
}

// explain tells why a section's requests met no server. The most frequent counted
// kind decides; behind "no-server" stand the section's servers.
func (j judge) explain(l load, known Explanation) Explanation {
	kind, some := l.kinds().Most(j.counted & DefaultKinds)
	switch {
	case !some:
		return Explanation{Cause: diagnosis.Unknown}
	case kind == NoBackend:
		return Explanation{Cause: diagnosis.NoBackend}
	case kind == Queue:
		return Explanation{Cause: diagnosis.MaxconnExhausted}
	case kind == Resource:
		return Explanation{Cause: diagnosis.ResourceExhausted}
	case kind != NoServer:
		return Explanation{Cause: diagnosis.Unknown}
	}
	return j.explainServers(l.name, known)
}
