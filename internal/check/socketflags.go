package check

import (
	"context"

	"check-haproxy/internal/haproxy/endpoint"
)

// SocketFlags are Flags for a check whose question only a socket answers.
type SocketFlags struct {
	Socket []string `arg:"-S,--socket,separate" placeholder:"ADDR" help:"stats socket: a path, a glob or host:port; a master CLI's workers are all asked (repeatable) [default: the first of the usual places]"`
	ReachFlags
	Filter
}

// Ask is Flags.Ask.
func (f *SocketFlags) Ask(ctx context.Context, query endpoint.Query) (*Asked, error) {
	return f.all().Ask(ctx, nil, query)
}

// Sample is Flags.Sample.
func (f *SocketFlags) Sample(ctx context.Context, flags SampleFlags, query endpoint.Query, counting Counting) (*Asked, []Sampled, error) {
	return f.all().Sample(ctx, nil, flags, query, counting, false)
}

// all are the flags with those of other sources, which are not set.
func (f *SocketFlags) all() *Flags {
	return &Flags{Flags: endpoint.Flags{Socket: f.Socket}, ReachFlags: f.ReachFlags, Filter: f.Filter}
}
