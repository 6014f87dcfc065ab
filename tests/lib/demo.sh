#!/bin/sh
# make demo: the main job, without a network: sign and verify in an instance of our own, then a real artifact with
# its real bundle.
set -eu
: "${SIGLET:=build/siglet}" "${SANDBOX:=build/siglet-sandbox}"
. tests/cli/demo.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

show() {
	printf '\n$ %s\n' "$*"
}

cp README.md "$tmp/app"
cat >"$tmp/script" <<'SCRIPT'
cd "$1"
printf '$ siglet sign app\n'
"$0" sign app
printf '\n$ siglet verify --offline app --github acme/app\n'
"$0" verify --offline app --github acme/app
SCRIPT
printf '%s\n' '(a CI job of acme/app signs, in a Sigstore instance that lives for this moment)'
case $SIGLET in /*) ;; *) SIGLET=$PWD/$SIGLET ;; esac
"$SANDBOX" run --as github:acme/app -- sh -c ". $tmp/script" "$SIGLET" "$tmp" || exit 1

printf '\n(a real artifact, signed years ago in the public instance)\n'
show siglet verify --offline "$DEMO_ARTIFACT" --identity "$DEMO_IDENTITY" --issuer "$DEMO_ISSUER" --explain
"$SIGLET" verify --offline "$DEMO_ARTIFACT" --identity "$DEMO_IDENTITY" --issuer "$DEMO_ISSUER" --explain

show '(one bit of the artifact changed)'
cp "$DEMO_ARTIFACT" "$tmp/changed"
cp "$DEMO_ARTIFACT.sigstore.json" "$tmp/changed.sigstore.json"
first=$(od -An -tu1 -N1 "$DEMO_ARTIFACT" | tr -d ' ')
printf "\\$(printf %03o $((first ^ 1)))" | dd of="$tmp/changed" bs=1 count=1 conv=notrunc 2>/dev/null
show siglet verify --offline changed --identity "$DEMO_IDENTITY" --issuer "$DEMO_ISSUER"
status=0
(cd "$tmp" && "$SIGLET" verify --offline changed --identity "$DEMO_IDENTITY" --issuer "$DEMO_ISSUER") || status=$?
[ "$status" = 1 ] || { echo "demo: the changed artifact was not refused (exit $status)" >&2; exit 1; }

show '(the right artifact, another signer expected)'
status=0
"$SIGLET" verify --offline "$DEMO_ARTIFACT" --github acme/app || status=$?
[ "$status" = 1 ] || { echo "demo: the wrong signer was not refused (exit $status)" >&2; exit 1; }
printf '\nThat is the main job: accepted when it is what was signed, refused when it is not.\n'
