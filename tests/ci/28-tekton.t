#!/bin/sh
# docs/ci/tekton: a token of a service account, which is mounted for the step that signs.
. tests/lib/tap.sh
flags=-m
[ "$(id -u)" = 0 ] || flags=-rm
if ! unshare $flags mount -t tmpfs none /run 2>/dev/null; then
	skip 'nothing can be mounted here'
	done_testing
	exit 0
fi
issuer=https://container.googleapis.com/v1/projects/acme/locations/europe-west1/clusters/ci
AS=uri:https://kubernetes.io/namespaces/ci/serviceaccounts/siglet-signer,$issuer
export AS
. tests/ci/lib.sh
printf '%s' "$TOKEN" >../token
settings="$in_containers --give flags=$flags --give token_file=$tmp/token --set SIGNER_ISSUER=$issuer"
stands tekton
stands_empty tekton SIGNER_ISSUER
play tekton
ok 'what the image lacks is asked for' grep -qx 'apt-get -qq install -y --no-install-recommends ca-certificates curl libjson-c5' ../apt
ok 'the mount was that step'"'"'s alone' test ! -e /var/run/sigstore/cosign/oidc-token
stops 'an account that is another' verify 'refused' tekton --set NAMESPACE=other
stops 'another cluster' verify 'refused' tekton --set SIGNER_ISSUER=https://container.googleapis.com/v1/projects/evil/locations/europe-west1/clusters/ci
: >../none
stops 'a token that is empty' sign 'siglet: ' tekton --give "token_file=$tmp/none"
sed 's/^    - pipelineTaskName: sign/    - pipelineTaskName: build/' "$PROJECT/docs/ci/tekton/pipeline.yaml" >../changed.yaml
template=$tmp/changed.yaml
play tekton
ok 'a token of the account that may not sign is found' grep -q 'a token of siglet-nobody' ../out
sed 's/sha256sum -c SHA256SUMS/sha256sum -c $(params.release)/' "$PROJECT/docs/ci/tekton/pipeline.yaml" >../changed.yaml
play tekton
ok 'a parameter that is pasted in is found' grep -q 'an expression is pasted into the script' ../out
done_testing
