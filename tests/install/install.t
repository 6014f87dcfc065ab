#!/bin/sh
# Installed under a prefix, the library serves a program of its own, and uninstall leaves nothing.
. tests/lib/tap.sh
. tests/cli/demo.sh
: "${B:=build}" "${COSE:=1}"
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT

case $B in
*asan* | *tsan* | *cov*)
	skip 'an instrumented build is not for installing'
	done_testing
	exit
	;;
esac

build_embed() {
	# shellcheck disable=SC2046
	PKG_CONFIG_PATH=$prefix/lib/pkgconfig ${CC:-cc} -std=c17 -Wall -Wextra -Werror -o "$prefix/embed" tests/install/embed.c \
		$(PKG_CONFIG_PATH=$prefix/lib/pkgconfig pkg-config --cflags --libs siglet)
}
run_embed() {
	LD_LIBRARY_PATH=$prefix/lib "$prefix/embed" "$DEMO_ARTIFACT" "$1" "$DEMO_ISSUER"
}
build() {
	# shellcheck disable=SC2046
	PKG_CONFIG_PATH=$prefix/lib/pkgconfig ${CC:-cc} -std=c17 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror -pthread \
		-o "$prefix/$1" "tests/install/$1.c" $(PKG_CONFIG_PATH=$prefix/lib/pkgconfig pkg-config --cflags --libs siglet)
}
run_sign() {
	# shellcheck disable=SC2016
	LD_LIBRARY_PATH=$prefix/lib "$prefix/bin/siglet-sandbox" run -- sh -c '"$0" "$SIGLET_TRUST_CONFIG" $1' "$prefix/sign" "$@"
}
# The sandbox's repository as a folder of files.
run_trust() {
	# shellcheck disable=SC2016
	LD_LIBRARY_PATH=$prefix/lib "$prefix/bin/siglet-sandbox" run -- sh -c 'python3 -c "$0" "$1" && "$2" "$1"' '
import json, os, sys, urllib.request
folder = sys.argv[1]
def get(path):
    with urllib.request.urlopen(os.environ["SIGLET_SANDBOX_URL"] + "/tuf/" + path) as answer:
        content = answer.read()
    os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
    open(os.path.join(folder, path), "wb").write(content)
    return json.loads(content)
get("1.root.json")
snapshot = get("timestamp.json")["signed"]["meta"]["snapshot.json"]["version"]
targets = get("%d.snapshot.json" % snapshot)["signed"]["meta"]["targets.json"]["version"]
for name, about in get("%d.targets.json" % targets)["signed"]["targets"].items():
    get("targets/%s.%s" % (about["hashes"]["sha256"], name))
' "$prefix/repository" "$prefix/trust"
}
refused() {
	run_embed https://example.com/other
	[ $? = 1 ]
}
nothing_left() {
	[ -z "$(find "$prefix" -name '*siglet*' -type f)" ]
}

ok 'make install' make -s install B="$B" PREFIX="$prefix"
for library in libsiglet-net.so.0 libsiglet-db.so.0 libsiglet-cose.so.0; do
	[ "$library$COSE" = libsiglet-cose.so.00 ] && continue
	ok "$library lies beside the library" cmp "$B/$library" "$prefix/lib/$library"
done
ok 'a program compiles against it by pkg-config' build_embed
ok 'it accepts the demo artifact' run_embed "$DEMO_IDENTITY"
ok 'it refuses another identity' refused
ok 'a program that signs compiles' build sign
ok 'its threads sign with one certificate, and all verifies' run_sign
ok 'also by the public-key request' run_sign public-key
ok 'a program that keeps trust current compiles' build trust
ok 'by files that it fetches in its own way' run_trust
rm -rf "$prefix/repository"
ok 'the installed program signs' "$prefix/bin/siglet-sandbox" run -- "$prefix/bin/siglet" sign --quiet -o "$prefix/bundle" README.md
rm -f "$prefix/bundle"
ok 'the installed program runs' "$prefix/bin/siglet" version
ok 'the example has at most 40 lines of code' sh -c '[ "$(grep -vcE "^ *$|^/\*" tests/install/embed.c)" -le 40 ]'
ok 'make uninstall' make -s uninstall B="$B" PREFIX="$prefix"
ok 'nothing is left' nothing_left
done_testing
