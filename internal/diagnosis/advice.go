package diagnosis

import (
	"check-haproxy/internal/haproxy"
)

// Finding is one reason why a section is in trouble.
type Finding struct {
	Cause Cause
	// Evidence is a sentence without its full stop: which servers, what was
	// seen of them, since when. It quotes names as HAProxy gave them, so it is
	// cleaned where it is printed.
	Evidence string
	// Commands look further, the most telling first. A name that a shell or
	// HAProxy's command line could take for something else is in none of them:
	// then there are fewer, or none.
	Commands []string
}

// Facts are what is known of one backend.
type Facts struct {
	Backend haproxy.Backend
	// Moved are the servers, by name, whose own name resolves, but never to the
	// address that HAProxy uses: where it resolves to. Nil where nobody looked.
	Moved    map[string][]string
	Endpoint string // endpoint.Answer.Name
	Socket   bool   // it is a stats socket, to be asked further
}

// Findings returns why the backend is in trouble, the main cause first: the one
// that takes most of its servers. Servers that are out on purpose are no
// trouble while another one serves.
func (f Facts) Findings() []Finding {
	if len(f.Backend.Servers) == 0 {
		return f.serverless()
	}
	servers := f.byCause()
	count := map[Cause]int{}
	trouble := len(servers[""]) == 0
	for cause, list := range servers {
		count[cause] = len(list)
		trouble = trouble || !cause.onPurpose()
	}
	if !trouble {
		return nil
	}
	var findings []Finding
	for _, cause := range rank(count) {
		findings = append(findings, Finding{cause, f.evidence(cause, servers[cause]), f.commands(cause, servers[cause])})
	}
	return findings
}

// serverless is a backend without a server line: trouble only where it cannot
// be a stats page, a redirector or a "sorry" page.
func (f Facts) serverless() []Finding {
	if !f.Backend.OnlyFailed() {
		return nil
	}
	return []Finding{{NoServers, f.evidence(NoServers, nil), f.commands(NoServers, nil)}}
}

// byCause returns the servers by what is wrong with them; those under the empty
// cause serve. A server that a spare slot of a server-template waits for is in
// no list.
func (f Facts) byCause() map[Cause][]haproxy.Server {
	servers := map[Cause][]haproxy.Server{}
	for _, s := range f.Backend.Servers {
		if !s.Unfilled {
			cause := f.OfServer(s)
			servers[cause] = append(servers[cause], s)
		}
	}
	// What waits in the backend's own queue waits for every server that serves.
	if f.Backend.Queue.Value > 0 && len(servers[""]) > 0 {
		servers[MaxconnExhausted] = append(servers[MaxconnExhausted], servers[""]...)
		delete(servers, "")
	}
	return servers
}

// OfServer returns what is wrong with one of the backend's servers; empty where
// it serves and nobody waits for it.
func (f Facts) OfServer(s haproxy.Server) Cause {
	switch cause := OfServer(&s); cause {
	case HealthCheckFailed, HealthCheckTimeout, Unknown:
		if len(f.Moved[s.Name]) > 0 {
			return DNSStale
		}
		return cause
	case "":
		if s.Queue.Value > 0 {
			return MaxconnExhausted
		}
		return ""
	default:
		return cause
	}
}

// onPurpose says whether somebody meant it.
func (c Cause) onPurpose() bool {
	switch c {
	case "", Maintenance, Drained, ZeroWeight:
		return true
	}
	return false
}
