package packagefiles

// Example is a command line of a man page; the tests hold its flags against the
// program's.
type Example struct {
	Text string // what it asks
	Args string // as a shell reads them
}

// Examples are the command lines for each program's man page.
var Examples = map[string][]Example{
	"check_haproxy_backend": {
		{"All backends, over the stats socket:", "-S /run/haproxy/admin.sock"},
		{"One backend, over the stats page:", "-H 192.0.2.10 -p 8404 -u '/haproxy?stats' -s v2"},
		{"Half of the batch backends' servers may be missing, of the others none:", "-w 100%: -w 'batch-*=50%:' -c 1:"},
	},
	"check_haproxy_sessions": {
		{"Warn at 70 % of any limit, over the stats socket:", "-S /run/haproxy/admin.sock -w 70 -c 85"},
		{"One backend, over the stats page:", "-H 192.0.2.10 -p 8404 -u '/haproxy?stats' -s v2"},
	},
	"check_haproxy_nosrv": {
		{"The last five minutes of HAProxy's log, held against the hour before:", "-f /var/log/haproxy.log"},
		{"One backend, ten a minute at most:", "-f /var/log/haproxy.log -s v2 -w 1 -c 10"},
		{"Out of the systemd journal:", "--journal"},
	},
	"check_haproxy_dns": {
		{"All servers that HAProxy found by name, asked at the system's name servers:", "-S /run/haproxy/admin.sock"},
	},
	"lshaproxy": {
		{"Everything, with the rate of requests that found no server:", "-S /run/haproxy/admin.sock -f /var/log/haproxy.log"},
		{"The same, again every two seconds:", "-S /run/haproxy/admin.sock --watch 2s"},
	},
}
