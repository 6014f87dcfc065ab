#!/bin/sh
# docs/from-cosign.md: every command of ours in it is one, with options that there are.
. tests/cli/sandbox.sh
cd "$tmp" || exit 1
page=$PROJECT/docs/from-cosign.md
unset SIGSTORE_ID_TOKEN
PATH=$(dirname "$SIGLET"):$PATH
export PATH
# Every span of code that is a call of siglet; those of others are in the first column.
grep -oE '`siglet [^`]*`' "$page" | tr -d '`' | sort -u >calls
ok 'there are many' test "$(wc -l <calls)" -ge 55

# Each option is one of that verb's.
unknown_options() {
	while IFS= read -r call; do
		verb=$(echo "$call" | cut -d' ' -f2)
		"$SIGLET" help "$verb" >help 2>&1 || echo "no verb: $call"
		echo "$call" | grep -oE ' -{1,2}[a-z][a-z-]*' | while read -r option; do
			grep -qE -e "(^|[ ,])$option( |,|\$)" help || echo "$option: $call"
		done
	done <calls
}
ok 'every option is one of that verb' empty unknown_options
# Those that are named without a call are of verify.
named() {
	"$SIGLET" help verify >help
	grep -oE '`--[a-z-]+[^`]*` and `--[a-z]+`|`--type [a-z]+`' "$page" | grep -oE -e '--(github|gitlab|type)' | sort -u | while read -r option; do
		grep -q -e "$option" help || echo "$option"
	done
}
ok 'so are those that are named alone' empty named

# And each is understood as a whole: what fails, fails for a file that is not there, or a service.
# Nobody else is asked.
HTTPS_PROXY=http://127.0.0.1:9
export HTTPS_PROXY
curl -fsS -o root.json "$SIGLET_SANDBOX_URL/tuf/1.root.json"
gives 'an instance of that name is set up' 0 trust init --name acme --url "$SIGLET_SANDBOX_URL/tuf" --root root.json
misunderstood() {
	while IFS= read -r call; do
		mkdir box
		code=0
		(cd box && eval "timeout 60 $call" </dev/null >../out 2>../err) || code=$?
		case $code in 2 | 12[0-9] | 70) echo "status $code: $call: $(head -n 1 err)" ;; esac
		rm -r box
	done <calls
}
ok 'every call is understood' empty misunderstood
echo 'siglet verify app.tar --github acme/app --certificate-identity x' >calls
ok 'an option that is none is found' test "$(unknown_options)" = "--certificate-identity: $(cat calls)"
ok 'a call that is not understood, too' test -n "$(misunderstood)"
done_testing
