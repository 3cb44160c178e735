package sessions

import (
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/threshold"
)

// Measure is a number, what limits it, and whether that is too much. The zero
// Measure is a number that is not there.
type Measure struct {
	Current haproxy.Number
	Limit   haproxy.Number // not known: nothing limits it
	State   plugin.State
	Problem string // why the state is UNKNOWN
	levels  levels
}

// Warning returns the range in effect, in the unit of Current.
func (m *Measure) Warning() threshold.Range { return m.rangeOf(m.levels.warning()) }

// Critical returns the range in effect, in the unit of Current.
func (m *Measure) Critical() threshold.Range { return m.rangeOf(m.levels.critical()) }

// levels are what alerts for the thing with these names; nothing without options. It
// is looked up when it matters: most servers have no limit.
type levels struct {
	names   []string
	options *Options
	counted counted
}

// counted is what has thresholds in numbers, beside those in percent.
type counted int

const (
	notCounted counted = iota
	countedSessions
	countedQueue
)

// level are the rules for a percentage of the limit, and for a number.
type level struct{ percent, count threshold.Rules }

func (l *levels) warning() level {
	if o := l.options; o != nil {
		return level{o.Warning, [...]threshold.Rules{nil, o.WarningSessions, o.WarningQueue}[l.counted]}
	}
	return level{}
}

func (l *levels) critical() level {
	if o := l.options; o != nil {
		return level{o.Critical, [...]threshold.Rules{nil, o.CriticalSessions, o.CriticalQueue}[l.counted]}
	}
	return level{}
}

// measure judges a number of the statistics. A limit of 0 is none.
func measure(current, limit haproxy.Number, l levels) Measure {
	return total(current, limit, problemWith(current, limit), l)
}

// total judges a sum whose parts were looked at before: if there is a
// problem with one there is no percentage, and the state is UNKNOWN.
func total(current, limit haproxy.Number, problem string, l levels) Measure {
	if problem != "" {
		return Measure{State: plugin.Unknown, Problem: problem}
	}
	m := Measure{Current: current, levels: l}
	if isSet(limit) {
		m.Limit = limit
	}
	switch {
	case m.exceeds(l.critical()):
		m.State = plugin.Critical
	case m.exceeds(l.warning()):
		m.State = plugin.Warning
	}
	return m
}

// problemWith says why a number and its limit cannot be judged; empty if they
// can.
func problemWith(current, limit haproxy.Number) string {
	switch {
	case current.Damaged:
		return "the number in the statistics is impossible"
	case !current.Known:
		return "HAProxy does not tell how many there are"
	case limit.Damaged:
		return "the limit in the statistics is impossible"
	default:
		return ""
	}
}

// UsedPercent returns how much of the limit is used; false if there is no
// limit. It can be over 100: a limit can be lowered below what is there.
func (m *Measure) UsedPercent() (float64, bool) {
	if !isSet(m.Limit) {
		return 0, false
	}
	return 100 * float64(m.Current.Value) / float64(m.Limit.Value), true
}

func (m *Measure) exceeds(l level) bool {
	number := float64(m.Current.Value)
	percent, limited := m.UsedPercent()
	return limited && l.percent.For(m.levels.names...).Alerts(number, percent) || l.count.For(m.levels.names...).Alerts(number, 0)
}

// rangeOf is the range in effect, for the perfdata: the narrower of the two, and the
// number's if no single range can say both.
func (m *Measure) rangeOf(l level) threshold.Range {
	count := l.count.For(m.levels.names...)
	if !isSet(m.Limit) {
		return count
	}
	if both, ok := l.percent.For(m.levels.names...).Of(float64(m.Limit.Value)).And(count); ok {
		return both
	}
	return count
}
