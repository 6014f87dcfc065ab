#!/bin/sh
# siglet-sandbox itself: options, statuses, and what it keeps.
# shellcheck disable=SC2016
. tests/cli/lib.sh
: "${B:=build}" "${SANDBOX:=$B/siglet-sandbox}"
case $SANDBOX in /*) ;; *) SANDBOX=$PWD/$SANDBOX ;; esac
cd "$tmp" || exit 1
unset CI GITHUB_ACTIONS GITLAB_CI
echo one >one
sandbox() {
	sandbox_claim=$1 sandbox_status=$2
	shift 2
	status=0
	"$SANDBOX" "$@" </dev/null >out 2>err || status=$?
	ok "$sandbox_claim" has_status "$sandbox_status"
}
sandbox 'help' 0 --help
sandbox 'no verb' 2
sandbox 'no command' 2 run --
sandbox 'no such fault' 2 run --fault nonsense -- true
err 'is answered with those there are' 'wrong-proof'
# Every fault that there is, by its name alone.
faults() { sed -n 's/^ *hint: //p' err | sed 's/^of the log[^:]*: //' | tr ' ' '\n' | sed 's/=.*//'; }
in_page() {
	for fault in $(faults); do
		grep -qw -e "$fault" "$PROJECT/docs/man/siglet-sandbox.1" || { echo "$fault is not in the manual"; return 1; }
	done
	[ "$(faults | wc -l)" -gt 30 ]
}
ok 'all of which are in the manual' in_page
"$SANDBOX" --help >help
in_help() {
	sed -n 's/^ *hint: of the log[^:]*: //p' err | tr ' ' '\n' | sed 's/=.*//' | while read -r fault; do
		grep -qw -e "$fault" help || { echo "$fault is not in the help"; exit 1; }
	done
}
ok 'those of logs in the help too' in_help
sandbox 'no such identity' 2 run --as nobody -- true
sandbox 'no such version' 2 run --rekor-version 3 -- true
sandbox 'no such names of logs' 2 run --log-names other -- true
sandbox 'no such port' 2 serve --port 99999
sandbox 'the status of the command' 7 run -- sh -c 'exit 7'
sandbox 'of one that a signal ends' 137 run -- sh -c 'kill -KILL $$'
sandbox 'no such program' 127 run -- ./none
sandbox 'the command has what it needs' 0 run -- sh -c 'test -s "$SIGLET_TRUST_CONFIG" && test -n "$SIGSTORE_ID_TOKEN" && test -n "$SIGLET_SANDBOX_URL"'
sandbox 'nobody, if that is asked for' 0 run --as none -- sh -c 'test -z "${SIGSTORE_ID_TOKEN:-}"'
sandbox 'the config is gone when it ends' 0 run -- sh -c 'echo "$SIGLET_TRUST_CONFIG" >where'
ok 'indeed' test ! -e "$(cat where)"

for bundle in first second; do
	sandbox 'an instance that is kept' 0 run --state kept -- sh -c 'cp "$SIGLET_TRUST_CONFIG" config; "$0" sign one --quiet -o "$1"' "$SIGLET" $bundle
done
ok 'only its owner reads its keys' test -z "$(find kept -perm /077)"
gives 'what it gave out earlier is good later' 0 verify one --bundle first --trust-config config --github acme/app
gives 'as is what came then' 0 verify one --bundle second --trust-config config --github acme/app
index() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["verificationMaterial"]["tlogEntries"][0]["logIndex"])' "$1"; }
ok 'in the same log' test "$(($(index first) + 1))" = "$(index second)"
sandbox 'another instance' 0 run -- sh -c 'cp "$SIGLET_TRUST_CONFIG" config'
gives 'trusts nothing of it' 1 verify one --bundle first --trust-config config --github acme/app
done_testing
