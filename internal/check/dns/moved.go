package dns

import (
	"context"
	"slices"
	"time"

	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
)

// explainTime is how long DNS may take to explain what is down: the news itself
// should not wait for it.
const explainTime = 3 * time.Second

// Moved asks DNS for the names of the backends' servers that are down, and
// returns for each backend which of them are stale, as diagnosis.Facts takes
// it. Without a resolver nobody is asked.
func Moved(ctx context.Context, resolver *dns.Resolver, backends []Backend) []map[string][]string {
	moved := make([]map[string][]string, len(backends))
	down := make([]Backend, len(backends))
	for i, b := range backends {
		down[i] = b
		down[i].Servers = slices.DeleteFunc(slices.Clone(b.Servers), func(s haproxy.Server) bool { return s.IsUp() || s.IsOut() })
	}
	questions := Questions(down...)
	if resolver == nil || len(questions) == 0 {
		return moved
	}
	ctx, cancel := context.WithTimeout(ctx, explainTime)
	defer cancel()
	answers := resolver.All(ctx, questions)
	for i, b := range down {
		if verdict, ok := Judge(b, answers); ok {
			moved[i] = verdict.Moved()
		}
	}
	return moved
}
