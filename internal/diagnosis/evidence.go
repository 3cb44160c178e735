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
func (c Case) evidence(cause Cause, servers []*haproxy.Server) string {
	switch {
	case cause == MaxconnExhausted:
		return c.queueEvidence(servers)
	case len(servers) == 0:
		return c.sectionEvidence(cause)
	}
	described := make([]string, 0, maxNamed+1)
	for _, s := range servers[:min(len(servers), maxNamed)] {
		described = append(described, c.describe(cause, s))
	}
	if more := len(servers) - maxNamed; more > 0 {
		described = append(described, fmt.Sprintf("%d more", more))
	}
	return fmt.Sprintf("%s %s: %s", c.howMany(servers), cause.predicate(len(c.Backend.Servers) > 1), strings.Join(described, ", "))
}

// sectionEvidence says what shows a cause that is no server's.
func (c Case) sectionEvidence(cause Cause) string {
	switch {
	case cause == FrontendClosed:
		return fmt.Sprintf("HAProxy says %s: clients are refused", c.Frontend.Status)
	case cause == Unpublished:
		return fmt.Sprintf("HAProxy says %s: no rule leads to the backend until it is published again", c.Backend.Status)
	case cause == NoServers && c.Backend.Selected.Value > 0:
		return "it has no servers left, though it had some: they were given " + plugin.Count(c.Backend.Selected.Value, "request")
	case cause == NoServers:
		return fmt.Sprintf("it has no server line and has answered nothing but errors (%s)", c.Backend.Failures())
	default:
		return fmt.Sprintf("HAProxy says %s, and no row of a server tells why: are some hidden?", c.Backend.Status)
	}
}

// howMany is the subject of the sentence: "2 of 3 servers".
func (c Case) howMany(servers []*haproxy.Server) string {
	switch all := len(c.Backend.Servers); {
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
func (cause Cause) predicate(plural bool) string {
	is := "is "
	if plural {
		is = "are "
	}
	switch cause {
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
	case ErrorsObserved:
		return is + "down because of errors that HAProxy observed in traffic"
	case AgentDown:
		return is + "reported down by the server's own agent"
	case ZeroWeight:
		return is + "without requests, as the weight is 0"
	case Drained:
		return is + "drained, without new requests"
	case Maintenance:
		return is + "taken out for maintenance"
	default:
		return is + "down, and the statistics do not tell why"
	}
}

// describe says of a server what shows the cause, and since when.
func (c Case) describe(cause Cause, s *haproxy.Server) string {
	checked := s.Checked()
	words := []string{s.Name}
	if place := address(s); place != "" && cause != DNSStale {
		words[0] += " (" + place + ")"
	}
	switch cause {
	case HealthCheckFailed, HealthCheckTimeout, HealthCheckRecovering, ErrorsObserved:
		if s != checked {
			words = append(words, "tracks "+s.Tracked)
		}
		if cause == HealthCheckRecovering {
			words = append(words, s.Status)
		}
		words = append(words, lastCheck(checked.CheckResult(), checked.LastCheck)...)
	case DNSResolution:
		if name := knownBy(s); name != "" {
			words = append(words, name)
		}
	case DNSStale:
		words = append(words, fmt.Sprintf("uses %s, %s is now %s;", address(checked), knownBy(checked), Addresses(NamingOf(checked, c.Names).Answers)))
		words = append(words, lastCheck(checked.CheckResult(), checked.LastCheck)...)
	case AgentDown:
		words = append(words, lastCheck(strings.TrimPrefix(checked.AgentStatus, "* "), checked.LastAgent)...)
	default:
		words = append(words, s.Status)
	}
	if s.LastChange.Known {
		words = append(words, "for "+plugin.FormatSeconds(s.LastChange.Value))
	}
	return strings.Join(words, " ")
}

// knownBy is the name or the SRV record by which HAProxy knows the server.
func knownBy(s *haproxy.Server) string {
	place := s.Place()
	if place.SRVRecord != "" {
		return "SRV " + place.SRVRecord
	}
	return place.FQDN
}

// Addresses lists what DNS has, and not all of a large pool.
func Addresses(all []string) string {
	const most = 4
	switch last := len(all) - 1; {
	case last < 1:
		return strings.Join(all, "")
	case len(all) > most:
		return fmt.Sprintf("%s and %d more", strings.Join(all[:most], ", "), len(all)-most)
	default:
		return strings.Join(all[:last], ", ") + " and " + all[last]
	}
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
func (c Case) queueEvidence(servers []*haproxy.Server) string {
	waiting := c.Backend.Queue.Value
	var slots []string
	for _, s := range c.Backend.Servers {
		waiting += s.Queue.Value
	}
	for _, s := range servers[:min(len(servers), maxNamed)] {
		if limit := s.SessionsAllowed().Value; limit > 0 {
			slots = append(slots, fmt.Sprintf("%s has %d of %d sessions", s.Name, s.Sessions.Value, limit))
		}
	}
	sentence := fmt.Sprintf("%d waiting in the queue for a free slot", waiting)
	if len(slots) > 0 {
		sentence += ": " + strings.Join(slots, ", ")
	}
	return sentence
}
