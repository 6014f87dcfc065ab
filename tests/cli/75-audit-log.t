#!/bin/sh
# The audit log of sign, attest, verify, publish and fetch: one schema, rotation, the system's log; and audit trail.
# shellcheck disable=SC2086,SC2016,SC2034
. tests/cli/sandbox.sh
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy NO_PROXY no_proxy
servers=
trap '[ -z "$servers" ] || kill $servers 2>/dev/null; wait; [ -z "${dev_log:-}" ] || rm -f /dev/log; rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
python3 "$PROJECT/tests/cli/repository.py" "$tmp/requests" >url &
servers=$!
while [ ! -s url ]; do sleep 0.05; done
repo=$(cat url)/artifactory
mkdir box && cd box || exit 1
log=../audit.log
echo one >one && echo two >two && echo '{}' >predicate
# In Python of the lines of the log, as objects in d: line EXPRESSION.
lines() {
	ok "$1" python3 -c '
import json, sys
d = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
sys.exit(0 if eval(sys.argv[2]) else str(d))' "$log" "$2"
}
fresh() { rm -f $log; }

# ---- one line each ----
gives 'sign' 0 sign one two --audit-log $log
lines 'a line a file' 'len(d) == 2 and {l["file"] for l in d} == {"one", "two"}'
lines 'says who, what, by which key, and where' 'all(l["schema"] == 1 and l["action"] == "sign" and l["verdict"] == "signed" and l["identity"].startswith("https://github.com/acme/app/") and l["issuer"].startswith("https://") and len(l["keyId"]) == 64 and l["digest"].startswith("sha256:") and l["bundle"] == l["file"] + ".sigstore.json" and l["log"].startswith("http") and l["logIndex"] >= 0 and len(l["leaf"]) == 64 and len(l["logId"]) == 64 and l["time"].endswith("Z") and l["trustRoot"] for l in d)'
ok 'for its owner alone' test "$(stat -c %a $log)" = 600
gives 'attest' 0 attest one two --type https://acme.example/p --predicate predicate -o both.json --audit-log $log
lines 'says what of' 'd[-1]["action"] == "attest" and d[-1]["verdict"] == "attested" and d[-1]["type"] == "https://acme.example/p" and [s["file"] for s in d[-1]["subjects"]] == ["one", "two"]'
gives 'a COSE message' 0 sign one --format cose --audit-log $log
lines 'says so' 'd[-1]["format"] == "cose"'
cp $log ../signed.log
odd=$(printf 'a\377b\nc')
cp two "$odd"
gives 'a name of any bytes' 0 sign "$odd" --audit-log $log
lines 'is a line of JSON' 'd[-1]["file"] == "a\ufffdb\nc" and d[-1]["digest"].startswith("sha256:")'
rm -- "$odd" "$odd.sigstore.json"
fresh
gives 'verify' 0 verify one two --github acme/app --audit-log $log
lines 'a line a file' 'len(d) == 2 and all(l["action"] == "verify" and l["verdict"] == "accepted" and l["identity"].startswith("https://github.com/acme/app/") and l["logIndex"] >= 0 and len(l["leaf"]) == 64 and "keyId" not in l for l in d)'
gives 'a refusal' 1 verify one --github evil/app --audit-log $log
lines 'says why' 'd[-1]["verdict"] == "refused" and d[-1]["rule"] == "identity.repository" and d[-1]["code"] == "mismatch" and "evil" in d[-1]["message"] and d[-1]["digest"].startswith("sha256:")'
gives 'a file that is not there' 3 verify three --github acme/app --audit-log $log
lines 'is an error' 'd[-1]["verdict"] == "error" and d[-1]["code"] == "io" and d[-1]["file"] == "three"'
gives 'a file without a bundle' 1 verify predicate --github acme/app --audit-log $log
lines 'is refused' 'd[-1]["verdict"] == "refused" and d[-1]["code"] == "missing" and d[-1]["file"] == "predicate"'
gives 'an attestation' 0 verify one --bundle both.json --github acme/app --type https://acme.example/p --audit-log $log
lines 'is told by its type' 'd[-1]["type"] == "https://acme.example/p"'
sha256sum one two >SUMS
gives 'a signed list' 0 sign SUMS
gives 'and what it lists' 0 verify --manifest SUMS --github acme/app --audit-log $log
lines 'a line each' '[l["file"] for l in d[-3:]][0] == "SUMS" and {l["file"] for l in d[-2:]} == {"one", "two"} and all(l["manifest"] == "SUMS" for l in d[-2:])'
echo changed >two
gives 'one that changed' 1 verify --manifest SUMS --github acme/app --audit-log $log
lines 'is refused' 'any(l["verdict"] == "refused" and l["file"] == "two" and l["manifest"] == "SUMS" for l in d[-2:])'
echo two >two
fresh
gives 'publish' 0 publish one two --to "$repo/a" --audit-log $log
lines 'says where to' 'len(d) == 2 and all(l["action"] == "publish" and l["verdict"] == "published" and l["url"].endswith("/a/" + l["file"]) and l["bundleUrl"] == l["url"] + ".sigstore.json" and l["checked"] == "sha256" and l["verified"] is False and l["identity"].startswith("https://github.com/acme/") and l["logIndex"] >= 0 and l["digest"].startswith("sha256:") for l in d)'
cp one.sigstore.json kept && echo changed >one
gives 'what is not signed' 1 publish one --to "$repo/b" --audit-log $log
lines 'is refused' 'd[-1]["verdict"] == "refused" and d[-1]["action"] == "publish" and "url" not in d[-1] and "not the one that was signed" in d[-1]["message"]'
echo one >one
gives 'a name that is taken' 1 publish two --name one --to "$repo/a" --audit-log $log
lines 'is refused' 'd[-1]["verdict"] == "refused" and "is there already" in d[-1]["message"]'
fresh
mkdir got
gives 'fetch' 0 fetch "$repo/a/one?token=secret" -o got/one --github acme/app --audit-log $log
lines 'says from where' 'len(d) == 1 and d[0]["action"] == "fetch" and d[0]["verdict"] == "accepted" and d[0]["url"].endswith("/a/one") and d[0]["file"] == "got/one" and d[0]["bundle"].endswith("/a/one.sigstore.json") and d[0]["logIndex"] >= 0'
gives 'a refusal' 1 fetch "$repo/a/one" -o got/two --github evil/app --audit-log $log
lines 'says why' 'd[-1]["verdict"] == "refused" and d[-1]["rule"] == "identity.repository"'
gives 'what is not there' 1 fetch "$repo/a/nothing?token=secret" -o got/two --github acme/app --audit-log $log
lines 'says so' 'd[-1]["verdict"] == "refused" and d[-1]["url"].endswith("/a/nothing")'
ok 'no query is written down' test "$(grep -c secret $log)" = 0

# ---- what can't be written down is not handed out ----
gives 'a log that is a folder' 3 verify one --github acme/app --audit-log got
gives 'one in no folder' 3 verify one --github acme/app --audit-log missing/log
gives 'a file that is verified' 2 verify one --github acme/app --audit-log one
gives 'its bundle, by another option' 2 verify one --github acme/app --bundle kept --audit-log kept
gives 'the file to be made' 2 fetch "$repo/a/one" -o got/new --github acme/app --audit-log got/new
gives 'the file to be published' 2 publish one --to "$repo/c" --audit-log one
if mkdir ../small && mount -t tmpfs -o size=4k tmpfs ../small 2>/dev/null; then
	head -c 4000 /dev/zero | tr '\0' x >../small/log
	gives 'a log on a full disk' 3 verify one --github acme/app --audit-log ../small/log
	err 'is told' 'audit-log: ../small/log: no space left on device'
	no_out 'and no verdict'
	rm -f got/one
	gives 'nothing is fetched' 3 fetch "$repo/a/one" -o got/one --github acme/app --audit-log ../small/log
	ok 'that is not accounted for' test ! -e got/one
	ok 'and no half line is left' test "$(wc -c <../small/log)" -le 4001
	umount ../small
else
	skip 'no small disk could be made here'
fi

# ---- many at once, and rotation ----
fresh
for i in $(seq 40); do echo "$i" >many-$i; done
run sign many-* -q
rotate() { for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.1; mv $log $log.$i 2>/dev/null; done; }
rotate &
rotating=$!
for i in 1 2 3 4 5; do
	"$SIGLET" verify --offline many-[1-9]* --github acme/app --audit-log $log --jobs 8 -q &
	eval "p$i=\$!"
done
for i in 1 2 3 4 5; do eval "wait \$p$i"; done
wait $rotating
touch $log
whole() { cat $log $log.* 2>/dev/null | python3 -c '
import collections, json, sys
count = collections.Counter(json.loads(line)["file"] for line in sys.stdin)
sys.exit(0 if len(count) == 40 and set(count.values()) == {5} else str(count))'; }
ok 'every line is there once and whole, whatever it was renamed to' whole
rm -f $log.*

# ---- the system's log ----
if [ -e /dev/log ] || ! [ -w /dev ]; then
	skip 'the system log is another one here'
else
	dev_log=1
	python3 -c '
import os, socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("/dev/log")
open("../listening", "w").close()
while True:
    with open("../syslog", "ab") as out:
        out.write(s.recv(1 << 20) + b"\n")' &
	servers="$servers $!"
	while [ ! -e ../listening ]; do sleep 0.05; done
	gives 'verify to the system log' 0 verify one --github acme/app --audit-log syslog:
	gives 'a refusal' 1 verify one --github evil/app --audit-log syslog:
	gives 'sign' 0 sign two --force --audit-log syslog:
	sleep 0.2
	ok 'a line each' test "$(wc -l <../syslog)" = 3
	ok 'as info' grep -qE '^<86>siglet\[[0-9]+\]: \{"time":.*"verdict":"accepted".*\}$' ../syslog
	ok 'or a warning' grep -qE '^<84>siglet\[[0-9]+\]: .*"verdict":"refused"' ../syslog
	ok 'although --offline opens no socket' grep -q '"action":"verify"' ../syslog
	kill "${servers##* }" && servers=${servers% *} && rm -f /dev/log && dev_log=
fi
if [ ! -e /dev/log ]; then
	gives 'where nobody listens' 3 verify one --github acme/app --audit-log syslog:
	err 'is told' 'the system log'
	no_out 'and there is no verdict'
	rm two.sigstore.json
	gives 'nothing is signed' 3 sign two --audit-log syslog:
	ok 'at all' test ! -e two.sigstore.json
fi

# ---- is it really in the log? ----
trail() {
	trail_claim=$1 trail_status=$2 trail_verdict=$3
	shift 3
	run audit trail "$@" --state ../state --from "$SIGLET_SANDBOX_URL" --json
	ok "$trail_claim" has_status "$trail_status"
	json 'by its verdict' "d[-1]['check'] == 'trail' and d[-1]['verdict'] == '$trail_verdict'"
}
trail 'what was signed' 0 included ../signed.log
json 'each line of it' 'len(d) == 1 and d[0]["checked"] == 4 and d[0]["subject"] == "../signed.log"'
fresh
gives 'what was judged' 0 verify one many-1 --github acme/app --audit-log $log
gives 'and refused' 1 verify one --github evil/app --audit-log $log
gives 'and published' 0 publish many-1 --to "$repo/d" --audit-log $log
trail 'is in the log, too' 0 included $log
json 'but for what is of no signature' 'd[0]["checked"] == 2 and d[0]["detail"].startswith("2 lines are of nothing")'
run audit trail ../signed.log --state ../state --from "$SIGLET_SANDBOX_URL"
out 'for people' '^\.\./signed\.log: included, 4 read$'
run audit trail ../signed.log --state ../state --from "$SIGLET_SANDBOX_URL" -q
no_out 'quietly nothing'
# change EXPRESSION: the log with line l changed, the first.
change() {
	python3 -c '
import json, sys
lines = [json.loads(line) for line in open("../signed.log")]
l = lines[int(sys.argv[2])]
exec(sys.argv[1])
for line in lines: print(json.dumps(line))' "$1" "${2:-0}" >$log
}
change 'l["logIndex"] = l["logIndex"] + 1000'
trail 'an index that is not there' 1 not-included $log
json 'is told by its line' 'd[0]["subject"] == "../audit.log:1" and d[0]["verdict"] == "not-included" and d[-1]["checked"] == 3'
change 'l["leaf"] = "00" * 32'
trail 'another leaf' 1 not-included $log
change 'l["digest"] = "sha256:" + "00" * 32'
trail 'another file' 1 not-included $log
json 'is told' 'd[0]["error"]["message"].endswith("about another file than the line")'
change 'l["keyId"] = "00" * 32'
trail 'another key' 1 not-included $log
json 'is told' 'd[0]["error"]["message"].endswith("by another key")'
change '[l.pop(name) for name in ("keyId", "leaf", "identity", "issuer", "digest")]'
trail 'a line that could be of any entry' 3 incomplete $log
json 'is told' '"does not say what could be compared" in d[0]["error"]["message"] and d[-1]["checked"] == 3'
change 'del l["keyId"]; del l["leaf"]; l["identity"] = "https://github.com/evil/app"'
trail 'another identity' 1 not-included $log
change 'l["identity"] = "https://github.com/evil/app"'
trail 'and with the key of the one who signed' 1 not-included $log
json 'is told' 'd[0]["error"]["message"].endswith("by another identity")'
change 'l["issuer"] = "https://issuer.evil.example"'
trail 'another issuer' 1 not-included $log
change 'l["logIndex"] = lines[1]["logIndex"]; del l["leaf"]'
trail 'the entry of another line' 1 not-included $log
change 'del l["leaf"]; del l["logId"]; del l["schema"]; del l["action"]; del l["verdict"]; l["log"] = "https://log2026.sandbox.example/"'
trail 'a line of an older version' 0 included $log
change 'l["digest"] = "sha256:" + "00" * 32' 2
trail 'an attestation, whose entry is not about the file' 0 included $log
change 'l["logId"] = "00" * 32; l["log"] = "https://elsewhere.example"'
trail 'a log that is not known' 4 incomplete $log
change 'l["schema"] = 2'
trail 'a later schema' 3 incomplete $log
change 'l["logIndex"] = -1'
trail 'no index' 3 incomplete $log
change 'l["keyId"] = "xy"'
trail 'no key' 3 incomplete $log
change 'l["verdict"] = "refused"'
trail 'one that was refused' 0 included $log
json 'is passed over' 'd[-1]["checked"] == 3'
{ cat ../signed.log; printf '{"time":"2026-01-01T00:00:0'; } >$log
trail 'a line that a crash cut off' 3 incomplete $log
json 'is named' 'd[0]["subject"] == "../audit.log:5"'
echo 'no JSON' >$log
trail 'what is no audit log' 3 incomplete $log
: >$log
trail 'an empty one' 3 incomplete $log
input=../signed.log
trail 'standard input' 0 included -
input=/dev/null
gives 'no file' 2 audit trail --state ../state --from "$SIGLET_SANDBOX_URL"
gives 'a missing one' 3 audit trail missing --state ../state --from "$SIGLET_SANDBOX_URL"
gives 'offline nothing is certain' 4 audit trail ../signed.log --state ../state --offline

# ---- what a watch takes for ours ----
gives 'what was only judged' 0 verify one --github acme/app --audit-log ../judged.log
run audit watch --from "$SIGLET_SANDBOX_URL" --state ../state2 --github acme/app --since begin --known ../judged.log --json
ok 'is not ours' test "$(grep -c '"known":true' ../out)" = 0
run audit watch --from "$SIGLET_SANDBOX_URL" --state ../state3 --github acme/app --since begin --known ../signed.log --json
ok 'what was signed is' test "$(grep -c '"known":true' ../out)" -ge 4
done_testing
