#!/bin/sh
# siglet audit watch: nothing that concerns us is missed, however a run ends; what a match is handed to; what is known.
. tests/cli/lib.sh
: "${B:=build}" "${SANDBOX:=$B/siglet-sandbox}"
case $SANDBOX in /*) ;; *) SANDBOX=$PWD/$SANDBOX ;; esac
cd "$tmp" || exit 1
XDG_STATE_HOME=$tmp/xdg-state
export XDG_STATE_HOME
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
tell() { curl -fsS -X POST "$url/sandbox/log/$1" >/dev/null; }
make_log() {
	"$SANDBOX" make-log --out log --kind hashedrekord --plant 5=github:acme/app --plant 100=email:it@acme.example \
		--plant 255=gitlab:acme/lib --plant 256=stranger:github:acme/app --plant 290=key --plant 7=garbage \
		--plant 301=github:acme/other --plant 350=stranger:email:it@acme.example "$@"
}
watch() { run audit watch --trusted-root log.keys/trusted_root.json --from log "$@"; }
# watches CLAIM STATUS ARGUMENT...
watches() {
	watches_claim=$1
	watches_status=$2
	shift 2
	watch "$@"
	ok "$watches_claim" has_status "$watches_status"
}
found() { ok "$1" is_found "$2"; }
# Entries that were told, in order.
is_found() {
	have=$(sed -n 's/^[^ ]*:\([0-9]*\): MATCH.*/\1/p' out | tr '\n' ' ')
	[ "$have" = "$1${1:+ }" ] || { echo "found $have, not $1"; show; return 1; }
}
make_log --size 300

# ---- what is asked ----
watches 'no rule' 2 --since begin --state a
err 'is no watch' 'nothing to watch for'
watches 'no beginning' 2 --github acme/app --state a
out 'has to be said' 'since'
watches 'a beginning that is none' 2 --github acme/app --state a --since yesterday
watches 'an empty subject' 2 --subject '' --state a --since begin
watches 'an address of a workflow' 2 --identity it@acme.example --issuer https://token.actions.githubusercontent.com --state a --since begin
err 'is refused' 'nothing can match'
watches 'GitHub with the issuer of GitLab' 2 --github acme/app --issuer https://gitlab.com --state a --since begin
err 'likewise' 'nothing can match'
watches 'two addresses' 2 --email a@x.example --identity b --state a --since begin
watches 'both ways' 2 --github acme/app --once --follow --state a --since begin
watches 'a beginning beyond the end' 2 --github acme/app --state a --since 301
watches 'no file of what is known' 3 --github acme/app --state a --since begin --known none
ok 'nothing was looked at' test -z "$(find a -name 'cursor*' 2>/dev/null)"

# ---- what is found ----
watches 'a repository' 1 --github acme/app --since begin --state a
found 'is found' '5 256'
ok 'whose certificate is nobody'"'"'s' grep -q ':256: .*BY A CERTIFICATE OF NO TRUSTED AUTHORITY' out
ok 'and whose is' sh -c '! grep ":5: " out | grep -q "NO TRUSTED"'
out 'what can not be read is said' '1 COULD NOT BE READ'
watches 'again' 4 --github acme/app --state a
found 'it is not told twice' ''
watches 'acknowledged' 0 --acknowledge log2026.sandbox.example:7 --state a
watches 'then' 0 --github acme/app --state a
watches 'an entry of which nothing is known' 3 --acknowledge log2026.sandbox.example:8 --state a
watches 'what is no entry' 2 --acknowledge nothing --state a
watches 'an owner' 1 --github acme --since begin --state b
found 'all of his' '5 256'
watches 'an address' 1 --email it@acme.example --since begin --state b
found 'is found' '100'
watches 'a project' 1 --gitlab acme/lib --since begin --state b
found 'too' '255'
watches 'a part of names' 1 --subject ACME --since begin --state b
found 'in any case' '5 100 255 256'
watches 'a key' 1 --key log.keys/planted.pub --since begin --state b
found 'is found' '290'
watches 'a pattern' 1 --identity-regex 'https://github\.com/acme/.*' --since begin --state b
found 'over the whole name' '5 256'
watches 'a pattern of a part' 4 --identity-regex 'github.com/acme' --since begin --state b
found 'matches nothing' ''
watches 'by index' 1 --github acme/app --since 6 --state c
found 'from there on' '256'
watches 'what comes from now on' 4 --subject acme --since head --state c
found 'is nothing yet' ''
watches 'from a date on' 1 --email it@acme.example --since 2020-01-01 --state d
found 'all' '100'
watches 'from a date to come' 0 --email it@acme.example --since 2099-01-01 --state e
found 'none' ''
watches 'only reported, but something could not be read' 4 --gitlab acme/lib --since begin --state f --report-only
found 'is found' '255'
watches 'only reported' 0 --gitlab acme/lib --since 200 --state f2 --report-only
found 'is found' '255'
digest=$(python3 - "$PROJECT/tests/cli" <<'P'
import json, sys
sys.path.insert(0, sys.argv[1])
import base64, tile_log
entry = json.loads(tile_log.split(tile_log.fetch("log", "tile/entries/000"))[33])
print(base64.b64decode(entry["spec"]["hashedRekordV002"]["data"]["digest"]).hex())
P
)
watches 'a digest' 1 --digest "sha256:$digest" --since begin --state b
found 'of an artifact' '33'
watches 'a canary' 1 --github acme/app --since begin --canary 5 --state g
watches 'one that does not match' 2 --github acme/app --canary 6 --state g
watches 'one that can not be read' 2 --github acme/app --canary 7 --state g
watches 'one that is not there' 2 --github acme/app --canary 300 --state g
watches 'in JSON' 1 --github acme/app --since begin --state j --json
json 'two matches and a report' 'len(d) == 3 and [m.get("index") for m in d] == [5, 256, None]'
json 'with all that is known of them' 'd[0]["chain"] == "ok" and d[1]["chain"] == "unknown" and d[0]["matched_rule"] == "identity" and d[0]["leaf"] and d[0]["cert_sha256"]'

# ---- several who watch the same log, with one database ----
watches 'one' 1 --github acme/app --since begin --state shared
watches 'another, for more' 1 --github acme --since begin --state shared
found 'hears of all that is his' '5 256'
ok 'each has rows of his own' test "$(python3 -c 'import glob, sqlite3, sys
print(sqlite3.connect(glob.glob("shared/*/hits.sqlite")[0]).execute("select count(*) from matches").fetchone()[0])')" = 4

# ---- the log grows ----
make_log --size 400
watches 'what came since' 1 --github acme --state shared
found 'is found' '301'
watches 'for the other one nothing' 4 --github acme/app --state shared
watches 'the address' 1 --email it@acme.example --state b
found 'by a stranger' '350'

# ---- what is known ----
# key_of INDEX: the SHA-256 of the key in that entry's certificate.
key_of() {
	"$SIGLET" audit get --trusted-root log.keys/trusted_root.json --from log --state keys --index "$1" |
		python3 -c 'import base64, json, sys
sys.stdout.buffer.write(base64.b64decode(json.load(sys.stdin)["spec"]["hashedRekordV002"]["signature"]["verifier"]["x509Certificate"]["rawBytes"]))' |
		openssl x509 -inform DER -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum | cut -c1-64
}
python3 - "$(key_of 5)" "$(key_of 256)" <<'P'
import json, sys
log = "https://log2026.sandbox.example"
def write(name, *lines):
    open(name, "w").write("".join(json.dumps(line) + "\n" for line in lines))
ours, other = sys.argv[1:]
write("lines.jsonl", {"time": "x", "keyId": ours, "log": log, "logIndex": 5},
      {"time": "x", "keyId": other, "log": "https://other.example", "logIndex": 256}, {"time": "x", "keyId": "00" * 32, "identity": "y"})
write("stolen.jsonl", {"time": "x", "keyId": other, "log": log, "logIndex": 5})
write("keyless.jsonl", {"time": "x", "log": log, "logIndex": 5})
open("cut.jsonl", "w").write('{"keyId": "%s", "log": "https://log2026.sandbox.example", "logIn' % ours)
P
watches 'known by a line of an audit log' 1 --github acme/app --since begin --state known --known lines.jsonl
found 'it is no match' '256'
ok 'but shown' grep -q ':5: known: ' out
watches 'a line of our signature, and the entry of a signature by another key' 1 --github acme/app --since begin --state stolen \
	--known stolen.jsonl
found 'is not ours because the log says so' '5 256'
watches 'a line without a key' 3 --github acme/app --state known --known keyless.jsonl
watches 'a line that is cut' 3 --github acme/app --state known --known cut.jsonl

# ---- whom it is handed to ----
cat >program <<'P'
#!/bin/sh
echo "$#" >>arguments
env >>environment
echo to-stdout
cat >>handed
P
cat >failing <<'P'
#!/bin/sh
exit 3
P
cat >deaf <<'P'
#!/bin/sh
exit 0
P
chmod +x program failing deaf
watches 'a program' 1 --github acme --since begin --state p --on-match ./program
ok 'gets each match' test "$(python3 -c 'import json
print([json.loads(l)["index"] for l in open("handed")])')" = '[5, 256, 301]'
ok 'no argument' test "$(sort -u arguments)" = 0
ok 'nothing of the log in its environment' sh -c '! grep -q "acme\|log2026" environment'
err 'what it prints is no result' '^to-stdout$'
watches 'one that fails' 1 --github acme --since begin --state q --on-match ./failing
found 'does not keep a match from being told' '5 256 301'
ok 'that is said' grep -q 'could not be handed over' out
rm handed
watches 'the next time' 1 --github acme --state q --on-match ./program
ok 'it gets all' test "$(wc -l <handed)" = 3
watches 'then' 4 --github acme --state q --on-match ./program
ok 'none twice' test "$(wc -l <handed)" = 3
watches 'one that fails, once more' 1 --github acme --since begin --state v --on-match ./failing
rm handed
watches 'who watches for something else' 4 --email it@acme.example --since head --state v --on-match ./program
found 'is not told of it' ''
ok 'nor is his program' test ! -e handed
watches 'so that whom it concerns still is' 1 --github acme --state v --on-match ./program
ok 'of all' test "$(wc -l <handed)" = 3
watches 'one that does not read' 1 --github acme --since begin --state r --on-match ./deaf
watches 'one that is not there' 1 --github acme --since begin --state s --on-match ./none
err 'is named' '\./none: can.t be run'
watches 'later it is' 1 --github acme --state s --on-match ./program
ok 'and gets all' test "$(wc -l <handed)" = 6
: >shell
watches 'a name that a shell would run' 1 --github acme --since begin --state t --on-match './program; rm shell'
ok 'is a name' test -e shell
# What was found and not handed over is nowhere else.
watches 'a database of another name' 1 --github acme --since begin --state db --db found.sqlite --on-match ./failing
ok 'is made' test -s found.sqlite
ok 'and no other' test -z "$(find db -name hits.sqlite)"
mv found.sqlite aside.sqlite
watches 'one that is lost' 3 --github acme --state db --db found.sqlite
out 'is named' 'found\.sqlite'
ok 'and not begun anew' test ! -e found.sqlite
: >found.sqlite
watches 'one that is empty' 3 --github acme --state db --db found.sqlite
mv aside.sqlite found.sqlite
watches 'back again' 1 --github acme --state db --db found.sqlite
found 'nothing is lost' '5 256 301'
# Standard output that is full.
if [ -e /dev/full ]; then
	status=0
	"$SIGLET" audit watch --trusted-root log.keys/trusted_root.json --from log --github acme --since begin --state u \
		>/dev/full 2>err || status=$?
	ok 'an output that is full' test $status != 0
	watches 'loses nothing' 1 --github acme --state u
	found 'of what was found' '5 256 301'
fi

# ---- what a log serves wrong ----
serve served serve-log log --keys log.keys
served() { run audit watch --trusted-root log.keys/trusted_root.json --from "$url" "$@"; }
# What lies before is told all the same: nobody hides it with what he spoils behind it.
for fault in wrong-bundle duplicate-entry truncated-bundle huge-bundle; do
	tell 'only-at?value=entries/001'
	tell $fault
	served --github acme --since begin --state "w-$fault"
	ok "$fault" has_status 1
	found 'what lies before is told' 5
	ok 'and what is wrong' grep -q 'tile/entries/001' out
	served --github acme --state "w-$fault" --json
	ok 'again' has_status 1
	json 'it is a mismatch' 'd[-1]["verdict"] == "data-mismatch"'
	tell honest
	served --github acme --state "w-$fault"
	ok 'honest again' has_status 1
	found 'nothing is missed' '256 301'
done
tell 'only-at?value=entries/001'
tell missing-bundle
served --github acme --since begin --state w-missing
ok 'a bundle that is not there' has_status 1
served --github acme --state w-missing
ok 'nothing new before it' has_status 4
tell honest
served --github acme --state w-missing
found 'nothing is missed' '256 301'
tell 'only-at?value=entries/000'
tell 'only-times?value=1'
tell wrong-bundle
served --github acme --since begin --state w-once
ok 'wrong in a cache alone' has_status 1
found 'nothing is missed' '5 256 301'
tell honest

# ---- following ----
: >follow.jsonl
"$SIGLET" audit watch --trusted-root log.keys/trusted_root.json --from log --github acme --since begin --state follow \
	--follow --interval 1 --known follow.jsonl >follow.out 2>&1 &
following=$!
until_line() { for _ in $(seq 150); do grep -q "$1" follow.out && return; sleep 0.1; done; cat follow.out; return 1; }
ok 'following, what is there is found' until_line ':301: MATCH'
mv log.keys/trusted_root.json aside.json
ok 'what fails is told' until_line 'trusted_root.json'
mv aside.json log.keys/trusted_root.json
mkdir grown
cp -r log log.keys grown
(cd grown && make_log --size 500 --plant 450=github:acme/app --plant 460=github:acme/app)
printf '{"keyId":"%s","log":"https://log2026.sandbox.example","logIndex":450}\n' "$(cd grown && key_of 450)" >>follow.jsonl
cp grown/log.keys/planted* log.keys
make_log --size 500 --plant 450=github:acme/app --plant 460=github:acme/app
ok 'and tried again: what comes is found' until_line ':460: MATCH'
ok 'what is known by then is known' grep -q ':450: known' follow.out
kill $following
wait $following 2>/dev/null

# ---- killed anywhere ----
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
	rm -f failed
	killed=0
	delivered() { python3 -c 'import json
print(sorted({json.loads(l)["index"] for l in open("handed")}))'; }
	rows() { python3 -c 'import glob, sqlite3
d = sqlite3.connect(glob.glob("k-state/*/hits.sqlite")[0])
print(d.execute("select count(*), count(delivered) from matches").fetchone(), d.execute("select count(*) from skipped").fetchone())'; }
	for call in write pwrite64 fsync,fdatasync rename openat unlink; do
		n=1
		while :; do
			rm -rf k-state handed
			: >handed
			rc=0
			ASAN_OPTIONS=detect_leaks=0 strace -o /dev/null -e trace=$call \
				-e inject=$call:signal=KILL:when=$n "$SIGLET" audit watch --from log --state k-state \
				--trusted-root log.keys/trusted_root.json --github acme --since begin --jobs 1 \
				--on-match ./program >/dev/null 2>&1 || rc=$?
			[ $rc = 137 ] || break
			killed=$((killed + 1))
			watch --github acme --state k-state --since begin --on-match ./program
			[ "$status" = 1 ] || [ "$status" = 4 ] || { echo "$call $n"; show; } >>failed
			[ "$(delivered)" = '[5, 256, 301, 450, 460]' ] || { echo "$call $n: $(delivered)"; show; } >>failed
			[ "$(rows)" = '(5, 5) (1,)' ] || echo "$call $n: $(rows)" >>failed
			n=$((n + 1 + n / 4))
		done
	done
	ok 'killed at every call that changes a file: nothing is missed, all is delivered' test ! -e failed || head -20 failed
	ok "and that was $killed times" test $killed -ge 30
	rm -f failed
	n=1 full=0
	while :; do
		rm -rf k-state handed
		: >handed
		ASAN_OPTIONS=detect_leaks=0 strace -o trace -e trace=write,pwrite64 -e inject=write,pwrite64:error=ENOSPC:when=$n \
			"$SIGLET" audit watch --from log --state k-state --trusted-root log.keys/trusted_root.json \
			--github acme --since begin --jobs 1 --on-match ./program >k.out 2>&1
		grep -q INJECTED trace || break
		full=$((full + 1))
		grep -q 'no match' k.out && echo "$n: passed" >>failed
		watch --github acme --state k-state --since begin --on-match ./program
		[ "$(delivered)" = '[5, 256, 301, 450, 460]' ] || { echo "$n: $(delivered)"; show; } >>failed
		n=$((n + 1 + n / 4))
	done
	ok 'a full disk, at any write: nothing is missed' test ! -e failed || head -20 failed
	ok "and that was $full times" test $full -ge 10
else
	skip 'strace can not trace here'
fi
done_testing
