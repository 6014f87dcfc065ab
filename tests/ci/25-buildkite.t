#!/bin/sh
# docs/ci/buildkite: the agent's own program gives the token, and brings artifacts.
AS=uri:https://buildkite.com/acme/app,https://agent.buildkite.com
export AS
. tests/ci/lib.sh
cat >image/bin/buildkite-agent <<P
#!/bin/sh
case "\$*" in
'oidc request-token --audience sigstore') echo request-token >>"$tmp/asked" && cat "$tmp/token" ;;
'artifact download dist/* . --step build') cp -r "\$STORE/build/dist" . ;;
'artifact download verified/* . --step verify') cp -r "\$STORE/verify/verified" . ;;
*) echo "buildkite-agent: \$*" >&2 && exit 1 ;;
esac
P
chmod +x image/bin/buildkite-agent
printf '%s\n' "$TOKEN" >../token
settings=$in_containers
stands buildkite
rm ../asked
play buildkite
ok 'a token is asked for once' test "$(cat ../asked)" = request-token
stops 'a pipeline that is another' verify 'refused' buildkite --set BUILDKITE_PIPELINE_SLUG=other
sed 's/\$\$REPOSITORY_URL/$REPOSITORY_URL/' "$PROJECT/docs/ci/buildkite/pipeline.yml" >../pasted.yml
template=$tmp/pasted.yml
play buildkite
ok 'a value that the upload would paste in is found' grep -q 'the upload would paste in .REPOSITORY_URL' ../out
template=''
printf '#!/bin/sh\ncase $1 in oidc) exit 1;; *) cp -r "$STORE/build/dist" . ;; esac\n' >image/bin/buildkite-agent
stops 'no token to be had' sign 'buildkite-agent' buildkite
done_testing
