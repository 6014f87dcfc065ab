#!/bin/sh
# siglet and two implementations of COSE in Python: each verifies what the other signed, with every kind of key.
# The peers are PyPI packages, pinned, installed into a virtual environment in the build folder.
. tests/interop/lib.sh
unset SIGLET_TRUST_CONFIG SIGSTORE_ID_TOKEN
python=$B/interop/cose/bin/python
[ -f "$B/libsiglet-cose.so.0" ] || skip_all 'built without COSE'
if ! "$python" -c 'import cwt, pycose' 2>/dev/null && ! { python3 -m venv "$B/interop/cose" &&
	"$B/interop/cose/bin/pip" install --quiet cwt==3.3.0 pycose==1.1.0; } >"$B/interop/pip.log" 2>&1; then
	skip_all "pip could not install the peers (see $B/interop/pip.log)"
fi
enter_folder
peer() { "$python" "$here/cose_peer.py" "$@"; }
sign() {
	# shellcheck disable=SC2016
	"$SANDBOX" run --as none -- sh -c '"$0" sign --quiet --force --format cose --payload "$1" --key "$2" --no-tlog --no-timestamp one' \
		"$SIGLET" "$1" "$2"
}
we_accept() {
	"$SIGLET" verify "$1" one --key "$2" --trusted-root "$root" --tlog-threshold 0 --timestamp-threshold 0
}
# With external data (RFC 9052 section 4.3): the library's, since the program signs files and nothing beside them.
with_aad() { "$B/tests/gen/siglet-cose" "$@"; }
root=$here/../../third_party_certs/public-good/trusted_root.json

for kind in 'EC -pkeyopt ec_paramgen_curve:P-256' 'EC -pkeyopt ec_paramgen_curve:P-384' 'EC -pkeyopt ec_paramgen_curve:P-521' \
	'ED25519' 'RSA -pkeyopt rsa_keygen_bits:3072'; do
	# shellcheck disable=SC2086
	openssl genpkey -algorithm $kind -out key.pem 2>openssl.log
	openssl pkey -in key.pem -pubout -out public.pem
	for payload in hash attached detached; do
		ok "$kind, $payload: we sign" sign $payload key.pem
		for who in pycose cwt; do
			ok "… $who verifies it" peer verify $who public.pem one.cose one
			echo changed >one
			ok "… $who refuses another file" refused peer verify $who public.pem one.cose one
			echo 'to be signed' >one
		done
	done
	for payload in attached detached; do
		for who in pycose cwt; do
			rm -f theirs.cose
			ok "$kind, $payload: $who signs" peer sign $who key.pem one theirs.cose $payload
			ok '… we verify it' we_accept theirs.cose public.pem
			echo changed >one
			ok '… and refuse another file' refused we_accept theirs.cose public.pem
			echo 'to be signed' >one
		done
	done
	for payload in attached detached; do
		ok "$kind, $payload, external data: we sign" with_aad sign key.pem one aside $payload one.cose
		for who in pycose cwt; do
			ok "… $who verifies it" peer verify $who public.pem one.cose one aside
			ok "… $who refuses other data" refused peer verify $who public.pem one.cose one inside
			ok "… $who refuses it without" refused peer verify $who public.pem one.cose one
			rm -f theirs.cose
			ok "… $who signs" peer sign $who key.pem one theirs.cose $payload aside
			ok '… we verify it' with_aad verify public.pem one aside theirs.cose
			ok '… we refuse other data' refused with_aad verify public.pem one inside theirs.cose
			ok '… we refuse it without' refused with_aad verify public.pem one '' theirs.cose
		done
	done
done
done_testing
