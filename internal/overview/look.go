package overview

import (
	"context"
	"io"
	"strings"
	"time"

	"check-haproxy/internal/check"
	"check-haproxy/internal/check/config"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/haproxy/configuration"
	"check-haproxy/internal/haproxy/endpoint"
	"check-haproxy/internal/overview/picture"
	"check-haproxy/internal/plugin"
)

// looker looks, again and again with --watch. What does not change from look to
// look, or is dear, it keeps.
type looker struct {
	*flags
	stdin      io.Reader
	resolver   *dns.Resolver
	configured config.Pointer
	checkPaths map[string]string // what health checks ask for, by backend
	notes      []string          // on what was read once
	names      lookedUp
	first      firstToExpire
	sources    filled
	log        logRead
	usualLog   string // where HAProxy's log usually is
	usual      bool   // it is read, though nobody named it
}

// newLooker reads what is read once. The usual log is read if none is named.
func newLooker(f *flags, stdin io.Reader, usualLog string) *looker {
	l := &looker{flags: f, stdin: stdin, usualLog: usualLog, resolver: (&dns.ResolverFlags{Nameservers: f.Nameservers, NoLookup: f.NoLookup || f.List != ""}).Resolver()}
	l.readConfiguration()
	l.chooseLog()
	return l
}

// look asks once, the statistics and the log at the same time. An error is one
// in the arguments; what did not answer is one of the facts.
func (l *looker) look(ctx context.Context) (picture.Facts, error) {
	return plugin.Within(ctx, time.Duration(l.Timeout), func(ctx context.Context) (picture.Facts, error) {
		now := time.Now()
		reading, err := l.startReading(ctx, now)
		if err != nil {
			return picture.Facts{}, err
		}
		asked, err := l.Ask(ctx, l.stdin, endpoint.Query{Rows: endpoint.All, Counters: l.Watch > 0, Info: true, Servers: endpoint.Always})
		if err != nil {
			return picture.Facts{}, err
		}
		facts := l.statistics(asked)
		facts.At, facts.Configured = now, l.configured
		facts.Notes = append(facts.Notes, l.notes...)
		facts.Names = l.names.of(ctx, l.resolver, facts.Backends, now)
		facts.Certificate = l.first.of(ctx, l.flags, asked, now)
		facts.Sources = l.sources.of(ctx, facts.Frontends, now)
		l.addLog(&facts, reading)
		return facts, nil
	})
}

// statistics are the facts that the endpoints told.
func (l *looker) statistics(asked *check.Asked) picture.Facts {
	facts := picture.Facts{Notes: asked.Notes()}
	selection := asked.Select()
	for i := range asked.Answers {
		answer := &asked.Answers[i]
		facts.Processes = append(facts.Processes, picture.Process{Endpoint: answer.Name, Info: answer.Info, Address: answer.Address})
		frontends, backends := asked.Targets(answer)
		for _, t := range frontends {
			if selection.Takes(t.Names...) {
				facts.Frontends = append(facts.Frontends, t)
			}
		}
		for _, t := range backends {
			if selection.Takes(t.Names...) {
				t.CheckPath = l.checkPaths[t.Name]
				facts.Backends = append(facts.Backends, t)
			}
		}
	}
	selection.Finish("section")
	facts.Failures = append(facts.Failures, asked.Complaints...)
	return facts
}

// readConfiguration reads what --config names, for what stands behind the
// trouble; the log's formats are read out of it by themselves.
func (l *looker) readConfiguration() {
	if len(l.Configs) == 0 {
		return
	}
	sources, err := configuration.ReadFiles(l.Configs)
	if err == nil {
		var c *configuration.Configuration
		if c, err = configuration.Parse(sources, nil); err == nil {
			l.configured = config.PointInto(c)
			l.checkPaths = checkPaths(c)
		}
	}
	if err != nil {
		l.notes = append(l.notes, err.Error())
	}
}

// checkPaths are what the health checks ask for, which HAProxy does not tell.
func checkPaths(c *configuration.Configuration) map[string]string {
	paths := map[string]string{}
	for _, proxy := range c.Proxies {
		if path := proxy.CheckPath(); path != "" && proxy.HasServers() {
			paths[proxy.Name] = path
		}
	}
	return paths
}

// lookedUp is what DNS has said of the servers' names.
type lookedUp struct {
	at      time.Time
	answers dns.Answers
	down    string // the servers that were down then
}

// namesFor is how long answers hold: a screen that looks every two seconds must
// not ask for hundreds of names so often.
const namesFor = 30 * time.Second

// of returns the answers; new ones if those that are there are old, or another
// server is down.
func (n *lookedUp) of(ctx context.Context, resolver *dns.Resolver, backends []check.Target, now time.Time) dns.Answers {
	down := downByName(backends)
	if resolver != nil && (now.Sub(n.at) > namesFor || down != n.down) {
		ctx, cancel := context.WithTimeout(ctx, lookupTime)
		defer cancel()
		n.at, n.down = now, down
		n.answers = check.Lookup(ctx, resolver, backends, func(*haproxy.Server) bool { return true })
	}
	return n.answers
}

// lookupTime bounds the lookups of one look: a name server that is dead must not
// keep the picture waiting.
const lookupTime = 2 * time.Second

// downByName lists the servers that are down and that HAProxy knows by a name.
func downByName(backends []check.Target) string {
	var b strings.Builder
	for _, t := range backends {
		for i := range t.Backend.Servers {
			if s := &t.Backend.Servers[i]; s.Place().FQDN != "" && !s.IsUp() && !s.IsOut() {
				b.WriteString(t.Label + "/" + s.Name + " ")
			}
		}
	}
	return b.String()
}
