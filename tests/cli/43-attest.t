#!/bin/sh
# siglet attest: a signed statement about files.
. tests/cli/sandbox.sh
cd "$tmp" || exit 1
mkdir box && cd box || exit 1
echo one >one
echo two >two
printf '{"buildDefinition": {"buildType": "x"}, "é": 1.0}' >predicate
SHA=$(sha256sum one | cut -d' ' -f1)

payload() {
	python3 -c 'import base64,json,sys; e=json.load(open(sys.argv[1]))["dsseEnvelope"]; assert e["payloadType"]=="application/vnd.in-toto+json"; sys.stdout.buffer.write(base64.b64decode(e["payload"]))' "$1" >../out
}
gives 'a statement about a file' 0 attest one --type slsaprovenance1 --predicate predicate
out 'the line says so' '^one.sigstore.json: attested, log '
err 'and how to verify it' "^  siglet verify one --identity $WHO .*--type slsaprovenance1"
payload one.sigstore.json
json 'is in-toto' "d[0]['_type'] == 'https://in-toto.io/Statement/v1' and d[0]['subject'] == [{'name': 'one', 'digest': {'sha256': '$SHA'}}] and d[0]['predicateType'] == 'https://slsa.dev/provenance/v1'"
ok 'the predicate is there byte for byte' grep -qF '"predicate":{"buildDefinition": {"buildType": "x"}, "é": 1.0}' ../out
gives 'it verifies' 0 verify one --github acme/app --type slsaprovenance1 --predicate-out ../p
ok 'and gives the predicate back' cmp predicate ../p
gives 'not as another type' 1 verify one --github acme/app --type spdx
gives 'not of another file' 1 verify two --bundle one.sigstore.json --github acme/app
gives 'nor as a signature' 1 verify one --github acme/app --type signature
gives 'it is not replaced' 3 attest one --type slsaprovenance1 --predicate predicate
rm one.sigstore.json

gives 'several files' 0 attest one two --type https://example.com/type --predicate predicate -o ../both.json
gives 'the first' 0 verify one --bundle ../both.json --github acme/app --type https://example.com/type
gives 'and the second' 0 verify two --bundle ../both.json --github acme/app
gives 'several files without a name' 2 attest one two --type spdx --predicate predicate
gives 'a digest' 0 attest --digest "sha256:$SHA" --name uno --type spdx --predicate predicate -o ../digest.json
gives 'is the file' 0 verify one --bundle ../digest.json --github acme/app --type spdx
gives 'to standard output' 0 attest one --type vuln --predicate predicate -o -
cp ../out ../stdout.json
gives 'is a bundle' 0 verify one --bundle ../stdout.json --github acme/app --type vuln
cp ../both.json ../out
payload ../both.json
cp ../out ../statement
gives 'a whole statement' 0 attest --statement ../statement -o ../whole.json
payload ../whole.json
ok 'is signed as it is' cmp ../statement ../out
gives 'and verifies' 0 verify two --bundle ../whole.json --github acme/app
rm -f ./*.sigstore.json

gives 'nothing to attest' 2 attest
gives 'no type' 2 attest one --predicate predicate
gives 'no predicate' 2 attest one --type spdx
gives 'a digest without a name' 2 attest --digest "sha256:$SHA" --type spdx --predicate predicate -o x
gives 'a digest that is none' 2 attest --digest sha256:00 --name x --type spdx --predicate predicate -o x
gives 'a file and a digest' 2 attest one --digest "sha256:$SHA" --name x --type spdx --predicate predicate -o x
gives 'a statement and a file' 2 attest one --statement ../statement
gives 'a predicate that is not there' 3 attest one --type spdx --predicate none
echo '[1]' >../list
gives 'a predicate that is no object' 3 attest one --type spdx --predicate ../list
printf '{"a":1,"a":2}' >../twice
gives 'a predicate that says two things' 3 attest one --type spdx --predicate ../twice
gives 'a statement that is none' 3 attest --statement predicate -o x
gives 'a missing file' 3 attest none --type spdx --predicate predicate
python3 -c 'print("{\"a\":\"" + "x" * 11534336 + "\"}")' >../large
wrong --log ../requests
gives 'a predicate that no bundle could hold' 3 attest one --type spdx --predicate ../large
err 'is named' 'large: .*11534336 bytes'
head -c 11534300 ../large >../nearly
printf '"}' >>../nearly
gives 'or one that becomes so with its subjects' 3 attest one --type spdx --predicate ../nearly
err 'is told so' 'the statement has [0-9]+ bytes, more than the 11534336 that a bundle holds'
gives 'a whole statement' 3 attest --statement ../large -o x
ok 'nobody was asked for anything' test ! -e ../requests
right
gives 'a dry run' 0 attest one --type spdx --predicate predicate --dry-run
out 'shows the statement' '"_type":"https://in-toto.io/Statement/v1"'
ok 'none of these left anything' only one two predicate

gives 'JSON' 0 attest one --type spdx --predicate predicate --json
json 'says so' "d[0]['verdict'] == 'attested' and d[0]['bundle'] == 'one.sigstore.json' and d[0]['identity'] == '$WHO'"
rm one.sigstore.json
mkdir ../many
for i in $(seq 1024); do echo "$i" >"../many/a-file-with-a-name-of-a-usual-length-$i"; done
gives 'an audit log of as many files as there may be' 0 attest ../many/* --type spdx --predicate predicate -o ../many.json --audit-log ../accounts
cp ../accounts ../out
json 'has all of them' "len(d) == 1 and len(d[0]['subjects']) == 1024"
gives 'an audit log' 0 attest one --type spdx --predicate predicate --audit-log ../audit
rm one.sigstore.json
ok 'has its line' test "$(wc -l <../audit)" = 1

# A v1 log keeps envelopes in an entry kind of its own.
wrong --rekor-version 1 --as github:acme/app
attest_v1() {
	# shellcheck disable=SC2016
	"$SANDBOX" run --rekor-version 1 -- sh -c '
		"$0" attest one --type spdx --predicate predicate && "$0" verify one --github acme/app --type spdx' "$SIGLET" >../out 2>../err
}
ok 'Rekor v1' attest_v1
ok 'as dsse' grep -q '"kind":"dsse"' one.sigstore.json
right
done_testing
