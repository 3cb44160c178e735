package nosrv

import "check-haproxy/internal/plugin"

var program = plugin.Program{Name: "check_haproxy_nosrv", Check: "nosrv"}

// Manual describes the plugin for its man page and for the definitions of
// monitoring systems.
func Manual() plugin.Manual {
	m := plugin.Describe(program, &flags{})
	m.Examples = []plugin.Example{
		{Text: "The last five minutes of HAProxy's log, held against the hour before:", Args: "-f /var/log/haproxy.log"},
		{Text: "One backend, ten a minute at most:", Args: "-f /var/log/haproxy.log -s v2 -w 1 -c 10"},
		{Text: "Out of the systemd journal:", Args: "--journal"},
	}
	return m
}
