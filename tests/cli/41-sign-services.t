#!/bin/sh
# siglet sign when a service does what it should not: nothing is signed, nothing is left, and who is to blame is named.
# Each in an instance of its own, which is told what to do wrong.
. tests/cli/sandbox.sh
cd "$tmp" || exit 1
mkdir box && cd box || exit 1
echo one >one

# fails FAULT STATUS WHAT [OPTION...]: both with a v2 and a v1 log.
fails() {
	fault=$1 want=$2 what=$3
	shift 3
	for version in 2 1; do
		wrong --rekor-version "$version" --fault "$fault" "$@"
		gives "v$version, $fault" "$want" sign one
		err 'is named' "$what"
		err_lines 'in three lines at most' 3
		no_out 'and nothing was said to be signed'
		ok 'nothing is left' only one
	done
}
# The certificate authority.
fails wrong-sct 4 'SCT: the signature is not the key'
fails no-sct 4 '0 known CT logs vouch for the certificate, 1 needed'
fails detached-sct 4 'the SCT comes beside the certificate'
fails wrong-key 4 'its certificate is for another key'
fails wrong-identity 4 'its certificate has the identity .*mainx, the token '
fails refuse=fulcio:400 5 'certificate authority \(http://127.0.0.1:[0-9]+\) answered 400: the sandbox was told to refuse'
fails refuse=fulcio:403 5 'answered 403'
fails refuse=fulcio:500 4 'answered 500'
fails refuse=fulcio:404 4 'answered 404'
fails garble=fulcio 4 "the certificate authority's answer"
fails html=fulcio 4 "the certificate authority .* answered with a web page"
fails drop=fulcio:0 4 'certificate authority .* did not answer'
fails drop=fulcio:1000 4 'certificate authority .* did not answer'
# The timestamp authority.
fails wrong-nonce 4 'its nonce is not the one that was sent'
fails wrong-imprint 4 'the timestamp is of something else'
fails refuse=tsa:400 4 'timestamp authority .* answered 400'
fails garble=tsa 4 "the timestamp authority's answer"
fails html=tsa 4 "the timestamp authority .* answered with a web page"
fails drop=tsa:5 4 'timestamp authority .* did not answer'
# The log.
fails wrong-proof 4 'what the services gave does not verify: log.inclusion'
fails stale-checkpoint 4 'what the services gave does not verify: log.checkpoint'
fails wrong-entry 4 'not a value'
fails refuse=rekor:400 4 'transparency log .* answered 400'
fails garble=rekor 4 "the log's answer"
fails html=rekor 4 "the transparency log .* answered with a web page"
fails drop=rekor:0 4 'transparency log .* did not answer'
fails drop=rekor:300 4 'transparency log .* did not answer'
# Clocks.
fails skew=7200 5 'is not valid before'
fails skew=-7200 5 'expired at'

# The entry of another signature, which is whole and in the log: the second file gets the first one's.
echo two >two
for version in 2 1; do
	wrong --rekor-version $version --fault wrong-entry
	gives "v$version: another's entry" 4 sign one two --jobs 1
	err 'is told from ours' 'siglet: two: .*the entry that came back: '
	ok 'nothing is left' only one two
done
rm two

# A promise is what v1 logs give.
wrong --rekor-version 1 --fault wrong-promise
gives 'a wrong promise' 4 sign one
err 'is named' 'what the services gave does not verify: log.promise'
ok 'nothing is left' only one

# What passes when it is asked again.
for fault in refuse=rekor:503 refuse=rekor:429 refuse=tsa:503 refuse=fulcio:503 refuse=rekor:502; do
	wrong --fault "$fault" --fault times=1
	gives "$fault, once" 0 sign one
	rm -f one.sigstore.json
done
# A second certificate would be logged, and nobody would notice.
wrong --fault refuse=fulcio:502 --fault times=1 --log ../requests
gives 'a CA that may have issued one is not asked twice' 4 sign one
ok 'indeed' test "$(grep -c signingCert ../requests)" = 1
# A clock that is off by less than a certificate's life is nobody's worry.
wrong --fault skew=-240
gives 'a clock four minutes behind' 0 sign one
rm -f one.sigstore.json

# Where there is nobody.
right
gives 'a log that is not there' 4 sign one --rekor-url http://127.0.0.1:1 --rekor-version 2
err 'is named' "the transparency log \(http://127.0.0.1:1\) can't be reached"
gives 'a CA that is not there' 4 sign one --fulcio-url http://127.0.0.1:1
gives 'a TSA that is not there' 4 sign one --tsa-url http://127.0.0.1:1/x
gives 'plain http to another machine' 2 sign one --fulcio-url http://fulcio.example.com
err 'is refused' 'http://fulcio.example.com: not a service URL'
gives 'a user in a URL' 2 sign one --fulcio-url https://me:secret@fulcio.example.com
gives 'another scheme' 2 sign one --rekor-url file:///etc/passwd
ok 'nothing is left' only one

# Among many files those that were signed are kept.
wrong --fault refuse=rekor:400 --fault times=1
echo two >two
gives 'one of two fails' 4 sign one two --jobs 1
err 'it is named' 'siglet: one: the transparency log'
err 'and counted' '1 of 2 signed'
ok 'the other is there' only one two two.sigstore.json
done_testing
