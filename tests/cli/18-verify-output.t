#!/bin/sh
# How it is told: reports, JSON, colours, harmless text.
. tests/cli/lib.sh
a=$DEMO_ARTIFACT
b=$DEMO_ARTIFACT.sigstore.json
g=--github=$DEMO_GITHUB
esc=$(printf '\033')

gives 'every check' 0 verify "$a" "$g" --explain
out 'is told' '^  ok  +log.inclusion'
out 'with the way up to the root' '^  root [0-9a-f]{64}$'
out 'and the verdict' "^$a: attested"
gives 'of a refusal' 1 verify "$a" --github acme --explain
out 'the check that failed, too' '^  FAILED +identity'
err 'before the refusal' '^siglet: .*: refused: '

gives 'in JSON' 0 verify "$a" "$g" --json
ok 'one line' test "$(wc -l <"$tmp/out")" = 1
json 'with the verdict' "d[0]['file'] == '$a' and d[0]['verdict'] == 'accepted' and d[0]['kind'].startswith('attested')"
json 'and who signed it' "d[0]['identity']['san'] == '$DEMO_IDENTITY' and d[0]['identity']['issuer'] == '$DEMO_ISSUER'"
no_err 'and nothing else'
gives 'a refusal' 1 verify "$a" --github acme --json
json 'has its rule' "d[0]['verdict'] == 'refused' and d[0]['rule'].startswith('identity.') and d[0]['message']"
no_err 'and nothing else'
gives 'no bundle' 1 verify README.md "$g" --json
json 'is a refusal' "d[0]['verdict'] == 'refused' and d[0]['rule'] == 'bundle' and d[0]['code'] == 'missing' and d[0]['hint']"
gives 'an error' 3 verify none "$g" --json
json 'has its status' "d[0] == {'file': 'none', 'verdict': 'error', 'exit': 3, 'code': 'io', 'message': d[0]['message']}"
gives 'a wrong command line' 2 verify "$a" --json
no_out 'has no object'

gives 'quietly' 0 verify "$a" "$g" --quiet
no_out 'nothing'
no_err 'is said'
gives 'JSON quietly' 0 verify "$a" "$g" --quiet --json
no_out 'nothing either'
gives 'a refusal' 1 verify "$a" --github acme -q
err 'is' 'refused'
gives 'a refusal in JSON' 1 verify "$a" --github acme -q --json
json 'is, too' "d[0]['verdict'] == 'refused'"
gives 'more' 0 verify "$a" "$g" --verbose
err 'the root' 'trust root public$'
err 'the bundle' "bundle $b \\(1\\)$"
err 'the digest' 'sha256:[0-9a-f]{64}, [0-9]+ bytes read$'
err 'the identity' "identity $DEMO_IDENTITY$"
err 'the issuer' "issuer $DEMO_ISSUER$"
err 'the time' 'verified time 2025-09-01T12:13:59Z$'

colored() { grep -q "$esc" "$tmp/out" "$tmp/err" || show; }
plain() { ! grep -q "$esc" "$tmp/out" "$tmp/err" || show; }
gives 'colour' 0 verify "$a" "$g" --color always
ok 'where it is wanted' colored
gives 'for refusals' 1 verify "$a" --github acme --color always
ok 'too' colored
gives 'none' 0 verify "$a" "$g" --color never
ok 'where it is not' plain
gives 'none in a file' 0 verify "$a" "$g"
ok 'unless asked for' plain

cp "$a" "$tmp/odd${esc}[31m"
cp "$b" "$tmp/odd${esc}[31m.sigstore.json"
gives 'a name' 0 verify "$tmp/odd${esc}[31m" "$g"
ok 'is made harmless' plain
out 'and readable' 'odd\\x1b\[31m: attested'
gives 'in refusals' 1 verify "$tmp/odd${esc}[31m" --github acme
ok 'too' plain
echo x >"$tmp/odd${esc}[31m.sigstore.json"
gives 'in errors' 1 verify "$tmp/odd${esc}[31m" "$g" --explain
ok 'too' plain
gives 'in JSON' 1 verify "$tmp/odd${esc}[31m" "$g" --json
ok 'by escapes' plain
json 'that give the name' "d[0]['file'].endswith('odd\\x1b[31m')"
done_testing
