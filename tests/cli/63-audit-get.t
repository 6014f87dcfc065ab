#!/bin/sh
# siglet audit get, sample and status.
# shellcheck disable=SC2086
. tests/cli/audit.sh
make_log --out log --size 700 --entry-bytes 20 --name log.example
serve log serve-log log --log requests
known='--trust-config log.keys/trust_config.json --log log.example'
entry() { # INDEX: as the folder has it
	python3 - "$1" <<'P'
import glob, struct, sys
index = int(sys.argv[1])
names = sorted(glob.glob("log/tile/entries/%03d*" % (index // 256)) + glob.glob("log/tile/entries/%03d.p/*" % (index // 256)))
data = max((open(n, "rb").read() for n in names if not n.endswith(".p")), key=len)
at = 0
for i in range(index % 256 + 1):
    (size,) = struct.unpack(">H", data[at:at + 2])
    found = data[at + 2:at + 2 + size]
    at += 2 + size
sys.stdout.buffer.write(found)
P
}

# ---- get ----
same() { run audit get $known --from "$url" --state "$state" "$@" && has_status 0 && cmp "$tmp/out" want; }
for index in 0 255 256 511 699; do
	entry $index >want
	ok "entry $index" same --index $index
done
no_err 'and nothing else'
leaf=$({ printf '\000'; cat want; } | sha256sum | cut -c1-64)
ok 'by its hash' same --leaf-hash "$leaf"
run audit get $known --from "$url" --state "$state" --index 699 -o got
ok 'into a file' has_status 0
ok 'which is it' cmp got want
out 'what is known of it is told' 'log.example: included, entry 699, 700 entries'
run audit get $known --from "$url" --state "$state" --index 699 --json -o got2
json 'as an object' "d[0]['check'] == 'get' and d[0]['index'] == 699 and d[0]['leaf'] == '$leaf' and __import__('base64').b64decode(d[0]['body']) == open('want', 'rb').read()"
ok 'and a file' cmp got2 want
# What somebody else wrote does nothing to a terminal.
at_terminal() {
	python3 -c 'import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' "$SIGLET" "$@" </dev/null >"$tmp/out"
}
ok 'at a terminal' at_terminal audit get $known --from "$url" --state "$state" --index 699
ok 'only what does nothing to it' not grep -q "$(printf '[\001-\011\013\014\016-\037\177-\377]')" "$tmp/out"
ok 'and the bytes where they are asked for' at_terminal audit get $known --from "$url" --state "$state" --index 699 -o -
run audit get $known --from log --offline --state "$state" --index 699
ok 'from a folder' cmp "$tmp/out" want
run audit get $known --from "$url" --state "$state" --index 700 -o none
ok 'none behind the last' has_status 1
ok 'and no file' test ! -e none
run audit get $known --from "$url" --state "$state" --index 700
no_out 'nothing in its place'
err 'but why' 'NOT INCLUDED'
for fault in wrong-bundle duplicate-entry; do
	tell $fault
	case $fault in w*) index=255 ;; *) index=1 ;; esac
	audit "$fault" 1 data-mismatch get $known --from "$url" --index $index
	json 'nothing of it is passed on' '"body" not in d[0]'
	honest
done
for fault in truncated-bundle huge-bundle missing-bundle missing-tile 'tile-status?value=500'; do
	tell $fault
	audit "$fault" 4 incomplete get $known --from "$url" --index 1
	honest
done
tell wrong-bundle
audit 'an entry beside a wrong one' 0 included get $known --from "$url" --index 254
tell 'only-times?value=1'
audit 'what a cache alone has wrong' 0 included get $known --from "$url" --index 255
honest
gives 'no entry named' 2 audit get $known --from "$url" --state "$state"
gives 'a file for a name' 2 audit get 1 $known --from "$url" --state "$state"
gives 'a folder for the file' 3 audit get $known --from "$url" --state "$state" --index 1 -o log

# ---- sample ----
sample() { audit "$1" "$2" "$3" sample $known --from "$url" $4; }
sample 'entries at random' 0 included '--n 20'
json 'their number is told' 'd[-1]["checked"] == 20 and d[-1]["skipped"] == 0 and d[-1]["to"]["size"] == 700'
json 'and the seed' '"--seed " in d[-1]["detail"]'
drawn() { # SEED: which bundles were asked for
	: >requests
	run audit sample $known --from "$url" --state "$state" --n 5 --seed "$1"
	grep -o 'entries/[0-9a-z/.]*' requests | sort
}
ok 'the same seed draws the same' test "$(drawn one)" = "$(drawn one)"
sample 'more than there are' 0 included '--n 1000'
make_log --out small --size 2 --entry-bytes 20 --name small.example
log_url=$url
serve small serve-log small
tell wrong-bundle
audit 'an entry that is wrong' 1 data-mismatch sample --log-key "$(cat small.keys/log.vkey)" --from "$url" --n 20 --seed 1
json 'is named, and others counted' '{x["index"] for x in d[:-1]} == {1} and 0 < d[-1]["checked"] < 20 and d[-1]["checked"] + len(d) - 1 == 20'
url=$log_url
tell missing-bundle
sample 'none at all' 4 incomplete '--n 10 --seed 1'
json 'is told once' 'len(d) == 2 and d[-1]["skipped"] == 10 and d[-1]["verdict"] == "incomplete"'
honest
tell 'rollback?value=600'
sample 'a rollback' 1 stale '--n 3'
honest
make_log --out empty --size 0 --name empty.example
audit 'an empty log' 4 incomplete sample --log-key "$(cat empty.keys/log.vkey)" --from empty --n 1
gives 'no number' 2 audit sample $known --from "$url" --state "$state"
for n in 0 x -1 1000001; do gives "no such number: $n" 2 audit sample $known --from "$url" --state "$state" --n=$n; done
gives 'offline there is none' 2 audit sample $known --offline --state "$state" --n 1
audit 'but in a folder' 0 included sample $known --offline --from log --n 5
serve huge simulate-log --size 1000000000 --keys huge.keys --name huge.example
audit 'of a thousand million' 0 included sample --log-key "$(cat huge.keys/log.vkey)" --from "$url" --n 20
audit 'and one of them' 0 included inclusion --log-key "$(cat huge.keys/log.vkey)" --from "$url" --index 987654321

# ---- status ----
run audit status --state "$tmp/nowhere"
ok 'nothing is remembered' has_status 0
out 'which is said' 'nothing is remembered'
ok 'and nothing made' test ! -e "$tmp/nowhere"
audit 'what is remembered' 0 remembered status
json 'of each log' '{x["origin"]: x["to"]["size"] for x in d} == {"log.example": 700, "small.example": 2, "huge.example": 1000000000}'
here=$state/$(folder_of log.example)
json 'with its evidence, folder and age' "[x['evidenceCount'] > 0 and x['evidence'].endswith('.json') and x['folder'].endswith('$(folder_of log.example)') and x['age'] >= 0 for x in d if x['origin'] == 'log.example'] == [True]"
run audit status --state "$state"
out 'for people' '^log\.example: remembered, 700 entries, seen [0-9]+ seconds ago, EVIDENCE against it: [0-9]+ file'
printf '{"size":512,"nodes":[]}' >"$here/frontier"
printf '{"rules":"abc","scanned_to":300,"anchor_size":700}' >"$here/cursor-abcdef01.json"
audit 'how far the work has come' 0 remembered status
json 'is told' '[(x["frontier"], x["cursors"]) for x in d if x["origin"] == "log.example"] == [(512, [{"file": "cursor-abcdef01.json", "scannedTo": 300}])]'
tree_of() { (cd "$state" && find . -type f -exec sha256sum {} + | sort); }
tree_of >before
run audit status --state "$state"
tree_of >after
ok 'nothing is written' cmp before after
damaged() {
	cp "$here/$2" kept
	printf %s "$3" >"$here/$2"
	audit "$1" 3 incomplete status
	json 'the file is named, the others are told' "len(d) == 3 and [x['error']['message'] for x in d if 'error' in x][0].count('$2') == 1"
	cp kept "$here/$2"
}
damaged 'a damaged checkpoint' checkpoint nonsense
damaged 'a damaged key' key nonsense
damaged 'one of another log' key "$(sed 's/log.example/log.examplf/' "$here/key")"
damaged 'a damaged time' seen '700 soon'
damaged 'a damaged frontier' frontier '{'
damaged 'one without a size' frontier '{}'
damaged 'a negative one' frontier '{"size":-1}'
damaged 'a damaged cursor' cursor-abcdef01.json '[]'
cp "$state/$(folder_of huge.example)/checkpoint" kept2
cp "$here/checkpoint" kept
cp kept2 "$here/checkpoint"
audit 'a checkpoint of another log' 3 incomplete status
cp kept "$here/checkpoint"
mv "$here/key" kept
audit 'no key' 3 incomplete status
mv kept "$here/key"
mkdir "$state/lost+found" "$state/$(printf %064d 0)"
audit 'a folder without anything' 3 incomplete status
rmdir "$state/$(printf %064d 0)"
audit 'what is none of ours is passed over' 0 remembered status
gives 'a file for the folder' 3 audit status --state before
gives 'a name' 2 audit status log --state "$state"
gives 'what it does not take' 2 audit status --index 1 --state "$state"
done_testing
