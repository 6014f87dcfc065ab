#!/bin/sh
# docs/ci/azure: tokens with an audience of their own, for an instance of one's own.
AS=uri:https://dev.azure.com/acme/app/release,https://vstoken.dev.azure.com/00000000-0000-0000-0000-000000000001
AUDIENCE=api://AzureADTokenExchange
export AS AUDIENCE
. tests/ci/lib.sh
mkfifo ../stop
TOKEN=$TOKEN python3 "$PROJECT/tests/cli/provider.py" ../port <../stop &
exec 8>../stop
while [ ! -s ../port ]; do sleep 0.05; done
settings="--give url=http://127.0.0.1:$(cat ../port)/azure/good --give token=step-secret
	--set SIGNER_IDENTITY=https://dev.azure.com/acme/app/release
	--set SIGNER_ISSUER=https://vstoken.dev.azure.com/00000000-0000-0000-0000-000000000001"
use_own_instance
stands azure
for variable in SIGSTORE_TUF_URL SIGNER_IDENTITY SIGNER_ISSUER; do stands_empty azure $variable; done
play azure
ok 'the step that signs has the token' test "$(grep -lF step-secret "$run"/*.env)" = "$run/sign.Sign.env"
ok 'those that ask for the credential have it' test "$(grep -lF pa:ss "$run"/*.env | sed 's|.*/||' | tr '\n' ' ')" = 'sign.Check-credential.env sign.Publish.env '
stops 'an artifact replaced between sign and publish' sign 'app-1.0.tar: refused: .*not the one that was signed' azure \
	--tamper 'before sign/Publish' 'echo changed >"$WORK/dist/app-1.0.tar"'
stops 'a pipeline that is another' verify 'refused' azure --set SIGNER_IDENTITY=https://dev.azure.com/acme/app/other
stops 'a root that is another' sign 'the root of own' azure --tamper 'before sign/Install siglet' 'echo "{}" >"$WORK/s/ci/sigstore-root.json"'
stops 'a step that did not ask for the token' sign 'SYSTEM_ACCESSTOKEN' azure --give token=
rm project/ci/sigstore-root.json
stops 'no root' build '' azure
exec 8>&-
done_testing
