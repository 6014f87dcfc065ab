#!/bin/sh
# docs/ci/jenkins: the shared steps, in the Jenkinsfile that calls them, with a key in a token and with an instance of
# one's own.
AS=uri:https://jenkins.acme.example/job/app,https://jenkins.acme.example/oidc
export AS
. tests/ci/tools.sh
. tests/ci/lib.sh
# shellcheck disable=SC2154
(cd "$PROJECT" && need_groovy; printf %s "${missing:-}" >"$tmp/missing")
if [ -s ../missing ]; then
	skip "$(cat ../missing)"
	done_testing
	exit 0
fi

# ---- an instance of one's own ----
settings="--set WAY=instance --give token=$TOKEN --set SIGNER_IDENTITY=https://jenkins.acme.example/job/app
	--set SIGNER_ISSUER=https://jenkins.acme.example/oidc"
use_own_instance
stands jenkins
stops 'an instance that is not named' sign 'INSTANCE_URL: is empty, and so is the key' jenkins --set SIGSTORE_TUF_URL=
stops 'a job that is another' verify 'refused' jenkins --set SIGNER_IDENTITY=https://jenkins.acme.example/job/other
play jenkins
ok 'the token reaches one step' test "$(grep -l SIGSTORE_ID_TOKEN "$run"/*.env)" = "$run/sign.Sign.env"
ok 'what is trusted is not kept on the agent' sh -c '! ls -A "$1"/*/home/.config "$1"/*/home/.cache' sh "$run"

# ---- a key in a token ----
own_instance=''
for candidate in /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so; do
	[ -e "$candidate" ] && module=$candidate
done
if [ -z "${module:-}" ] || ! command -v softhsm2-util >/dev/null || ! ls /usr/lib/*/engines-3/pkcs11.so >/dev/null 2>&1; then
	skip 'no SoftHSM or no pkcs11 engine of OpenSSL here'
	done_testing
	exit 0
fi
mkdir ../tokens
printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$tmp" >../softhsm.conf
SOFTHSM2_CONF=$tmp/softhsm.conf
# libp11 never gives back its tables of methods.
ASAN_OPTIONS=detect_leaks=0
export SOFTHSM2_CONF ASAN_OPTIONS
softhsm2-util --init-token --free --label acme --so-pin 123456 --pin 4321 >/dev/null
for key in release other; do
	make_key ../$key
	openssl pkcs8 -topk8 -nocrypt -in ../$key.pem -out ../$key.p8
	softhsm2-util --import ../$key.p8 --token acme --label $key --id "0${#key}" --pin 4321 >/dev/null
done
cp ../release.pub project/ci/release.pub
echo 4321 >../pin
echo 1234 >../wrong
key() { echo "pkcs11:token=acme;object=$1?module-path=$module"; }
settings="--machine SOFTHSM2_CONF=$tmp/softhsm.conf --give pin_file=$tmp/pin --set SIGLET_KEY=$(key release)"
stands jenkins
stops 'a key that is another' verify 'refused' jenkins --set "SIGLET_KEY=$(key other)"
stops 'a key that is not there' sign 'hint: is the URI right' jenkins --set "SIGLET_KEY=$(key none)"
stops 'a PIN that is another' sign 'hint: is the URI right' jenkins --give "pin_file=$tmp/wrong"
stops 'no key' sign 'INSTANCE_URL: is empty, and so is the key' jenkins --set SIGLET_KEY= --give token=x --set WAY=key
stops 'an artifact replaced between sign and publish' sign 'app-1.0.tar: refused: .*not the one that was signed' jenkins \
	--tamper 'before sign/Publish' 'echo changed >"$WORK/dist/app-1.0.tar"'
done_testing
