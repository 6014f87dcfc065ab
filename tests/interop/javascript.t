#!/bin/sh
# siglet and others: we sign at the peer's services and at ours, the peer signs at ours, and each verifies the other's.
# The peers are npm packages, pinned in package.json and installed into the build folder.
. tests/interop/lib.sh
unset SIGLET_TRUST_CONFIG SIGSTORE_ID_TOKEN
case $(node --version 2>/dev/null) in
v2[2-9].* | v2[0-9].1[7-9].* | v20.2*) ;;
*) skip_all 'no Node 20.17 or later here, which the peers need' ;;
esac
command -v npm >/dev/null || skip_all 'no npm here'
cp "$here"/package.json "$here"/*.js "$B/interop/"
(cd "$B/interop" && npm install --silent --no-audit --no-fund --ignore-scripts >npm.log 2>&1) ||
	skip_all "npm could not install the peers (see $B/interop/npm.log)"
peers=$B/interop
enter_folder
printf '{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"one","digest":{"sha256":"%s"}}],"predicateType":"https://spdx.dev/Document","predicate":{}}' \
	"$(sha256sum one | cut -d' ' -f1)" >statement

# ---- we sign at our own services, and at each of them the peer signs; both are verified by both ----
peer_accepts() { node "$peers/verify.js" config "$1" one "$WHO" "$ISSUER"; }
we_accept() { "$SIGLET" verify one --bundle "$1" --trust-config config --identity "$WHO" --issuer "$ISSUER"; }
sign_all() {
	cat >script <<-'SCRIPT'
		set -e
		cp "$SIGLET_TRUST_CONFIG" config
		"$1" sign one -o ours.json
		"$1" attest one --type spdx --predicate predicate -o ours-dsse.json
		node "$2/sign.js" config one theirs.json
		[ "$3" = 2 ] || node "$2/sign.js" config statement theirs-dsse.json dsse
	SCRIPT
	"$SANDBOX" run --rekor-version "$1" -- sh ./script "$SIGLET" "$peers" "$1"
}
for version in 1 2; do
	rm -f ./*.json config
	ok "Rekor v$version: we sign at our services, and so does the peer" sign_all "$version"
	ok "v$version: we verify ours" we_accept ours.json
	ok "v$version: the peer verifies ours" peer_accepts ours.json
	ok "v$version: we verify the peer's" we_accept theirs.json
	ok "v$version: the peer verifies its own" peer_accepts theirs.json
	ok "v$version: we verify our statement" we_accept ours-dsse.json
	if [ $version = 1 ]; then
		ok 'v1: we verify the statement of the peer' we_accept theirs-dsse.json
		ok 'v1: the peer verifies its own statement' peer_accepts theirs-dsse.json
		ok 'v1: the peer verifies our statement' peer_accepts ours-dsse.json
	else
		skip 'v2: the peer knows no envelope that is logged as hashedrekord 0.0.2 over its PAE'
	fi
	echo changed >one
	ok "v$version: nobody accepts another file" refused peer_accepts ours.json
	ok "v$version: nor do we" refused we_accept theirs.json
	echo 'to be signed' >one
done

# ---- we sign at the peer's services ----
mkfifo stop
node "$peers/mock.js" mock <stop 2>mock.log &
exec 9>stop
while [ ! -s mock ] && kill -0 $! 2>/dev/null; do sleep 0.1; done
SIGSTORE_ID_TOKEN=$(node "$peers/token.js")
export SIGSTORE_ID_TOKEN
# One of ten of its timestamps has a fraction that ends with 0, which RFC 3161 does not allow: then once more.
sign_at_mock() {
	for attempt in 1 2 3 4 5; do
		"$SIGLET" sign one --trust-config mock --force "$@" -o mocked.json 2>mocked.err && return
		cat mocked.err
		grep -q 'genTime "[0-9]*\.[0-9]*0Z" is no UTC time in DER' mocked.err || return
		echo "attempt $attempt: a genTime that is not DER"
	done
	return 1
}
verify_mocked() {
	"$SIGLET" verify one --bundle mocked.json --trust-config mock --identity https://mock.example/workload \
		--issuer https://oidc.mock.example
}
peer_verifies_mocked() {
	node "$peers/verify.js" mock mocked.json one https://mock.example/workload https://oidc.mock.example
}
ok "at the peer's services we sign" sign_at_mock
ok 'we verify that' verify_mocked
ok 'so does the peer' peer_verifies_mocked
# Its entry of an envelope is the proposal itself, which is not what a log keeps.
attest_at_mock() { "$SIGLET" attest one --type spdx --predicate predicate --trust-config mock -o mocked-dsse.json; }
fails_as_a_service() {
	status=0
	"$@" 2>err || status=$?
	[ "$status" = 4 ] && [ ! -e mocked-dsse.json ] || { cat err; return 1; }
}
ok 'what it says of an envelope is refused' fails_as_a_service attest_at_mock
exec 9>&-
done_testing
