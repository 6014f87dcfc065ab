#!/bin/sh
# COSE messages: signed at the sandbox, verified as strangers would, and what is wrong with others.
# shellcheck source=tests/cli/sandbox.sh
. tests/cli/sandbox.sh
if [ ! -f "$B/libsiglet-cose.so.0" ]; then
	echo text >"$tmp/one"
	gives 'without COSE it is not signed' 3 sign --format cose "$tmp/one"
	err 'for a reason that is said' 'this siglet was built without it'
	done_testing
	exit
fi
cd "$tmp" || exit 1
echo 'to be signed' >one
echo 'something else' >other
verify_ours() { run verify "$@" --identity "$WHO" --issuer "$ISSUER" --trust-config "$TRUST_CONFIG"; }
accepts() {
	accepts_claim=$1
	shift
	verify_ours "$@"
	ok "$accepts_claim" has_status 0
}
refuses() {
	refuses_claim=$1
	shift
	verify_ours "$@"
	ok "$refuses_claim" has_status 1
}

for version in 1 2; do
	for payload in hash attached detached; do
		rm -f one.cose
		# shellcheck disable=SC2016
		ok "Rekor v$version, $payload: signed" "$SANDBOX" run --rekor-version $version -- sh -c \
			'"$0" sign --quiet --format cose --payload "$1" one && cp "$SIGLET_TRUST_CONFIG" config' "$SIGLET" $payload
		TRUST_CONFIG=config
		accepts '… FILE.cose ARTIFACT' one.cose one
		out '… says who' "^one: signed by $WHO"
		accepts '… FILE with FILE.cose beside it' one
		accepts '… --bundle' one --bundle one.cose
		refuses '… another artifact' one.cose other
		run verify one.cose one --github acme/other --trust-config config
		ok '… another identity' has_status 1
		verify_ours one.cose one --explain
		out '… its entry was in the log' '^  ok +log.inclusion\[0\]: '
		out '… and the signature is over more than the file' '^  ok +signature: ES256 by the certificate'
		if [ $payload = detached ]; then
			refuses '… alone it can not be judged' one.cose
			err '… and says why' 'the payload is detached, and no artifact was given'
		else
			accepts '… alone' one.cose
			out '… it says that no artifact was checked' 'NO ARTIFACT CHECKED'
		fi
		if [ $payload = hash ]; then
			accepts '… by a digest alone' one.cose --digest "sha256:$(sha256sum one | cut -c1-64)"
			refuses '… not by another' one.cose --digest "sha256:$(sha256sum other | cut -c1-64)"
		fi
	done
done

# A folder with messages beside their files: each is verified by its own.
mkdir many
echo 1 >many/a
echo 2 >many/b
# shellcheck disable=SC2016
ok 'many files are signed' "$SANDBOX" run -- sh -c '"$0" sign --quiet --format cose many/a many/b && cp "$SIGLET_TRUST_CONFIG" config' "$SIGLET"
accepts 'files and messages, as a pattern names them' many/*
err 'the messages are left out' '2 bundles are left out'
rm many/b.cose
refuses 'one without its message' many/*

# libcbor comes with the first COSE message and never with a bundle: the linker tells what it opens.
no_libcbor() { ! grep -E 'libcbor|libsiglet-cose' "$tmp/err"; }
# shellcheck disable=SC2016
ok 'a bundle is signed beside a message' "$SANDBOX" run -- sh -c \
	'"$0" sign --quiet one && "$0" sign --force --quiet --format cose one && cp "$SIGLET_TRUST_CONFIG" config' "$SIGLET"
before='env LD_DEBUG=files'
accepts 'the message is verified' one.cose one
if grep -q 'calling init' "$tmp/err"; then
	err '… by libcbor' 'calling init: .*libcbor'
	accepts 'the bundle is' one --bundle one.sigstore.json
	ok '… without' no_libcbor
	gives 'inspect of a bundle' 0 inspect one.sigstore.json
	ok '… without' no_libcbor
else
	skip 'this linker does not tell what it opens'
fi
before=
rm one.sigstore.json

# What else can be asked.
gives 'a payload without COSE' 2 sign --payload attached one --force
gives 'no such format' 2 sign --format jose one
gives 'no such payload' 2 sign --format cose --payload both one
gives 'a message that is there' 3 sign --format cose many/a
err 'is not replaced' 'many/a.cose'

# A message has an end: who would not read it is told before a log has it.
head -c 15728640 /dev/zero >most
head -c 15728641 /dev/zero >excess
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem 2>/dev/null
openssl pkey -in key.pem -pubout -out key.pub
gives 'as much as can be attached' 0 sign --format cose --payload attached --key key.pem most
gives '… is verified' 0 verify most.cose most --key key.pub --trust-config "$SIGLET_TRUST_CONFIG"
gives 'a byte more' 2 sign -v --format cose --payload attached --key key.pem excess
err '… for a reason' '15728641 bytes to be attached, more than 15728640'
err '… with a way out' 'hint: sign their hash, or with a detached payload'
ok '… before a log is asked' test -z "$(grep POST "$tmp/err")"
gives '… detached it can be signed' 0 sign -v --format cose --payload detached --key key.pem excess
err '… and then a log is asked' POST
rm most most.cose excess excess.cose

# A hash envelope with everything said of it.
gives 'inspect' 0 inspect many/a.cose
out 'shows the algorithm' '/ alg / 1: -7 / ES256 /'
out 'and who says he signed' "/ sub / 2: \"$WHO\""
out 'and the hash' '/ payload-hash-alg / 258: -16 / SHA-256 /'
out 'and what is carried' '/ sigstore log entries / -65537: '
out 'and what of it is what' '/ checkpoint / 7: "'
# The certificate, its hash and the claims are the signer's word: they stand in the protected header.
sed -n '/<<{/,/}>>/p' "$tmp/out" >protected
for member in "alg / 1: -7" "iss / 1: \"$ISSUER\"" "sub / 2: \"$WHO\"" 'iat / 6: [0-9]{10}$' "x5chain / 33: h'30" 'x5t / 34: \[' \
	'payload-hash-alg / 258: -16'; do
	ok "protected: $member" grep -Eq "/ $member" protected
done
out 'and the identity' "identity: $WHO"
gives 'inspect --json' 0 inspect --json many/a.cose
json 'is an object' "d[0]['bundles'][0]['mediaType'].startswith('application/cose')"

# Bytes that are none.
head -c 100 many/a.cose >cut.cose
refuses 'a message that is cut' cut.cose many/a
err 'with the place' 'byte 2: protected: the bytes end in the middle'
cp many/a.cose long.cose
echo >>long.cose
refuses 'a message with a byte behind it' long.cose many/a
err 'with the place' 'byte [0-9]+: 1 bytes too many behind the item'
printf '{}' >json.cose
refuses 'JSON' json.cose many/a
printf '\241\001\046' >map.cose
refuses 'a map of CBOR' map.cose many/a
err 'is called one' 'byte 0: a map, not an array'
printf '\232\020\000\000\000' >hostile.cose
refuses 'a count that is a lie' hostile.cose many/a
err 'takes no memory' 'byte 0: 268435456 items in the 0 bytes that are left'
printf '\330\142\204\100\240\100\101\061' >tag.cose
refuses 'another tag' tag.cose many/a
err 'is named' 'tag 98, not the 18 of a COSE_Sign1'
for f in cut long hostile; do
	gives "inspect of $f" 1 inspect $f.cose
done

# The signature, last in the message, another way.
cat >resign.py <<'PY'
import sys
content, size, how = open("one.cose", "rb").read(), int(sys.argv[1]), sys.argv[2]
head = 2 if size < 256 else 3
rest, signature = content[:-size - head], content[-size:]
assert content[-size - head] == (0x58 if head == 2 else 0x59)
signature = {"short": signature[:-1], "long": signature + b"\0", "flipped": signature[:-1] + bytes([signature[-1] ^ 1]),
             "without-r": bytes(size // 2) + signature[size // 2:], "without-s": signature[:size // 2] + bytes(size // 2)}[how]
open("wrong.cose", "wb").write(rest + (b"\x58" if head == 2 else b"\x59") + len(signature).to_bytes(head - 1, "big") + signature)
PY

# Managed keys: with a log for ECDSA, without for others.
for kind in 'EC -pkeyopt ec_paramgen_curve:P-384' 'RSA -pkeyopt rsa_keygen_bits:3072' ED25519; do
	# shellcheck disable=SC2086
	openssl genpkey -algorithm $kind -out key.pem 2>/dev/null
	openssl pkey -in key.pem -pubout -out key.pub
	gives "$kind: signed without a log" 0 sign --force --format cose --key key.pem --no-tlog --no-timestamp one
	gives '… and verified' 0 verify one.cose one --key key.pub --trust-config config --tlog-threshold 0 --timestamp-threshold 0
	gives '… not for another file' 1 verify one.cose other --key key.pub --trust-config config --tlog-threshold 0 --timestamp-threshold 0
	gives '… nor where a log is wanted' 1 verify one.cose one --key key.pub --trust-config config --timestamp-threshold 0
	case $kind in
	EC*) size=96 name='ECDSA P-384' wrong='short long flipped without-r without-s' ;;
	RSA*) size=384 name='RSA 3072' wrong='short long flipped' ;;
	*) size=64 name=Ed25519 wrong='short long flipped' ;;
	esac
	for how in $wrong; do
		python3 resign.py $size "$how"
		gives "… its signature $how" 1 verify wrong.cose one --key key.pub --trust-config config --tlog-threshold 0 --timestamp-threshold 0
		case $how in
		short) err '… told with its place' "byte [0-9]+: signature: .*$((size - 1)) bytes, not the $size of .*$name" ;;
		long) err '… told with its place' "byte [0-9]+: signature: .*$((size + 1)) bytes, not the $size of .*$name" ;;
		flipped) err '… told with its place' "byte [0-9]+: signature: the signature is not the key's" ;;
		*) err '… told with its place' "byte [0-9]+: signature: ${how#without-} of the signature is zero" ;;
		esac
	done
	case $kind in
	EC*) gives '… and with a log' 0 sign --force --format cose --key key.pem one ;;
	*)
		gives '… with a log it is refused' 2 sign --force --format cose --key key.pem one
		err '… for a reason' 'no log takes a COSE signature by'
		;;
	esac
	openssl genpkey -algorithm $kind -out key.pem 2>/dev/null
	openssl pkey -in key.pem -pubout -out key.pub
	gives '… another key' 1 verify one.cose one --key key.pub --trust-config config --tlog-threshold 0 --timestamp-threshold 0
done
# The algorithm is the message's, and for one type of key.
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out key.pem 2>/dev/null
openssl pkey -in key.pem -pubout -out key.pub
gives 'a key of another type' 1 verify one.cose one --key key.pub --trust-config config --tlog-threshold 0 --timestamp-threshold 0
err '… is told with the place' 'byte [0-9]+: protected/1: EdDSA is not for a key of type ECDSA P-384'
done_testing
