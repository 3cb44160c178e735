package errors

import (
	"fmt"
	"time"

	"check-haproxy/internal/accesslog"
	"check-haproxy/internal/check"
	"check-haproxy/internal/check/rates"
	"check-haproxy/internal/plugin"
)

// What a Counter holds is bounded, whatever a log says; check.Sections bounds the
// number of sections.
const (
	maxServers = 20_000 // of all sections
	maxName    = 256    // bytes of a server's name
)

// Counter counts what servers do to their requests, by the lines of a log's
// stretch. Each goroutine that reads has its own; Merge brings them together.
// Adding a line of a server that was seen before costs no allocation.
type Counter struct {
	counting Counting
	stretch  check.Stretch
	scale    *rates.Scale
	sections *check.Sections[section]
	recent   [check.Slots]recentServer // by Record.Route
	servers  int                       // in all sections
	cut      uint64                    // requests of the window whose line ends before it tells how they went
}

// section is what is counted of one section.
type section struct {
	servers map[string]*server
	spoiled *rates.Timeline // requests of the kinds that count; nil for none
	example check.Example   // the newest of them in the window
}

// server is what is counted of one server in the window.
type server struct {
	requests uint64
	counted  uint64
	kinds    *Counts // nil for none
	timeouts uint64  // connections that got no answer at all
	downs    uint64  // how often it went down
}

// recentServer is a server that was seen lately, in the section where it then
// was.
type recentServer struct {
	route  uint64
	place  *check.Section[section]
	in     *section
	server *server
}

// NewCounter returns a counter of the lines in a stretch of time.
func NewCounter(s check.Stretch, counting Counting, chosen func(section string) bool) *Counter {
	return &Counter{
		counting: counting, stretch: s, scale: rates.NewScale(s),
		sections: check.NewSections(chosen, mergeSection),
	}
}

// Add counts one line. It keeps nothing of the record but copies.
func (c *Counter) Add(r *accesslog.Record) {
	at, ok := c.scale.Phase(r.Written)
	if !ok {
		return
	}
	switch r.Class {
	case accesslog.Request:
		if !r.NoServer && r.Server[0] != '<' { // not one of HAProxy's own services
			c.addRequest(at, r)
		}
	case accesslog.Transition:
		c.addTransition(at, r)
	}
}

func (c *Counter) addRequest(at rates.Phase, r *accesslog.Record) {
	place, s := c.find(r)
	if s == nil {
		return
	}
	if at == rates.InWindow {
		s.requests += uint64(r.Times)
	}
	if d := &r.Details; d.Known && r.Flags == [2]byte{'-', '-'} && r.Status < 500 && d.Retries == 0 && !d.Redispatched && c.counting.Slow == 0 {
		return // most do
	}
	c.addSpoiled(place.Counted, s, at, r)
}

func (c *Counter) addSpoiled(in *section, s *server, at rates.Phase, r *accesslog.Record) {
	if !r.Details.Known {
		if at == rates.InWindow {
			c.cut += uint64(r.Times)
		}
		return
	}
	kind := c.counting.kindOf(r)
	if kind == none {
		return
	}
	counts := c.counting.of(isTunnel(r)).Has(kind)
	if counts {
		if in.spoiled == nil {
			in.spoiled = c.scale.NewTimeline()
		}
		c.scale.Add(in.spoiled, r.Written, uint64(r.Times))
	}
	if at != rates.InWindow {
		return
	}
	if s.kinds == nil {
		s.kinds = new(Counts)
	}
	s.kinds[kind] += uint64(r.Times)
	if kind == Connect && r.Flags[0] == 's' {
		s.timeouts += uint64(r.Times)
	}
	if counts {
		s.counted += uint64(r.Times)
		in.example.Offer(r)
	}
}

// addTransition counts that a server went down in the window. One that was taken
// out on purpose does not flap.
func (c *Counter) addTransition(at rates.Phase, r *accesslog.Record) {
	switch {
	case r.Change.Up || at != rates.InWindow:
		return
	case r.Change.Reason == "maintenance", r.Change.Reason == "drain", r.Change.Reason == "stopping":
		return
	}
	if in := c.sections.Of([]byte(r.Change.Backend)).Counted; in != nil {
		c.in(in, []byte(r.Change.Server)).downs++
	}
}

// find finds a request's server; nil if its section was not chosen.
func (c *Counter) find(r *accesslog.Record) (*check.Section[section], *server) {
	slot := &c.recent[check.SlotOf(r.Route)]
	if r.Route != 0 && slot.route == r.Route && slot.place.Counted == slot.in {
		return slot.place, slot.server
	}
	place := c.sections.Of(r.Backend)
	var s *server
	if place.Counted != nil {
		s = c.in(place.Counted, r.Server)
	}
	*slot = recentServer{r.Route, place, place.Counted, s}
	return place, s
}

// others stands for the servers of a section that have no place of their own.
const others = "(others)"

// in finds a server of a section, or makes it.
func (c *Counter) in(section *section, name []byte) *server {
	name = name[:min(len(name), maxName)]
	if s := section.servers[string(name)]; s != nil {
		return s
	}
	if c.servers >= maxServers && string(name) != others {
		return c.in(section, []byte(others))
	}
	c.servers++
	if section.servers == nil {
		section.servers = map[string]*server{}
	}
	s := &server{}
	section.servers[string(name)] = s
	return s
}

// Merge adds what another counter of the same stretch and kinds has counted. The
// other one must not be used any more.
func (c *Counter) Merge(other *Counter) {
	c.sections.Merge(other.sections)
	c.cut += other.cut
}

func mergeSection(into, from *section) {
	for name, theirs := range from.servers {
		if ours := into.servers[name]; ours != nil {
			ours.merge(theirs)
			continue
		}
		if into.servers == nil {
			into.servers = map[string]*server{}
		}
		into.servers[name] = theirs
	}
	switch {
	case from.spoiled == nil:
	case into.spoiled == nil:
		into.spoiled = from.spoiled
	default:
		into.spoiled.Merge(from.spoiled)
	}
	into.example.Merge(from.example)
}

func (s *server) merge(other *server) {
	s.requests += other.requests
	s.counted += other.counted
	s.timeouts += other.timeouts
	s.downs += other.downs
	switch {
	case other.kinds == nil:
	case s.kinds == nil:
		s.kinds = other.kinds
	default:
		s.kinds.Add(*other.kinds)
	}
}

// doubts are what of the lines is no evidence.
func (c *Counter) doubts() []check.Doubt {
	requests := uint64(0)
	for place := range c.sections.All() {
		for _, s := range place.Counted.servers {
			requests += s.requests
		}
	}
	const few = 0.05 // of the requests: as many as may be spoiled by default
	if float64(c.cut) <= few*float64(requests) {
		return nil
	}
	return []check.Doubt{{
		State:  plugin.Unknown,
		Reason: fmt.Sprintf("the lines of %d of %d requests do not tell how they went", c.cut, requests),
		Advice: "name the log's format with --log-format or --config, and let lines be longer (\"len\" of the log line)",
	}}
}

// Tallies are the sections with a server; covered is how much of the baseline the
// log covers.
func (c *Counter) Tallies(covered time.Duration) []Tally {
	places, others := c.sections.Settled()
	if others != nil {
		places = append(places, others)
	}
	var all []Tally
	for _, place := range places {
		if in := place.Counted; len(in.servers) > 0 {
			all = append(all, c.tally(place.Name, in, covered))
		}
	}
	return all
}

func (c *Counter) tally(name string, in *section, covered time.Duration) Tally {
	t := Tally{
		Target: check.Target{Name: name, Label: name, Names: []string{name}}, Window: c.stretch.Window, At: c.stretch.At, Logged: true,
		Before: c.scale.Before(in.spoiled, covered),
	}
	for name, s := range in.servers {
		tally := ServerTally{Name: name, Requests: s.requests, Counted: s.counted, ConnectTimeouts: s.timeouts, Downs: s.downs}
		if s.kinds != nil {
			tally.Kinds = *s.kinds
		}
		t.Servers = append(t.Servers, tally)
	}
	if in.spoiled != nil {
		t.Since = c.scale.Since(in.spoiled)
		t.Example = in.example.Format(c.stretch.At.Location())
	}
	return t
}
