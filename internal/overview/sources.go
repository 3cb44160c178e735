package overview

import (
	"context"
	"io"
	"net"
	"strings"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/check/sessions"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
)

// filled is who fills the frontends that are nearly full.
type filled struct {
	at      time.Time
	sources map[string]*haproxy.Sources
}

// sourcesFor is how long an answer holds: it has a line for each stream.
const sourcesFor = 10 * time.Second

// sourcesTime bounds the question: the news itself should not wait for it.
const sourcesTime = 2 * time.Second

// of asks the HAProxys that have a frontend which is nearly full. One that does
// not tell costs only that.
func (f *filled) of(ctx context.Context, frontends []check.Target, now time.Time) map[string]*haproxy.Sources {
	if now.Sub(f.at) < sourcesFor {
		return f.sources
	}
	f.sources = map[string]*haproxy.Sources{}
	for _, t := range frontends {
		if _, asked := f.sources[t.Endpoint]; asked || t.Address == "" || !nearlyFull(t) {
			continue
		}
		f.at = now
		sources, err := askSources(ctx, t)
		if err != nil {
			sources = nil
		}
		f.sources[t.Endpoint] = sources
	}
	return f.sources
}

func nearlyFull(t check.Target) bool {
	v := sessions.JudgeFrontend(t, sessions.Defaults())[0]
	return v.State != plugin.OK && !v.Closed
}

// askSources asks a HAProxy for its streams.
func askSources(ctx context.Context, t check.Target) (*haproxy.Sources, error) {
	ctx, cancel := context.WithTimeout(ctx, sourcesTime)
	defer cancel()
	network := "tcp"
	if strings.HasPrefix(t.Address, "/") {
		network = "unix"
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, network, t.Address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Now()) })
	defer stop()
	if _, err := io.WriteString(conn, t.Worker+"show sess\n"); err != nil {
		return nil, err
	}
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	return haproxy.NewReader(conn).Sources()
}
