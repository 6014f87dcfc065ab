#!/bin/sh
# siglet audit log: the root of a log from its entries; logs of many sizes, interrupted runs, full disks, what a log
# serves wrong, and mirrors.
. tests/cli/lib.sh
: "${B:=build}" "${SANDBOX:=$B/siglet-sandbox}"
case $SANDBOX in /*) ;; *) SANDBOX=$PWD/$SANDBOX ;; esac
cd "$tmp" || exit 1
XDG_STATE_HOME=$tmp/xdg-state
export XDG_STATE_HOME
servers=
trap 'kill $servers 2>/dev/null; wait; rm -rf "$tmp"' EXIT
# serve NAME ARGUMENT...: a server, whose URL is then in the variable url.
serve() {
	serve_name=$1
	shift
	"$SANDBOX" "$@" >"$serve_name.url" &
	servers="$servers $!"
	while [ ! -s "$serve_name.url" ]; do sleep 0.05; done
	url=$(cat "$serve_name.url")
}
tell() { curl -fsS -X POST "$url/sandbox/log/$1" >/dev/null; }
honest() { tell honest; }
make_log() { "$SANDBOX" make-log --out log --entry-bytes 24 "$@"; }
audit() { run audit log --trusted-root log.keys/trusted_root.json "$@"; }
# audits CLAIM STATUS ARGUMENT...: siglet audit log ends with this status.
audits() {
	audits_claim=$1
	audits_status=$2
	shift 2
	audit "$@"
	ok "$audits_claim" has_status "$audits_status"
}

# ---- every size ----
grows() {
	size=0
	while [ $size -le 300 ]; do
		make_log --size $size
		audit --from log --state grown
		[ $status = 0 ] || { echo "$size, resumed"; show; return 1; }
		if [ $((size % 9)) = 0 ]; then
			audit --from log --state "fresh-$size" --json
			[ $status = 0 ] && grep -q "\"checked\":$size," out || { echo "$size"; show; return 1; }
		fi
		size=$((size + 1))
	done
}
ok 'a log that grows from nothing to 300 entries, one by one' grows
for size in 1025 65535 65536 65537; do
	make_log --size $size
	audits "$size entries" 0 --from log --state "whole-$size"
	out 'recomputed' "the signed root follows from the entries, $size entries, $size read"
	audits 'again' 0 --from log --state "whole-$size"
	out 'nothing is read twice' "from $size to $size entries$"
	audits 'from 300 on' 0 --from log --state grown --json
	json 'only what came since' 'd[0]["checked"] == d[0]["to"]["size"] - d[0]["from"]["size"]'
done
audits 'the entries alone' 0 --from log --state entries --entries-only
audits 'say nothing of tiles' 0 --from log --state entries
out 'which are read all the same' '65537 entries, 65537 read'
audits 'a range' 0 --from log --range 100:70000
out 'is a range' ' 65437 read'
audits 'a range beyond the end' 2 --from log --range 70000:70001
audits 'a range that ends before it begins' 2 --from log --range 5:4
audits 'numbers that come round' 2 --from log --range 20000000000000000000:20000000000000000001
audits 'of other letters' 2 --from log --range 1x:3

# ---- what is remembered ----
run audit status --trusted-root log.keys/trusted_root.json --state grown --json
json 'status says how far' '65537 in [r.get("frontier") for r in d]'
state=$(echo "$tmp"/grown/*/frontier)
cp "$state" kept
echo '{' >"$state"
audits 'a damaged frontier' 3 --from log --state grown
ok 'is named' grep -q '/frontier: ' out
python3 - "$state" <<'P'
import base64, json, sys
d = json.loads(open("kept").read())
d["nodes"][0][2] = base64.b64encode(bytes(32)).decode()
open(sys.argv[1], "w").write(json.dumps(d))
P
audits 'a frontier of another tree' 3 --from log --state grown
ok 'is no fault of the log' grep -q 'is not of the tree that the log signed' out
sed 's/"origin":"[^"]*"/"origin":"other.example"/' kept >"$state"
audits 'one of another log' 3 --from log --state grown
sed 's/"schema":1/"schema":2/' kept >"$state"
audits 'one of a later version' 3 --from log --state grown
sed 's/"size":65537/"size":99999/' kept >"$state"
audits 'one of another shape' 3 --from log --state grown
cp kept "$state"
audits 'the one that was there' 0 --from log --state grown

# ---- what a log serves wrong ----
"$SANDBOX" make-log --out wrong --size 70000 --entry-bytes 24 --keys log.keys
serve wrong serve-log wrong --keys log.keys --log requests
audits 'an honest one' 0 --from "$url" --state honest
# finds FAULT STATUS VERDICT NAME: at that tile, and what it names.
finds() {
	case $1 in
	*tile) tell "only-at?value=0/001" ;;
	*bundle | *entry) tell "only-at?value=entries/001" ;;
	esac
	tell "$1"
	audits "$1" "$2" --from "$url" --state "wrong-$1" --json
	json "is $3" "d[-1]['verdict'] == '$3'"
	ok "of $4" grep -q "\"error\":.*$4" out
	tell 'only-times?value=1'
	tell "$1"
	honest
	audits 'and not for good' 0 --from "$url" --state "wrong-$1" --json
}
for fault in truncated-tile swapped-tile wrong-tile huge-tile; do
	finds $fault 1 data-mismatch tile/0/001
done
for fault in truncated-bundle wrong-bundle duplicate-entry huge-bundle; do
	finds $fault 1 data-mismatch tile/entries/001
done
finds missing-tile 4 incomplete tile/0/001
finds missing-bundle 4 incomplete tile/entries/001
tell wrong-partial
audits 'a partial tile that is wrong' 1 --from "$url" --state partial --json
json 'is a mismatch' 'd[-1]["verdict"] == "data-mismatch"'
honest
tell no-partial
audits 'partial tiles that are not there' 4 --from "$url" --state partial
honest
# Of several the last is said too.
tell 'only-at?value=0/001'
tell wrong-tile
audits 'a tile, and what lies behind it' 1 --from "$url" --state behind --json
json 'is read all the same' 'd[-1]["checked"] == 70000 and len(d) == 2'
honest
for fault in wrong-tile truncated-tile missing-tile wrong-bundle truncated-bundle missing-bundle duplicate-entry; do
	case $fault in
	*tile) tell 'only-at?value=0/001' ;;
	*) tell 'only-at?value=entries/001' ;;
	esac
	tell 'only-times?value=1'
	tell $fault
	audits "$fault once, as a cache may have it" 0 --from "$url" --state "once-$fault"
	honest
done
tell 'only-at?value=entries/001'
tell 'only-times?value=1'
tell 'tile-status?value=503'
audits 'a server that is busy once' 0 --from "$url" --state busy
honest
kill "${servers##* }" 2>/dev/null
audits 'a server that is gone' 4 --from "$url" --state honest --timeout 1

# ---- mirrors ----
make_log --size 66000
audits 'a mirror' 0 --from log --state mirror-state --mirror mirror
ok 'has all of the checkpoint' sh -c 'cmp log/checkpoint mirror/checkpoint && cmp log/tile/0/000 mirror/tile/0/000'
audits 'again' 0 --from log --state mirror-state --mirror mirror
out 'reads nothing' 'from 66000 to 66000 entries$'
audits 'from the mirror' 0 --from mirror --state from-mirror
out 'the same' '66000 entries, 66000 read'
rm mirror/tile/entries/100 mirror/tile/0/101
serve mirror serve-log mirror --keys log.keys
audits 'served, with a hole' 4 --from "$url" --state hole
make_log --size 66300
audits 'grown' 0 --from log --state mirror-state --mirror mirror
out 'what came since' ' 300 read'
rm -r mirror
audits 'a mirror that is gone' 0 --from log --state mirror-state --mirror mirror
out 'is made again' ' 66300 read'
serve again serve-log mirror --keys log.keys
audits 'served again' 0 --from "$url" --state served
out 'it is the log' '66300 entries, 66300 read'
for how in 'truncate -s 100' 'truncate -s 0' 'truncate -s 20M' rm; do
	for file in entries/100 0/100 1/000 entries/258.p/252 0/258.p/252; do
		[ -e "mirror/tile/$file" ] || continue
		$how "mirror/tile/$file"
	done
	rm -f mirror/frontier.json
	audits "copies: $how" 0 --from log --state mirror-state --mirror mirror
	ok 'are replaced' cmp log/tile/entries/100 mirror/tile/entries/100
done
audits 'a mirror without tiles' 2 --from log --state mirror-state --mirror mirror --entries-only
"$SANDBOX" make-log --out elsewhere --size 300 --entry-bytes 24 --seed 2 --name elsewhere.example
run audit log --trusted-root elsewhere.keys/trusted_root.json --from elsewhere --state elsewhere-state --mirror mirror
ok 'the mirror of another log' has_status 3
ok 'is left alone' cmp log/tile/0/000 mirror/tile/0/000
echo here >file
audits 'a mirror where a file is' 3 --from log --state file-state --mirror file/mirror

# ---- two at once ----
serve slow serve-log log --keys log.keys --fault delay=20
"$SIGLET" audit log --trusted-root log.keys/trusted_root.json --from "$url" --state both --jobs 2 >first.out 2>&1 &
first=$!
while [ ! -s "$(echo both/*/lock)" ]; do sleep 0.05; done
audits 'a second auditor of the same state' 3 --from "$url" --state both
ok 'hears of the first' grep -q "process $first has it" out
# It is killed, and goes on where it was.
sleep 2.5
kill -KILL $first
wait $first 2>/dev/null
audits 'killed, it goes on' 0 --from "$url" --state both --jobs 8 --json
json 'where it came to' '0 < d[0]["from"]["size"] or d[0]["checked"] <= 66300'
"$SIGLET" audit log --trusted-root log.keys/trusted_root.json --from log --state one --mirror shared >one.out 2>&1 &
one=$!
"$SIGLET" audit log --trusted-root log.keys/trusted_root.json --from log --state two --mirror shared >two.out 2>&1 &
two=$!
one_status=0 two_status=0
wait $one || one_status=$?
wait $two || two_status=$?
ok 'two with one mirror' test "$one_status$two_status" = 00
rm -f shared/frontier.json
audits 'which is whole' 0 --from shared --state of-shared

# ---- killed anywhere, and disks that are full ----
"$SANDBOX" make-log --out small --size 300 --entry-bytes 24 --keys log.keys
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
	killed=0
	rm -f failed
	for call in write pwrite64 fsync rename mkdir openat syncfs; do
		n=1
		while :; do
			rm -rf k-state k-mirror
			rc=0
			ASAN_OPTIONS=detect_leaks=0 strace -f -o /dev/null -e trace=$call \
				-e inject=$call:signal=KILL:when=$n "$SIGLET" audit log --from small --state k-state \
				--trusted-root log.keys/trusted_root.json --mirror k-mirror --jobs 1 \
				>/dev/null 2>&1 || rc=$?
			[ $rc = 137 ] || break
			killed=$((killed + 1))
			audit --from small --state k-state --mirror k-mirror
			[ "$status" = 0 ] || { echo "$call $n"; show; } >>failed
			audit --from k-mirror --state k-state-2
			[ "$status" = 0 ] || { echo "$call $n, mirror"; show; } >>failed
			rm -rf k-state-2
			n=$((n + 1 + n / 8))
		done
	done
	ok 'killed at every call that changes a file: it goes on' test ! -e failed
	ok "and that was $killed times" test $killed -ge 30
	rm -f failed
	full=0
	n=1
	while :; do
		rm -rf k-state k-mirror
		rc=0
		ASAN_OPTIONS=detect_leaks=0 strace -f -o trace -e trace=write \
			-e inject=write:error=ENOSPC:when=$n "$SIGLET" audit log --from small --state k-state \
			--trusted-root log.keys/trusted_root.json --mirror k-mirror --jobs 1 >k.out 2>&1 || rc=$?
		grep -q INJECTED trace || break
		full=$((full + 1))
		if [ $rc = 0 ] && grep -q 'the signed root follows' k.out; then echo "$n: passed" >>failed; fi
		audit --from small --state k-state --mirror k-mirror
		[ "$status" = 0 ] || { echo "$n"; show; } >>failed
		n=$((n + 1))
	done
	ok 'a full disk, at any write, is no verdict' test ! -e failed
	ok "and that was $full times" test $full -ge 10
else
	skip 'strace can not trace here'
fi

# ---- large ----
serve large simulate-log --size 16777219 --entry-bytes 8 --keys large.keys
before=
run audit log --trusted-root large.keys/trusted_root.json --from "$url" --state large --entries-only
ok '2^24 + 3 entries' has_status 0
out 'all of them' '16777219 entries, 16777219 read'
done_testing
