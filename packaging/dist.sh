#!/bin/sh
# make dist: the source archive of a commit, the same bytes wherever and whenever it is made.
# Usage: dist.sh FOLDER COMMIT; prints the archive's path.
#
# A commit that carries the tag vVERSION makes siglet-VERSION.tar.gz, any other one a name of its own that
# package managers sort before that release. VERSION is the Makefile's, as it stands in that commit.
set -eu
folder=$1
commit=$(git rev-parse --verify --quiet "$2^{commit}") || { echo "dist: there is no commit $2 here" >&2; exit 2; }

version=$(git show "$commit:Makefile" | sed -n 's/^VERSION := //p')
[ -n "$version" ] || { echo "dist: the Makefile of $2 has no VERSION" >&2; exit 1; }
if [ "$(git rev-parse --verify --quiet "refs/tags/v$version^{commit}" || :)" != "$commit" ]; then
	version="$version~git$(TZ=UTC git show -s --date=format-local:%Y%m%d.%H%M%S --format=%cd.%h --abbrev=7 "$commit")"
	if [ "$2" = HEAD ] && [ -n "$(git status --porcelain --untracked-files=no)" ]; then
		echo 'dist: changes that are not committed are not in it' >&2
	fi
fi

# The attributes and the umask of whoever makes it have no say, nor has the name of a file in gzip's header.
mkdir -p "$folder"
archive=$folder/siglet-$version.tar.gz
git -c tar.umask=0022 -c core.attributesFile=/dev/null -c core.autocrlf=false -c core.eol=lf \
	archive --format=tar --prefix="siglet-$version/" "$commit" | gzip -9n >"$archive.tmp"
gzip -t "$archive.tmp"
mv "$archive.tmp" "$archive"
printf '%s\n' "$archive"
