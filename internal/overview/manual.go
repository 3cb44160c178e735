package overview

import "check-haproxy/internal/plugin"

// Manual describes lshaproxy for its man page and completions.
func Manual() plugin.Manual {
	m := plugin.Describe(plugin.Program{Name: program}, &flags{})
	m.Examples = []plugin.Example{
		{Text: "Everything, with the rate of requests that found no server:", Args: "-S /run/haproxy/monitor.sock -f /var/log/haproxy.log"},
		{Text: "The same, again every two seconds:", Args: "-S /run/haproxy/monitor.sock --watch 2s"},
	}
	return m
}
