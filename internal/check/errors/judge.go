// Package errors judges whether servers spoil the requests they get: whether
// they refuse, break off, answer too late or with 5xx, and which of them do. It
// is pure: what was counted, in a log or by HAProxy, goes in, verdicts come out.
package errors

import (
	"cmp"
	"slices"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/check/rates"
	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/threshold"
	"check-haproxy/internal/sorting"
)

// What holds if nothing is given.
const (
	DefaultWarning  = "5%"
	DefaultCritical = "25%"
	DefaultFlaps    = 3
	minShare        = 5 // spoiled requests, before their share says anything
)

// Options say how to judge.
type Options struct {
	rates.Rules        // on spoiled requests per minute, and on their share of those that servers were given
	Flaps       uint64 // so often a server goes down in the window before it flaps; 0 for never
	Counting    Counting
}

// Defaults are the options of a check that was given no flag.
func Defaults() Options {
	return Options{Rules: rulesOf(nil, nil, rates.DefaultRise()), Flaps: DefaultFlaps, Counting: CountingOf(0, 0)}
}

func rulesOf(warning, critical []threshold.LimitRule, rise rates.RiseLimits) rates.Rules {
	return rates.Rules{
		Warning:    threshold.LimitRules(warning).WithDefault(DefaultWarning),
		Critical:   threshold.LimitRules(critical).WithDefault(DefaultCritical),
		MinShare:   minShare,
		RiseLimits: rise,
	}
}

// Tally is what was counted of one section.
type Tally struct {
	Target  check.Target
	Single  bool          // the target is one server of a section
	Window  time.Duration // what is judged; rates are per minute of it
	Servers []ServerTally
	Before  []rates.Span // requests of the counted kinds before the window, the newest first
	// Unjudged says why nothing can be said of the section; mostly empty.
	Unjudged string

	// What a log tells beside, for a person.
	Logged  bool           // it was a log
	At      time.Time      // when the window ended
	Since   time.Time      // when the trouble of the window began
	Minutes []rates.Minute // counted kinds along the stretch
	Example string         // the newest line that shows it
}

// ServerTally is what was counted of one server in the window.
type ServerTally struct {
	Name     string
	Requests uint64 // that it was given
	Kinds    Counts // those that it spoiled
	Counted  uint64 // those of them that count
	// ConnectTimeouts are those of kind connect that got no answer at all; the
	// others were refused. Counters do not tell them apart.
	ConnectTimeouts uint64
	Downs           uint64 // how often it went down
}

// Section is the judgement of one section.
type Section struct {
	Target           check.Target
	Requests, Errors uint64 // given to servers, and spoiled in a way that counts
	Kinds            Counts
	rates.Verdict    // of the section as a whole; State is the worst of everything
	Limits           rates.Limits
	Servers          []Server // the worst first
	Cause            diagnosis.Cause
	Tally            Tally
}

// Server is the judgement of one server.
type Server struct {
	ServerTally
	rates.Verdict
	Flaps bool
}

// Judge judges what was counted of a section.
func Judge(t Tally, o Options) Section {
	s := Section{Target: t.Target, Tally: t, Limits: o.For(t.Target.Names...), Servers: make([]Server, 0, len(t.Servers))}
	for _, server := range t.Servers {
		s.Requests += server.Requests
		s.Errors += server.Counted
		s.Kinds.Add(server.Kinds)
		s.Servers = append(s.Servers, t.judgeServer(server, o))
	}
	sorting.Stable(s.Servers, worseServer)
	s.Verdict = s.Limits.Judge(rates.Series{Window: t.Window, Requests: s.Requests, Spoiled: s.Errors, Before: t.Before})
	spoils := s.State != plugin.OK
	for _, server := range s.Servers {
		s.State = plugin.Worst(s.State, server.State)
		spoils = spoils || server.spoils()
	}
	if t.Unjudged != "" {
		s.State = plugin.Worst(s.State, plugin.Unknown)
	}
	if spoils || s.flaps() {
		s.Cause = s.cause(spoils, o.Counting.Kinds)
	}
	return s
}

// judgeServer judges one server: by the rules that name it, or whether it spoils
// most of what it gets.
func (t Tally) judgeServer(tally ServerTally, o Options) Server {
	var limits rates.Limits
	if !t.Single {
		limits = limitsOf(t.Target, tally.Name, o)
	}
	s := Server{ServerTally: tally, Verdict: limits.Judge(rates.Series{Window: t.Window, Requests: tally.Requests, Spoiled: tally.Counted})}
	if s.Flaps = o.Flaps > 0 && tally.Downs >= o.Flaps; s.Flaps {
		s.State = plugin.Worst(s.State, plugin.Warning)
	}
	return s
}

// limitsOf are the limits for a single server: those of the rules that name it,
// rather than its section, else mostOfAServer, unless a rule switches warnings of
// the section off.
func limitsOf(section check.Target, server string, o Options) rates.Limits {
	names := section.Server(server).Names
	own := o.Named(names[:len(names)-len(section.Names)]...)
	if own != o.Named(section.Names...) {
		return own.Limits
	}
	limits := rates.Limits{MinShare: o.MinShare}
	if o.For(section.Names...).Warning != (threshold.Limit{}) {
		limits.Warning = mostOfAServer
	}
	return limits
}

// mostOfAServer is the share of a single server's requests from which on it is
// worth a warning, however well the others do.
var mostOfAServer = threshold.LimitRules{}.WithDefault("50%").ForAll()

// spoils says whether the server is in trouble for what it does to requests.
func (s Server) spoils() bool { return len(s.Reasons) > 0 }

// flaps says whether a server goes down again and again.
func (s Section) flaps() bool {
	return slices.ContainsFunc(s.Servers, func(server Server) bool { return server.Flaps })
}

// cause is the most frequent kind that counts.
func (s Section) cause(spoils bool, counted KindSet) diagnosis.Cause {
	if kind, some := s.Kinds.Most(counted); spoils && some {
		return causes[kind]
	}
	return diagnosis.Flapping
}

// worseServer orders servers: by state, by how many requests they spoil, by name.
func worseServer(a, b Server) int {
	return cmp.Or(plugin.WorseFirst(a.State, b.State), cmp.Compare(b.Counted, a.Counted), cmp.Compare(a.Name, b.Name))
}
