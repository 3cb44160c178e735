// Package resolution judges whether the names behind a backend's servers still
// mean what HAProxy takes them for. Judging is pure: where HAProxy believes the
// servers to be and what DNS answered in, verdicts out. Moved alone asks DNS,
// for the checks that want to explain what is down.
package dns

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
)

// Backend is one backend to judge.
type Backend struct {
	haproxy.Backend
	Label    string // how output calls it: "v2", or "v2@endpoint"
	Endpoint string
}

// Standing is what becomes of a server's name.
type Standing string

// The standings, the worst first.
const (
	Unresolved   Standing = "unresolved"    // HAProxy has no address for the name
	Stale        Standing = "stale"         // the name resolves, but never to the address that HAProxy uses
	LookupFailed Standing = "lookup-failed" // DNS gives no certain answer now, HAProxy still has an address
	OK           Standing = "ok"            // nothing is wrong with it, as far as it was looked at
	Unfilled     Standing = "unfilled"      // a spare slot of a server-template: neither down nor unresolved
)

// troubles are the standings that are not fine.
var troubles = []Standing{Unresolved, Stale, LookupFailed}

// Server is a server that HAProxy knows by a name.
type Server struct {
	haproxy.Server
	Address  netip.Addr // the one that HAProxy uses; the zero Addr where it has none
	Answers  []string   // what DNS says now; nil where nobody asked, or there is no answer
	Standing Standing
	Reason   string // in words: why the lookup failed, or what else is to know
}

// Down says whether the server takes no requests though nobody meant that.
func (s Server) Down() bool { return !s.IsUp() && !s.IsOut() }

// Cause is why the server is in trouble; empty where its name is not to blame.
func (s Server) Cause() diagnosis.Cause {
	switch s.Standing {
	case Unresolved, LookupFailed:
		return diagnosis.DNSResolution
	case Stale:
		return diagnosis.DNSStale
	default:
		return ""
	}
}

// Verdict is the judgement of one backend.
type Verdict struct {
	Backend Backend
	State   plugin.State
	Cause   diagnosis.Cause
	Servers []Server // those that HAProxy knows by a name
}

// Count is how many servers have a standing.
func (v Verdict) Count(standing Standing) int {
	n := 0
	for _, s := range v.Servers {
		if s.Standing == standing {
			n++
		}
	}
	return n
}

// Total is how many servers are known by a name; spare slots are none.
func (v Verdict) Total() int { return len(v.Servers) - v.Count(Unfilled) }

// Moved are the stale servers and where their names lead now, as
// diagnosis.Facts takes them.
func (v Verdict) Moved() map[string][]string {
	moved := map[string][]string{}
	for _, s := range v.Servers {
		if s.Standing == Stale {
			moved[s.Name] = s.Answers
		}
	}
	return moved
}

// Questions are the names to look up for these backends, each once.
func Questions(backends ...Backend) []dns.Question {
	var questions []dns.Question
	index := map[string]int{}
	for _, b := range backends {
		for _, s := range named(b) {
			if s.FQDN == "" || s.Standing == Unfilled {
				continue
			}
			name := key(s.FQDN)
			i, asked := index[name]
			if !asked {
				i = len(questions)
				index[name] = i
				questions = append(questions, dns.Question{Name: name})
			}
			if s.Address.IsValid() {
				questions[i].Believe = append(questions[i].Believe, s.Address)
			}
		}
	}
	return questions
}

// key is a name as names are compared.
func key(fqdn string) string { return strings.ToLower(fqdn) }

// Judge returns the verdict on a backend; false for one without a server that
// HAProxy knows by a name. Answers are those to Questions, nil where nobody
// looked.
func Judge(b Backend, answers map[string]dns.Answer) (Verdict, bool) {
	v := Verdict{Backend: b, Servers: named(b)}
	if len(v.Servers) == 0 {
		return Verdict{}, false
	}
	for i := range v.Servers {
		if answer, asked := answers[key(v.Servers[i].FQDN)]; asked {
			v.Servers[i].compare(answer)
		}
	}
	v.judge()
	return v, true
}

// named are the servers of a backend that HAProxy knows by a name, as they
// stand before anybody looks.
func named(b Backend) []Server {
	var servers []Server
	for _, row := range b.Servers {
		s := Server{Server: row, Standing: OK}
		if _, err := netip.ParseAddr(s.FQDN); err == nil {
			s.FQDN = ""
		}
		if address, err := netip.ParseAddr(s.Host); err == nil {
			s.Address = address.Unmap()
		}
		switch {
		case s.Unfilled:
			s.Standing = Unfilled
		case s.IsUnresolved():
			s.Standing = Unresolved
		case s.FQDN == "" && s.SRVRecord == "":
			continue
		}
		servers = append(servers, s)
	}
	return servers
}

// compare holds what DNS says against what HAProxy believes.
func (s *Server) compare(answer dns.Answer) {
	if s.Standing == Unfilled {
		return
	}
	for _, address := range answer.Addresses {
		s.Answers = append(s.Answers, address.String())
	}
	switch {
	case !s.Address.IsValid():
		if answer.Err != nil {
			s.Reason = answer.Err.Error()
		}
	case answer.Has(s.Address):
	case answer.RulesOut(s.Address):
		s.Standing = Stale
	case answer.Changing:
		s.Reason = fmt.Sprintf("DNS gives other addresses each time, %d so far", len(answer.Addresses))
	case answer.Err != nil:
		s.Standing, s.Reason = LookupFailed, answer.Err.Error()
	default:
		s.Standing, s.Reason = LookupFailed, "there was no time for enough lookups; raise --timeout"
	}
}

// serves says whether a server is left that takes requests: one that is given by
// address may, when all names are lost.
func (b Backend) serves() bool {
	return slices.ContainsFunc(b.Servers, func(s haproxy.Server) bool { return s.IsUp() && s.TakesTraffic() })
}

func (v *Verdict) judge() {
	lost, troubled := 0, 0
	var causes []diagnosis.Cause
	for _, s := range v.Servers {
		if s.Standing == Unresolved || s.Standing == Stale && s.Down() {
			lost++
		}
		if cause := s.Cause(); cause != "" {
			troubled++
			causes = append(causes, cause)
		}
	}
	switch {
	case lost > 0 && lost == v.Total() && !v.Backend.serves():
		v.State = plugin.Critical
	case troubled > 0:
		v.State = plugin.Warning
	}
	v.Cause = diagnosis.Main(causes)
}
