#!/bin/sh
# Builds every binary into bin/: static, stripped, the same bytes for the same
# commit, with version (the newest in CHANGELOG.md) and commit inside. OUT,
# VERSION and COMMIT in the environment say otherwise, and Go's GOARCH.
set -eu
cd "$(dirname "$0")/.."

version=${VERSION:-$(sed -n 's/^## \([0-9][^ ]*\).*/\1/p' CHANGELOG.md | head -n 1)}
commit=${COMMIT:-$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)}
version_of=check-haproxy/internal/plugin

# A stats page is asked over HTTP/1.1: without net/http's HTTP/2 each binary is
# 0.4 MB smaller. Code that a check runs once is not inlined, which makes up for
# another 0.4 MB; what reads answers and logs is. Functions are aligned to 8
# bytes instead of 32, another 0.1 MB.
# (What is called for every line of a log, as encoding/binary, or for every row
# of the statistics, as thresholds, is not among it.)
once="net/... vendor/... crypto/... encoding/json encoding/asn1 encoding/pem encoding/csv encoding/base64
	encoding/hex encoding/ascii85 mime/... regexp/... compress/... fmt math/big reflect os/... time slices sort
	path log errors context io bufio syscall internal/poll github.com/... golang.org/...
	check-haproxy/internal/plugin check-haproxy/internal/haproxy/endpoint check-haproxy/internal/dns
	check-haproxy/internal/diagnosis check-haproxy/internal/samples check-haproxy/internal/accesslog/logformat
	check-haproxy/internal/logsource"
flags=
for package in $once; do
	flags="$flags -gcflags=$package=-l"
done

export CGO_ENABLED=0
# shellcheck disable=SC2086 # the flags are words
go build -trimpath -buildvcs=false -tags nethttpomithttp2 $flags \
	-ldflags "-s -w -funcalign=8 -X $version_of.version=v$version -X $version_of.commit=$commit" \
	-o "${OUT:-bin}/" ./cmd/...
