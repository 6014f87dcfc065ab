#!/bin/sh
# The program itself: verbs, help, streams.
# shellcheck disable=SC2016
. tests/cli/lib.sh

gives 'no verb is a wrong command line' 2
err 'and shows the verbs' '^  verify FILE'
no_out 'on standard error only'
gives 'help lists the verbs' 0 help
out 'verify among them' '^  verify FILE'
out 'and sign' '^  sign FILE'
ok 'and no verb that is not there yet' sh -c '! grep -qwE "deploy|gate" "$0"' "$tmp/out"
gives '--help does too' 0 --help
gives '-h does too' 0 -h
gives 'help tells about a verb' 0 help verify
out 'with its options' '^      --github OWNER'
cp "$tmp/out" "$tmp/help-verify"
gives 'VERB --help tells the same' 0 verify --help
ok 'word for word' cmp "$tmp/help-verify" "$tmp/out"
gives '--help wins over what else is wrong' 0 verify --help --no-such
gives 'but not over what stands before it' 2 verify --no-such --help
gives 'help of no verb' 2 help deploy
err 'names it' 'unknown verb "deploy"'
gives 'help of two verbs' 2 help verify inspect
for width in $(awk '{ print length }' "$tmp/help-verify" | sort -rn | head -1); do
	ok 'help fits 80 columns' test "$width" -le 80
done

gives 'version' 0 version
out 'is one line' '^siglet [0-9]+\.[0-9]+\.[0-9]+$'
gives '--version too' 0 --version
gives 'version takes no argument' 2 version x
gives 'an unknown verb' 2 deploy x
err 'is named' 'unknown verb "deploy"'
err 'with what to do' '^  hint: siglet help'
gives 'an option before the verb' 2 --json verify
err 'is explained' 'options follow a verb'
gives 'a verb is not abbreviated' 2 ver
gives 'text from outside is harmless' 2 "$(printf 'a\033[31m')"
err 'also in errors' 'a\\x1b\[31m'

# Standard streams.
if [ -w /dev/full ]; then
	status=0
	"$SIGLET" version >/dev/full 2>"$tmp/err" || status=$?
	: >"$tmp/out"
	ok 'what could not be written is no success' has_status 3
	err 'and says so' 'standard output: '
fi
status=0
"$SIGLET" version >&- 2>"$tmp/err" || status=$?
ok 'a closed standard output is none either' has_status 3
status=0
"$SIGLET" version >"$tmp/out" 2>&- <&- || status=$?
ok 'closed standard input and error do not matter' has_status 0
out 'to the output' '^siglet'
status=0
"$SIGLET" deploy 2>&- >"$tmp/out" || status=$?
ok 'an error that nobody can read is still one' has_status 2
{
	sleep 0.3
	status=0
	"$SIGLET" help verify || status=$?
	echo "$status" >"$tmp/status"
} 2>"$tmp/err" | :
status=$(cat "$tmp/status")
ok 'a reader that is gone is no success' has_status 3

# OpenSSL's configuration file.
printf 'openssl_conf = x\n[x]\nproviders = p\n[p]\nnull = n\n[n]\nactivate = 1\n' >"$tmp/openssl.cnf"
before="env OPENSSL_CONF=$tmp/openssl.cnf"
gives 'a configuration of OpenSSL changes nothing' 0 verify "$DEMO_ARTIFACT" --github "$DEMO_GITHUB"
before="env LC_ALL=tr_TR.UTF-8 LANG=tr_TR.UTF-8"
gives 'nor does the locale' 0 verify "$DEMO_ARTIFACT" --github "$DEMO_GITHUB"
done_testing
