#!/usr/bin/env bash
# The outage that this suite is made for, on a real HAProxy of its own: the name
# of v2's one server was looked up at the start, the server has moved since,
# requests get 503 and <NOSRV>; the plugins find it and say why, the address is
# mended, the plugins say so. Everything runs on loopback in a folder of its own
# and is gone afterwards.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PWD/bin:$PATH:/usr/sbin:/sbin

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

# nagios COMMAND...: runs a plugin as Nagios does and shows what Nagios sees.
nagios() {
	local shown="${*//$dir/\/run\/demo}" output code=0
	output=$("$@") || code=$?
	printf '\n$ %s\n%s\nexit code %d (%s)\n' "$shown" "${output//$dir/\/run\/demo}" "$code" "$(state $code)"
}

state() {
	case $1 in
	0) echo OK ;; 1) echo WARNING ;; 2) echo CRITICAL ;; *) echo UNKNOWN ;;
	esac
}

# until_true SECONDS COMMAND...: waits for a condition.
until_true() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < deadline)) || { echo "gave up waiting for: $*" >&2; return 1; }
		sleep 0.05
	done
}

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
	local port
	while port=$((20000 + RANDOM % 10000)) && answers "$port"; do :; done
	echo "$port"
}

# get PATH: one request to the demo's frontend; prints the status line.
get() {
	exec 3<>"/dev/tcp/127.0.0.1/$web"
	printf 'GET %s HTTP/1.0\r\nHost: demo\r\n\r\n' "$1" >&3
	head -n 1 <&3
	exec 3>&-
}

recorded() {
	say "HAProxy cannot be installed here: this is what the plugin says of a recorded HAProxy 3.2"
	dir=testdata/captures/3.2
	nagios check_haproxy_backend --stats-file "$dir/stat.csv" -s up -s down
	nagios check_haproxy_backend --stats-file "$dir/stat.csv" -s up
}

scripts/build.sh
if ! scripts/install.sh haproxy=haproxy rsyslogd=rsyslog; then
	recorded
	exit 0
fi

dir=$(mktemp -d)
export MP_STATE_PATH=$dir/state
trap 'kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$dir"' EXIT
web=$(free_port) page=$(free_port) admin=$(free_port) dns=$(free_port) v2=$(free_port) v2e=$(free_port) small=$(free_port)

# An origin is a HAProxy that answers every request itself: without a backend it
# would send 503, and its 503 is made a 200.
printf 'HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nok\n' >"$dir/ok.http"
origin() {
	printf 'defaults\n mode http\n timeout client 1s\n timeout connect 1s\n timeout server 1s\n errorfile 503 %s\nfrontend origin\n bind 127.0.0.1:%s\n' \
		"$dir/ok.http" "$1" >"$dir/origin-$1.cfg"
	haproxy -q -db -f "$dir/origin-$1.cfg" &
	until_true 10 answers "$1"
}

cat >"$dir/haproxy.cfg" <<CFG
global
	maxconn 200
	stats socket $dir/haproxy.sock mode 600 level user
	stats socket ipv4@127.0.0.1:$admin level admin
	log $dir/log.sock local0
defaults
	mode http
	log global
	option httplog
	timeout connect 1s
	timeout client 30s
	timeout server 10s
	default-server inter 200 fall 2 rise 1
listen stats
	bind 127.0.0.1:$page
	stats enable
	stats uri /haproxy?stats
frontend fe
	bind 127.0.0.1:$web
	acl v2 path_beg /path/v2/
	acl v2e path_beg /path/v2e/
	redirect location https://example.org/ unless v2 or v2e
	use_backend v2 if v2
	use_backend v2e if v2e
backend v2
	server v2Elb v2.demo:$v2 check init-addr 127.0.0.2
backend v2e
	server v2eElb 127.0.0.1:$v2e check
frontend small
	bind 127.0.0.1:$small
	maxconn 20
	default_backend v2e
CFG

cat >"$dir/rsyslog.conf" <<CFG
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="$dir/log.sock" CreatePath="off")
global(workDirectory="$dir")
*.* action(type="omfile" file="$dir/haproxy.log" template="RSYSLOG_FileFormat")
CFG

say "Starting rsyslog, HAProxy and two servers; v2's has moved from 127.0.0.2 to 127.0.0.1, and DNS knows"
rsyslogd -n -f "$dir/rsyslog.conf" -i "$dir/rsyslog.pid" &
until_true 10 test -S "$dir/log.sock"
origin "$v2e"
origin "$v2"
go build -o "$dir/nameserver" ./tools/demo
"$dir/nameserver" "127.0.0.1:$dns" v2.demo=127.0.0.1 &
haproxy -q -db -f "$dir/haproxy.cfg" >/dev/null 2>&1 &
until_true 10 answers "$web"
down() { ! check_haproxy_backend -S "$dir/haproxy.sock" -s v2 >/dev/null; }
until_true 10 down

say "Nagios asks the stats page as it does every minute: nobody has noticed yet"
nagios check_haproxy_nosrv --counters -H 127.0.0.1 -p "$page" -u '/haproxy?stats' -s v2

say "Users send requests: to v2, to v2e, and elsewhere, which redirects"
for _ in {1..60}; do get /path/v2/ >>"$dir/v2"; get /path/v2e/ >>"$dir/v2e"; get / >>"$dir/other"; done
for backend in v2 v2e other; do
	printf '%-6s %s\n' "$backend" "$(sort "$dir/$backend" | uniq -c | tr -d '\r')"
done

say "Nagios asks again: the page alone tells it, whatever becomes of the log"
nagios check_haproxy_nosrv --counters -H 127.0.0.1 -p "$page" -u '/haproxy?stats' -s v2

say "The log has them too, and the redirects, which nobody has to mend"
until_true 10 grep -q 'fe fe/<NOSRV> .* LR' "$dir/haproxy.log"
grep -m 1 'v2/<NOSRV>' "$dir/haproxy.log"
grep -m 1 'fe/<NOSRV> .* LR' "$dir/haproxy.log"

say "Is there a server left that can answer? Nagios asks the socket, or the stats page"
nagios check_haproxy_backend -S "$dir/haproxy.sock"
nagios check_haproxy_backend -H 127.0.0.1 -p "$page" -u '/haproxy?stats' -s v2

say "Is the rate of requests without a server high? Nagios asks the log; the redirects are not counted"
nagios check_haproxy_nosrv -f "$dir/haproxy.log"

say "Why? Nagios asks DNS whether the name still means what HAProxy thinks"
nagios check_haproxy_dns -S "$dir/haproxy.sock" --nameserver "127.0.0.1:$dns"
nagios check_haproxy_nosrv -f "$dir/haproxy.log" -S "$dir/haproxy.sock" --nameserver "127.0.0.1:$dns" -s v2

say "Could it have been known before? Nagios, or a pipeline, reads the configuration"
nagios check_haproxy_config --config "$dir/haproxy.cfg"

say "The whole picture, for a person at a shell"
lshaproxy -S "$dir/haproxy.sock" -f "$dir/haproxy.log" --nameserver "127.0.0.1:$dns" --config "$dir/haproxy.cfg" | sed "s:$dir:/run/demo:g"

say "Nineteen users keep connections to a frontend with maxconn 20: how near is it?"
held=()
for _ in {1..19}; do
	exec {fd}<>"/dev/tcp/127.0.0.1/$small"
	held+=("$fd")
done
nagios check_haproxy_sessions -S "$dir/haproxy.sock" -s small
for fd in "${held[@]}"; do exec {fd}>&-; done

say "HAProxy is told the new address"
exec 3<>"/dev/tcp/127.0.0.1/$admin"
echo 'set server v2/v2Elb addr 127.0.0.1' >&3
head -n 1 <&3
exec 3>&-
until_true 10 check_haproxy_backend -S "$dir/haproxy.sock"
nagios check_haproxy_backend -S "$dir/haproxy.sock"
nagios check_haproxy_dns -S "$dir/haproxy.sock" --nameserver "127.0.0.1:$dns"
get /path/v2/
