#!/bin/sh
# siglet and sigstore-python: each signs at the sandbox, and each verifies the other's, with both logs.
# The peer is a PyPI package, pinned, installed into a virtual environment in the build folder.
. tests/interop/lib.sh
peer=$B/interop/python/bin/sigstore
unset SIGLET_TRUST_CONFIG SIGSTORE_ID_TOKEN
if [ ! -x "$peer" ] && ! { python3 -m venv "$B/interop/python" &&
	"$B/interop/python/bin/pip" install --quiet sigstore==4.5.1; } >"$B/interop/pip.log" 2>&1; then
	skip_all "pip could not install the peer (see $B/interop/pip.log)"
fi
enter_folder
cat >script <<'SCRIPT'
set -e
cp "$SIGLET_TRUST_CONFIG" config
token=$SIGSTORE_ID_TOKEN
"$1" sign one -o ours.json
"$2" --trust-config config sign one --bundle theirs.json --identity-token "$token"
echo "$SIGLET_SANDBOX_URL" >issuer
SCRIPT
peer_accepts() {
	"$peer" --trust-config config verify identity one --bundle "$1" --cert-identity jane@example.com --cert-oidc-issuer "$(cat issuer)"
}
we_accept() { "$SIGLET" verify one --bundle "$1" --trust-config config --email jane@example.com --issuer "$(cat issuer)"; }
fetch_by_tuf() {
	# shellcheck disable=SC2016
	"$SANDBOX" run -- sh -c '"$0" "$1" "$SIGLET_TRUST_CONFIG"' "$B/interop/python/bin/python" "$here/tuf_client.py"
}
ok 'python-tuf fetches trusted root and signing config from the sandbox' fetch_by_tuf
for version in 1 2; do
	rm -f ./*.json config issuer
	ok "Rekor v$version: both sign at our services" \
		"$SANDBOX" run --as email:jane@example.com --rekor-version $version -- sh ./script "$SIGLET" "$peer"
	ok "v$version: the peer verifies ours" peer_accepts ours.json
	ok "v$version: we verify the peer's" we_accept theirs.json
	echo changed >one
	ok "v$version: the peer refuses another file" refused peer_accepts ours.json
	ok "v$version: so do we" refused we_accept theirs.json
	echo 'to be signed' >one
done
done_testing
