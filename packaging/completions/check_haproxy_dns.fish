# fish completion of check_haproxy_dns, made from its flags: do not edit.
function __check_haproxy_dns_sections
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
	lshaproxy --list names --timeout 1s $source 2>/dev/null | string replace -rf -- '^(backend) ' ''
end
complete -c check_haproxy_dns -f
complete -c check_haproxy_dns -s S -l socket -r -F -d 'stats socket: a path, a glob or host:port; a master CLI\'s workers are all asked (repeatable) [default: the first of the usual places]'
complete -c check_haproxy_dns -s u -l url -x -d 'stats page, with or without ;csv; with -H just the path (repeatable)'
complete -c check_haproxy_dns -s H -l hostname -x -d 'host of the stats page'
complete -c check_haproxy_dns -s p -l port -x -d 'port of the stats page [default: 80, with --tls 443]'
complete -c check_haproxy_dns -l tls -d 'the stats page is https'
complete -c check_haproxy_dns -s U -l username -x -d 'user of the stats page; better in HAPROXY_STATS_USERNAME'
complete -c check_haproxy_dns -s P -l password -x -d 'its password; better in HAPROXY_STATS_PASSWORD or --password-file, which the process list does not show'
complete -c check_haproxy_dns -l password-file -r -F -d 'file whose first line is the password'
complete -c check_haproxy_dns -l ca-file -r -F -d 'certificates (PEM) of the authorities to trust, instead of the system\'s'
complete -c check_haproxy_dns -l cert -r -F -d 'client certificate (PEM)'
complete -c check_haproxy_dns -l key -r -F -d 'its private key (PEM) [default: in --cert]'
complete -c check_haproxy_dns -l server-name -x -d 'name that the server\'s certificate has to be for'
complete -c check_haproxy_dns -s k -l insecure -d 'do not verify the server\'s certificate'
complete -c check_haproxy_dns -l proxy -d 'ask the page through the proxy that the environment names (HTTP_PROXY, HTTPS_PROXY, NO_PROXY); else there is none'
complete -c check_haproxy_dns -s 4 -l use-ipv4 -d 'connect by IPv4 alone'
complete -c check_haproxy_dns -s 6 -l use-ipv6 -d 'connect by IPv6 alone'
complete -c check_haproxy_dns -l extra-opts -d 'read more options from a file (plugins.ini), as the Monitoring Plugins do; those of the command line win (repeatable) [default: the section of this name]'
complete -c check_haproxy_dns -l stats-file -r -F -d 'a saved answer to show stat or of a page with ;csv; - is standard input'
complete -c check_haproxy_dns -l unreachable -x -a 'ok warning critical unknown' -d 'state if HAProxy cannot be reached (no route, no such socket, no sign of life in time): ok, warning, critical or unknown; an answer that is refused, cut short or rubbish is always UNKNOWN [default: unknown]'
complete -c check_haproxy_dns -l refused -x -a 'ok warning critical unknown' -d 'state if nobody listens on a socket or port, since HAProxy is not running: ok, warning, critical or unknown [default: critical]'
complete -c check_haproxy_dns -s s -l section -x -a '(__check_haproxy_dns_sections)' -d 'section to check: a shell glob, or a regular expression after ~ (repeatable) [default: all]'
complete -c check_haproxy_dns -s x -l exclude -x -a '(__check_haproxy_dns_sections)' -d 'section to leave out; wins over --section (repeatable)'
complete -c check_haproxy_dns -l nameserver -x -d 'name server to ask, and no other; several take turns (repeatable) [default: the system\'s]'
complete -c check_haproxy_dns -l no-lookup -d 'ask no name server'
complete -c check_haproxy_dns -s t -l timeout -x -d 'bound on the whole run: 10, 10s or 1m [default: 10s]'
complete -c check_haproxy_dns -s v -l verbose -d 'list everything that was checked'
complete -c check_haproxy_dns -l perfdata -x -a 'none summary sections servers' -d 'none, summary, sections or servers [default: sections]'
complete -c check_haproxy_dns -l json -d 'print one JSON object instead of plugin text'
complete -c check_haproxy_dns -l max-output -x -d 'bound on the output; Nagios Core reads no more than 8192; 0 is none [default: 8192]'
complete -c check_haproxy_dns -l log-level -x -a 'off error warn info debug trace' -d 'diagnostics on standard error: off, error, warn, info, debug or trace [default: off]'
complete -c check_haproxy_dns -s V -l version -d 'display the version and exit'
complete -c check_haproxy_dns -s h -l help -d 'display this help and exit'
