package rates

import "check-haproxy/internal/plugin/threshold"

// RiseLimits say which rise is too much. They are flags.
type RiseLimits struct {
	RiseWarning  Factor `arg:"--rise-warning" placeholder:"FACTOR" default:"3" help:"how many times the baseline's rate is too much; none switches it off"`
	RiseCritical Factor `arg:"--rise-critical" placeholder:"FACTOR" default:"10" help:"the same for CRITICAL"`
	MinCount     uint64 `arg:"--min-count" placeholder:"NUMBER" default:"5" help:"fewer of them since the rate changed are no rise"`
}

// DefaultRise is what the flags are if none is given.
func DefaultRise() RiseLimits { return RiseLimits{RiseWarning: 3, RiseCritical: 10, MinCount: 5} }

// Rules say how much may go wrong in which section.
type Rules struct {
	Warning, Critical threshold.LimitRules
	MinShare          uint64
	RiseLimits
}

// For returns the limits for the section with these names.
func (r Rules) For(names ...string) Limits {
	return Limits{Warning: r.Warning.For(names...), Critical: r.Critical.For(names...), MinShare: r.MinShare, RiseLimits: r.RiseLimits}
}

// Named are the limits of rate and share that rules with a pattern give a
// section.
type Named struct {
	Limits
	WarningOff, CriticalOff bool // such a rule is "none"
}

// Named returns what rules with a pattern say of the section with these names.
func (r Rules) Named(names ...string) Named {
	warning, namedWarning := r.Warning.Named(names...)
	critical, namedCritical := r.Critical.Named(names...)
	return Named{
		Limits:      Limits{Warning: warning, Critical: critical, MinShare: r.MinShare},
		WarningOff:  namedWarning && warning == threshold.Limit{},
		CriticalOff: namedCritical && critical == threshold.Limit{},
	}
}

// Excuses says whether rules with a pattern switch both limits of a section off:
// its trouble is known and nobody's business.
func (r Rules) Excuses(names ...string) bool {
	named := r.Named(names...)
	return named.WarningOff && named.CriticalOff
}

// Total returns the limits for all sections together: what holds for all, but
// for the rate, which grows with the number of sections.
func (r Rules) Total() Limits {
	return Limits{
		Warning:  threshold.Limit{Share: r.Warning.ForAll().Share},
		Critical: threshold.Limit{Share: r.Critical.ForAll().Share},
		MinShare: r.MinShare, RiseLimits: r.RiseLimits,
	}
}
