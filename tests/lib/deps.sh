#!/bin/sh
# Install what is missing to build and, with "test", to test, with "packaging" to make packages. Says what to
# install where apt is missing.
# Usage: deps.sh build [test] [packaging]
set -eu

build='gcc libc6-dev make pkg-config libssl-dev libjson-c-dev libpcre2-dev
	libcurl4-openssl-dev libmicrohttpd-dev libsqlite3-dev libcbor-dev'
test='perl python3 binutils openssl clang-14 clang-tidy-14 clang-format-14 libclang-rt-14-dev llvm-14 cppcheck
	python3-venv python3-yaml softhsm2 libengine-pkcs11-openssl valgrind shellcheck mandoc strace zsh fish nginx curl'
packaging='debhelper lintian debootstrap git python3 cpio rpm rpmlint'

wanted=
for group in "$@"; do
	case $group in
	build) wanted="$wanted $build" ;;
	test) wanted="$wanted $test" ;;
	packaging) wanted="$wanted $packaging" ;;
	*) echo "deps.sh: no group $group" >&2; exit 2 ;;
	esac
done

if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
	if command -v cc >/dev/null 2>&1 && pkg-config --exists 'libcrypto >= 3.0' 'json-c >= 0.15' libpcre2-8 2>/dev/null; then
		echo "deps: no apt here; the libraries are there, what the tests need is not checked" >&2
		exit 0
	fi
	echo "deps: no apt here. Install a C compiler, make, pkg-config, OpenSSL 3, json-c and PCRE2 with their headers;" >&2
	echo "  for the tests also: $test" | tr -s ' \n\t' ' ' >&2
	exit 1
fi

missing=
for package in $wanted; do
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || :)" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

sudo=
if [ "$(id -u)" != 0 ]; then
	if ! command -v sudo >/dev/null 2>&1; then
		echo "deps: missing:$missing; neither root nor sudo here: install them and run again" >&2
		exit 1
	fi
	sudo=sudo
fi
echo "deps: installing$missing"
# The tests start an nginx of their own: the package's must not begin to serve on this machine.
policy=/usr/sbin/policy-rc.d
case $missing in
*nginx*)
	if [ ! -e $policy ]; then
		printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy >/dev/null && $sudo chmod 755 $policy
		trap '$sudo rm -f $policy; $sudo systemctl disable nginx >/dev/null 2>&1 || :' EXIT
	fi ;;
esac
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
$sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
