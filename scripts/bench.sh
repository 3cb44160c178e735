#!/usr/bin/env bash
# Time and memory beside the tools that people use by hand: each row is a ratio
# of two programs in one run, with the bound that the project promises.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PWD/bin:$PATH:/usr/sbin:/sbin
scripts/install.sh haproxy=haproxy socat=socat hyperfine=hyperfine time=time

dir=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$dir"' EXIT

# haproxy_with NAME BACKENDS SERVERS: starts a HAProxy of that many rows.
haproxy_with() {
	{
		printf 'global\n stats socket %s/%s.sock mode 600 level user\n maxconn 100\n' "$dir" "$1"
		printf 'defaults\n mode http\n timeout connect 1s\n timeout client 1s\n timeout server 1s\n'
		for ((b = 1; b <= $2; b++)); do
			printf 'backend b%d\n' "$b"
			for ((s = 1; s <= $3; s++)); do printf ' server s%d 127.0.0.1:9\n' "$s"; done
		done
	} >"$dir/$1.cfg"
	haproxy -q -db -f "$dir/$1.cfg" &
	until [ -S "$dir/$1.sock" ] && [ -n "$(socat - "UNIX-CONNECT:$dir/$1.sock" <<<"show info")" ]; do sleep 0.1; done
}

# milliseconds COMMAND: the least wall time of many runs; the least is what the
# machine's other work disturbs least.
milliseconds() {
	hyperfine -N --warmup 5 --runs "${runs:-60}" --ignore-failure --input "$dir/show-stat" --export-csv "$dir/time.csv" "$1" >/dev/null 2>&1
	awk -F, 'NR == 2 { printf "%.2f", $7 * 1000 }' "$dir/time.csv"
}

# row WHAT OURS THEIRS BOUND
row() {
	awk -v what="$1" -v ours="$2" -v theirs="$3" -v bound="$4" \
		'BEGIN { printf "%-44s %9.2f %9.2f %7.3f %7s\n", what, ours, theirs, ours / theirs, bound }'
}

echo 'show stat' >"$dir/show-stat"
haproxy_with small 5 2
haproxy_with large 1000 10

printf '%-44s %9s %9s %7s %7s\n' '' ours theirs ratio bound
socat_small=$(milliseconds "socat - UNIX-CONNECT:$dir/small.sock")
socat_large=$(milliseconds "socat - UNIX-CONNECT:$dir/large.sock")
for plugin in backend sessions; do
	ours=$(milliseconds "check_haproxy_$plugin -S $dir/small.sock")
	row "$plugin, 15 rows, to socat (ms)" "$ours" "$socat_small" 1.2
	ours=$(milliseconds "check_haproxy_$plugin -S $dir/large.sock")
	row "$plugin, 11,000 rows, to socat (ms)" "$ours" "$socat_large" 1.2
	one=$(milliseconds "check_haproxy_$plugin -S $dir/large.sock -s b500")
	row "$plugin, one exact name, to all rows (ms)" "$one" "$ours" 0.1
	kib=$(env time -f %M "check_haproxy_$plugin" -S "$dir/large.sock" 2>&1 >/dev/null | tail -n 1)
	row "$plugin, 11,000 rows, peak memory to 24 MiB" "$kib" $((24 * 1024)) 1
done
for binary in bin/*; do
	row "$(basename "$binary"), size to 8 MB" "$(stat -c %s "$binary")" 8000000 1
done

[ ! -x scripts/bench-nosrv.sh ] || scripts/bench-nosrv.sh
