package sessions

import (
	"errors"
	"slices"
	"strings"

	"check-haproxy/internal/check"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/threshold"
)

// flags are the command line, in the order of the help text.
type flags struct {
	check.Flags
	Kinds            []Kind                  `arg:"--kind,separate" placeholder:"KIND" help:"what to check: process (sockets only), frontend, server or backend (repeatable) [default: all]"`
	Warning          []threshold.PercentRule `arg:"-w,--warning,separate" placeholder:"[PATTERN=]RANGE" help:"percent of a limit, with or without %; the last PATTERN that matches wins: a section, section/server or process (repeatable) [default: 80]"`
	Critical         []threshold.PercentRule `arg:"-c,--critical,separate" placeholder:"[PATTERN=]RANGE" help:"the same for CRITICAL (repeatable) [default: 90]"`
	WarningSessions  []numberRule            `arg:"--warning-sessions,separate" placeholder:"[PATTERN=]RANGE" help:"sessions or connections as a number, in addition to --warning, even if there is no limit (repeatable)"`
	CriticalSessions []numberRule            `arg:"--critical-sessions,separate" placeholder:"[PATTERN=]RANGE" help:"the same for CRITICAL (repeatable)"`
	QueueWarning     []numberRule            `arg:"--queue-warning,separate" placeholder:"[PATTERN=]RANGE" help:"requests that wait in the queues of a backend and its servers (repeatable) [default: 0]"`
	QueueCritical    []numberRule            `arg:"--queue-critical,separate" placeholder:"[PATTERN=]RANGE" help:"the same for CRITICAL (repeatable) [default: none]"`
	Closed           plugin.State            `arg:"--closed" placeholder:"STATE" default:"critical" help:"state of a frontend that takes no connections (PAUSED, STOP): ok, warning, critical or unknown"`
	plugin.CommonFlags
}

// Description opens the help text.
func (flags) Description() string {
	return "How near is a HAProxy to the limits that it really enforces?\n"
}

// chooses says whether a kind is to be checked.
func (f *flags) chooses(kind Kind) bool {
	return len(f.Kinds) == 0 || f.names(kind)
}

// names says whether a kind was asked for by its name.
func (f *flags) names(kind Kind) bool { return slices.Contains(f.Kinds, kind) }

// kindWords names the chosen kinds: "frontend, server or backend".
func (f *flags) kindWords() string {
	var words []string
	for _, kind := range Kinds() {
		if f.chooses(kind) {
			words = append(words, string(kind))
		}
	}
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func (f *flags) options() *Options {
	o := Defaults()
	o.Warning, o.Critical = threshold.PercentRules(DefaultWarning, f.Warning), threshold.PercentRules(DefaultCritical, f.Critical)
	o.WarningSessions, o.CriticalSessions = numberRules(f.WarningSessions), numberRules(f.CriticalSessions)
	o.WarningQueue, o.CriticalQueue = append(o.WarningQueue, numberRules(f.QueueWarning)...), numberRules(f.QueueCritical)
	o.Closed = f.Closed
	return o
}

// numberRule is a threshold on a number, of sessions or requests.
type numberRule struct{ threshold.Rule }

// UnmarshalText reads a rule; percentages are refused.
func (r *numberRule) UnmarshalText(text []byte) error {
	if err := r.Rule.UnmarshalText(text); err != nil {
		return err
	}
	if r.Range.Percent() {
		return errors.New("this is a number, not a percentage; percentages of a limit go with --warning and --critical")
	}
	return nil
}

func numberRules(given []numberRule) threshold.Rules {
	var rules threshold.Rules
	for _, r := range given {
		rules = append(rules, r.Rule)
	}
	return rules
}
