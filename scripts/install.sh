#!/bin/sh
# Installs the named Debian packages whose programs (or files, by their path) are
# missing, as root or with sudo: install.sh PROGRAM=PACKAGE...
# Exits 1 where that cannot be done.
set -eu

PATH=$PATH:/usr/sbin:/sbin:/lib/systemd:/usr/lib/nagios/plugins
packages=
for pair in "$@"; do
	command -v "${pair%%=*}" >/dev/null 2>&1 || [ -f "${pair%%=*}" ] || packages="$packages ${pair#*=}"
done
[ -n "$packages" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
	echo "missing:$packages; install them by hand (there is no apt-get here)" >&2
	exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
	as_root="sudo -n"
	$as_root true 2>/dev/null || {
		echo "missing:$packages; install them, or run this as root or with sudo" >&2
		exit 1
	}
fi
echo "installing$packages" >&2
# The services are for the tests to start: none is to run by itself.
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086 # the lists are made of words
if ! { $as_root apt-get -q update && $as_root apt-get -qy install --no-install-recommends $packages; } >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	exit 1
fi
