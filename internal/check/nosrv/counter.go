package nosrv

import (
	"math"
	"time"

	"check-haproxy/internal/accesslog"
	"check-haproxy/internal/check"
	"check-haproxy/internal/check/rates"
)

// What a Counter holds is bounded, whatever a log says; check.Sections bounds
// the number of sections, and rates.Scale that of their minutes.
const (
	maxTransitions = 1_000 // servers whose last change is remembered
	maxFrontends   = 8     // of a section
)

// Counter counts the requests of a stretch, and those without a server by
// section, kind and minute. Each goroutine that reads has its own; Merge brings
// them together. Adding a line of a section that was seen before costs no
// allocation.
type Counter struct {
	stretch  check.Stretch
	scale    *rates.Scale
	counted  KindSet
	chosen   check.Filter
	sections *check.Sections[tally]
	recent   [check.Slots]recentRoute // by Record.Route
	listens  through                  // what nobody asks for
	servers  map[serverName]Transition
	assumed  uint64 // counted lines of the window whose kind is an assumption
}

// tally is what is counted for one section.
type tally struct {
	requests   [rates.Phases]uint64
	first      through // the frontend of the first request
	newest     int64   // when the section's newest line was written; 0 without any
	served     bool    // the log shows a server of it
	named      bool    // a message of HAProxy's names it
	serverless *serverless
	more       []*through // further frontends, up to maxFrontends
	// routed are requests that came in through the frontend of this name and found
	// a backend that does not remember it.
	routed [rates.Phases]uint64
}

// through are a section's requests that came in through a frontend of another
// name.
type through struct {
	frontend string
	requests [rates.Phases]uint64
}

// part is a part of the lines that may count. They are kept apart because what
// they are shows only when all of the log is known.
type part int

const (
	counted part = iota // a kind that counts
	own                 // as counted, but the section has the frontend's own name: no backend was chosen, or it is a "listen"
	half                // no server, and the termination state cannot be read
	halfOwn             // both
	parts
)

// serverless is what is counted of a section's lines without a server.
type serverless struct {
	kinds   [rates.Phases]Counts // without those that were read by half; no-backend are those of part own
	lines   [parts]*rates.Timeline
	example check.Example
}

type serverName struct{ backend, server string }

// Transition is the last change of a server's state that the log shows.
type Transition struct {
	accesslog.Change
	At time.Time
}

// NewCounter returns a counter of the lines in a stretch of time, of the chosen
// sections; counted are the kinds that make up trouble.
func NewCounter(s check.Stretch, counted KindSet, chosen check.Filter) *Counter {
	return &Counter{
		stretch: s, scale: rates.NewScale(s), counted: counted, chosen: chosen,
		sections: check.NewSections(func(name string) bool { return chosen.Selects(name) }, mergeTally),
		servers:  map[serverName]Transition{},
	}
}

// Add counts one line. It keeps nothing of the record but copies.
func (c *Counter) Add(r *accesslog.Record) {
	switch r.Class {
	case accesslog.Request, accesslog.HalfRead:
		if at, ok := c.scale.Phase(r.Written); ok && !c.addServed(at, r) {
			c.addRequest(at, r)
		}
	case accesslog.Transition:
		c.addTransition(r)
	case accesslog.Message:
		if len(r.Backend) > 0 {
			c.name(r.Backend)
		}
	}
}

// recentRoute is where served requests count that have the same frontend, backend
// and server as one that was seen lately.
type recentRoute struct {
	route   uint64
	place   *check.Section[tally]
	tally   *tally // in that place then
	through *through
}

// addServed counts a request with a server, if one of its route was seen lately:
// most lines.
func (c *Counter) addServed(at rates.Phase, r *accesslog.Record) bool {
	slot := &c.recent[check.SlotOf(r.Route)]
	if r.Route == 0 || slot.route != r.Route || r.NoServer || slot.place.Counted != slot.tally {
		return false
	}
	slot.tally.requests[at] += uint64(r.Times)
	slot.through.requests[at] += uint64(r.Times)
	slot.tally.newest = max(slot.tally.newest, r.Written)
	return true
}

func (c *Counter) addRequest(at rates.Phase, r *accesslog.Record) {
	name := r.Backend
	if len(name) == 0 {
		name = r.Frontend
	}
	place := c.sections.Of(name)
	t := place.Counted
	in := c.addRouted(t, at, r)
	if t == nil {
		return
	}
	t.newest = max(t.newest, r.Written)
	switch {
	case r.Class == accesslog.HalfRead:
		c.addHalfRead(t, r)
	case r.NoServer:
		t.requests[at] += uint64(r.Times)
		c.addServerless(t, at, r)
	default:
		t.requests[at] += uint64(r.Times)
		if len(r.Server) == 0 || r.Server[0] == '<' { // one of HAProxy's own services
			return
		}
		t.served = true
		if r.Route != 0 && in != nil {
			c.recent[check.SlotOf(r.Route)] = recentRoute{r.Route, place, t, in}
		}
	}
}

// addRouted counts the request for its frontend, if it has found a backend. It
// returns where the next ones count, nil if they have to be looked at.
func (c *Counter) addRouted(t *tally, at rates.Phase, r *accesslog.Record) *through {
	if len(r.Frontend) == 0 || len(r.Backend) == 0 {
		return nil
	}
	if string(r.Frontend) == string(r.Backend) { // a "listen"
		return &c.listens
	}
	if t != nil {
		if known := t.through(r.Frontend, maxFrontends); known != nil {
			known.requests[at] += uint64(r.Times)
			return known
		}
	}
	if f := c.sections.Of(r.Frontend).Counted; f != nil {
		f.routed[at] += uint64(r.Times)
	}
	return nil
}

// through is what the section has of a frontend; nil if it has so many others.
func (t *tally) through(frontend []byte, most int) *through {
	if t.first.frontend == "" {
		t.first.frontend = string(frontend)
	}
	if t.first.frontend == string(frontend) {
		return &t.first
	}
	for _, one := range t.more {
		if one.frontend == string(frontend) {
			return one
		}
	}
	if len(t.more) >= most {
		return nil
	}
	t.more = append(t.more, &through{frontend: string(frontend)})
	return t.more[len(t.more)-1]
}

// frontends are those that requests came in through for the section.
func (t *tally) frontends() []*through {
	if t.first.frontend == "" {
		return nil
	}
	return append([]*through{&t.first}, t.more...)
}

func (c *Counter) addServerless(t *tally, at rates.Phase, r *accesslog.Record) {
	s := t.withoutServer()
	kind, where := KindOf(r.Flags), counted
	if kind == NoServer && string(r.Backend) == string(r.Frontend) {
		kind, where = NoBackend, own
	}
	s.kinds[at][kind] += uint64(r.Times)
	if !c.counts(kind) {
		return
	}
	c.addLine(s, where, r)
	if at != rates.InWindow {
		return
	}
	if r.Assumed {
		c.assumed += uint64(r.Times)
	}
	s.example.Offer(r)
}

// counts says whether the kind counts, or may count once it is known what the
// line was.
func (c *Counter) counts(kind Kind) bool {
	return c.counted.Has(kind) || kind == NoBackend && c.counted.Has(NoServer)
}

func (c *Counter) addHalfRead(t *tally, r *accesslog.Record) {
	where := half
	if string(r.Backend) == string(r.Frontend) {
		where = halfOwn
	}
	c.addLine(t.withoutServer(), where, r)
}

func (c *Counter) addLine(s *serverless, where part, r *accesslog.Record) {
	if s.lines[where] == nil {
		s.lines[where] = c.scale.NewTimeline()
	}
	c.scale.Add(s.lines[where], r.Written, uint64(r.Times))
}

func (t *tally) withoutServer() *serverless {
	if t.serverless == nil {
		t.serverless = &serverless{}
	}
	return t.serverless
}

// addTransition remembers a server's change of state, if it lies in the stretch.
// That there is such a server is known in any case.
func (c *Counter) addTransition(r *accesslog.Record) {
	if t := c.name([]byte(r.Change.Backend)); t != nil {
		t.served = true
	}
	if _, ok := c.scale.Phase(r.Written); ok {
		c.keep(Transition{Change: r.Change, At: c.time(r.Written)})
	}
}

// name notes that a message of HAProxy's names a section.
func (c *Counter) name(section []byte) *tally {
	t := c.sections.Of(section).Counted
	if t != nil {
		t.named = true
	}
	return t
}

// keep remembers a server's last change.
func (c *Counter) keep(t Transition) {
	name := serverName{t.Backend, t.Server}
	last, known := c.servers[name]
	if !known && len(c.servers) >= maxTransitions || known && last.At.After(t.At) {
		return
	}
	c.servers[name] = t
}

func (c *Counter) time(unixNano int64) time.Time {
	return time.Unix(0, unixNano).In(c.stretch.At.Location())
}

// Merge adds what another counter of the same stretch, kinds and sections has
// counted. The other one must not be used any more.
func (c *Counter) Merge(other *Counter) {
	c.sections.Merge(other.sections)
	c.assumed += other.assumed
	for _, t := range other.servers {
		c.keep(t)
	}
}

func mergeTally(into, from *tally) {
	for p := range into.requests {
		into.requests[p] += from.requests[p]
		into.routed[p] += from.routed[p]
	}
	for _, one := range from.frontends() {
		known := into.through([]byte(one.frontend), math.MaxInt)
		for p := range one.requests {
			known.requests[p] += one.requests[p]
		}
	}
	into.newest = max(into.newest, from.newest)
	into.served = into.served || from.served
	into.named = into.named || from.named
	switch {
	case from.serverless == nil:
	case into.serverless == nil:
		into.serverless = from.serverless
	default:
		into.serverless.merge(from.serverless)
	}
}

func (s *serverless) merge(other *serverless) {
	for p := range s.kinds {
		s.kinds[p].Add(other.kinds[p])
	}
	for i, theirs := range other.lines {
		switch {
		case theirs == nil:
		case s.lines[i] == nil:
			s.lines[i] = theirs
		default:
			s.lines[i].Merge(theirs)
		}
	}
	s.example.Merge(other.example)
}
