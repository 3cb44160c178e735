package diagnosis

import (
	"check-haproxy/internal/check"
	"check-haproxy/internal/dns"
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

// Case is what is known of a section in trouble.
type Case struct {
	check.Target
	Names dns.Answers // what DNS says; the zero Answers if nobody looked
}

// Affected is a server that takes no requests, and why.
type Affected struct {
	Server *haproxy.Server
	Cause  Cause
}

// Findings returns the reasons of servers that are down, and after them those
// of servers that are out and have another: in each, the one that takes most
// servers first. Servers without a cause are in no finding.
func (c Case) Findings(down, out []Affected) []Finding {
	var findings []Finding
	said := map[Cause]bool{}
	for _, list := range [][]Affected{down, out} {
		causes := make([]Cause, len(list))
		servers := map[Cause][]*haproxy.Server{}
		for i, a := range list {
			causes[i] = a.Cause
			servers[a.Cause] = append(servers[a.Cause], a.Server)
		}
		for _, cause := range rank(causes) {
			if !said[cause] {
				said[cause] = true
				findings = append(findings, c.Finding(cause, servers[cause]))
			}
		}
	}
	return findings
}

// Finding returns the evidence for a cause that takes these servers of the
// section, and the commands to look further.
func (c Case) Finding(cause Cause, servers []*haproxy.Server) Finding {
	return Finding{cause, c.evidence(cause, servers), c.commands(cause, servers)}
}
