#!/bin/sh
# Time and memory beside the tools that people use by hand: ratios of programs
# in one run, with the bounds that the project promises.
set -eu
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin
export PATH
scripts/install.sh haproxy=haproxy socat=socat rg=ripgrep
scripts/build.sh
go run ./tools/bench/statistics
go run ./tools/bench/certificates
go run ./tools/bench/nosrv
go run ./tools/bench/load
