package dns

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/dns/dnsmessage"

	"check-haproxy/internal/panics"
	"check-haproxy/internal/sorting"
)

// maxTargets bounds the targets that are kept of an SRV record.
const maxTargets = 1024

// ServiceQuestion is an SRV record (RFC 2782), and which addresses and ports
// somebody believes its targets to have.
type ServiceQuestion struct {
	Record  string
	Believe []netip.AddrPort
}

// Service is what DNS says of an SRV record.
type Service struct {
	Targets []ServiceTarget
	Lookups int  // in so many an answer came
	Cut     bool // there were more targets than are kept
	Err     error
}

// ServiceTarget is where an SRV record leads.
type ServiceTarget struct {
	Host   string
	Port   uint16
	Answer Answer // of the host
}

// Has says whether a target has the address and the port.
func (s Service) Has(place netip.AddrPort) bool {
	return slices.ContainsFunc(s.Targets, func(t ServiceTarget) bool { return t.Port == place.Port() && t.Answer.Has(place.Addr()) })
}

// RulesOut says whether it is certain that no target has the address and the
// port: there are others, enough lookups of the record were answered, and so
// were those of all its targets.
func (s Service) RulesOut(place netip.AddrPort) bool {
	if len(s.Targets) == 0 || s.Lookups < Enough || s.Cut || s.Has(place) {
		return false
	}
	for _, t := range s.Targets {
		if t.Port == place.Port() && !t.Answer.RulesOut(place.Addr()) {
			return false
		}
	}
	return true
}

// Places are the addresses and ports of all targets.
func (s Service) Places() []netip.AddrPort {
	var places []netip.AddrPort
	for _, t := range s.Targets {
		for _, address := range t.Answer.Addresses {
			places = append(places, netip.AddrPortFrom(address, t.Port))
		}
	}
	return places
}

var errNoService = errors.New("no SRV record")

// service looks an SRV record up, and then its targets: once if all that is
// believed is there, else until it is certain that it is not.
func (r *Resolver) service(ctx context.Context, q ServiceQuestion) (s Service) {
	defer func() {
		sorting.Stable(s.Targets, func(a, b ServiceTarget) int { return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Port, b.Port)) })
	}()
	for nth := range Enough {
		if ctx.Err() != nil {
			break
		}
		got, err := r.records(ctx, strings.TrimSuffix(q.Record, ".")+".", dnsmessage.TypeSRV, nth)
		if s.Err = err; err == errNoAddress { // not what says so of the name itself
			s.Err = errNoService
		}
		if err != nil {
			continue
		}
		s.Lookups++
		s.add(got.targets)
		r.lookUpTargets(ctx, &s, nil)
		if s.lacking(q) == nil {
			return s
		}
	}
	if s.Lookups > 0 {
		s.Err = nil
		r.lookUpTargets(ctx, &s, s.lacking(q))
	} else if s.Err == nil {
		s.Err = errNoTime
	}
	return s
}

// add takes the targets that are new.
func (s *Service) add(targets []ServiceTarget) {
	for _, t := range targets {
		switch {
		case slices.ContainsFunc(s.Targets, func(known ServiceTarget) bool { return known.Host == t.Host && known.Port == t.Port }):
		case len(s.Targets) >= maxTargets:
			s.Cut = true
		default:
			s.Targets = append(s.Targets, t)
		}
	}
}

// lacking are the addresses that are believed and that no target has.
func (s *Service) lacking(q ServiceQuestion) []netip.Addr {
	var lacking []netip.Addr
	for _, place := range q.Believe {
		if !s.Has(place) {
			lacking = append(lacking, place.Addr())
		}
	}
	return lacking
}

// lookUpTargets looks up all targets at once: those that nobody has asked for,
// or, with addresses that are believed, all of them until it is certain that
// they have none of these.
func (r *Resolver) lookUpTargets(ctx context.Context, s *Service, believe []netip.Addr) {
	var asking sync.WaitGroup
	for i := range s.Targets {
		t := &s.Targets[i]
		if t.Answer.Lookups > 0 && len(believe) == 0 {
			continue
		}
		asking.Go(func() {
			defer panics.Catch(&t.Answer.Err)
			t.Answer = r.name(ctx, Question{Name: t.Host + ".", Believe: believe})
		})
	}
	asking.Wait()
}
