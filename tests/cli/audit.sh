# For tests of siglet audit: logs in folders and over HTTP, and what they do wrong. Runs in $tmp.
# shellcheck shell=sh disable=SC2034,SC1091
. tests/cli/lib.sh
: "${B:=build}" "${SANDBOX:=$B/siglet-sandbox}"
case $SANDBOX in /*) ;; *) SANDBOX=$PWD/$SANDBOX ;; esac
cd "$tmp" || exit 1
servers=
trap '[ -z "$servers" ] || kill $servers 2>/dev/null; wait; rm -rf "$tmp"' EXIT
state=$tmp/state
make_log() { "$SANDBOX" make-log "$@"; }
# start NAME COMMAND...: a server that prints its URL first, which is then in the variable url.
start() {
	start_name=$1
	shift
	rm -f "$start_name.url"
	"$@" >"$start_name.url" &
	server=$!
	servers="$servers $server"
	while [ ! -s "$start_name.url" ]; do sleep 0.05; done
	url=$(cat "$start_name.url")
}
serve() {
	serve_name=$1
	shift
	start "$serve_name" "$SANDBOX" "$@"
}
tell() { curl -fsS -X POST "$url/sandbox/log/$1" >/dev/null; }
honest() { tell honest; }
# audit CLAIM STATUS VERDICT ARGUMENT...: the worst of its reports has this verdict.
audit() {
	audit_claim=$1
	audit_status=$2
	audit_verdict=$3
	shift 3
	run audit --state "$state" --json "$@"
	ok "$audit_claim" is_audited
}
# audit_in FOLDER CLAIM …: the same with another folder of what is remembered.
audit_in() {
	audit_kept=$state
	state=$1
	shift
	audit "$@"
	state=$audit_kept
}
is_audited() {
	has_status "$audit_status" || return
	[ -z "$audit_verdict" ] || grep -q "\"verdict\":\"$audit_verdict\"" "$tmp/out" || show
}
# The folder of what is remembered of a log.
folder_of() { printf %s "$1" | sha256sum | cut -c1-64; }
remembers() {
	found=$(sed -n 2p "$state/$(folder_of "$1")/checkpoint")
	[ "$found" = "$2" ] || { echo "remembers $found, not $2"; return 1; }
}
evidence_of() { sed -n 's/.*"evidence":"\([^"]*\)".*/\1/p' "$tmp/out" | tail -1; }
not() { ! "$@"; }
