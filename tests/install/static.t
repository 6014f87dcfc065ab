#!/bin/sh
# siglet-verify is one static file: it verifies where there is nothing else, and answers as siglet does.
. tests/cli/lib.sh
: "${B:=build}"
case $B in
*asan* | *tsan* | *cov*)
	skip 'an instrumented build is not for installing'
	done_testing
	exit
	;;
esac
STATIC=$B/siglet-verify
# What a bootstrap script is ready to load; the algorithms that came with OpenSSL 3.5 cost two more.
MOST_MB=6
pkg-config --exists 'libcrypto >= 3.5' && MOST_MB=8

build() { env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s static B="$B"; }
is_small() { [ "$(wc -c <"$STATIC")" -lt "${MOST_MB}000000" ] || { ls -l "$STATIC"; return 1; }; }
no_interpreter() { readelf -lW "$STATIC" | grep INTERP; }
no_library() { readelf -dW "$STATIC" | grep NEEDED; }
# Nothing in it could ask for a name, even if it wanted to.
no_resolver() { strings "$STATIC" | grep -E 'nsswitch\.conf|libnss_'; }

ok 'make static' build
ok "it is under $MOST_MB MB" is_small
ok 'it asks for no dynamic linker' empty no_interpreter
ok 'and for no library' empty no_library
ok 'no resolver is in it' empty no_resolver

# ---- a root folder with nothing but the program, a file and its bundle ----
root=$tmp/root
mkdir -p "$root/demo"
cp "$STATIC" "$root/siglet-verify"
cp "$DEMO_ARTIFACT" "$root/demo/artifact"
cp "$DEMO_ARTIFACT.sigstore.json" "$root/demo/artifact.sigstore.json"
cp "$root/demo/artifact.sigstore.json" "$root/demo/changed.sigstore.json"
{ cat "$root/demo/artifact" && echo; } >"$root/demo/changed"
chroot=
for way in '' 'unshare --map-root-user'; do
	if $way "$(command -v chroot)" "$root" /siglet-verify --version >/dev/null 2>&1; then
		chroot="$way $(command -v chroot) $root"
		break
	fi
done

# in_nothing CLAIM STATUS ARGUMENT...: there, with an empty environment.
in_nothing() {
	nothing_claim=$1
	nothing_status=$2
	shift 2
	status=0
	# shellcheck disable=SC2086
	env -i $chroot /siglet-verify "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
	ok "$nothing_claim" has_status "$nothing_status"
}
same_answer() {
	"$SIGLET" verify --offline "$@" >"$tmp/out.siglet" 2>"$tmp/err.siglet"
	same_status=$?
	"$STATIC" "$@" >"$tmp/out.static" 2>"$tmp/err.static"
	[ $? = $same_status ] && cmp "$tmp/out.siglet" "$tmp/out.static" && cmp "$tmp/err.siglet" "$tmp/err.static"
}

if [ -z "$chroot" ]; then
	skip 'no chroot can be entered here'
else
	ok 'there is nothing else there' test "$(find "$root" -type f | wc -l)" = 5
	in_nothing 'an empty folder as root: accepted' 0 demo/artifact --identity "$DEMO_IDENTITY" --issuer "$DEMO_ISSUER"
	out 'as what it is' 'attested: .* by https://github.com/prefix-dev/sigstore-example/'
	in_nothing 'a changed file: refused' 1 demo/changed --identity "$DEMO_IDENTITY" --issuer "$DEMO_ISSUER"
	no_out 'with nothing on standard output'
	in_nothing 'another signer: refused' 1 demo/artifact --github acme/app
	in_nothing 'PCRE2 is in it' 0 demo/artifact --identity-regex 'https://github\.com/prefix-dev/.*' --issuer "$DEMO_ISSUER"
	in_nothing 'and its patterns refuse' 1 demo/artifact --identity-regex 'https://github\.com/prefix-de' --issuer "$DEMO_ISSUER"
	in_nothing 'many files, by threads' 1 demo/artifact demo/changed --jobs 2 --github prefix-dev/sigstore-example
	in_nothing 'nobody is expected: a wrong command line' 2 demo/artifact
	err 'the hint names this program' 'hint: .*--github'
	in_nothing 'an unknown option' 2 demo/artifact --no-such
	err 'the hint names this program' 'hint: siglet-verify --help'
	in_nothing 'no such file' 3 demo/none --github acme/app
	echo app >"$root/demo/message"
	printf '\322\204' >"$root/demo/message.cose"
	in_nothing 'a COSE message is not read' 3 demo/message --github acme/app
	err 'and that is said' 'no COSE: siglet-verify is one static file'
	in_nothing '--version' 0 --version
	out 'names the program' '^siglet-verify [0-9]'
	in_nothing '--help' 0 --help
	out 'names it too' '^Usage: siglet-verify \[OPTION\]\.\.\. FILE'
	ok 'help fits 80 columns' test "$(awk '{ if (length > w) w = length } END { print w }' "$tmp/out")" -le 80
fi

ok 'it says what siglet says: accepted' same_answer "$DEMO_ARTIFACT" --github prefix-dev/sigstore-example --json
ok 'with every check' same_answer "$DEMO_ARTIFACT" --github prefix-dev/sigstore-example --explain
ok 'refused' same_answer "$DEMO_ARTIFACT" --github acme/app
ok 'by another root' same_answer "$DEMO_ARTIFACT" --trusted-root third_party_certs/staging/trusted_root.json --github prefix-dev/sigstore-example
ok 'of an instance' same_answer "$DEMO_ARTIFACT" --instance github --github prefix-dev/sigstore-example
ok 'unreadable' same_answer "$tmp/none" --github acme/app

# What OpenSSL would be told to load is not there to be loaded.
printf 'openssl_conf = o\n[o]\nproviders = p\n[p]\nlegacy = l\n[l]\nactivate = 1\n' >"$tmp/openssl.cnf"
ok 'no configuration of OpenSSL has a say' env OPENSSL_CONF="$tmp/openssl.cnf" OPENSSL_MODULES="$tmp" \
	"$STATIC" "$DEMO_ARTIFACT" --github prefix-dev/sigstore-example
done_testing
