// Package plugin is how a check meets Nagios and Icinga: flags to an exit code
// as an ordinary function, output that is always legal, and UNKNOWN until
// something better is known. It is the only package that imports go-nagios.
package plugin

import (
	"errors"
	"strings"

	"github.com/atc0005/go-nagios"
)

// State is the state of a service; its number is the exit code (Monitoring
// Plugins guidelines, "Plugin Return Codes").
type State int

// The four states.
const (
	OK       State = State(nagios.StateOKExitCode)
	Warning  State = State(nagios.StateWARNINGExitCode)
	Critical State = State(nagios.StateCRITICALExitCode)
	Unknown  State = State(nagios.StateUNKNOWNExitCode)
)

// String returns the state's name in capitals, as users of Nagios know it. A
// number that is no state is UNKNOWN.
func (s State) String() string {
	if s < OK || s > Unknown {
		s = Unknown
	}
	return nagios.ExitCodeToStateLabel(int(s))
}

// MarshalText is String, for JSON.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads ok, warning, critical or unknown, for a flag.
func (s *State) UnmarshalText(text []byte) error {
	for _, state := range []State{OK, Warning, Critical, Unknown} {
		if strings.EqualFold(state.String(), string(text)) {
			*s = state
			return nil
		}
	}
	return errors.New("this is not a state; use ok, warning, critical or unknown")
}

// Choices are the states as flags take them.
func (State) Choices() []string { return []string{"ok", "warning", "critical", "unknown"} }

// Worst returns the worst of the states, CRITICAL > WARNING > UNKNOWN > OK, and
// OK for none.
func Worst(states ...State) State {
	worst := OK
	for _, state := range states {
		if state.severity() > worst.severity() {
			worst = state
		}
	}
	return worst
}

// WorseFirst orders states for a list that has the worst first: negative if
// a comes before b.
func WorseFirst(a, b State) int { return b.severity() - a.severity() }

func (s State) severity() int {
	switch s {
	case OK:
		return 0
	case Warning:
		return 2
	case Critical:
		return 3
	default:
		return 1
	}
}
