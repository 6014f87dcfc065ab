#!/bin/sh
# siglet-sandbox serve-log and simulate-log: logs over HTTP, and what they do wrong when they are told to.
. tests/cli/lib.sh
: "${B:=build}" "${SANDBOX:=$B/siglet-sandbox}"
case $SANDBOX in /*) ;; *) SANDBOX=$PWD/$SANDBOX ;; esac
cd "$tmp" || exit 1
servers=
trap 'kill $servers 2>/dev/null; wait; rm -rf "$tmp"' EXIT
log() { python3 "$PROJECT/tests/cli/tile_log.py" "$@"; }
# serve NAME ARGUMENT...: a server, whose URL is then in the variable url.
serve() {
	serve_name=$1
	shift
	"$SANDBOX" "$@" >"$serve_name.url" &
	servers="$servers $!"
	while [ ! -s "$serve_name.url" ]; do sleep 0.05; done
	url=$(cat "$serve_name.url")
}
get() { curl -fsS "$url/$1"; }
tell() { curl -fsS -X POST "$url/sandbox/log/$1" >/dev/null; }
honest() { tell honest; }
answers() {
	code=$(curl -s -o body -w '%{http_code}' "$url/$2")
	[ "$code" = "$1" ] || { echo "answered $code, not $1"; return 1; }
}
# differs PATH: what is served is not what is in the folder.
differs() { answers 200 "$1" && ! cmp -s body "log/$1"; }
same() { answers 200 "$1" && cmp body "log/$1"; }
not() { ! "$@"; }
size_is() { [ "$(get checkpoint | sed -n 2p)" = "$1" ]; }
root_is() { [ "$(get checkpoint | sed -n 3p)" = "$1" ]; }

"$SANDBOX" make-log --out log --size 700 --entry-bytes 30
"$SANDBOX" make-log --out fork --size 800 --entry-bytes 30 --keys log.keys --fork-at 650
serve log serve-log log --fork fork --config-out config --log requests
ok 'a folder is served' log check "$url"
ok 'below the path of the API too' log check "$url/api/v2"
ok 'with a trust config' grep -q "\"url\": \"$url\"" config
ok 'and a log of requests' grep -qx 'GET /tile/0/000 200' requests
ok 'nothing but a log is served' answers 404 ../log.keys/rekor-v2.key
ok 'nor by other names of tiles' answers 404 tile/0/x000/001
ok 'nor what it does not hold' answers 404 tile/0/003

tell 'rollback?value=600'
ok 'rolled back' size_is 600
ok 'the root is that of then' root_is "$(log root log 600)"
honest
tell frozen
"$SANDBOX" make-log --out log --size 720 --entry-bytes 30
ok 'frozen, it does not grow' size_is 700
honest
ok 'which it did' size_is 720
tell 'other-origin?value=elsewhere.example'
ok 'another origin' sh -c 'curl -s "$0/checkpoint" | head -1 | grep -qx elsewhere.example' "$url"
honest
tell fork
ok 'a fork' size_is 800
witness=witness/$(printf log2026.sandbox.example | openssl dgst -sha256 | sed 's/.* //')/checkpoint
ok 'which the witness did not see' test "$(get "$witness" | sed -n 2,3p)" = "$(sed -n 2,3p log/checkpoint)"
ok 'is the other log' log check "$url"
honest
# verified KEY: log or witness.
verified() {
	get checkpoint >note
	python3 - "$1" <<'P'
import base64, subprocess, sys
text, lines = open("note", "rb").read().split(b"\n\n")
is_witness = sys.argv[1] == "witness"
key = base64.b64decode(open("log.keys/%s.vkey" % sys.argv[1]).read().strip().split("+", 2)[2])[1:]
blob = base64.b64decode(lines.decode().split("\n")[is_witness].split(" ")[2])[4:]
before = b"cosignature/v1\ntime %d\n" % int.from_bytes(blob[:8], "big") if is_witness else b""
open("key.der", "wb").write(bytes.fromhex("302a300506032b6570032100") + key)
open("sig", "wb").write(blob[-64:])
open("text", "wb").write(before + text + b"\n")
sys.exit(subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key.der", "-rawin",
                         "-in", "text", "-sigfile", "sig"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode)
P
}
ok 'the signature is right' verified log
tell 'rollback?value=10'
ok 'also of an older checkpoint' verified log
ok 'the witness signs it too' verified witness
honest
tell bad-signature
ok 'or wrong' not verified log
honest

for fault in truncated-tile swapped-tile wrong-tile; do
	tell $fault
	ok "$fault" differs tile/0/001
	ok 'which leaves bundles alone' same tile/entries/001
	honest
done
for fault in truncated-bundle wrong-bundle duplicate-entry; do
	tell $fault
	ok "$fault" differs tile/entries/001
	ok 'which leaves tiles alone' same tile/0/001
	honest
done
tell duplicate-entry
get tile/entries/000 >bundle
ok 'the same entry twice' python3 -c 'd = open("bundle", "rb").read(); assert d[:32] == d[32:64] and len(d) == 256 * 32'
honest
tell wrong-partial
ok 'wrong-partial' differs tile/0/002.p/208
ok 'which leaves whole ones alone' same tile/0/001
honest
tell no-partial
ok 'no-partial' answers 404 tile/0/002.p/208
ok 'nor of entries' answers 404 tile/entries/002.p/208
honest
tell missing-tile
ok 'missing-tile' answers 404 tile/0/001
honest
tell missing-bundle
ok 'missing-bundle' answers 404 tile/entries/001
honest
tell huge-tile
ok 'huge-tile' answers 200 tile/0/001
ok 'is huge' test "$(wc -c <body)" -gt 16777472
honest
tell huge-bundle
ok 'huge-bundle' answers 200 tile/entries/001
ok 'is huge' test "$(wc -c <body)" -gt 16777472
honest
tell 'tile-status?value=503'
tell 'retry-after?value=7'
tell 'only-times?value=2'
tell 'only-at?value=0/001'
ok 'a status, elsewhere not' same tile/0/000
ok 'there' answers 503 tile/0/001
ok 'with a time' sh -c 'curl -s -D - "$0/tile/0/001" | tr -d "\r" | grep -qx "Retry-After: 7"' "$url"
ok 'and not again' same tile/0/001
honest
ok 'no such change' not tell nonsense
ok 'nor one without its value' not tell rollback

serve slow serve-log log --fault delay=3000
slow=${servers##* }
# 32 requests are on their way, and each has a thread that waits.
parallel() {
	for _ in $(seq 32); do
		curl -s -o /dev/null "$url/tile/0/001" &
		asking="${asking:-} $!"
	done
	for _ in $(seq 50); do
		[ "$(ls "/proc/$slow/task" | wc -l)" -lt 33 ] || break
		sleep 0.05
	done
	threads=$(ls "/proc/$slow/task" | wc -l)
	# shellcheck disable=SC2086
	kill $asking
	[ "$threads" -ge 33 ] || { echo "$threads threads"; return 1; }
}
if [ -d /proc/self/task ]; then
	ok 'answers that wait do not wait for each other' parallel
else
	skip 'threads are counted where /proc is'
fi

serve cosigned serve-log log --fault wrong-cosignature
ok 'the log signs what it says' verified log
ok 'the witness something else' not verified witness
serve simulated simulate-log --size 70000 --entry-bytes 40 --keys simulated.keys
ok 'a log that is nowhere' log check "$url"
ok 'has its keys and policy' grep -q '^quorum' simulated.keys/policy
tell 'grow?value=1073741824'
ok 'it grows' size_is 1073741824
root() {
	python3 - "$url" "$PROJECT/tests/cli" "$1" <<'P'
import base64, sys
sys.path.insert(0, sys.argv[2])
import tile_log
size = int(sys.argv[3])
note = tile_log.fetch(sys.argv[1], "checkpoint").decode().split("\n")
entry = tile_log.split(tile_log.fetch(sys.argv[1], "tile/entries/x001/x000/000"))[5]
hashes = [tile_log.leaf(entry)]
while len(hashes) < 41:
    hashes.append(tile_log.node(hashes[-1], hashes[-1]))
root = None
for height in range(41):
    if size >> height & 1:
        root = hashes[height] if root is None else tile_log.node(hashes[height], root)
assert note[1] == str(size) and note[2] == base64.b64encode(root).decode()
for level, number, width in ((0, 4000000, 256), (1, 16000, 256), (2, 62, 256), (3, 0, 63)):
    tile = tile_log.fetch(sys.argv[1], "tile/%d/%s" % (level, tile_log.name(number, width)))
    assert tile == hashes[8 * level] * width
P
}
ok 'to what it says' root 1073741824
tell 'grow?value=1073741823'
ok 'of any size' root 1073741823
ok 'and no tile beyond' answers 404 tile/3/000.p/64
tell 'grow?value=70000'
seen=$(get checkpoint | sed -n 3p)
tell 'fork?value=1000'
ok 'the witness saw none' test "$(get "$witness" | sed -n 3p)" = "$seen"
ok 'a fork is a log' log check "$url"
ok 'another one' not root 70000
serve again simulate-log --size 70000 --entry-bytes 40 --keys simulated.keys
ok 'started again it is the same' test "$(cat simulated.keys/log.vkey | cut -d+ -f1)" = "$(get checkpoint | head -1)"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$SANDBOX" make-log --out placed --size 3 --url "http://127.0.0.1:$port/log"
serve placed serve-log placed --port "$port" --config-out placed.config
ok 'a log that is named after its place' test "$(get checkpoint | head -1)" = "127.0.0.1:$port/log"
ok 'is found by the trust config beside it' grep -q "\"baseUrl\": \"$url/log\"" placed.keys/trust_config.json
ok 'and that of the server' grep -q "\"baseUrl\": \"$url/log\"" placed.config
ok 'there' log check "$url/log"
status=0
"$SANDBOX" simulate-log --size x >out 2>err || status=$?
ok 'no such size' has_status 2
status=0
"$SANDBOX" serve-log none >out 2>err || status=$?
ok 'no such folder' has_status 3
status=0
"$SANDBOX" serve-log log --fault nonsense >out 2>err || status=$?
ok 'no such fault' has_status 2
err 'is answered with those there are' 'swapped-tile'
done_testing
