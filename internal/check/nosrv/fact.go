package nosrv

import (
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
)

// Fact is what HAProxy's statistics tell of a section.
type Fact struct {
	Explanation              // why it has no server to give; empty if it has
	Serving     bool         // it has servers
	NoneUp      bool         // and a HAProxy in which none of them takes requests
	Served      check.Served // when it was served
}

// Facts are what the statistics, and DNS, tell of sections, by their names. Of a
// frontend it is known that it is there. At is as in FactOf.
func Facts(frontends, backends []check.Target, names dns.Answers, at time.Time) map[string]Fact {
	known := make(map[string]Fact, len(frontends)+len(backends))
	for _, t := range frontends {
		known[t.Name] = Fact{}
	}
	for _, t := range backends {
		fact := FactOf(t.Backend, names, at)
		if before := known[t.Name]; before.Served.Section != "" {
			fact = before.and(fact)
		}
		known[t.Name] = fact
	}
	return known
}

// FactOf reads what a backend's rows and DNS tell. At is when they were asked; it
// is zero if that is not the time of the log's window: then they tell no more
// than that there are servers.
func FactOf(b *haproxy.Backend, names dns.Answers, at time.Time) Fact {
	f := Fact{Serving: len(b.Servers) > 0, Served: check.Served{Section: b.Name}}
	if at.IsZero() {
		return f
	}
	f.Explanation = ExplainBackend(b, names, at)
	f.NoneUp = true
	for i := range b.Servers {
		if s := &b.Servers[i]; s.IsUp() && s.TakesTraffic() {
			f.NoneUp = false
		}
	}
	f.Served.Known = b.LastSession.Known || b.NoSession
	f.Served.Now = b.Sessions.Value > 0
	if b.LastSession.Known {
		f.Served.Last = at.Add(-time.Duration(b.LastSession.Value) * time.Second)
	}
	return f
}

// and is what is known of a section that several HAProxys have: any of them may
// have written a line. The first one explains.
func (f Fact) and(other Fact) Fact {
	f.Serving = f.Serving || other.Serving
	f.NoneUp = f.NoneUp || other.NoneUp
	f.Served.Known = f.Served.Known && other.Served.Known
	f.Served.Now = f.Served.Now || other.Served.Now
	if other.Served.Last.After(f.Served.Last) {
		f.Served.Last = other.Served.Last
	}
	return f
}

// servedOf is when the sections that have servers were served.
func servedOf(facts map[string]Fact) []check.Served {
	var list []check.Served
	for _, f := range facts {
		if f.Serving {
			list = append(list, f.Served)
		}
	}
	return list
}
