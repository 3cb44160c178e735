# fish completion of check_haproxy_certs, made from its flags: do not edit.
function __check_haproxy_certs_sections
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
complete -c check_haproxy_certs -f
complete -c check_haproxy_certs -s S -l socket -r -F -d 'stats socket: a path, a glob or host:port; a master CLI\'s workers are all asked (repeatable) [default: the first of the usual places]'
complete -c check_haproxy_certs -l unreachable -x -a 'ok warning critical unknown' -d 'state if HAProxy cannot be reached (no route, no such socket, no sign of life in time): ok, warning, critical or unknown; an answer that is refused, cut short or rubbish is always UNKNOWN [default: unknown]'
complete -c check_haproxy_certs -l refused -x -a 'ok warning critical unknown' -d 'state if nobody listens on a socket or port, since HAProxy is not running: ok, warning, critical or unknown [default: critical]'
complete -c check_haproxy_certs -s s -l section -x -a '(__check_haproxy_certs_sections)' -d 'section to check: a shell glob, or a regular expression after ~ (repeatable) [default: all]'
complete -c check_haproxy_certs -s x -l exclude -x -a '(__check_haproxy_certs_sections)' -d 'section to leave out; wins over --section (repeatable)'
complete -c check_haproxy_certs -s w -l warning -x -d 'days that have to be left; the last PATTERN that matches wins: a file\'s name, its path, or a name in the certificate (repeatable) [default: 14:]'
complete -c check_haproxy_certs -s c -l critical -x -d 'the same for CRITICAL (repeatable) [default: 7:]'
complete -c check_haproxy_certs -l unused -d 'check certificates that HAProxy holds and does not use, too'
complete -c check_haproxy_certs -l no-disk -d 'do not compare with the files that HAProxy read them from'
complete -c check_haproxy_certs -s t -l timeout -x -d 'bound on the whole run: 10, 10s or 1m [default: 10s]'
complete -c check_haproxy_certs -s v -l verbose -d 'list everything that was checked'
complete -c check_haproxy_certs -l perfdata -x -a 'none summary sections servers' -d 'none, summary, sections or servers [default: sections]'
complete -c check_haproxy_certs -l json -d 'print one JSON object instead of plugin text'
complete -c check_haproxy_certs -l max-output -x -d 'bound on the output; Nagios Core reads no more than 8192; 0 is none [default: 8192]'
complete -c check_haproxy_certs -l log-level -x -a 'off error warn info debug trace' -d 'diagnostics on standard error: off, error, warn, info, debug or trace [default: off]'
complete -c check_haproxy_certs -s V -l version -d 'display the version and exit'
complete -c check_haproxy_certs -s h -l help -d 'display this help and exit'
