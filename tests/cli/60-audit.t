#!/bin/sh
# siglet audit consistency and evidence: logs that grow, and what those do that lie.
# shellcheck disable=SC2086,SC2059
. tests/cli/audit.sh

make_log --out log --size 0 --entry-bytes 20 --name log.example
make_log --out fork --size 1500 --entry-bytes 20 --name log.example --keys log.keys --fork-at 600
serve log serve-log log --fork fork --log requests
known='--trust-config log.keys/trust_config.json --log log.example'
consistency() { audit "$1" "$2" "$3" consistency $known --from "$url"; }

# ---- growing ----
consistency 'an empty log' 0 first-seen
for size in 1 2 3 255 256 257 511 512 513 700 700; do
	make_log --out log --size $size --entry-bytes 20 --name log.example
	consistency "$size entries" 0 consistent
	ok 'are remembered' remembers log.example $size
done
json 'sizes and roots are told' 'd[0]["from"]["size"] == 700 and d[0]["to"]["size"] == 700 and len(d[0]["to"]["root"]) == 64'
ok 'each view is kept' test "$(ls "$state/$(folder_of log.example)/checkpoints" | wc -l)" -eq 11
run audit consistency $known --from "$url" --state "$state"
out 'for people' '^log\.example: consistent, from 700 to 700 entries$'
run audit consistency $known --from "$url" --state "$state" -q
ok 'quiet says nothing good' has_status 0
no_out 'at all'
run audit consistency --from log --log-key "$(cat log.keys/log.vkey)" --state "$state" --offline
ok 'from a folder, by its key, offline' has_status 0
run audit consistency --from log $known --state "$tmp/other" --offline
ok 'a folder with a trust root' has_status 0

# ---- what it signs is wrong ----
tell 'rollback?value=600'
consistency 'a rollback' 1 stale
ok 'does not move what is remembered' remembers log.example 700
stale=$(evidence_of)
ok 'it is kept as evidence' test -s "$stale"
honest
consistency 'and over' 0 consistent
tell fork
one_file() { [ "$(find "$state/$(folder_of log.example)/evidence" -name "*-$1*" | wc -l)" = 1 ]; }
consistency 'a fork of another size' 1 fork
fork=$(evidence_of)
ok 'does not move what is remembered' remembers log.example 700
run audit consistency $known --from "$url" --state "$state"
out 'for people' '^log\.example: FORK: the log signed two trees'
out 'with the file' '^  evidence: .*-fork.*\.json$'
ok 'and is kept once, however often it is seen' one_file fork
honest
make_log --out same --size 700 --entry-bytes 20 --name log.example --keys log.keys --fork-at 699
audit 'a fork of the same size' 1 fork consistency $known --from same
same=$(evidence_of)
tell bad-signature
consistency 'a checkpoint that it did not sign' 1 bad-signature
bad=$(evidence_of)
# Whoever sits in between can make one for each look: they prove nothing, and do not fill the disk.
(
	cd "${bad%/*}" || exit
	for i in $(seq 100); do cp "$bad" "20200101T000000Z-bad-signature-$i.json"; done
)
tell 'rollback?value=1'
consistency 'another one, after very many' 1 bad-signature
ok 'is not kept' test -z "$(evidence_of)"
rm "${bad%/*}"/20200101T*
tell honest
tell bad-signature
honest
tell 'other-origin?value=elsewhere.example'
consistency 'a checkpoint of another origin' 1 other-origin
tell 'other-origin?value=log.example%20-%205'
consistency 'one that would be of a tree of Rekor v1, which a log of tiles has none of' 1 other-origin
ok 'is not taken for another log' not test -e "$state/$(folder_of 'log.example - 5')"
honest
consistency 'and over' 0 consistent
make_log --out rolled --size 700 --entry-bytes 20 --name log.example
audit 'the same log with another key' 1 other-key consistency --from rolled --log-key "$(cat rolled.keys/log.vkey)"
ok 'nothing is remembered of it' remembers log.example 700
audit 'a log that is not known' 1 bad-signature consistency --from rolled $known

# ---- evidence ----
evidence() { audit "$1" "$2" "$3" evidence "$4" $known; }
for file in "$fork" "$same"; do
	evidence "${file##*/} holds" 0 proven "$file"
done
# Whoever has two honest checkpoints can write such a file.
evidence 'that a log shows less than before is nothing that a file shows' 1 unproven "$stale"
audit 'by the key alone' 0 proven evidence "$fork" --log-key "$(cat log.keys/log.vkey)"
audit 'but not by another' 1 unproven evidence "$fork" --log-key "$(cat rolled.keys/log.vkey)"
run audit evidence "$stale" $known
out 'which came last is the word of who kept it' 'is the word of who kept it'
out 'but both are the log'"'"'s' 'the log signed both'
evidence 'what anybody could have made proves nothing' 1 unproven "$bad"
python3 - "$fork" <<'P'
import base64, copy, json, sys
good = json.load(open(sys.argv[1]))
def other(text):
    raw = bytearray(base64.b64decode(text)); raw[len(raw) // 2] ^= 1
    return base64.b64encode(raw).decode()
def note(text, line):
    lines = text.split("\n")
    lines[line] = lines[line][:-2] + ("A" if lines[line][-2] != "A" else "B") + lines[line][-1:]
    return "\n".join(lines)
made = []
def write(name, change):
    value = copy.deepcopy(good); change(value)
    json.dump(value, open("tampered-" + name, "w")); made.append(name)
def swap(d): d["first"], d["second"] = d["second"], d["first"]
write("kind", lambda d: d.update(kind="stale"))
write("unknown-kind", lambda d: d.update(kind="frozen"))
write("name", lambda d: d["log"].update(name="other.example"))
write("keyId", lambda d: d["log"].update(keyId="00000000"))
write("publicKey", lambda d: d["log"].update(publicKey=other(d["log"]["publicKey"])))
for i in (0, 1, 2, 4):
    write("first-%d" % i, lambda d: d.update(first=note(d["first"], i)))
    write("second-%d" % i, lambda d: d.update(second=note(d["second"], i)))
write("twice", lambda d: d.update(second=d["first"]))
write("leaf", lambda d: d["inclusion"].update(leaf=other(d["inclusion"]["leaf"])))
for i in range(len(good["inclusion"]["hashes"])):
    write("hash-%d" % i, lambda d: d["inclusion"]["hashes"].__setitem__(i, other(d["inclusion"]["hashes"][i])))
write("fewer", lambda d: d["inclusion"]["hashes"].pop())
write("more", lambda d: d["inclusion"]["hashes"].append(d["inclusion"]["leaf"]))
write("none", lambda d: d.pop("inclusion"))
open("tampered", "w").write("\n".join(made))
write("swapped", swap)
P
# What is no such file any more is unreadable, the rest proves nothing: in no case it is proven.
is_unproven() {
	if [ "$status" = 3 ]; then not grep -q proven "$tmp/out"; else has_status 1 && grep -q '"unproven"' "$tmp/out"; fi || show
}
while read -r name; do
	run audit evidence "tampered-$name" $known --json
	ok "evidence with another $name" is_unproven
done <tampered
evidence 'a fork is one in either order' 0 proven tampered-swapped
echo '{}' >empty
gives 'a file that is none' 3 audit evidence empty $known
gives 'no file' 3 audit evidence missing $known
gives 'no name' 2 audit evidence $known
run audit evidence "$bad" missing $known
ok 'the one that is refused comes before the one that is missing' has_status 1

# ---- tiles ----
# With two fewer entries than a multiple of 256 the last tiles are read.
make_log --out log --size 1500 --entry-bytes 20 --name log.example
for fault in swapped-tile wrong-tile; do
	tell $fault
	consistency "$fault" 1 data-mismatch
	honest
done
for fault in truncated-tile huge-tile missing-tile; do
	tell $fault
	consistency "$fault" 4 incomplete
	honest
done
tell wrong-partial
consistency 'wrong-partial' 1 data-mismatch
honest
tell 'tile-status?value=503'
consistency 'a server that fails' 4 incomplete
honest
ok 'none of it moves what is remembered' remembers log.example 700
tell wrong-tile
tell 'only-times?value=1'
consistency 'what a cache alone has wrong is asked for again' 0 consistent
honest
ok 'and then it is the log that is right' remembers log.example 1500
make_log --out log --size 1600 --entry-bytes 20 --name log.example
tell frozen
make_log --out log --size 1792 --entry-bytes 20 --name log.example
tell no-partial
tell 'only-at?value=0/006'
consistency 'a partial tile may be gone when there is a full one' 0 consistent
ok 'of the size that was shown' remembers log.example 1600
honest
kill "$server"
wait "$server" 2>/dev/null
consistency 'nobody there' 4 incomplete
out 'which is said' "can't be reached"

# ---- age ----
serve log serve-log log --fork fork
tell frozen
consistency 'a log that stands still' 0 consistent
printf '1792 2020-01-01T00:00:00Z\n' >"$state/$(folder_of log.example)/seen"
audit 'is refused once it is too old' 1 too-old consistency $known --from "$url" --max-age 1d
json 'its age is told' 'd[0]["age"] > 86400 * 365'
audit 'not before' 0 consistent consistency $known --from "$url" --max-age 9999d
python3 - <<'P'
import json
config = json.load(open("log.keys/trust_config.json"))
for log in config["trustedRoot"]["tlogs"]:
    log["publicKey"]["validFor"]["end"] = "2020-06-01T00:00:00Z"
json.dump(config, open("retired.json", "w"))
P
audit 'a log that is retired need not be younger' 0 consistent consistency --trust-config retired.json --log log.example --from "$url" --max-age 1d
# A clock that was ahead once must not keep the log young until then.
printf '1792 2099-01-01T00:00:00Z\n' >"$state/$(folder_of log.example)/seen"
audit 'a view that would be of a time to come' 0 consistent consistency $known --from "$url" --max-age 1d
ok 'is of now from then on' not grep -q 2099 "$state/$(folder_of log.example)/seen"
honest
for age in 1x '' -1 d 1dd; do gives "no age: \"$age\"" 2 audit consistency $known --from "$url" --max-age="$age"; done
make_log --out log --size 1800 --entry-bytes 20 --name log.example
audit 'a new view is of now' 0 consistent consistency $known --from "$url" --max-age 1d
# ---- witnesses ----
audit 'a view that its witness saw' 0 consistent consistency $known --from "$url" --witness-policy log.keys/policy --max-age 1h
json 'is counted' 'd[0]["cosigned"] == 1'
audit 'more than there are' 1 no-quorum consistency $known --from "$url" --witness-policy log.keys/policy --witness-threshold 2
sed "s/^witness w1 .*/witness w1 $(sed 's/[/&]/\\&/g' rolled.keys/witness.vkey)/" log.keys/policy >other-policy
audit 'another witness' 1 no-quorum consistency $known --from "$url" --witness-policy other-policy
# A log known by the trusted root and by the policy is one.
make_log --out twice --size 600 --entry-bytes 20
seen_by() { audit_in "$tmp/twice-state" "$1" "$2" "$3" consistency --trust-config twice.keys/trust_config.json --from "$url" \
	--witness-policy twice.keys/policy --max-age 1h; }
log_url=$url
serve twice serve-log twice --fault skew=400000000
seen_by 'what both name' 0 first-seen
json 'is looked at once' 'len(d) == 1'
tell 'rollback?value=512'
rm -rf "$tmp/twice-state"
seen_by 'what a witness saw in years to come' 0 first-seen
printf '512 2020-01-01T00:00:00Z\n' >"$tmp/twice-state/$(folder_of log2026.sandbox.example)/seen"
seen_by 'is as old as it is known here' 1 too-old
url=$log_url
gives 'a threshold without a policy' 2 audit consistency $known --from "$url" --witness-threshold 1
gives 'a policy that is none' 3 audit consistency $known --from "$url" --witness-policy empty

# ---- what is remembered ----
# Without it a log that shows less would be seen for the first time.
cp -r "$state" lost
audit_in "$tmp/lost" 'before it is lost' 0 consistent consistency $known --from "$url"
rm "lost/$(folder_of log.example)/checkpoint"
audit_in "$tmp/lost" 'a checkpoint that is lost' 3 incomplete consistency $known --from "$url"
out 'is named' "$(folder_of log.example)/checkpoint"
ok 'and not begun anew' test ! -e "lost/$(folder_of log.example)/checkpoint"
# As the very first run leaves it that is killed before it wrote that file.
(cd "lost/$(folder_of log.example)" && find . -mindepth 1 -maxdepth 1 ! -name '*key*' ! -name '*lock*' ! -name '*checkpoints*' -exec rm -r {} + &&
	cd checkpoints && ls | sed 1d | xargs rm)
audit_in "$tmp/lost" 'where there was none yet' 0 first-seen consistency $known --from "$url"
echo nothing >"lost/$(folder_of log.example)/key"
audit_in "$tmp/lost" 'a key that is damaged' 3 incomplete consistency $known --from "$url"
json 'is told once' 'len(d) == 1'

cp -r "$state" busy
make_log --out log --size 1900 --entry-bytes 20 --name log.example
log_url=$url
serve slow serve-log log --fault delay=700
"$SIGLET" audit consistency $known --from "$url" --state "$tmp/busy" >first 2>&1 &
first=$!
lock=$tmp/busy/$(folder_of log.example)/lock
until grep -q "$first" "$lock" || ! kill -0 "$first" 2>/dev/null; do sleep 0.02; done
run audit consistency $known --from log --offline --state "$tmp/busy"
if kill -0 "$first" 2>/dev/null; then
	ok 'two at once: the second ends' has_status 3
	out 'and names the first' "$first"
else
	skip 'the first auditor was done too soon'
	skip 'so that the second had nothing to wait for'
fi
first_status=0
wait "$first" || first_status=$?
ok 'the first goes on' test "$first_status" = 0
url=$log_url
killed() {
	for seconds in 0.001 0.002 0.003 0.004 0.005 0.006 0.007 0.008 0.01 0.012 0.015 0.02; do
		rm -rf "$tmp/killed"
		cp -r "$state" "$tmp/killed"
		timeout --foreground -s KILL $seconds "$SIGLET" audit consistency --from log --log-key "$(cat log.keys/log.vkey)" \
			--state "$tmp/killed" >/dev/null 2>&1
		run audit consistency --from log --log-key "$(cat log.keys/log.vkey)" --state "$tmp/killed"
		has_status 0 || return
	done
}
make_log --out log --size 2000 --entry-bytes 20 --name log.example
ok 'killed at any time, the next run goes on' killed
consistency 'here too' 0 consistent
here=$state/$(folder_of log.example)
damaged() {
	cp "$here/$2" kept
	printf "$3" >"$here/$2"
	run audit consistency $known --from "$url" --state "$state"
	ok "$1" has_status 3
	out 'and the file is named' "$2"
	cp kept "$here/$2"
}
damaged 'a checkpoint that is damaged' checkpoint 'log.example\n'
damaged 'one that is empty' checkpoint ''
damaged 'a key that is' key 'siglet-audit-state/2\n'
damaged 'a time that is' seen '2000 soon\n'
consistency 'mended' 0 consistent
cp "$here/checkpoint" kept
rm "$here/checkpoint"
ln -s /etc/passwd "$here/checkpoint"
gives 'no link is followed' 3 audit consistency $known --from "$url" --state "$state"
rm "$here/checkpoint"
cp kept "$here/checkpoint"
gives 'no folder for it' 3 audit consistency $known --from "$url" --state empty/state
if [ "$(id -u)" != 0 ]; then
	chmod -R a-w "$state"
	gives 'a folder that is read-only' 3 audit consistency $known --from "$url" --state "$state"
	chmod -R u+w "$state"
elif [ -d /proc/self ]; then
	gives 'a folder that is read-only' 3 audit consistency $known --from "$url" --state /proc/siglet
else
	skip 'the superuser may write anywhere'
fi
full() (
	trap '' XFSZ
	ulimit -f 0
	"$SIGLET" audit consistency --from log --log-key "$(cat log.keys/log.vkey)" --state "$state" --offline 2>&1
)
make_log --out log --size 2100 --entry-bytes 20 --name log.example
before_full=$(cat "$here/checkpoint")
said=$(full)
ok 'a full disk leaves what is remembered as it was' test "$before_full" = "$(cat "$here/checkpoint")"
has_said() { case $said in *"$1"*) ;; *) echo "$said"; return 1 ;; esac; }
ok 'and is told' has_said 'could not be checked'
consistency 'with room again' 0 consistent

# ---- command lines ----
gives 'no check' 2 audit
gives 'another' 2 audit nonsense
gives 'a file too many' 2 audit consistency log $known --from "$url"
gives 'what another check takes' 2 audit consistency --index 1 $known --from "$url"
gives 'no such log' 2 audit consistency --log nobody.example --trust-config log.keys/trust_config.json --state "$state"
gives 'a key that is none' 2 audit consistency --log-key nonsense --state "$state"
gives 'no number' 2 audit consistency --jobs none $known --from "$url"
gives 'offline there is nothing to ask' 2 audit consistency $known --state "$state" --offline
done_testing
