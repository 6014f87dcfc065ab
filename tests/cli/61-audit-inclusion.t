#!/bin/sh
# siglet audit inclusion: bundles and entries, in Rekor v1 and v2, and in logs that lie about them.
# shellcheck disable=SC2086
. tests/cli/sandbox.sh
. tests/cli/audit.sh
SIGLET_TRUST_CONFIG=$TRUST_CONFIG
SIGSTORE_ID_TOKEN=$TOKEN
export SIGLET_TRUST_CONFIG SIGSTORE_ID_TOKEN
url=$SIGLET_SANDBOX_URL
at="--from $url"
v1=rekor.sandbox.example
v2=log2026.sandbox.example
for n in 1 2 3 4; do echo "$n" >"$n"; done
"$SIGLET" sign 1 2 -q
"$SIGLET" sign 3 --rekor-version 1 --rekor-url "$url" -q
"$SIGLET" attest 4 --type https://example.com/p --predicate 1.sigstore.json -o 4.sigstore.json --rekor-version 1 --rekor-url "$url" -q

# ---- bundles ----
audit 'bundles of both versions' 0 included inclusion $at 1.sigstore.json 2.sigstore.json 3.sigstore.json 4.sigstore.json
json 'each is told' 'sorted(x["subject"][0] for x in d) == ["1", "2", "3", "4"] and all(x["verdict"] == "included" for x in d)'
json 'with its place' 'all(len(x["leaf"]) == 64 and x["index"] >= 0 and x["to"]["size"] >= x["from"]["size"] > x["index"] for x in d)'
json 'and what was not looked at' 'all("no artifact was checked" in x["detail"] for x in d)'
run audit inclusion $at --state "$state" 1.sigstore.json
out 'for people' "^1\.sigstore\.json: $v2: included, entry [0-9]+, from [0-9]+ to [0-9]+ entries\$"
ok 'what was shown is remembered' test -s "$state/$(folder_of $v2)/checkpoint"
audit 'without the network' 0 included inclusion --offline 1.sigstore.json 3.sigstore.json
json 'what is not compared is said' 'any("compared with nothing" in x["detail"] for x in d)'
audit_in "$tmp/none" 'nor a state' 0 included inclusion --offline 1.sigstore.json
ok 'which is not made' test ! -e "$tmp/none"
cat 1.sigstore.json 2.sigstore.json >both.jsonl
audit 'two bundles in one file' 0 included inclusion $at both.jsonl
json 'are two reports' 'len(d) == 2'

# edit NAME EXPRESSION: a bundle made of 1.sigstore.json, or of $from, whose entry is e.
edit() {
	python3 - "${from:-1.sigstore.json}" "$1.json" "$2" <<'P'
import base64, json, sys
d = json.load(open(sys.argv[1]))
m = d["verificationMaterial"]
e = m["tlogEntries"][0]
def other(text, at=-1):
    raw = bytearray(base64.b64decode(text)); raw[at] ^= 1
    return base64.b64encode(raw).decode()
exec(sys.argv[3])
json.dump(d, open(sys.argv[2], "w"))
P
}
refused() {
	edit edited "$2"
	audit "$1" 1 "$3" inclusion $at edited.json
	audit_in "$tmp/none" "$1, offline" 1 "$3" inclusion --offline edited.json
}
for from in 1.sigstore.json 3.sigstore.json; do
	case $from in 1*) name=$v2 ;; 3*) name=$v1 ;; esac
	refused "$name: another signature" 'd["messageSignature"]["signature"] = json.load(open("2.sigstore.json"))["messageSignature"]["signature"]' not-included
	refused "$name: another digest" 'd["messageSignature"]["messageDigest"]["digest"] = other(d["messageSignature"]["messageDigest"]["digest"])' not-included
	refused "$name: another certificate" 'm["certificate"] = json.load(open("4.sigstore.json"))["verificationMaterial"]["certificate"]' not-included
	refused "$name: another hash in the proof" 'e["inclusionProof"]["hashes"][0] = other(e["inclusionProof"]["hashes"][0])' not-included
	refused "$name: another place" 'e["inclusionProof"]["logIndex"] = str(int(e["inclusionProof"]["logIndex"]) - 1); e["logIndex"] = str(int(e["logIndex"]) - 1) if "inclusionPromise" not in e else e["logIndex"]' not-included
	refused "$name: another root" 'c = e["inclusionProof"]["checkpoint"]; l = c["envelope"].split("\n"); l[2] = other(l[2]); c["envelope"] = "\n".join(l)' bad-signature
	refused "$name: another key on it" 'c = e["inclusionProof"]["checkpoint"]; h, s = c["envelope"].split("\n\n"); c["envelope"] = h + "\n\n" + "\n".join(" ".join(l.split(" ")[:-1] + [other(l.split(" ")[-1], 0)]) for l in s.strip().split("\n")) + "\n"' bad-signature
	refused "$name: no checkpoint that is one" 'e["inclusionProof"]["checkpoint"]["envelope"] = "nonsense"' not-included
	refused "$name: no entry" 'm["tlogEntries"] = []' not-included
	edit edited 'e["logId"]["keyId"] = other(e["logId"]["keyId"], 0); e.pop("inclusionPromise", 0)'
	run audit inclusion $at edited.json --state "$state" --json
	ok "$name: another log is named" not has_status 0
done
from=3.sigstore.json
refused 'another promise' 'e["inclusionPromise"]["signedEntryTimestamp"] = other(e["inclusionPromise"]["signedEntryTimestamp"])' bad-signature
refused 'another time than promised' 'e["integratedTime"] = str(int(e["integratedTime"]) + 1)' bad-signature
edit old 'd["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.1"; m["x509CertificateChain"] = {"certificates": [m.pop("certificate")]}; e.pop("inclusionProof")'
audit 'an old bundle with a promise alone is looked up' 0 included inclusion $at old.json
audit 'which needs the network' 4 incomplete inclusion --offline old.json
from=old.json
edit unknown 'e["logIndex"] = str(int(e["logIndex"]) + 1)'
audit 'at another place than was promised' 1 bad-signature inclusion $at unknown.json
from=
echo '{}' >none.json
audit 'no bundle' 1 not-included inclusion $at none.json
audit 'no file' 3 incomplete inclusion $at missing.json
audit 'one of them refused' 1 not-included inclusion $at 1.sigstore.json none.json missing.json
json 'does not hide the others' '[x["verdict"] for x in d].count("included") == 1 and len(d) == 3'

env -u IN_SANDBOX "$SANDBOX" run -- "$SIGLET" sign 2 -o foreign.json -q
audit 'of a log that is not known' 4 incomplete inclusion $at foreign.json
make_log --out elsewhere --size 3 --name elsewhere.example
audit 'read from where another log is' 4 incomplete inclusion --from elsewhere 1.sigstore.json
ok 'which is no evidence against it' test -z "$(evidence_of)"
gives 'neither bundle nor entry' 2 audit inclusion $at --state "$state"
gives 'both' 2 audit inclusion $at --state "$state" --index 1 1.sigstore.json

# ---- a managed key ----
make_key mine
echo k >k
"$SIGLET" sign --key mine.pem k -o k.json -q --rekor-version 1 --rekor-url "$url"
audit 'a managed key' 0 included inclusion $at --key mine.pub k.json
make_key theirs
audit 'another' 1 not-included inclusion $at --key theirs.pub k.json
audit 'none' 2 incomplete inclusion $at k.json
gives 'no key' 3 audit inclusion $at --key k k.json --state "$state"

# ---- entries ----
for log in $v1 $v2; do
	[ $log = $v1 ] && bundle=3 || bundle=1
	run audit inclusion $at --state "$state" --json $bundle.sigstore.json
	index=$(sed -n 's/.*"index":\([0-9]*\).*/\1/p' "$tmp/out")
	leaf=$(sed -n 's/.*"leaf":"\([0-9a-f]*\)".*/\1/p' "$tmp/out")
	size=$(sed -n 's/.*"to":{"size":\([0-9]*\).*/\1/p' "$tmp/out")
	none=$(printf %064d 0)
	named() { audit "$log: $1" "$2" "$3" inclusion $at --log $log $4; }
	named 'by its place' 0 included "--index $index"
	named 'the first' 0 included '--index 0'
	named 'by its hash' 0 included "--leaf-hash $leaf"
	named 'in capitals' 0 included "--leaf-hash $(echo "$leaf" | tr a-f A-F)"
	json 'its place is told' "d[0]['index'] == $index and d[0]['leaf'] == '$leaf'"
	named 'by both' 0 included "--index $index --leaf-hash $leaf"
	named 'by its id' 0 included "--uuid $leaf"
	named 'its hash elsewhere' 1 not-included "--index 0 --leaf-hash $leaf"
	named 'a place behind the last' 1 not-included "--index $size"
	named 'a hash that no entry has' 1 not-included "--leaf-hash $none"
	named 'an id that no entry has' 1 not-included "--uuid $none"
	named 'no number' 2 '' '--index x'
	named 'none as large' 2 '' '--index 99999999999999999999'
	named 'no hash' 2 '' '--leaf-hash abc'
	named 'no id' 2 '' "--uuid ${leaf}00"
	named 'nor that' 2 '' "--uuid $(printf %064d 0 | tr 0 g)"
done
run audit inclusion $at --state "$state" --json 3.sigstore.json
leaf=$(sed -n 's/.*"leaf":"\([0-9a-f]*\)".*/\1/p' "$tmp/out")
tree=$(sed -n "s/.*\"origin\":\"$v1 - \([0-9]*\)\".*/\1/p" "$tmp/out")
audit 'by its id with the tree' 0 included inclusion $at --log $v1 --uuid "$(printf %016x "$tree")$leaf"
audit 'of another tree' 1 not-included inclusion $at --log $v1 --uuid "$(printf %016x 4711)$leaf"
audit 'two names of two entries' 2 '' inclusion $at --log $v1 --uuid "$leaf" --leaf-hash "$none"
gives 'of several logs one is to be named' 2 audit inclusion $at --state "$state" --index 0
err 'which is said' '--log'
gives 'offline there is nothing to look in' 2 audit inclusion --offline --state "$state" --log $v2 --index 0

# ---- what logs do ----
lies() {
	tell "$2"
	case $1 in v1*) lies_log=$v1 lies_of=3.sigstore.json ;; *) lies_log=$v2 lies_of=1.sigstore.json ;; esac
	audit "$1" "$3" "$4" inclusion $at --log $lies_log $lies_of
	honest
}
lies 'v2: a fork' 'fork?value=5' 1 fork
ok 'with evidence' test -s "$(evidence_of)"
audit 'that holds' 0 proven evidence "$(evidence_of)"
lies 'v2: a rollback' 'rollback?value=3' 1 stale
audit_in "$tmp/new1" 'also where nothing is remembered' 0 included inclusion $at 1.sigstore.json
tell 'rollback?value=3'
audit_in "$tmp/new2" 'of fewer entries than the bundle had' 1 stale inclusion $at 1.sigstore.json
ok 'with evidence' test -s "$(evidence_of)"
honest
tell 'fork?value=5'
audit_in "$tmp/new3" 'a fork of what the bundle had' 1 fork inclusion $at 1.sigstore.json
proof=$(evidence_of)
honest
audit 'is proven by the bundle' 0 proven evidence "$proof"
lies 'v2: a wrong signature' bad-signature 1 bad-signature
lies 'v2: another origin' 'other-origin?value=x.example' 1 other-origin
"$SIGLET" sign 2 -o later.json -q
lies 'v2: a wrong tile' wrong-tile 1 data-mismatch
lies 'v2: no tile' missing-tile 4 incomplete
lies 'v1: a rollback' 'v1-rollback?value=1' 1 stale
lies 'v1: a wrong signature' v1-bad-signature 1 bad-signature
lies 'v1: a fork' 'v1-fork?value=1' 1 fork
audit 'with evidence that holds' 0 proven evidence "$(evidence_of)"
"$SIGLET" sign 2 -o later1.json -q --rekor-version 1 --rekor-url "$url"
lies 'v1: a wrong proof of growth' v1-wrong-consistency 1 data-mismatch
audit 'honest again' 0 included inclusion $at 1.sigstore.json 3.sigstore.json later.json later1.json

# ---- other trees ----
curl -fsS -X POST "$url/sandbox/rotate/shard" >/dev/null
"$SIGLET" sign 1 -o shard.json -q --rekor-version 1 --rekor-url "$url"
audit 'a retired tree and the one that grows' 0 included inclusion $at 3.sigstore.json shard.json old.json
json 'by their origins' 'len(set(x["origin"] for x in d)) == 2'
run audit inclusion $at --state "$state" --json shard.json
index=$(sed -n 's/.*"index":\([0-9]*\).*/\1/p' "$tmp/out")
audit 'the place runs on' 0 included inclusion $at --log $v1 --index "$index"
json 'into the new tree' "d[0]['to']['size'] == 1"
audit 'and ends there' 1 not-included inclusion $at --log $v1 --index $((index + 1))
audit 'each tree only grew' 0 consistent consistency $at --log $v1
audit 'nor does the rest end' 0 included inclusion $at --log $v1 --index 0

# ---- bundles of the public log ----
corpus=$PROJECT/../shared/corpus
if [ -d "$corpus/verify" ]; then
	of_public() { audit_in "$tmp/none" "$1" "$2" "$3" inclusion --offline --trusted-root "$corpus/trusted-roots/$4.json" "$corpus/$5/bundle.sigstore.json"; }
	of_public 'v0.2' 0 included public-good verify/conf-happy-path-v0.2
	of_public 'v0.3' 0 included public-good verify/conf-happy-path-v0.3
	of_public 'the newer tree' 0 included public-good verify/rust-cosign-v3-blob
	of_public 'P-384' 0 included public-good verify/java-alg-ecdsa-p384-sha-384
	of_public 'v2' 0 included staging rekor-v2/py-staging-rekor-v2
	of_public 'v2, an envelope' 0 included staging rekor-v2/py-dsse-staging-rekor-v2
	of_public 'a wrong root' 1 not-included public-good verify/conf-checkpoint-wrong-roothash-fail
	of_public 'a wrong hint of the key' 1 bad-signature public-good verify/conf-checkpoint-bad-keyhint-fail
	of_public 'a wrong hash' 1 not-included public-good verify/conf-inclusion-proof-corrupted-hash-fail
	of_public 'a foreign entry' 1 not-included public-good verify/rust-edit-foreign-entry
	of_public 'another digest' 1 not-included public-good verify/conf-message-digest-mismatch-fail
	of_public 'a promise alone' 4 incomplete public-good verify/java-v01-no-inclusion
else
	skip 'no corpus here'
fi
done_testing
