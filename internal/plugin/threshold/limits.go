package threshold

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"check-haproxy/internal/argument"
)

// Limit is how much may go wrong: a number per minute, a share in percent, or
// both, of which each is enough to raise the alarm.
//
//	10       up to 10 a minute are fine, whatever their share is
//	50%      up to half are fine, whatever their rate is
//	10,50%   both have to be fine
//	none     everything is
//
// The zero Limit is "none".
type Limit struct {
	Rate  Range // per minute
	Share Range // in percent; its ends carry no % here
}

// ParseLimit reads RANGE[,RANGE]: one of each kind at most.
func ParseLimit(text string) (Limit, error) {
	var limit Limit
	ranges := strings.Split(text, ",")
	for _, one := range ranges {
		r, err := ParseRange(one)
		if err != nil {
			return Limit{}, err
		}
		if err := limit.add(r); err != nil {
			return Limit{}, fmt.Errorf("%s is no limit: %w; write for example 10, 50%%, 10,50%% or none", argument.Number(text), err)
		}
	}
	if len(ranges) > 1 && (limit.Rate.IsNone() || limit.Share.IsNone()) {
		return Limit{}, errors.New("none stands alone; write for example 10, 50%, 10,50% or none")
	}
	return limit, nil
}

func (l *Limit) add(r Range) error {
	switch {
	case r.IsNone():
	case r.Percent() && r.Number():
		return errors.New("one end is a rate and the other a share")
	case r.Percent() && l.Share.IsNone():
		l.Share = r.Only(true)
	case r.Percent():
		return errors.New("both ranges are shares")
	case l.Rate.IsNone():
		l.Rate = r
	default:
		return errors.New("both ranges are rates")
	}
	return nil
}

// LimitRule is one -w or -c of a check that judges rates and shares: a limit,
// for all sections or for those that its pattern matches. It implements
// encoding.TextUnmarshaler, so that it can be a flag.
type LimitRule struct {
	Limit Limit
	scope
}

// ParseLimitRule reads [PATTERN=]RANGE[,RANGE]. The last "=" ends the pattern.
func ParseLimitRule(text string) (LimitRule, error) {
	scope, limitText, err := parseScope(text)
	if err != nil {
		return LimitRule{}, err
	}
	limit, err := ParseLimit(limitText)
	return LimitRule{limit, scope}, err
}

// UnmarshalText is ParseLimitRule for a flag.
func (r *LimitRule) UnmarshalText(text []byte) error {
	parsed, err := ParseLimitRule(string(text))
	if err != nil {
		return err
	}
	*r = parsed
	return nil
}

// LimitRules are the rules of one level, warning or critical, the default
// first.
type LimitRules []LimitRule

// For returns the limit for the thing with these names: that of the last rule
// that matches; none if no rule does.
func (rules LimitRules) For(names ...string) Limit {
	return rules.last(func(r LimitRule) bool { return r.matches(names...) }).Limit
}

// Named returns the limit for the thing with these names if the rule that holds
// for it has a pattern; false if that is a rule for all.
func (rules LimitRules) Named(names ...string) (limit Limit, named bool) {
	if rule := rules.last(func(r LimitRule) bool { return r.matches(names...) }); rule.some {
		return rule.Limit, true
	}
	return Limit{}, false
}

// ForAll returns the limit of the last rule without a pattern.
func (rules LimitRules) ForAll() Limit {
	return rules.last(func(r LimitRule) bool { return !r.some }).Limit
}

// last is the last rule that holds; the zero rule, which is for all and has no
// limit, if none does.
func (rules LimitRules) last(holds func(LimitRule) bool) LimitRule {
	for _, rule := range slices.Backward(rules) {
		if holds(rule) {
			return rule
		}
	}
	return LimitRule{}
}

// WithDefault returns the rules with a default put before them. It panics if
// the default cannot be read: the text is the program's own.
func (rules LimitRules) WithDefault(text string) LimitRules {
	rule, err := ParseLimitRule(text)
	if err != nil {
		panic(err)
	}
	return append(LimitRules{rule}, rules...)
}
