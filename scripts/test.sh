#!/bin/sh
# Runs every test, those with a real HAProxy and a real rsyslog included; what
# they need is installed if it is missing. In CI (CI=true) a test whose program
# is missing fails; elsewhere it says that it was skipped.
set -eu
cd "$(dirname "$0")/.."

scripts/install.sh haproxy=haproxy rsyslogd=rsyslog systemd-journal-remote=systemd-journal-remote ||
	echo "going on without: the tests that need them are skipped, and say so" >&2

go vet ./...
go test -count=1 -timeout 20m ./...
scripts/fuzz.sh 3s
