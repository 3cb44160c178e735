# fish completion of lshaproxy, made from its flags: do not edit.
function __lshaproxy_sections
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
complete -c lshaproxy -f
complete -c lshaproxy -s S -l socket -r -F -d 'stats socket: a path, a glob or host:port; a master CLI\'s workers are all asked (repeatable) [default: the first of the usual places]'
complete -c lshaproxy -s u -l url -x -d 'stats page, with or without ;csv; with -H just the path (repeatable)'
complete -c lshaproxy -s H -l hostname -x -d 'host of the stats page'
complete -c lshaproxy -s p -l port -x -d 'port of the stats page [default: 80, with --tls 443]'
complete -c lshaproxy -l tls -d 'the stats page is https'
complete -c lshaproxy -s U -l username -x -d 'user of the stats page; better in HAPROXY_STATS_USERNAME'
complete -c lshaproxy -s P -l password -x -d 'its password; better in HAPROXY_STATS_PASSWORD or --password-file, which the process list does not show'
complete -c lshaproxy -l password-file -r -F -d 'file whose first line is the password'
complete -c lshaproxy -l ca-file -r -F -d 'certificates (PEM) of the authorities to trust, instead of the system\'s'
complete -c lshaproxy -l cert -r -F -d 'client certificate (PEM)'
complete -c lshaproxy -l key -r -F -d 'its private key (PEM) [default: in --cert]'
complete -c lshaproxy -l server-name -x -d 'name that the server\'s certificate has to be for'
complete -c lshaproxy -s k -l insecure -d 'do not verify the server\'s certificate'
complete -c lshaproxy -l proxy -d 'ask the page through the proxy that the environment names (HTTP_PROXY, HTTPS_PROXY, NO_PROXY); else there is none'
complete -c lshaproxy -s 4 -l use-ipv4 -d 'connect by IPv4 alone'
complete -c lshaproxy -s 6 -l use-ipv6 -d 'connect by IPv6 alone'
complete -c lshaproxy -l extra-opts -d 'read more options from a file (plugins.ini), as the Monitoring Plugins do; those of the command line win (repeatable) [default: the section of this name]'
complete -c lshaproxy -l stats-file -r -F -d 'a saved answer to show stat or of a page with ;csv; - is standard input'
complete -c lshaproxy -l unreachable -x -a 'ok warning critical unknown' -d 'state if HAProxy cannot be reached (no route, no such socket, no sign of life in time): ok, warning, critical or unknown; an answer that is refused, cut short or rubbish is always UNKNOWN [default: unknown]'
complete -c lshaproxy -l refused -x -a 'ok warning critical unknown' -d 'state if nobody listens on a socket or port, since HAProxy is not running: ok, warning, critical or unknown [default: critical]'
complete -c lshaproxy -s s -l section -x -a '(__lshaproxy_sections)' -d 'section to check: a shell glob, or a regular expression after ~ (repeatable) [default: all]'
complete -c lshaproxy -s x -l exclude -x -a '(__lshaproxy_sections)' -d 'section to leave out; wins over --section (repeatable)'
complete -c lshaproxy -s f -l file -r -F -d 'log file, read with its rotated siblings: a path, a shell glob, or - for standard input (repeatable); a check that is told of no log reads /var/log/haproxy.log'
complete -c lshaproxy -l journal -d 'read the systemd journal of a unit; haproxy if none is named'
complete -c lshaproxy -l journal-file -r -F -d 'with --journal: read this journal file, or folder of journal files, instead of the system\'s'
complete -c lshaproxy -l ring -x -d 'read this ring of HAProxy\'s, over the socket of -S'
complete -c lshaproxy -l log-format -x -d 'HAProxy\'s log-format string, for lines in a format of your own (repeatable)'
complete -c lshaproxy -l config -r -F -d 'read the log formats out of this haproxy.cfg, or of a folder\'s files (repeatable: all are one configuration)'
complete -c lshaproxy -l timezone -x -d 'zone of times that name none: local, UTC or a name like Europe/Paris [default: local]'
complete -c lshaproxy -l at -x -d 'look at the log as if it were this time: 2006-01-02T15:04:05Z, or 2006-01-02 15:04:05 in --timezone [default: now]'
complete -c lshaproxy -l window -x -d 'the stretch of time that is judged [default: 5m]'
complete -c lshaproxy -l baseline -x -d 'the stretch before it that a rise is measured against [default: 1h]'
complete -c lshaproxy -l count -x -d 'kinds of lines without a server that count; there are also intercepted, client, killed and other [default: no-server,no-backend,queue,resource,internal]'
complete -c lshaproxy -l nameserver -x -d 'name server to ask for the names of servers that are down, and no other; several take turns (repeatable) [default: the system\'s]'
complete -c lshaproxy -l no-lookup -d 'ask no name server'
complete -c lshaproxy -l watch -d 'on a terminal a screen to work with, that looks again so often (? shows its keys); else one picture after another; every 2s if nothing is named'
complete -c lshaproxy -l list -x -a 'names icinga2 nagios director json' -d 'list what there is to watch, for discovery: names, icinga2 (host variables), nagios (services), director (rows to import) or json; names if nothing is named'
complete -c lshaproxy -s v -l verbose -d 'every section and every server; else those in order have a line a section, and many are only counted'
complete -c lshaproxy -l json -d 'print one JSON object; with --watch one a line'
complete -c lshaproxy -l color -x -a 'auto always never' -d 'auto, always or never; auto is on a terminal, unless NO_COLOR is set [default: auto]'
complete -c lshaproxy -s t -l timeout -x -d 'bound on one look: 10, 10s or 1m [default: 10s]'
complete -c lshaproxy -l log-level -x -a 'off error warn info debug trace' -d 'diagnostics on standard error: off, error, warn, info, debug or trace [default: off]'
complete -c lshaproxy -s V -l version -d 'display the version and exit'
complete -c lshaproxy -s h -l help -d 'display this help and exit'
