package errors

import "check-haproxy/internal/plugin"

var program = plugin.Program{Name: "check_haproxy_errors", Check: "errors"}

// Manual describes the plugin for its man page and for the definitions of
// monitoring systems.
func Manual() plugin.Manual {
	m := plugin.Describe(program, &flags{})
	m.Examples = []plugin.Example{
		{Text: "All backends, by what HAProxy has counted, over the stats page:", Args: "-H 192.0.2.10 -p 8404 -u '/haproxy?stats'"},
		{Text: "One backend, by the log, retries counted too:", Args: "-f /var/log/haproxy.log -s api --count connect,response,timeout,server-error,retry"},
		{Text: "Answers slower than two seconds count as errors:", Args: "-S /run/haproxy/admin.sock --slow 2s"},
	}
	return m
}
