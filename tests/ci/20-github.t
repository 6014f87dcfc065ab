#!/bin/sh
# docs/ci/github: the composite actions in a workflow, and the reusable workflow.
. tests/ci/lib.sh
mkfifo ../stop
TOKEN=$TOKEN python3 "$PROJECT/tests/cli/provider.py" ../port <../stop &
exec 8>../stop
while [ ! -s ../port ]; do sleep 0.05; done
published=6
settings="--give url=http://127.0.0.1:$(cat ../port)/github/good?api-version=2.0 --give token=runner-secret"

for template in pipeline.yml caller.yml; do
	stands github
	holds_request() { grep -q ACTIONS_ID_TOKEN_REQUEST "$run/$1".*.env; }
	play github
	ok 'the job that signs may have an identity' holds_request sign
	ok 'it alone' not holds_request build
	ok 'its credential reaches the last step alone' test "$(grep -lF 'pa:ss' "$run"/*.env)" = "$run/sign.Publish.env"
	stops 'an artifact replaced between sign and publish' sign 'app-1.0.tar: refused: .*not the one that was signed' github \
		--tamper 'before sign/Publish' 'echo changed >"$WORK/dist/app-1.0.tar"'
	stops 'a commit that is another' verify 'refused' github --set "GITHUB_SHA=$(printf 2%.0s $(seq 40))"
	stops 'a repository that is another' verify 'refused' github --set GITHUB_REPOSITORY=acme/other
	stops 'no folder of artifacts' sign 'No such file|can.t cd' github --tamper 'before sign/Sign' 'rm -r "$WORK/dist"'
	settings="--give url=http://127.0.0.1:$(cat ../port)/github/403?api-version=2.0 --give token=runner-secret" \
		stops 'a job that may not have an identity' sign 'id-token: write' github
done
exec 8>&-
done_testing
