#!/bin/sh
# One file: what is accepted, refused, and neither.
. tests/cli/lib.sh
a=$DEMO_ARTIFACT
g=--github=$DEMO_GITHUB

gives 'the real artifact' 0 verify "$a" --identity "$DEMO_IDENTITY" --issuer "$DEMO_ISSUER"
out 'is named with who signed it' "^$a: attested: .* by $DEMO_IDENTITY \\(issuer $DEMO_ISSUER\\)"
no_err 'and nothing else is said'
gives 'by its repository' 0 verify "$a" "$g"
gives 'by its owner' 0 verify "$a" --github "${DEMO_GITHUB%/*}"
gives 'in any case of letters' 0 verify "$a" --github "$(echo "$DEMO_GITHUB" | tr '[:lower:]' '[:upper:]')"
gives 'by patterns' 0 verify "$a" --identity-regex 'https://github\.com/prefix-dev/.*' --issuer-regex 'https://.*com'
no_err 'which need no warning'
gives 'patterns match from end to end' 1 verify "$a" --identity-regex 'https://github\.com/prefix-dev/' --issuer-regex 'https://.*'
gives 'a pattern that accepts anything' 0 verify "$a" --identity-regex '.*' --issuer "$DEMO_ISSUER"
err 'is warned of' 'warning: the pattern'
gives 'its extensions' 0 verify "$a" "$g" --require build-trigger=push --require runner-environment=github-hosted
gives 'its ref' 0 verify "$a" "$g" --ref refs/heads/main
gives 'its type' 0 verify "$a" "$g" --type https://schemas.conda.org/attestations-publish-1.schema.json
gives 'its time' 0 verify "$a" "$g" --signed-after 2025-09-01T00:00:00Z
gives 'its thresholds' 0 verify "$a" "$g" --tlog-threshold 1 --timestamp-threshold 1 --sct-threshold 1

refused() {
	claim=$1
	shift
	gives "refused: $claim" 1 verify "$@"
	no_out '… nothing on standard output'
	err '… on standard error' "^siglet: [^ ]+: refused: ."
	err_lines '… in three lines at most' 3
}
refused 'another owner' "$a" --github acme
refused 'another repository' "$a" --github prefix-dev/other
refused 'another identity' "$a" --identity "${DEMO_IDENTITY}x" --issuer "$DEMO_ISSUER"
refused 'another issuer' "$a" --identity "$DEMO_IDENTITY" --issuer "$DEMO_ISSUER/"
refused 'another ref' "$a" "$g" --ref refs/heads/other
refused 'another workflow' "$a" "$g" --workflow other.yaml
refused 'another extension' "$a" "$g" --require build-trigger=schedule
refused 'an attestation for a signature' "$a" "$g" --type signature
refused 'another type' "$a" "$g" --type spdx
refused 'an older signature' "$a" "$g" --signed-after 2025-09-02T00:00:00Z
refused 'two logs' "$a" "$g" --tlog-threshold 2
refused 'two times' "$a" "$g" --timestamp-threshold 2
refused 'two certificate logs' "$a" "$g" --sct-threshold 2
refused 'a file without a bundle' README.md "$g"
err 'the hint names what is looked for' 'hint: .*README.md.sigstore.json'
cp "$a" "$tmp/changed"
cp "$a.sigstore.json" "$tmp/changed.sigstore.json"
printf x >>"$tmp/changed"
refused 'a changed file' "$tmp/changed" "$g"
cp "$a" "$tmp/broken"
printf '{' >"$tmp/broken.sigstore.json"
refused 'a malformed bundle' "$tmp/broken" "$g"

unreadable() {
	claim=$1
	shift
	gives "unreadable: $claim" 3 verify "$@"
	no_out '… nothing on standard output'
	err '… with a reason' "$reason"
	err_lines '… in three lines at most' 3
}
reason='^siglet: none: no such file or directory$'
unreadable 'a missing file' none "$g"
unreadable 'with a bundle, too' none "$g" --bundle "$a.sigstore.json"
reason='no such file'
unreadable 'a missing bundle' "$a" "$g" --bundle none
reason='is a directory'
unreadable 'a folder' testdata "$g"
unreadable 'a folder with a bundle' testdata "$g" --bundle "$a.sigstore.json"
unreadable 'a folder as the bundle' "$a" "$g" --bundle testdata
mkdir "$tmp/folderbundle.sigstore.json"
cp "$a" "$tmp/folderbundle"
unreadable 'a folder that is found as the bundle' "$tmp/folderbundle" "$g"
mkfifo "$tmp/fifo"
reason='is a FIFO'
unreadable 'a FIFO, without waiting' "$tmp/fifo" "$g" --bundle "$a.sigstore.json"
reason='is a device'
unreadable 'a device' /dev/null "$g" --bundle "$a.sigstore.json"
reason='no such file'
unreadable 'a missing key' "$a" --key none

make_key "$tmp/one"
make_key "$tmp/other"
echo text >"$tmp/text"
sign_by "$tmp/one" "$tmp/text"
gives 'a managed key' 0 verify "$tmp/text" --key "$tmp/one.pub" --tlog-threshold 0
out 'is said to have signed' 'signed by the given key'
gives 'needs a log unless told' 1 verify "$tmp/text" --key "$tmp/one.pub"
gives 'another key' 1 verify "$tmp/text" --key "$tmp/other.pub" --tlog-threshold 0
gives 'a key with a window needs a time' 1 verify "$tmp/text" --key "$tmp/one.pub" --tlog-threshold 0 \
	--key-not-before 2020-01-01T00:00:00Z
gives 'a key for what a certificate signed' 1 verify "$a" --key "$tmp/one.pub"
gives 'what is no key' 3 verify "$tmp/text" --key README.md
done_testing
