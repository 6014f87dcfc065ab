#!/bin/sh
# docs/ci/gitlab: the component, in a pipeline that includes it.
AS=gitlab:acme/app
export AS
. tests/ci/lib.sh
settings="$in_containers --give token=$TOKEN"
# GitLab checks inputs before there is a pipeline.
empty_stage=pipeline empty_message='does not match required RegEx'
published=6
stands gitlab
play gitlab
ok 'the job that signs has a token for Sigstore' knows sign '^SIGSTORE_ID_TOKEN=eyJ'
ok 'the others have none' knows_not verify 'ID_TOKEN'
ok 'what the image lacks is asked for' grep -qx 'apt-get -qq install -y --no-install-recommends ca-certificates curl libjson-c5' ../apt
stops 'a commit that is another' verify 'refused' gitlab --set "CI_COMMIT_SHA=$(printf 3%.0s $(seq 40))"
stops 'a project that is another' verify 'refused' gitlab --set CI_PROJECT_PATH=acme/other
stops 'a token that is not there' sign 'id_tokens' gitlab --give token=
done_testing
