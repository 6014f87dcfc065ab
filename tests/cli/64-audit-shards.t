#!/bin/sh
# siglet audit log --shard, --range and --part, and audit combine: a log in parts, on machines that know nothing of each
# other.
. tests/cli/lib.sh
: "${B:=build}" "${SANDBOX:=$B/siglet-sandbox}"
case $SANDBOX in /*) ;; *) SANDBOX=$PWD/$SANDBOX ;; esac
cd "$tmp" || exit 1
XDG_STATE_HOME=$tmp/xdg-state
export XDG_STATE_HOME
unset JOB_COMPLETION_INDEX SLURM_ARRAY_TASK_ID SLURM_ARRAY_TASK_COUNT SLURM_ARRAY_TASK_MIN SLURM_ARRAY_TASK_STEP \
	AWS_BATCH_JOB_ARRAY_INDEX AWS_BATCH_JOB_ARRAY_SIZE
servers=
trap 'kill $servers 2>/dev/null; wait; rm -rf "$tmp"' EXIT
serve() {
	serve_name=$1
	shift
	"$SANDBOX" "$@" >"$serve_name.url" &
	servers="$servers $!"
	while [ ! -s "$serve_name.url" ]; do sleep 0.05; done
	url=$(cat "$serve_name.url")
}
root=log.keys/trusted_root.json
"$SANDBOX" make-log --out log --size 200000 --entry-bytes 12
cp log/checkpoint note
shard() { run audit log --trusted-root $root --from log --checkpoint note "$@"; }
shards() {
	shards_claim=$1
	shards_status=$2
	shift 2
	shard "$@"
	ok "$shards_claim" has_status "$shards_status"
}
combine() { run audit combine --trusted-root $root --checkpoint note "$@"; }
combines() {
	combines_claim=$1
	combines_status=$2
	shift 2
	combine "$@"
	ok "$combines_claim" has_status "$combines_status"
}

# ---- parts ----
in_parts() {
	for count in 1 2 3 4 5 9; do
		index=0
		rm -f part-*
		while [ $index -lt $count ]; do
			shard --shard $index/$count --part part-$index
			[ "$status" = 0 ] && [ -s part-$index ] || { echo "$index/$count"; show; return 1; }
			index=$((index + 1))
		done
		combine part-*
		[ "$status" = 0 ] && grep -q 'the signed root follows.*200000 entries' out || { echo "$count"; show; return 1; }
		run audit log --trusted-root $root --from log --checkpoint note --list-shards $count
		[ "$(head -1 out | cut -d: -f1) $(tail -1 out | cut -d: -f2)" = "0 200000" ] || { echo "list $count"; show; return 1; }
	done
}
ok 'in 1 to 9 parts, of which some are empty' in_parts
for i in 0 1 2 3; do shard --shard $i/4 --part part-$i; done
rm -f part-[4-9]
cp part-1 first
shards 'made again' 0 --shard 1/4 --part part-1 --jobs 1
ok 'a part has the same bytes' cmp first part-1
combines 'in any order' 0 part-3 part-1 part-0 part-2
combines 'without one' 4 part-0 part-1 part-3
out 'the gap is named' 'no part has the entries from 131072 to 196608'
combines 'without the first' 4 part-1 part-2 part-3
combines 'without the last' 4 part-0 part-1 part-2
combines 'one twice' 4 part-0 part-1 part-1 part-2 part-3
ok 'that is said' grep -q 'which another part has' out
combines 'none' 2
shards 'a range, as list-shards prints them' 0 --range 65536:131072 --part range
ok 'is the part' cmp range part-1
shards 'ranges that are cut anywhere' 0 --range 0:100 --part a
shards 'also inside of a bundle' 0 --range 100:70001 --part b
shards 'to the end' 0 --range 70001: --part c
combines 'fit' 0 a b c
shards 'one that overlaps' 0 --range 99:70001 --part b2
combines 'does not' 4 a b2 c
# spoil EXPRESSION: part-1, changed by Python.
spoil() {
	python3 -c '
import base64, json, sys
d = json.load(open("first"))
exec(sys.argv[1])
open("part-1", "w").write(json.dumps(d))' "$1"
}
spoil 'n = bytearray(base64.b64decode(d["nodes"][0][2])); n[5] ^= 1; d["nodes"][0][2] = base64.b64encode(n).decode()'
combines 'a hash that was changed' 1 part-0 part-1 part-2 part-3
for change in 'd["start"] = 65535' 'd["end"] = 131073' 'd["nodes"] = []' 'd["nodes"] *= 2' 'd["nodes"][0][0] = 3' \
	'd["nodes"][0][1] = -1' 'd["nodes"][0][2] = "AAAA"' 'd["schema"] = 2' 'del d["root"]' 'd["root"] = "00"' \
	'd["size"] = -1' 'd["nodes"] = [[0, i, d["nodes"][0][2]] for i in range(200)]' 'd = []' 'd["end"] = 2**62' \
	'd["entries"] = 5'; do
	spoil "$change"
	combine part-0 part-1 part-2 part-3
	ok "$change" test "$status" = 3
done
spoil 'd["size"] = 200001'
combines 'a part of another size' 4 part-0 part-1 part-2 part-3
spoil 'd["origin"] = "elsewhere.example"'
combines 'of another log' 4 part-0 part-1 part-2 part-3
spoil 'd["root"] = "00" * 32'
combines 'of another root' 4 part-0 part-1 part-2 part-3
cp first part-1
head -c 100 first >part-1
combines 'that is cut' 3 part-0 part-1 part-2 part-3
cp first part-1
combines 'that is not there' 3 part-0 part-1 part-2 none
"$SANDBOX" make-log --out log --size 200100 --entry-bytes 12
cp log/checkpoint later
run audit combine --trusted-root $root --checkpoint later part-0 part-1 part-2 part-3
ok 'under a later checkpoint' has_status 4
sed 's/200000/200001/' note >forged
run audit combine --trusted-root $root --checkpoint forged part-0 part-1 part-2 part-3
ok 'a checkpoint that nobody signed' test "$status" != 0
shards 'the log has grown' 0 --shard 3/4 --part part-3b
ok 'a part under the older checkpoint stays the same' cmp part-3 part-3b

# ---- what was looked for in parts ----
"$SANDBOX" make-log --out found --size 600 --kind hashedrekord --plant 5=github:acme/app --plant 300=garbage
look() { run audit log --trusted-root found.keys/trusted_root.json --from found --checkpoint found/checkpoint "$@"; }
put_together() {
	run audit combine --trusted-root found.keys/trusted_root.json --checkpoint found/checkpoint "$@"
}
look --range 0:256 --github acme/app --part found-0
ok 'a part with a match' has_status 1
cp found-0 first-0
look --range 0:256 --github acme/app --part -
ok 'on standard output is the part alone' cmp out first-0
err 'what is told goes elsewhere' ':5: MATCH: '
look --range 700: --part -
ok 'also what goes wrong' test ! -s out
err 'is told there' 'the log has 600 entries'
look --range 256: --github acme/app --part found-1
ok 'and one with an entry that can not be read' has_status 4
put_together found-0 found-1
ok 'put together there is a match too' has_status 1
out 'that is said' 'MATCH.*1 COULD NOT BE READ'
out 'with how many' '1 match'
look --range 0:256 --part plain-0
put_together plain-0 found-1
ok 'nor is it good where entries could not be read' has_status 4
look --range 256: --part plain-1
put_together plain-0 plain-1
ok 'only where there is neither' has_status 0
"$SIGLET" audit get --trusted-root found.keys/trusted_root.json --from found --state get --index 5 >entry
python3 - <<'P'
import base64, hashlib, json, subprocess
cert = base64.b64decode(json.load(open("entry"))["spec"]["hashedRekordV002"]["signature"]["verifier"]["x509Certificate"]["rawBytes"])
pem = subprocess.run(["openssl", "x509", "-inform", "DER", "-noout", "-pubkey"], input=cert, stdout=subprocess.PIPE, check=True).stdout
der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=pem, stdout=subprocess.PIPE, check=True).stdout
json.dump({"keyId": hashlib.sha256(der).hexdigest(), "log": "https://log2026.sandbox.example", "logIndex": 5}, open("ours.jsonl", "w"))
P
look --range 0:256 --github acme/app --part ours-0 --known ours.jsonl
ok 'a match that is ours' has_status 0
put_together ours-0 plain-1
ok 'is none' has_status 0
sed 's/"known":1/"known":2/' ours-0 >more-0
put_together more-0 plain-1
ok 'more that are ours than were found' has_status 3
sed 's/"known":1,//' ours-0 >less-0
put_together less-0 plain-1
ok 'a part that does not say whose they are' has_status 1

# ---- what makes no sense ----
shards 'no such shard' 2 --shard 4/4
shards 'none of none' 2 --shard 0/0
shards 'half a shard' 2 --shard 1
shards 'a shard and a range' 2 --shard 0/2 --range 0:5
shards 'a part of all' 2 --part x
run audit log --trusted-root $root --from log --shard 0/2 --part x --state s
ok 'a part without a checkpoint' has_status 2
shards 'a number of shards, and no shard' 2 --shards 4
shards 'a place that is none' 3 --shard 0/2 --part note/x
run audit log --trusted-root $root --from log --checkpoint note --list-shards 0
ok 'a list of none' has_status 2

# ---- batch systems ----
env_shard() { run audit log --trusted-root $root --from log --checkpoint note --shard env --part env-part "$@"; }
# batch CLAIM STATUS "VARIABLE=VALUE …" ARGUMENT...
batch() {
	batch_claim=$1
	batch_status=$2
	before="env $3"
	shift 3
	rm -f env-part
	env_shard "$@"
	ok "$batch_claim" has_status "$batch_status"
	before=
	[ "$batch_status" != 0 ] || ok 'the second of four' cmp env-part part-1
}
batch 'no batch system' 2 '' --shards 4
err 'that is said' 'no batch system'
batch 'Kubernetes' 0 JOB_COMPLETION_INDEX=1 --shards 4
batch 'which does not say how many' 2 JOB_COMPLETION_INDEX=1
err 'so --shards must' 'JOB_COMPLETION_INDEX says which shard, --shards must say'
batch 'an index that is too large' 2 JOB_COMPLETION_INDEX=4 --shards 4
batch 'one that is none' 2 JOB_COMPLETION_INDEX=1x --shards 4
batch 'one that is empty' 2 JOB_COMPLETION_INDEX= --shards 4
batch 'one of many digits' 2 JOB_COMPLETION_INDEX=4294967297 --shards 4
batch 'Slurm' 0 'SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_TASK_COUNT=4'
batch 'from 1 on' 0 'SLURM_ARRAY_TASK_ID=2 SLURM_ARRAY_TASK_COUNT=4 SLURM_ARRAY_TASK_MIN=1'
batch 'in steps' 0 'SLURM_ARRAY_TASK_ID=20 SLURM_ARRAY_TASK_COUNT=4 SLURM_ARRAY_TASK_MIN=10 SLURM_ARRAY_TASK_STEP=10'
batch 'between them' 2 'SLURM_ARRAY_TASK_ID=15 SLURM_ARRAY_TASK_COUNT=4 SLURM_ARRAY_TASK_MIN=10 SLURM_ARRAY_TASK_STEP=10'
batch 'steps of none' 2 'SLURM_ARRAY_TASK_ID=15 SLURM_ARRAY_TASK_COUNT=4 SLURM_ARRAY_TASK_STEP=0'
batch 'before the first' 2 'SLURM_ARRAY_TASK_ID=0 SLURM_ARRAY_TASK_COUNT=4 SLURM_ARRAY_TASK_MIN=1'
batch 'behind the last' 2 'SLURM_ARRAY_TASK_ID=5 SLURM_ARRAY_TASK_COUNT=4 SLURM_ARRAY_TASK_MIN=1'
batch 'a count that is none' 2 'SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_TASK_COUNT=four'
batch 'a count of our own' 0 'SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_TASK_COUNT=40' --shards 4
batch 'AWS Batch' 0 'AWS_BATCH_JOB_ARRAY_INDEX=1 AWS_BATCH_JOB_ARRAY_SIZE=4'
batch 'which may not say how many' 0 'AWS_BATCH_JOB_ARRAY_INDEX=1' --shards 4

# ---- a log over the network, in parts at once, into one mirror ----
cp later note
serve served serve-log log --keys log.keys --fault delay=20
for i in 0 1 2 3; do
	"$SIGLET" audit log --trusted-root $root --from "$url" --checkpoint note --shard $i/4 --part net-$i --mirror mirror \
		--jobs 32 >"net-$i.out" 2>&1 &
	eval "pid_$i=$!"
done
all=0
# shellcheck disable=SC2154
for pid in $pid_0 $pid_1 $pid_2 $pid_3; do wait "$pid" || all=$?; done
ok 'four at once, with 20 ms a request' test $all = 0
combines 'are the whole' 0 net-0 net-1 net-2 net-3
cp note mirror/checkpoint
run audit log --trusted-root $root --from mirror --state of-mirror
ok 'and so is what they mirrored' has_status 0

# ---- a log of 2^24 + 3 entries ----
serve large simulate-log --size 16777219 --entry-bytes 8 --keys large.keys
root=large.keys/trusted_root.json
curl -fsS "$url/checkpoint" >note
large() { run audit log --trusted-root $root --from "$url" --checkpoint note --entries-only "$@"; }
for i in 0 1 2; do
	large --shard $i/3 --part large-$i
	ok "shard $i of 2^24 + 3 entries" has_status 0
done
combines 'together' 0 large-0 large-1 large-2
out 'the whole' '16777219 entries, 16777219 read'
done_testing
