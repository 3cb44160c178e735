package backend

import (
	"context"
	"io"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/haproxy/endpoint"
)

// HAProxy takes a server for up until its first check is done: right after a
// start, backends whose servers are all dead look well. They are asked again
// for a while.
const (
	startPatience = 5 * time.Second
	startPause    = 500 * time.Millisecond
)

// ask asks for the statistics, and again while a chosen backend has a server
// that has not been checked yet. A saved answer stays what it is.
func (f *flags) ask(ctx context.Context, stdin io.Reader) (*check.Asked, error) {
	query := endpoint.Query{Rows: endpoint.BackendsAndServers, Servers: endpoint.IfDown}
	began := time.Now()
	asked, err := f.Ask(ctx, stdin, query)
	if f.StatsFile != "" {
		return asked, err
	}
	query.Info = true // says when HAProxy started
	until := began.Add(startPatience)
	for err == nil && f.isStarting(asked) && pause(ctx, until, time.Since(began)) {
		began = time.Now()
		asked, err = f.Ask(ctx, stdin, query)
	}
	return asked, err
}

// pause waits before the next question, and says whether there is time left for
// it. Took is how long the last one needed.
func pause(ctx context.Context, until time.Time, took time.Duration) bool {
	next := time.Now().Add(startPause)
	if deadline, ok := ctx.Deadline(); ok && next.Add(2*took).After(deadline) {
		return false
	}
	if next.After(until) {
		return false
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(startPause):
		return true
	}
}

// isStarting says whether a chosen backend has a server that is only up because
// nobody has checked it yet.
func (f *flags) isStarting(asked *check.Asked) bool {
	for i := range asked.Answers {
		_, backends := asked.Targets(&asked.Answers[i])
		for _, t := range backends {
			if f.Selects(t.Names...) && hasStarting(t) {
				return true
			}
		}
	}
	return false
}

func hasStarting(t check.Target) bool {
	for i := range t.Backend.Servers {
		if t.Backend.Servers[i].IsStarting() {
			return true
		}
	}
	return false
}
