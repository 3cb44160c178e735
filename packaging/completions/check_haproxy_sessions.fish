# fish completion of check_haproxy_sessions, made from its flags: do not edit.
function __check_haproxy_sessions_sections
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
	lshaproxy --list names --timeout 1s $source 2>/dev/null | string replace -rf -- '^(frontend|backend|server) ' ''
end
complete -c check_haproxy_sessions -f
complete -c check_haproxy_sessions -s S -l socket -r -F -d 'stats socket: a path, a glob or host:port; a master CLI\'s workers are all asked (repeatable) [default: the first of the usual places]'
complete -c check_haproxy_sessions -s u -l url -x -d 'stats page, with or without ;csv; with -H just the path (repeatable)'
complete -c check_haproxy_sessions -s H -l hostname -x -d 'host of the stats page'
complete -c check_haproxy_sessions -s p -l port -x -d 'port of the stats page [default: 80, with --tls 443]'
complete -c check_haproxy_sessions -l tls -d 'the stats page is https'
complete -c check_haproxy_sessions -s U -l username -x -d 'user of the stats page; better in HAPROXY_STATS_USERNAME'
complete -c check_haproxy_sessions -s P -l password -x -d 'its password; better in HAPROXY_STATS_PASSWORD or --password-file, which the process list does not show'
complete -c check_haproxy_sessions -l password-file -r -F -d 'file whose first line is the password'
complete -c check_haproxy_sessions -l ca-file -r -F -d 'certificates (PEM) of the authorities to trust, instead of the system\'s'
complete -c check_haproxy_sessions -l cert -r -F -d 'client certificate (PEM)'
complete -c check_haproxy_sessions -l key -r -F -d 'its private key (PEM) [default: in --cert]'
complete -c check_haproxy_sessions -l server-name -x -d 'name that the server\'s certificate has to be for'
complete -c check_haproxy_sessions -s k -l insecure -d 'do not verify the server\'s certificate'
complete -c check_haproxy_sessions -l proxy -d 'ask the page through the proxy that the environment names (HTTP_PROXY, HTTPS_PROXY, NO_PROXY); else there is none'
complete -c check_haproxy_sessions -s 4 -l use-ipv4 -d 'connect by IPv4 alone'
complete -c check_haproxy_sessions -s 6 -l use-ipv6 -d 'connect by IPv6 alone'
complete -c check_haproxy_sessions -l extra-opts -d 'read more options from a file (plugins.ini), as the Monitoring Plugins do; those of the command line win (repeatable) [default: the section of this name]'
complete -c check_haproxy_sessions -l stats-file -r -F -d 'a saved answer to show stat or of a page with ;csv; - is standard input'
complete -c check_haproxy_sessions -l unreachable -x -a 'ok warning critical unknown' -d 'state if HAProxy cannot be reached (no route, no such socket, no sign of life in time): ok, warning, critical or unknown; an answer that is refused, cut short or rubbish is always UNKNOWN [default: unknown]'
complete -c check_haproxy_sessions -l refused -x -a 'ok warning critical unknown' -d 'state if nobody listens on a socket or port, since HAProxy is not running: ok, warning, critical or unknown [default: critical]'
complete -c check_haproxy_sessions -s s -l section -x -a '(__check_haproxy_sessions_sections)' -d 'section to check: a shell glob, or a regular expression after ~ (repeatable) [default: all]'
complete -c check_haproxy_sessions -s x -l exclude -x -a '(__check_haproxy_sessions_sections)' -d 'section to leave out; wins over --section (repeatable)'
complete -c check_haproxy_sessions -l kind -x -a 'process frontend server backend' -d 'what to check: process (sockets only), frontend, server or backend (repeatable) [default: all]'
complete -c check_haproxy_sessions -s w -l warning -x -d 'percent of a limit, with or without %; the last PATTERN that matches wins: a section, section/server or process (repeatable) [default: 80]'
complete -c check_haproxy_sessions -s c -l critical -x -d 'the same for CRITICAL (repeatable) [default: 90]'
complete -c check_haproxy_sessions -l warning-sessions -x -d 'sessions or connections as a number, in addition to --warning, even if there is no limit (repeatable)'
complete -c check_haproxy_sessions -l critical-sessions -x -d 'the same for CRITICAL (repeatable)'
complete -c check_haproxy_sessions -l queue-warning -x -d 'requests that wait in the queues of a backend and its servers (repeatable) [default: 0]'
complete -c check_haproxy_sessions -l queue-critical -x -d 'the same for CRITICAL (repeatable) [default: none]'
complete -c check_haproxy_sessions -l closed -x -a 'ok warning critical unknown' -d 'state of a frontend that takes no connections (PAUSED, STOP): ok, warning, critical or unknown [default: critical]'
complete -c check_haproxy_sessions -s t -l timeout -x -d 'bound on the whole run: 10, 10s or 1m [default: 10s]'
complete -c check_haproxy_sessions -s v -l verbose -d 'list everything that was checked'
complete -c check_haproxy_sessions -l perfdata -x -a 'none summary sections servers' -d 'none, summary, sections or servers [default: sections]'
complete -c check_haproxy_sessions -l json -d 'print one JSON object instead of plugin text'
complete -c check_haproxy_sessions -l max-output -x -d 'bound on the output; Nagios Core reads no more than 8192; 0 is none [default: 8192]'
complete -c check_haproxy_sessions -l log-level -x -a 'off error warn info debug trace' -d 'diagnostics on standard error: off, error, warn, info, debug or trace [default: off]'
complete -c check_haproxy_sessions -s V -l version -d 'display the version and exit'
complete -c check_haproxy_sessions -s h -l help -d 'display this help and exit'
