#!/bin/sh
# Built twice, in folders of other names and at other times, the program and the libraries are the same bytes.
. tests/lib/tap.sh
: "${B:=build}"
case $B in
*asan* | *tsan* | *cov*)
	skip 'an instrumented build is not for installing'
	done_testing
	exit
	;;
esac
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
made='build/siglet build/siglet-sandbox build/libsiglet.so build/libsiglet.a build/libsiglet-verify.a build/libsiglet-net.so.0 build/libsiglet-db.so.0'
[ "${COSE:=1}" = 0 ] || made="$made build/libsiglet-cose.so.0"

# What git would give to somebody else, as it stands now.
build_in() {
	mkdir "$folder/$1" &&
		git ls-files -z | xargs -0 tar -cf - --mtime="$2" | tar -C "$folder/$1" -xf - &&
		env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s -C "$folder/$1" -j2 $made >"$folder/log" 2>&1 || {
		cat "$folder/log"
		return 1
	}
}
ok 'built' build_in one 2020-01-01
ok 'and again, elsewhere' build_in another-folder 2024-06-01
for file in $made; do
	ok "$file is the same" cmp "$folder/one/$file" "$folder/another-folder/$file"
done
done_testing
