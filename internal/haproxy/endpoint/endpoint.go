// Package endpoint asks HAProxy: over a Unix or TCP stats socket, through a
// master CLI, from its stats page, or from an answer saved in a file. It decides
// nothing about what the answers mean; if there is none to trust it says
// why, and what to try.
package endpoint

import (
	"context"
	"time"

	"github.com/rs/zerolog"

	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/panics"
)

// Rows are the rows that a check reads. More than asked for may come.
type Rows int

// The choices there are.
const (
	BackendsAndServers Rows = iota // and the FRONTEND row of a "listen"
	All
)

// When says when something extra is asked.
type When int

// The occasions.
const (
	Never  When = iota
	IfDown      // a chosen backend has a server that is down, or without an address
	Always
)

// Query is what a check wants to know.
type Query struct {
	// Subject is what it is about; all but the statistics leave the rest of the
	// query out.
	Subject Subject
	// Certificate, if it is set, is called with each certificate as soon as it is
	// told, and whether HAProxy is on this machine; of several endpoints at the
	// same time, and again if a HAProxy had to be asked again.
	Certificate func(local bool, c *haproxy.Certificate)
	// Sections are exact names of the sections that will be looked at; a
	// socket is asked for those alone if it can be. Empty asks for all.
	Sections []string
	Rows     Rows
	Counters bool // what rows have counted is wanted, too
	// The rest is told by sockets only.
	Info      bool // "show info"
	Servers   When // "show servers state", and the servers that those of the chosen backends track
	Resolvers bool // "show resolvers"
}

// Answer is what one HAProxy process said, or why it did not.
type Answer struct {
	// Name is what the endpoint is called, the same after a reload: the socket's
	// path or host:port, with @1, @2 … if a master CLI has several workers;
	// the URL without credentials and query; the file's path.
	Name string
	// Label is a short name for text and perfdata: the file's name, host:port.
	Label  string
	Found  bool // a glob has found the socket, it was not named
	Socket bool // it can tell more than statistics
	Local  bool // a socket on this machine: Unix, or on loopback
	// Address is what a person connects to for more: a socket's path or
	// host:port; empty if it is no socket. Worker has to stand before each
	// command there, "@1 " behind a master CLI.
	Address, Worker string
	Asked, At       time.Time      // when the question began, and when the answer was there
	Stats           *haproxy.Stats // joined with what else is told of the servers

	// Disabled are those of the query's sections that HAProxy knows and keeps no
	// statistics of: they are disabled in its configuration.
	Disabled []string

	// What else was asked for and could be had.
	Info      *haproxy.Info
	Resolvers []haproxy.Resolver
	// Running and Certificates are there if the query's subject is.
	Running      *Running
	Certificates *Certificates
	// Nameless is why HAProxy does not tell by which names it knows the
	// servers; nil if it does, or was not asked.
	Nameless error

	// Notes tell what could not be had apart from the statistics.
	Notes []string
	// Err says why there is nothing to trust, mostly as a *Failure. Stats is nil
	// then.
	Err error

	states   []haproxy.ServerState
	nameless *haproxy.Refused
	suffix   string // of the name: the worker's number, if a master has several
}

// Endpoint is one place to ask.
type Endpoint struct {
	Name, Label string // see Answer
	source      source
	found       bool // by a glob
}

// source is a kind of place. It returns an answer for each process behind it,
// at least one. An answer without a name gets the endpoint's.
type source interface {
	ask(ctx context.Context, q Query) []Answer
}

// failed is a place that is known to be of no use.
type failed struct{ err error }

func (f failed) ask(context.Context, Query) []Answer { return []Answer{{Err: f.err}} }

// afterDeadline is how long Ask waits for those that end with the context to
// say what they were doing.
const afterDeadline = 50 * time.Millisecond

// Ask asks all endpoints at once. The answers are in the endpoints' order. It is
// back when the context ends, whatever blocks.
func Ask(ctx context.Context, endpoints []Endpoint, q Query) []Answer {
	waiting := make([]chan []Answer, len(endpoints))
	for i, e := range endpoints {
		waiting[i] = make(chan []Answer, 1)
		go func() { waiting[i] <- e.ask(ctx, q) }()
	}
	// A timer, not a new context: it starts when the context ends.
	patience := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		time.Sleep(afterDeadline)
		close(patience)
	})
	defer stop()

	var all []Answer
	for i, e := range endpoints {
		select {
		case answers := <-waiting[i]:
			all = append(all, answers...)
		case <-patience:
			all = append(all, e.lastWord(waiting[i])...)
		}
	}
	return all
}

// lastWord is what an endpoint has to say when time is up.
func (e Endpoint) lastWord(waiting <-chan []Answer) []Answer {
	select {
	case answers := <-waiting:
		return answers
	default:
		err := &Failure{Reach: Unreachable, doing: "cannot read " + e.Name, trouble: trouble{"no answer in time", "raise --timeout, or find out what blocks"}}
		return []Answer{{Name: e.Name, Label: e.Label, Found: e.found, Err: err}}
	}
}

// ask asks one endpoint; a panic becomes its error.
func (e Endpoint) ask(ctx context.Context, q Query) (answers []Answer) {
	var err error
	defer func() {
		if err != nil {
			answers = []Answer{{Name: e.Name, Label: e.Label, Err: err}}
		}
	}()
	defer panics.Catch(&err)
	log, began := zerolog.Ctx(ctx), time.Now()
	log.Debug().Str("endpoint", e.Name).Strs("sections", q.Sections).Msg("asking")
	answers = e.askSubject(ctx, q)
	for i := range answers {
		if answers[i].Name == "" {
			answers[i].Name, answers[i].Label = e.Name+answers[i].suffix, e.Label+answers[i].suffix
		}
		answers[i].Found = e.found
		if answers[i].At.IsZero() { // a worker's has its own
			answers[i].Asked, answers[i].At = began, time.Now()
		}
		log.Debug().Str("endpoint", answers[i].Name).Dur("milliseconds", time.Since(began)).Strs("notes", answers[i].Notes).Err(answers[i].Err).Msg("answered")
	}
	return answers
}
