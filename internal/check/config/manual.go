package config

import "check-haproxy/internal/plugin"

var program = plugin.Program{Name: "check_haproxy_config", Check: "config"}

// Manual describes the plugin for its man page and for the definitions of
// monitoring systems.
func Manual() plugin.Manual {
	m := plugin.Describe(program, &flags{})
	m.Examples = []plugin.Example{
		{Text: "The file of the package, and what the running HAProxy has that it has not:", Args: "-S /run/haproxy/monitor.sock"},
		{Text: "In a pipeline, before a configuration is rolled out, with the notes:", Args: "--config haproxy.cfg --json -v"},
		{Text: "The blog's single server is meant so; a name without resolvers is CRITICAL:", Args: "--ignore no-spare=blog -c dns-at-start"},
	}
	return m
}
