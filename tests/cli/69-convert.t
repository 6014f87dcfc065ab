#!/bin/sh
# A bundle's entry as a Rekor proof in CBOR: what it says, who can read it, and what is not converted.
# shellcheck source=tests/cli/sandbox.sh
. tests/cli/sandbox.sh
cp testdata/demo/*.sigstore.json "$tmp/real.sigstore.json"
if [ ! -f "$B/libsiglet-cose.so.0" ]; then
	gives 'without COSE nothing is converted' 3 convert --to cose-proof "$tmp/real.sigstore.json"
	err 'for a reason that is said' 'this siglet was built without it'
	done_testing
	exit
fi
checker=$PWD/tests/cli/rekor_proof.py
cd "$tmp" || exit 1
leads_to_root() { python3 "$checker" "$1" >said 2>&1; }
# A bundle with something changed: the same, but for what a line of Python does to it.
changed() {
	python3 - "$1" <<PY >changed.sigstore.json
import base64, json, sys
b = json.load(open(sys.argv[1]))
e = b["verificationMaterial"]["tlogEntries"]
$2
print(json.dumps(b))
PY
	rm -f changed.rekor-proof.cbor
}
refuses() {
	changed real.sigstore.json "$2"
	gives "$1" 1 convert --to cose-proof changed.sigstore.json
	err '… for this reason' "$3"
	ok '… and nothing is written' test ! -e changed.rekor-proof.cbor
}

gives 'a real bundle of the public log' 0 convert --to cose-proof real.sigstore.json
out 'it tells what it made, and what it did not ask' '^real.rekor-proof.cbor: a Rekor proof in CBOR; who signed its checkpoint was not asked$'
ok 'its path leads to the root' leads_to_root real.rekor-proof.cbor
ok 'its numbers are the bundle'"'"'s' grep -qx '456119071 334214809 334214816' said
gives 'once more' 3 convert --to cose-proof real.sigstore.json
err 'a file that is there stays' 'real.rekor-proof.cbor is there already'
gives '--force' 0 convert --to cose-proof --force --quiet real.sigstore.json
ok '--quiet says nothing' test ! -s "$tmp/out"
input=real.sigstore.json
gives 'standard input and output' 0 convert --to cose-proof -o - -
input=/dev/null
ok 'are the same' cmp "$tmp/out" real.rekor-proof.cbor
gives '--output' 0 convert --to cose-proof -o elsewhere real.sigstore.json
ok 'is the same' cmp elsewhere real.rekor-proof.cbor
gives 'inspect' 0 inspect real.rekor-proof.cbor
out 'names the structure' '/ vds / 395: 1 / RFC9162_SHA256 /'
out 'opens the proof' '334214816 / tree size /'
out 'shows the checkpoint' '/ rekor checkpoint / -65540: "rekor.sigstore.dev - '
gives 'to verify it is no message' 1 verify real.rekor-proof.cbor --github acme/app

for version in 1 2; do
	echo artifact >one
	# shellcheck disable=SC2016
	ok "Rekor v$version: signed" "$SANDBOX" run --rekor-version $version -- \
		"$SIGLET" sign --quiet --force one
	rm -f one.rekor-proof.cbor
	gives '… converted' 0 convert --to cose-proof one.sigstore.json
	ok '… its path leads to the root' leads_to_root one.rekor-proof.cbor
done

refuses 'another entry' 'e[0]["canonicalizedBody"] = base64.b64encode(b"another").decode()' 'log entry 0: inclusion proof: '
refuses 'another hash in the path' 'e[0]["inclusionProof"]["hashes"][3] = e[0]["inclusionProof"]["hashes"][4]' 'log entry 0: inclusion proof: '
refuses 'another index' 'e[0]["inclusionProof"]["logIndex"] = "334214808"' 'log entry 0: inclusion proof: '
refuses 'another root' 'e[0]["inclusionProof"]["rootHash"] = base64.b64encode(bytes(32)).decode()' "root is not the proof's rootHash"
refuses 'another size' 'e[0]["inclusionProof"]["treeSize"] = "334214817"' "of 334214816 entries, the proof's treeSize 334214817"
refuses 'another checkpoint' 'c = e[0]["inclusionProof"]["checkpoint"]; c["envelope"] = c["envelope"].replace("334214816", "334214815", 1)' 'of 334214815 entries'
refuses 'a checkpoint that is no note' 'e[0]["inclusionProof"]["checkpoint"]["envelope"] = "text"' 'checkpoint: '
refuses 'no entry' 'e.clear()' '.'
refuses 'no bundle at all' 'b = {}' '.'

changed real.sigstore.json 'e.append(dict(e[0], logIndex="7"))'
gives 'two entries' 2 convert --to cose-proof changed.sigstore.json
err 'are told apart by a number' 'it has 2 log entries: --entry says which'
gives 'the second' 0 convert --to cose-proof --entry 1 changed.sigstore.json
ok 'is that one' leads_to_root changed.rekor-proof.cbor
ok 'by its index' grep -qx '7 334214809 334214816' said
gives 'a third' 2 convert --to cose-proof --entry 2 changed.sigstore.json
err 'is not there' '--entry: "2" is no number from 0 to 1'
gives 'a number that is none' 2 convert --to cose-proof --entry x changed.sigstore.json

{ tr -d '\n' <real.sigstore.json && echo && tr -d '\n' <real.sigstore.json && echo; } >two.sigstore.jsonl
gives 'two bundles in a file' 2 convert --to cose-proof -o two two.sigstore.jsonl
err 'are too many' '2 bundles in one file'
# shellcheck disable=SC2016
ok 'a COSE message' "$SANDBOX" run -- "$SIGLET" sign --quiet --force --format cose one
gives 'has its proof already' 1 convert --to cose-proof -o two one.cose
err 'and it is told' 'a COSE message, which carries its proof itself'
gives 'a file that is missing' 3 convert --to cose-proof none.sigstore.json
gives 'no format' 2 convert real.sigstore.json
gives 'another format' 2 convert --to pem real.sigstore.json
gives 'no bundle' 2 convert --to cose-proof
gives 'two bundles' 2 convert --to cose-proof real.sigstore.json real.sigstore.json
gives 'standard input without an output' 2 convert --to cose-proof -
gives 'a folder that is missing' 3 convert --to cose-proof -o none/proof real.sigstore.json
done_testing
