#!/bin/sh
# Runs every test, those with a real HAProxy, rsyslog, Nagios, Icinga and NRPE
# included; what they need is installed if it is missing. In CI (CI=true) a test
# whose program or right is missing fails; elsewhere the end says what was skipped.
set -eu
cd "$(dirname "$0")/.."

scripts/install.sh haproxy=haproxy rsyslogd=rsyslog journalctl=systemd systemd-journal-remote=systemd-journal-remote \
	nagios4=nagios4-core icinga2=icinga2-bin nrpe=nagios-nrpe-server check_nrpe=nagios-nrpe-plugin \
	rpm=rpm dnf=dnf apt-ftparchive=apt-utils createrepo_c=createrepo-c qemu-aarch64=qemu-user lintian=lintian man=man-db sudo=sudo php=php-cli rrdtool=rrdtool zsh=zsh fish=fish ||
	echo "going on without: the tests that need them are skipped, and say so" >&2

go vet ./...
go test -json -count=1 -timeout 20m ./... | go run ./tools/testreport # it says what was skipped, and why
# A number of runs, not a time: go test sometimes takes the end of the time, in
# the middle of a run, for a failure.
scripts/fuzz.sh 5000x
