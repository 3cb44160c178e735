// Package availability judges whether every backend has a server left that can
// answer. It is pure: statistics in, verdicts out.
package backend

import (
	"check-haproxy/internal/diagnosis"
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

// Backend is one backend to judge.
type Backend struct {
	haproxy.Backend
	Label    string   // how output calls it: "v2", or "v2@endpoint"
	Names    []string // the names that patterns of thresholds may match
	Endpoint string
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
	Backend           Backend
	State             plugin.State
	Up, Down, Out     int
	OnBackup          bool // all servers that are up are backup servers
	Cause             diagnosis.Cause
	Servers           []Server
	Warning, Critical threshold.Range // in effect, as numbers of servers
}

// Total is what percentages are of: servers taken out on purpose do not count.
func (v Verdict) Total() int { return v.Up + v.Down }

// Judge returns the verdict on a backend. It returns false for a backend
// without servers that is none of this check's business: from its statistics
// it cannot be told from a stats page, a redirector or a "sorry" page.
func Judge(b Backend, o Options) (Verdict, bool) {
	if len(b.Servers) == 0 {
		return judgeServerless(b, o)
	}
	v := Verdict{Backend: b, Servers: standings(b, o)}
	v.count(o.ActiveOnly)
	v.judge(o)
	if v.State != plugin.OK {
		v.Cause = diagnosis.Main(causes(v.Servers))
	}
	return v, true
}

func judgeServerless(b Backend, o Options) (Verdict, bool) {
	if !b.OnlyFailed() {
		return Verdict{}, false
	}
	v := Verdict{Backend: b, State: o.NoServers}
	if v.State != plugin.OK {
		v.Cause = diagnosis.NoServers
	}
	return v, true
}

func standings(b Backend, o Options) []Server {
	servers := make([]Server, len(b.Servers))
	for i := range b.Servers {
		s := &b.Servers[i]
		servers[i] = Server{Server: s, Standing: Down, Cause: diagnosis.OfServer(s)}
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
	warning, critical := o.Warning.For(v.Backend.Names...), o.Critical.For(v.Backend.Names...)
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

func causes(servers []Server) []diagnosis.Cause {
	list := make([]diagnosis.Cause, len(servers))
	for i, s := range servers {
		list[i] = s.Cause
	}
	return list
}
