#!/bin/sh
# siglet-sandbox: its CT log, as RFC 6962 and as static files, checked with Python's hashes alone.
. tests/cli/sandbox.sh
cd "$tmp" || exit 1
url=$SIGLET_SANDBOX_URL
TESTS=$PROJECT/tests/cli
export TESTS
tell() { curl -fsS -X POST "$url/sandbox/$1" >/dev/null; }
answers() {
	code=$(curl -s -o body -w '%{http_code}' "$url/ctlog/$2")
	[ "$code" = "$1" ] || { echo "answered $code, not $1"; cat body; return 1; }
}
cat >ct.py <<'P'
import base64, hashlib, json, os, subprocess, sys, urllib.parse
sys.path.insert(0, os.environ["TESTS"])
from tile_log import consistent, fetch, included, leaf, name, tree, widths
CT = os.environ["SIGLET_SANDBOX_URL"] + "/ctlog"
def b64(text):
    return base64.b64decode(text)
def get(path, **query):
    return json.loads(fetch(CT, "ct/v1/" + path + "?" + urllib.parse.urlencode(query)))
def number(data, at, width):
    return int.from_bytes(data[at : at + width], "big")
def trusted():
    log, = json.load(open(os.environ["SIGLET_TRUST_CONFIG"]))["trustedRoot"]["ctlogs"]
    return log
def verified(signed, message):
    assert signed[:2] == b"\4\3" and number(signed, 2, 2) == len(signed) - 4
    open("key.der", "wb").write(b64(trusted()["publicKey"]["rawBytes"]))
    open("sig", "wb").write(signed[4:])
    open("text", "wb").write(message)
    return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key.der", "-rawin", "-digest", "sha256", "-in", "text", "-sigfile", "sig"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
def head(time, size, root):
    return b"\0\1" + time.to_bytes(8, "big") + size.to_bytes(8, "big") + root
def entries(size):
    found = []
    while len(found) < size:
        found += get("get-entries", start=len(found), end=size - 1)["entries"]
    return [(b64(e["leaf_input"]), b64(e["extra_data"])) for e in found]
def certs(data):
    found = []
    while data:
        found.append(data[3 : 3 + number(data, 0, 3)])
        data = data[3 + len(found[-1]) :]
    return found
def tile_leaf(entry, extra):
    """What the static API has for it."""
    precert, = certs(extra[: 3 + number(extra, 0, 3)])
    chain = certs(extra[3 + len(precert) + 3 :])
    prints = b"".join(hashlib.sha256(c).digest() for c in chain)
    return entry[2:] + extra[: 3 + len(precert)] + len(prints).to_bytes(2, "big") + prints
def cert_of(bundle):
    return b64(json.load(open(bundle))["verificationMaterial"]["certificate"]["rawBytes"])
P
check() { python3 -c "from ct import *
$1"; }
ok 'the log is empty' check 'assert get("get-sth")["tree_size"] == 0 and b64(get("get-sth")["sha256_root_hash"]) == hashlib.sha256(b"").digest()'
for file in one two three; do
	echo $file >$file
	"$SIGLET" sign $file --quiet -o $file.bundle
done
gives 'certificates with promises of it' 0 verify two --bundle two.bundle --github acme/app
ok 'each is an entry' check '
for i, file in enumerate(("one", "two", "three")):
    cert, (entry, extra) = cert_of(file + ".bundle"), entries(3)[i]
    at = cert.index(b64(trusted()["logId"]["keyId"]))
    assert cert[at + 32 : at + 40] == entry[2:10]
    assert cert[at + 40 : at + 50] == b"\0\x08\0\0\5" + i.to_bytes(5, "big") == entry[-10:]
    assert entry[10:12] == b"\0\1" and number(entry, 44, 3) == len(entry) - 57
    length = 4 + number(cert, at + 52, 2)
    assert verified(cert[at + 50 : at + 50 + length], entry)
    assert not verified(cert[at + 50 : at + 50 + length], entry + b"x")'
ok 'by its precertificate and the issuers' check '
entry, extra = entries(1)[0]
precert, = certs(extra[: 3 + number(extra, 0, 3)])
text = subprocess.run(["openssl", "x509", "-inform", "DER", "-noout", "-text"], input=precert, stdout=subprocess.PIPE, check=True).stdout
assert b"CT Precertificate Poison: critical" in text and b"acme/app" in text
chain = certs(extra[3 + len(precert) + 3 :])
spki = lambda c: subprocess.run("openssl x509 -inform DER -noout -pubkey | openssl pkey -pubin -outform DER", shell=True, input=c, stdout=subprocess.PIPE, check=True).stdout
assert entry[12:44] == hashlib.sha256(spki(chain[0])).digest()
assert len(chain) == 2 and get("get-roots")["certificates"] == [base64.b64encode(chain[1]).decode()]
for c in chain:
    assert fetch(CT, "issuer/" + hashlib.sha256(c).hexdigest()) == c'
ok 'it grows' tell 'log/ct-grow?value=300'
ok 'the tree head' check '
sth = get("get-sth")
root = tree([leaf(e) for e, x in entries(300)])
assert sth["tree_size"] == 300 and b64(sth["sha256_root_hash"]) == root
assert verified(b64(sth["tree_head_signature"]), head(sth["timestamp"], 300, root))'
ok 'the same as a checkpoint' check '
text, lines = fetch(CT, "checkpoint").split(b"\n\n")
origin, size, root = text.decode().split("\n")
dash, signer, blob = lines.decode().strip("\n").split(" ")
blob = b64(blob)
assert origin == signer == CT.split("://")[1] and trusted()["baseUrl"] == CT
assert blob[:4] == hashlib.sha256(signer.encode() + b"\n\5" + b64(trusted()["logId"]["keyId"])).digest()[:4]
assert size == "300" and verified(blob[12:], head(number(blob, 4, 8), 300, b64(root)))
assert b64(root) == tree([leaf(e) for e, x in entries(300)])'
ok 'the tiles, and what is in them' check '
all = entries(300)
hashes = [leaf(e) for e, x in all]
for n, width in widths(300):
    assert fetch(CT, "tile/0/" + name(n, width)) == b"".join(hashes[256 * n :][:width])
    assert fetch(CT, "tile/data/" + name(n, width)) == b"".join(tile_leaf(*e) for e in all[256 * n :][:width])
assert fetch(CT, "tile/1/000.p/1") == tree(hashes[:256])'
ok 'proofs' check '
hashes = [leaf(e) for e, x in entries(300)]
roots = [None] + [tree(hashes[:i]) for i in range(1, 301)]
for first, second in ((1, 2), (2, 3), (3, 300), (64, 300), (127, 128), (255, 257), (300, 300)):
    proof = [b64(h) for h in get("get-sth-consistency", first=first, second=second)["consistency"]]
    assert consistent(first, second, proof, roots[first], roots[second])
for index, size in ((0, 1), (0, 300), (5, 6), (200, 257), (299, 300)):
    proof = get("get-proof-by-hash", hash=base64.b64encode(hashes[index]).decode(), tree_size=size)
    assert proof["leaf_index"] == index and included(index, size, [b64(h) for h in proof["audit_path"]], hashes[index], roots[size])
    again = get("get-entry-and-proof", leaf_index=index, tree_size=size)
    assert again["audit_path"] == proof["audit_path"] and leaf(b64(again["leaf_input"])) == hashes[index]'
ok 'no more entries than 64 at once' check 'assert len(get("get-entries", start=10, end=299)["entries"]) == 64'
ok 'none beyond' answers 400 'ct/v1/get-entries?start=300&end=301'
ok 'nor proofs' answers 400 'ct/v1/get-sth-consistency?first=1&second=301'
ok 'nor of another hash' answers 400 'ct/v1/get-proof-by-hash?hash=AAAA&tree_size=300'
ok 'nor tiles' answers 404 tile/data/002
ok 'nor issuers' answers 404 issuer/00

tell 'log/ct-rollback?value=200'
ok 'rolled back' check 'assert get("get-sth")["tree_size"] == 200 and fetch(CT, "checkpoint").split(b"\n")[1] == b"200"'
tell log/honest
tell 'log/ct-fork?value=250'
ok 'a fork' check '
text = fetch(CT, "checkpoint").split(b"\n")
hashes = [leaf(e) for e, x in entries(300)]
assert b64(text[2]) == tree(hashes) == b64(get("get-sth")["sha256_root_hash"])
open("forked", "wb").write(hashes[249] + hashes[250])'
tell log/honest
ok 'is another log from there on' check '
hashes = [leaf(e) for e, x in entries(300)]
forked = open("forked", "rb").read()
assert hashes[249] == forked[:32] and hashes[250] != forked[32:]'
tell log/ct-bad-signature
ok 'a wrong signature' check '
sth = get("get-sth")
assert not verified(b64(sth["tree_head_signature"]), head(sth["timestamp"], 300, b64(sth["sha256_root_hash"])))'
tell log/honest
tell log/ct-duplicate-entry
ok 'the same entry twice' check 'e = entries(2); assert e[0] == e[1]'
tell log/honest
tell log/ct-wrong-tile
ok 'a wrong tile' check 'assert fetch(CT, "tile/0/000")[-32:] != leaf(entries(256)[255][0])'
tell log/honest

for _ in first second; do
	env -u IN_SANDBOX "$SANDBOX" run --state kept -- sh -c '"$0" sign one --quiet --force -o kept.bundle && curl -fsS "$SIGLET_SANDBOX_URL/ctlog/ct/v1/get-sth" >sth' "$SIGLET"
done
ok 'an instance that is kept keeps its log' grep -q '"tree_size":2,' sth
done_testing
