#!/bin/sh
# From a CI job to a reader: sign, publish, fetch, with an identity and a whole instance.
. tests/cli/sandbox.sh
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy NO_PROXY no_proxy
servers=
trap '[ -z "$servers" ] || kill $servers 2>/dev/null; wait; rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
python3 "$PROJECT/tests/cli/repository.py" "$tmp/requests" >url &
servers=$!
while [ ! -s url ]; do sleep 0.05; done
repo=$(cat url)/artifactory/app/1.2
mkdir dist && cd dist || exit 1
echo one >app.tar.gz
echo two >tool

# ---- the job ----
gives 'signed' 0 sign app.tar.gz tool
gives 'published' 0 publish ./* --to "$repo"
out 'with the checksum that the server gives' "^$repo/app.tar.gz: published, and the server's checksum is right$"
ok 'without the bundles twice' test "$(grep -c '^PUT' ../requests)" = 4
echo '{}' >predicate
gives 'a statement, too' 0 attest tool --type https://acme.example/p --predicate predicate -o ../tool.sigstore.json
gives 'goes with the file that it is about' 0 publish tool --bundle ../tool.sigstore.json --name tool-attested --to "$repo"
gives 'and with no other' 1 publish app.tar.gz --bundle ../tool.sigstore.json --name other --to "$repo"
rm predicate

cp tool message
gives 'a COSE message' 0 sign message --format cose
gives 'goes beside its file, too' 0 publish message --to "$repo"
out 'by its name' "^$repo/message: published"
ok 'as it is' test "$(grep -c '^PUT .*/message.cose 201' ../requests)" = 1
echo changed >message
gives 'but not beside another' 1 publish message --to "$repo"
err 'which is refused' 'message.cose: the artifact is not the one that was signed'

# ---- the gate, which holds no secret ----
unset SIGSTORE_ID_TOKEN
mkdir ../gate && cd ../gate || exit 1
gives 'fetched by the repository' 0 fetch "$repo/app.tar.gz" --github acme/app
out 'with what verify says' '^app.tar.gz: signed by https://github.com/acme/app/'
ok 'it is the one' cmp app.tar.gz ../dist/app.tar.gz
gives 'by the exact identity' 0 fetch "$repo/tool" --identity "$WHO" --issuer "$ISSUER" --bundle-out tool.sigstore.json
gives 'and verified later' 0 verify tool --github acme/app
rm -f -- *
gives 'by a COSE message' 0 fetch "$repo/message" --github acme/app
ok 'it is the one' cmp message ../dist/tool
rm -f -- *
gives 'not by another' 1 fetch "$repo/app.tar.gz" --github evil/app
gives 'nor as an attestation' 1 fetch "$repo/app.tar.gz" --github acme/app --type slsaprovenance1
gives 'nor signed later' 1 fetch "$repo/app.tar.gz" --github acme/app --signed-after 2100-01-01T00:00:00Z
ok 'nothing is left' test -z "$(ls -A)"
gives 'an attestation' 0 fetch "$repo/tool-attested" --github acme/app --type https://acme.example/p --predicate-out predicate
ok 'with what it says' grep -qx '{}' predicate
ok 'and the file' cmp tool-attested ../dist/tool
deploy() { "$SIGLET" fetch "$repo/app.tar.gz" --github acme/other -o deployed -q && echo deployed; }
ok 'a refusal stops what would come next' test -z "$(deploy 2>/dev/null)"
done_testing
