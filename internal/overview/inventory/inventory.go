// Package inventory writes down what a HAProxy has that can be watched, in the
// words of monitoring systems. It is pure.
package inventory

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"check-haproxy/internal/plugin"
)

// Format is how an inventory is written.
type Format string

// The formats.
const (
	Names    Format = "names"    // a line each: "backend v2"
	Icinga   Format = "icinga2"  // host variables for packaging/icinga2/haproxy-services.conf
	Nagios   Format = "nagios"   // service definitions with the commands of packaging/nagios/check_haproxy.cfg
	Director Format = "director" // rows for an import of Icinga Director
	JSON     Format = "json"
)

// Choices are the formats as --list takes them.
func (Format) Choices() []string {
	return []string{string(Names), string(Icinga), string(Nagios), string(Director), string(JSON)}
}

// UnmarshalText reads a format, for a flag.
func (f *Format) UnmarshalText(text []byte) error {
	for _, choice := range f.Choices() {
		if choice == string(text) {
			*f = Format(text)
			return nil
		}
	}
	return fmt.Errorf("this is none of %s", strings.Join(f.Choices(), ", "))
}

// HAProxy is one HAProxy and what it has.
type HAProxy struct {
	Host      string    `json:"host"`             // its node name
	Socket    string    `json:"socket,omitempty"` // how it is asked: by one of the two; by neither if it was read from a file
	URL       string    `json:"url,omitempty"`
	Log       string    `json:"log,omitempty"` // the file that is its log
	Journal   string    `json:"journal,omitempty"`
	Frontends []string  `json:"frontends"`
	Backends  []Backend `json:"backends"`
}

// Backend is a backend and its servers.
type Backend struct {
	Name    string   `json:"name"`
	Servers []string `json:"servers"`
}

// Write writes an inventory down.
func Write(format Format, all []HAProxy) (string, error) {
	var b strings.Builder
	switch format {
	case Icinga:
		for _, h := range all {
			h.icinga(&b)
		}
	case Nagios:
		for _, h := range all {
			h.nagios(&b)
		}
	case Director:
		return asJSON(rows(all))
	case JSON:
		return asJSON(all)
	default:
		for _, h := range all {
			h.names(&b)
		}
	}
	return b.String(), nil
}

func asJSON(value any) (string, error) {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return "", fmt.Errorf("cannot write the list as JSON: %w", err)
	}
	return string(text) + "\n", nil
}

func (h HAProxy) names(b *strings.Builder) {
	for _, name := range h.Frontends {
		fmt.Fprintf(b, "frontend %s\n", plugin.Clean(name))
	}
	for _, backend := range h.Backends {
		fmt.Fprintf(b, "backend %s\n", plugin.Clean(backend.Name))
		for _, server := range backend.Servers {
			fmt.Fprintf(b, "server %s/%s\n", plugin.Clean(backend.Name), plugin.Clean(server))
		}
	}
}

// watched are the backends that a service of their own can watch: those with
// servers.
func (h HAProxy) watched() []Backend {
	var list []Backend
	for _, b := range h.Backends {
		if len(b.Servers) > 0 {
			list = append(list, b)
		}
	}
	return list
}

// icinga are the variables of the host in Icinga 2's configuration language
// (Icinga 2 documentation, "Language Reference", "String Literals").
func (h HAProxy) icinga(b *strings.Builder) {
	quoted := func(text string) string {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(plugin.Clean(text)) + `"`
	}
	fmt.Fprintf(b, "// The HAProxy of %s: for its object Host, beside haproxy-services.conf.\n", plugin.Clean(h.Host))
	for _, v := range []struct{ name, value string }{{"socket", h.Socket}, {"url", h.URL}, {"log", h.Log}, {"journal", h.Journal}} {
		if v.value != "" {
			fmt.Fprintf(b, "vars.haproxy.%s = %s\n", v.name, quoted(v.value))
		}
	}
	if h.Socket == "" && h.URL == "" {
		b.WriteString("// Its statistics came out of a file: say where it is asked.\n" + `// vars.haproxy.socket = "/run/haproxy/monitor.sock"` + "\n")
	}
	for _, backend := range h.watched() {
		fmt.Fprintf(b, "vars.haproxy.backends[%s] = {}\n", quoted(backend.Name))
	}
	list := func(names []string) string {
		var all []string
		for _, name := range names {
			all = append(all, quoted(name))
		}
		return "[ " + strings.Join(all, ", ") + " ]"
	}
	if len(h.Frontends) > 0 {
		fmt.Fprintf(b, "vars.haproxy.frontends = %s\n", list(h.Frontends))
	}
	for _, backend := range h.watched() {
		fmt.Fprintf(b, "vars.haproxy.servers[%s] = %s\n", quoted(backend.Name), list(backend.Servers))
	}
}

// nagios has a service for each backend that somebody would be woken for, one for
// all of them together, and one for the limits.
func (h HAProxy) nagios(b *strings.Builder) {
	fmt.Fprintf(b, "# The HAProxy of %s, for the commands of check_haproxy.cfg.\n", plugin.Clean(h.Host))
	suffix, place := "_socket", inCommand(h.Socket)
	if page, err := url.Parse(h.URL); err == nil && h.Socket == "" && h.URL != "" {
		suffix, place = "", inCommand(portOf(page))+"!"+inCommand(page.RequestURI())
	}
	if place == "" {
		b.WriteString("# Its statistics came out of a file: say where it is asked.\n")
		place = "/run/haproxy/monitor.sock"
	}
	service := func(description, command, section string) {
		fmt.Fprintf(b, "\ndefine service {\n\tuse\t\t\tgeneric-service\n\thost_name\t\t%s\n\tservice_description\t%s\n\tcheck_command\t\t%s%s!%s!%s\n}\n",
			objectName(h.Host), objectName(description), command, suffix, place, inCommand(section))
	}
	for _, backend := range h.watched() {
		service("haproxy backend "+backend.Name, "check_haproxy_backend", backend.Name)
	}
	service("haproxy backends", "check_haproxy_backend", "*")
	service("haproxy sessions", "check_haproxy_sessions", "*")
}

func portOf(page *url.URL) string {
	switch {
	case page.Port() != "":
		return page.Port()
	case page.Scheme == "https":
		return "443"
	default:
		return "80"
	}
}

// inCommand writes an argument of a check_command (see the head of
// packaging/nagios/check_haproxy.cfg).
func inCommand(text string) string {
	return strings.NewReplacer("$", "$$", "!", `\!`, ";", `\;`, "'", `'\''`).Replace(plugin.Clean(text))
}

// objectName is a name without what Nagios refuses in one
// (illegal_object_name_chars) or takes for a comment.
func objectName(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("`~!$%^&*|'\"<>?,()=;", r) {
			return '_'
		}
		return r
	}, plugin.Clean(text))
}

// row is a row for an import of Icinga Director: one for each section and server.
type row struct {
	Key     string `json:"key"` // unique
	Host    string `json:"host"`
	Kind    string `json:"kind"` // "frontend", "backend", "server"
	Section string `json:"section"`
	Server  string `json:"server"` // of a server
	Service string `json:"service"`
	Socket  string `json:"haproxy_socket"`
	URL     string `json:"haproxy_url"`
	Log     string `json:"haproxy_log"`
	Journal string `json:"haproxy_journal"`
}

func rows(all []HAProxy) []row {
	list := []row{}
	for _, h := range all {
		add := func(kind, section, server string) {
			r := row{Host: h.Host, Kind: kind, Section: section, Server: server, Socket: h.Socket, URL: h.URL, Log: h.Log, Journal: h.Journal}
			r.Service = "haproxy-" + kind + "-" + section
			if server != "" {
				r.Service += "-" + server
			}
			r.Key = h.Host + "!" + r.Service
			list = append(list, r)
		}
		for _, name := range h.Frontends {
			add("frontend", name, "")
		}
		for _, b := range h.Backends {
			add("backend", b.Name, "")
			for _, server := range b.Servers {
				add("server", b.Name, server)
			}
		}
	}
	return list
}
