# For tests of the command line: . tests/cli/lib.sh, then claims, then done_testing.
# shellcheck shell=sh disable=SC2034,SC1091
. tests/lib/tap.sh
. tests/cli/demo.sh

: "${SIGLET:=build/siglet}"
case $SIGLET in /*) ;; *) SIGLET=$PWD/$SIGLET ;; esac
PROJECT=$PWD
unset SIGLET_TRUST_CONFIG NO_COLOR
tmp=$(mktemp -d)
XDG_CACHE_HOME=$tmp/xdg-cache XDG_CONFIG_HOME=$tmp/xdg-config
export XDG_CACHE_HOME XDG_CONFIG_HOME
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM HUP
input=/dev/null
before=

# run ARGUMENT...: siglet with its standard input from $input; what it wrote is in $tmp/out and $tmp/err.
# verify asks nobody here, unless online is set: what stores fetch has tests of its own.
run() {
	status=0
	if [ "${1:-}" = verify ] && [ -z "${online:-}" ]; then
		shift
		set -- verify --offline "$@"
	fi
	# shellcheck disable=SC2086
	$before "$SIGLET" "$@" <"$input" >"$tmp/out" 2>"$tmp/err" || status=$?
}

# gives CLAIM STATUS ARGUMENT...: siglet ends with this status.
gives() {
	gives_claim=$1
	gives_status=$2
	shift 2
	run "$@"
	ok "$gives_claim" has_status "$gives_status"
}

has_status() {
	[ "$status" = "$1" ] && return
	echo "status $status, not $1"
	show
}
show() {
	sed 's/^/out: /' "$tmp/out"
	sed 's/^/err: /' "$tmp/err"
	return 1
}

# Of the last run: a line of standard output (standard error) matches the expression, or there is nothing.
out() { ok "$1" matches out "$2"; }
err() { ok "$1" matches err "$2"; }
matches() { grep -qE -e "$2" "$tmp/$1" || show; }
no_out() { ok "$1" is_empty out; }
no_err() { ok "$1" is_empty err; }
is_empty() { [ ! -s "$tmp/$1" ] || show; }
err_lines() { ok "$1" has_lines "$2"; }
has_lines() { [ "$(wc -l <"$tmp/err")" -le "$1" ] || show; }

# make_key NAME: NAME.pem and NAME.pub.
make_key() {
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.pem" 2>/dev/null
	openssl pkey -in "$1.pem" -pubout -out "$1.pub"
}

# bundle_by KEY FILE: a bundle of FILE by the managed key KEY.pem, in no log, on standard output.
bundle_by() {
	printf '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":'
	printf '{"publicKey":{"hint":"test"},"tlogEntries":[]},"messageSignature":{"messageDigest":'
	printf '{"algorithm":"SHA2_256","digest":"%s"},"signature":"%s"}}\n' \
		"$(openssl dgst -sha256 -binary "$2" | openssl base64 -A)" \
		"$(openssl dgst -sha256 -sign "$1.pem" "$2" | openssl base64 -A)"
}

# sign_by KEY FILE...: FILE.sigstore.json for each.
sign_by() {
	sign_key=$1
	shift
	for sign_file in "$@"; do
		bundle_by "$sign_key" "$sign_file" >"$sign_file.sigstore.json"
	done
}

# json EXPRESSION: it holds in Python of the objects d, one a line of standard output.
json() { ok "$1" json_holds "$2"; }
json_holds() {
	python3 -c '
import json, sys
d = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
sys.exit(0 if eval(sys.argv[2]) else 1)' "$tmp/out" "$1" || show
}
