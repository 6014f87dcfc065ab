#!/bin/sh
# siglet and cosign: each signs at the sandbox, and each verifies the other's; files and statements, both logs.
# cosign is a Go module, which takes minutes to build: `make interop-go` does it. Without, this is skipped.
. tests/interop/lib.sh
COSIGN=$B/interop/bin/cosign
[ -x "$COSIGN" ] || COSIGN=$(command -v cosign) ||
	skip_all 'no cosign here (make interop-go builds it)'
unset SIGLET_TRUST_CONFIG SIGSTORE_ID_TOKEN
enter_folder

cat >script <<'SCRIPT'
set -e
cp "$SIGLET_TRUST_CONFIG" config
python3 -c 'import json
c = json.load(open("config"))
json.dump(c["trustedRoot"], open("root.json", "w"))
json.dump(c["signingConfig"], open("services.json", "w"))'
printf %s "$SIGSTORE_ID_TOKEN" >token
set -- "$1" "$2" --trusted-root root.json --signing-config services.json --identity-token token -y
siglet=$1 cosign=$2
shift 2
"$siglet" sign one -o ours.json
"$siglet" attest one --type spdx --predicate predicate -o ours-dsse.json
"$cosign" sign-blob one --bundle theirs.json "$@"
"$cosign" attest-blob one --predicate predicate --type custom --bundle theirs-dsse.json "$@"
SCRIPT
peer() {
	verb=$1
	shift
	"$COSIGN" "$verb" one "$@" --trusted-root root.json --use-signed-timestamps \
		--certificate-identity "$WHO" --certificate-oidc-issuer "$ISSUER"
}
we_accept() { "$SIGLET" verify one --bundle "$1" --trust-config config --identity "$WHO" --issuer "$ISSUER"; }
for version in 1 2; do
	rm -f ./*.json config token
	ok "Rekor v$version: both sign at our services" "$SANDBOX" run --rekor-version $version -- sh ./script "$SIGLET" "$COSIGN"
	ok "v$version: cosign verifies ours" peer verify-blob --bundle ours.json
	ok "v$version: and our statement" peer verify-blob-attestation --bundle ours-dsse.json --type https://spdx.dev/Document
	ok "v$version: we verify cosign's" we_accept theirs.json
	ok "v$version: and its statement" we_accept theirs-dsse.json
	echo changed >one
	ok "v$version: we refuse another file" refused we_accept theirs.json
	ok "v$version: and another for its statement" refused we_accept theirs-dsse.json
	ok "v$version: so does cosign" refused peer verify-blob --bundle ours.json
	echo 'to be signed' >one
done
done_testing
