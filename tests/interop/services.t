#!/bin/sh
# siglet at the real services: Fulcio, timestamp-authority and rekor-tiles (POSIX storage), on loopback. The sandbox is
# the OIDC issuer and Fulcio's CT log, whose promises Fulcio verifies. They are Go modules: `make interop-go` builds them.
. tests/interop/lib.sh
bin=$B/interop/bin
for program in fulcio timestamp-server rekor-server cosign; do
	[ -x "$bin/$program" ] || skip_all "no $program here (make interop-go builds it)"
done
if [ -z "${IN_SANDBOX:-}" ]; then
	export B SIGLET SANDBOX
	IN_SANDBOX=1 exec "$SANDBOX" run --as email:jane@example.com -- sh "$0"
fi
enter_folder
pids=
trap 'kill $pids 2>/dev/null; rm -rf "$tmp"' EXIT
TOKEN=$SIGSTORE_ID_TOKEN

# Twelve ports that nobody has now.
# shellcheck disable=SC2046
set -- $(python3 -c 'import socket
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(12)]
print(*(s.getsockname()[1] for s in sockets))')
openssl genpkey -algorithm ED25519 -out rekor.pem
python3 "$here/services.py" before "$SIGLET_TRUST_CONFIG" "$SIGLET_SANDBOX_URL"
"$bin/fulcio" serve --ca ephemeralca --config-path fulcio.json --ct-log-url "$SIGLET_SANDBOX_URL" \
	--ct-log-public-key-path ct.pem --host 127.0.0.1 --port "$1" --grpc-host 127.0.0.1 --grpc-port "$2" \
	--metrics-port "$3" --legacy-unix-domain-socket "@siglet-test-$1" >fulcio.log 2>&1 &
pids="$pids $!"
"$bin/timestamp-server" serve --host 127.0.0.1 --port "$4" --disable-ntp-monitoring >tsa.log 2>&1 &
pids="$pids $!"
"$bin/rekor-server" serve --http-port "$5" --grpc-port "$6" --http-metrics-port "$7" --hostname rekor.local.example \
	--signer-filepath rekor.pem --storage-dir store --checkpoint-interval 1s >rekor.log 2>&1 &
pids="$pids $!"
python3 "$here/services.py" front "$8" store "$5" 2>front.log &
pids="$pids $!"
ok 'the services start' python3 "$here/services.py" after "$SIGLET_TRUST_CONFIG" "$1" "$4" "$8"
unset SIGLET_TRUST_CONFIG SIGSTORE_ID_TOKEN

by_token() { SIGSTORE_ID_TOKEN=$TOKEN "$SIGLET" "$@" --trust-config config.json; }
we_accept() { "$SIGLET" verify one --bundle "$@" --trust-config config.json; }
jane="--email jane@example.com --issuer $SIGLET_SANDBOX_URL"
cosign_accepts() {
	verb=$1
	shift
	"$bin/cosign" "$verb" one "$@" --trusted-root root.json --use-signed-timestamps \
		--certificate-identity jane@example.com --certificate-oidc-issuer "$SIGLET_SANDBOX_URL"
}
ok 'we sign' by_token sign one -o ours.json
# shellcheck disable=SC2086
ok 'we verify that' we_accept ours.json $jane
ok 'so does cosign' cosign_accepts verify-blob --bundle ours.json
ok 'we attest' by_token attest one --type spdx --predicate predicate -o ours-dsse.json
# shellcheck disable=SC2086
ok 'we verify that' we_accept ours-dsse.json $jane
ok 'so does cosign' cosign_accepts verify-blob-attestation --bundle ours-dsse.json --type https://spdx.dev/Document
for algorithm in ecdsa-sha2-384-nistp384 ecdsa-sha2-512-nistp521 rsa-sign-pkcs1-3072-sha256; do
	ok "we sign with $algorithm" by_token sign one --force -o ours.json --algorithm $algorithm
	# shellcheck disable=SC2086
	ok 'and verify' we_accept ours.json $jane
done
i=0
while [ $i -lt 40 ]; do
	echo $i >"many$i"
	i=$((i + 1))
done
ok 'we sign many files at once' by_token sign many*
# shellcheck disable=SC2086
ok 'and verify them' "$SIGLET" verify many? many?? $jane --trust-config config.json

# The same signature again: the log says where it is, and the entry is read from its tiles.
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out rsa.pem 2>/dev/null
openssl pkey -in rsa.pem -pubout -out rsa.pub
by_key() { "$SIGLET" sign one --key rsa.pem --force --trust-config config.json --json -o "$1" >"$1.said"; }
index() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["logIndex"])' "$1.said"; }
same_entry() { [ "$(index first)" = "$(index second)" ]; }
ok 'a managed key signs' by_key first
ok 'and once more' by_key second
ok 'which is one entry' same_entry
ok 'that verifies' we_accept second --key rsa.pub

# The log as an auditor sees it: over HTTP, and the folder where the server keeps it.
front=http://127.0.0.1:$8
audit() {
	audit_check=$1 audit_from=$2
	shift 2
	"$SIGLET" audit "$audit_check" --from "$audit_from" --trust-config config.json --state "${state:-state}" "$@"
}
ends() {
	ends_status=$1
	shift
	status=0
	"$@" >said 2>&1 || status=$?
	[ $status = "$ends_status" ] || { cat said && false; }
}
says() { grep -q -e "$1" said || { cat said && false; }; }
ok 'its growth is seen' ends 0 audit consistency "$front"
ok 'its root follows from its entries' ends 0 audit log "$front"
ok 'all of them' says 'the signed root follows from the entries'
ok 'also in its folder' ends 0 audit log store
ok 'who signed is found' ends 1 audit watch "$front" --email jane@example.com --since begin
ok 'each time' test "$(grep -c 'MATCH: jane@example.com' said)" = 45
ok 'and not again' ends 0 audit watch "$front" --email jane@example.com
ok 'it grows' by_token sign one --force -o ours.json
ok 'which is seen' ends 0 audit consistency "$front"
ok 'and read, from there on' ends 1 audit watch "$front" --email jane@example.com

# A fork: the folder is copied, and a server with the same key goes on with the copy.
cp -r store forked
ok 'the log goes on' by_token sign one --force -o ours.json
ok 'as we know' ends 0 audit consistency "$front"
"$bin/rekor-server" serve --http-port "$9" --grpc-port "${10}" --http-metrics-port "${11}" --hostname rekor.local.example \
	--signer-filepath rekor.pem --storage-dir forked --checkpoint-interval 1s >forked.log 2>&1 &
pids="$pids $!"
sed "s/:$8/:${12}/g" config.json >forked.json
python3 "$here/services.py" front "${12}" forked "$9" 2>front2.log &
pids="$pids $!"
ok 'and another story begins' python3 -c 'import subprocess, sys, time
for _ in range(50):
    if subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
        sys.exit(0)
    time.sleep(0.2)
sys.exit(1)' sh -c "SIGSTORE_ID_TOKEN=$TOKEN $SIGLET sign one --force -o theirs.json --trust-config forked.json"
ok 'which we do not believe' ends 1 audit consistency forked
ok 'and can show' says 'FORK'
ok 'to anybody' ends 0 "$SIGLET" audit evidence state/*/evidence/*-fork-*.json --trust-config config.json
done_testing
