#!/bin/sh
# make deb: packages that lintian passes; installed, used and removed in a fresh Debian 12 and 13.
. tests/lib/tap.sh
. tests/install/snapshot.sh
. tests/install/chroot.sh
stop() {
	skip "$1"
	done_testing
	exit
}
case $B in *asan* | *tsan* | *cov*) stop 'an instrumented build is not for installing' ;; esac
git rev-parse -q --verify HEAD >/dev/null 2>&1 || stop 'packages are made of a commit, and this is no checkout'
command -v dh >/dev/null || stop 'debhelper is missing: make deps-packaging'
case $B in /*) ;; *) B=$PWD/$B ;; esac

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM HUP
one=$tmp/one
why=$(why_no_chroot)
bases=
if [ -z "$why" ]; then
	for suite in bookworm trixie; do
		make_base $suite >"$tmp/$suite.log" 2>&1 &
		bases="$bases $!"
	done
fi

# ---- the packages ----

version=$(sed -n 's/^VERSION := //p' Makefile)
build_one() { snapshot "$one" "v$version" && make_in "$one" deb; }
package() { echo "$one/build/packages/${1}_$version-0upstream1_"*.deb; }
lint() { lintian --allow-root --fail-on error,warning,info -I "$one"/build/packages/*.changes; }
# What every package here is built from, a packager of theirs must be told.
build_dependencies_agree() {
	for library in $(sed -n "/^build='/,/'$/p" tests/lib/deps.sh | grep -oE 'lib[a-z0-9-]+-dev'); do
		case $library in libc6-dev) continue ;; esac
		grep -qE "^ $library( |,)" packaging/debian/control || echo "debian/control lacks $library"
	done
}
man_pages_are_there() {
	for name in siglet siglet-sandbox libsiglet-dev; do dpkg-deb -c "$(package $name)"; done >"$tmp/contents"
	for page in docs/man/*.*; do
		grep -q "/${page##*/}.gz$" "$tmp/contents" || echo "$page"
	done
}

ok 'what is built with is what the package asks for' empty build_dependencies_agree
ok 'make deb' build_one
for name in siglet libsiglet1 libsiglet-dev siglet-sandbox; do
	ok "there is $name" test -s "$(package $name)"
done
ok 'every manual page is in one' empty man_pages_are_there
if command -v lintian >/dev/null; then
	ok 'lintian has nothing to say' lint
else
	skip 'lintian is missing: make deps-packaging'
fi

# ---- installed ----

plain() { inside "$root" apt-get install -y -qq --no-install-recommends /packages/siglet.deb /packages/libsiglet1.deb; }
full() { inside "$root" apt-get install -y -qq --install-recommends /packages/siglet.deb /packages/libsiglet1.deb /packages/siglet-sandbox.deb; }
development() { inside "$root" apt-get install -y -qq --no-install-recommends /packages/libsiglet-dev.deb gcc libc6-dev pkg-config; }
# shellcheck disable=SC2016
installed() { inside "$root" dpkg-query -W -f '${Package}\n' | sort; }
came_with_it() {
	installed >"$tmp/after"
	comm -13 "$tmp/before" "$tmp/after" | grep -E '^lib(cbor|curl|sqlite|microhttpd)|^curl'
}
says_what_is_missing() {
	! inside "$root" siglet trust update >"$tmp/out" 2>&1 && grep -q 'hint: install libcurl' "$tmp/out" ||
		{ cat "$tmp/out"; return 1; }
}
answers() { inside "$root" siglet version | grep -x "siglet $version"; }
completes() { [ -s "$root/usr/share/bash-completion/completions/siglet" ] && [ -s "$root/usr/share/zsh/vendor-completions/_siglet" ]; }
# But for what a user keeps, and what apt remembers.
left_behind() {
	find "$root" -xdev -name '*siglet*' | grep -vE "^$root/(root|src|packages|var/log|var/lib/apt)/"
}
use_in() {
	suite=$1 root=$tmp/$1
	ok "$suite: a fresh system" fresh_chroot "$suite" "$root"
	mkdir -p "$root/packages" "$root/src/tests"
	for name in siglet libsiglet1 libsiglet-dev siglet-sandbox; do
		cp "$(package $name)" "$root/packages/$name.deb"
	done
	cp -R testdata "$root/src/" && cp -R tests/install "$root/src/tests/"
	ok "$suite: its archive" inside "$root" apt-get update -qq
	installed >"$tmp/before"
	ok "$suite: installed as it is needed to verify" plain
	ok "$suite: that is the version" answers
	ok "$suite: neither curl nor SQLite nor libcbor came with it" empty came_with_it
	ok "$suite: it verifies" inside "$root" sh <packaging/debian/tests/verify
	ok "$suite: what needs a network says what to install" says_what_is_missing
	ok "$suite: removed" inside "$root" apt-get purge -y -qq siglet libsiglet1
	ok "$suite: nothing is left" empty left_behind
	ok "$suite: installed with what is recommended" full
	ok "$suite: completions are where shells look" completes
	ok "$suite: it signs, verifies, and audits" inside "$root" sh <packaging/debian/tests/sign
	ok "$suite: installed for programs" development
	ok "$suite: a program is built and verifies" inside "$root" sh <packaging/debian/tests/build
	ok "$suite: all removed" inside "$root" apt-get purge -y -qq 'siglet*' 'libsiglet*'
	ok "$suite: nothing is left" empty left_behind
	rm -rf "$root"
}
if [ -n "$why" ]; then
	skip "$why"
else
	# shellcheck disable=SC2086
	wait $bases
	for suite in bookworm trixie; do
		use_in $suite
	done
fi
done_testing
