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
	NameNotJudged    NameStanding = "not-judged"    // nobody looked, or nobody can tell
	NameOK           NameStanding = "ok"            // the name resolves to the address that HAProxy uses
	NameUnfilled     NameStanding = "unfilled"      // a spare slot of a server-template: neither down nor unresolved
	NameNone         NameStanding = ""              // HAProxy knows the server by no name
)

// Naming is how a server stands with its name.
type Naming struct {
	Standing NameStanding
	// Answers are the addresses that DNS has now, with their ports if the server
	// comes from an SRV record, and no more than a hundred; nil if nobody asked,
	// or there is no answer.
	Answers []string
	Reason  string // in words: why the lookup failed, or what else is to know
}

// mostAnswers bounds the addresses that are written out for each server.
const mostAnswers = 100

// NamingOf holds what HAProxy believes of a server's name against what DNS says.
// A server without an address is unresolved, whatever its status.
func NamingOf(s *haproxy.Server, names dns.Answers) Naming {
	place := s.Place()
	isNamed := place.FQDN != "" || place.SRVRecord != ""
	switch {
	case s.Unfilled:
		return Naming{Standing: NameUnfilled}
	case !isNamed && !s.IsUnresolved():
		return Naming{Standing: NameNone}
	}
	naming := Naming{Standing: NameNotJudged}
	known := knowledgeOf(place, names)
	if known != nil {
		naming.Answers = known.places()
	}
	switch {
	case place.Address == "" || s.IsUnresolved():
		naming.Standing = NameUnresolved
		if known != nil && known.failure() != nil {
			naming.Reason = known.failure().Error()
		}
	case known != nil:
		naming.compare(place, known)
	}
	return naming
}

// compare holds what DNS says against the address that HAProxy uses.
func (n *Naming) compare(place haproxy.ServerState, known knowledge) {
	switch open := known.open(place); {
	case known.has(place):
		n.Standing = NameOK
	case known.rulesOut(place):
		n.Standing = NameStale
	case open != "":
		n.Reason = open
	case known.failure() != nil:
		n.Standing, n.Reason = NameLookupFailed, known.failure().Error()
	default:
		n.Standing, n.Reason = NameLookupFailed, "there was no time for enough lookups; raise --timeout"
	}
}

// knowledge is what DNS says of a server's name, or of its SRV record.
type knowledge interface {
	has(place haproxy.ServerState) bool
	rulesOut(place haproxy.ServerState) bool
	open(place haproxy.ServerState) string // why nothing can be ruled out; empty if it can
	places() []string
	failure() error
}

// knowledgeOf returns what DNS says of a server; nil if nobody asked.
func knowledgeOf(place haproxy.ServerState, names dns.Answers) knowledge {
	if place.SRVRecord != "" {
		if service, asked := names.OfService(place.SRVRecord); asked {
			return ofRecord{service}
		}
		return nil
	}
	if name, asked := names.Of(place.FQDN); asked {
		return ofName{name}
	}
	return nil
}

type ofName struct{ dns.Answer }

func (n ofName) has(place haproxy.ServerState) bool {
	address, err := netip.ParseAddr(place.Address)
	return err == nil && n.Has(address)
}

func (n ofName) rulesOut(place haproxy.ServerState) bool {
	address, err := netip.ParseAddr(place.Address)
	return err == nil && n.RulesOut(address)
}

func (n ofName) open(haproxy.ServerState) string {
	switch {
	case n.Cut:
		return fmt.Sprintf("DNS has more addresses than the %d that are looked at", len(n.Addresses))
	case n.Changing:
		return fmt.Sprintf("DNS gives other addresses each time, %d so far", len(n.Addresses))
	default:
		return ""
	}
}

func (n ofName) places() []string { return texts(n.Addresses) }

func (n ofName) failure() error { return n.Err }

type ofRecord struct{ dns.Service }

func (r ofRecord) has(place haproxy.ServerState) bool {
	address, ok := place.AddrPort()
	return ok && r.Has(address)
}

func (r ofRecord) rulesOut(place haproxy.ServerState) bool {
	address, ok := place.AddrPort()
	return ok && r.RulesOut(address)
}

func (r ofRecord) open(place haproxy.ServerState) string {
	if _, ok := place.AddrPort(); !ok {
		return "HAProxy tells no port, which an SRV record is about"
	}
	if r.Cut {
		return fmt.Sprintf("the SRV record has more targets than the %d that are looked at", len(r.Targets))
	}
	for _, t := range r.Targets {
		if open := (ofName{t.Answer}).open(place); open != "" {
			return t.Host + ": " + open
		}
	}
	return ""
}

func (r ofRecord) places() []string { return texts(r.Places()) }

func (r ofRecord) failure() error {
	if r.Err != nil {
		return r.Err
	}
	for _, t := range r.Targets {
		if t.Answer.Err != nil {
			return fmt.Errorf("%s: %w", t.Host, t.Answer.Err)
		}
	}
	return nil
}

func texts[T fmt.Stringer](places []T) []string {
	var list []string
	for _, place := range places[:min(len(places), mostAnswers)] {
		list = append(list, place.String())
	}
	return list
}
