package haproxy

import (
	"slices"
	"strings"
)

// Join puts together what several rows tell of one server: its own, its row of
// "show servers state" (none if that was not asked), and that of the server it
// tracks. It has to be called once all rows are there; Servers must not be moved
// afterwards.
func (s *Stats) Join(states []ServerState) {
	s.joinStates(states)
	s.joinTracked()
}

// serverName is how HAProxy names a server among all.
type serverName struct{ backend, server string }

func (s *Stats) joinStates(states []ServerState) {
	if len(states) == 0 {
		return
	}
	byName := make(map[serverName]*ServerState, len(states))
	for i := range states {
		byName[serverName{states[i].Backend, states[i].Server}] = &states[i]
	}
	for i := range s.Backends {
		b := &s.Backends[i]
		for j := range b.Servers {
			b.Servers[j].State = byName[serverName{b.Name, b.Servers[j].Name}]
		}
		b.markUnfilled()
	}
}

// markUnfilled finds the spare slots of the backend's server-templates.
func (b *Backend) markUnfilled() {
	if !slices.ContainsFunc(b.Servers, func(s Server) bool { return s.IsUnresolved() }) {
		return
	}
	resolved := map[origin]bool{}
	for i := range b.Servers {
		s := &b.Servers[i]
		if place := s.Place(); place.Address != "" && !s.IsUnresolved() {
			resolved[fqdn(place.FQDN)] = true
			resolved[srv(place.SRVRecord)] = true
		}
	}
	delete(resolved, origin{}) // a server that is given by address
	for i := range b.Servers {
		s := &b.Servers[i]
		place := s.Place()
		s.Unfilled = s.IsUnresolved() && (resolved[fqdn(place.FQDN)] || resolved[srv(place.SRVRecord)])
	}
}

// origin is what a server's address comes from: a name, or an SRV record. (A
// slot of an SRV record has no FQDN before it is filled.)
type origin struct{ fqdn, srv string }

// Capitals make no difference in DNS.
func fqdn(name string) origin { return origin{fqdn: strings.ToLower(name)} }
func srv(name string) origin  { return origin{srv: strings.ToLower(name)} }

// joinTracked finds the servers that others track. They may stand in another
// section.
func (s *Stats) joinTracked() {
	var tracking []*Server
	wanted := map[serverName]*Server{}
	for i := range s.Backends {
		for j := range s.Backends[i].Servers {
			if server := &s.Backends[i].Servers[j]; server.Tracked != "" {
				tracking = append(tracking, server)
				wanted[server.tracked()] = nil
			}
		}
	}
	if len(tracking) == 0 {
		return
	}
	for i := range s.Backends {
		b := &s.Backends[i]
		for j := range b.Servers {
			name := serverName{b.Name, b.Servers[j].Name}
			if _, ok := wanted[name]; ok {
				wanted[name] = &b.Servers[j]
			}
		}
	}
	for _, server := range tracking {
		server.Tracks = wanted[server.tracked()]
	}
}

// tracked takes the column apart: neither name has a slash in it.
func (s *Server) tracked() serverName {
	backend, server, _ := strings.Cut(s.Tracked, "/")
	return serverName{backend, server}
}
