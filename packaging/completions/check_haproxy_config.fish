# fish completion of check_haproxy_config, made from its flags: do not edit.
function __check_haproxy_config_sections
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
complete -c check_haproxy_config -f
complete -c check_haproxy_config -l config -r -F -d 'haproxy.cfg, or a folder of *.cfg as haproxy -f takes it; several are one configuration (repeatable) [default: /etc/haproxy/haproxy.cfg]'
complete -c check_haproxy_config -l ignore -x -d 'leave out what a rule finds, everywhere or in one section; both are patterns (repeatable)'
complete -c check_haproxy_config -l only -x -d 'judge by these rules alone (repeatable)'
complete -c check_haproxy_config -s c -l critical -x -d 'what this rule finds is CRITICAL (repeatable)'
complete -c check_haproxy_config -s S -l socket -r -F -d 'stats socket of the HAProxy that runs with this configuration: compare its servers with the file (repeatable) [default: ask nothing]'
complete -c check_haproxy_config -l unreachable -x -a 'ok warning critical unknown' -d 'state if the HAProxy of --socket cannot be reached: ok, warning, critical or unknown [default: unknown]'
complete -c check_haproxy_config -s s -l section -x -a '(__check_haproxy_config_sections)' -d 'section to check: a shell glob, or a regular expression after ~ (repeatable) [default: all]'
complete -c check_haproxy_config -s x -l exclude -x -a '(__check_haproxy_config_sections)' -d 'section to leave out; wins over --section (repeatable)'
complete -c check_haproxy_config -s t -l timeout -x -d 'bound on the whole run: 10, 10s or 1m [default: 10s]'
complete -c check_haproxy_config -s v -l verbose -d 'list everything that was checked'
complete -c check_haproxy_config -l perfdata -x -a 'none summary sections servers' -d 'none, summary, sections or servers [default: sections]'
complete -c check_haproxy_config -l json -d 'print one JSON object instead of plugin text'
complete -c check_haproxy_config -l max-output -x -d 'bound on the output; Nagios Core reads no more than 8192; 0 is none [default: 8192]'
complete -c check_haproxy_config -l log-level -x -a 'off error warn info debug trace' -d 'diagnostics on standard error: off, error, warn, info, debug or trace [default: off]'
complete -c check_haproxy_config -s V -l version -d 'display the version and exit'
complete -c check_haproxy_config -s h -l help -d 'display this help and exit'
