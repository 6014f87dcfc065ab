#!/bin/sh
# What signing writes is never what it reads, every name can be pasted back, and bundles are not signed as files.
. tests/cli/sandbox.sh
cd "$tmp" || exit 1
echo a >a
echo '{}' >p.json
untouched() { [ "$(cat a)" = a ] && [ "$(cat p.json)" = '{}' ]; }

# ---- nothing that is read is written ----
gives 'a bundle over its file' 2 sign a -o a --force
err 'is refused' 'a would be overwritten: it is a file to be signed'
ln a hard
gives 'also by another name' 2 sign a -o hard --force
gives 'a bundle over the predicate' 2 attest a --type spdx --predicate p.json -o p.json --force
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem 2>/dev/null
cp key.pem before.pem
gives 'over the key' 2 sign a --key key.pem -o key.pem --force
gives 'an audit log over the file' 2 sign a --audit-log a
gives 'over the bundle' 2 sign a --audit-log a.sigstore.json
gives 'over the bundle, by another path' 2 sign a --audit-log ./a.sigstore.json
gives 'and with standard output' 2 sign a -o - --audit-log a
ok 'nothing was touched' untouched
ok 'nor the key' cmp -s key.pem before.pem
ok 'nothing was made' test ! -e a.sigstore.json
gives 'one file by two names' 2 sign a ./a
err 'is noticed' 'would be written twice'

# ---- what --certificate is given ----
gives 'a certificate without one' 3 sign a --key key.pem --certificate a
err 'says so' 'the certificate: no PEM block CERTIFICATE'
err 'and what to do' 'hint: a DER file becomes one with'

# ---- types ----
gives 'a type that is none' 2 attest a --type bogus --predicate p.json
err 'names those that are' 'hint: it is a URI, or slsaprovenance1'
gives "another tool's word" 2 attest a --type slsaprovenance --predicate p.json
err 'is translated' 'did you mean slsaprovenance1'
gives 'a type to verify that is none' 2 verify a --github acme/app --type bogus
gives 'a URI is one' 0 attest a --type https://example.com/x --predicate p.json -o uri.json --quiet
gives 'a predicate that is no object' 3 attest a --type spdx --predicate a -o x.json
err 'is named' '^siglet: a: the predicate'
gives 'a statement that is none' 3 attest --statement p.json -o x.json
err 'is named too' '^siglet: p.json: '

# ---- the audit log ----
gives 'attest with an audit log' 0 attest a --type spdx --predicate p.json -o spdx.json --audit-log log
ok 'file, digest, type and bundle' python3 -c '
import hashlib, json
d = json.loads(open("log").read())
assert d["file"] == "a" and d["digest"] == "sha256:" + hashlib.sha256(b"a\n").hexdigest(), d
assert d["type"] == "spdx" and d["bundle"] == "spdx.json" and len(d["keyId"]) == 64, d'
cp a b
gives 'of two files' 0 attest a b --type spdx --predicate p.json -o two.json --audit-log log2
ok 'both are named' python3 -c '
import json
assert [s["file"] for s in json.loads(open("log2").read())["subjects"]] == ["a", "b"]'
gives 'a key' 0 sign a --key key.pem --no-tlog --no-timestamp --audit-log log3
ok 'is told by its id' sh -c 'openssl pkey -in key.pem -pubout -outform DER | sha256sum | cut -d" " -f1 | xargs -I ID grep -q "\"keyId\":\"ID\"" log3'

# ---- the command that is printed ----
mkdir names
cd names || exit 1
for name in plain 'with space' "it's" 'back\slash' 'ünï-日本' '-dash' '$HOME `x` !*#~%' 'tab	inside' 'new
line'; do
	echo x >"./$name"
	gives "sign '$name'" 0 sign -- "$name"
	sed -n 's/^  \(siglet verify.*\)/\1/p' "$tmp/err" >"$tmp/command"
	for shell in sh bash; do
		command -v $shell >/dev/null || continue
		ok "the command runs in $shell" $shell -c 'siglet() { "$SIGLET" "$@"; }; . "$0"' "$tmp/command"
	done
done
cd ..
gives 'several files' 0 sign a b --force
err 'are all in the command' 'siglet verify a b --identity'
mkdir elsewhere
gives 'into another folder' 0 sign a b --output-dir elsewhere
err 'one, with its bundle' 'siglet verify a --bundle elsewhere/a.sigstore.json'
err 'for all' 'and so on, each with its own bundle'

# ---- bundles among the files ----
mkdir dist
cp a b dist
gives 'a folder of files' 0 sign dist/*
gives 'once more, bundles and all' 0 sign --force dist/*
err 'bundles are left out' '2 bundles are left out'
ok 'and not signed' test ! -e dist/a.sigstore.json.sigstore.json
gives 'verified in the same way' 0 verify dist/* --github acme/app
err 'are the files alone' '2 of 2 accepted'
gives 'a bundle alone is a file' 0 sign dist/a.sigstore.json
echo evil >dist/a.sigstore
gives 'what only looks like one' 1 verify dist/* --github acme/app
err 'is not passed over' '^siglet: dist/a.sigstore: refused'

# ---- what is there already ----
gives 'attest beside a signature' 3 attest a --type spdx --predicate p.json
err 'tells of the way out' 'hint: .*several bundles of one file'

# ---- --dry-run ----
gives 'a dry run' 0 attest b --type spdx --predicate p.json --dry-run -o new.json
ok 'gives the statement' python3 -c 'import json, sys; json.load(open(sys.argv[1]))["subject"]' "$tmp/out"

# ---- errors in JSON, and what to do ----
gives 'no such file, in JSON' 3 sign none --json
json 'is an object' 'd[0]["verdict"] == "error" and d[0]["exit"] == 3 and d[0]["code"] == "io" and "none" in d[0]["message"]'
gives 'a bundle there already, in JSON' 3 sign a --json
json 'has its hint' '"--force" in d[0]["hint"]'
gives 'attest likewise' 3 attest none --type spdx --predicate p.json --json
json 'is an object' 'd[0]["verdict"] == "error"'
gives 'a dry run of sign in JSON' 0 sign b --dry-run --json --force
json 'is an object' 'd[0]["files"] == 1'
gives 'a folder that is not there' 3 sign b --output-dir nowhere
err 'is what is missing' 'nowhere/b.sigstore.json: its folder is not there'
gives 'several that are missing' 3 sign b none nobody elsewhere --force
err 'are all named' '^siglet: nobody: no such file'
err 'a folder with a hint' 'hint: leave folders out'
err 'and counted' '3 of 4 files can.t be signed, so nothing was'
gives 'a number that is none' 2 sign b --timeout 0 --force
err 'names its option' '--timeout: not a number'
openssl pkey -in key.pem -outform DER -out der.key
gives 'a key in DER' 3 sign b --key der.key --force
err 'says what to do' 'hint: a key in DER becomes one with: openssl pkey'
gives 'a signing config that is none' 3 sign b --signing-config p.json --force
err 'is named' '^siglet: p.json: '
gives 'nobody there' 4 sign b --fulcio-url http://127.0.0.1:1 --force
err 'a way to look' 'hint: is there a network'
done_testing
