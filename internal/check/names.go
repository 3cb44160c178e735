package check

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
)

// Lookup asks DNS for the names and SRV records by which HAProxy knows the
// servers of backends, of those that wanted takes. Without a resolver nobody is
// asked.
func Lookup(ctx context.Context, resolver *dns.Resolver, backends []Target, wanted func(*haproxy.Server) bool) dns.Answers {
	asked := newQuestions(backends, wanted)
	if resolver == nil || len(asked.names)+len(asked.services) == 0 {
		return dns.Answers{}
	}
	return resolver.All(ctx, asked.names, asked.services)
}

// explainTime is how long DNS may take to explain what is down: the news itself
// should not wait for it.
const explainTime = 3 * time.Second

// LookupDown is Lookup, in a short time, for the servers that are down: their
// names may lead elsewhere by now.
func LookupDown(ctx context.Context, resolver *dns.Resolver, backends []Target) dns.Answers {
	ctx, cancel := context.WithTimeout(ctx, explainTime)
	defer cancel()
	return Lookup(ctx, resolver, backends, isDown)
}

func isDown(s *haproxy.Server) bool { return !s.IsUp() && !s.IsOut() }

// questions are the servers' names and SRV records, each once, with the addresses
// that HAProxy uses.
type questions struct {
	names    []dns.Question
	services []dns.ServiceQuestion
	index    map[string]int // of a name or a record, in lower case
}

func newQuestions(backends []Target, wanted func(*haproxy.Server) bool) *questions {
	q := &questions{index: map[string]int{}}
	for _, t := range backends {
		for i := range t.Backend.Servers {
			s := &t.Backend.Servers[i]
			if s.Unfilled || !wanted(s) { // nobody waits for a spare slot
				continue
			}
			switch place := s.Place(); {
			case place.SRVRecord != "":
				q.addService(place)
			case place.FQDN != "":
				q.addName(place)
			}
		}
	}
	return q
}

func (q *questions) addName(place haproxy.ServerState) {
	name := strings.ToLower(place.FQDN)
	at, asked := q.index[name]
	if !asked {
		at = len(q.names)
		q.index[name] = at
		q.names = append(q.names, dns.Question{Name: name})
	}
	if address, err := netip.ParseAddr(place.Address); err == nil {
		q.names[at].Believe = append(q.names[at].Believe, address)
	}
}

func (q *questions) addService(place haproxy.ServerState) {
	record := "SRV " + strings.ToLower(place.SRVRecord)
	at, asked := q.index[record]
	if !asked {
		at = len(q.services)
		q.index[record] = at
		q.services = append(q.services, dns.ServiceQuestion{Record: place.SRVRecord})
	}
	if address, ok := place.AddrPort(); ok {
		q.services[at].Believe = append(q.services[at].Believe, address)
	}
}
