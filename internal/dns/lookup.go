// Package dns asks DNS for the addresses of many names at once: which are
// there now, in several lookups, or in words why there are none. It exists
// beside net.Resolver because a person has to be told NXDOMAIN from SERVFAIL
// from a name server that is dead, and because --nameserver has to be asked
// alone, without /etc/resolv.conf's time-outs.
package dns

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"check-haproxy/internal/panics"
)

// Enough is how many lookups it takes to say that an address is none of a
// name's: load balancers give a few of their addresses at a time.
const Enough = 3

// maxLookups bounds the lookups of a name whose answers keep bringing new
// addresses.
const maxLookups = 16

// maxAddresses bounds the addresses that are kept of a name; large pools have a
// thousand. Those that somebody believes in are looked for among all.
const maxAddresses = 4096

// maxNames bounds the names that are asked in one go; no HAProxy has as many.
const maxNames = 1 << 16

// Question is a name, and which addresses somebody believes it to have: when
// they are all found there is no need to look again.
type Question struct {
	Name    string
	Believe []netip.Addr
}

// believes says whether the address is one of those that are believed.
func (q Question) believes(address netip.Addr) bool {
	return slices.ContainsFunc(q.Believe, func(b netip.Addr) bool { return b.Unmap() == address })
}

// Answer is what DNS says of a name.
type Answer struct {
	// Addresses are those of all lookups together, in order.
	Addresses []netip.Addr
	// Lookups were begun; in so many of them came an answer for IPv4 and for
	// IPv6, if only that there is no address of the kind.
	Lookups, IPv4, IPv6 int
	// Changing says that the last lookups still brought new addresses.
	Changing bool
	// Cut says that there were more addresses than are kept.
	Cut bool
	// Err is a sentence: why the last lookup that failed did.
	Err error

	rotates bool // the lookups differ
	quiet   int  // so many of the last ones brought no new address
}

// Has says whether the name has an address.
func (a Answer) Has(address netip.Addr) bool {
	return slices.Contains(a.Addresses, address.Unmap())
}

// RulesOut says whether it is certain that the name does not have an address:
// it has others, and enough lookups were answered.
func (a Answer) RulesOut(address netip.Addr) bool {
	answered := a.IPv4
	if address.Unmap().Is6() {
		answered = a.IPv6
	}
	return len(a.Addresses) > 0 && !a.Has(address) && !a.Changing && !a.Cut && answered >= Enough
}

// settled says whether another lookup would add nothing.
func (a Answer) settled(q Question) bool {
	if len(a.Addresses) == 0 && (a.Lookups >= Enough || errors.As(a.Err, &silence{})) {
		return true
	}
	for _, address := range q.Believe {
		if !a.Has(address) && !a.RulesOut(address) {
			return false
		}
	}
	return len(a.Addresses) > 0
}

// add takes the outcome of one lookup.
func (a *Answer) add(o outcome, q Question) {
	known := make(map[netip.Addr]bool, len(a.Addresses))
	for _, address := range a.Addresses {
		known[address] = true
	}
	a.Lookups++
	a.quiet++
	if o.ipv4 {
		a.IPv4++
	}
	if o.ipv6 {
		a.IPv6++
	}
	for _, address := range o.addresses {
		switch {
		case known[address]:
		case len(a.Addresses) >= maxAddresses && !q.believes(address):
			a.Cut = true
		default:
			known[address] = true
			a.Addresses = append(a.Addresses, address)
			a.rotates = a.rotates || a.Lookups > 1
			a.quiet = 0
		}
	}
	a.Changing = a.rotates && a.quiet < Enough
	if o.err != nil {
		a.Err = o.err
	}
}

// outcome is what one lookup brought.
type outcome struct {
	addresses  []netip.Addr
	ipv4, ipv6 bool // these were answered
	err        error
}

// Answers are what DNS says of names and of SRV records. The zero Answers is that
// nobody asked.
type Answers struct {
	Names    map[string]Answer  // by name in lower case
	Services map[string]Service // by SRV record in lower case
}

// Of returns the answer for a name; false if it was not asked for.
func (a Answers) Of(name string) (Answer, bool) {
	answer, asked := a.Names[strings.ToLower(name)]
	return answer, asked
}

// OfService returns the answer for an SRV record; false if it was not asked for.
func (a Answers) OfService(record string) (Service, bool) {
	service, asked := a.Services[strings.ToLower(record)]
	return service, asked
}

// All looks all names and SRV records up at once, and is back when the context
// ends at the latest.
func (r *Resolver) All(ctx context.Context, questions []Question, services []ServiceQuestion) Answers {
	questions = questions[:min(len(questions), maxNames)]
	services = services[:min(len(services), maxNames)]
	answers, found := make([]Answer, len(questions)), make([]Service, len(services))
	var asking sync.WaitGroup
	for i, q := range questions {
		asking.Go(func() {
			defer panics.Catch(&answers[i].Err)
			answers[i] = r.name(ctx, q)
		})
	}
	for i, q := range services {
		asking.Go(func() {
			defer panics.Catch(&found[i].Err)
			found[i] = r.service(ctx, q)
		})
	}
	asking.Wait()
	all := Answers{Names: make(map[string]Answer, len(questions)), Services: make(map[string]Service, len(services))}
	for i, q := range questions {
		all.Names[strings.ToLower(q.Name)] = answers[i]
	}
	for i, q := range services {
		all.Services[strings.ToLower(q.Record)] = found[i]
	}
	return all
}

// name looks one name up, again until nothing more is to be learned: the first
// lookup alone, then the others that it takes, at once, then one by one while
// they bring new addresses.
func (r *Resolver) name(ctx context.Context, q Question) Answer {
	var answer Answer
	for more := 1; more > 0 && ctx.Err() == nil; more = further(answer, q) {
		outcomes := make([]outcome, more)
		var several sync.WaitGroup
		for i := range outcomes {
			several.Go(func() {
				defer panics.Catch(&outcomes[i].err)
				outcomes[i] = r.once(ctx, q, answer.Lookups+i)
			})
		}
		several.Wait()
		for _, o := range outcomes {
			answer.add(o, q)
		}
	}
	if answer.Lookups == 0 {
		answer.Err = errNoTime
	}
	slices.SortFunc(answer.Addresses, netip.Addr.Compare)
	return answer
}

// further is how many lookups to make next.
func further(a Answer, q Question) int {
	switch {
	case a.settled(q) || a.Lookups >= maxLookups:
		return 0
	case a.Lookups < Enough:
		return Enough - a.Lookups
	default:
		return 1
	}
}

var errNoTime = errors.New("there was no time left to ask DNS; raise --timeout")

// once makes one lookup, which begins with another name server than the one
// before it.
func (r *Resolver) once(ctx context.Context, q Question, nth int) outcome {
	o := outcome{addresses: r.known(q.Name)}
	if isLocal(q.Name) {
		o.ipv4, o.ipv6 = true, true
		return o
	}
	var asked outcome
	for _, candidate := range r.candidates(q.Name) {
		if asked = r.ask(ctx, candidate, q.Believe, nth); len(asked.addresses) > 0 || !errors.Is(asked.err, errNoAddress) {
			break
		}
	}
	if len(o.addresses) > 0 {
		asked.err = nil // the hosts file answers if DNS does not
	}
	asked.addresses = append(o.addresses, asked.addresses...)
	return asked
}

// half is an answer for one kind of address.
type half struct {
	ipv4      bool
	addresses []netip.Addr
	err       error
}

// askBoth asks for addresses of both kinds at once, and gives the two answers as
// they come.
func (r *Resolver) askBoth(ctx context.Context, name string, nth int) <-chan half {
	halves := make(chan half, 2)
	for _, ipv4 := range []bool{true, false} {
		go func() {
			h := half{ipv4: ipv4}
			defer func() { halves <- h }()
			defer panics.Catch(&h.err)
			h.addresses, h.err = r.addresses(ctx, name, ipv4, nth)
		}()
	}
	return halves
}

// ask asks for both kinds of addresses. It does not wait for the second if
// the first brought all that is believed, and not long if nothing of the
// second kind is: some networks drop questions for IPv6.
func (r *Resolver) ask(ctx context.Context, name string, believe []netip.Addr, nth int) outcome {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	halves := r.askBoth(ctx, name, nth)
	var o outcome
	var empty, failed error
	var grace <-chan time.Time
	for range 2 {
		var h half
		select {
		case h = <-halves:
		case <-grace:
			return o
		}
		switch {
		case h.err == nil || errors.Is(h.err, errNoAddress):
			o.ipv4, o.ipv6 = o.ipv4 || h.ipv4, o.ipv6 || !h.ipv4
			o.addresses = append(o.addresses, h.addresses...)
			if h.err != nil && (empty == nil || errors.Is(h.err, errNoName)) {
				empty = h.err
			}
		case failed == nil:
			failed = h.err
		}
		// That there is no such name holds for both kinds. To a question for
		// IPv6 some name servers say so of names that exist.
		if h.ipv4 && errors.Is(h.err, errNoName) {
			return outcome{ipv4: true, ipv6: true, err: h.err}
		}
		if len(believe) > 0 && containsAll(o.addresses, believe) {
			return o
		}
		if len(o.addresses) > 0 && !believes(believe, !h.ipv4) {
			grace = time.After(r.patience)
		}
	}
	// That one kind has none is news only if the other one has none either.
	if o.err = failed; failed == nil && len(o.addresses) == 0 {
		o.err = empty
	}
	return o
}

func containsAll(all, some []netip.Addr) bool {
	for _, address := range some {
		if !slices.Contains(all, address.Unmap()) {
			return false
		}
	}
	return true
}

// believes says whether any of the addresses is of a kind.
func believes(addresses []netip.Addr, ipv4 bool) bool {
	return slices.ContainsFunc(addresses, func(a netip.Addr) bool { return a.Unmap().Is4() == ipv4 })
}

// What a name server says when it has no address; both are certain answers.
var (
	errNoAddress = errors.New("no address (neither A nor AAAA)")
	errNoName    = noName{}
)

type noName struct{}

func (noName) Error() string { return "no such name (NXDOMAIN)" }

// Is makes it one way to have no address.
func (noName) Is(target error) bool { return target == errNoAddress }

// isLocal says whether the name is the machine's own by definition (RFC 6761,
// 6.3) and never asked for.
func isLocal(name string) bool {
	name = canonical(name)
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

// canonical is a name as names are compared.
func canonical(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }
