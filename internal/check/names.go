package check

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
)

// Lookup asks DNS for the names by which HAProxy knows the servers of backends,
// of those that wanted takes. Without a resolver nobody is asked.
func Lookup(ctx context.Context, resolver *dns.Resolver, backends []Target, wanted func(*haproxy.Server) bool) dns.Answers {
	questions := questions(backends, wanted)
	if resolver == nil || len(questions) == 0 {
		return dns.Answers{}
	}
	return resolver.All(ctx, questions)
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

// questions are the servers' names, each once, with the addresses that HAProxy
// uses. Nobody waits for a spare slot of a server-template.
func questions(backends []Target, wanted func(*haproxy.Server) bool) []dns.Question {
	var questions []dns.Question
	index := map[string]int{}
	for _, t := range backends {
		for i := range t.Backend.Servers {
			s := &t.Backend.Servers[i]
			place := s.Place()
			if place.FQDN == "" || s.Unfilled || !wanted(s) {
				continue
			}
			name := strings.ToLower(place.FQDN)
			at, asked := index[name]
			if !asked {
				at = len(questions)
				index[name] = at
				questions = append(questions, dns.Question{Name: name})
			}
			if address, err := netip.ParseAddr(place.Address); err == nil {
				questions[at].Believe = append(questions[at].Believe, address)
			}
		}
	}
	return questions
}
