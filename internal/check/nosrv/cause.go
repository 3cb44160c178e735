package nosrv

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"check-haproxy/internal/diagnosis"
	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
)

// Explanation is why a section has no server to give, and what shows it: "on
// v2Elb since 19:41:02", or nothing.
type Explanation struct {
	Cause    diagnosis.Cause
	Evidence string
}

// down is a server that takes no requests.
type down struct {
	server string
	cause  diagnosis.Cause
	since  time.Time // zero: nobody knows
	detail string    // what else is to know of it
}

// explainServers tells why a section has no server to give: as the statistics
// see it, if they were asked, else by the servers whose last change in the log
// was to go down.
func (c *Counter) explainServers(section string, known Explanation) Explanation {
	if known.Cause != "" && known.Cause != diagnosis.Unknown {
		return known
	}
	var servers []down
	for name, change := range c.servers {
		if name.backend == section && !change.Up {
			servers = append(servers, down{server: name.server, cause: c.causeOf(change), since: change.At})
		}
	}
	if explanation := explainDown(servers, c.stretch.At); explanation.Cause != "" {
		return explanation
	}
	return Explanation{Cause: diagnosis.Unknown}
}

// ExplainBackend tells by the statistics, and what DNS says of its servers'
// names, why a backend has no server to give; the zero Explanation if it has. At
// is when they were asked.
func ExplainBackend(b *haproxy.Backend, names dns.Answers, at time.Time) Explanation {
	if len(b.Servers) == 0 {
		return Explanation{Cause: diagnosis.NoServers}
	}
	var servers []down
	for i := range b.Servers {
		s := &b.Servers[i]
		d := down{server: s.Name, cause: diagnosis.OfServer(s, names)}
		if d.cause == "" {
			continue
		}
		if s.LastChange.Known {
			d.since = at.Add(-time.Duration(s.LastChange.Value) * time.Second)
		}
		if d.cause == diagnosis.DNSStale {
			d.detail = " (" + s.Place().Address + ", DNS says " + strings.Join(diagnosis.NamingOf(s, names).Answers, " ") + ")"
		}
		servers = append(servers, d)
	}
	return explainDown(servers, at)
}

// causeOf tells why a server went down. Of one that tracks another, HAProxy says
// "via backend/server" and no more: the other's change tells.
func (c *Counter) causeOf(change Transition) diagnosis.Cause {
	const longest = 8 // more than any chain of servers that track each other
	for range longest {
		if change.Via == "" {
			return causeOfChange(change)
		}
		backend, server, _ := strings.Cut(change.Via, "/")
		tracked, known := c.servers[serverName{backend, server}]
		if !known || tracked.Up {
			break
		}
		change = tracked
	}
	return diagnosis.Unknown
}

// causeOfChange reads why a server went down (the words are those of
// HAProxy's check descriptions and of its state changes, src/check.c and
// src/server.c).
func causeOfChange(change Transition) diagnosis.Cause {
	reason, info := strings.ToLower(change.Reason), strings.ToLower(change.Info)
	remark := reason
	if reason == "maintenance" {
		remark = info // of a check, info is what the server said
	}
	switch {
	case strings.Contains(reason, "via agent"), strings.Contains(info, "via agent"):
		return diagnosis.AgentDown
	case strings.Contains(remark, "dns "), strings.Contains(remark, "no ip for server"), strings.Contains(remark, "srv record"):
		return diagnosis.DNSResolution
	case strings.HasPrefix(reason, "health analyze"):
		return diagnosis.ErrorsObserved
	case reason == "maintenance":
		return diagnosis.Maintenance
	case reason == "drain", reason == "stopping":
		return diagnosis.Drained
	case strings.Contains(reason, "timeout"):
		return diagnosis.HealthCheckTimeout
	case strings.HasPrefix(reason, "layer"), strings.Contains(reason, "check"), strings.HasPrefix(reason, "socket error"), strings.HasPrefix(reason, "no port"):
		return diagnosis.HealthCheckFailed
	default:
		return diagnosis.Unknown
	}
}

// explainDown names the cause that takes most of the servers, a few of those,
// and since when the first of them has been down. It is the zero Explanation
// for no servers.
func explainDown(servers []down, at time.Time) Explanation {
	const few = 3
	var causesOfDown, causesOfOut []diagnosis.Cause
	for _, d := range servers {
		if d.cause.IsOnPurpose() {
			causesOfOut = append(causesOfOut, d.cause)
		} else {
			causesOfDown = append(causesOfDown, d.cause)
		}
	}
	main := diagnosis.Main(causesOfDown, causesOfOut)
	var names []string
	var since time.Time
	for _, d := range servers {
		if d.cause != main {
			continue
		}
		names = append(names, d.server+d.detail)
		if !d.since.IsZero() && (since.IsZero() || d.since.Before(since)) {
			since = d.since
		}
	}
	if len(names) == 0 {
		return Explanation{}
	}
	slices.Sort(names)
	if len(names) > few {
		names = append(names[:few:few], fmt.Sprintf("%d more", len(names)-few))
	}
	evidence := "on " + strings.Join(names, ", ")
	if !since.IsZero() {
		evidence += " since " + plugin.FormatClock(since, at)
	}
	return Explanation{main, evidence}
}
