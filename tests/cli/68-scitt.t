#!/bin/sh
# Statements of SCITT: judged by services whose keys are pinned, by an author or a key; and how keys come to be pinned.
. tests/cli/lib.sh
: "${B:=build}"
if ! "$B/tests/gen/siglet-scitt" "$tmp" >/dev/null 2>&1; then
	: >"$tmp/keys"
	gives 'without COSE nobody is pinned' 3 verify --scitt "$tmp/keys" --scitt-keys "$tmp/keys"
	err 'for a reason that is said' 'this siglet was built without it'
	gives 'nor is a service asked for keys' 3 trust scitt-keys --url https://127.0.0.1:1/ -o "$tmp/pinned"
	err 'for the same reason' 'this siglet was built without it'
	done_testing
	exit
fi
cd "$tmp" || exit 1
did=$(cat did)

judge() { run verify --scitt "$@"; }
accepts() {
	accepts_claim=$1
	shift
	judge "$@"
	ok "$accepts_claim" has_status 0
}
refuses() {
	refuses_claim=$1 refuses_rule=$2
	shift 2
	judge "$@" --json
	ok "$refuses_claim" has_status 1
	ok "… by $refuses_rule" grep -q "\"rule\":\"$refuses_rule\"" out
}

# ---- services ----
accepts 'a service' one.cose --scitt-keys ledger.cbor
out 'is named' 'registered by ledger.example'
out 'the author is, too' "^one.cose: signed by $did \(subject app 1.0\)"
out 'nobody asked who that is' 'ANY ISSUER'
out 'no artifact was asked about' 'NO ARTIFACT CHECKED'
accepts 'two services' statement.cose --scitt-keys ledger.cbor --scitt-keys tiles.cbor --scitt-threshold 2
refuses 'one where two are wanted' scitt.threshold one.cose --scitt-keys ledger.cbor --scitt-keys tiles.cbor --scitt-threshold 2
refuses 'no receipt' scitt.threshold none.cose --scitt-keys ledger.cbor
refuses 'a receipt of an unknown service' scitt.threshold one.cose --scitt-keys tiles.cbor
refuses 'a known service, of another entry' scitt.receipt bad.cose --scitt-keys ledger.cbor --scitt-keys tiles.cbor
accepts 'a bad receipt of an unknown service' bad.cose --scitt-keys ledger.cbor
accepts 'a service by its name' one.cose --scitt-keys ledger.example=ledger.cbor
refuses 'its key under another name' scitt.threshold one.cose --scitt-keys other.example=ledger.cbor
cp ledger.cbor a=b
accepts 'a file with a sign in its name' one.cose --scitt-keys =a=b

# ---- who states it ----
accepts 'the author' one.cose --scitt-keys ledger.cbor --issuer "$did"
ok 'is not just anybody' test -z "$(grep 'ANY ISSUER' out)"
refuses 'another author' scitt.issuer one.cose --scitt-keys ledger.cbor --issuer "${did}2"
accepts 'the author by a pattern' one.cose --scitt-keys ledger.cbor --issuer-regex 'did:x509:0:.*:author'
accepts 'the author alone' none.cose --issuer "$did"
accepts 'the subject' one.cose --scitt-keys ledger.cbor --subject 'app 1.0'
refuses 'another subject' scitt.subject one.cose --scitt-keys ledger.cbor --subject 'app 1.1'
accepts 'a key' by-key.cose --scitt-keys ledger.cbor --key author.pem
refuses 'a key that is not given' material by-key.cose --scitt-keys ledger.cbor
refuses 'a key in place of certificates' material one.cose --scitt-keys ledger.cbor --key author.pem
accepts 'signed after' one.cose --scitt-keys ledger.cbor --signed-after 2025-06-15T15:06:40Z
refuses 'signed before' time.signed-after one.cose --scitt-keys ledger.cbor --signed-after 2025-06-15T15:06:41Z

# ---- what is stated ----
accepts 'the artifact' statement.cose artifact --scitt-keys ledger.cbor
out 'is the file that is judged' '^artifact: signed by'
accepts 'its hash' hash.cose artifact --scitt-keys ledger.cbor
accepts 'it as a detached payload' detached.cose artifact --scitt-keys ledger.cbor
refuses 'another' digest statement.cose did --scitt-keys ledger.cbor
refuses 'the hash of another' digest hash.cose did --scitt-keys ledger.cbor
refuses 'a detached payload that is not there' artifact detached.cose --scitt-keys ledger.cbor
accepts 'a digest' hash.cose --digest "sha256:$(sha256sum artifact | cut -c1-64)" --scitt-keys ledger.cbor
cp statement.cose renamed
accepts 'a name that tells nothing' renamed --scitt-keys ledger.cbor
dd if=statement.cose of=cut bs=1 count=600 2>/dev/null
refuses 'a statement that is cut off' bundle cut --scitt-keys ledger.cbor
judge statement.cose --scitt-keys ledger.cbor --scitt-keys tiles.cbor --issuer "$did" --explain
out 'all of it can be explained' '^  ok +scitt.receipt\[1\]: registered by tiles.example, entry 2 of 7, 2025-06-15T15:06:40Z'
out 'so can its time' '^  ok +certificate.time: valid at 2025-06-15T15:06:40Z'
judge one.cose --scitt-keys ledger.cbor --json
ok 'programs are told' python3 - out <<'PY'
import json, sys
report = json.load(open(sys.argv[1]))
scitt = report["scitt"]
assert report["verdict"] == "accepted" and scitt["subject"] == "app 1.0" and not scitt["issuerChecked"], report
assert scitt["services"] == 1 and [r["outcome"] for r in scitt["receipts"]] == ["verified"], scitt
PY

# ---- questions that make none ----
gives 'nobody to expect' 2 verify --scitt one.cose
gives 'a threshold of no services' 2 verify --scitt one.cose --scitt-threshold 1 --issuer "$did"
gives 'more services than keys' 2 verify --scitt one.cose --scitt-keys ledger.cbor --scitt-threshold 2
gives 'an identity' 2 verify --scitt one.cose --scitt-keys ledger.cbor --github acme/app
gives 'a trusted root' 2 verify --scitt one.cose --scitt-keys ledger.cbor --trusted-root did
gives 'a bundle beside it' 2 verify --scitt one.cose --scitt-keys ledger.cbor --bundle one.cose
gives 'a subject of a bundle' 2 verify one --github acme/app --subject a
gives 'three files' 2 verify --scitt one.cose artifact did --scitt-keys ledger.cbor
gives 'keys that are not there' 3 verify --scitt one.cose --scitt-keys none
gives 'keys that are none' 3 verify --scitt one.cose --scitt-keys artifact
gives 'a statement that is not there' 3 verify --scitt none --scitt-keys ledger.cbor

# ---- pinning ----
mkdir -p www/.well-known
cp ledger.cbor www/.well-known/scitt-keys
cp tiles.cbor www/keys
echo hello >www/hello
python3 - "$tmp/www" >port 2>/dev/null <<'PY' &
import functools, http.server, sys
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1]))
print(server.server_port, flush=True)
server.serve_forever()
PY
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$tmp"' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ -s port ] && break
	sleep 1
done
url=http://127.0.0.1:$(cat port)
gives 'a service is asked for its keys' 0 trust scitt-keys --url "$url" -o pinned
out 'which are shown' '^ECDSA P-384, ES384, sha256:[0-9a-f]{64}, kid [0-9a-f]{64}$'
ok 'and kept as they are' cmp pinned ledger.cbor
accepts 'they serve' one.cose --scitt-keys pinned
gives 'the same again' 0 trust scitt-keys --url "$url/" -o pinned
cp tiles.cbor www/.well-known/scitt-keys
gives 'other keys are not taken' 6 trust scitt-keys --url "$url" -o pinned
ok 'what was pinned stays' cmp pinned ledger.cbor
gives 'unless they are meant' 0 trust scitt-keys --url "$url" -o pinned --force
ok 'then they are kept' cmp pinned tiles.cbor
gives 'keys at a URL of their own' 0 trust scitt-keys --url "$url/keys" -o - --quiet
ok 'on standard output' cmp out tiles.cbor
gives 'for programs' 0 trust scitt-keys --url "$url/keys" -o again --json
out 'as JSON' '^\[\{"kid":"key-of-tiles.example","key":"ECDSA P-256","algorithm":"ES256","sha256":"[0-9a-f]{64}"\}\]$'
gives 'what is no key' 1 trust scitt-keys --url "$url/hello" -o nokeys
ok 'is not kept' test ! -e nokeys
gives 'what is not there' 4 trust scitt-keys --url "$url/nothing" -o nokeys
err 'has a hint' 'hint: name the whole URL of its keys'
gives 'nobody to ask' 2 trust scitt-keys -o nokeys
gives 'nowhere to keep them' 2 trust scitt-keys --url "$url"
gives 'not offline' 2 trust scitt-keys --url "$url" -o nokeys --offline
gives 'not in the clear' 2 trust scitt-keys --url http://ledger.example -o nokeys
gives 'not of an instance' 2 trust scitt-keys --url "$url" -o nokeys --instance public

# ---- a real one, where the corpus has it ----
corpus=${SIGLET_CORPUS:-$PROJECT/../shared/corpus}/scitt
if [ -f "$corpus/uvm_0.2.10.cose" ]; then
	real=did:x509:0:sha256:I__iuL25oXEVFdTP_aBLx_eT1RPHbCQ_ECBQfYZpt9s::eku:1.3.6.1.4.1.311.76.59.1.2
	accepts 'a statement of another house' "$corpus/uvm_0.2.10.cose" --issuer "$real" \
		--scitt-keys "esrp-cts-db.confidential-ledger.azure.com=$corpus/esrp-cts-db.json"
	refuses 'not by another usage' scitt.issuer "$corpus/uvm_0.2.10.cose" --issuer "${real}2" \
		--scitt-keys "$corpus/esrp-cts-db.json"
else
	ok 'a statement of another house # SKIP it is not in the corpus' true
fi
done_testing
