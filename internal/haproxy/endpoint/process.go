package endpoint

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"check-haproxy/internal/haproxy"
)

// ask asks one process for all that the query wants. An answer that is cut
// short or garbled spoils everything; an extra that HAProxy refuses is a note.
func (p process) ask(ctx context.Context, q Query) Answer {
	a := p.askAbout(ctx, q)
	a.Socket, a.Local, a.Address = true, p.isLocal(), p.fromAnywhere()
	return a
}

func (p process) askAbout(ctx context.Context, q Query) Answer {
	switch q.Subject {
	case OfProcess:
		return p.askRunning(ctx)
	case OfCertificates:
		return p.askCertificates(ctx, q.Certificate)
	case ofStopping:
		return p.askInfo(ctx)
	}
	return p.askStatistics(ctx, q)
}

// askStatistics asks for the statistics and all else that the query wants.
func (p process) askStatistics(ctx context.Context, q Query) Answer {
	a := Answer{Socket: true, Stats: &haproxy.Stats{}}
	names := askable(q.Sections)
	err := p.exchange(ctx, a.requests(q, names)...)
	if err == nil && len(names) > 0 {
		err = p.complete(ctx, q, names, &a)
	}
	if more := a.followUps(q); err == nil && len(more) > 0 {
		err = p.exchange(ctx, more...)
	}
	if err != nil {
		return Answer{Socket: true, Err: err}
	}
	a.Stats.Join(a.states)
	if a.nameless != nil {
		a.Nameless = &Failure{doing: fmt.Sprintf("cannot get %q from %s", showServers, p.shown()), trouble: trouble{
			fmt.Sprintf("the names behind the servers are not told, %v", a.nameless), "give its \"stats socket\" line a higher level"}, cause: a.nameless}
	}
	return a
}

// followUps are the commands that the statistics give reason for.
func (a *Answer) followUps(q Query) []request {
	if q.Servers == Never {
		return nil
	}
	down, tracked := reasons(a.Stats, q.Sections)
	var requests []request
	if q.Servers == IfDown && len(down) > 0 {
		requests = a.serversState(askable(down))
	}
	for _, name := range askable(tracked) {
		requests = append(requests, statsOf(a.Stats, q, "show stat "+name+" 6 -1", []string{name}))
	}
	return requests
}

// complete asks again if the answers for the names alone do not hold all
// rows. HAProxy may take a name that is a number for an id, a frontend and a
// backend may share a name of which it shows one, and before 1.7 it knows no
// names here.
func (p process) complete(ctx context.Context, q Query, names []string, a *Answer) error {
	lack := lacking(a.Stats, names)
	whole := len(lack.both) > 0 || q.Rows == BackendsAndServers && len(lack.backend) > 0
	if !whole && q.Rows == All && (len(lack.frontend) > 0 || len(lack.backend) > 0) {
		found, err := p.namesakes(ctx, q, lack)
		if err != nil {
			return err
		}
		a.Stats.Frontends = append(a.Stats.Frontends, found.Frontends...)
		whole = len(found.Backends) > 0 // their servers are wanted, too
	}
	if !whole {
		return nil
	}
	*a.Stats = haproxy.Stats{}
	a.states = nil
	q.Info, q.Resolvers = false, false // they are there
	err := p.exchange(ctx, a.requests(q, nil)...)
	a.Disabled = lacking(a.Stats, a.Disabled).both
	return err
}

// lack is which names have no row of a kind.
type lack struct{ frontend, backend, both []string }

func lacking(stats *haproxy.Stats, names []string) lack {
	var l lack
	for _, name := range names {
		frontend := slices.ContainsFunc(stats.Frontends, func(f haproxy.Frontend) bool { return f.Name == name })
		backend := slices.ContainsFunc(stats.Backends, func(b haproxy.Backend) bool { return b.Name == name })
		switch {
		case !frontend && !backend:
			l.both = append(l.both, name)
		case !frontend:
			l.frontend = append(l.frontend, name)
		case !backend:
			l.backend = append(l.backend, name)
		}
	}
	return l
}

// namesakes finds the frontends that have a lacking name, and the BACKEND rows.
// That is far less than everything: there are more servers than sections.
func (p process) namesakes(ctx context.Context, q Query, l lack) (*haproxy.Stats, error) {
	found := &haproxy.Stats{}
	var requests []request
	if len(l.frontend) > 0 {
		requests = append(requests, statsOf(found, q, "show stat -1 1 -1", l.frontend))
	}
	if len(l.backend) > 0 {
		requests = append(requests, statsOf(found, q, "show stat -1 2 -1", l.backend))
	}
	return found, p.exchange(ctx, requests...)
}

// reasons are the chosen backends that have a server which is down or without an
// address, and those that are not among the rows but have a server that one of
// these tracks.
func reasons(stats *haproxy.Stats, chosen []string) (down, tracked []string) {
	there := map[string]bool{}
	for _, b := range stats.Backends {
		there[b.Name] = true
	}
	for _, b := range stats.Backends {
		if len(chosen) > 0 && !slices.Contains(chosen, b.Name) {
			continue
		}
		isDown := false
		for i := range b.Servers {
			s := &b.Servers[i]
			if s.IsUp() || s.IsOut() {
				continue
			}
			isDown = true
			if backend, _, _ := strings.Cut(s.Tracked, "/"); backend != "" && !there[backend] {
				tracked = append(tracked, backend)
			}
		}
		if isDown {
			down = append(down, b.Name)
		}
	}
	return down, tracked
}

// Bounds on asking by name: HAProxy reads a line of commands into one buffer
// (tune.bufsize, 16 KiB), and many single answers cost more than all at once.
const (
	mostNames     = 32
	mostNameBytes = 2 << 10
)

// askable returns the names, if a socket can be asked for them alone: few of
// them, and of the characters that HAProxy's names are made of (Configuration
// Manual 4), so that none of them ends the command.
func askable(names []string) []string {
	bytes := 0
	for _, name := range names {
		bytes += len(name)
		if name == "" || strings.Trim(name, nameCharacters) != "" {
			return nil
		}
	}
	if len(names) > mostNames || bytes > mostNameBytes {
		return nil
	}
	return slices.Compact(slices.Sorted(slices.Values(names)))
}

const nameCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-"

// requests are the commands for a query, of the named sections, or all if
// there are no names.
func (a *Answer) requests(q Query, names []string) []request {
	var requests []request
	if q.Info {
		requests = append(requests, a.extra("show info", func(r *haproxy.Reader) (err error) {
			a.Info, err = r.Info()
			return err
		}))
	}
	if len(names) == 0 {
		requests = append(requests, statsOf(a.Stats, q, "show stat", nil))
	}
	for _, name := range names {
		types := " -1 -1"
		if q.Rows == BackendsAndServers {
			types = " 7 -1" // frontends 1, backends 2, servers 4 (Management Guide 9.3)
		}
		requests = append(requests, a.statsOfName(q, name, types))
	}
	if q.Servers == Always {
		requests = append(requests, a.serversState(names)...)
	}
	if q.Resolvers {
		requests = append(requests, a.extra("show resolvers", func(r *haproxy.Reader) (err error) {
			a.Resolvers, err = r.Resolvers()
			return err
		}))
	}
	return requests
}

// statsOfName adds the section of a name. A section without any row is there,
// and disabled; but a name that is a number may be the id of another one.
func (a *Answer) statsOfName(q Query, name, types string) request {
	return request{"show stat " + name + types, func(r *haproxy.Reader) error {
		got, err := readStats(r, q)
		if got == nil {
			return err
		}
		if len(got.Frontends)+len(got.Backends) == 0 && strings.Trim(name, "0123456789") != "" {
			a.Disabled = append(a.Disabled, name)
		}
		addNamed(a.Stats, got, []string{name})
		return nil
	}}
}

// statsOf adds the sections with these names to stats, or all without names.
func statsOf(stats *haproxy.Stats, q Query, command string, names []string) request {
	return request{command, func(r *haproxy.Reader) error {
		if names != nil {
			got, err := readStats(r, q)
			if got != nil {
				addNamed(stats, got, names)
			}
			return err
		}
		r.Counters = q.Counters
		got, err := r.Stats(haproxy.EmptyLine)
		if err == nil {
			*stats = *got
		}
		return err
	}}
}

// readStats reads the answer to a question for names. There is none if HAProxy
// does not have the name, or takes it for something else: "domain" is a word of
// this command.
func readStats(r *haproxy.Reader, q Query) (*haproxy.Stats, error) {
	r.Counters = q.Counters
	got, err := r.Stats(haproxy.EmptyLine)
	if errors.Is(err, haproxy.ErrNoSuchProxy) || errors.Is(err, haproxy.ErrOther) {
		return nil, nil
	}
	return got, err
}

func addNamed(stats, got *haproxy.Stats, names []string) {
	for _, f := range got.Frontends {
		if slices.Contains(names, f.Name) {
			stats.Frontends = append(stats.Frontends, f)
		}
	}
	for _, b := range got.Backends {
		if slices.Contains(names, b.Name) {
			stats.Backends = append(stats.Backends, b)
		}
	}
}

const showServers = "show servers state"

// serversState asks where HAProxy believes the named backends' servers to be, or
// all servers without names.
func (a *Answer) serversState(names []string) []request {
	read := func(r *haproxy.Reader) error {
		states, err := r.ServersState()
		if errors.Is(err, haproxy.ErrNoSuchProxy) {
			return nil
		}
		a.states = append(a.states, states...)
		return err
	}
	if len(names) == 0 {
		return []request{a.extra(showServers, read)}
	}
	var requests []request
	for _, name := range names {
		requests = append(requests, a.extra(showServers+" "+name, read))
	}
	return requests
}

// extra is a request that HAProxy may refuse: then there is a note.
func (a *Answer) extra(command string, read func(r *haproxy.Reader) error) request {
	return request{command, func(r *haproxy.Reader) error {
		err := read(r)
		if refused := refusal(err); refused != nil {
			a.Notes = append(a.Notes, command+": "+refused.Error())
			if strings.HasPrefix(command, showServers) {
				a.nameless = refused
			}
			return nil
		}
		return err
	}}
}
