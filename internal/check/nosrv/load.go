package nosrv

import (
	"fmt"
	"slices"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/check/rates"
	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/plugin"
)

// load is what of a section is held against its limits.
type load struct {
	name     string
	tally    *tally
	serving  bool   // there is a server in it: a request that found none is not a routing miss
	lines    uint64 // requests that were logged for it in the window
	requests uint64 // its requests in the window: those of a frontend are all that came in through it
	kinds    Counts // of those without a server, in the window
	// noServer are the requests that count and had a backend; misrouted those
	// that no rule took.
	noServer  *rates.Timeline
	misrouted *rates.Timeline
	halfRead  uint64 // requests of the window whose kind is not known
	partial   bool   // not all requests are logged, so that there is no share
}

// isEmpty says that no request of the section is in the stretch: it is only a
// frontend's name, or one that a message told.
func (t *tally) isEmpty() bool {
	return t.requests == [rates.Phases]uint64{} && t.serverless == nil
}

// loadOf decides what the lines of a section are, now that all are known.
func (c *Counter) loadOf(s *check.Section[tally], partial map[string]bool, o Options) load {
	t := s.Counted
	l := load{name: s.Name, tally: t, serving: t.served || o.Facts[s.Name].Serving, lines: t.requests[rates.InWindow]}
	l.requests = l.lines
	l.partial = partial[s.Name] || slices.ContainsFunc(t.frontends, func(name string) bool { return partial[name] })
	if !l.serving {
		l.requests += t.routed[rates.InWindow]
	}
	if t.serverless == nil {
		return l
	}
	l.kinds = t.serverless.kinds[rates.InWindow]
	lines := t.serverless.lines
	l.noServer = lines[counted]
	l.halfRead = lines[half].Counted(rates.InWindow) + lines[halfOwn].Counted(rates.InWindow)
	switch {
	case l.serving:
		l.kinds[NoServer] += l.kinds[NoBackend]
		l.kinds[NoBackend] = 0
		if c.counted.Has(NoServer) && lines[own] != nil {
			l.noServer = c.scale.Together(lines[counted], lines[own])
		}
	case c.counted.Has(NoBackend):
		l.misrouted = lines[own]
	}
	return l
}

// withHalfRead is the load if those that were read by half found no server.
func (c *Counter) withHalfRead(l load) load {
	if l.halfRead == 0 || !c.counted.Has(NoServer) {
		return l
	}
	lines := l.tally.serverless.lines
	l.requests += l.halfRead
	l.lines += l.halfRead
	l.noServer = c.scale.Together(l.noServer, lines[half])
	if l.serving {
		l.noServer = c.scale.Together(l.noServer, lines[halfOwn])
	} else {
		l.misrouted = c.scale.Together(l.misrouted, lines[halfOwn])
	}
	return l
}

// judge judges one section.
func (c *Counter) judge(l load, covered time.Duration, o Options) Section {
	s := Section{Name: l.name, Lines: l.lines, Requests: l.requests, Kinds: l.kinds, NOSRV: l.kinds.Of(c.counted), Limits: o.For(l.name)}
	s.Verdict = s.Limits.Judge(c.series(l, covered))
	misrouted := l.misrouted.Counted(rates.InWindow)
	if misrouted > 0 {
		s.Verdict = c.judgeRouting(l, s.Verdict, covered, o)
	}
	if t := l.tally.serverless; t != nil && s.NOSRV > 0 {
		together := l.noServer
		if l.misrouted != nil {
			together = c.scale.Together(l.noServer, l.misrouted)
		}
		s.Since, s.Timeline = c.scale.Since(together), c.scale.Minutes(together)
		s.Example = t.example.Format(c.stretch.At.Location())
	}
	if s.State == plugin.OK && l.noServer.Counted(rates.InWindow) > 0 && o.Facts[l.name].NoneUp {
		s.State, s.Reasons = plugin.Warning, append(s.Reasons, "no server of it is up")
	}
	if s.State != plugin.OK {
		s.Explanation = c.explain(l, o.Facts)
	}
	return s
}

// series is what of a load a limit is held against.
func (c *Counter) series(l load, covered time.Duration) rates.Series {
	return rates.Series{Window: c.stretch.Window, Requests: l.known(), Spoiled: l.noServer.Counted(rates.InWindow), Before: c.scale.Before(l.noServer, covered)}
}

// known are the requests of which there can be a share; 0 if not all are logged.
func (l load) known() uint64 {
	if l.partial {
		return 0
	}
	return l.requests
}

// leastMisrouted is how many requests that no rule took have to be in the window
// before they say anything.
const leastMisrouted = 20

// judgeRouting judges the requests of a frontend that no rule took, beside the
// others. Strangers on the internet ask a frontend for anything. So they are
// trouble if they are most of its requests; and an outage, if besides those that
// did find a backend have become far fewer: then it is users who are lost.
func (c *Counter) judgeRouting(l load, v rates.Verdict, covered time.Duration, o Options) rates.Verdict {
	misrouted := l.misrouted.Counted(rates.InWindow)
	named := o.Named(l.name)
	v.Rate = float64(l.kinds.Of(c.counted)) / c.stretch.Window.Minutes()
	if l.known() > 0 {
		v.Share = 100 * float64(l.kinds.Of(c.counted)) / float64(l.requests)
	}
	byRule := named.Limits.Judge(rates.Series{Window: c.stretch.Window, Requests: l.known(), Spoiled: misrouted})
	v.State = plugin.Worst(v.State, byRule.State)
	v.Reasons = append(v.Reasons, byRule.Reasons...)
	if misrouted < leastMisrouted || l.partial || 2*misrouted <= l.requests {
		return v
	}
	state, reason := plugin.Warning, fmt.Sprintf("no rule took %d of %d requests, more than half", misrouted, l.requests)
	if fell, text := c.routedFell(l.tally, covered); fell {
		state, reason = plugin.Critical, reason+"; "+text
	}
	if state == plugin.Critical && named.CriticalOff {
		state = plugin.Warning
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
func (c *Counter) routedFell(t *tally, covered time.Duration) (fell bool, text string) {
	const improbable = 0.05
	now, before := t.routed[rates.InWindow], t.routed[rates.InBaseline]
	rateNow := float64(now) / c.stretch.Window.Minutes()
	rateBefore := float64(before) / covered.Minutes()
	if covered <= 0 || 2*rateNow >= rateBefore || rates.Chance(now+1, before, c.stretch.Window.Minutes(), covered.Minutes()) <= 1-improbable {
		return false, ""
	}
	return true, fmt.Sprintf("%s/min found a backend, %s/min before", plugin.FormatDecimal(rateNow), plugin.FormatDecimal(rateBefore))
}

// judgeTotal judges all sections together, by share and rise. One that a rule
// excuses by its name is left out.
func (c *Counter) judgeTotal(loads []load, covered time.Duration, o Options) Section {
	total := Section{Name: "total", Limits: o.Total()}
	var timelines []*rates.Timeline
	partial := false
	for _, l := range loads {
		if named := o.Named(l.name); named.WarningOff && named.CriticalOff {
			continue
		}
		total.Requests += l.lines - min(l.lines, l.misrouted.Counted(rates.InWindow))
		total.NOSRV += l.noServer.Counted(rates.InWindow)
		partial = partial || l.partial
		timelines = append(timelines, l.noServer)
	}
	together := c.scale.Together(timelines...)
	total.Since = c.scale.Since(together)
	known := total.Requests
	if partial {
		known = 0
	}
	total.Verdict = total.Limits.Judge(rates.Series{
		Window: c.stretch.Window, Requests: known, Spoiled: total.NOSRV, Before: c.scale.Before(together, covered),
	})
	return total
}

// wouldBeWorse says whether a section, or all together, would be in a worse
// state with other loads than they are in with theirs.
func (c *Counter) wouldBeWorse(are, would []load, covered time.Duration, o Options) bool {
	for i := range would {
		if plugin.WorseFirst(c.judge(would[i], covered, o).State, c.judge(are[i], covered, o).State) < 0 {
			return true
		}
	}
	return plugin.WorseFirst(c.judgeTotal(would, covered, o).State, c.judgeTotal(are, covered, o).State) < 0
}

// explain tells why a section's requests met no server.
func (c *Counter) explain(l load, facts map[string]Fact) Explanation {
	kind, some := l.kinds.Most(c.counted & DefaultKinds)
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
	return c.explainServers(l.name, facts[l.name].Explanation)
}
