# fish completion of check_haproxy_errors, made from its flags: do not edit.
function __check_haproxy_errors_sections
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
	lshaproxy --list names --timeout 1s $source 2>/dev/null | string replace -rf -- '^(backend|server) ' ''
end
complete -c check_haproxy_errors -f
complete -c check_haproxy_errors -s f -l file -r -F -d 'log file, read with its rotated siblings: a path, a shell glob, or - for standard input (repeatable); a check that is told of no log reads /var/log/haproxy.log'
complete -c check_haproxy_errors -l journal -d 'read the systemd journal of a unit; haproxy if none is named'
complete -c check_haproxy_errors -l journal-file -r -F -d 'with --journal: read this journal file, or folder of journal files, instead of the system\'s'
complete -c check_haproxy_errors -l ring -x -d 'read this ring of HAProxy\'s, over the socket of -S'
complete -c check_haproxy_errors -l log-format -x -d 'HAProxy\'s log-format string, for lines in a format of your own (repeatable)'
complete -c check_haproxy_errors -l config -r -F -d 'read the log formats out of this haproxy.cfg, or of a folder\'s files (repeatable: all are one configuration)'
complete -c check_haproxy_errors -l timezone -x -d 'zone of times that name none: local, UTC or a name like Europe/Paris [default: local]'
complete -c check_haproxy_errors -l at -x -d 'look at the log as if it were this time: 2006-01-02T15:04:05Z, or 2006-01-02 15:04:05 in --timezone [default: now]'
complete -c check_haproxy_errors -l window -x -d 'the stretch of time that is judged [default: 5m]'
complete -c check_haproxy_errors -l baseline -x -d 'the stretch before it that a rise is measured against [default: 1h]'
complete -c check_haproxy_errors -s S -l socket -r -F -d 'stats socket: a path, a glob or host:port; a master CLI\'s workers are all asked (repeatable) [default: the first of the usual places]'
complete -c check_haproxy_errors -s u -l url -x -d 'stats page, with or without ;csv; with -H just the path (repeatable)'
complete -c check_haproxy_errors -s H -l hostname -x -d 'host of the stats page'
complete -c check_haproxy_errors -s p -l port -x -d 'port of the stats page [default: 80, with --tls 443]'
complete -c check_haproxy_errors -l tls -d 'the stats page is https'
complete -c check_haproxy_errors -s U -l username -x -d 'user of the stats page; better in HAPROXY_STATS_USERNAME'
complete -c check_haproxy_errors -s P -l password -x -d 'its password; better in HAPROXY_STATS_PASSWORD or --password-file, which the process list does not show'
complete -c check_haproxy_errors -l password-file -r -F -d 'file whose first line is the password'
complete -c check_haproxy_errors -l ca-file -r -F -d 'certificates (PEM) of the authorities to trust, instead of the system\'s'
complete -c check_haproxy_errors -l cert -r -F -d 'client certificate (PEM)'
complete -c check_haproxy_errors -l key -r -F -d 'its private key (PEM) [default: in --cert]'
complete -c check_haproxy_errors -l server-name -x -d 'name that the server\'s certificate has to be for'
complete -c check_haproxy_errors -s k -l insecure -d 'do not verify the server\'s certificate'
complete -c check_haproxy_errors -l proxy -d 'ask the page through the proxy that the environment names (HTTP_PROXY, HTTPS_PROXY, NO_PROXY); else there is none'
complete -c check_haproxy_errors -s 4 -l use-ipv4 -d 'connect by IPv4 alone'
complete -c check_haproxy_errors -s 6 -l use-ipv6 -d 'connect by IPv6 alone'
complete -c check_haproxy_errors -l extra-opts -d 'read more options from a file (plugins.ini), as the Monitoring Plugins do; those of the command line win (repeatable) [default: the section of this name]'
complete -c check_haproxy_errors -l stats-file -r -F -d 'a saved answer to show stat or of a page with ;csv; - is standard input'
complete -c check_haproxy_errors -l unreachable -x -a 'ok warning critical unknown' -d 'state if HAProxy cannot be reached (no route, no such socket, no sign of life in time): ok, warning, critical or unknown; an answer that is refused, cut short or rubbish is always UNKNOWN [default: unknown]'
complete -c check_haproxy_errors -l refused -x -a 'ok warning critical unknown' -d 'state if nobody listens on a socket or port, since HAProxy is not running: ok, warning, critical or unknown [default: critical]'
complete -c check_haproxy_errors -s s -l section -x -a '(__check_haproxy_errors_sections)' -d 'section to check: a shell glob, or a regular expression after ~ (repeatable) [default: all]'
complete -c check_haproxy_errors -s x -l exclude -x -a '(__check_haproxy_errors_sections)' -d 'section to leave out; wins over --section (repeatable)'
complete -c check_haproxy_errors -l state-dir -r -F -d 'folder for what is kept between two runs [default: $MP_STATE_PATH, else /var/lib/check-haproxy if it is the user\'s own, else /var/tmp/check-haproxy-UID]'
complete -c check_haproxy_errors -l sample -x -d 'time between the two samples that a first run takes [default: 2s]'
complete -c check_haproxy_errors -l counters -d 'judge what HAProxy has counted since the last run; this is so unless a log is named'
complete -c check_haproxy_errors -s w -l warning -d 'spoiled requests: per minute, with % as a share of those that servers were given, or both, of which each is enough; the last PATTERN that matches wins: a section or section/server (repeatable) [default: 5%]'
complete -c check_haproxy_errors -s c -l critical -d 'the same for CRITICAL [default: 25%]'
complete -c check_haproxy_errors -l count -x -d 'kinds of spoiled requests that count: connect, response, timeout, server-error, slow, retry, abort [default: the first five; in TCP mode connect]'
complete -c check_haproxy_errors -l slow -x -d 'an answer that takes longer is spoiled [default: none]'
complete -c check_haproxy_errors -l flaps -x -d 'a server that goes down so often in the window is WARNING; 0 is never [default: 3]'
complete -c check_haproxy_errors -l rise-warning -x -d 'how many times the baseline\'s rate is too much; none switches it off [default: 3]'
complete -c check_haproxy_errors -l rise-critical -x -d 'the same for CRITICAL [default: 10]'
complete -c check_haproxy_errors -l min-count -x -d 'fewer of them since the rate changed are no rise [default: 5]'
complete -c check_haproxy_errors -l stale -x -d 'HAProxy\'s newest line is older than this: UNKNOWN, logging has stopped; 0 is off [default: 24h]'
complete -c check_haproxy_errors -l silent -x -a 'ok warning critical unknown' -d 'state of a log that is silent for longer than its own rhythm explains: ok, warning, critical or unknown [default: unknown]'
complete -c check_haproxy_errors -l no-traffic -x -a 'ok warning critical unknown' -d 'state of a section of which no server was given a request: ok, warning, critical or unknown [default: ok]'
complete -c check_haproxy_errors -s t -l timeout -x -d 'bound on the whole run: 10, 10s or 1m [default: 10s]'
complete -c check_haproxy_errors -s v -l verbose -d 'list everything that was checked'
complete -c check_haproxy_errors -l perfdata -x -a 'none summary sections servers' -d 'none, summary, sections or servers [default: sections]'
complete -c check_haproxy_errors -l json -d 'print one JSON object instead of plugin text'
complete -c check_haproxy_errors -l max-output -x -d 'bound on the output; Nagios Core reads no more than 8192; 0 is none [default: 8192]'
complete -c check_haproxy_errors -l log-level -x -a 'off error warn info debug trace' -d 'diagnostics on standard error: off, error, warn, info, debug or trace [default: off]'
complete -c check_haproxy_errors -s V -l version -d 'display the version and exit'
complete -c check_haproxy_errors -s h -l help -d 'display this help and exit'
