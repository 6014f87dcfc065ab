#!/bin/sh
# siglet-sandbox make-log: what it writes is a tile log, recomputed here with Python's hashes alone.
. tests/cli/lib.sh
: "${B:=build}" "${SANDBOX:=$B/siglet-sandbox}"
case $SANDBOX in /*) ;; *) SANDBOX=$PWD/$SANDBOX ;; esac
cd "$tmp" || exit 1
log() { python3 "$PROJECT/tests/cli/tile_log.py" "$@"; }
make_log() { "$SANDBOX" make-log "$@"; }
# refused CLAIM ARGUMENT...
refused() {
	refused_claim=$1
	shift
	status=0
	"$SANDBOX" make-log "$@" >out 2>err || status=$?
	ok "$refused_claim" has_status 2
}
# grows SIZE...: the log grows to each of them and is right there; then afresh: the log of that size is the same.
grows() {
	python3 - "$PROJECT/tests/cli" "$SANDBOX" "$@" <<'P'
import subprocess, sys
sys.path.insert(0, sys.argv[1])
import tile_log
for size in sys.argv[3:]:
    subprocess.run([sys.argv[2], "make-log", "--out", "grown", "--size", size, "--entry-bytes", "20"], check=True)
    print("size", size)
    tile_log.check("grown")
P
}
afresh() {
	for size in "$@"; do
		make_log --out "afresh-$size" --keys grown.keys --size "$size" --entry-bytes 20 && log check "afresh-$size" || return 1
		[ "$(sed -n 3p "afresh-$size/checkpoint")" = "$(log root grown "$size")" ] || { echo "another root of size $size"; return 1; }
	done
}
# signed FOLDER: by the log's key, as a signed note says it.
signed() {
	python3 - "$1" "$1.keys" <<'P'
import base64, hashlib, subprocess, sys
note = open(sys.argv[1] + "/checkpoint", "rb").read()
text, lines = note.split(b"\n\n")
text += b"\n"
lines = lines.decode().strip().split("\n")
def check(line, vkey, message):
    dash, name, blob = line.split(" ")
    name_again, key_id, key = vkey.strip().split("+", 2)
    key, blob = base64.b64decode(key), base64.b64decode(blob)
    assert dash == "\u2014" and name == name_again
    assert hashlib.sha256(name.encode() + b"\n" + key).digest()[:4] == bytes.fromhex(key_id) == blob[:4]
    open("key.der", "wb").write(bytes.fromhex("302a300506032b6570032100") + key[1:])
    open("sig", "wb").write(blob[-64:])
    open("text", "wb").write(message(blob))
    subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key.der", "-rawin",
                    "-in", "text", "-sigfile", "sig"], check=True, stdout=subprocess.DEVNULL)
check(lines[0], open(sys.argv[2] + "/log.vkey").read(), lambda blob: text)
check(lines[1], open(sys.argv[2] + "/witness.vkey").read(),
      lambda blob: b"cosignature/v1\ntime %d\n" % int.from_bytes(blob[4:12], "big") + text)
P
}

refused 'no size' --out l
refused 'no folder' --size 1
refused 'no such size' --out l --size 1x
refused 'no such kind' --out l --size 1 --kind other
refused 'entries that are too long' --out l --size 1 --entry-bytes 65536
refused 'nothing that can be planted' --out l --size 1 --plant 0=somebody
refused 'no place to plant it' --out l --size 1 --plant github:acme/app
ok 'every size up to 300' grows $(seq 0 300)
ok 'around a second level' grows 65535 65536 65537
ok 'made afresh, the log is the same' afresh 0 1 255 256 257 65537
refused 'no log gets smaller' --out grown --size 65536
ok 'the checkpoint is signed and cosigned' signed grown
ok 'partial tiles are kept for old checkpoints' test -f grown/tile/0/000.p/255

make_log --out fork --keys grown.keys --size 300 --entry-bytes 20 --fork-at 290
ok 'a fork is a log' log check fork
ok 'the same one before it' test "$(log root fork 290)" = "$(log root grown 290)"
ok 'another one behind it' test "$(log root fork 291)" != "$(log root grown 291)"
ok 'entries of no bytes' make_log --out empty --size 3 --entry-bytes 0
ok 'are entries' log check empty
ok 'long ones too' make_log --out long --size 257 --entry-bytes 65535
ok 'are entries as well' log check long

plants='--plant 5=github:acme/app --plant 300=stranger:email:jane@example.com --plant 301=key --plant 302=garbage --plant 303=copy'
# shellcheck disable=SC2086
ok 'what Rekor has' make_log --out rekor --size 600 --kind hashedrekord $plants
ok 'is a log' log check rekor
# shellcheck disable=SC2086
ok 'made again it has the same planted entries' sh -c 'cp -r rekor first; rm -r rekor; "$@"' - "$SANDBOX" make-log --out rekor --size 700 --kind hashedrekord $plants
ok 'indeed' test "$(log root first 600)" = "$(log root rekor 600)"
bodies() {
	python3 - "$PROJECT/tests/cli" <<'P'
import base64, json, subprocess, sys
sys.path.insert(0, sys.argv[1])
import tile_log
entries = tile_log.read_entries("rekor", 700)
assert entries[303] == entries[302]
root = json.load(open("rekor.keys/trusted_root.json"))
chain = root["certificateAuthorities"][0]["certChain"]["certificates"]
for i, c in enumerate(chain):
    der = base64.b64decode(c["rawBytes"])
    open("chain-%d.pem" % i, "wb").write(subprocess.run(["openssl", "x509", "-inform", "DER"], input=der, check=True, stdout=subprocess.PIPE).stdout)
def trusted(der):
    open("leaf.der", "wb").write(der)
    return subprocess.run(["openssl", "verify", "-no_check_time", "-CAfile", "chain-1.pem", "-untrusted", "chain-0.pem", "leaf.der"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
def text(der):
    return subprocess.run(["openssl", "x509", "-inform", "DER", "-noout", "-text"], input=der, check=True, stdout=subprocess.PIPE).stdout.decode()
certs = {}
for i, entry in enumerate(entries):
    if i in (302, 303):
        assert not entry.startswith(b"{")
        continue
    body = json.loads(entry)
    assert json.dumps(body, separators=(",", ":"), sort_keys=True).encode() == entry
    spec = body["spec"]["hashedRekordV002"]
    assert len(base64.b64decode(spec["data"]["digest"])) == 32
    verifier = spec["signature"]["verifier"]
    if i == 301:
        pem = "".join(open("rekor.keys/planted.pub").read().split("\n")[1:-2])
        assert verifier["publicKey"]["rawBytes"] == pem
        continue
    certs.setdefault(verifier["x509Certificate"]["rawBytes"], []).append(i)
assert len(certs) == 66, len(certs)
for raw, indexes in certs.items():
    der = base64.b64decode(raw)
    assert trusted(der) == (indexes != [300]), indexes
    if indexes == [5]:
        assert "https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main" in text(der)
        assert "1.3.6.1.4.1.57264.1.22" in text(der)
    if indexes == [300]:
        assert "jane@example.com" in text(der)
P
}
ok 'with the bodies, certificates and planted entries that it should have' bodies
ok 'its trusted root is one' sh -c '"$0" trust show --trust-config rekor.keys/trust_config.json >out 2>&1 || { cat out; exit 1; }' "$SIGLET"
make_log --out named --size 1 --url http://127.0.0.1:8080/log
ok 'a log is named after its URL' test "$(head -1 named/checkpoint)" = 127.0.0.1:8080/log
ok 'and can have another name' sh -c '"$0" make-log --out other --size 1 --name log.example --url http://127.0.0.1:8080 && grep -q "^log.example$" other/checkpoint' "$SANDBOX"
done_testing
