package dns

import "check-haproxy/internal/plugin"

var program = plugin.Program{Name: "check_haproxy_dns", Check: "dns"}

// Manual describes the plugin for its man page and for the definitions of
// monitoring systems.
func Manual() plugin.Manual {
	m := plugin.Describe(program, &flags{})
	m.Examples = []plugin.Example{
		{Text: "All servers that HAProxy found by name, asked at the system's name servers:", Args: "-S /run/haproxy/monitor.sock"},
	}
	return m
}
