#!/bin/sh
# TLS is verified, and proxies are used: the sandbox behind both.
. tests/cli/sandbox.sh
cd "$tmp" || exit 1
mkdir box && cd box || exit 1
echo one >one
unset http_proxy https_proxy HTTPS_PROXY ALL_PROXY all_proxy NO_PROXY no_proxy
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ../tls.key -out ../tls.crt -days 2 \
	-subj /CN=test -addext 'subjectAltName=DNS:localhost,DNS:sigstore.test.example' 2>/dev/null
mkfifo ../stop
python3 "$PROJECT/tests/cli/tls_front.py" "$SIGLET_SANDBOX_URL" ../tls.crt ../tls.key ../ports <../stop 2>../front.log &
exec 8>../stop
while [ ! -s ../ports ] && kill -0 $! 2>/dev/null; do sleep 0.05; done
read -r tls proxy <../ports

sign() {
	sign_claim=$1 sign_status=$2 origin=$3
	shift 3
	gives "$sign_claim" "$sign_status" sign one --force --fulcio-url "$origin" --rekor-url "$origin" --rekor-version 2 \
		--tsa-url "$origin/api/v1/timestamp" "$@"
}
sign 'a certificate that nobody vouches for' 4 "https://localhost:$tls"
err 'is refused' "the certificate authority \(https://localhost:[0-9]+\) can't be reached: .*certificate"
ok 'nothing is left' only one
SSL_CERT_FILE=$tmp/tls.crt
export SSL_CERT_FILE
sign 'one that SSL_CERT_FILE vouches for' 0 "https://localhost:$tls"
gives 'is good to sign with' 0 verify one --github acme/app
rm one.sigstore.json
sign 'for another host' 4 "https://127.0.0.1:$tls"
err 'it is refused' 'certificate'
ok 'nothing is left' only one

sign 'a host that is not there' 4 https://sigstore.test.example
HTTPS_PROXY=http://127.0.0.1:$proxy
export HTTPS_PROXY
sign 'but behind a proxy' 0 https://sigstore.test.example
ok 'which was asked for it' grep -qx 'sigstore.test.example:443' ../ports.hosts
rm -f one.sigstore.json ../ports.hosts
sign 'this machine needs none' 0 "https://localhost:$tls"
ok 'and none was asked' test ! -e ../ports.hosts
rm -f one.sigstore.json
sign 'a proxy does not vouch for anybody' 4 https://other.test.example
err 'names must match behind it, too' 'other.test.example'
NO_PROXY=sigstore.test.example
export NO_PROXY
sign 'NO_PROXY is heeded' 4 https://sigstore.test.example
ok 'nothing is left' only one
exec 8>&-

# What a server puts into its certificate reaches a terminal only as text.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ../tls.key -out ../tls.crt -days 2 \
	-subj "/CN=$(printf '\033[31mred')" 2>/dev/null
rm -f ../ports
python3 "$PROJECT/tests/cli/tls_front.py" "$SIGLET_SANDBOX_URL" ../tls.crt ../tls.key ../ports <../stop 2>../front.log &
exec 8>../stop
while [ ! -s ../ports ] && kill -0 $! 2>/dev/null; do sleep 0.05; done
read -r tls proxy <../ports
sign 'a name with control characters' 4 "https://localhost:$tls" -v
err 'is told' "x1b.31mred"
ok 'but not as it stands' sh -c '! grep -q "$(printf "\033")" ../err'
exec 8>&-
done_testing
