package endpoint

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"check-haproxy/internal/haproxy"
)

// While HAProxy reloads, a master CLI refuses connections, for as long as the
// new configuration is read; it and the old workers break connections off, and
// workers end between the list and the question. That passes: a socket is asked
// again, for half of the time there is, and no longer than most. HAProxy may
// be dead as well, and then the news should not wait. What breaks off each
// answer does not pass: a few tries show that. The pauses are short, so that one of
// the moments between reloads that follow each other is met.
const (
	mostPatience = 5 * time.Second
	mostBroken   = 30
	firstPause   = 20 * time.Millisecond
	mostPause    = 30 * time.Millisecond
)

// patience is how long, and how often, a socket is asked again.
type patience struct {
	end    time.Time
	pause  time.Duration
	broken int // answers that were broken off
}

func newPatience(ctx context.Context) *patience {
	now, length := time.Now(), mostPatience
	if deadline, ok := ctx.Deadline(); ok {
		length = min(length, deadline.Sub(now)/2)
	}
	return &patience{end: now.Add(length), pause: firstPause}
}

// again waits if what happened may pass, and says whether to ask again.
func (p *patience) again(ctx context.Context, answers []Answer) bool {
	switch {
	case slices.ContainsFunc(answers, func(a Answer) bool { return isBrokenOff(a.Err) }):
		if p.broken++; p.broken >= mostBroken {
			return false
		}
	case !slices.ContainsFunc(answers, func(a Answer) bool { return isOfReload(a.Err) }):
		return false
	}
	if time.Now().Add(p.pause).After(p.end) {
		return false
	}
	select {
	case <-time.After(p.pause):
	case <-ctx.Done():
		return false
	}
	p.pause = min(2*p.pause, mostPause)
	return true
}

// isBrokenOff says whether an answer ended too early.
func isBrokenOff(err error) bool {
	return isReset(err) || errors.Is(err, haproxy.ErrEmpty) || errors.Is(err, haproxy.ErrCutShort)
}

// isOfReload says whether an error may be one of a reload.
func isOfReload(err error) bool {
	var failure *Failure
	var refused *haproxy.Refused
	return errors.As(err, &failure) && failure.Reach == Refused ||
		errors.As(err, &refused) && strings.HasPrefix(refused.Answer, "Can't find the target PID") ||
		errors.Is(err, errNoWorker)
}
