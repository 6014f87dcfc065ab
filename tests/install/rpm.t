#!/bin/sh
# make rpm: the spec is clean and builds; what only verifies requires neither curl nor SQLite.
. tests/lib/tap.sh
. tests/cli/demo.sh
. tests/install/snapshot.sh
stop() {
	skip "$1"
	done_testing
	exit
}
case ${B:=build} in *asan* | *tsan* | *cov*) stop 'an instrumented build is not for installing' ;; esac
git rev-parse -q --verify HEAD >/dev/null 2>&1 || stop 'packages are made of a commit, and this is no checkout'
command -v rpmbuild >/dev/null || stop 'rpmbuild is missing: make deps-packaging'
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM HUP
version=$(sed -n 's/^VERSION := //p' Makefile)

# What pkg-config calls them; and there are as many as Debian's list has.
build_requirements_agree() {
	for library in libcrypto json-c libcbor libcurl libmicrohttpd libpcre2-8 sqlite3; do
		grep -q "^BuildRequires: *pkgconfig($library)" packaging/siglet.spec || echo "no $library"
	done
	built_with=$(sed -n "/^build='/,/'$/p" tests/lib/deps.sh | grep -oE 'lib[a-z0-9-]+-dev' | grep -vc '^libc6-dev$')
	[ "$(grep -c '^BuildRequires: *pkgconfig(' packaging/siglet.spec)" = "$built_with" ] || echo "not $built_with libraries"
}
spec_lint() { rpmlint -c packaging/rpmlint.toml packaging/siglet.spec >"$tmp/lint" 2>&1 && grep -q ' 0 errors, 0 warnings' "$tmp/lint" || { cat "$tmp/lint"; return 1; }; }
build() { snapshot "$tmp/one" "v$version" && make_in "$tmp/one" rpm; }
package() { echo "$tmp/one/build/packages/$1-$version-"*."$(uname -m).rpm"; }
required() { rpm -qp --requires "$(package siglet-libs)" "$(package siglet)" | grep -iE 'cbor|curl|sqlite|pcre|microhttpd'; }
recommended() { [ "$(rpm -qp --recommends "$(package siglet-libs)" | grep -cE '^lib(curl|sqlite3|pcre2-8)\.so')" = 3 ]; }
unpacked_verifies() {
	mkdir "$tmp/root"
	for name in siglet siglet-libs; do
		rpm2cpio "$(package $name)" | (cd "$tmp/root" && cpio -id --quiet) || return 1
	done
	"$tmp/root/usr/bin/siglet" verify --offline "$DEMO_ARTIFACT" --identity "$DEMO_IDENTITY" --issuer "$DEMO_ISSUER"
}
source_is_whole() { rpm -qpl "$tmp"/one/build/packages/siglet-"$version"-*.src.rpm | grep -x "siglet-$version.tar.gz"; }

ok 'the spec can be read' rpmspec -P packaging/siglet.spec
ok 'it asks for what is built with' empty build_requirements_agree
if command -v rpmlint >/dev/null; then
	ok 'rpmlint has nothing to say' spec_lint
else
	skip 'rpmlint is missing: make deps-packaging'
fi
ok 'make rpm' build
for name in siglet siglet-libs siglet-devel siglet-sandbox; do
	ok "there is $name" test -s "$(package $name)"
done
ok 'the source package has the archive' source_is_whole
ok 'nothing but verifying is required' empty required
ok 'the rest is recommended' recommended
ok 'what is in it verifies' unpacked_verifies
done_testing
