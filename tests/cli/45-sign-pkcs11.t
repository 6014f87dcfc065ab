#!/bin/sh
# Keys that never leave their token, by the example of SoftHSM.
. tests/cli/sandbox.sh
cose=
[ -f "$B/libsiglet-cose.so.0" ] && cose=yes
cd "$tmp" || exit 1
module=
for candidate in /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so; do
	[ -e "$candidate" ] && module=$candidate
done
engine=
for candidate in /usr/lib/*/engines-3/pkcs11.so; do
	[ -e "$candidate" ] && engine=$candidate
done
if [ -z "$module" ] || [ -z "$engine" ] || ! command -v softhsm2-util >/dev/null; then
	skip 'no SoftHSM or no pkcs11 engine of OpenSSL here'
	done_testing
	exit
fi
mkdir box tokens && cd box || exit 1
echo one >one
unset SIGSTORE_ID_TOKEN
printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$tmp" >../softhsm.conf
SOFTHSM2_CONF=$tmp/softhsm.conf
export SOFTHSM2_CONF
# libp11 never gives back its tables of methods.
ASAN_OPTIONS=detect_leaks=0
export ASAN_OPTIONS
softhsm2-util --init-token --free --label acme --so-pin 123456 --pin 4321 >/dev/null
echo 4321 >../pin
echo 1234 >../wrong
load() {
	openssl pkcs8 -topk8 -nocrypt -in "../$1.pem" -out "../$1.p8"
	openssl pkey -in "../$1.pem" -pubout -out "../$1.pub"
	softhsm2-util --import "../$1.p8" --token acme --label "$1" --id "$2" --pin 4321 >/dev/null
}
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ../ec.pem 2>/dev/null
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out ../ec384.pem 2>/dev/null
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out ../rsa.pem 2>/dev/null
load ec 01
load ec384 02
load rsa 03
where="?module-path=$module"
for key in ec ec384 rsa; do
	gives "signs with $key" 0 sign one --key "pkcs11:token=acme;object=$key$where" --passphrase-file ../pin
	gives 'and verifies' 0 verify one --key "../$key.pub"
	rm -f one.sigstore.json
done
# COSE as well: ECDSA in the log; of RSA, which signs by PSS then, no log has signatures.
if [ -n "$cose" ]; then
	for key in ec ec384 rsa; do
		alone='' && [ $key = rsa ] && alone=--no-tlog
		threshold='' && [ $key = rsa ] && threshold='--tlog-threshold 0'
		for payload in hash attached; do
			# shellcheck disable=SC2086
			gives "signs COSE with $key, $payload" 0 sign one --format cose --payload $payload $alone \
				--key "pkcs11:token=acme;object=$key$where" --passphrase-file ../pin
			# shellcheck disable=SC2086
			gives 'and verifies' 0 verify one.cose one --key "../$key.pub" $threshold
			rm -f one.cose
		done
	done
fi
echo '{}' >../empty.json
gives 'attests' 0 attest one --type spdx --predicate ../empty.json --key "pkcs11:token=acme;object=ec$where" --passphrase-file ../pin

gives 'which verifies' 0 verify one --key ../ec.pub --type spdx
rm -f one.sigstore.json
cp one two
gives 'several files at once' 0 sign one two --key "pkcs11:token=acme;object=ec$where" --passphrase-file ../pin
gives 'verify' 0 verify one two --key ../ec.pub
rm -f ./*.sigstore.json two
gives 'the wrong PIN' 3 sign one --key "pkcs11:token=acme;object=ec$where" --passphrase-file ../wrong
err 'what to do' 'hint: is the URI right, and the PIN'
gives 'no PIN' 3 sign one --key "pkcs11:token=acme;object=ec$where"
nobody_asked() { ! grep -qi 'enter ' ../err || show; }
ok 'nobody is asked' nobody_asked
gives 'no such key' 3 sign one --key "pkcs11:token=acme;object=none$where" --passphrase-file ../pin
gives 'no such module' 3 sign one --key "pkcs11:object=ec?module-path=/none.so" --passphrase-file ../pin
gives 'a PIN in the URI' 2 sign one --key "pkcs11:object=ec$where&pin-value=4321"
err 'is refused' 'pin-value'
gives 'wherever it stands' 2 sign one --key "pkcs11:object=ec;pin-value=4321"
gives 'no escape' 2 sign one --key "pkcs11:object=ec?module-path=%4"
ok 'nothing is left' only one
ok 'the PIN is nowhere' sh -c '! grep -q 4321 ../out ../err'
done_testing
