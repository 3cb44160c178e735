#!/bin/sh
# Builds every binary into bin/: static, stripped, the same bytes for the same
# commit, with version (the newest in CHANGELOG.md) and commit inside. OUT,
# VERSION and COMMIT in the environment say otherwise, and Go's GOARCH.
set -eu
cd "$(dirname "$0")/.."

version=${VERSION:-$(sed -n 's/^## \([0-9][^ ]*\).*/\1/p' CHANGELOG.md | head -n 1)}
commit=${COMMIT:-$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)}
package=check-haproxy/internal/plugin

# A stats page is asked over HTTP/1.1: without net/http's HTTP/2 each binary is
# 0.4 MB smaller.
export CGO_ENABLED=0
go build -trimpath -buildvcs=false -tags nethttpomithttp2 \
	-ldflags "-s -w -X $package.version=v$version -X $package.commit=$commit" \
	-o "${OUT:-bin}/" ./cmd/...
