// Package sessions checks how near HAProxy is to the limits that it really
// enforces, before requests wait for a slot or are refused.
//
// A frontend's and a server's "slim" is its maxconn and is enforced. A
// BACKEND's "slim" is fullconn, which limits nothing (Configuration Manual 4.2,
// "fullconn"), so a backend is judged by the maxconn of the servers it has left.
// "smax" is a peak since start: it is shown and never judged.
//
// While a server has a "minconn", HAProxy allows it less than its maxconn
// (srv_dynamic_maxconn in src/queue.c). The statistics do not tell that limit;
// requests that queue because of it do show.
package sessions

import (
	"errors"

	"check-haproxy/internal/check"
	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
	"check-haproxy/internal/plugin/threshold"
)

// The thresholds that hold if none is given: over 80 and over 90 percent of
// a limit, and a warning for any request that has to wait.
const (
	DefaultWarning      = "80%"
	DefaultCritical     = "90%"
	DefaultQueueWarning = "0"
)

// Options say how to judge. A level alerts if its percentage or its number
// does.
type Options struct {
	Warning, Critical                 threshold.Rules // percent of the limit, every end with %
	WarningSessions, CriticalSessions threshold.Rules // sessions or connections, whether there is a limit or not
	WarningQueue, CriticalQueue       threshold.Rules // requests that wait
	Closed                            plugin.State    // for a frontend that takes no connections
}

// Defaults are the options if no flag is given.
func Defaults() *Options {
	return &Options{
		Warning:      threshold.Rules(nil).WithDefault(DefaultWarning),
		Critical:     threshold.Rules(nil).WithDefault(DefaultCritical),
		WarningQueue: threshold.Rules(nil).WithDefault(DefaultQueueWarning),
		Closed:       plugin.Critical,
	}
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
	return errors.New("this is not a kind; use process, frontend, server or backend")
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

// Verdict is the judgement of one limit, with the queue in front of it.
type Verdict struct {
	check.Target
	Kind     Kind
	Resource Resource
	State    plugin.State
	Usage    Measure
	Queue    Measure         // requests that wait; nothing is known if nothing can wait
	Room     *Room           // of a backend
	Status   string          // of a server
	Peak     haproxy.Number  // of a frontend or server: the most sessions since start, to be shown only
	Closed   bool            // of a frontend: it takes no connections
	Cause    diagnosis.Cause // MaxconnExhausted if requests wait and the state is not OK; FrontendClosed

	server *haproxy.Server // of a server
}

// JudgeProcess returns a verdict for the process's connections and one for each
// other limit of it that is set (Configuration Manual 3, maxsslconn,
// maxconnrate, maxsessrate, maxsslrate; Management Guide 9.3, "show info").
func JudgeProcess(t check.Target, info haproxy.Info, o *Options) []Verdict {
	verdicts := []Verdict{o.judge(t, Process, Connections, info.CurrConns, info.Maxconn)}
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
			verdicts = append(verdicts, o.judge(t, Process, more.resource, more.current, more.limit))
		}
	}
	return verdicts
}

// JudgeFrontend returns a verdict for the frontend's sessions, and one for its
// rate if "rate-limit sessions" is set. One that is not open refuses every
// client.
func JudgeFrontend(t check.Target, o *Options) []Verdict {
	f := t.Frontend
	sessions := o.judge(t, Frontend, Sessions, f.Sessions, f.SessionLimit)
	sessions.Peak = f.MaxSessions
	switch {
	case f.Status == "":
		sessions.State, sessions.Usage = plugin.Unknown, Measure{State: plugin.Unknown, Problem: "HAProxy tells no status"}
	case !f.IsOpen():
		sessions.close(o.Closed)
	case f.SessionLimit == haproxy.Number{}: // every frontend has one (stats.c, ST_F_SLIM)
		sessions.State, sessions.Usage = plugin.Unknown, Measure{State: plugin.Unknown, Problem: "HAProxy tells no limit"}
	}
	if !isSet(f.RateLimit) {
		return []Verdict{sessions}
	}
	return []Verdict{sessions, o.judge(t, Frontend, SessionRate, f.SessionRate, f.RateLimit)}
}

// JudgeServer returns the verdict on a server's sessions and on its own queue,
// which fills with requests that have to go to this server (cookies, stick
// tables). A server that is down or taken out is judged as well: the sessions
// that it still has go on to count against its maxconn.
func JudgeServer(t check.Target, server *haproxy.Server, o *Options) (v Verdict) {
	v = o.judge(t, Server, Sessions, server.Sessions, server.SessionsAllowed())
	v.server, v.Status, v.Peak = server, server.Status, server.MaxSessions
	if isTold(server.Queue) {
		v.addQueue(measure(server.Queue, server.QueueLimit, o.queueLevels(&t)))
	}
	return v
}

// JudgeBackend returns the verdict on the room that a backend's servers have
// left now, and on all the requests that wait: in its own queue and in its
// servers'.
func JudgeBackend(t check.Target, o *Options) Verdict {
	room := RoomOf(t.Backend)
	v := Verdict{Target: t, Kind: Backend, Resource: Sessions, Room: &room}
	v.Usage = total(room.Sessions, room.Limit, room.Problem, o.levels(&t, Sessions))
	v.State = v.Usage.State
	if queue, problem := queued(t.Backend); queue.Known || problem != "" {
		v.addQueue(total(queue, haproxy.Number{}, problem, o.queueLevels(&t)))
	}
	return v
}

// queued returns the requests that wait in a backend and its servers: a BACKEND
// row's qcur is its own queue alone.
func queued(b *haproxy.Backend) (sum haproxy.Number, problem string) {
	if sum = b.Queue; isTold(sum) {
		problem = problemWith(sum, haproxy.Number{})
	}
	for i := range b.Servers {
		s := &b.Servers[i]
		if !isTold(s.Queue) {
			continue
		}
		if p := problemWith(s.Queue, haproxy.Number{}); p != "" {
			return haproxy.Number{}, "server " + s.Name + ": " + p
		}
		sum = haproxy.Number{Value: sum.Value + s.Queue.Value, Known: true}
	}
	return sum, problem
}

func (o *Options) judge(t check.Target, kind Kind, resource Resource, current, limit haproxy.Number) (v Verdict) {
	v.Target, v.Kind, v.Resource = t, kind, resource
	v.Usage = measure(current, limit, o.levels(&t, resource))
	v.State = v.Usage.State
	return v
}

// levels returns what alerts for a resource. Sessions and connections have
// thresholds in numbers too, rates in percent only.
func (o *Options) levels(t *check.Target, resource Resource) levels {
	if resource == Sessions || resource == Connections {
		return levels{t.Names, o, countedSessions}
	}
	return levels{t.Names, o, notCounted}
}

func (o *Options) queueLevels(t *check.Target) levels { return levels{t.Names, o, countedQueue} }

// Findings returns why the verdict is not OK, with evidence and commands, if its
// cause has a name.
func (v *Verdict) Findings() []diagnosis.Finding {
	if v.Cause == "" {
		return nil
	}
	why := diagnosis.Case{Target: v.Target}
	if v.Cause == diagnosis.FrontendClosed {
		return []diagnosis.Finding{why.Finding(v.Cause, nil)}
	}
	return []diagnosis.Finding{why.Finding(v.Cause, v.awaited())}
}

// awaited are the servers that requests wait for.
func (v *Verdict) awaited() []*haproxy.Server {
	if v.server != nil {
		return []*haproxy.Server{v.server}
	}
	var serving []*haproxy.Server
	for i := range v.Backend.Servers {
		if s := &v.Backend.Servers[i]; takesRequests(s) {
			serving = append(serving, s)
		}
	}
	return serving
}

// close is for a frontend that takes no connections.
func (v *Verdict) close(state plugin.State) {
	v.Closed = true
	if v.State = plugin.Worst(v.State, state); state != plugin.OK {
		v.Cause = diagnosis.FrontendClosed
	}
}

func (v *Verdict) addQueue(queue Measure) {
	v.Queue, v.State = queue, plugin.Worst(v.State, queue.State)
	if v.State != plugin.OK && queue.Current.Value > 0 {
		v.Cause = diagnosis.MaxconnExhausted
	}
}

// isTold says whether HAProxy has put something there, possible or not.
func isTold(n haproxy.Number) bool { return n.Known || n.Damaged }

// isSet says whether a limit is there: HAProxy prints 0, or nothing, for none.
func isSet(limit haproxy.Number) bool { return isTold(limit) && (limit.Damaged || limit.Value != 0) }
