#!/bin/sh
# Runs 200 HAProxys and 3,000 services of one Icinga on this machine for some
# minutes, and prints what that costs; docs/scaling.md counts with it.
set -eu
cd "$(dirname "$0")/.."

scripts/install.sh haproxy=haproxy icinga2=icinga2-bin
CI=true go test -count=1 -v -tags scale -run '^TestScale$' ./test/packages
