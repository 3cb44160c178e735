#!/bin/sh
# Makes repositories out of the packages in dist/: dist/apt for apt, dist/dnf for
# dnf, yum and zypper. Whoever copies them to a web server hosts a repository.
# The same packages give the same metadata.
#
#   DIST=folder  where the packages are    SIGN_KEY=id  a key of gpg's to sign with
set -eu
cd "$(dirname "$0")/.."
export LC_ALL=C TZ=UTC
dist=$(cd "${DIST:-dist}" && pwd)
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}

scripts/install.sh apt-ftparchive=apt-utils createrepo_c=createrepo-c || {
	echo "no repositories are made: apt-ftparchive (apt-utils) and createrepo_c (createrepo-c) do that" >&2
	exit 0
}

# sign FILE SIGNATURE GPG-OPTION: signs a file if a key is named.
sign() {
	[ -n "${SIGN_KEY:-}" ] || return 0
	rm -f "$2"
	gpg --batch --yes --local-user "$SIGN_KEY" --armor --output "$2" "$3" "$1"
}

apt() {
	rm -rf "$dist/apt"
	mkdir "$dist/apt"
	cp "$dist"/*.deb "$dist/apt/"
	cd "$dist/apt"
	apt-ftparchive packages . >Packages
	gzip -9nk Packages
	apt-ftparchive -o APT::FTPArchive::Release::Origin=check-haproxy -o APT::FTPArchive::Release::Label=check-haproxy \
		-o APT::FTPArchive::Release::Suite=stable -o APT::FTPArchive::Release::Codename=stable \
		-o APT::FTPArchive::Release::Architectures="amd64 arm64" release . |
		sed "s/^Date: .*/Date: $(date -u -d "@$epoch" '+%a, %d %b %Y %H:%M:%S UTC')/" >"$dist/Release"
	mv "$dist/Release" Release
	sign Release InRelease --clearsign
	sign Release Release.gpg --detach-sign
}

dnf() {
	rm -rf "$dist/dnf"
	mkdir "$dist/dnf"
	cp "$dist"/*.rpm "$dist/dnf/"
	find "$dist/dnf" -exec touch -h -d "@$epoch" {} +
	createrepo_c --quiet --revision "$epoch" --set-timestamp-to-revision "$dist/dnf"
	sign "$dist/dnf/repodata/repomd.xml" "$dist/dnf/repodata/repomd.xml.asc" --detach-sign
}

(apt)
(dnf)
