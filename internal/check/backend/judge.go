// Package backend checks whether every backend has a server left that can answer.
package backend

import (
	"fmt"

	"check-haproxy/internal/check"
	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/threshold"
)

// The thresholds that hold where none is given: every server up, or a warning;
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
	Cause    diagnosis.Cause // why it is not up; empty where it is
}

// Verdict is the judgement of one backend.
type Verdict struct {
	check.Target
	State             plugin.State
	Up, Down, Out     int
	OnBackup          bool // all servers that are up are backup servers
	Cause             diagnosis.Cause
	Problem           string // why the state is UNKNOWN
	Servers           []Server
	Warning, Critical threshold.Range // in effect, as numbers of servers

	names dns.Answers
}

// Total is what percentages are of: servers taken out on purpose do not count.
func (v Verdict) Total() int { return v.Up + v.Down }

// Judge returns the verdict on a backend, given what DNS says of its servers'
// names (the zero Answers if nobody looked). It returns false for a backend
// without servers that is none of this check's business: from its statistics
// it cannot be told from a stats page, a redirector or a "sorry" page.
func Judge(t check.Target, names dns.Answers, o Options) (Verdict, bool) {
	if len(t.Backend.Servers) == 0 {
		return judgeServerless(t, o)
	}
	v := Verdict{Target: t, Servers: standings(t.Backend, names, o), names: names}
	v.count(o.ActiveOnly)
	if v.Problem = problemOf(t.Backend); v.Problem != "" {
		v.State = plugin.Unknown
		return v, true
	}
	v.judge(o)
	if v.State != plugin.OK {
		v.Cause = diagnosis.Main(causes(v.affected(Down)), causes(v.affected(Out)))
	}
	return v, true
}

func judgeServerless(t check.Target, o Options) (Verdict, bool) {
	if !t.Backend.OnlyFailed() {
		return Verdict{}, false
	}
	v := Verdict{Target: t, State: o.NoServers}
	if v.State != plugin.OK {
		v.Cause = diagnosis.NoServers
	}
	return v, true
}

// problemOf says why a backend cannot be judged; empty if it can.
func problemOf(b *haproxy.Backend) string {
	for i := range b.Servers {
		if problem := b.Servers[i].Problem(); problem != "" {
			return fmt.Sprintf("server %s %s", b.Servers[i].Name, problem)
		}
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
			v.Up++
		case Down:
			v.Down++
		case Out:
			v.Out++
		}
	}
	v.OnBackup = active == 0 && v.Up > 0
}

func (v *Verdict) judge(o Options) {
	total := float64(v.Total())
	warning, critical := o.Warning.For(v.Names...), o.Critical.For(v.Names...)
	v.Warning, v.Critical = warning.Of(total), critical.Of(total)
	up, percent := float64(v.Up), 0.0
	if total > 0 {
		percent = 100 * up / total
	}
	switch {
	case o.MaintOK && v.Total() == 0:
		v.State = plugin.OK
	case critical.Alerts(up, percent):
		v.State = plugin.Critical
	case warning.Alerts(up, percent), v.OnBackup:
		v.State = plugin.Warning
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
	case len(v.Servers) == 0:
		return []diagnosis.Finding{why.Finding(v.Cause, nil)}
	default:
		return why.Findings(v.affected(Down), v.affected(Out))
	}
}
