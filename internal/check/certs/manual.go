package certs

import "check-haproxy/internal/plugin"

var program = plugin.Program{Name: "check_haproxy_certs", Check: "certs"}

// Manual describes the plugin for its man page and for the definitions of
// monitoring systems.
func Manual() plugin.Manual {
	m := plugin.Describe(program, &flags{})
	m.Examples = []plugin.Example{
		{Text: "All certificates in use, at least 14 days before they expire:", Args: "-S /run/haproxy/operator.sock"},
		{Text: "Those of a provider that renews late, and one that nobody needs any more:", Args: "-w '*.internal.example.com=5:' -c '*.internal.example.com=2:' -x old.pem"},
	}
	return m
}
