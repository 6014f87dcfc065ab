#!/bin/sh
# siglet audit compare: the views of others, in files and from witnesses.
# shellcheck disable=SC2086
. tests/cli/audit.sh
make_log --out log --size 700 --entry-bytes 20 --name log.example
make_log --out fork --size 900 --entry-bytes 20 --name log.example --keys log.keys --fork-at 600
for size in 100 256 700 900; do
	make_log --out old$size --size $size --entry-bytes 20 --name log.example --keys log.keys
	make_log --out fork$size --size $size --entry-bytes 20 --name log.example --keys log.keys --fork-at 50
done
serve log serve-log log --fork fork
known='--trust-config log.keys/trust_config.json --log log.example'
compare() { audit "$1" "$2" "$3" compare $known --from "$url" $4; }

# ---- files ----
compare 'a view of before, at first sight' 0 consistent old100/checkpoint
json 'both are told' 'd[0]["subject"] == "old100/checkpoint" and d[0]["from"]["size"] == 100 and d[0]["to"]["size"] == 700'
ok 'what is shown is remembered' remembers log.example 700
compare 'of one size' 0 consistent old700/checkpoint
compare 'several' 0 consistent 'old100/checkpoint old256/checkpoint old700/checkpoint'
json 'are told each' 'len(d) == 3'
compare 'a fork of before' 1 fork fork100/checkpoint
fork=$(evidence_of)
audit 'with evidence that holds' 0 proven evidence "$fork" $known
ok 'which has their view' grep -q '"from": "fork100/checkpoint"' "$fork"
compare 'a fork of one size' 1 fork fork700/checkpoint
audit 'with evidence that holds' 0 proven evidence "$(evidence_of)" $known
compare 'more than the log shows' 1 stale old900/checkpoint
audit 'is kept, and no proof' 1 unproven evidence "$(evidence_of)" $known
ok 'none of it moves what is remembered' remembers log.example 700
compare 'one that is wrong among others' 1 fork 'old100/checkpoint fork256/checkpoint old256/checkpoint'
json 'does not hide them' '[x["verdict"] for x in d].count("consistent") == 2'
make_log --out other --size 700 --entry-bytes 20 --name log.example
compare 'of the same name by another key' 4 incomplete other/checkpoint
make_log --out stranger --size 700 --entry-bytes 20 --name stranger.example
compare 'of a log that is not known' 4 incomplete stranger/checkpoint
out 'which is said' 'no log that is known'
sed 's/^700$/701/' log/checkpoint >changed
compare 'changed' 1 bad-signature changed
ok 'which is no evidence against the log' test -z "$(evidence_of)"
tell 'other-origin?value=log.example%20-%205'
curl -fsS "$url/checkpoint" >second-tree
honest
compare 'of a second tree, which a log of tiles has none of' 1 other-origin second-tree
ok 'which is no fork of the first' test -z "$(evidence_of)"
echo nonsense >nonsense
compare 'no checkpoint' 3 incomplete nonsense
echo '{}' >nonsense.json
compare 'no bundle' 3 incomplete nonsense.json
compare 'no file' 3 incomplete missing
gives 'no name' 2 audit compare $known --from "$url" --state "$state"

# ---- offline ----
offline() { audit "$1" "$2" "$3" compare $known --offline $4; }
offline 'of one size' 0 consistent old700/checkpoint
offline 'a fork of one size' 1 fork fork700/checkpoint
audit 'with evidence that holds' 0 proven evidence "$(evidence_of)" $known
offline 'of another size: not known' 4 incomplete old100/checkpoint
offline 'a fork of another size: neither' 4 incomplete fork100/checkpoint
audit_in "$tmp/none" 'nothing is remembered' 4 incomplete compare $known --offline old700/checkpoint
ok 'nor made' test ! -e "$tmp/none"
audit 'the same log with another key' 1 other-key compare --log-key "$(cat other.keys/log.vkey)" --offline other/checkpoint
audit 'with a copy of the log' 0 consistent compare $known --offline --from log old100/checkpoint
audit 'and a fork' 1 fork compare $known --offline --from log fork100/checkpoint

# ---- what the log does ----
tell fork
compare 'a log that forks' 1 fork old256/checkpoint
honest
tell missing-tile
compare 'that does not serve its tiles' 4 incomplete old100/checkpoint
compare 'a fork of one size needs none' 1 fork fork700/checkpoint
honest
audit 'nor a log that can be reached' 1 fork compare $known --from http://127.0.0.1:1 fork700/checkpoint
audit 'which all else does' 4 incomplete compare $known --from http://127.0.0.1:1 old700/checkpoint
tell wrong-tile
compare 'whose tiles are wrong' 1 data-mismatch old100/checkpoint
honest

# ---- witnesses ----
hash=$(folder_of log.example)
mkdir -p "w/a/$hash" "w/b/$hash" "w/c/$hash" w/d
cat >witnesses.py <<'P'
import functools, http.server, sys
class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=sys.argv[1]))
print("http://127.0.0.1:%d" % server.server_port, flush=True)
server.serve_forever()
P
log_url=$url
start witnesses python3 witnesses.py w
w=$url
url=$log_url
witness=$(cat log.keys/witness.vkey)
policy() {
	{
		printf 'log %s\n' "$(cat log.keys/log.vkey)"
		printf 'witness %s %s %s\n' one "$witness" "$1"
		printf 'quorum none\n'
	} >policy
}
witnesses() { audit "$1" "$2" "$3" compare $known --from "$url" --witnesses --witness-policy policy; }
policy "$w/a/"
cp old256/checkpoint "w/a/$hash/checkpoint"
witnesses 'a witness that saw the same' 0 consistent
json 'is named' 'd[0]["subject"] == "witness one" and d[0]["check"] == "witness" and d[0]["from"]["size"] == 256'
cp fork256/checkpoint "w/a/$hash/checkpoint"
witnesses 'that saw a fork' 1 fork
audit 'with evidence that holds' 0 proven evidence "$(evidence_of)" $known
cp old900/checkpoint "w/a/$hash/checkpoint"
witnesses 'that saw more than is shown' 1 stale
grep -v witness old256/checkpoint >"w/a/$hash/checkpoint"
witnesses 'that did not cosign' 1 bad-signature
grep -v '^— log.example' old256/checkpoint >"w/a/$hash/checkpoint"
witnesses 'what the log did not sign' 1 bad-signature
cp stranger/checkpoint "w/a/$hash/checkpoint"
witnesses 'a checkpoint of another log' 1 bad-signature
echo nonsense >"w/a/$hash/checkpoint"
witnesses 'no checkpoint' 4 incomplete
head -c 100000 /dev/zero >"w/a/$hash/checkpoint"
witnesses 'far too much' 4 incomplete
policy "$w/d"
witnesses 'one that never saw it' 4 incomplete
out 'which is said' 'never cosigned'
policy http://127.0.0.1:1
witnesses 'one that is not there' 4 incomplete
policy "$w/a"
cp log/checkpoint "w/a/$hash/checkpoint"
audit 'files and witnesses' 0 consistent compare $known --from "$url" --witnesses --witness-policy policy old100/checkpoint
json 'in one run' 'len(d) == 2'
audit 'the policy names the log' 0 consistent compare --trust-config log.keys/trust_config.json --from "$url" --witnesses --witness-policy policy
audit 'and is enough with its key' 0 consistent compare --log-key "$(cat log.keys/log.vkey)" --from "$url" --witnesses --witness-policy policy
gives 'witnesses of no policy' 2 audit compare $known --from "$url" --witnesses --state "$state"
gives 'nor offline' 2 audit compare $known --offline --witnesses --witness-policy policy --state "$state"
{ grep -v ^witness policy; echo "witness one $witness"; } | sort >no-url
gives 'nor without a URL' 2 audit compare $known --from "$url" --witnesses --witness-policy no-url --state "$state"

# ---- bundles ----
corpus=$PROJECT/../shared/corpus
if [ -d "$corpus/verify" ]; then
	public() { audit_in "$tmp/none" "$1" "$2" "$3" compare --offline --trusted-root "$corpus/trusted-roots/public-good.json" "$corpus/verify/$4/bundle.sigstore.json"; }
	public 'a bundle of the public log' 4 incomplete conf-happy-path-v0.3
	out 'has a checkpoint of it' 'rekor.sigstore.dev - 2605736670972794746'
	public 'with a wrong signature' 1 bad-signature conf-checkpoint-bad-keyhint-fail
	public 'without a checkpoint' 3 incomplete java-v01-no-inclusion
else
	skip 'no corpus here'
fi
done_testing
