// Package saturation judges how near HAProxy is to the limits that it really
// enforces, before requests wait for a slot or are refused. It is pure:
// statistics in, verdicts out.
//
// A frontend's and a server's "slim" is its maxconn and is enforced. A
// BACKEND's "slim" is fullconn, which limits nothing (Configuration Manual 4.2,
// "fullconn"), so a backend is judged by the maxconn of the servers it has left.
// "smax" is a peak since start: it is shown and never judged.
//
// While a server starts slowly ("slowstart") or has a "minconn", HAProxy allows
// it less than its maxconn (srv_dynamic_maxconn in src/queue.c). The statistics
// do not tell that limit; requests that queue because of it do show.
package sessions

import (
	"fmt"

	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/threshold"
)

// The thresholds that hold where none is given: over 80 and over 90 percent of
// a limit, and a warning for any request that has to wait.
const (
	DefaultWarning      = "80%"
	DefaultCritical     = "90%"
	DefaultQueueWarning = "0"
)

// Options say how to judge. A level alerts where its percentage or its number
// does.
type Options struct {
	Warning, Critical                 threshold.Rules // percent of the limit, every end with %
	WarningSessions, CriticalSessions threshold.Rules // sessions or connections, whether there is a limit or not
	WarningQueue, CriticalQueue       threshold.Rules // requests that wait
}

// Kind is what has the limit.
type Kind string

// The four kinds.
const (
	Process  Kind = "process"
	Frontend Kind = "frontend"
	Server   Kind = "server"
	Backend  Kind = "backend"
)

// Kinds are all of them, in the order of a request's way.
func Kinds() []Kind { return []Kind{Process, Frontend, Server, Backend} }

// Choices are the kinds as --kind takes them.
func (Kind) Choices() []string {
	var names []string
	for _, kind := range Kinds() {
		names = append(names, string(kind))
	}
	return names
}

// UnmarshalText reads a kind, for a flag.
func (k *Kind) UnmarshalText(text []byte) error {
	for _, kind := range Kinds() {
		if string(kind) == string(text) {
			*k = kind
			return nil
		}
	}
	return fmt.Errorf("%q is not a kind; use process, frontend, server or backend", text)
}

// Resource is what is counted against a limit. Its text ends the label of the
// perfdata.
type Resource string

// The resources; the rates are of the last second.
const (
	Sessions       Resource = "sessions"
	Connections    Resource = "connections"
	SSLConnections Resource = "ssl_connections"
	ConnectionRate Resource = "connection_rate"
	SessionRate    Resource = "session_rate"
	SSLRate        Resource = "ssl_rate"
)

// Subject is what a verdict is about, as the caller knows it.
type Subject struct {
	Name     string   // in the JSON: "api", "api/api03", "process"
	Label    string   // how text and perfdata call it: "api", or "api@endpoint"
	Names    []string // what patterns of thresholds may match: Name, and Label where it is another
	Endpoint string
	Listen   bool // a frontend and a backend have this name: perfdata keeps them apart
}

// Server returns the subject for a server of the section. A pattern may match
// it by "section/server" or by its section.
func (s Subject) Server(server string) Subject {
	under := Subject{Name: s.Name + "/" + server, Endpoint: s.Endpoint, Names: make([]string, 0, 2*len(s.Names))}
	if under.Label = under.Name; s.Label != s.Name {
		under.Label = s.Label + "/" + server
	}
	under.Names = append(under.Names, under.Name)
	if under.Label != under.Name {
		under.Names = append(under.Names, under.Label)
	}
	under.Names = append(under.Names, s.Names...)
	return under
}

// Verdict is the judgement of one limit, with the queue in front of it.
type Verdict struct {
	Subject
	Kind     Kind
	Resource Resource
	State    plugin.State
	Usage    Measure
	Queue    Measure         // requests that wait; nothing is known where nothing can wait
	Room     *Room           // of a backend
	Status   string          // of a server
	Peak     haproxy.Number  // of a frontend or server: the most sessions since start, to be shown only
	Cause    diagnosis.Cause // MaxconnExhausted where requests wait and the state is not OK
}

// JudgeProcess returns a verdict for the process's connections and one for each
// other limit of it that is set (Configuration Manual 3, maxsslconn,
// maxconnrate, maxsessrate, maxsslrate; Management Guide 9.3, "show info").
func JudgeProcess(s Subject, info haproxy.Info, o *Options) []Verdict {
	verdicts := []Verdict{o.judge(s, Process, Connections, info.CurrConns, info.Maxconn)}
	for _, more := range []struct {
		resource       Resource
		current, limit haproxy.Number
	}{
		{SSLConnections, info.CurrSslConns, info.MaxSslConns},
		{ConnectionRate, info.ConnRate, info.ConnRateLimit},
		{SessionRate, info.SessRate, info.SessRateLimit},
		{SSLRate, info.SslRate, info.SslRateLimit},
	} {
		if isSet(more.limit) {
			verdicts = append(verdicts, o.judge(s, Process, more.resource, more.current, more.limit))
		}
	}
	return verdicts
}

// JudgeFrontend returns a verdict for the frontend's sessions, and one for its
// rate where "rate-limit sessions" is set.
func JudgeFrontend(s Subject, f haproxy.Frontend, o *Options) []Verdict {
	sessions := o.judge(s, Frontend, Sessions, f.Sessions, f.SessionLimit)
	sessions.Peak = f.MaxSessions
	if !isSet(f.RateLimit) {
		return []Verdict{sessions}
	}
	return []Verdict{sessions, o.judge(s, Frontend, SessionRate, f.SessionRate, f.RateLimit)}
}

// JudgeServer returns the verdict on a server's sessions and on its own queue,
// which fills with requests that have to go to this server (cookies, stick
// tables). A server that is down or taken out is judged as well: the sessions
// that it still has go on to count against its maxconn.
func JudgeServer(s Subject, server *haproxy.Server, o *Options) Verdict {
	v := o.judge(s, Server, Sessions, server.Sessions, server.SessionLimit)
	v.Status, v.Peak = server.Status, server.MaxSessions
	if server.Queue.Known {
		v.addQueue(measure(server.Queue, server.QueueLimit, o.queueLevels(s)))
	}
	return v
}

// JudgeBackend returns the verdict on the room that a backend's servers have
// left now, and on all the requests that wait: in its own queue and in its
// servers'.
func JudgeBackend(s Subject, b haproxy.Backend, o *Options) Verdict {
	room := RoomOf(b)
	v := Verdict{Subject: s, Kind: Backend, Resource: Sessions, Room: &room}
	v.Usage = total(room.Sessions, room.Limit, room.Problem, o.levels(s, Sessions))
	v.State = v.Usage.State
	if queue, problem := queued(&b); queue.Known || problem != "" {
		v.addQueue(total(queue, haproxy.Number{}, problem, o.queueLevels(s)))
	}
	return v
}

// queued returns the requests that wait in a backend and its servers: a BACKEND
// row's qcur is its own queue alone.
func queued(b *haproxy.Backend) (sum haproxy.Number, problem string) {
	sum, problem = b.Queue, problemWith(b.Queue, haproxy.Number{})
	if !b.Queue.Known {
		problem = ""
	}
	for i := range b.Servers {
		s := &b.Servers[i]
		if !s.Queue.Known {
			continue
		}
		if p := problemWith(s.Queue, haproxy.Number{}); p != "" {
			return haproxy.Number{}, "server " + s.Name + ": " + p
		}
		sum = haproxy.Number{Value: sum.Value + s.Queue.Value, Known: true}
	}
	return sum, problem
}

func (o *Options) judge(s Subject, kind Kind, resource Resource, current, limit haproxy.Number) Verdict {
	m := measure(current, limit, o.levels(s, resource))
	return Verdict{Subject: s, Kind: kind, Resource: resource, State: m.State, Usage: m}
}

// levels returns what alerts for a resource. Sessions and connections have
// thresholds in numbers too, rates in percent only.
func (o *Options) levels(s Subject, resource Resource) levels {
	l := o.percentages(s)
	if resource == Sessions || resource == Connections {
		l.warning.count, l.critical.count = o.WarningSessions.For(s.Names...), o.CriticalSessions.For(s.Names...)
	}
	return l
}

func (o *Options) queueLevels(s Subject) levels {
	l := o.percentages(s)
	l.warning.count, l.critical.count = o.WarningQueue.For(s.Names...), o.CriticalQueue.For(s.Names...)
	return l
}

func (o *Options) percentages(s Subject) levels {
	return levels{warning: level{percent: o.Warning.For(s.Names...)}, critical: level{percent: o.Critical.For(s.Names...)}}
}

func (v *Verdict) addQueue(queue Measure) {
	v.Queue, v.State = queue, plugin.Worst(v.State, queue.State)
	if v.State != plugin.OK && queue.Current.Value > 0 {
		v.Cause = diagnosis.MaxconnExhausted
	}
}

// isSet says whether a limit is there: HAProxy prints 0, or nothing, for none.
func isSet(limit haproxy.Number) bool { return limit.Known && limit.Value != 0 }
