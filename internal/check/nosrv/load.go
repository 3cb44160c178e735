package nosrv

import (
	"slices"

	"check-haproxy/internal/check"
	"check-haproxy/internal/check/rates"
)

// load is what of a section is held against its limits, decided when all lines
// are known.
type load struct {
	*tally
	name    string
	routed  [rates.Phases]uint64 // requests that came in through the frontend of this name and found a backend
	serving bool                 // there is a server in it: a request that found none is no routing miss
	partial bool                 // not all of its requests are logged, so that there is no share
	whole   bool                 // the lines that were read by half are taken for lines without a server
	// noServer are the requests that count and had a backend; misrouted those
	// that no rule took.
	noServer, misrouted *rates.Timeline
}

// isEmpty says that no request of the section is in the stretch: it is only a
// frontend's name, or one that a message named.
func (t *tally) isEmpty() bool {
	return t.requests == [rates.Phases]uint64{} && t.serverless == nil
}

// loadOf decides what the lines of a section are. Serving says that something
// beside the log shows a server of it.
func (c *Counter) loadOf(s *check.Section[tally], serving bool, partial map[string]bool) load {
	t := s.Counted
	l := load{tally: t, name: s.Name, routed: t.routed, serving: serving || t.served}
	l.partial = partial[s.Name] || slices.ContainsFunc(t.frontends(), func(one *through) bool { return partial[one.frontend] })
	if t.serverless == nil {
		return l
	}
	lines := &t.serverless.lines
	l.noServer = lines[counted]
	switch {
	case l.serving && c.counted.Has(NoServer):
		l.noServer = c.together(lines[counted], lines[own])
	case !l.serving && c.counted.Has(NoBackend):
		l.misrouted = lines[own]
	}
	return l
}

func (l *load) addRouted(requests [rates.Phases]uint64) {
	for p, n := range requests {
		l.routed[p] += n
	}
}

// asWhole is the load if the lines that were read by half found no server.
func (c *Counter) asWhole(l load) load {
	if l.halfRead() == 0 || !c.counted.Has(NoServer) {
		return l
	}
	lines := &l.serverless.lines
	l.whole = true
	l.noServer = c.together(l.noServer, lines[half])
	if l.serving {
		l.noServer = c.together(l.noServer, lines[halfOwn])
	} else {
		l.misrouted = c.together(l.misrouted, lines[halfOwn])
	}
	return l
}

// together are two timelines, of which either may be missing.
func (c *Counter) together(a, b *rates.Timeline) *rates.Timeline {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	default:
		return c.scale.Together(a, b)
	}
}

// halfRead are the requests of the window without a server whose kind is not
// known.
func (l load) halfRead() uint64 {
	if l.serverless == nil {
		return 0
	}
	return l.serverless.lines[half].Counted(rates.InWindow) + l.serverless.lines[halfOwn].Counted(rates.InWindow)
}

// kinds are the requests without a server in the window, by kind.
func (l load) kinds() Counts {
	if l.serverless == nil {
		return Counts{}
	}
	kinds := l.serverless.kinds[rates.InWindow]
	if l.serving {
		kinds[NoServer] += kinds[NoBackend]
		kinds[NoBackend] = 0
	}
	return kinds
}

// logged are the requests that were logged for the section in the window.
func (l load) logged() uint64 {
	if l.whole {
		return l.tally.requests[rates.InWindow] + l.halfRead()
	}
	return l.tally.requests[rates.InWindow]
}

// all are the section's requests in the window: those of a frontend are all that
// came in through it.
func (l load) all() uint64 {
	if l.serving {
		return l.logged()
	}
	return l.logged() + l.routed[rates.InWindow]
}

// known are the requests of which there can be a share; 0 if not all are logged.
func (l load) known() uint64 {
	if l.partial {
		return 0
	}
	return l.all()
}
