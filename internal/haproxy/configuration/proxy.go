package configuration

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"
)

// Proxy is a frontend, backend or listen section with what its defaults give
// it.
type Proxy struct {
	*Section
	Servers  []Server
	Binds    []Bind
	Disabled bool // switched off as a whole

	inherited []Line // of its defaults, and of those which they are from
	acls      map[string][]test
}

// Bind is one address that a frontend takes connections at.
type Bind struct {
	Line
	Address Address
	Options Options
}

// TakesConnections says whether the proxy is a frontend or listen.
func (p *Proxy) TakesConnections() bool { return p.Kind != "backend" }

// HasServers says whether the proxy can have servers: a backend or listen.
func (p *Proxy) HasServers() bool { return p.Kind != "frontend" }

// Mode is "http", "tcp" (HAProxy's default), "log" or another.
func (p *Proxy) Mode() string {
	if line, ok := p.Last("mode"); ok && line.Word(1) != "" {
		return line.Word(1)
	}
	return "tcp"
}

// All yields the lines that hold for the proxy: those it inherits, then its own.
func (p *Proxy) All() iter.Seq[Line] {
	return func(yield func(Line) bool) {
		for _, lines := range [][]Line{p.inherited, p.Section.Lines} {
			for _, line := range lines {
				if !yield(line) {
					return
				}
			}
		}
	}
}

// Each returns the lines that begin with these words, inherited ones first.
func (p *Proxy) Each(words ...string) []Line {
	var found []Line
	for line := range p.All() {
		if line.Is(words...) {
			found = append(found, line)
		}
	}
	return found
}

// Last is the line with these words that wins: the proxy's own last one, else
// that of its defaults.
func (p *Proxy) Last(words ...string) (Line, bool) {
	for _, lines := range [][]Line{p.Section.Lines, p.inherited} {
		for _, line := range slices.Backward(lines) {
			if line.Is(words...) {
				return line, true
			}
		}
	}
	return Line{}, false
}

// Option is the line that switches an option on, unless "no option" switches it
// off after that.
func (p *Proxy) Option(name string) (Line, bool) {
	var on Line
	set := false
	for line := range p.All() {
		switch {
		case line.Is("option", name):
			on, set = line, true
		case line.Is("no", "option", name), line.Is("default", "option", name):
			set = false
		}
	}
	return on, set
}

// CheckPath is what the health checks of the proxy's servers ask for by HTTP:
// "option httpchk [METHOD] URI" or "http-check send uri URI" (Configuration Manual
// 4.2); empty if they ask for nothing.
func (p *Proxy) CheckPath() string {
	option, ok := p.Option("httpchk")
	if !ok {
		return ""
	}
	if send, ok := p.Last("http-check", "send"); ok {
		for i, word := range send.Words {
			if word == "uri" {
				return send.Word(i + 1)
			}
		}
	}
	return cmp.Or(option.Word(3), option.Word(2), "/")
}

// Timeout is one of the proxy's timeouts; a time that only HAProxy's
// environment knows counts as known and zero.
func (p *Proxy) Timeout(name string) (value time.Duration, set bool) {
	line, ok := p.Last("timeout", name)
	if !ok {
		return 0, false
	}
	value, readable := parseTime(line.Word(2))
	return value, value > 0 || !readable
}

// resolve makes the proxies.
func (c *Configuration) resolve() {
	c.byName = map[string][]*Proxy{}
	c.listeners = map[string]bool{}
	named := map[string][]Line{}
	var last []Line // of the last defaults section
	for _, section := range c.Sections {
		inherited := last
		if section.From != "" {
			inherited = named[section.From]
		}
		switch section.Kind {
		case "defaults":
			// Without "from" it begins anew (Configuration Manual 4).
			last = section.Lines
			if section.From != "" {
				last = slices.Concat(inherited, section.Lines)
			}
			named[section.Name] = last
		case "frontend", "backend", "listen":
			c.addProxy(&Proxy{Section: section, inherited: inherited})
		}
	}
}

func (c *Configuration) addProxy(p *Proxy) {
	var defaults Options
	p.acls = map[string][]test{}
	for line := range p.All() {
		switch line.Words[0] {
		case "default-server":
			defaults = serverOptions(defaults, line.Words[1:])
		case "server", "server-template":
			if server, ok := newServer(line, defaults); ok && p.HasServers() {
				p.Servers = append(p.Servers, server)
			}
		case "bind":
			p.addBinds(line)
		case "disabled", "enabled":
			p.Disabled = line.Words[0] == "disabled"
		case "acl":
			if len(line.Words) > 2 {
				p.acls[line.Words[1]] = append(p.acls[line.Words[1]], newTests(line.Words[2:])...)
			}
		}
	}
	if !p.Disabled {
		c.addListeners(p)
		c.Proxies = append(c.Proxies, p)
	}
	c.byName[p.Name] = append(c.byName[p.Name], p)
}

// addBinds takes "bind ADDRESS[,ADDRESS]… [options]".
func (p *Proxy) addBinds(line Line) {
	if len(line.Words) < 2 || !p.TakesConnections() {
		return
	}
	options := BindOptions(line.Words[2:])
	for address := range strings.SplitSeq(line.Words[1], ",") {
		p.Binds = append(p.Binds, Bind{Line: line, Address: ParseAddress(address), Options: options})
	}
}

// IsOwn says whether a server is a frontend of this HAProxy again: a second hop
// of its own, which needs no check and no spare.
func (c *Configuration) IsOwn(server Address) bool {
	if server.Loopback() && server.Kind != ByPath && (c.listeners[":"+server.Port] || c.listeners["loopback:"+server.Port]) {
		return true
	}
	return c.listeners[server.Host+":"+server.Port]
}

// addListeners remembers where the proxy listens.
func (c *Configuration) addListeners(p *Proxy) {
	for _, bind := range p.Binds {
		host := bind.Address.Host
		if host == "*" || host == "0.0.0.0" || host == "::" {
			host = ""
		}
		c.listeners[host+":"+bind.Address.Port] = true
		if bind.Address.Loopback() && bind.Address.Kind != ByPath {
			c.listeners["loopback:"+bind.Address.Port] = true
		}
	}
}

// Target is the backend or listen of a name, or nil; it may be disabled.
func (c *Configuration) Target(name string) *Proxy {
	for _, p := range c.byName[name] {
		if p.HasServers() {
			return p
		}
	}
	return nil
}

// Lines returns the lines of all sections of a kind that begin with these
// words: of "global", of "resolvers".
func (c *Configuration) Lines(kind string, words ...string) []Line {
	var found []Line
	for _, section := range c.Sections {
		if section.Kind != kind {
			continue
		}
		for _, line := range section.Lines {
			if line.Is(words...) {
				found = append(found, line)
			}
		}
	}
	return found
}

// Named says whether there is a section of this kind and name.
func (c *Configuration) Named(kind, name string) bool {
	return slices.ContainsFunc(c.Sections, func(s *Section) bool { return s.Kind == kind && s.Name == name })
}
