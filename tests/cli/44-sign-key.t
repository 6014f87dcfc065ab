#!/bin/sh
# Managed keys: no identity, no certificate.
. tests/cli/sandbox.sh
cd "$tmp" || exit 1
mkdir box && cd box || exit 1
echo one >one
unset SIGSTORE_ID_TOKEN
make_key ../key
for kind in 'EC -pkeyopt ec_paramgen_curve:P-384' 'EC -pkeyopt ec_paramgen_curve:P-521' 'RSA -pkeyopt rsa_keygen_bits:3072'; do
	name=$(echo "$kind" | tr -cd 'A-Z0-9')
	# shellcheck disable=SC2086
	openssl genpkey -algorithm $kind -out "../$name.pem" 2>/dev/null
	openssl pkey -in "../$name.pem" -pubout -out "../$name.pub"
	gives "signs with $name" 0 sign one --key "../$name.pem"
	err 'the command names the key' ' --key PUBLIC_KEY.pem'
	gives 'and verifies' 0 verify one --key "../$name.pub"
	gives 'not with another key' 1 verify one --key ../key.pub
	rm one.sigstore.json
done
openssl genpkey -algorithm ED25519 -out ../ed.pem
openssl pkey -in ../ed.pem -pubout -out ../ed.pub
gives 'Ed25519, with no log' 0 sign one --key ../ed.pem --no-tlog
gives 'verifies' 0 verify one --key ../ed.pub --tlog-threshold 0
rm one.sigstore.json
run sign one --key ../ed.pem
# As Ed25519ph, which OpenSSL has since 3.5.
case $(openssl version) in
*' 3.'[0-4].*)
	ok 'a log takes no plain Ed25519' has_status 3
	err 'that is said' 'Ed25519 signs no digest, and this log checks nothing else'
	;;
*)
	ok 'with a log' has_status 0
	gives 'verifies' 0 verify one --key ../ed.pub
	rm one.sigstore.json
	;;
esac

gives 'without a log' 0 sign one --key ../key.pem --no-tlog --no-timestamp
gives 'which verifies' 0 verify one --key ../key.pub --tlog-threshold 0
rm one.sigstore.json
openssl ec -in ../key.pem -out ../sec1.pem 2>/dev/null
# The same signature again: the log has it already, and that entry is the answer.
for version in 2 1; do
	twice() {
		# shellcheck disable=SC2016
		"$SANDBOX" run --rekor-version $version --as none --log ../requests -- sh -c '
			"$0" sign one --key ../RSA3072.pem --json --force -o ../first.json &&
			"$0" sign one --key ../RSA3072.pem --json --force -o ../second.json &&
			"$0" verify one --key ../RSA3072.pub --bundle ../second.json --json' "$SIGLET" >../out 2>../err
	}
	ok "v$version: signed twice" twice
	json 'in one entry' "d[0]['logIndex'] == d[1]['logIndex'] >= 300 and d[2]['verdict'] == 'accepted' and d[2]['entries'][0]['inclusionProven']"
	ok 'which the log said' grep -q ' 409$' ../requests
	rm ../requests
done

gives 'a key in the older form' 0 sign one --key ../sec1.pem
rm one.sigstore.json

# Encrypted.
openssl pkcs8 -topk8 -in ../key.pem -passout pass:correct -out ../locked.pem
echo correct >../pass
echo wrong >../wrong
gives 'an encrypted key' 0 sign one --key ../locked.pem --passphrase-file ../pass
gives 'which verifies' 0 verify one --key ../key.pub
rm one.sigstore.json
input=../pass
gives 'its passphrase from a descriptor' 0 sign one --key ../locked.pem --passphrase-file fd:0
rm one.sigstore.json
input=/dev/null
gives 'the wrong passphrase' 3 sign one --key ../locked.pem --passphrase-file ../wrong
err 'is named' 'locked.pem: .*passphrase'
gives 'no passphrase' 3 sign one --key ../locked.pem
err 'is named' 'hint: its passphrase is needed: --passphrase-file'
ok 'nobody is asked' sh -c '! grep -qi "enter" ../err'

gives 'no key' 3 sign one --key ../none.pem
gives 'a public key' 3 sign one --key ../key.pub
err 'is none to sign with' 'key.pub'
gives 'rubbish' 3 sign one --key one
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out ../weak.pem 2>/dev/null
gives 'a weak key' 3 sign one --key ../weak.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out ../odd.pem 2>/dev/null
gives 'a curve of nobody' 3 sign one --key ../odd.pem
gives 'an algorithm beside a key' 2 sign one --key ../key.pem --algorithm ed25519
gives 'a passphrase without a key' 2 sign one --passphrase-file ../pass
gives 'a token beside a key' 2 sign one --key ../key.pem --identity-token @x
ok 'nothing is left' only one

echo "{}" >../empty.json
gives 'attests' 0 attest one --key ../key.pem --type spdx --predicate ../empty.json
done_testing
