#!/bin/sh
# The archive, made as docs/ci/README.md says; what it needs, and its use in fresh Debians, with siglet-ci.sh.
. tests/ci/lib.sh
case $B in
*asan* | *tsan* | *cov*)
	skip 'an instrumented build is not for installing'
	done_testing
	exit 0
	;;
esac
# The lines of the section that are indented.
section() { sed -n "/^## $1\$/,/^## /s/^    //p" "$PROJECT/docs/ci/README.md"; }
section 'The archive' | sed "s|build/|$B/|" >../make-archive.sh
make_archive() {
	cd "$PROJECT" || return 1
	TMPDIR=$tmp sh -eu "$tmp/make-archive.sh" >"$tmp/made" 2>&1 || { cat "$tmp/made"; return 1; }
	cd "$tmp/box" || return 1
	archive=$(sed -n 's/^[0-9a-f]*  \(.*siglet.tar.gz\)$/\1/p' "$tmp/made")
	sum=$(sed -n 's/^\([0-9a-f]*\)  .*siglet.tar.gz$/\1/p' "$tmp/made")
}
make_archive >../log 2>&1
ok 'the archive is made' test -s "$archive" || cat ../log
mkdir ../elsewhere
tar -C ../elsewhere -xzf "$archive"
ok 'it works wherever it is' ../elsewhere/siglet/bin/siglet --version
needs() { ldd ../elsewhere/siglet/bin/siglet ../elsewhere/siglet/lib/*; }
ok 'it lacks nothing here' sh -c '! ldd "$@" | grep "not found"' sh ../elsewhere/siglet/bin/siglet ../elsewhere/siglet/lib/*

# ---- what templates ask apt-get for ----
line='apt-get -qq install -y --no-install-recommends ca-certificates curl libjson-c5 >/dev/null'
asked() { grep -rhoE '^ *apt-get -qq install.*' "$PROJECT/docs/ci" | sed 's/^ *//' | sort -u; }
ok 'every template asks for the same packages' test "$(asked)" = "$line"
# Each library that the files are linked with comes with these packages, or with what they depend on.
needed_packages() {
	ldd ../elsewhere/siglet/bin/siglet ../elsewhere/siglet/lib/* | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p' | grep -v /siglet/ | sort -u | while read -r library; do
		# Of a merged /usr dpkg knows either path.
		real=$(realpath "$library")
		dpkg -S "$real" 2>/dev/null || dpkg -S "${real#/usr}" 2>/dev/null || echo "nobody's $real: x"
	done | cut -d: -f1 | sort -u
}
closure() {
	python3 - "$@" <<'P'
import re, subprocess, sys
depends = {}
for line in subprocess.run(["dpkg-query", "-W", "-f", "${Package}\t${Pre-Depends}, ${Depends}\n"], capture_output=True, text=True).stdout.splitlines():
    name, rest = line.split("\t", 1)
    depends[name] = re.findall(r"(?:^|[,|]) *([a-z0-9.+-]+)", rest)
seen, todo = set(), sys.argv[1:]
while todo:
    name = todo.pop()
    if name not in seen:
        seen.add(name)
        todo += depends.get(name, [])
print("\n".join(sorted(seen)))
P
}
come_with() {
	closure ca-certificates curl libjson-c5 dpkg coreutils libselinux1 >../closure
	needed_packages | grep -vxF -f ../closure
}
if command -v dpkg-query >/dev/null; then
	ok 'they bring every library that siglet is linked with' empty come_with
	ok 'and its patterns' grep -qx libpcre2-8-0 ../closure
else
	skip 'no dpkg here'
fi

# ---- in a fresh Debian ----
cp "$archive" "$web/root/tools/siglet.tar.gz"
if [ ! -e "$PROJECT/tests/install/chroot.sh" ]; then
	skip 'no chroots can be made by this project yet'
	done_testing
	exit 0
fi
cd "$PROJECT" || exit 1
# shellcheck source=/dev/null
. tests/install/chroot.sh
missing=$(why_no_chroot)
if [ -n "$missing" ]; then
	skip "$missing"
	done_testing
	exit 0
fi
# stage SUITE NAME ARGUMENT…: a call of siglet-ci.sh there, as one who has a shell would do it.
stage() {
	stage_root=$tmp/$1
	shift
	inside "$stage_root" env SIGLET_URL="$SIGLET_URL" SIGLET_SHA256="$sum" RELEASE_URL="$release" SIGLET_TRUST_CONFIG=/trust.json $with sh ci/siglet-ci.sh "$@"
}
trap 'umount "$tmp"/*/proc 2>/dev/null; stop_nginx; rm -rf "$tmp"' EXIT
for suite in bookworm trixie; do
	fresh_chroot $suite "$tmp/$suite" >"$tmp/log" 2>&1 || cat "$tmp/log"
	mkdir -p "$tmp/$suite/src"
	cp -r "$tmp/box/project/." "$tmp/$suite/src/"
	mkdir -p "$tmp/$suite/src/ci" "$tmp/$suite$tmp"
	cp docs/ci/siglet-ci.sh "$tmp/$suite/src/ci/"
	cp "$TRUST_CONFIG" "$tmp/$suite/trust.json"
	printf 'Acquire::Check-Valid-Until "false";\n' >>"$tmp/$suite/etc/apt/apt.conf.d/10tests"
	release=$RELEASES/$suite
	# Programs find what lies beside them by it.
	mount -t proc proc "$tmp/$suite/proc"
	with=
	ok "$suite: what templates ask for is installed" inside "$tmp/$suite" sh -euc "apt-get -qq update; $line"
	ok '  build' stage $suite build
	printf 'REPOSITORY_TOKEN=%s\nSIGSTORE_ID_TOKEN=%s\nexport REPOSITORY_TOKEN SIGSTORE_ID_TOKEN\nexec "$@"\n' "'$REPOSITORY_TOKEN'" "$TOKEN" >"$tmp/$suite/secrets.sh"
	with='sh /secrets.sh'
	ok '  sign and publish' stage $suite sign
	with=
	rm "$tmp/$suite/secrets.sh"
	ok '  verify' stage $suite verify --github acme/app
	ok '  deploy' stage $suite deploy
	ok '  what was built' grep -qx 'the program' "$tmp/$suite$tmp/deployed"
	rm -r "$tmp/$suite/src/verified"
	ok '  a pattern needs no other package' stage $suite verify --identity-regex 'https://github.com/acme/.*' --issuer https://token.actions.githubusercontent.com
	umount "$tmp/$suite/proc"
done
done_testing
