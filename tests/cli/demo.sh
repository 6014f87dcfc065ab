# The real artifact that the tests and the demo verify, and who signed it: one place to change.
# shellcheck disable=SC2034
DEMO_ARTIFACT=testdata/demo/signed-package-2.1.0-hb0f4dca_0.conda
DEMO_GITHUB=prefix-dev/sigstore-example
DEMO_IDENTITY=https://github.com/prefix-dev/sigstore-example/.github/workflows/action.yaml@refs/heads/main
DEMO_ISSUER=https://token.actions.githubusercontent.com
