package check

import (
	"errors"

	"check-haproxy/internal/advice"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/plugin"
)

// ReachFlags say what it means if HAProxy cannot be reached.
type ReachFlags struct {
	Unreachable plugin.State `arg:"--unreachable" placeholder:"STATE" default:"unknown" help:"state if HAProxy cannot be reached (no route, no such socket, no sign of life in time): ok, warning, critical or unknown; an answer that is refused, cut short or rubbish is always UNKNOWN"`
	Refused     plugin.State `arg:"--refused" placeholder:"STATE" default:"critical" help:"state if nobody listens on a socket or port, since HAProxy is not running: ok, warning, critical or unknown"`
}

// State is what it means that a question came so far.
func (f ReachFlags) State(reach endpoint.Reach) plugin.State {
	switch reach {
	case endpoint.Unreachable:
		return f.Unreachable
	case endpoint.Refused:
		return f.Refused
	}
	return plugin.Unknown
}

// LogFailure is the result of a log that could not be read. If that is a ring,
// because the HAProxy that has it did not answer, it is what the flags say;
// everything else stays an error.
func (f ReachFlags) LogFailure(err error) (plugin.Result, error) {
	var failure *endpoint.Failure
	if !errors.As(err, &failure) {
		return plugin.Result{}, err
	}
	return plugin.Combine(plugin.Sentences(Trouble(f.State(failure.Reach), err))), nil
}

// AtMostUnknown is for a check that has another source beside HAProxy: what
// cannot be reached makes nothing CRITICAL there.
func (f ReachFlags) AtMostUnknown() ReachFlags {
	for _, state := range []*plugin.State{&f.Unreachable, &f.Refused} {
		if *state != plugin.OK {
			*state = plugin.Unknown
		}
	}
	return f
}

// Unanswered is the finding on an endpoint that gave no answer. A socket that a
// glob found may be left over from another process; if others answered it is no
// outage.
func (f ReachFlags) Unanswered(answer *endpoint.Answer, others bool) plugin.Finding {
	state := plugin.Unknown
	var failure *endpoint.Failure
	if errors.As(answer.Err, &failure) && !(failure.Reach == endpoint.Refused && answer.Found && others) {
		state = f.State(failure.Reach)
	}
	return troubleOf(state, answer.Label, answer.Err)
}

// troubleOf is an endpoint's error as a finding.
func troubleOf(state plugin.State, label string, err error) plugin.Finding {
	f := Trouble(state, err)
	var failure *endpoint.Failure
	if errors.As(err, &failure) {
		f.Name, f.One = label, ": "+failure.Trouble()
	}
	return f
}

// Trouble is an error as a finding.
func Trouble(state plugin.State, err error) plugin.Finding {
	return plugin.Finding{State: state, One: err.Error(), Line: state.String() + " " + advice.Whole(err)}
}
