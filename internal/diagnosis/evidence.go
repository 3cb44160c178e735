package diagnosis

import (
	"fmt"
	"strings"

	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/plugin"
)

// maxNamed is how many servers a sentence names.
const maxNamed = 3

// evidence says what shows the cause.
func (f Facts) evidence(cause Cause, servers []haproxy.Server) string {
	switch cause {
	case NoServers:
		return fmt.Sprintf("it has no server line and has answered nothing but errors (%d responses 5xx)", f.Backend.Responses[haproxy.Responses5xx].Value)
	case MaxconnExhausted:
		return f.queueEvidence(servers)
	}
	described := make([]string, 0, maxNamed+1)
	for _, s := range servers[:min(len(servers), maxNamed)] {
		described = append(described, f.describe(cause, s))
	}
	if more := len(servers) - maxNamed; more > 0 {
		described = append(described, fmt.Sprintf("%d more", more))
	}
	return fmt.Sprintf("%s %s: %s", f.howMany(servers), cause.predicate(len(f.Backend.Servers) > 1), strings.Join(described, ", "))
}

// howMany is the subject of the sentence: "2 of 3 servers".
func (f Facts) howMany(servers []haproxy.Server) string {
	switch all := len(f.Backend.Servers); {
	case all == 1:
		return "its only server"
	case len(servers) == all && all == 2:
		return "both servers"
	case len(servers) == all:
		return fmt.Sprintf("all %d servers", all)
	default:
		return fmt.Sprintf("%d of %d servers", len(servers), all)
	}
}

// predicate goes with howMany.
func (c Cause) predicate(plural bool) string {
	is := "is "
	if plural {
		is = "are "
	}
	switch c {
	case HealthCheckFailed:
		return "failed the health check"
	case HealthCheckTimeout:
		return "did not answer the health check in time"
	case HealthCheckRecovering:
		return "passed the health check again, but not yet often enough"
	case DNSResolution:
		return is + "without an address, as HAProxy cannot resolve the name"
	case DNSStale:
		return is + "down at an address that the name no longer resolves to"
	case AgentDown:
		return is + "reported down by the server's own agent"
	case ZeroWeight:
		return is + "up with weight 0, so that nothing goes there"
	case Drained:
		return is + "drained, without new requests"
	case Maintenance:
		return is + "taken out for maintenance"
	default:
		return is + "down, and the statistics do not tell why"
	}
}

// describe tells of a server what shows the cause, and since when.
func (f Facts) describe(cause Cause, s haproxy.Server) string {
	words := []string{s.Name}
	if place := address(s); place != "" && cause != DNSStale {
		words[0] += " (" + place + ")"
	}
	switch cause {
	case HealthCheckFailed, HealthCheckTimeout, HealthCheckRecovering:
		if cause == HealthCheckRecovering {
			words = append(words, s.Status)
		}
		words = append(words, lastCheck(s.CheckResult(), s.LastCheck)...)
	case DNSResolution:
		if name := s.FQDN; name != "" {
			words = append(words, name)
		} else if record := s.SRVRecord; record != "" {
			words = append(words, "SRV "+record)
		}
	case DNSStale:
		words = append(words, fmt.Sprintf("uses %s, %s is now %s;", address(s), s.FQDN, strings.Join(f.Moved[s.Name], " and ")))
		words = append(words, lastCheck(s.CheckResult(), s.LastCheck)...)
	case AgentDown:
		words = append(words, lastCheck(strings.TrimPrefix(s.AgentStatus, "* "), s.LastAgent)...)
	default:
		words = append(words, s.Status)
	}
	if s.LastChange.Known {
		words = append(words, "for "+plugin.FormatSeconds(s.LastChange.Value))
	}
	return strings.Join(words, " ")
}

func lastCheck(result, text string) []string {
	var words []string
	if result != "" {
		words = append(words, result)
	}
	if text != "" {
		words = append(words, fmt.Sprintf("%q", text))
	}
	return words
}

// queueEvidence says how many wait, and for which slots.
func (f Facts) queueEvidence(servers []haproxy.Server) string {
	waiting := f.Backend.Queue.Value
	var slots []string
	for _, s := range f.Backend.Servers {
		waiting += s.Queue.Value
	}
	for _, s := range servers[:min(len(servers), maxNamed)] {
		if s.SessionLimit.Value > 0 {
			slots = append(slots, fmt.Sprintf("%s has %d of %d sessions", s.Name, s.Sessions.Value, s.SessionLimit.Value))
		}
	}
	sentence := fmt.Sprintf("%d waiting in the queue for a free slot", waiting)
	if len(slots) > 0 {
		sentence += ": " + strings.Join(slots, ", ")
	}
	return sentence
}
