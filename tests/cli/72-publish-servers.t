#!/bin/sh
# siglet publish: what repositories say of what they keep, and some that misbehave (simulated).
# shellcheck disable=SC2086
. tests/cli/audit.sh
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy NO_PROXY no_proxy
start repository python3 "$PROJECT/tests/cli/repository.py" "$tmp/requests"
repo=$url
: >"$tmp/requests"
mkdir box && cd box || exit 1
make_key ../key
echo one >one
sign_by ../key one
by() {
	gives "$1" 0 publish one --to "$repo/$2/x" --json
	json "by its $3" "d[0]['checked'] == '$3'"
	gives "$1: again" 0 publish one --to "$repo/$2/x" --json
	json 'it is known to be the same' 'not d[0]["sent"]'
	cp one ../one.kept && cp one.sigstore.json ../bundle.kept
	echo two >one && sign_by ../key one
	gives "$1: another" 1 publish one --to "$repo/$2/x"
	mv ../one.kept one && mv ../bundle.kept one.sigstore.json
}
by Artifactory artifactory sha256
by 'one with SHA-1 alone' sha1 sha1
by 'one with MD5' md5 md5
by 'RFC 9530' digest sha256
by 'RFC 3230' olddigest sha256
by Nexus nexus sha1
gives 'one without' 0 publish one --to "$repo/none/x" --json
json 'by its size' 'd[0]["checked"] == "size"'

gives 'a repository that lets nothing be replaced' 0 publish one --to "$repo/nexus-fixed"
make_key ../other
sign_by ../other one
gives 'by force' 4 publish one --to "$repo/nexus-fixed" --force
err 'says so' 'answered 400'
gives 'one that keeps something else' 1 publish one --to "$repo/corrupts"
err 'is found out by its checksum' 'corrupts/one is not what was sent'
gives 'one that does and gives none' 0 publish one --to "$repo/corrupts-unseen/a"
gives 'is found out when it is read back' 1 publish one --to "$repo/corrupts-unseen/b" --read-back
err 'by its content' 'corrupts-unseen/b/one is not what was sent'
gives 'one that keeps nothing' 4 publish one --to "$repo/loses"
err 'is found out' 'loses/one.sigstore.json was taken, and is not there'

# ---- rivals, at the worst moments ----
gives 'somebody who is faster, where conditions are heeded' 1 publish one --to "$repo/heeds"
err 'has the name' 'heeds/one.sigstore.json is there already, and is another'
: >"$tmp/requests"
gives 'somebody who overwrites the bundle at once' 1 publish one --to "$repo/rival-bundle"
err 'has the name' 'rival-bundle/one.sigstore.json is there already, and is another'
ok 'the file is not sent then' test "$(grep -c '^PUT /rival-bundle/one ' ../requests)" = 0
gives 'somebody who overwrites it while the file is sent' 1 publish one --to "$repo/rival-late"
err 'is found out' 'rival-late/one.sigstore.json is not what was sent'
gives 'somebody who overwrites the file' 1 publish one --to "$repo/rival-file"
err 'is found out' 'rival-file/one is not what was sent'

# ---- storage on another host ----
LOGIN=ci:hunter2
export LOGIN
: >"$tmp/requests"
gives 'what is read from elsewhere' 0 publish one --to "$repo/bucket" --auth-env LOGIN --read-back
basic=$(printf %s "$LOGIN" | openssl base64 -A)
ok 'is asked for without credentials' test "$(grep -c ' /stored/.* -$' ../requests)" -ge 2
ok 'which only the repository gets' test "$(grep -v ' /stored/' ../requests | grep -vc "Basic $basic$")" = 0
export LOGIN
for kind in echo echo-password; do
	gives "a server that shows what it was sent: $kind" 4 publish one --to "$repo/$kind" --auth-env LOGIN -v
	err 'is told' 'answered 400$'
	ok 'but not repeated' test "$(grep -cF -e hunter2 -e "$basic" ../err)" = 0
done
gives 'a way to plain http' 4 publish one --to "$repo/downgrade"
err 'is not gone' 'leads to http://repository.example, which is not followed'
done_testing
