# fish completion of check_haproxy_process, made from its flags: do not edit.
function __check_haproxy_process_sections
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
complete -c check_haproxy_process -f
complete -c check_haproxy_process -s S -l socket -r -F -d 'stats socket: a path, a glob or host:port; a master CLI\'s workers are all asked (repeatable) [default: the first of the usual places]'
complete -c check_haproxy_process -l unreachable -x -a 'ok warning critical unknown' -d 'state if HAProxy cannot be reached (no route, no such socket, no sign of life in time): ok, warning, critical or unknown; an answer that is refused, cut short or rubbish is always UNKNOWN [default: unknown]'
complete -c check_haproxy_process -l refused -x -a 'ok warning critical unknown' -d 'state if nobody listens on a socket or port, since HAProxy is not running: ok, warning, critical or unknown [default: critical]'
complete -c check_haproxy_process -s s -l section -x -a '(__check_haproxy_process_sections)' -d 'section to check: a shell glob, or a regular expression after ~ (repeatable) [default: all]'
complete -c check_haproxy_process -s x -l exclude -x -a '(__check_haproxy_process_sections)' -d 'section to leave out; wins over --section (repeatable)'
complete -c check_haproxy_process -l failed-reload -x -a 'ok warning critical unknown' -d 'state when the last reload failed, which a master CLI tells: ok, warning, critical or unknown [default: warning]'
complete -c check_haproxy_process -l config -r -F -d 'file that HAProxy reads its configuration from, or a folder of *.cfg: was it changed and not loaded? (repeatable)'
complete -c check_haproxy_process -l not-reloaded -x -a 'ok warning critical unknown' -d 'state when a file of --config was changed over 10 minutes ago and not loaded since [default: warning]'
complete -c check_haproxy_process -l old-workers -x -d 'workers from before a reload that may still serve sessions; more are WARNING [default: 5]'
complete -c check_haproxy_process -l old-worker-age -x -d 'how long ago such a worker may have been replaced; longer is WARNING; none switches it off [default: 24h]'
complete -c check_haproxy_process -l min-uptime -x -d 'a process that started more recently is WARNING [default: none]'
complete -c check_haproxy_process -l idle-warning -x -d 'percent of the time that HAProxy has to be idle (Idle_pct), in this run or the one before [default: 20:]'
complete -c check_haproxy_process -l idle-critical -x -d 'the same for CRITICAL [default: 5:]'
complete -c check_haproxy_process -l peers -x -a 'ok warning critical unknown' -d 'state when a remote peer is not connected [default: warning]'
complete -c check_haproxy_process -l table-warning -x -d 'percent of a stick table\'s size that may be used; the last PATTERN that matches wins (repeatable) [default: none]'
complete -c check_haproxy_process -l table-critical -x -d 'the same for CRITICAL (repeatable) [default: none]'
complete -c check_haproxy_process -l window -x -d 'how long log lines and allocations that were lost are WARNING [default: 5m]'
complete -c check_haproxy_process -l state-dir -r -F -d 'folder for what is kept between two runs [default: $MP_STATE_PATH, else /var/lib/check-haproxy if it is the user\'s own, else /var/tmp/check-haproxy-UID]'
complete -c check_haproxy_process -l sample -x -d 'time between the two samples that a first run takes [default: 2s]'
complete -c check_haproxy_process -s t -l timeout -x -d 'bound on the whole run: 10, 10s or 1m [default: 10s]'
complete -c check_haproxy_process -s v -l verbose -d 'list everything that was checked'
complete -c check_haproxy_process -l perfdata -x -a 'none summary sections servers' -d 'none, summary, sections or servers [default: sections]'
complete -c check_haproxy_process -l json -d 'print one JSON object instead of plugin text'
complete -c check_haproxy_process -l max-output -x -d 'bound on the output; Nagios Core reads no more than 8192; 0 is none [default: 8192]'
complete -c check_haproxy_process -l log-level -x -a 'off error warn info debug trace' -d 'diagnostics on standard error: off, error, warn, info, debug or trace [default: off]'
complete -c check_haproxy_process -s V -l version -d 'display the version and exit'
complete -c check_haproxy_process -s h -l help -d 'display this help and exit'
