#!/bin/sh
# siglet audit watch on a log of Rekor v1: ten entries an answer, in several trees.
: "${B:=build}" "${SANDBOX:=$B/siglet-sandbox}"
export B SANDBOX
if [ -z "${IN_SANDBOX:-}" ]; then
	IN_SANDBOX=1 exec "$SANDBOX" run --log-names url --rekor-version 1 -- sh "$0"
fi
. tests/cli/sandbox.sh
cd "$tmp" || exit 1
url=$SIGLET_SANDBOX_URL
LOG=${url#*://}
first="$LOG - 1193050959916656506"
second="$LOG - 1193050959916656507"
tell() { curl -fsS -X POST "$url/sandbox/log/$1" >/dev/null; }
honest() { tell honest; }
# watch CLAIM STATUS VERDICT ARGUMENT...: of the log of v1, with a report of that verdict.
watch() {
	watch_claim=$1
	watch_verdict=$3
	watch_status=$2
	shift 3
	run audit watch --state "${state:-state}" --log "$LOG" --json "$@"
	ok "$watch_claim" is_watched
}
is_watched() {
	has_status "$watch_status" || return
	grep -q "\"check\":\"watch\",\"verdict\":\"$watch_verdict\"" out || show
}
sign() { echo "$1" >"$1" && "$SIGLET" sign "$1" --quiet --force -o "$1.bundle"; }
folder() { printf '%s/%s' "${state:-state}" "$(printf %s "$1" | sha256sum | cut -c1-64)"; }
cursor() { cat "$(folder "$1")"/cursor-*.json; }

sign one
watch 'where to begin must be said' 2 incomplete --github acme/app
ok 'and nothing is remembered of it' sh -c '! ls state/*/cursor-*' </dev/null
watch 'one of ours, after entries that are none' 1 match --github acme/app --since 0
json 'it is told once' 'sum("leaf" in line for line in d) == 1'
json 'with the index that people know' "d[0]['index'] == 300 and d[0]['id'] == '$first:300' and d[0]['origin'] == '$first'"
json 'and all that is known of it' 'd[0]["kind"] == "hashedrekord" and d[0]["apiVersion"] == "0.0.1" and d[0]["chain"] == "ok" and not d[0]["known"] and d[0]["issuer"].startswith("https://token.")'
json 'all were read, and what is garbage counted' 'd[1]["checked"] == 301 and d[1]["skipped"] == 300 and d[1]["from"] == {"size": 0} and d[1]["to"]["size"] == 301'
ok 'the cursor has the range of all before it' python3 -c '
import json, sys
c = json.loads(sys.argv[1])
assert c["scanned_to"] == c["anchor_size"] == 301 and [n[0] for n in c["nodes"]] == [8, 5, 3, 2, 0], c' "$(cursor "$first")"
watch 'it is not told again, but what is garbage is not forgotten' 4 incomplete --github acme/app
gives 'somebody looks at one' 0 audit watch --state state --log "$LOG" --acknowledge "$first:7" --github acme/app
watch 'one fewer' 4 incomplete --github acme/app
json 'is left' 'd[0]["skipped"] == 299'

# From an index on, for rules of their own.
state=since
watch 'from our entry on' 1 match --github acme/app --since 300
json 'it alone is read' 'd[1]["checked"] == 1 and d[1]["from"] == {"size": 300} and d[1]["skipped"] == 0'
watch 'and nothing more' 0 no-match --github acme/app
watch 'other rules have another cursor' 0 no-match --github acme/other --since 300
watch 'an index that is not there' 2 incomplete --identity nobody@example.com --since 302
watch 'from the head on' 0 no-match --identity nobody@example.com --since head
json 'nothing is read' 'd[0]["checked"] == 0'
sign two
watch 'what came since' 1 match --github acme/app
json 'one entry' 'd[0]["index"] == 301 and d[1]["checked"] == 1'
watch 'also for those' 0 no-match --identity nobody@example.com
json 'one entry too' 'd[0]["checked"] == 1'
state=dated
watch 'from yesterday on is all of it' 1 match --github acme/app --since "$(date -u -d yesterday +%Y-%m-%d)"
json 'all of it' 'd[-1]["checked"] == 302 and d[-1]["from"] == {"size": 0}'
state=later
watch 'from tomorrow on is nothing' 0 no-match --github acme/other --since "$(date -u -d '2 days' +%Y-%m-%d)"
json 'nothing' 'd[-1]["checked"] == 0'
state=known
watch 'what is ours is known by its bundle' 0 no-match --github acme/app --since 300 --known one.bundle --known two.bundle
json 'and told as such' '[line["known"] for line in d[:2]] == [True, True]'
state=digest
watch 'by its digest' 1 match --since 300 --digest "sha256:$(sha256sum two | cut -c1-64)"
json 'that one' 'len(d) == 2 and d[0]["index"] == 301 and d[0]["matched_rule"] == "digest"'
state=canary
watch 'a canary that matches' 1 match --github acme/app --since 301 --canary 300
watch 'one that does not' 2 incomplete --github acme/other --since 301 --canary 300
err_text=$(cat out)
ok 'is said' sh -c 'echo "$1" | grep -q "does not match, and should"' sh "$err_text"
watch 'one that is garbage, which matches nothing' 2 incomplete --github acme/app --canary 7
watch 'one that is not there' 2 incomplete --github acme/app --canary 400
state=

# Both versions are watched where none is named.
run audit watch --state both --json --github acme/app --since head
ok 'both logs' has_status 0
json 'of either version' "sorted(line['origin'] for line in d) == ['$first', '$LOG/log']"

# A log that gives out ten at a time and has too many of them.
python3 "$PROJECT/tests/cli/front.py" "$url" --replace '656506","treeSize":302' '656506","treeSize":1000001' >front.url &
front=$!
while [ ! -s front.url ]; do sleep 0.05; done
state=large
watch 'all of a large log is not read because nobody thought of it' 2 incomplete --github acme/app --since begin --from "$(cat front.url)"
json 'but where it is said' '"since" in d[0]["error"]["hint"] and "1000001" in d[0]["error"]["message"]'
watch 'from its first entry on, if that is meant' 1 match --github acme/app --since 0 --from "$(cat front.url)"
kill $front
state=small
watch 'a small one is read' 1 match --github acme/app --since begin
state=

# What comes with an entry must be about it. lie CLAIM OLD NEW [OPTION...]
lies=0 since=301 at=301 tree=$first
lie() {
	lies=$((lies + 1))
	rm -f front.url
	lie_claim=$1
	shift
	python3 "$PROJECT/tests/cli/front.py" "$url" --replace "$@" >front.url &
	front=$!
	while [ ! -s front.url ]; do sleep 0.05; done
	state=lie-$lies
	watch "$lie_claim" 1 data-mismatch --github acme/app --since "$since" --from "$(cat front.url)"
	ok 'nothing of it is kept' grep -q "\"scanned_to\":$at," "$state/$(printf %s "$tree" | sha256sum | cut -c1-64)"/cursor-*
	kill $front
}
lie 'a proof of another entry' '"logIndex":301,"rootHash"' '"logIndex":300,"rootHash"'
lie 'a proof of another size' '"treeSize":302},"signedEntry' '"treeSize":303},"signedEntry'
lie 'a proof of one hash more' '"hashes":["' "\"hashes\":[\"$(printf '%064d' 0)\",\""
lie 'a checkpoint that was changed' "\"checkpoint\":\"$first\\n302\\n" "\"checkpoint\":\"$first\\n303\\n"
since=300 at=300
lie 'what lies before a later entry' '"logIndex":301,"verification"' '"logIndex":300,"verification"' --ask '"logIndexes":[300]' '"logIndexes":[301]'
json 'is not where to begin' '"another entry" in d[-1]["error"]["message"]'
since=301 at=301
lie 'a checkpoint of nobody' "\"checkpoint\":\"$first\\n" '"checkpoint":"nobody\n'
state=

# The end comes at any time.
tell 'v1-grow?value=2500'
sign three
state=killed
"$SIGLET" audit watch --state killed --log "$LOG" --json --github acme/app --since 0 --jobs 1 --rate 120 >killed.out &
victim=$!
tries=0
while ! grep -qs '"scanned_to": *[1-9]' killed/*/cursor-*.json && [ $tries -lt 400 ]; do
	sleep 0.05
	tries=$((tries + 1))
done
kill -9 $victim
wait $victim 2>/dev/null
ok 'it was in the middle' python3 -c '
import json, sys
assert json.loads(sys.argv[1])["scanned_to"] in (500, 1000, 1500, 2000)' "$(cursor "$first")"
at=$(cursor "$first" | sed 's/.*"scanned_to":\([0-9]*\).*/\1/')
watch 'it goes on' 1 match --github acme/app
json 'where it was' "d[-1]['from'] == {'size': $at} and d[-1]['checked'] == 2501 - $at"
json 'and misses nothing' '[line["index"] for line in d[:-1]] == [300, 301, 2500]'
watch 'then there is nothing new' 4 incomplete --github acme/app
json 'and all garbage was found, once' 'd[-1]["skipped"] == 2498'

# What the log had is remembered in the cursor.
cp -r killed forged
state=forged
file=$(echo "$(folder "$first")"/cursor-*.json)
python3 -c '
import base64, json, sys
c = json.load(open(sys.argv[1]))
node = bytearray(base64.b64decode(c["nodes"][0][2]))
node[0] ^= 1
c["nodes"][0][2] = base64.b64encode(node).decode()
json.dump(c, open(sys.argv[1], "w"))' "$file"
watch 'another past than the one that was looked through' 1 data-mismatch --github acme/app
echo '{"schema":1}' >"$file"
watch 'a cursor that is damaged' 3 incomplete --github acme/app
state=

# A new tree.
state=shards
watch 'before' 1 match --github acme/app --since 2500
sign four
curl -fsS -X POST "$url/sandbox/rotate/shard" >/dev/null
sign five
tell 'v1-grow?value=3'
watch 'the rest of the old one, and the new one from its beginning on' 1 match --github acme/app
json 'each by its own name' "[(line['origin'], line['index']) for line in d if 'leaf' in line] == [('$first', 2501), ('$second', 2502)]"
json 'the indexes of trees are their own' "[(line['from']['size'], line['to']['size'], line['checked']) for line in d if 'check' in line] == [(2501, 2502, 1), (0, 3, 3)]"
# It does not grow any more, and is none the worse for it.
printf '2502 2020-01-01T00:00:00Z\n' >"$(folder "$first")/seen"
run audit consistency --state shards --log "$LOG" --max-age 1d
ok 'a tree that is closed is never too old' has_status 0
printf '3 2020-01-01T00:00:00Z\n' >"$(folder "$second")/seen"
run audit consistency --state shards --log "$LOG" --max-age 1d
ok 'one that is not is' has_status 1
out 'which is said' "$second: REFUSED: nobody vouches that this view is recent"
sign six
watch 'then it goes on there' 1 match --github acme/app
json 'alone' "[line['index'] for line in d if 'leaf' in line] == [2505]"
state=headed
watch 'rules that are new begin in each tree where they are told' 0 no-match --github acme/app --since head
json 'nothing is read of either' '[line["checked"] for line in d] == [0, 0]'
state=index
watch 'an index across all trees' 1 match --github acme/app --since 2505
json 'is one of the second' '[(line["from"]["size"], line["checked"]) for line in d if "check" in line] == [(2502, 0), (3, 1)]'
state=canaries
watch 'a canary of the second tree' 1 match --github acme/app --since 2505 --canary 2505

since=2503 at=1 tree=$second
lie 'what lies before an entry of another tree' '"logIndex":1,"verification"' '"logIndex":2503,"verification"' --ask '"logIndexes":[2503]' '"logIndexes":[1]'
json 'is none of this one' "'its checkpoint is of' in d[-1]['error']['message'] and '$first' in d[-1]['error']['message']"

# What a log should not do.
state=shards
tell v1-duplicate-entry
state=twice
watch 'an entry that stands twice' 1 data-mismatch --github acme/app --since 2502
honest
ok 'is no progress' sh -c '! grep -h scanned_to twice/*/cursor-* | grep -v "2502,\|:0,"'
state=shards
tell v1-bad-signature
watch 'a signature that is not the log'"'"'s' 1 bad-signature --github acme/app
honest
tell 'v1-rollback?value=1'
watch 'a log that shows less' 1 stale --github acme/app
honest
tell 'v1-fork?value=2'
watch 'another past' 1 fork --github acme/app
evidence=$(sed -n 's/.*"evidence":"\([^"]*\)".*/\1/p' out | tail -1)
gives 'which anybody can see' 0 audit evidence "$evidence"
honest
watch 'and back' 4 incomplete --github acme/app
tell v1-wrong-consistency
sign seven
watch 'a consistency proof that proves nothing' 1 data-mismatch --github acme/app
honest
watch 'and what came meanwhile' 1 match --github acme/app
json 'is not missed' "[line['index'] for line in d if 'leaf' in line] == [2506]"

# A tree that it does not show any more: what came into it is not seen.
rm -f front.url
python3 "$PROJECT/tests/cli/front.py" "$url" --replace '"inactiveShards":[' '"inactiveShards":[],"others":[' >front.url &
front=$!
while [ ! -s front.url ]; do sleep 0.05; done
watch 'a tree that was there is not shown' 1 stale --github acme/app --from "$(cat front.url)"
json 'it is named' "d[-1]['origin'] == '$first' and d[-1]['from']['size'] == 2502"
run audit consistency --state shards --log "$LOG" --from "$(cat front.url)"
ok 'nor has it only grown' has_status 1
out 'which is said' "$first: ROLLED BACK"
out 'with what to do' 'hint: .*shards/'
run audit consistency --state shards --log "$LOG"
ok 'and over' has_status 0
state=order
# Where the second tree begins is not known then, but where its rules are to.
watch 'rules that know the second tree alone' 1 data-mismatch --github acme/app --since head --from "$(cat front.url)"
kill $front
watch 'another one is new to them from its first entry on, whatever comes first' 1 match --github acme/app --since head
json 'wherever others would begin' "[line['from']['size'] for line in d if line.get('origin') == '$first' and 'check' in line] == [0]"

# A log whose key this build can't use is not looked at: that must not pass for one that only grew.
python3 - <<'P'
import json, os
config = json.load(open(os.environ["SIGLET_TRUST_CONFIG"]))
logs = config["trustedRoot"]["tlogs"]
logs.append(json.loads(json.dumps(logs[0])))
logs[-1]["baseUrl"] = "https://new.example"
logs[-1]["publicKey"]["keyDetails"] = "PKIX_MLDSA_65"
json.dump(config, open("newer.json", "w"))
P
run audit consistency --state newer
ok 'the logs that are known' has_status 0
run audit consistency --state newer --trust-config newer.json
ok 'are not all' has_status 4
out 'a log whose key is of a kind that is not known is named' 'https://new\.example: could not be checked'
out 'with that kind' 'PKIX_MLDSA_65'
run audit consistency --state newer --trust-config newer.json --log "$LOG"
ok 'where another one is meant it is not' has_status 0
run audit watch --state newer --trust-config newer.json --github acme/nothing --since head
ok 'nor can it be watched' has_status 4
out 'which is said' 'https://new\.example: could not be checked'
done_testing
