#!/bin/sh
# Whose identity signs: where the token comes from, in which order, and what is said when there is none.
# shellcheck disable=SC2016
. tests/cli/sandbox.sh
cd "$tmp" || exit 1
mkdir box bin && cd box || exit 1
echo one >one
signed() {
	gives "$1" 0 sign one
	ok 'with that identity' grep -q "$WHO" ../err
	rm -f one.sigstore.json
}
# No token or a part of one is ever shown.
secret=$(printf %s "$TOKEN" | cut -c1-24)
untold() { ok 'the token is not shown' sh -c '! grep -qF "$1" ../out ../err' - "$secret"; }

# ---- given ----
printf '%s\n' "$TOKEN" >../token
unset SIGSTORE_ID_TOKEN
gives 'a token in a file' 0 sign one --identity-token @../token
rm -f one.sigstore.json
input=../token
gives 'on standard input' 0 sign one --identity-token -
rm -f one.sigstore.json
gives 'on a descriptor' 0 sign one --identity-token fd:0
rm -f one.sigstore.json
input=/dev/null
gives 'on the command line' 0 sign one --identity-token "$TOKEN"
err 'with a warning' 'warning: others can read a token on the command line'
rm -f one.sigstore.json
gives 'a file that is not there' 3 sign one --identity-token @none
gives 'no descriptor' 2 sign one --identity-token fd:x
gives 'what is no token' 5 sign one --identity-token abc
err 'is told so' 'identity token: not three parts'
SIGSTORE_ID_TOKEN=$TOKEN
export SIGSTORE_ID_TOKEN
gives 'nothing takes the place of a bad one' 5 sign one --identity-token abc
ok 'so nothing is signed' only one

# ---- the environment ----
signed 'a token in SIGSTORE_ID_TOKEN'
gives 'unless one says no' 5 sign one --no-ambient
err 'then there is none' 'no identity to sign with was found'
err 'and what to do' 'hint: set SIGSTORE_ID_TOKEN'
unset SIGSTORE_ID_TOKEN
CI=1 gives 'in CI' 5 sign one
err 'the hint is about the job' 'hint: let the job have an OIDC token'
ok 'nobody is asked to log in' sh -c '! grep -q "Log in\|browser" ../err'

# changed PYTHON: the token with other claims (which a CA would refuse: what is tested here is what we say).
changed() {
	python3 -c '
import base64, json, sys, time
part = sys.argv[1].split(".")
d = json.loads(base64.urlsafe_b64decode(part[1] + "=" * (-len(part[1]) % 4)))
exec(sys.argv[2])
part[1] = base64.urlsafe_b64encode(json.dumps(d).encode()).decode().rstrip("=")
print(".".join(part))' "$TOKEN" "$1"
}
bad() {
	SIGSTORE_ID_TOKEN=$(changed "$2") gives "$1" 5 sign one
	err 'is said' "$3"
	ok 'and nothing signed' only one
}
bad 'an expired token' 'd["exp"] = time.time() - 10' 'expired at .*Z$'
bad 'one that is not valid yet' 'd["nbf"] = time.time() + 600' 'not valid before'
bad 'another audience' 'd["aud"] = "https://example.com"' 'is for "https://example.com", not for "sigstore"'
bad 'none among several' 'd["aud"] = ["a", "b"]' 'is for "a", not for "sigstore"'
bad 'no audience' 'del d["aud"]' 'no claim aud'
bad 'no subject' 'del d["sub"]' 'no claim sub'
bad 'an empty subject' 'd["sub"] = ""' 'sub is empty'
bad 'no issuer' 'del d["iss"]' 'no claim iss'
bad 'an issuer that is no text' 'd["iss"] = 7' 'iss is no text'
bad 'no expiry' 'del d["exp"]' 'no claim exp'
bad 'an expiry that is no number' 'd["exp"] = "soon"' 'exp is no number'
bad 'an address that is not verified' 'd.update(email="a@b.example", email_verified=False, federated_claims={"connector_id": "x"})' 'has not verified the e-mail'
bad 'a token that nobody signed' 'd["run_id"] = "43"' 'certificate authority .* answered 400: There was an error processing the identity token'
err 'with what is usual' 'hint: is the token.s audience sigstore'
SIGSTORE_ID_TOKEN=x.y.z gives 'no JSON' 5 sign one
SIGSTORE_ID_TOKEN=$(head -c 100000 /dev/zero | tr '\0' A) gives 'too long' 5 sign one
gives 'another audience is asked for' 5 sign one --identity-token @../token --audience other

# ---- services that give tokens ----
mkfifo ../stop
TOKEN=$TOKEN python3 "$PROJECT/tests/cli/provider.py" ../port <../stop &
exec 8>../stop
while [ ! -s ../port ]; do sleep 0.05; done
url=http://127.0.0.1:$(cat ../port)

github() {
	GITHUB_ACTIONS=true ACTIONS_ID_TOKEN_REQUEST_URL="$url/github/$1?api-version=2.0" \
		ACTIONS_ID_TOKEN_REQUEST_TOKEN=${2:-runner-secret} run sign one ${verbose:-}
}
github_gives() {
	github "$2"
	ok "GitHub, $1" has_status "$3"
	err 'is said' "$4"
	untold
	rm -f one.sigstore.json
}
github_gives 'a token' good 0 "$WHO"
verbose=-v
github_gives 'with --verbose' good 0 "^siglet: GET $url/github/good: 200 in "
ok 'but not what the runner knows' sh -c '! grep -q "runner-secret" "$0"' "$tmp/err"
verbose=
github_gives 'no permission' 403 5 'hint: give the job the permission "id-token: write"'
github_gives 'it is down' 500 4 'answered 500'
github_gives 'a page for people' html 4 'answered with a web page'
github_gives 'an empty token' empty 5 'the answer has an empty value'
github_gives 'another answer' other 5 'value'
github_gives 'no JWT' nojwt 5 'not three parts'
github_gives 'a redirect is not followed with a secret' redirect 4 'answered 302'
github good wrong-secret
ok 'another runner' has_status 5
GITHUB_ACTIONS=true gives 'a job without permission' 5 sign one
err 'is told which' 'the job may not have an identity token'
err 'and how to give it' 'hint: give the job the permission "id-token: write"'

azure() {
	SYSTEM_OIDCREQUESTURI=$url/azure/$1 SYSTEM_ACCESSTOKEN=step-secret gives "Azure Pipelines, $1" "$2" sign one
	rm -f one.sigstore.json
}
azure good 0
azure 401 5
err 'says what to change' 'hint: map the token into the step: env: . SYSTEM_ACCESSTOKEN'
azure html 4
SYSTEM_OIDCREQUESTURI=$url/azure/good gives 'a step without its token' 5 sign one
err 'is told' 'SYSTEM_ACCESSTOKEN'
exec 8>&-

GITLAB_CI=true SIGSTORE_ID_TOKEN=$TOKEN gives 'GitLab' 0 sign one
rm -f one.sigstore.json
GITLAB_CI=true gives 'GitLab without id_tokens' 5 sign one
err 'is told the stanza' 'hint: add to the job: id_tokens: . SIGSTORE_ID_TOKEN: . aud: sigstore'
BITBUCKET_BUILD_NUMBER=1 BITBUCKET_STEP_OIDC_TOKEN=$TOKEN gives 'Bitbucket' 0 sign one
rm -f one.sigstore.json
BITBUCKET_BUILD_NUMBER=1 gives 'Bitbucket without oidc' 5 sign one
err 'is told the stanza' 'hint: add to the step: oidc: . audiences: \[ sigstore'

# ---- helper programs: their arguments, and nothing of our environment that they need not have ----
helper() {
	printf '#!/bin/sh\necho "$0 $*" >%s/args\nenv >%s/env\n%s\n' "$tmp" "$tmp" "$2" >"../bin/$1"
	chmod +x "../bin/$1"
}
PATH=$tmp/bin:$PATH
PRIVATE_THING=secret
export PATH PRIVATE_THING
clean() { ! grep -q 'PRIVATE_THING\|SIGLET' ../env; }
helper buildkite-agent "echo $TOKEN"
BUILDKITE=true gives 'Buildkite' 0 sign one
ok 'its agent is asked' grep -q 'buildkite-agent oidc request-token --audience sigstore$' ../args
ok 'and sees what it needs alone' clean
rm -f one.sigstore.json
helper buildkite-agent 'echo sorry >&2; exit 3'
BUILDKITE=true gives 'an agent that fails' 5 sign one
err 'is named' 'buildkite-agent'
rm ../bin/buildkite-agent
BUILDKITE=true gives 'no agent' 5 sign one
err 'is named, too' 'hint: buildkite-agent 3.41 or later'
helper circleci "echo $TOKEN"
CIRCLECI=true gives 'CircleCI' 0 sign one
ok 'its program is asked' grep -q 'circleci run oidc get --root-issuer --claims {"aud":"sigstore"}$' ../args
ok 'and sees what it needs alone' clean
rm -f one.sigstore.json
helper spire-agent "printf '[{\"svids\":[{\"svid\":\"%s\"}]}]' $TOKEN"
SPIFFE_ENDPOINT_SOCKET=unix:///run/x.sock gives 'SPIFFE' 0 sign one
ok 'its agent is asked' grep -q 'spire-agent api fetch jwt -audience sigstore -socketPath /run/x.sock -output json$' ../args
ok 'and sees what it needs alone' clean
rm -f one.sigstore.json
helper spire-agent 'echo "[]"'
SPIFFE_ENDPOINT_SOCKET=/run/x.sock gives 'no SVID' 5 sign one
helper spire-agent 'head -c 1000000 /dev/zero'
SPIFFE_ENDPOINT_SOCKET=/run/x.sock gives 'a helper that does not end its answer' 5 sign one
ok 'nothing is left' only one

# ---- whoami ----
SIGSTORE_ID_TOKEN=$TOKEN
export SIGSTORE_ID_TOKEN
gives 'whoami' 0 whoami
out 'the identity' "^identity +$WHO$"
out 'the issuer' "^issuer +$ISSUER$"
out 'the subject' '^subject +repo:acme/app:ref:refs/heads/main$'
out 'where it is from' '^from +SIGSTORE_ID_TOKEN$'
out 'until when' '^expires +20[0-9-]+T[0-9:]+Z$'
out 'the claims' '"repository": ?"acme/app"'
untold
gives 'as JSON' 0 whoami --json
json 'the same' "d[0]['identity'] == '$WHO' and d[0]['issuer'] == '$ISSUER' and d[0]['source'] == 'SIGSTORE_ID_TOKEN' and len(d) == 1"
untold
SIGSTORE_ID_TOKEN=$(changed 'd["sub"] = "\u009b31mred"') gives 'a subject that would colour a terminal' 0 whoami --json
ok 'does not' sh -c '! grep -q "$(printf "\302\233")" ../out'
json 'and is what it is' "d[0]['subject'] == '\u009b31mred'"
gives 'it takes no argument' 2 whoami x
unset SIGSTORE_ID_TOKEN
gives 'nobody' 5 whoami

# ---- the public instances: what they would learn, before anything is sent ----
unset SIGSTORE_ID_TOKEN
for instance in public staging; do
	SIGSTORE_ID_TOKEN=$TOKEN gives "$instance is known" 0 sign one --dry-run --instance $instance
	for visibility in private internal; do
		SIGSTORE_ID_TOKEN=$(changed "d[\"repository_visibility\"] = \"$visibility\"") \
			gives "$instance: a token of a repository that is $visibility" 1 sign one --dry-run --instance $instance
		err 'is refused' "the repository is $visibility"
		err 'with what to do' 'hint: pass --publish-private'
	done
	SIGSTORE_ID_TOKEN=$(changed 'd["repository_visibility"] = "private"') \
		gives 'unless that is meant' 0 sign one --dry-run --instance $instance --publish-private
done
SIGSTORE_ID_TOKEN=$(changed 'd["project_visibility"] = "private"') gives "GitLab's too" 1 sign one --dry-run --instance public
SIGSTORE_ID_TOKEN=$(changed 'd["repository_visibility"] = "private"') gives 'an instance of our own may know' 0 sign one --dry-run
# By whatever name the trust came: it is the services that publish.
private() {
	private_claim=$1 private_status=$2
	shift 2
	SIGSTORE_ID_TOKEN=$(changed 'd["repository_visibility"] = "private"') gives "$private_claim" "$private_status" sign one --dry-run "$@"
}
private 'the public services under a root of our own' 1 --trusted-root "$PROJECT/third_party_certs/public-good/trusted_root.json" \
	--signing-config "$PROJECT/third_party_certs/public-good/signing_config.json"
err 'are public, too' 'the repository is private'
private 'the public log' 1 --rekor-url https://rekor.sigstore.dev
private 'the public CA, which logs its certificates' 1 --fulcio-url https://Fulcio.SIGSTORE.dev:443/
private 'the staging log' 1 --rekor-url https://rekor.sigstage.dev.
private 'unless that is meant' 0 --rekor-url https://rekor.sigstore.dev --publish-private
private 'a public log that is not used' 0 --rekor-url https://rekor.sigstore.dev --no-tlog
private 'a log whose name only looks like it' 0 --rekor-url https://rekor.sigstore.dev.example.com
private 'or ends like it' 0 --rekor-url https://notsigstore.dev/rekor.sigstore.dev
SIGSTORE_ID_TOKEN=$TOKEN gives "GitHub's instance has nothing to sign at" 6 sign one --instance github
SIGSTORE_ID_TOKEN=$TOKEN gives 'a root without services, too' 6 sign one --trusted-root "$PROJECT/third_party_certs/public-good/trusted_root.json"
SIGSTORE_ID_TOKEN=$TOKEN gives 'unless they are named' 0 sign one --dry-run --trusted-root "$PROJECT/third_party_certs/public-good/trusted_root.json" \
	--signing-config "$PROJECT/third_party_certs/public-good/signing_config.json"
echo '{}' >../nothing
SIGSTORE_ID_TOKEN=$TOKEN gives 'a signing config that is none' 3 sign one --instance public --signing-config ../nothing

# ---- on a terminal: an address is asked about ----
# at_terminal ANSWER ARGUMENT...: siglet on a terminal of its own; what it shows is in $tmp/out.
at_terminal() {
	status=0
	python3 -c '
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
os.write(fd, sys.argv[1].encode())
try:
    while data := os.read(fd, 65536):
        sys.stdout.buffer.write(data)
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))' "$1
" "$SIGLET" "$2" "$3" "$4" "$5" "$6" >"$tmp/out" || status=$?
}
person() { changed "d.update(iss=\"$1\", sub=\"1234\", email=\"jane@example.com\", email_verified=True)"; }
for issuer in https://accounts.google.com https://issuer.hello.coop; do
	SIGSTORE_ID_TOKEN=$(person $issuer)
	export SIGSTORE_ID_TOKEN
	at_terminal n sign one --dry-run --instance public
	ok "an address of $issuer is not published when the answer is no" has_status 1
	out 'it is shown in the question' 'will keep the address jane@example.com for ever. Go on'
	at_terminal y sign one --dry-run --instance public
	ok 'it is when the answer is yes' has_status 0
	gives 'nobody is asked where there is no terminal' 0 sign one --dry-run --instance public
done
SIGSTORE_ID_TOKEN=$(changed 'd.update(email="jane@example.com", email_verified=True)')
at_terminal n sign one --dry-run --instance public
ok 'an address that no certificate will name is nobody asked about' has_status 0
unset SIGSTORE_ID_TOKEN

# ---- who a certificate is for, by the shape of the token ----
wrong --as gitlab:group/app
gives 'GitLab' 0 sign one
right
rm -f one.sigstore.json
wrong --as email:jane@example.com
gives 'a person' 0 sign one
err 'the command has the address' ' --identity jane@example.com --issuer http://127.0.0.1'
right
rm -f one.sigstore.json
wrong --as email:robot@acme.iam.gserviceaccount.com,https://accounts.google.com
gives 'an account of Google' 0 sign one
err 'the command has its issuer' ' --identity robot@acme.iam.gserviceaccount.com --issuer https://accounts.google.com'
right
rm -f one.sigstore.json
wrong --as uri:https://buildkite.com/acme/app,https://agent.buildkite.com
gives 'a pipeline whose name is a URI' 0 sign one
err 'the command has it' ' --identity https://buildkite.com/acme/app --issuer https://agent.buildkite.com'
right
rm -f one.sigstore.json
wrong --as uri:https://ci.acme.example/app
gives 'of this instance' 0 sign one
err 'the command has that issuer' ' --identity https://ci.acme.example/app --issuer http://127.0.0.1'
right
rm -f one.sigstore.json
wrong --as uri:https://ci.acme.example/app --audience api://exchange
gives 'an instance with another audience' 5 sign one
err 'the token is not for us' 'is for "api://exchange", not for "sigstore"'
gives 'unless that one is meant' 0 sign one --audience api://exchange
right
rm -f one.sigstore.json
wrong --as none
gives 'nobody' 5 sign one
right

# ---- on a terminal: device flow ----
wrong --as none
gives 'the device flow' 0 sign one --device
err 'shows the page' 'http://127.0.0.1:[0-9]+/device'
err 'and the code' 'ABCD-EFGH'
rm -f one.sigstore.json
CI=1 gives 'never in CI' 5 sign one --device
done_testing
