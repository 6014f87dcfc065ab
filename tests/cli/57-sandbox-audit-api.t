#!/bin/sh
# siglet-sandbox: what auditors ask of both versions of Rekor, checked with Python's hashes alone.
. tests/cli/sandbox.sh
cd "$tmp" || exit 1
url=$SIGLET_SANDBOX_URL
log() { python3 "$PROJECT/tests/cli/tile_log.py" "$@"; }
tell() { curl -fsS -X POST "$url/sandbox/$1" >/dev/null; }
not() { ! "$@"; }
answers() {
	answers_status=$1
	shift
	code=$(curl -s -o body -w '%{http_code}' "$@")
	[ "$code" = "$answers_status" ] || { echo "answered $code, not $answers_status"; cat body; return 1; }
}
cat >audit.py <<'P'
import base64, hashlib, json, os, sys, urllib.error, urllib.request
sys.path.insert(0, os.environ["TESTS"])
from tile_log import consistent, included, leaf
URL = os.environ["SIGLET_SANDBOX_URL"]
def get(path, data=None):
    with urllib.request.urlopen(urllib.request.Request(URL + path, data=data)) as answer:
        return json.loads(answer.read())
def retrieve(**what):
    return get("/api/v1/log/entries/retrieve", json.dumps(what).encode())
def entry_holds(answer, index, tree, begin):
    (uuid, entry), = answer.items()
    body = base64.b64decode(entry["body"])
    proof = entry["verification"]["inclusionProof"]
    note = proof["checkpoint"].split("\n")
    return (uuid == "%016x" % tree + leaf(body).hex() and entry["logIndex"] == index and proof["logIndex"] == index - begin
            and included(index - begin, proof["treeSize"], [bytes.fromhex(h) for h in proof["hashes"]], leaf(body), bytes.fromhex(proof["rootHash"]))
            and note[0] == "rekor.sandbox.example - %d" % tree and note[1] == str(proof["treeSize"])
            and base64.b64decode(note[2]).hex() == proof["rootHash"])
def bodies(size, begin=0):
    found = []
    for i in range(begin, begin + size, 10):
        for answer in retrieve(logIndexes=list(range(i, min(i + 10, begin + size)))):
            found.append(base64.b64decode(list(answer.values())[0]["body"]))
    return found
P
export TESTS="$PROJECT/tests/cli"
check() { python3 -c "from audit import *
$1"; }

ok 'the tiles of v2' log check "$url/api/v2"
ok 'v1 says where it is' check '
from tile_log import tree
info = get("/api/v1/log")
assert info["inactiveShards"] == [] and info["treeID"] == "1193050959916656506"
assert tree([leaf(b) for b in bodies(info["treeSize"])]).hex() == info["rootHash"]
note = info["signedTreeHead"].split("\n")
assert note[0].endswith(" - " + info["treeID"]) and note[1] == str(info["treeSize"]) and base64.b64decode(note[2]).hex() == info["rootHash"]'
ok 'an entry by its index' check 'assert entry_holds(get("/api/v1/log/entries?logIndex=77"), 77, 1193050959916656506, 0)'
ok 'none beyond' answers 404 "$url/api/v1/log/entries?logIndex=300"
ok 'nor without one' answers 422 "$url/api/v1/log/entries"
ok 'several at once, of those there are' check '
found = retrieve(logIndexes=[3, 299, 300])
assert len(found) == 2 and entry_holds(found[1], 299, 1193050959916656506, 0)
uuid = list(found[0])[0]
assert [list(f)[0] for f in retrieve(entryUUIDs=[uuid, uuid[16:], "0" * 64])] == [uuid, uuid]'
ok 'ten of them' check 'assert len(retrieve(logIndexes=list(range(10)))) == 10'
ok 'not eleven' answers 422 -d '{"logIndexes":[0,1,2,3,4,5,6,7,8,9,10]}' "$url/api/v1/log/entries/retrieve"
ok 'nor nonsense' answers 400 -d '{' "$url/api/v1/log/entries/retrieve"
ok 'consistency of each size with each' check '
from tile_log import tree
leaves = [leaf(b) for b in bodies(300)]
roots = [None] + [tree(leaves[:i]) for i in range(1, 301)]
for first in list(range(1, 20)) + [127, 128, 129, 255, 256, 257, 299, 300]:
    for last in (first, first + 1, 64, 128, 200, 256, 257, 299, 300):
        if first <= last <= 300:
            proof = get("/api/v1/log/proof?firstSize=%d&lastSize=%d" % (first, last))
            assert proof["rootHash"] == roots[300].hex()
            hashes = [bytes.fromhex(h) for h in proof["hashes"]]
            assert consistent(first, last, hashes, roots[first], roots[last]), (first, last)
            assert first == last or not consistent(first, last, hashes, roots[first], roots[first])'
ok 'not from nothing' answers 422 "$url/api/v1/log/proof?firstSize=0&lastSize=3"
ok 'not to nothing' answers 422 "$url/api/v1/log/proof?firstSize=1"
ok 'not backwards' answers 400 "$url/api/v1/log/proof?firstSize=4&lastSize=3"
ok 'not beyond' answers 400 "$url/api/v1/log/proof?firstSize=4&lastSize=301"
ok 'not of another tree' answers 400 "$url/api/v1/log/proof?firstSize=1&lastSize=3&treeID=5"
ok 'its key' sh -c 'curl -fsS "$0/api/v1/log/publicKey" | openssl pkey -pubin -noout' "$url"

ok 'a new shard' tell rotate/shard
ok 'is empty, and the old one still there' check '
info = get("/api/v1/log")
assert info["treeSize"] == 0 and info["rootHash"] == hashlib.sha256(b"").hexdigest() and info["treeID"] == "1193050959916656507"
old, = info["inactiveShards"]
assert old["treeSize"] == 300 and old["treeID"] == "1193050959916656506"'
echo one >one
tell 'log/v1-grow?value=5'
ok 'the index goes on' check '
assert entry_holds(get("/api/v1/log/entries?logIndex=304"), 304, 1193050959916656507, 300)
assert entry_holds(get("/api/v1/log/entries?logIndex=299"), 299, 1193050959916656506, 0)'
ok 'proofs of the old tree' check '
old = get("/api/v1/log")["inactiveShards"][0]
assert len(get("/api/v1/log/proof?firstSize=5&lastSize=300&treeID=" + old["treeID"])["hashes"]) > 0'
ok 'and only there' answers 400 "$url/api/v1/log/proof?firstSize=5&lastSize=300"
ok 'what is signed then stands in the new one' env -u IN_SANDBOX "$SANDBOX" run --rekor-version 1 -- sh -c '
curl -fsS -X POST "$SIGLET_SANDBOX_URL/sandbox/rotate/shard" && "$0" sign one --quiet -o bundle && "$0" verify one --bundle bundle --github acme/app &&
python3 -c "import json; e = json.load(open(\"bundle\"))[\"verificationMaterial\"][\"tlogEntries\"][0]; assert e[\"logIndex\"] == \"300\" and e[\"inclusionProof\"][\"logIndex\"] == \"0\", e"' "$SIGLET"
# What a client finds that knows nothing but the trust config.
cat >named.py <<'P'
from audit import *
import json, os
tlogs = json.load(open(os.environ["SIGLET_TRUST_CONFIG"]))["trustedRoot"]["tlogs"]
from tile_log import check
v1, v2 = (log["baseUrl"] for log in tlogs)
with urllib.request.urlopen(v1 + "/api/v1/log") as answer:
    assert json.loads(answer.read())["signedTreeHead"].startswith(v1.split("://")[1] + " - 1193")
for prefix in (v2, v2 + "/api/v2"):
    check(prefix)
    with urllib.request.urlopen(prefix + "/checkpoint") as answer:
        lines = answer.read().decode().split("\n")
    assert lines[0] == v2.split("://")[1] and lines[4].split(" ")[1] == lines[0]
P
for version in 1 2; do
	ok 'logs that are named after where they are' env -u IN_SANDBOX "$SANDBOX" run --log-names url --rekor-version $version -- sh -c '
"$0" sign one --quiet --force -o bundle && "$0" verify one --bundle bundle --github acme/app >out && python3 named.py' "$SIGLET"
done
done_testing
