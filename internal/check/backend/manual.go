package backend

import "check-haproxy/internal/plugin"

var program = plugin.Program{Name: "check_haproxy_backend", Check: "backend"}

// Manual describes the plugin for its man page and for the definitions of
// monitoring systems.
func Manual() plugin.Manual {
	m := plugin.Describe(program, &flags{})
	m.Examples = []plugin.Example{
		{Text: "All backends, over the stats socket:", Args: "-S /run/haproxy/monitor.sock"},
		{Text: "One backend, over the stats page:", Args: "-H 192.0.2.10 -p 8404 -u '/haproxy?stats' -s v2"},
		{Text: "Half of the batch backends' servers may be missing, of the others none:", Args: "-w 100%: -w 'batch-*=50%:' -c 1:"},
	}
	return m
}
