#!/bin/sh
# make rpm: the RPM packages of a commit, built from its own source archive by packaging/siglet.spec.
# Usage: rpm.sh FOLDER COMMIT; prints the paths of what it made.
#
# Where the libraries are Debian's, rpm knows nothing of them: it is not asked whether they are there.
set -eu
umask 022
folder=$1 commit=$2
command -v rpmbuild >/dev/null || { echo 'rpm: rpmbuild is missing: run make deps-packaging' >&2; exit 1; }

archive=$(sh packaging/dist.sh "$folder" "$commit")
version=${archive##*/siglet-} version=${version%.tar.gz}
SOURCE_DATE_EPOCH=$(git show -s --format=%ct "$commit^{commit}")
export SOURCE_DATE_EPOCH
unknown=
[ -n "$(rpm -qa 2>/dev/null)" ] || unknown=--nodeps

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
mkdir -p "$work/SOURCES" "$work/SPECS"
cp "$archive" "$work/SOURCES/"
tar -xzOf "$archive" "siglet-$version/packaging/siglet.spec" |
	sed "1,2s/.*siglet_version:.*/%global siglet_version $version/" >"$work/SPECS/siglet.spec"

# shellcheck disable=SC2086
if ! env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u B -u CFLAGS -u LDFLAGS LC_ALL=C.UTF-8 rpmbuild -ba $unknown --nocheck \
	--define "_topdir $work" --define "_smp_mflags -j$(nproc)" \
	--define 'use_source_date_epoch_as_buildtime 1' --define 'clamp_mtime_to_source_date_epoch 1' \
	--define '_buildhost localhost' "$work/SPECS/siglet.spec" >"$work/log" 2>&1; then
	tail -n 40 "$work/log" >&2
	echo 'rpm: the build failed' >&2
	exit 1
fi
cp "$work/log" "$folder/rpm.log"
# One version at a time, so that a pattern names one package.
find "$folder" -maxdepth 1 -name 'siglet-*.rpm' ! -name "*-$version-*" -exec rm {} +
find "$work/RPMS" "$work/SRPMS" -name '*.rpm' -exec cp {} "$folder/" \; -exec basename {} \; | sed "s|^|$folder/|"
