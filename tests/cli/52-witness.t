#!/bin/sh
# Witness policies, end to end: what three witnesses of a log of one's own cosigned, and what they did not.
# shellcheck disable=SC2034,SC2086
WITNESSES=3
. tests/cli/sandbox.sh
cd "$tmp" || exit 1
echo one >one
echo two >two
me='--github acme/app'
sign() { "$SIGLET" sign "$@" --quiet 2>err; }
# policy FILE LINE...: the sandbox's logs and witnesses, then these lines.
grep -E '^(log|witness) ' "$SIGLET_SANDBOX_WITNESS_POLICY" >known
policy() {
	policy_file=$1
	shift
	{ cat known && printf '%s\n' "$@"; } >"$policy_file"
}
ok 'a file is signed' sign one
ok 'the sandbox has three witnesses' test "$(grep -c '^witness ' known)" = 3

gives 'all its witnesses saw it' 0 verify one $me --witness-policy "$SIGLET_SANDBOX_WITNESS_POLICY"
gives 'without a policy nobody asks' 0 verify one $me --explain
out 'and the report says so' 'not checked +log.checkpoint\[0\]: 3 more signatures on it, by keys that are not known'
policy two-of-three 'group g 2 w1 w2 w3' 'quorum g'
gives 'two of three' 0 verify one $me --witness-policy two-of-three --explain
out 'each is named' '^  ok +log.witness\[0\]: witness "w2" \(witness-2.sandbox.example\) saw it at '
out 'the quorum too' '^  ok +log.witness\[0\]: quorum "g": cosigned by 3 of 3 witnesses$'
out 'and the line' 'signature line witness-3.sandbox.example: verified, a witness$'
gives 'in JSON' 0 verify one $me --witness-policy two-of-three --json
json 'they have names, states and times' \
	"(lambda e: e['witnessed'] and e['witnessedAt'] == max(w['time'] for w in e['witnesses']) and [w['name'] for w in e['witnesses']] == ['w1', 'w2', 'w3'] and all(w['state'] == 'cosigned' for w in e['witnesses']))(d[0]['entries'][0])"
gives 'a threshold beside it' 0 verify one $me --witness-policy two-of-three --witness-threshold 3
policy nobody 'quorum none'
gives 'no quorum' 0 verify one $me --witness-policy nobody
gives 'and a threshold alone' 0 verify one $me --witness-policy nobody --witness-threshold 3
sed 's/^log .*/# any log/' two-of-three >any-log
gives 'a policy that leaves the log to the trust root' 0 verify one $me --witness-policy any-log

# Another instance has other witnesses and another log.
"$SANDBOX" run --witnesses 2 -- sh -c 'cat "$SIGLET_SANDBOX_WITNESS_POLICY"' >other
gives 'other logs and witnesses' 1 verify one $me --witness-policy other
err 'the log is none of the policy'"'"'s' 'not signed by a log that the witness policy allows'
grep -v '^log ' other >other-witnesses
gives 'other witnesses of any log' 1 verify one $me --witness-policy other-witnesses
err 'have not seen it' 'the quorum "witnesses" is not met: cosigned by 0 of 2 witnesses'
gives 'in JSON' 1 verify one $me --witness-policy other-witnesses --json
json 'by its rule' "d[0]['rule'] == 'log.witness' and not d[0]['entries'][0]['witnessed'] and 'witnessedAt' not in d[0]['entries'][0]"
{ grep '^witness ' other | sed 's/^witness w/witness o/' && cat known; echo 'group g 3 w1 w2 o1 o2'; echo 'quorum g'; } >mixed
gives 'two of the three that are needed' 1 verify one $me --witness-policy mixed
err 'is one too few' 'the quorum "g" is not met: cosigned by 3 of 5 witnesses'
sed 's/^group g 3/group g 2/' mixed >mixed-2
gives 'two of the two that are needed' 0 verify one $me --witness-policy mixed-2
gives 'of five that are known four are too many' 1 verify one $me --witness-policy mixed-2 --witness-threshold 4
err 'as the refusal says' 'cosigned by 3 witnesses, 4 needed'

# Logs without witnesses, and with one that signs something else.
"$SANDBOX" run --witnesses 0 -- sh -c 'cp "$SIGLET_TRUST_CONFIG" config-0; "$0" sign two -o two.0 --quiet; grep ^log "$SIGLET_SANDBOX_WITNESS_POLICY" >log-0' "$SIGLET" 2>err
{ cat log-0; grep -v '^log ' two-of-three; } >policy-0
gives 'what nobody witnessed' 1 verify two --bundle two.0 --trust-config config-0 $me --witness-policy policy-0
err 'is refused' 'cosigned by 0 of 3 witnesses'
gives 'and good without a policy' 0 verify two --bundle two.0 --trust-config config-0 $me
"$SANDBOX" run --witnesses 2 --fault wrong-cosignature -- sh -c 'cp "$SIGLET_TRUST_CONFIG" config-w; "$0" sign two -o two.w --quiet; grep -v "^group\|^quorum" "$SIGLET_SANDBOX_WITNESS_POLICY" >known-w' "$SIGLET" 2>err
{ cat known-w; echo 'quorum w1'; } >policy-w
gives 'a known witness whose line is wrong' 1 verify two --bundle two.w --trust-config config-w $me --witness-policy policy-w
err 'refuses, though the quorum needs another' 'witness "w2": signature line 3, "witness-2.sandbox.example"'
grep -v '^witness w2' policy-w >policy-w1
gives 'an unknown one does not' 0 verify two --bundle two.w --trust-config config-w $me --witness-policy policy-w1

# Version 1 has no witnesses, and promises are no checkpoints.
"$SANDBOX" run --rekor-version 1 -- sh -c 'cp "$SIGLET_TRUST_CONFIG" config-1; "$0" sign two -o two.1 --quiet' "$SIGLET" 2>err
gives 'a log of version 1' 1 verify two --bundle two.1 --trust-config config-1 $me --witness-policy any-log
err 'has no witness' 'cosigned by 0 of 3 witnesses'

# Managed keys.
make_key own
"$SIGLET" sign two --key own.pem -o two.key --quiet 2>err
gives 'a managed key that was witnessed' 0 verify two --bundle two.key --key own.pub --witness-policy two-of-three
gives 'and one that was not' 1 verify two --bundle two.key --key own.pub --witness-policy other-witnesses

# A real log and its real witnesses.
real=${SIGLET_CORPUS:-$PROJECT/../shared/corpus}/rekor-v2/py-dsse-staging-rekor-v2
cat >real-policy <<'END'
log log2025-alpha3.rekor.sigstage.dev+d3d3a70c+AZQ93VXPMmj9uZj7U/7CefQ9yy8RgYFv6mKzOseipjqp
witness stagemole witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv
witness any-bells staging.witness.transparency.goog/ring-any-bells+2e1a8dc9+BG5JTpLc3FJtwzgh1Uv+Qelz9qeOH2bfWjS1s0s+y4rL
witness navigli witness.navigli.sunlight.geomys.org+a3e00fe2+BNy/co4C1Hn1p+INwJrfUlgz7W55dSZReusH/GhUhJ/G
group enough 2 stagemole any-bells navigli
quorum enough
END
if [ -e "$real/bundle.sigstore.json" ]; then
	gives 'what three real witnesses saw' 0 verify "$real/artifact" --bundle "$real/bundle.sigstore.json" --instance staging \
		--github sigstore-conformance/extremely-dangerous-public-oidc-beacon --witness-policy real-policy --witness-threshold 3
	out 'is told' ' \(3 witnesses\); trust root: staging$'
	gives 'and these are not the sandbox'"'"'s' 1 verify "$real/artifact" --bundle "$real/bundle.sigstore.json" --instance staging \
		--github sigstore-conformance/extremely-dangerous-public-oidc-beacon --witness-policy any-log
else
	skip 'no corpus: a real log and its witnesses'
fi

# Command lines and files that make no sense.
gives 'a threshold without a policy' 2 verify one $me --witness-threshold 1
err 'is a question without a subject' 'needs --witness-policy'
gives 'a threshold that can never be met' 2 verify one $me --witness-policy two-of-three --witness-threshold 4
err 'is found out' 'a threshold of 4 witnesses, and the policy has 3'
gives 'no log, and witnesses' 2 verify one $me --witness-policy two-of-three --tlog-threshold 0
err 'contradict each other' 'without a log there is nothing to witness'
gives 'two policies' 2 verify one $me --witness-policy nobody --witness-policy nobody
gives 'a threshold that is no number' 2 verify one $me --witness-policy nobody --witness-threshold x
gives 'a policy that is not there' 3 verify one $me --witness-policy none
err 'is named' 'none: '
policy bad 'group g 2 w1 w4' 'quorum g'
gives 'a policy with a mistake' 3 verify one $me --witness-policy bad
err 'is named with its line' '^siglet: .*bad: line 5: group: no witness or group "w4" is defined before'
head -c -1 two-of-three >shorter
gives 'a policy that was cut' 3 verify one $me --witness-policy shorter
err 'says so' 'was it cut'
head -c 1048577 /dev/zero >large
gives 'a policy that is too large' 3 verify one $me --witness-policy large

sandbox() { sandbox_claim=$1 sandbox_status=$2; shift 2; status=0; "$SANDBOX" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?; ok "$sandbox_claim" has_status "$sandbox_status"; }
sandbox 'the sandbox has eight witnesses at most' 2 run --witnesses 9 -- true
sandbox 'and no fewer than none' 2 run --witnesses -1 -- true
fetch() { python3 -c 'import sys, urllib.request; sys.stdout.write(urllib.request.urlopen(sys.argv[1]).read().decode())' "$1"; }
fetch "$SIGLET_SANDBOX_URL/sandbox/policy" >fetched
ok 'its policy can be fetched' cmp fetched "$SIGLET_SANDBOX_WITNESS_POLICY"
done_testing
