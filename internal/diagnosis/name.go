package diagnosis

import (
	"fmt"
	"net/netip"

	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
)

// NameStanding is what became of the name by which HAProxy knows a server. The
// words are those of the JSON output.
type NameStanding string

// The standings, the worst first.
const (
	NameUnresolved   NameStanding = "unresolved"    // HAProxy has no address for the name
	NameStale        NameStanding = "stale"         // the name resolves, but never to the address that HAProxy uses
	NameLookupFailed NameStanding = "lookup-failed" // DNS gives no certain answer now, HAProxy still has an address
	NameOK           NameStanding = "ok"            // nothing is wrong with it, as far as it was looked at
	NameUnfilled     NameStanding = "unfilled"      // a spare slot of a server-template: neither down nor unresolved
	NameNone         NameStanding = ""              // HAProxy knows the server by no name
)

// Naming is how a server stands with its name.
type Naming struct {
	Standing NameStanding
	Answers  []string // the addresses that DNS has now; nil if nobody asked, or there is no answer
	Reason   string   // in words: why the lookup failed, or what else is to know
}

// NamingOf holds what HAProxy believes of a server's name against what DNS says.
func NamingOf(s *haproxy.Server, names dns.Answers) Naming {
	place := s.Place()
	switch {
	case s.Unfilled:
		return Naming{Standing: NameUnfilled}
	case place.FQDN == "" && place.SRVRecord == "" && !s.IsUnresolved():
		return Naming{Standing: NameNone}
	}
	naming := Naming{Standing: NameOK}
	if s.IsUnresolved() {
		naming.Standing = NameUnresolved
	}
	if answer, asked := names.Of(place.FQDN); asked {
		naming.compare(place.Address, answer)
	}
	return naming
}

// compare holds an answer against the address that HAProxy uses.
func (n *Naming) compare(host string, answer dns.Answer) {
	for _, address := range answer.Addresses {
		n.Answers = append(n.Answers, address.String())
	}
	address, err := netip.ParseAddr(host)
	switch {
	case err != nil:
		if answer.Err != nil {
			n.Reason = answer.Err.Error()
		}
	case answer.Has(address):
	case answer.RulesOut(address):
		n.Standing = NameStale
	case answer.Changing:
		n.Reason = fmt.Sprintf("DNS gives other addresses each time, %d so far", len(answer.Addresses))
	case answer.Err != nil:
		n.Standing, n.Reason = NameLookupFailed, answer.Err.Error()
	default:
		n.Standing, n.Reason = NameLookupFailed, "there was no time for enough lookups; raise --timeout"
	}
}
