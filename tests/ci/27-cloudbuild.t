#!/bin/sh
# docs/ci/cloudbuild: an account makes a token of another one. Google's hosts are in a network namespace of this test,
# where there is nothing else.
. tests/lib/tap.sh
flags=-mn
[ "$(id -u)" = 0 ] || flags=-rmn
if [ -z "${IN_NAMESPACE:-}" ]; then
	if ! unshare $flags true 2>/dev/null; then
		skip 'no namespace of its own for a network is to be had here'
		done_testing
		exit 0
	fi
	IN_NAMESPACE=1 exec unshare $flags sh "$0"
fi
if [ -z "${IN_SANDBOX:-}" ]; then
	python3 -c 'import fcntl, socket, struct
# SIOCSIFFLAGS: IFF_UP and IFF_RUNNING
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14x", b"lo", 0x41))'
	hosts=$(mktemp)
	echo '127.0.0.1 localhost metadata.google.internal' >"$hosts"
	mount --bind "$hosts" /etc/hosts
	rm "$hosts"
fi
signer=siglet-signer@acme.iam.gserviceaccount.com
AS=email:$signer,https://accounts.google.com
export AS
. tests/ci/lib.sh
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ../tls.key -out ../tls.crt -days 2 \
	-subj /CN=test -addext 'subjectAltName=DNS:iamcredentials.googleapis.com' 2>/dev/null
TOKEN=$TOKEN start google python3 "$PROJECT/tests/ci/google.py" ../asked ../deny "$signer"
mkfifo ../stop
python3 "$PROJECT/tests/cli/tls_front.py" http://127.0.0.1 ../tls.crt ../tls.key ../ports <../stop 2>../front.log &
exec 8>../stop
while [ ! -s ../ports ]; do sleep 0.05; done
read -r _ proxy <../ports
settings="$in_containers --machine HTTPS_PROXY=http://127.0.0.1:$proxy --machine SSL_CERT_FILE=$tmp/tls.crt --set SIGNER=$signer"
stands cloudbuild
stands_empty cloudbuild SIGNER
rm ../asked
play cloudbuild
ok 'a token is asked for once' test "$(cat ../asked)" = "GET /computeMetadata/v1/instance/service-accounts/default/token 200
POST /v1/projects/-/serviceAccounts/siglet-signer%40acme.iam.gserviceaccount.com:generateIdToken 200"
ok 'what the image lacks is asked for' grep -qx 'apt-get -qq install -y --no-install-recommends ca-certificates curl libjson-c5' ../apt
stops 'an account that is another' sign 'answered 404' cloudbuild --set SIGNER=other@acme.iam.gserviceaccount.com
stops 'a release by an account that is another' verify 'refused' cloudbuild --set EXPECTED=other@acme.iam.gserviceaccount.com
: >../deny
stops 'an account that may make no token' sign 'iam.serviceAccountTokenCreator' cloudbuild
exec 8>&-
done_testing
