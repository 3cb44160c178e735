package check

import (
	"check-haproxy/internal/haproxy"
	"check-haproxy/internal/haproxy/endpoint"
)

// Target is what a verdict is about: a section of one HAProxy, a server of one,
// or the process.
type Target struct {
	Name     string   // HAProxy's own: "api", "api/api03", "process"
	Label    string   // how text and perfdata call it: "api", or "api@endpoint"
	Names    []string // what patterns may match
	Endpoint string   // the HAProxy that has it, as output calls it (endpoint.Answer.Name)
	// Address and Worker are how a person asks that HAProxy for more (see
	// endpoint.Answer); both are empty if it has no socket.
	Address, Worker string
	// CheckPath is what the health checks ask for by HTTP, if somebody has read
	// that in the configuration: HAProxy does not tell.
	CheckPath string
	Uptime    haproxy.Number // seconds since the process started; unknown if it does not tell
	// Frontend and Backend are the section's rows. A "listen" has both; so have a
	// frontend and a backend of one name.
	Frontend *haproxy.Frontend
	Backend  *haproxy.Backend
}

// Target returns the target of a name. Its rows are filled by Frontends and
// Backends.
func (s *Asked) Target(answer *endpoint.Answer, name string) Target {
	t := Target{
		Name:     name,
		Label:    s.Label(answer.Label, name),
		Endpoint: answer.Name,
		Address:  answer.Address,
		Worker:   answer.Worker,
	}
	if t.Names = []string{name}; t.Label != name {
		t.Names = append(t.Names, t.Label, name+"@"+answer.Name)
	}
	if answer.Info != nil {
		t.Uptime = answer.Info.UptimeSec
	}
	return t
}

// Targets are the sections of an answer, by their FRONTEND rows and by their
// BACKEND rows: a "listen" is in both.
func (s *Asked) Targets(answer *endpoint.Answer) (frontends, backends []Target) {
	frontendOf := make(map[string]*haproxy.Frontend, len(answer.Stats.Frontends))
	backendOf := make(map[string]*haproxy.Backend, len(answer.Stats.Backends))
	for i := range answer.Stats.Frontends {
		frontendOf[answer.Stats.Frontends[i].Name] = &answer.Stats.Frontends[i]
	}
	for i := range answer.Stats.Backends {
		backendOf[answer.Stats.Backends[i].Name] = &answer.Stats.Backends[i]
	}
	target := func(name string) Target {
		t := s.Target(answer, name)
		t.Frontend, t.Backend = frontendOf[name], backendOf[name]
		return t
	}
	frontends = make([]Target, len(answer.Stats.Frontends))
	for i := range frontends {
		frontends[i] = target(answer.Stats.Frontends[i].Name)
	}
	backends = make([]Target, len(answer.Stats.Backends))
	for i := range backends {
		backends[i] = target(answer.Stats.Backends[i].Name)
	}
	return frontends, backends
}

// Server returns the target of one of the section's servers. A pattern may match
// it by "section/server" or by its section.
func (t Target) Server(server string) Target {
	under := t
	under.Name, under.Frontend = t.Name+"/"+server, nil
	under.Names = make([]string, 0, 2*len(t.Names))
	if under.Label = under.Name; t.Label != t.Name {
		under.Label = t.Label + "/" + server
	}
	under.Names = append(under.Names, under.Name)
	if under.Label != under.Name {
		under.Names = append(under.Names, under.Label)
	}
	under.Names = append(under.Names, t.Names...)
	return under
}

// IsListen says whether a frontend and a backend have the section's name.
func (t Target) IsListen() bool { return t.Frontend != nil && t.Backend != nil }
