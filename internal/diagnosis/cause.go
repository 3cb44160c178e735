// Package diagnosis turns facts into causes: why a server takes no requests,
// and why its section is in trouble. It is pure, and claims nothing that the
// facts do not show: Unknown is an answer.
package diagnosis

import (
	"strings"

	"check-haproxy/internal/dns"
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/sorting"
)

// Cause is why something is wrong; empty if nothing is. The words are those
// of the JSON output.
type Cause string

// The causes that HAProxy's statistics show, the more urgent first: if two
// take as many servers, the first is named.
const (
	HealthCheckFailed     Cause = "health-check-failed"     // the check was refused, reset or got a wrong answer
	HealthCheckTimeout    Cause = "health-check-timeout"    // the check got no answer in time
	DNSResolution         Cause = "dns-resolution"          // HAProxy has no address for the server's name
	DNSStale              Cause = "dns-stale"               // the server is down, and its name resolves to other addresses than HAProxy's
	ErrorsObserved        Cause = "errors-observed"         // too many errors in the traffic itself ("observe")
	AgentDown             Cause = "agent-down"              // the server's own agent says down
	HealthCheckRecovering Cause = "health-check-recovering" // checks pass again, not yet often enough
	ZeroWeight            Cause = "zero-weight"             // up, but its weight sends it nothing
	Drained               Cause = "drained"                 // finishes what it has and takes nothing new
	Maintenance           Cause = "maintenance"             // taken out by hand or by the configuration
	NoServers             Cause = "no-servers"              // the backend has no server line
	Unpublished           Cause = "unpublished"             // the backend was taken out as a whole
	FrontendClosed        Cause = "frontend-closed"         // the frontend takes no connection
	MaxconnExhausted      Cause = "maxconn-exhausted"       // requests wait in a queue for a free slot
	NoBackend             Cause = "no-backend"              // the frontend chose no backend for the request
	ResourceExhausted     Cause = "resource-exhausted"      // HAProxy itself ran out of memory, ports or sockets
	Unknown               Cause = "unknown"                 // none of these
)

var urgency = []Cause{
	DNSStale, HealthCheckFailed, HealthCheckTimeout, DNSResolution, ErrorsObserved, AgentDown,
	HealthCheckRecovering, ZeroWeight, Drained, Maintenance, FrontendClosed, Unpublished, NoServers, NoBackend, MaxconnExhausted, ResourceExhausted, Unknown,
}

// String returns the cause in words, as a part of a sentence.
func (c Cause) String() string {
	switch c {
	case HealthCheckFailed:
		return "health checks fail"
	case HealthCheckTimeout:
		return "health checks time out"
	case DNSResolution:
		return "the server name does not resolve"
	case DNSStale:
		return "HAProxy uses an old address (dns-stale)"
	case ErrorsObserved:
		return "too many errors in traffic (observe)"
	case AgentDown:
		return "the server's agent says down"
	case HealthCheckRecovering:
		return "recovering, health checks have not passed often enough yet"
	case ZeroWeight:
		return "weight is 0"
	case Drained:
		return "drained, takes no new requests"
	case Maintenance:
		return "in maintenance"
	case NoServers:
		return "the backend has no servers"
	case Unpublished:
		return "unpublished, no request goes there"
	case FrontendClosed:
		return "the frontend takes no connections"
	case MaxconnExhausted:
		return "every slot that maxconn allows is taken"
	case NoBackend:
		return "the frontend chose no backend"
	case ResourceExhausted:
		return "HAProxy ran out of memory, ports or sockets"
	}
	if words, known := trafficWords[c]; known {
		return words
	}
	return string(c)
}

// OfServer returns why a server takes no new requests: by its row in the
// statistics, or that of the server it tracks, and by what DNS says of its name;
// empty if it takes them. (Status words: stats_fill_sv_stats in HAProxy's
// src/stats.c; check results: Management Guide 9.1, check_status.)
func OfServer(s *haproxy.Server, names dns.Answers) Cause {
	cause := ofRow(s.Checked())
	if s.IsOut() || s.IsUp() {
		cause = ofRow(s)
	}
	switch cause {
	case HealthCheckFailed, HealthCheckTimeout, Unknown:
		if NamingOf(s.Checked(), names).Standing == NameStale {
			return DNSStale
		}
	}
	return cause
}

// ofRow is OfServer by the row alone.
func ofRow(s *haproxy.Server) Cause {
	switch status := s.Status; {
	case s.IsUp() && s.TakesTraffic():
		return ""
	case s.IsUp():
		return ZeroWeight
	case s.IsUnresolved():
		return DNSResolution
	case strings.HasPrefix(status, "MAINT"):
		return Maintenance
	case strings.HasPrefix(status, "DRAIN"), strings.HasPrefix(status, "NOLB"), s.IsOut() && s.Place().AdminState.IsDrained():
		return Drained
	case s.IsOut():
		return ZeroWeight
	case status == "DOWN (agent)":
		return AgentDown
	case strings.HasPrefix(status, "DOWN "):
		return HealthCheckRecovering
	case status == "DOWN":
		return ofCheck(s.CheckResult())
	default:
		return Unknown
	}
}

// ofCheck returns why a server is DOWN by its last check. A passed check tells
// nothing.
func ofCheck(result string) Cause {
	switch result {
	case "L4TOUT", "L6TOUT", "L7TOUT", "PROCTOUT":
		return HealthCheckTimeout
	case "L4CON", "L6RSP", "L7RSP", "L7STS", "SOCKERR", "PROCERR":
		return HealthCheckFailed
	case "HANA":
		return ErrorsObserved
	default:
		return Unknown
	}
}

// IsOnPurpose says whether the cause is that somebody took the server out.
func (c Cause) IsOnPurpose() bool { return c == Maintenance || c == Drained || c == ZeroWeight }

// Main returns the cause of a section: while servers are down, the one that
// takes most of them, else the one that takes most of those that are out; the
// most urgent of equals. Empty causes do not count.
func Main(down, out []Cause) Cause {
	if ranked := rank(down); len(ranked) > 0 {
		return ranked[0]
	}
	if ranked := rank(out); len(ranked) > 0 {
		return ranked[0]
	}
	return ""
}

// rank returns the causes, the one that takes most servers first, the more
// urgent of equals before the other. The empty cause is none.
func rank(causes []Cause) []Cause {
	count := map[Cause]int{}
	for _, cause := range causes {
		count[cause]++
	}
	var ranked []Cause
	for _, cause := range urgency {
		if count[cause] > 0 {
			ranked = append(ranked, cause)
		}
	}
	sorting.Stable(ranked, func(a, b Cause) int { return count[b] - count[a] })
	return ranked
}
