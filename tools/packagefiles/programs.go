// Package packagefiles makes the files below packaging/ that describe the
// programs' flags to others out of the flags themselves, so that none of it can
// drift: the man pages, Icinga 2's CheckCommands, the basket for Icinga
// Director, and the shell completions. The dashboards and templates are made
// from the list of metrics.
package packagefiles

import (
	"strings"

	"check-haproxy/internal/check/backend"
	"check-haproxy/internal/check/certs"
	"check-haproxy/internal/check/config"
	"check-haproxy/internal/check/dns"
	"check-haproxy/internal/check/errors"
	"check-haproxy/internal/check/nosrv"
	"check-haproxy/internal/check/process"
	"check-haproxy/internal/check/sessions"
	"check-haproxy/internal/overview"
	"check-haproxy/internal/plugin"
)

// Programs are all programs of the suite, in the order of their names.
func Programs() []Program {
	return []Program{
		{backend.Manual()},
		{certs.Manual()},
		{config.Manual()},
		{dns.Manual()},
		{errors.Manual()},
		{nosrv.Manual()},
		{process.Manual()},
		{sessions.Manual()},
		{overview.Manual()},
	}
}

// Program is a program as the files describe it.
type Program struct{ plugin.Manual }

// Command is the plugin's name in Icinga 2: "haproxy_backend".
func (p Program) Command() string { return strings.TrimPrefix(p.Name, "check_") }

// docs is the program's page in docs/: "backend.md".
func (p Program) docs() string { return strings.TrimPrefix(p.Name, "check_haproxy_") + ".md" }

// Variable is the custom variable of Icinga 2 that gives a flag its value:
// "haproxy_backend_max_output".
func (p Program) Variable(f plugin.Flag) string {
	return p.Command() + "_" + strings.ReplaceAll(strings.TrimPrefix(f.Long, "--"), "-", "_")
}

// checks says whether the flag makes sense in a check: --help and --version do
// not.
func checks(f plugin.Flag) bool { return f.Long != "--help" && f.Long != "--version" }
