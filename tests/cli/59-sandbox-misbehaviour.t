#!/bin/sh
# siglet-sandbox: its logs of Rekor, when they are told to misbehave.
. tests/cli/sandbox.sh
cd "$tmp" || exit 1
url=$SIGLET_SANDBOX_URL
TESTS=$PROJECT/tests/cli
export TESTS
log() { python3 "$TESTS/tile_log.py" "$@"; }
tell() { curl -fsS -X POST "$url/sandbox/log/$1" >/dev/null; }
honest() { tell honest; }
not() { ! "$@"; }
answers() {
	code=$(curl -s -o body -w '%{http_code}' "$url/$2")
	[ "$code" = "$1" ] || { echo "answered $code, not $1"; return 1; }
}
cat >logs.py <<'P'
import base64, json, os, subprocess, sys, urllib.request
sys.path.insert(0, os.environ["TESTS"])
from tile_log import consistent, included, leaf, tree
import tile_log
URL = os.environ["SIGLET_SANDBOX_URL"]
V2 = URL + "/api/v2"
def get(path):
    return json.loads(tile_log.fetch(URL, path))
def note():
    return tile_log.fetch(V2, "checkpoint").decode().split("\n")
def key(name):
    for log in json.load(open(os.environ["SIGLET_TRUST_CONFIG"]))["trustedRoot"]["tlogs"]:
        if name in log["baseUrl"]:
            return base64.b64decode(log["publicKey"]["rawBytes"])
def signed(text, name, *digest):
    """By the log whose URL has that name, in the first line of signatures."""
    text, lines = text.encode().split(b"\n\n")
    open("key.der", "wb").write(key(name))
    open("sig", "wb").write(base64.b64decode(lines.decode().split("\n")[0].split(" ")[2])[4:])
    open("text", "wb").write(text + b"\n")
    return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key.der", "-rawin", *digest,
                           "-in", "text", "-sigfile", "sig"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
def v2_signed():
    return signed(tile_log.fetch(V2, "checkpoint").decode(), "log2026")
def v1_signed():
    return signed(get("api/v1/log")["signedTreeHead"], "rekor.", "-digest", "sha256")
def v1_body(index):
    entry, = get("api/v1/log/entries?logIndex=%d" % index).values()
    return base64.b64decode(entry["body"]), entry["verification"]["inclusionProof"]
def v1_root():
    return tree([leaf(v1_body(i)[0]) for i in range(get("api/v1/log")["treeSize"])]).hex()
P
check() { python3 -c "from logs import *
$1"; }
v2_size_is() { check "assert note()[1] == '$1'"; }
v1_size_is() { check "assert get('api/v1/log')['treeSize'] == $1"; }

ok 'both are honest at first' check 'assert v2_signed() and v1_signed() and v1_root() == get("api/v1/log")["rootHash"]'
root=$(log root "$url/api/v2" 250)
whole=$(log root "$url/api/v2" 300)
tell 'rollback?value=250'
ok 'v2 rolled back' v2_size_is 250
ok 'with the root of then' check "assert note()[2] == '$root' and v2_signed()"
ok 'v1 is not' v1_size_is 300
honest
ok 'and back' check "assert note()[2] == '$whole'"
tell frozen
tell 'grow?value=310'
ok 'v2 frozen' v2_size_is 300
honest
ok 'grown meanwhile' v2_size_is 310
ok 'as a log does' check "assert tile_log.root(V2, 300) == '$whole'"
tell 'fork?value=280'
ok 'v2 forks' log check "$url/api/v2"
ok 'to the same size' v2_size_is 310
ok 'signed by the same key' check 'assert v2_signed()'
ok 'from there on' check 'assert tile_log.root(V2, 280) != tile_log.root(V2, 281)'
forked=$(log root "$url/api/v2" 281)
before=$(log root "$url/api/v2" 280)
echo one >one
ok 'what is signed now goes into the fork' "$SIGLET" sign one --quiet -o bundle
ok 'which grows' v2_size_is 311
honest
ok 'and is gone again' check "assert note()[1] == '310' and tile_log.root(V2, 281) != '$forked' and tile_log.root(V2, 280) == '$before'"
tell 'fork?value=10:400'
ok 'a larger one' v2_size_is 400
ok 'is a log' log check "$url/api/v2"
honest
tell other-origin
ok 'another origin, signed all the same' check 'assert note()[0] == "other.sandbox.example" and v2_signed()'
honest
tell bad-signature
ok 'a bad signature' check 'assert not v2_signed() and v1_signed()'
honest
ok 'cosigned' check 'assert [l.split(" ")[1] for l in note()[4:6]] == ["log2026.sandbox.example", "witness.sandbox.example"]'
tell no-cosignature
ok 'or not' check 'assert note()[5:] == [""] and v2_signed()'
honest
ok 'a policy names both' check '
text = tile_log.fetch(URL, "sandbox/policy").decode().split("\n")
assert text[0].startswith("log log2026.sandbox.example+") and text[1].startswith("witness w1 witness.sandbox.example+")
assert text[1].endswith(" " + URL + "/witness") and text[2:] == ["quorum w1", ""]'
witness='
import hashlib
def seen(name="log2026.sandbox.example"):
    return tile_log.fetch(URL, "witness/%s/checkpoint" % hashlib.sha256(name.encode()).hexdigest()).decode()'
root=$(check 'print(note()[2])')
tell 'fork?value=100:400'
tell bad-signature
ok 'the witness saw no fork' check "$witness
assert seen().split('\\n')[1:3] == ['310', '$root'] and signed(seen(), 'log2026') and not v2_signed() and note()[1] == '400'"
ok 'nor another log' answers 404 witness/00/checkpoint
honest
tell missing-tile
ok 'no tile' answers 404 api/v2/tile/0/000
honest
tell wrong-bundle
ok 'a wrong bundle' not log check "$url/api/v2"
honest
ok 'a right one' log check "$url/api/v2"

tell 'v1-rollback?value=100'
ok 'v1 rolled back' v1_size_is 100
honest
tell v1-frozen
tell 'v1-grow?value=305'
ok 'v1 frozen' v1_size_is 300
honest
ok 'grown meanwhile' v1_size_is 305
tell v1-other-origin
ok 'another origin of v1' check 'assert get("api/v1/log")["signedTreeHead"].startswith("other.sandbox.example\n") and v1_signed()'
honest
tell v1-bad-signature
ok 'a bad signature of v1' check 'assert not v1_signed() and v2_signed()'
honest
honest_root=$(check 'print(get("api/v1/log")["rootHash"])')
proof='
proof = [bytes.fromhex(h) for h in get("api/v1/log/proof?firstSize=100&lastSize=305")["hashes"]]
hashes = [leaf(v1_body(i)[0]) for i in range(305)]
good = consistent(100, 305, proof, tree(hashes[:100]), tree(hashes))'
ok 'a consistency proof' check "$proof
assert good"
tell v1-wrong-consistency
ok 'or none' check "$proof
assert not good"
honest
tell v1-duplicate-entry
ok 'an entry at two indexes' check '
assert v1_body(4)[0] == v1_body(5)[0]
body, proof = v1_body(5)
assert not included(5, proof["treeSize"], [bytes.fromhex(h) for h in proof["hashes"]], leaf(body), bytes.fromhex(proof["rootHash"]))'
honest
tell 'v1-fork?value=200'
ok 'v1 forks' check "assert v1_root() == get('api/v1/log')['rootHash'] != '$honest_root' and v1_signed()"
ok 'what a client remembers does not lead there' check "$proof
root = tree(hashes)
assert good and root.hex() != '$honest_root'"
honest
ok 'and back' check "assert get('api/v1/log')['rootHash'] == '$honest_root'"

ok 'all of that from the start too' env -u IN_SANDBOX "$SANDBOX" run --fault rollback=20 --fault v1-fork=5 --fault v1-bad-signature -- python3 -c '
from logs import *
assert note()[1] == "20" and v2_signed() and not v1_signed()'
done_testing
