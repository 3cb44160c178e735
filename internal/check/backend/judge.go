// Package backend checks whether every backend has a server left that can answer.
package backend

import (
	"fmt"
	"slices"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/threshold"
)

// The thresholds that hold if none is given: every server up, or a warning;
// one at least, or critical.
const (
	DefaultWarning  = "100%:"
	DefaultCritical = "1:"
)

// Options say how to judge.
type Options struct {
	Warning, Critical threshold.Rules // on the number of up servers, and its percentage of up + down
	ActiveOnly        bool            // leave backup servers out of the count
	MaintOK           bool            // a backend whose servers are all out is OK
	UnresolvedOut     bool            // "MAINT (resolution)" counts as out, not down
	NoServers         plugin.State    // for a backend without servers that has only ever answered 5xx
	LostServers       plugin.State    // for a backend that has no servers left
	MaintWarning      time.Duration   // a server that is out for longer is a WARNING; 0 is none
}

// Defaults are the options if no flag is given.
func Defaults() Options {
	return Options{
		Warning:     threshold.Rules(nil).WithDefault(DefaultWarning),
		Critical:    threshold.Rules(nil).WithDefault(DefaultCritical),
		NoServers:   plugin.Warning,
		LostServers: plugin.Critical,
	}
}

// Standing is what a server counts as.
type Standing string

// The three standings.
const (
	Up   Standing = "up"   // can take a request
	Down Standing = "down" // cannot, and nobody meant it
	Out  Standing = "out"  // cannot, on purpose
)

// Server is a server and what it counts as.
type Server struct {
	*haproxy.Server
	Standing Standing
	Cause    diagnosis.Cause // why it is not up; empty if it is
}

// Verdict is the judgement of one backend.
type Verdict struct {
	check.Target
	State             plugin.State
	Up, Down, Out     int
	Trouble           Trouble
	Cause             diagnosis.Cause
	Problem           string // why the state is UNKNOWN
	Unchecked         int    // servers that are up and that nobody checks
	Starting          int    // servers that are up and have not been checked since they started
	Servers           []Server
	Warning, Critical threshold.Range // in effect, as numbers of servers

	names dns.Answers
}

// Trouble is what a backend has beside, or instead of, servers that are not up.
type Trouble int

// The troubles, of which a backend has one at most.
const (
	NoTrouble     Trouble = iota
	OnBackup              // all servers that are up are backup servers
	LongOut               // a server is out for longer than it may be
	NeverServers          // it has no servers, and has only ever failed
	LostServers           // it has no servers, and had some
	HiddenServers         // HAProxy says DOWN, and no server's row explains it
	Unpublished           // no rule leads to it
)

// Total is what percentages are of: servers taken out on purpose do not count.
func (v Verdict) Total() int { return v.Up + v.Down }

// Judge returns the verdict on a backend, given what DNS says of its servers'
// names (the zero Answers if nobody looked). It returns false for a backend
// without servers that is none of this check's business: from its statistics
// it cannot be told from a stats page, a redirector or a "sorry" page.
func Judge(t check.Target, names dns.Answers, o Options) (Verdict, bool) {
	v := Verdict{Target: t, Servers: standings(t.Backend, names, o), names: names}
	v.count(o.ActiveOnly)
	total := float64(v.Total())
	v.Warning, v.Critical = o.Warning.For(v.Names...).Of(total), o.Critical.For(v.Names...).Of(total)
	switch v.Problem = problemOf(t.Backend, v.Servers, o); {
	case v.Problem != "":
		v.State = plugin.Unknown
	case t.Backend.IsUnpublished():
		v.judgeUnpublished(o)
	case len(v.Servers) > 0:
		v.judge(o)
	case !v.judgeServerless(o):
		return Verdict{}, false
	}
	switch {
	case v.State == plugin.OK:
		v.Cause = ""
	case v.Cause == "" && v.Problem == "":
		v.Cause = diagnosis.Main(causes(v.affected(Down)), causes(v.affected(Out)))
	}
	return v, true
}

// judge is for a backend with servers.
func (v *Verdict) judge(o Options) {
	warning, critical := o.Warning.For(v.Names...), o.Critical.For(v.Names...)
	up, percent := float64(v.Up), 0.0
	if v.Total() > 0 {
		percent = 100 * up / float64(v.Total())
	}
	switch {
	case v.Backend.IsDown() && v.serves():
		v.Trouble, v.Cause = HiddenServers, diagnosis.Unknown
		v.State = v.allowed(plugin.Critical)
	case o.MaintOK && v.Total() == 0 && v.Out > 0:
		v.State = plugin.OK
	case critical.Alerts(up, percent):
		v.State = plugin.Critical
	case v.Trouble == OnBackup, warning.Alerts(up, percent):
		v.State = plugin.Warning
	case v.longOut(o.MaintWarning):
		v.Trouble, v.State = LongOut, v.allowed(plugin.Warning)
	}
}

// judgeServerless returns false if nobody can tell whether the backend should
// have servers.
func (v *Verdict) judgeServerless(o Options) bool {
	switch b := v.Backend; {
	case b.IsDown():
		v.Trouble, v.Cause, v.State = HiddenServers, diagnosis.Unknown, plugin.Critical
	case b.Selected.Value > 0:
		v.Trouble, v.Cause, v.State = LostServers, diagnosis.NoServers, o.LostServers
	case b.OnlyFailed() && !v.answersItself():
		v.Trouble, v.Cause, v.State = NeverServers, diagnosis.NoServers, o.NoServers
	default:
		return false
	}
	v.State = v.allowed(v.State)
	return true
}

// answersItself says whether the section's frontend answers requests without any
// server, as one with the stats page does.
func (v *Verdict) answersItself() bool {
	f := v.Frontend
	return f != nil && (f.Intercepted.Value > 0 || f.Successes.Value > 0)
}

// judgeUnpublished is for a backend that was taken out as a whole (HAProxy 3.4,
// "unpublish backend"), whatever its servers do.
func (v *Verdict) judgeUnpublished(o Options) {
	v.Trouble, v.Cause = Unpublished, diagnosis.Unpublished
	if !o.MaintOK {
		v.State = v.allowed(plugin.Critical)
	}
}

// allowed is a state that does not come from a threshold, as far as the rules
// allow it: those that are none silence a section.
func (v *Verdict) allowed(state plugin.State) plugin.State {
	if state == plugin.Critical && v.Critical.IsNone() {
		state = plugin.Warning
	}
	if state == plugin.Warning && v.Warning.IsNone() {
		return plugin.OK
	}
	return state
}

// serves says whether any server is up, even a backup server that does not
// count.
func (v *Verdict) serves() bool {
	return slices.ContainsFunc(v.Servers, func(s Server) bool { return s.Standing == Up })
}

// longOut says whether a server was taken out for longer than it may be.
func (v *Verdict) longOut(most time.Duration) bool {
	return most > 0 && slices.ContainsFunc(v.Servers, func(s Server) bool { return s.outFor() > most })
}

// outFor is how long a server that was taken out is out.
func (s Server) outFor() time.Duration {
	if !s.IsOut() {
		return 0
	}
	return time.Duration(s.LastChange.Value) * time.Second
}

// problemOf says why a backend cannot be judged; empty if it can.
func problemOf(b *haproxy.Backend, servers []Server, o Options) string {
	if b.Status == "" {
		return "HAProxy tells no status"
	}
	for _, s := range servers {
		problem := s.Problem()
		if o.MaintWarning > 0 && s.Standing == Out && s.LastChange.Damaged {
			problem = "is out since nobody knows when"
		}
		if problem != "" {
			return fmt.Sprintf("server %s %s", s.Name, problem)
		}
	}
	if len(servers) == 0 && b.Usable > 0 {
		return "HAProxy counts " + plugin.Count(b.Usable, "UP server") + " in it, and no row shows one"
	}
	if len(servers) == 0 && b.HasDamagedTotals() {
		return "it has no servers, and what it has counted is damaged"
	}
	return ""
}

func standings(b *haproxy.Backend, names dns.Answers, o Options) []Server {
	servers := make([]Server, len(b.Servers))
	for i := range b.Servers {
		s := &b.Servers[i]
		servers[i] = Server{Server: s, Standing: Down, Cause: diagnosis.OfServer(s, names)}
		switch {
		case s.IsOut():
			servers[i].Standing = Out
		case s.IsUp():
			servers[i].Standing = Up
		case s.Unfilled:
			servers[i].Standing, servers[i].Cause = Out, ""
		case s.IsUnresolved() && o.UnresolvedOut:
			servers[i].Standing = Out
		}
	}
	return servers
}

func (v *Verdict) count(activeOnly bool) {
	active := 0
	for _, s := range v.Servers {
		if !s.Backup && s.Standing == Up {
			active++
		}
		if s.Backup && activeOnly {
			continue
		}
		switch s.Standing {
		case Up:
			v.countUp(s)
		case Down:
			v.Down++
		case Out:
			v.Out++
		}
	}
	if active == 0 && v.Up > 0 {
		v.Trouble = OnBackup
	}
}

func (v *Verdict) countUp(s Server) {
	v.Up++
	switch {
	case s.IsUnchecked():
		v.Unchecked++
	case s.IsStarting():
		v.Starting++
	}
}

// affected are the servers of a standing, with their causes.
func (v Verdict) affected(standing Standing) []diagnosis.Affected {
	var list []diagnosis.Affected
	for _, s := range v.Servers {
		if s.Standing == standing && s.Cause != "" {
			list = append(list, diagnosis.Affected{Server: s.Server, Cause: s.Cause})
		}
	}
	return list
}

func causes(servers []diagnosis.Affected) []diagnosis.Cause {
	list := make([]diagnosis.Cause, len(servers))
	for i, s := range servers {
		list[i] = s.Cause
	}
	return list
}

// Findings returns why the backend is not OK, with evidence and commands: its
// cause first, then what else ails its servers.
func (v Verdict) Findings() []diagnosis.Finding {
	why := diagnosis.Case{Target: v.Target, Names: v.names}
	switch {
	case v.Cause == "":
		return nil
	case len(v.Servers) == 0, v.Trouble == Unpublished, v.Trouble == HiddenServers:
		return []diagnosis.Finding{why.Finding(v.Cause, nil)}
	default:
		return why.Findings(v.affected(Down), v.affected(Out))
	}
}
