#!/bin/sh
# siglet audit watch --ct: who got a certificate, by static files and by the API of RFC 6962.
: "${B:=build}" "${SANDBOX:=$B/siglet-sandbox}"
export B SANDBOX
if [ -z "${IN_SANDBOX:-}" ]; then
	IN_SANDBOX=1 exec "$SANDBOX" run --log-names url -- sh "$0"
fi
. tests/cli/sandbox.sh
cd "$tmp" || exit 1
url=$SIGLET_SANDBOX_URL
CT=${url#*://}/ctlog
tell() { curl -fsS -X POST "$url/sandbox/log/$1" >/dev/null; }
honest() { tell honest; }
# audit CHECK CLAIM STATUS VERDICT ARGUMENT...
audit() {
	audit_check=$1
	audit_claim=$2
	audit_status=$3
	audit_verdict=$4
	shift 4
	# shellcheck disable=SC2086
	run audit "$audit_check" --ct --state "$state" --json $from "$@"
	ok "$how: $audit_claim" is_audited
}
is_audited() {
	has_status "$audit_status" || return
	grep -q "\"check\":\"$audit_check\",\"verdict\":\"$audit_verdict\"" out || show
}
watch() { audit watch "$@"; }
holds() { ok "$how: $1" json_holds "$2"; }
sign() { echo "$1" >"$1" && "$SIGLET" sign "$1" --quiet --force -o "$1.bundle"; }
folder() { printf '%s/%s' "$state" "$(printf %s "$CT" | sha256sum | cut -c1-64)"; }
evidence() { sed -n 's/.*"evidence":"\([^"]*\)".*/\1/p' out | tail -1; }
# The same log without its static files.
python3 "$PROJECT/tests/cli/front.py" "$url/ctlog" --only /ct/v1/ >api.url &
front=$!
# And with somebody else in place of one of its entries.
python3 "$PROJECT/tests/cli/front.py" "$url/ctlog" --replace somebody/else-1 somebody/e1se-1 >liar.url &
liar=$!
# Or with what it had at first.
python3 "$PROJECT/tests/cli/front.py" "$url/ctlog" --cache >static.url &
old=$!
python3 "$PROJECT/tests/cli/front.py" "$url/ctlog" --cache --only /ct/v1/ >old-api.url &
older=$!
trap 'kill $front $liar $old $older; rm -rf "$tmp"' EXIT
while [ ! -s api.url ] || [ ! -s liar.url ] || [ ! -s static.url ] || [ ! -s old-api.url ]; do sleep 0.05; done
change_entry() { from="--from $(cat liar.url)"; }
repeat_entry() { tell ct-duplicate-entry; }

both() {
	sign "one-$how"
	at=$(curl -fsS "$url/ctlog/ct/v1/get-sth" | sed 's/.*"tree_size":\([0-9]*\).*/\1/')
	first=$((at - 1))
	state=$how
	watch 'where to begin must be said' 2 incomplete --github acme/app
	watch 'a certificate of ours' 1 match --github acme/app --since $first
	holds 'is told with all that is known of it' "d[0]['id'] == '$CT:$first' and d[0]['index'] == $first and d[0]['kind'] == 'precert' and d[0]['chain'] == 'ok' and d[0]['identity'].startswith('https://github.com/acme/app/') and d[0]['issuer'].startswith('https://token.') and len(d[0]['tbs_sha256']) == 64 and 'digest' not in d[0] and 'apiVersion' not in d[0] and not d[0]['known']"
	holds 'and that alone is read' "d[1]['checked'] == 1 and d[1]['from'] == {'size': $first} and d[1]['to']['size'] == $at and d[1]['origin'] == '$CT'"
	watch 'once' 0 no-match --github acme/app
	tell "ct-grow?value=$((at + 300))"
	sign "two-$how"
	watch 'among many' 1 match --github acme/app
	holds 'the next one' "[line['index'] for line in d[:-1]] == [$at + 300] and d[-1]['checked'] == 301"
	watch 'others have theirs' 1 match --subject "SOMEBODY/else-$((at + 3))@" --subject "somebody/else-$((at + 3))/" --since begin
	holds 'by a part of their name' "[(line['index'], line['matched_rule']) for line in d[:-1]] == [($at + 3, 'subject')] and d[-1]['checked'] == $at + 301"
	watch 'from yesterday on is all of it' 0 no-match --github acme/nobody --since "$(date -u -d yesterday +%Y-%m-%d)"
	holds 'all of it' "d[-1]['checked'] == $at + 301"
	watch 'from the day after tomorrow on is nothing' 0 no-match --github acme/later --since "$(date -u -d '2 days' +%Y-%m-%d)"
	holds 'nothing' "d[-1]['checked'] == 0"
	watch 'a canary that matches' 0 no-match --github acme/app --canary $first
	watch 'one that does not' 2 incomplete --github acme/app --canary $((first + 2))
	gives "$how: digests of artifacts are not in there" 2 audit watch --ct --state "$state" --since head --digest "sha256:$(sha256sum "one-$how" | cut -c1-64)"
	state=$how-known
	watch 'what we signed is known by its bundle' 0 no-match --github acme/app --since $first --known "one-$how.bundle" --known "two-$how.bundle"
	holds 'and told as such' '[line["known"] for line in d[:2]] == [True, True]'
	state=$how-half
	watch 'a certificate that nobody signed with is not' 1 match --github acme/app --since $first --known "two-$how.bundle"
	holds 'that one' 'sorted((line["index"], line["known"]) for line in d[:2])[0] == ('"$first"', False) and sorted(line["known"] for line in d[:2]) == [False, True]'
	echo three >three
	"$SIGLET" sign three --quiet --force -o three.bundle --audit-log lines.jsonl
	state=$how-lines
	watch 'a line of what was signed does as well' 0 no-match --github acme/app --since $((at + 301)) --known lines.jsonl
	rm lines.jsonl

	size=$((at + 302))
	# What a log should not do.
	state=$how
	audit consistency 'it only grew' 0 consistent
	tell ct-bad-signature
	audit consistency 'a signature that is not the log'"'"'s' 1 bad-signature
	honest
	tell "ct-rollback?value=$((size - 5))"
	watch 'a log that shows less' 1 stale --github acme/app
	gives "$how: which no file proves" 1 audit evidence "$(evidence)"
	honest
	watch 'it is back' 1 match --github acme/app
	tell "ct-fork?value=$((size - 3)):$size"
	watch 'another log of the same size' 1 fork --github acme/app
	gives "$how: anybody can see that" 0 audit evidence "$(evidence)"
	honest
	tell "ct-fork?value=$((size - 3)):$((size + 4))"
	audit consistency 'a larger one' 1 fork
	file=$(evidence)
	gives "$how: that too" 0 audit evidence "$file"
	sed 's/"noteType": 5/"noteType": 4/' "$file" >other.json
	gives "$how: but not under another kind of signature" 3 audit evidence other.json
	honest
	state=$how-twice honest_from=$from
	$lie
	watch 'entries that the root does not cover' 1 data-mismatch --github acme/app --since $first
	ok "$how: are no progress" sh -c '! grep -hv "$2" "$1"/*/cursor-* | grep scanned_to' sh "$state" "\"scanned_to\": *$first,"
	honest
	from=$honest_from
	watch 'when it is honest again' 1 match --github acme/app --since $first

	state=$how-cache from="--from $(cat "$1")"
	audit consistency 'by a cache' 0 first-seen
	sign "late-$how"
	from=$honest_from
	audit consistency 'it grew' 0 consistent
	from="--from $(cat "$1")"
	audit consistency 'what a cache still has is asked for again, and no rollback' 0 consistent
	from=$honest_from
}

how=static from='' lie=change_entry
both static.url
audit log 'the whole log' 0 recomputed
tell ct-wrong-tile
state=tile
audit log 'a wrong tile' 1 data-mismatch
honest
change_entry
state=bundle
audit log 'a wrong entry' 1 data-mismatch
from=
audit log 'a mirror' 0 recomputed --mirror mirror
state=mirrored
audit log 'which is a log' 0 recomputed --from mirror
curl -fsS "$url/ctlog/checkpoint" >checkpoint
audit log 'one part' 0 partial --range 0:300 --checkpoint checkpoint --part one.part
audit log 'the other' 0 partial --range 300: --checkpoint checkpoint --part two.part
run audit combine one.part two.part --checkpoint checkpoint --ct --json
ok "$how: are the whole" has_status 0
holds 'by hashing alone' "d[0]['verdict'] == 'recomputed' and d[0]['origin'] == '$CT'"
gives "$how: in no log of signatures" 1 audit combine one.part two.part --checkpoint checkpoint
tell ct-other-origin
audit consistency 'another name, which no signature covers' 1 other-origin
honest

how=api from="--from $(cat api.url)" lie=repeat_entry
both old-api.url
# The end comes at any time.
tell "ct-grow?value=2600"
sign "four-$how"
state=$how-killed
# shellcheck disable=SC2086
"$SIGLET" audit watch --ct --state "$state" $from --json --github acme/app --since 0 --jobs 1 --rate 20 >killed.out &
victim=$!
tries=0
while ! grep -qs '"scanned_to": *[1-9]' "$state"/*/cursor-*.json && [ $tries -lt 1200 ]; do
	sleep 0.05
	tries=$((tries + 1))
done
kill -9 $victim
wait $victim 2>/dev/null
ok "$how: it was in the middle" python3 -c '
import json, sys
assert json.load(open(sys.argv[1]))["scanned_to"] in (1024, 2048)' "$(ls "$state"/*/cursor-*.json)"
watch 'it goes on' 1 match --github acme/app
holds 'and misses nothing' "[line['index'] for line in d[:-1]] == sorted(line['index'] for line in d[:-1]) and {0, $first, 2600} <= {line['index'] for line in d[:-1]} and d[-1]['from']['size'] in (1024, 2048)"

tell ct-wrong-consistency
tell 'ct-grow?value=2610'
state=api
watch 'a consistency proof that proves nothing' 1 data-mismatch --github acme/app
honest
watch 'the log is fine' 1 match --github acme/app
for file in "$(folder)"/cursor-*.json; do
	python3 -c '
import base64, json, sys
c = json.load(open(sys.argv[1]))
node = bytearray(base64.b64decode(c["nodes"][0][2]))
node[0] ^= 1
c["nodes"][0][2] = base64.b64encode(node).decode()
json.dump(c, open(sys.argv[1], "w"))' "$file"
done
watch 'another past than the one that was looked through' 1 data-mismatch --github acme/app
audit log 'entries in order, which it has no tiles for' 4 incomplete
# Certificates themselves, and whose they are.
cat >submit.py <<'P'
import base64, json, os, sys, urllib.request
config = json.load(open(os.environ["SIGLET_TRUST_CONFIG"]))["trustedRoot"]
chain = [c["rawBytes"] for c in config["certificateAuthorities"][0]["certChain"]["certificates"]]
certs = [base64.b64encode(open(name, "rb").read()).decode() for name in sys.argv[1:]]
request = json.dumps({"chain": certs + chain if len(certs) == 1 else certs}).encode()
urllib.request.urlopen(os.environ["SIGLET_SANDBOX_URL"] + "/ctlog/ct/v1/add-chain", request).read()
P
python3 -c 'import base64, json; open("ours.der", "wb").write(base64.b64decode(json.load(open("one-static.bundle"))["verificationMaterial"]["certificate"]["rawBytes"]))'
ec() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null; }
for name in ca theirs; do ec $name.key; done
openssl req -x509 -new -key ca.key -subj /CN=somebody -outform DER -out ca.der
openssl x509 -inform DER -in ca.der -out ca.pem
printf 'subjectAltName=URI:%s\n1.3.6.1.4.1.57264.1.1=DER:%s\n' "$WHO" "$(printf %s "$ISSUER" | od -An -tx1 | tr -d ' \n')" >extensions
openssl req -new -key theirs.key -subj / >theirs.csr
openssl x509 -req -in theirs.csr -CA ca.pem -CAkey ca.key -set_serial 1 -extfile extensions -outform DER -out theirs.der 2>/dev/null
openssl x509 -req -in theirs.csr -CA ca.pem -CAkey ca.key -set_serial 2 -outform DER -out old.der 2>/dev/null
state=certs
size=$(curl -fsS "$url/ctlog/ct/v1/get-sth" | sed 's/.*"tree_size":\([0-9]*\).*/\1/')
python3 submit.py ours.der
python3 submit.py theirs.der ca.der
python3 submit.py old.der ca.der
for from in '' "--from $(cat api.url)"; do
	how="certificates $from" state=certs$from
	watch 'by either way' 1 match --github acme/app --since "$size" --known one-static.bundle
	holds 'ours is known' "d[0]['kind'] == 'x509' and d[0]['known'] and d[0]['chain'] == 'ok' and d[0]['cert_sha256'] == '$(sha256sum ours.der | cut -c1-64)'"
	holds 'theirs is not of the authority' "d[1]['kind'] == 'x509' and not d[1]['known'] and d[1]['chain'] == 'unknown' and d[1]['identity'] == '$WHO' and d[1]['index'] == $size + 1"
	holds 'what has no version 3 could be anything' "d[-1]['skipped'] == 1 and d[-1]['checked'] == 3"
done
# shellcheck disable=SC2086
run audit watch --ct --state text --github acme/app --since "$size"
out 'for people' "^$CT:$((size + 1)): MATCH: $WHO, issuer $ISSUER, BY A CERTIFICATE OF NO TRUSTED AUTHORITY \(x509, rule: identity\)\$"
gives 'both the CT log and a log by its key make no sense' 2 audit watch --ct --log-key x --github acme/app
gives 'nor does --ct for evidence' 2 audit evidence --ct x
done_testing
