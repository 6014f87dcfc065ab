# For tests that sign: . tests/cli/sandbox.sh runs the rest of the test inside one whole instance.
# shellcheck shell=sh disable=SC1091,SC2034
: "${B:=build}" "${SANDBOX:=$B/siglet-sandbox}"
case $SANDBOX in /*) ;; *) SANDBOX=$PWD/$SANDBOX ;; esac
export SANDBOX B
if [ -z "${IN_SANDBOX:-}" ]; then
	IN_SANDBOX=1 exec "$SANDBOX" run --rekor-version "${REKOR:-2}" --witnesses "${WITNESSES:-1}" --as "${AS:-github:acme/app}" --audience "${AUDIENCE:-sigstore}" -- sh "$0"
fi
TRUST_CONFIG=$SIGLET_TRUST_CONFIG
TOKEN=$SIGSTORE_ID_TOKEN
. tests/cli/lib.sh
SIGLET_TRUST_CONFIG=$TRUST_CONFIG
SIGSTORE_ID_TOKEN=$TOKEN
export SIGLET_TRUST_CONFIG SIGSTORE_ID_TOKEN
# What a CI service that these tests run in would add.
unset CI GITHUB_ACTIONS GITLAB_CI CIRCLECI BUILDKITE SYSTEM_OIDCREQUESTURI BITBUCKET_BUILD_NUMBER
WHO=https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main
ISSUER=https://token.actions.githubusercontent.com

# wrong OPTION...: what runs next asks an instance of its own, started with these options.
wrong() { before="env -u IN_SANDBOX $SANDBOX run $*  --"; }
right() { before=; }

# Nothing is left in this folder but what is named.
only() { [ "$(ls -A | sort | tr '\n' ' ')" = "$(printf '%s\n' "$@" | sort | tr '\n' ' ')" ] || { ls -A; return 1; }; }
