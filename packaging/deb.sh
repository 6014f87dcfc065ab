#!/bin/sh
# make deb: the Debian packages of a commit, built from its own source archive as a distribution would.
# Usage: deb.sh FOLDER COMMIT; prints the path of the .changes file, which names the rest.
#
# The archive has no debian/ at its root, so a distribution lays its own there and has nothing to remove; ours
# is laid there for the build. The revision sorts before a distribution's.
set -eu
umask 022
folder=$1 commit=$2
revision=0upstream1
: "${DEB_BUILD_OPTIONS:=nocheck}"
command -v dh >/dev/null || { echo 'deb: debhelper is missing: run make deps-packaging' >&2; exit 1; }

archive=$(sh packaging/dist.sh "$folder" "$commit")
version=${archive##*/siglet-} version=${version%.tar.gz}
SOURCE_DATE_EPOCH=$(git show -s --format=%ct "$commit^{commit}")
export SOURCE_DATE_EPOCH DEB_BUILD_OPTIONS
date=$(LC_ALL=C TZ=UTC date -u -d "@$SOURCE_DATE_EPOCH" '+%a, %d %b %Y %H:%M:%S +0000')

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
tar -C "$work" -xzf "$archive"
cp "$archive" "$work/siglet_$version.orig.tar.gz"
tree=$work/siglet-$version
cp -R "$tree/packaging/debian" "$tree/debian"
sed "s/@VERSION@/$version-$revision/; s/@DATE@/$date/" "$tree/debian/changelog.in" >"$tree/debian/changelog"
rm "$tree/debian/changelog.in"

# Nothing of whoever calls it has a say in what is built: their flags, their make's settings.
if ! (cd "$tree" && env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u B -u CFLAGS -u CPPFLAGS -u LDFLAGS -u PREFIX -u LIBDIR \
	LC_ALL=C.UTF-8 dpkg-buildpackage -us -uc -j"$(nproc)") >"$work/log" 2>&1; then
	tail -n 60 "$work/log" >&2
	echo 'deb: the build failed' >&2
	exit 1
fi
cp "$work/log" "$folder/deb.log"
# One version at a time, so that a pattern names one package.
find "$folder" -maxdepth 1 \( -name 'siglet*_*' -o -name 'libsiglet*_*' \) ! -name "*_$version-*" ! -name "*_$version.orig.tar.gz" -exec rm {} +
find "$work" -maxdepth 1 -type f ! -name log -exec cp {} "$folder/" \;
echo "$folder/siglet_$version-${revision}_$(dpkg --print-architecture).changes"
