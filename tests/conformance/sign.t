#!/bin/sh
# The signing half of the conformance protocol, against the sandbox, and what the upstream suite asserts of it.
. tests/cli/sandbox.sh
cd "$tmp" || exit 1
export SIGLET
client=$PROJECT/tests/conformance/siglet-conformance
python3 -c 'import json, os
c = json.load(open(os.environ["SIGLET_TRUST_CONFIG"]))
json.dump(c["trustedRoot"], open("root.json", "w"))
json.dump(c["signingConfig"], open("services.json", "w"))'
unset SIGLET_TRUST_CONFIG SIGSTORE_ID_TOKEN
echo 'some text' >a.txt
printf '{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a.txt","digest":{"sha256":"%s"}}],"predicateType":"https://example.com/x","predicate":{ }}\n' \
	"$(sha256sum a.txt | cut -d' ' -f1)" >statement.json
sign() { "$client" sign-bundle "$@" --identity-token "$TOKEN" --bundle out.json --trusted-root root.json --signing-config services.json "$file"; }
verify() {
	"$client" verify-bundle --bundle out.json --certificate-identity "$WHO" --certificate-oidc-issuer "$ISSUER" \
		--trusted-root root.json "$1"
}
holds() { python3 -c "import base64, json; b = json.load(open('out.json')); raise SystemExit(0 if $1 else 1)"; }
fails() { ! "$@"; }
file=a.txt
ok 'sign-bundle' sign
ok 'verify-bundle, by file' verify a.txt
ok 'and by digest' verify "sha256:$(sha256sum a.txt | cut -d' ' -f1)"
ok 'a message signature' holds '"messageSignature" in b'
ok 'one certificate, no chain' holds '"certificate" in b["verificationMaterial"]'
ok 'the entry is of Rekor v2' holds '[e["kindVersion"] for e in b["verificationMaterial"]["tlogEntries"]] == [{"kind": "hashedrekord", "version": "0.0.2"}]'
file=statement.json
ok 'sign-bundle --in-toto' sign --in-toto
ok 'verify-bundle' verify a.txt
ok 'the payload is the file, byte for byte' holds 'base64.b64decode(b["dsseEnvelope"]["payload"]) == open("statement.json", "rb").read()'
ok 'of its type' holds 'b["dsseEnvelope"]["payloadType"] == "application/vnd.in-toto+json"'
rm out.json
TOKEN=rubbish
ok 'a bad token fails' fails sign --in-toto
ok 'and leaves nothing' test ! -e out.json
done_testing
