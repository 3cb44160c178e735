package endpoint

import (
	"context"
	"errors"

	"check-haproxy/internal/haproxy"
)

// Subject is what a query is about.
type Subject int

// The subjects. Only a socket can be asked about the last two.
const (
	OfStatistics   Subject = iota
	OfProcess              // "show info", "show peers", "show table", and "show proc" of a master CLI
	OfCertificates         // "show ssl cert"
	ofStopping             // "show info" alone
)

// Running is what a HAProxy says of its process.
type Running struct {
	Peers  []haproxy.Peer
	Tables []haproxy.StickTable
	// Processes are those of the master, if it was asked through a master CLI.
	Processes []haproxy.Process
}

// askRunning asks a process about itself. What it refuses is a note, except for
// "show info". The order matters: peers are whole only if another answer
// follows.
func (p process) askRunning(ctx context.Context) Answer {
	a := Answer{Socket: true, Running: &Running{}}
	err := p.exchange(ctx,
		a.extra("show peers", func(r *haproxy.Reader) (err error) {
			a.Running.Peers, err = r.Peers()
			return err
		}),
		a.extra("show table", func(r *haproxy.Reader) (err error) {
			a.Running.Tables, err = r.StickTables()
			return err
		}),
		infoOf(&a.Info))
	if err != nil {
		return Answer{Socket: true, Err: err}
	}
	return a
}

// askInfo asks for "show info" alone.
func (p process) askInfo(ctx context.Context) Answer {
	a := Answer{Socket: true}
	a.Err = p.exchange(ctx, infoOf(&a.Info))
	return a
}

// infoOf asks for "show info", which cannot be done without.
func infoOf(info **haproxy.Info) request {
	return request{"show info", func(r *haproxy.Reader) (err error) {
		*info, err = r.Info()
		return err
	}}
}

// askSubject asks the place, if it can tell about what the query is about.
func (e Endpoint) askSubject(ctx context.Context, q Query) []Answer {
	if q.Subject != OfStatistics && !e.isSocket() {
		return []Answer{{Err: &Failure{doing: "cannot ask " + e.Name, trouble: trouble{"only a stats socket can tell this", "name one with --socket"}}}}
	}
	return e.source.ask(ctx, q)
}

// isSocket says whether the place is a socket, if one of no use.
func (e Endpoint) isSocket() bool {
	switch e.source.(type) {
	case page, file:
		return false
	}
	return true
}

// refusal is the error if HAProxy refused the command, and knows why.
func refusal(err error) *haproxy.Refused {
	var refused *haproxy.Refused
	if errors.As(err, &refused) && !errors.Is(err, haproxy.ErrOther) {
		return refused
	}
	return nil
}
