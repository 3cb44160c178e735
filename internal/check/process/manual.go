package process

import "check-haproxy/internal/plugin"

var program = plugin.Program{Name: "check_haproxy_process", Check: "process"}

// Manual describes the plugin for its man page and for the definitions of
// monitoring systems.
func Manual() plugin.Manual {
	m := plugin.Describe(program, &flags{})
	m.Examples = []plugin.Example{
		{Text: "Everything, the reloads included, which a master CLI tells:", Args: "-S /run/haproxy-master.sock --config /etc/haproxy/haproxy.cfg"},
		{Text: "Stick tables, too, and peers that may be away:", Args: "-S /run/haproxy/monitor.sock --table-warning 80 --table-critical 95 --peers ok"},
	}
	return m
}
