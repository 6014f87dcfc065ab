#!/bin/sh
# docs/ci/bitbucket: an issuer of the workspace's own, for an instance of one's own.
issuer=https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc
AS=uri:https://bitbucket.org/acme/app,$issuer
export AS
. tests/ci/lib.sh
settings="$in_containers --give token=$TOKEN --set SIGNER_IDENTITY=https://bitbucket.org/acme/app --set SIGNER_ISSUER=$issuer"
use_own_instance
stands bitbucket
for variable in SIGSTORE_TUF_URL SIGNER_IDENTITY SIGNER_ISSUER; do stands_empty bitbucket $variable; done
play bitbucket
ok 'the step that signs has a token' knows sign '^BITBUCKET_STEP_OIDC_TOKEN=eyJ'
ok 'what the image lacks is asked for' grep -qx 'apt-get -qq install -y --no-install-recommends ca-certificates curl libjson-c5' ../apt
stops 'a pipeline that is another' verify 'refused' bitbucket --set SIGNER_IDENTITY=https://bitbucket.org/acme/other
stops 'a step without oidc' sign 'oidc: . audiences' bitbucket --give token=
done_testing
