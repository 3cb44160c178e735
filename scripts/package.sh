#!/usr/bin/env bash
# Builds the packages into dist/: a .deb, an .rpm and a .tar.gz for each
# architecture, what each program is made of (dist/sbom, CycloneDX), repositories
# for apt and dnf, and SHA256SUMS. The same commit gives the same bytes: times come
# from the commit (SOURCE_DATE_EPOCH overrides it), everything else is sorted.
#
#   DIST=folder  where to put them       VERSION=1.2.3  instead of CHANGELOG.md's
#   ARCHS="amd64", KINDS="deb"  fewer    MAINTAINER="Name <address>"
#   SIGN_KEY=id  a key of gpg's to sign the repositories with
#   COMMIT=1234abc  for sources that are no checkout, with SOURCE_DATE_EPOCH
set -euo pipefail
cd "$(dirname "$0")/.."
umask 022
export LC_ALL=C TZ=UTC CGO_ENABLED=0

cyclonedx=github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
nfpm=github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.43.0
dist=${DIST:-dist}
version=${VERSION:-$(sed -n 's/^## \([0-9][^ ]*\).*/\1/p' CHANGELOG.md | head -n 1)}
maintainer=${MAINTAINER:-The check-haproxy authors <check-haproxy@users.noreply.github.com>}
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
commit=${COMMIT:-$(git rev-parse --short=12 HEAD)}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$dist"
dist=$(cd "$dist" && pwd)
rm -f "$dist"/check-haproxy[-_]*.{deb,rpm,tar.gz} "$dist/SHA256SUMS"

# binaries ARCH: the commands of one architecture into $work/bin-ARCH.
binaries() {
	GOARCH=$1 OUT=$work/bin-$1 VERSION=$version COMMIT=$commit scripts/build.sh
}

# notices: the licences of everything that is linked in, which they want to
# travel with the binaries.
notices() {
	printf 'The programs contain, beside their own code (see copyright), the Go runtime and\nlibrary and these modules:\n'
	{
		echo "Go $(go env GOVERSION) $(go env GOROOT)"
		go list -deps -tags nethttpomithttp2 -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' ./cmd/... | sort -u
	} | while read -r name release folder; do
		printf '\n%s\n%s %s\n%s\n\n' "${line:=$(printf '=%.0s' {1..78})}" "$name" "$release" "$line"
		cat "$folder"/LICENSE*
	done
}

# put MODE FILE TARGET: installs a file into the tree, text with the plugins'
# folder of the system at hand.
put() {
	mkdir -p "$(dirname "$3")"
	case $1$2 in
	755* | *.png) cp "$2" "$3" ;;
	*) sed "s|/usr/lib/nagios/plugins|$plugins|g" "$2" >"$3" ;;
	esac
	chmod "$1" "$3"
}

# compress FILE TARGET: the same bytes whenever it is done.
compress() {
	mkdir -p "$(dirname "$2")"
	gzip -9n <"$1" >"$2"
}

# lay_out KIND ARCH: the tree of files as the package will install it, in
# $work/KIND-ARCH.
lay_out() {
	local kind=$1 tree=$work/$1-$2 file name zsh=site-functions
	plugins=/usr/lib64/nagios/plugins
	if [ "$kind" = deb ]; then
		plugins=/usr/lib/nagios/plugins zsh=vendor-completions
		put 644 packaging/nagios/check_haproxy.cfg "$tree/etc/nagios-plugins/config/check_haproxy.cfg"
		put 644 packaging/deb/lintian-overrides "$tree/usr/share/lintian/overrides/check-haproxy"
		put 644 packaging/deb/copyright "$tree/usr/share/doc/check-haproxy/copyright"
		compress "$work/changelog.Debian" "$tree/usr/share/doc/check-haproxy/changelog.Debian.gz"
	else
		put 644 LICENSE "$tree/usr/share/licenses/check-haproxy/LICENSE"
	fi
	compress CHANGELOG.md "$tree/usr/share/doc/check-haproxy/changelog.gz"
	compress "$work/notices" "$tree/usr/share/doc/check-haproxy/third-party.gz"
	for file in README.md docs/*.md docs/*.svg docs/*.png; do
		put 644 "$file" "$tree/usr/share/doc/check-haproxy/$file"
	done

	for file in "$work/bin-$2"/*; do
		name=$(basename "$file")
		case $name in
		check_*) put 755 "$file" "$tree$plugins/$name" ;;
		*) put 755 "$file" "$tree/usr/bin/$name" ;;
		esac
	done
	for file in packaging/man/*; do
		compress "$file" "$tree/usr/share/man/man${file##*.}/$(basename "$file").gz"
	done
	for file in packaging/completions/*; do
		[ -e "$file" ] || continue
		name=$(basename "$file")
		case $name in
		*.bash) put 644 "$file" "$tree/usr/share/bash-completion/completions/${name%.bash}" ;;
		*.fish) put 644 "$file" "$tree/usr/share/fish/vendor_completions.d/$name" ;;
		*) put 644 "$file" "$tree/usr/share/zsh/$zsh/$name" ;;
		esac
	done
	for file in packaging/{nagios,icinga2,nrpe,sudoers,rsyslog,grafana,pnp4nagios}/*; do
		put 644 "$file" "$tree/usr/share/check-haproxy/${file#packaging/}"
	done
	find "$tree" -exec touch -h -d "@$epoch" {} +
}

# pack KIND ARCH: one package out of its tree. Of folders only its own are
# listed, so that the package claims none that belongs to the system.
pack() {
	local config=$work/$1-$2.yaml path
	{
		cat packaging/nfpm.yaml
		[ "$1" = deb ] || echo 'license: MIT' # a deb says it in its copyright file
		echo contents:
		(cd "$work/$1-$2" && find . -type d -path '*/check-haproxy*' | sort) | while read -r path; do
			printf '  - {dst: "%s", type: dir, file_info: {mode: 0755}}\n' "${path#.}"
		done
		(cd "$work/$1-$2" && find . -type f | sort) | while read -r path; do
			printf '  - {src: "%s", dst: "%s"' "$work/$1-$2/${path#./}" "${path#.}"
			case $path in ./etc/*) printf ', type: config' ;; esac
			echo '}'
		done
	} >"$config"
	ARCH=$2 VERSION=$version MAINTAINER=$maintainer SOURCE_DATE_EPOCH=$epoch \
		go run "$nfpm" package -f "$config" -p "$1" -t "$dist/" >"$work/log" 2>&1 || {
		cat "$work/log" >&2
		return 1
	}
}

# tarball ARCH: the binaries and everything beside them, for any Linux.
tarball() {
	local name=check-haproxy-$version-linux-$1
	local tree=$work/tar/$name
	mkdir -p "$tree"
	cp -r "$work/bin-$1" "$tree/bin"
	mkdir "$tree/docs"
	cp LICENSE README.md CHANGELOG.md "$tree/"
	cp docs/*.md docs/*.svg docs/*.png "$tree/docs/"
	cp "$work/notices" "$tree/third-party.txt"
	for folder in man completions nagios icinga2 nrpe sudoers rsyslog grafana pnp4nagios; do
		[ ! -d "packaging/$folder" ] || cp -r "packaging/$folder" "$tree/$folder"
	done
	chmod -R u=rwX,go=rX "$tree"
	tar --sort=name --format=ustar --mtime="@$epoch" --owner=0 --group=0 --numeric-owner \
		-C "$work/tar" -cf - "$name" | gzip -9n >"$dist/$name.tar.gz"
}

# bills ARCH: the modules in each binary, as CycloneDX lists them. Its time is that of
# the commit.
bills() {
	local file
	rm -rf "$dist/sbom"
	mkdir "$dist/sbom"
	for file in "$work/bin-$1"/*; do
		go run -trimpath "$cyclonedx" bin -json -noserial -version "v$version" -output "$work/bill" "$file" 2>"$work/log" || {
			cat "$work/log" >&2
			return 1
		}
		sed "s/\"timestamp\": \"[^\"]*\"/\"timestamp\": \"$(date -u -d "@$epoch" +%FT%TZ)\"/" "$work/bill" >"$dist/sbom/$(basename "$file").cdx.json"
	done
}

cat >"$work/changelog.Debian" <<CHANGELOG
check-haproxy ($version-1) unstable; urgency=medium

  * New upstream version: see changelog.gz.

 -- $maintainer  $(date -u -R -d "@$epoch")
CHANGELOG
notices >"$work/notices"

for arch in ${ARCHS:-amd64 arm64}; do
	binaries "$arch"
	for kind in ${KINDS:-deb rpm tar}; do
		if [ "$kind" = tar ]; then
			tarball "$arch"
			continue
		fi
		lay_out "$kind" "$arch"
		pack "$kind" "$arch"
	done
done
if [ -z "${KINDS:-}" ]; then
	bills amd64
	DIST=$dist SOURCE_DATE_EPOCH=$epoch scripts/repository.sh
fi
(cd "$dist" && sha256sum check-haproxy[-_]* >SHA256SUMS && ls -l)
