package configuration

import (
	"path"
	"strings"
)

// Route is a rule that ends a frontend's part in a request: it picks a backend,
// or answers or refuses by itself.
type Route struct {
	Line
	Backend   string // the backend's name, empty if the rule answers
	Condition Condition
}

// Dynamic says whether the backend's name is computed for each request.
func (r Route) Dynamic() bool {
	return strings.Contains(r.Backend, "%[") || strings.Contains(r.Backend, "$")
}

// Leads says whether the rule can lead to a backend of this name: its own, or
// one that a computed name fits.
func (r Route) Leads(name string) bool {
	if !r.Dynamic() {
		return r.Backend == name
	}
	matched, err := path.Match(dynamicPattern(r.Backend), name)
	return err != nil || matched
}

// dynamicPattern is a computed name as a glob: "bk_%[hdr(host)]" is "bk_*".
func dynamicPattern(name string) string {
	start, end := strings.Index(name, "%["), strings.LastIndex(name, "]")
	if start < 0 || end < start || strings.Contains(name, "$") {
		return "*"
	}
	literal := strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`)
	return literal.Replace(name[:start]) + "*" + literal.Replace(name[end+1:])
}

// Certain says whether a request that the rule takes has a backend for sure: a
// computed name may be that of no backend, unless a map has a value for all
// else.
func (r Route) Certain() bool {
	if !r.Dynamic() {
		return true
	}
	_, arguments, isMap := strings.Cut(r.Backend, ",map")
	_, arguments, _ = strings.Cut(arguments, "(")
	arguments, _, _ = strings.Cut(arguments, ")")
	return isMap && strings.Contains(arguments, ",")
}

// Routes are the proxy's rules that lead to backends, in their order; without
// default_backend.
func (p *Proxy) Routes() []Route {
	var routes []Route
	for _, line := range p.Each("use_backend") {
		if len(line.Words) > 1 {
			routes = append(routes, Route{Line: line, Backend: line.Words[1], Condition: p.condition(line.Words[2:])})
		}
	}
	return routes
}

// finals are the actions after which a request needs no backend (Configuration
// Manual 4.4).
var finals = map[string]bool{
	"attach-srv": true, "deny": true, "reject": true, "redirect": true, "return": true, "silent-drop": true, "tarpit": true, "use-service": true,
}

// Answers are the proxy's rules that answer or refuse requests.
func (p *Proxy) Answers() []Route {
	var routes []Route
	for line := range p.All() {
		if answers(line) {
			routes = append(routes, Route{Line: line, Condition: p.condition(line.Words[1:])})
		}
	}
	return routes
}

func answers(line Line) bool {
	switch line.Words[0] {
	case "http-request":
		return finals[line.Word(1)]
	case "tcp-request": // connection, session, content
		return finals[line.Word(2)]
	case "redirect":
		return true
	}
	return false
}

// DefaultBackend is the name that default_backend gives.
func (p *Proxy) DefaultBackend() (Route, bool) {
	line, ok := p.Last("default_backend")
	return Route{Line: line, Backend: line.Word(1), Condition: Condition{alternatives: [][]term{nil}}}, ok && line.Word(1) != ""
}
