package sessions

import "check-haproxy/internal/plugin"

var program = plugin.Program{Name: "check_haproxy_sessions", Check: "sessions"}

// Manual describes the plugin for its man page and for the definitions of
// monitoring systems.
func Manual() plugin.Manual {
	m := plugin.Describe(program, &flags{})
	m.Examples = []plugin.Example{
		{Text: "Warn at 70 % of any limit, over the stats socket:", Args: "-S /run/haproxy/monitor.sock -w 70 -c 85"},
		{Text: "One backend, over the stats page:", Args: "-H 192.0.2.10 -p 8404 -u '/haproxy?stats' -s v2"},
	}
	return m
}
