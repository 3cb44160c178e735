# fish completion of check_haproxy_nosrv, made from its flags: do not edit.
function __check_haproxy_nosrv_sections
	command -q lshaproxy; or return
	set -l source
	set -l before
	for word in (commandline -opc)
		if string match -q -- '--*=*' $word
			set before (string split -m 1 = -- $word)
			set word $before[2]
		end
		contains -- "$before[1]" -S --socket -u --url -H --hostname -p --port --stats-file; and set -a source $before[1] $word
		set before $word
	end
	lshaproxy --list names --timeout 1s $source 2>/dev/null | string replace -rf -- '^(frontend|backend) ' ''
end
complete -c check_haproxy_nosrv -f
complete -c check_haproxy_nosrv -s f -l file -r -F -d 'log file, read with its rotated siblings: a path, a shell glob, or - for standard input (repeatable); a check that is told of no log reads /var/log/haproxy.log'
complete -c check_haproxy_nosrv -l journal -d 'read the systemd journal of a unit; haproxy if none is named'
complete -c check_haproxy_nosrv -l journal-file -r -F -d 'with --journal: read this journal file, or folder of journal files, instead of the system\'s'
complete -c check_haproxy_nosrv -l ring -x -d 'read this ring of HAProxy\'s, over the socket of -S'
complete -c check_haproxy_nosrv -l log-format -x -d 'HAProxy\'s log-format string, for lines in a format of your own (repeatable)'
complete -c check_haproxy_nosrv -l config -r -F -d 'read the log formats out of this haproxy.cfg, or of a folder\'s files (repeatable: all are one configuration)'
complete -c check_haproxy_nosrv -l timezone -x -d 'zone of times that name none: local, UTC or a name like Europe/Paris [default: local]'
complete -c check_haproxy_nosrv -l at -x -d 'look at the log as if it were this time: 2006-01-02T15:04:05Z, or 2006-01-02 15:04:05 in --timezone [default: now]'
complete -c check_haproxy_nosrv -l window -x -d 'the stretch of time that is judged [default: 5m]'
complete -c check_haproxy_nosrv -l baseline -x -d 'the stretch before it that a rise is measured against [default: 1h]'
complete -c check_haproxy_nosrv -l count -x -d 'kinds of lines without a server that count; there are also intercepted, client, killed and other [default: no-server,no-backend,queue,resource,internal]'
complete -c check_haproxy_nosrv -s S -l socket -r -F -d 'stats socket: a path, a glob or host:port; a master CLI\'s workers are all asked (repeatable) [default: the first of the usual places]'
complete -c check_haproxy_nosrv -s u -l url -x -d 'stats page, with or without ;csv; with -H just the path (repeatable)'
complete -c check_haproxy_nosrv -s H -l hostname -x -d 'host of the stats page'
complete -c check_haproxy_nosrv -s p -l port -x -d 'port of the stats page [default: 80, with --tls 443]'
complete -c check_haproxy_nosrv -l tls -d 'the stats page is https'
complete -c check_haproxy_nosrv -s U -l username -x -d 'user of the stats page; better in HAPROXY_STATS_USERNAME'
complete -c check_haproxy_nosrv -s P -l password -x -d 'its password; better in HAPROXY_STATS_PASSWORD or --password-file, which the process list does not show'
complete -c check_haproxy_nosrv -l password-file -r -F -d 'file whose first line is the password'
complete -c check_haproxy_nosrv -l ca-file -r -F -d 'certificates (PEM) of the authorities to trust, instead of the system\'s'
complete -c check_haproxy_nosrv -l cert -r -F -d 'client certificate (PEM)'
complete -c check_haproxy_nosrv -l key -r -F -d 'its private key (PEM) [default: in --cert]'
complete -c check_haproxy_nosrv -l server-name -x -d 'name that the server\'s certificate has to be for'
complete -c check_haproxy_nosrv -s k -l insecure -d 'do not verify the server\'s certificate'
complete -c check_haproxy_nosrv -l proxy -d 'ask the page through the proxy that the environment names (HTTP_PROXY, HTTPS_PROXY, NO_PROXY); else there is none'
complete -c check_haproxy_nosrv -s 4 -l use-ipv4 -d 'connect by IPv4 alone'
complete -c check_haproxy_nosrv -s 6 -l use-ipv6 -d 'connect by IPv6 alone'
complete -c check_haproxy_nosrv -l extra-opts -d 'read more options from a file (plugins.ini), as the Monitoring Plugins do; those of the command line win (repeatable) [default: the section of this name]'
complete -c check_haproxy_nosrv -l stats-file -r -F -d 'a saved answer to show stat or of a page with ;csv; - is standard input'
complete -c check_haproxy_nosrv -l unreachable -x -a 'ok warning critical unknown' -d 'state if HAProxy cannot be reached (no route, no such socket, no sign of life in time): ok, warning, critical or unknown; an answer that is refused, cut short or rubbish is always UNKNOWN [default: unknown]'
complete -c check_haproxy_nosrv -l refused -x -a 'ok warning critical unknown' -d 'state if nobody listens on a socket or port, since HAProxy is not running: ok, warning, critical or unknown [default: critical]'
complete -c check_haproxy_nosrv -s s -l section -x -a '(__check_haproxy_nosrv_sections)' -d 'section to check: a shell glob, or a regular expression after ~ (repeatable) [default: all]'
complete -c check_haproxy_nosrv -s x -l exclude -x -a '(__check_haproxy_nosrv_sections)' -d 'section to leave out; wins over --section (repeatable)'
complete -c check_haproxy_nosrv -l state-dir -r -F -d 'folder for what is kept between two runs [default: $MP_STATE_PATH, else /var/lib/check-haproxy if it is the user\'s own, else /var/tmp/check-haproxy-UID]'
complete -c check_haproxy_nosrv -l sample -x -d 'time between the two samples that a first run takes [default: 2s]'
complete -c check_haproxy_nosrv -l counters -d 'no log at all: judge what HAProxy has counted since the last runs, over a socket or a stats page'
complete -c check_haproxy_nosrv -l nameserver -x -d 'name server to ask, and no other; several take turns (repeatable) [default: the system\'s]'
complete -c check_haproxy_nosrv -l no-lookup -d 'ask no name server'
complete -c check_haproxy_nosrv -s w -l warning -d 'requests without a server: per minute, with % as a share of the section\'s requests, or both, of which each is enough; the last PATTERN that matches wins (repeatable) [default: 1,5%]'
complete -c check_haproxy_nosrv -s c -l critical -d 'the same for CRITICAL [default: 10,50%]'
complete -c check_haproxy_nosrv -l rise-warning -x -d 'how many times the baseline\'s rate is too much; none switches it off [default: 3]'
complete -c check_haproxy_nosrv -l rise-critical -x -d 'the same for CRITICAL [default: 10]'
complete -c check_haproxy_nosrv -l min-count -x -d 'fewer of them since the rate changed are no rise [default: 5]'
complete -c check_haproxy_nosrv -l stale -x -d 'HAProxy\'s newest line is older than this: UNKNOWN, logging has stopped; 0 is off [default: 24h]'
complete -c check_haproxy_nosrv -l silent -x -a 'ok warning critical unknown' -d 'state of a log that is silent for longer than its own rhythm explains: ok, warning, critical or unknown [default: unknown]'
complete -c check_haproxy_nosrv -l no-traffic -x -a 'ok warning critical unknown' -d 'state of a section without a line in window and baseline: ok, warning, critical or unknown [default: ok]'
complete -c check_haproxy_nosrv -s t -l timeout -x -d 'bound on the whole run: 10, 10s or 1m [default: 10s]'
complete -c check_haproxy_nosrv -s v -l verbose -d 'list everything that was checked'
complete -c check_haproxy_nosrv -l perfdata -x -a 'none summary sections servers' -d 'none, summary, sections or servers [default: sections]'
complete -c check_haproxy_nosrv -l json -d 'print one JSON object instead of plugin text'
complete -c check_haproxy_nosrv -l max-output -x -d 'bound on the output; Nagios Core reads no more than 8192; 0 is none [default: 8192]'
complete -c check_haproxy_nosrv -l log-level -x -a 'off error warn info debug trace' -d 'diagnostics on standard error: off, error, warn, info, debug or trace [default: off]'
complete -c check_haproxy_nosrv -s V -l version -d 'display the version and exit'
complete -c check_haproxy_nosrv -s h -l help -d 'display this help and exit'
