package config

import (
	"fmt"
	"strconv"

	"check-haproxy/internal/haproxy/configuration"
)

var maxconnOrder = Rule{
	Name:     "maxconn-order",
	Finds:    "the process's or a frontend's `maxconn` is reached before the sum of the servers' is; or the servers' sum is below what is let in, without `timeout queue`",
	Why:      "connections wait unaccepted, where nothing sees them, while the servers have room",
	Chapter:  "4.2 maxconn; 5.2 Server and default-server options, maxconn",
	Severity: Note,
	find:     findMaxconnOrder,
}

func findMaxconnOrder(c Subject) []Finding {
	rooms := map[string]int{} // by section: the sum of its servers' maxconn
	total := 0
	for _, p := range c.Proxies {
		if room, limited := serverRoom(p); limited {
			rooms[p.Name] = room
			total += room
		}
	}
	process, line := lastNumber(c.Lines("global", "maxconn"))
	var findings []Finding
	if process > 0 && process < total {
		findings = append(findings, Finding{
			Severity: Note, Position: line.Position, Section: "global",
			Brief:   fmt.Sprintf("the process takes %d connections", process),
			Message: fmt.Sprintf("the process takes %d connections, its servers %d together", process, total),
			Advice:  fmt.Sprintf("a maxconn in global above %d", total),
		})
	}
	letIn := map[string]int{} // by section: what its frontends let in together
	for _, p := range c.Proxies {
		if p.TakesConnections() {
			findings = append(findings, narrowFrontend(p, rooms, letIn, process)...)
		}
	}
	for _, p := range c.Proxies {
		findings = append(findings, longQueue(p, rooms, letIn, process)...)
	}
	return findings
}

// serverRoom is the sum of the servers' maxconn, if each server that is no
// backup has one.
func serverRoom(p *configuration.Proxy) (room int, limited bool) {
	if !balances(p) {
		return 0, false
	}
	for _, s := range p.Servers {
		if s.Backup() {
			continue
		}
		n, err := strconv.Atoi(s.Options["maxconn"])
		if err != nil || n <= 0 {
			return 0, false
		}
		room += n * max(s.Count, 1)
	}
	return room, room > 0
}

// narrowFrontend compares a frontend with the servers of the sections that it
// leads to, and notes what it lets into them.
func narrowFrontend(p *configuration.Proxy, rooms, letIn map[string]int, process int) []Finding {
	limit, line := lastNumber(p.Each("maxconn"))
	targets := targetNames(p)
	behind, all := 0, true
	for name := range targets {
		room, limited := rooms[name]
		behind += room
		all = all && limited
		if limit > 0 {
			letIn[name] += limit
		} else {
			letIn[name] += process
		}
	}
	if limit <= 0 || !all || limit >= behind {
		return nil
	}
	name := p.Title()
	return []Finding{{
		Severity: Note, Position: line.Position, Section: name,
		Brief:   fmt.Sprintf("%s takes %d connections", name, limit),
		Message: fmt.Sprintf("the frontend takes %d connections, the servers behind it %d together", limit, behind),
		Advice:  fmt.Sprintf("a maxconn above %d, or none", behind),
	}}
}

// targetNames are the sections that a frontend's connections go to for sure.
func targetNames(p *configuration.Proxy) map[string]bool {
	names := map[string]bool{}
	if len(p.Servers) > 0 {
		names[p.Name] = true
	}
	for _, route := range leading(p) {
		if !route.Dynamic() {
			names[route.Backend] = true
		}
	}
	return names
}

// longQueue compares what is let into a section with its servers.
func longQueue(p *configuration.Proxy, rooms, letIn map[string]int, process int) []Finding {
	entering := letIn[p.Name]
	if process > 0 {
		entering = min(entering, process)
	}
	room, limited := rooms[p.Name]
	_, queues := p.Timeout("queue")
	if !p.HasServers() || !limited || queues || room >= entering {
		return nil
	}
	name := p.Title()
	return []Finding{{
		Severity: Note, Position: p.Position, Section: name,
		Brief:   name + " has no timeout queue",
		Message: fmt.Sprintf("the servers take %d requests together, %d are let in, and there is no timeout queue", room, entering),
		Why:     "the others wait as long as timeout connect says, and get 503 then",
		Advice:  `"timeout queue" with how long a user may wait`,
	}}
}

// lastNumber is the number of the last of the lines, which wins, or 0.
func lastNumber(lines []configuration.Line) (int, configuration.Line) {
	if len(lines) == 0 {
		return 0, configuration.Line{}
	}
	line := lines[len(lines)-1]
	n, err := strconv.Atoi(line.Word(1))
	if err != nil || n < 0 {
		return 0, line
	}
	return n, line
}
