#!/bin/sh
# make release: everything that is published of a commit, each file with its SBOM; then signed and verified.
# Usage: release.sh files FOLDER COMMIT
#        release.sh sign FOLDER         with SIGLET, as whoever the environment says; SIGNER is who it must be
set -eu
umask 022
task=$1 folder=$2

fail() {
	echo "release: $1" >&2
	exit 1
}

# The offline verifier, from the archive and not from a working folder.
build_static() {
	mkdir "$work/static"
	tar -C "$work/static" --strip-components=1 -xzf "$archive"
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u B -u CFLAGS -u CPPFLAGS -u LDFLAGS LC_ALL=C.UTF-8 \
		make -s -C "$work/static" -j"$(nproc)" static >"$work/static.log" 2>&1 ||
		{ tail -n 40 "$work/static.log" >&2; fail 'the static verifier was not built'; }
	cp "$work/static/build/siglet-verify" "$folder/siglet-verify-$version-linux-$(uname -m)"
}

make_files() {
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	trap 'exit 1' INT TERM HUP
	SOURCE_DATE_EPOCH=$(git show -s --format=%ct "$1^{commit}")
	export SOURCE_DATE_EPOCH
	sh packaging/deb.sh "$work" "$1" >/dev/null
	archive=$(echo "$work"/siglet-*.tar.gz)
	version=${archive##*/siglet-} version=${version%.tar.gz}

	rm -rf "$folder"
	mkdir -p "$folder"
	build_static
	cp "$archive" "$folder/"
	find "$work" -maxdepth 1 -name '*.deb' ! -name '*-dbgsym_*' -exec cp {} "$folder/" \;
	for file in "$folder"/*; do
		python3 packaging/sbom.py "$file" "$folder/${archive##*/}" "$version"
	done
	(cd "$folder" && LC_ALL=C sha256sum -- *) >"$work/SHA256SUMS"
	mv "$work/SHA256SUMS" "$folder/"
}

# The files that have an SBOM, which are those that somebody downloads.
released() {
	for file in *.spdx.json; do
		echo "${file%.spdx.json}"
	done
}

# FILE.sigstore.json signs it, all with one certificate; FILE.spdx.sigstore.json attests that FILE.spdx.json is
# what it holds. No name here has a blank in it.
sign_files() {
	# shellcheck disable=SC2046
	siglet sign --quiet -- SHA256SUMS $(released)
	for file in $(released); do
		siglet attest --quiet --type spdx --predicate "$file.spdx.json" -o "$file.spdx.sigstore.json" -- "$file"
	done
}

# As a stranger would: by the list, each by its SBOM, and with the static verifier that was just made.
verify_files() {
	static=$(released | grep '^siglet-verify-')
	siglet verify --offline --quiet "$@" --manifest SHA256SUMS
	for file in $(released); do
		siglet verify --offline --quiet "$@" -- "$file"
		siglet verify --offline --quiet "$@" --type spdx --bundle "$file.spdx.sigstore.json" -- "$file"
		"./$static" --quiet "$@" -- "$file"
	done
}

# Who must have signed: what SIGNER says, else whoever is about to.
expectation() {
	if [ -n "${SIGNER:-}" ]; then
		echo "$SIGNER"
		return
	fi
	siglet whoami --json >.who
	python3 -c '
import json, sys
who = json.load(open(".who"))
print("--identity", who["identity"], "--issuer", who["issuer"])'
	rm .who
}

# Every step stands alone on its line: set -e hears nothing of what fails in a condition.
sign_and_verify() {
	[ -s "$folder/SHA256SUMS" ] || fail "there are no release files in $folder: make release-files"
	case $SIGLET in /*) ;; *) SIGLET=$PWD/$SIGLET ;; esac
	siglet() { "$SIGLET" "$@"; }
	cd "$folder"
	rm -f -- *.sigstore.json
	expected=$(expectation)
	sign_files
	# shellcheck disable=SC2086
	verify_files $expected
	ls
	echo "release: signed and verified: siglet verify --manifest SHA256SUMS $expected"
}

case $task in
files) make_files "$3" ;;
sign) sign_and_verify ;;
*) fail "no task $task" ;;
esac
