// Package dns checks whether the names behind a backend's servers still mean what
// HAProxy takes them for.
package dns

import (
	"check-haproxy/internal/check"
	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
)

// troubles are the standings that are not fine.
var troubles = []diagnosis.NameStanding{diagnosis.NameUnresolved, diagnosis.NameStale, diagnosis.NameLookupFailed}

// Server is a server that HAProxy knows by a name, and how it stands with it.
type Server struct {
	*haproxy.Server
	diagnosis.Naming
}

// IsDown says whether the server takes no requests though nobody meant that.
func (s Server) IsDown() bool { return !s.IsUp() && !s.IsOut() }

// Cause is why the server is in trouble; empty if its name is not to blame.
func (s Server) Cause() diagnosis.Cause {
	switch s.Standing {
	case diagnosis.NameUnresolved, diagnosis.NameLookupFailed:
		return diagnosis.DNSResolution
	case diagnosis.NameStale:
		return diagnosis.DNSStale
	default:
		return ""
	}
}

// Verdict is the judgement of one backend.
type Verdict struct {
	check.Target
	State   plugin.State
	Cause   diagnosis.Cause
	Servers []Server // those that HAProxy knows by a name

	names dns.Answers
}

// Count is how many servers have a standing.
func (v Verdict) Count(standing diagnosis.NameStanding) int {
	n := 0
	for _, s := range v.Servers {
		if s.Standing == standing {
			n++
		}
	}
	return n
}

// Total is how many servers are known by a name; spare slots are none.
func (v Verdict) Total() int { return len(v.Servers) - v.Count(diagnosis.NameUnfilled) }

// Judge returns the verdict on a backend, given what DNS says (the zero Answers
// if nobody looked); false for one without a server that HAProxy knows by a
// name.
func Judge(t check.Target, names dns.Answers) (Verdict, bool) {
	v := Verdict{Target: t, names: names}
	for i := range t.Backend.Servers {
		s := &t.Backend.Servers[i]
		if naming := diagnosis.NamingOf(s, names); naming.Standing != diagnosis.NameNone {
			v.Servers = append(v.Servers, Server{s, naming})
		}
	}
	if len(v.Servers) == 0 {
		return Verdict{}, false
	}
	v.judge()
	return v, true
}

func (v *Verdict) judge() {
	lost, troubled := 0, 0
	var causes []diagnosis.Cause
	for _, s := range v.Servers {
		if s.Standing == diagnosis.NameUnresolved || s.Standing == diagnosis.NameStale && s.IsDown() {
			lost++
		}
		if cause := s.Cause(); cause != "" {
			troubled++
			causes = append(causes, cause)
		}
	}
	switch {
	case lost > 0 && lost == v.Total() && !serves(v.Backend):
		v.State = plugin.Critical
	case troubled > 0:
		v.State = plugin.Warning
	}
	v.Cause = diagnosis.Main(causes, nil)
}

// serves says whether a server is left that takes requests: one that is given by
// address may, when all names are lost.
func serves(b *haproxy.Backend) bool {
	for i := range b.Servers {
		if s := &b.Servers[i]; s.IsUp() && s.TakesTraffic() {
			return true
		}
	}
	return false
}

// Findings returns why the backend is not OK, with evidence and commands.
func (v Verdict) Findings() []diagnosis.Finding {
	var affected []diagnosis.Affected
	for _, s := range v.Servers {
		if cause := s.Cause(); cause != "" {
			affected = append(affected, diagnosis.Affected{Server: s.Server, Cause: cause})
		}
	}
	return diagnosis.Case{Target: v.Target, Names: v.names}.Findings(affected, nil)
}
