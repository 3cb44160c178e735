package config

import (
	"fmt"
	"strconv"

	"check-haproxy/internal/haproxy/configuration"
)

var sockets = Rule{
	Name:     "sockets",
	Finds:    "a stats socket of level admin that everybody may write, or statistics pages without `stats auth` beyond loopback; a note if there is no stats socket",
	Why:      "whoever reaches it can take servers out, or learns what there is to attack",
	Chapter:  "3.1 stats socket; 4.2 stats auth",
	Severity: Warning,
	find:     findSockets,
}

func findSockets(c Subject) []Finding {
	lines := c.Lines("global", "stats", "socket")
	var findings []Finding
	for _, line := range lines {
		if isOpenToAll(line) {
			findings = append(findings, Finding{
				Severity: Warning, Position: line.Position, Section: "global",
				Brief:   "everybody may command HAProxy",
				Message: fmt.Sprintf("the stats socket %s has level admin, and everybody may write to it", line.Word(2)),
				Advice:  `"mode 660" and a group, "level operator" or "level user", or a loopback address`,
			})
		}
	}
	if len(lines) == 0 {
		findings = append(findings, noSocket(c))
	}
	for _, p := range c.Proxies {
		if f, open := openPage(p); open {
			findings = append(findings, f)
		}
	}
	return findings
}

// isOpenToAll says whether a stats socket of level admin can be written by
// everybody: by its mode, or because it listens on an address of the network.
func isOpenToAll(line configuration.Line) bool {
	address := configuration.ParseAddress(line.Word(2))
	options := configuration.BindOptions(line.Words[min(3, len(line.Words)):])
	if options["level"] != "admin" {
		return false
	}
	const writableByOthers = 0o002
	mode, err := strconv.ParseUint(options["mode"], 8, 32)
	if address.Kind == configuration.ByPath {
		return err == nil && mode&writableByOthers != 0
	}
	return address.Kind != configuration.ByVariable && !address.Loopback()
}

func noSocket(c Subject) Finding {
	f := Finding{
		Severity: Note, Position: c.Sections[0].Position, Section: "global",
		Brief:   "there is no stats socket",
		Message: "there is no stats socket",
		Why:     "nobody can look inside during an outage",
		Advice:  `"stats socket /run/haproxy/admin.sock mode 660 level admin" in global`,
	}
	for _, section := range c.Sections {
		if section.Kind == "global" {
			f.Position = section.Position
			break
		}
	}
	return f
}

// openPage finds a section whose statistics page anybody can read who reaches
// its address.
func openPage(p *configuration.Proxy) (Finding, bool) {
	line, ok := p.Last("stats")
	if !ok || p.Mode() != "http" || isGuarded(p) {
		return Finding{}, false
	}
	for _, bind := range p.Binds {
		if bind.Address.Loopback() || bind.Options["verify"] == "required" {
			continue
		}
		name := p.Title()
		return Finding{
			Severity: Warning, Position: line.Position, Section: name,
			Brief:   name + " shows the statistics to everybody",
			Message: fmt.Sprintf("the statistics page at %s asks nobody who he is", bind.Address.Text),
			Advice:  `"stats auth USER:PASSWORD", "http-request deny if !{ src ADDRESSES }", or a loopback address`,
		}, true
	}
	return Finding{}, false
}

// isGuarded says whether the page asks for a password, or rules turn people
// away.
func isGuarded(p *configuration.Proxy) bool {
	for line := range p.All() {
		switch {
		case line.Is("stats", "auth"), line.Is("stats", "http-request"):
			return true
		case line.Words[0] == "http-request":
			switch line.Word(1) {
			case "auth", "deny", "reject", "silent-drop", "tarpit":
				return true
			}
		case line.Words[0] == "tcp-request":
			switch line.Word(2) {
			case "reject", "silent-drop":
				return true
			}
		}
	}
	return false
}
