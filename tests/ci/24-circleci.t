#!/bin/sh
# docs/ci/circleci: the job asks CircleCI's own program for a token.
AS=uri:https://circleci.com/api/v2/projects/1001/pipeline-definitions/1002,https://oidc.circleci.com
export AS
. tests/ci/lib.sh
cat >image/bin/circleci <<P
#!/bin/sh
echo "\$PWD: \$*" >>"$tmp/asked"
[ "\$*" = 'run oidc get --root-issuer --claims {"aud":"sigstore"}' ] && cat "$tmp/token"
P
chmod +x image/bin/circleci
printf '%s\n' "$TOKEN" >../token
settings="$in_containers --set SIGNER_IDENTITY=https://circleci.com/api/v2/projects/1001/pipeline-definitions/1002"
stands circleci
stands_empty circleci SIGNER_IDENTITY
rm ../asked
play circleci
ok 'a token is asked for once' test "$(cat ../asked)" = "$run/sign/work/dist: run oidc get --root-issuer --claims {\"aud\":\"sigstore\"}"
ok 'what the image lacks is asked for' grep -qx 'apt-get -qq install -y --no-install-recommends ca-certificates curl libjson-c5' ../apt
stops 'an artifact replaced between sign and publish' sign 'app-1.0.tar: refused: .*not the one that was signed' circleci \
	--tamper 'before sign/Publish' 'echo changed >"$WORK/dist/app-1.0.tar"'
stops 'a pipeline that is another' verify 'refused' circleci --set SIGNER_IDENTITY=https://circleci.com/api/v2/projects/1001/pipeline-definitions/1003
printf '#!/bin/sh\nexit 1\n' >image/bin/circleci
stops 'no token to be had' sign 'CircleCI' circleci
done_testing
