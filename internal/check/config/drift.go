package config

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/haproxy/configuration"
)

var drift = Rule{
	Name:     "drift",
	Finds:    "with `-S`: servers, weights, states or addresses of the running HAProxy that differ from the file",
	Why:      "it is gone at the next reload",
	Chapter:  "Management Guide 9.3 set server, add server, del server",
	Severity: Warning,
	find:     findDrift,
}

// Running is what one HAProxy has now.
type Running struct {
	Endpoint string
	Backends []haproxy.Backend // with their servers' state, if that could be had
}

func findDrift(c Subject) []Finding {
	var findings []Finding
	for _, running := range c.Running {
		seen := map[string]bool{}
		for _, backend := range running.Backends {
			seen[backend.Name] = true
			switch p := c.Target(backend.Name); {
			case p != nil && !p.Disabled:
				findings = append(findings, compareBackend(p, backend)...)
			case p == nil && len(backend.Servers) > 0:
				findings = append(findings, c.notInFile(running, backend.Name))
			}
		}
		for _, p := range c.Proxies {
			if p.HasServers() && !seen[p.Name] {
				findings = append(findings, drifted(p.Position, p.Title(), "is not loaded",
					"the section is in the file, and the running HAProxy does not have it", "a reload, when the file is meant so"))
			}
		}
	}
	return findings
}

func (c Subject) notInFile(running Running, name string) Finding {
	return drifted(configuration.Position{File: c.Files[0]}, name, "is not in the file",
		running.Endpoint+" has the section, the file does not", "the section in the file, if it is to stay")
}

func drifted(at configuration.Position, section, brief, message, advice string) Finding {
	return Finding{Severity: Warning, Position: at, Section: section, Brief: section + " " + brief, Message: message, Advice: advice}
}

// fileServer is one server as the file has it; those of a template are parted.
type fileServer struct {
	configuration.Server
	name string
}

// mostServers bounds the servers of one section that are compared: templates can
// be of any size.
const mostServers = 100_000

func fileServers(p *configuration.Proxy) []fileServer {
	var servers []fileServer
	for _, s := range p.Servers {
		for _, name := range s.Names() {
			if len(servers) == mostServers {
				return servers
			}
			servers = append(servers, fileServer{s, name})
		}
	}
	return servers
}

// compareBackend holds a section against the running one.
func compareBackend(p *configuration.Proxy, backend haproxy.Backend) []Finding {
	running := make(map[string]haproxy.Server, len(backend.Servers))
	for _, s := range backend.Servers {
		running[s.Name] = s
	}
	section := p.Title()
	var findings []Finding
	for _, s := range fileServers(p) {
		now, there := running[s.name]
		delete(running, s.name)
		if !there {
			findings = append(findings, drifted(s.Position, section, "lost "+s.name,
				fmt.Sprintf("server %s is in the file, and not in the running HAProxy: the next reload brings it back", s.name), "nothing of it in the file, if it is to stay away"))
			continue
		}
		for _, difference := range s.differences(now, p) {
			findings = append(findings, drifted(s.Position, section, "changed "+s.name,
				fmt.Sprintf("server %s %s", s.name, difference.what), difference.advice))
		}
	}
	for _, s := range backend.Servers {
		if _, left := running[s.Name]; left {
			findings = append(findings, drifted(p.Position, section, "gained "+s.Name,
				fmt.Sprintf("server %s runs, and is not in the file", s.Name), "the server in the file, if it is to stay"))
		}
	}
	return findings
}

type difference struct{ what, advice string }

// differences are what of a running server is not as the file has it. A section
// that loads its servers' state from a file keeps weights and states over a
// reload.
func (s fileServer) differences(now haproxy.Server, p *configuration.Proxy) []difference {
	var found []difference
	if text := s.movedTo(now); text != "" {
		found = append(found, difference{text, "the address in the file, if it is to stay"})
	}
	if line, ok := p.Last("load-server-state-from-file"); ok && line.Word(1) != "none" {
		return found
	}
	if text := s.stateOf(now); text != "" {
		found = append(found, difference{text, `"disabled" on the server line, if it is to stay out`})
	}
	if text := s.weightOf(now); text != "" {
		found = append(found, difference{text, "the weight in the file, if it is to stay"})
	}
	return found
}

// movedTo compares an address or name. The address of a name is DNS's matter.
func (s fileServer) movedTo(now haproxy.Server) string {
	place := now.Place()
	switch s.Address.Kind {
	case configuration.ByName:
		if place.FQDN != "" && !strings.EqualFold(place.FQDN, s.Address.Host) {
			return fmt.Sprintf("is %s now, %s in the file", place.FQDN, s.Address.Host)
		}
	case configuration.ByAddress:
		file, err := netip.ParseAddr(s.Address.Host)
		current, err2 := netip.ParseAddr(place.Address)
		if err != nil || err2 != nil || file.IsUnspecified() {
			return ""
		}
		if file.Unmap() != current.Unmap() {
			return fmt.Sprintf("is at %s now, at %s in the file", place.Address, s.Address.Host)
		}
	default:
		return ""
	}
	port, err := strconv.ParseInt(s.Address.Port, 10, 64)
	if err == nil && port > 0 && place.Port > 0 && port != place.Port {
		return fmt.Sprintf("is at port %d now, at %d in the file", place.Port, port)
	}
	return ""
}

// stateOf compares what an admin has set. A server that another one takes
// along, or without an address, was not taken out by hand.
func (s fileServer) stateOf(now haproxy.Server) string {
	out := hasState(now.Status, "MAINT") && !strings.Contains(now.Status, "(")
	drained := now.Place().AdminState.IsDrained() || hasState(now.Status, "DRAIN")
	off := s.Options.Has("disabled")
	switch {
	case out && !off:
		return "is in maintenance now, not in the file"
	case drained && !off && s.weight() > 0:
		return "is drained now, not in the file"
	case off && !out && !strings.HasPrefix(now.Status, "MAINT"):
		return "is enabled now, disabled in the file"
	}
	return ""
}

// hasState says whether a status is this word, with or without a count behind
// it.
func hasState(status, word string) bool {
	return status == word || strings.HasPrefix(status, word+" ")
}

// weightOf compares weights. An agent sets them, and a slow start and a drain
// change what counts.
func (s fileServer) weightOf(now haproxy.Server) string {
	if !now.Weight.Known || s.Options.Has("agent-check") || s.Options.Has("slowstart") || now.Place().AdminState.IsDrained() {
		return ""
	}
	if weight := s.weight(); now.Weight.Value != weight && (now.Status == "UP" || now.Status == "no check") {
		return fmt.Sprintf("has weight %d now, %d in the file", now.Weight.Value, weight)
	}
	return ""
}

func (s fileServer) weight() int64 {
	weight, err := strconv.ParseInt(s.Options["weight"], 10, 64)
	if err != nil {
		return 1
	}
	return weight
}
