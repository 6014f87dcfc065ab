#!/bin/sh
# make release: what is published, built twice, in folders of other names, at other times, by other users, is the
# same bytes; each file has a valid SBOM; signed by siglet, verified by siglet. It is of the commit, not of what
# is changed since.
. tests/lib/tap.sh
. tests/install/snapshot.sh
: "${B:=build}"
stop() {
	skip "$1"
	done_testing
	exit
}
case $B in *asan* | *tsan* | *cov*) stop 'an instrumented build is not for installing' ;; esac
git rev-parse -q --verify HEAD >/dev/null 2>&1 || stop 'a release is of a commit, and this is no checkout'
command -v dh >/dev/null || stop 'debhelper is missing: make deps-packaging'
for name in B SIGLET SANDBOX; do
	eval ": \"\${$name:=$B/$(echo $name | sed 's/SIGLET/siglet/; s/SANDBOX/siglet-sandbox/')}\""
	eval "case \$$name in /*) ;; *) $name=\$PWD/\$$name ;; esac"
done
unset CI GITHUB_ACTIONS GITLAB_CI SIGLET_TRUST_CONFIG SIGSTORE_ID_TOKEN SIGNER
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM HUP
one=$tmp/release other=$tmp/another-folder
version=$(sed -n 's/^VERSION := //p' Makefile)

rehearse() {
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s release-rehearsal B="$B" RELEASE="$one" >"$tmp/log" 2>&1 ||
		{ tail -n 30 "$tmp/log"; return 1; }
}
build_other() {
	(umask 077 && git clone -q . "$other" && TZ=Pacific/Kiritimati LANG=fr_FR.UTF-8 CFLAGS=-O0 SOURCE_DATE_EPOCH=1 \
		make_in "$other" release-files)
}
# But for the signatures, which are others each time.
released() { find "$1" -type f ! -name '*.sigstore.json' -exec basename {} \; | LC_ALL=C sort; }
same_names() { [ -s "$one/SHA256SUMS" ] && [ "$(released "$one")" = "$(released "$other/build/release")" ] || { ls "$one" "$other/build/release"; return 1; }; }

ok 'make release-rehearsal' rehearse
ok 'says that all is signed and verified' grep -q '^release: signed and verified: siglet verify ' "$tmp/log"
ok 'made again elsewhere, by another user of another place' build_other
ok 'the same files' same_names
for file in $(released "$one"); do
	# As it is called when it is released.
	name=$(echo "$file" | sed "s/$version~git[0-9]*\\.[0-9]*\\.[0-9a-f]*/$version/")
	ok "$name is the same" cmp "$one/$file" "$other/build/release/$file"
done
for kind in 'siglet-0*.tar.gz' 'siglet_*.deb' 'libsiglet1_*.deb' 'libsiglet-dev_*.deb' 'siglet-sandbox_*.deb' 'siglet-verify-*-linux-*'; do
	ok "there is $kind" test -s "$(find "$one" -name "$kind" ! -name '*.json')"
done
# Whoever looks for the commit in the archive finds it.
commit_of() { [ "$(gzip -dc "$one"/siglet-0*.tar.gz | git get-tar-commit-id)" = "$(git rev-parse HEAD)" ]; }
no_leftovers() { tar -tzf "$(echo "$one"/siglet-0*.tar.gz)" | grep -E '/(build|debian)/' | grep -v /packaging/debian/; }
ok 'the archive says which commit it is' commit_of
ok 'nothing that was built is in it, and no debian/ at its root' empty no_leftovers

# ---- the SBOMs ----

# What they say, against the files.
sboms_hold() {
	python3 - "$one" <<'P'
import glob, hashlib, json, os, sys
for path in glob.glob(os.path.join(sys.argv[1], "*.spdx.json")):
    about = json.load(open(path))
    main = about["packages"][0]
    content = open(path[: -len(".spdx.json")], "rb").read()
    assert main["checksums"][0]["checksumValue"] == hashlib.sha256(content).hexdigest(), path
    kinds = {r["relationshipType"] for r in about["relationships"]}
    if "siglet-verify-" in path:
        linked = {p["name"] for p in about["packages"] if p.get("comment")}
        assert {"openssl", "json-c", "pcre2", "glibc"} == linked and "STATIC_LINK" in kinds, path
    else:
        assert main["filesAnalyzed"] and about["files"], path
        sha1s = sorted(f["checksums"][0]["checksumValue"] for f in about["files"])
        assert main["packageVerificationCode"]["packageVerificationCodeValue"] == hashlib.sha1("".join(sha1s).encode()).hexdigest()
    if "libsiglet1_" in path:
        optional = {r["spdxElementId"] for r in about["relationships"] if r["relationshipType"] == "OPTIONAL_DEPENDENCY_OF"}
        assert any("libcurl" in o for o in optional) and any("sqlite" in o for o in optional), optional
P
}
validator=$B/interop/spdx/bin/pyspdxtools
have_validator() {
	mkdir -p "$B/interop"
	[ -x "$validator" ] || {
		python3 -m venv "$B/interop/spdx" && "$B/interop/spdx/bin/pip" install --quiet spdx-tools==0.8.5
	} >"$B/interop/spdx.log" 2>&1
}
all_valid() {
	for sbom in "$one"/*.spdx.json; do
		"$validator" --version SPDX-2.3 -i "$sbom" || return 1
	done
}
ok 'each SBOM is of its file' sboms_hold
if have_validator; then
	ok 'and valid SPDX 2.3' all_valid
else
	skip "pip could not install the validator (see $B/interop/spdx.log)"
fi

# ---- what must not pass ----

# sign_again AS SIGNER: the signing half, with whatever is in the folder now.
sign_again() {
	SIGNER=$2 SIGLET=$SIGLET "$SANDBOX" run --as "$1" -- sh packaging/release.sh sign "$one" >"$tmp/log" 2>&1
}
fails() {
	! "$@" && ! grep -q 'signed and verified' "$tmp/log" || { cat "$tmp/log"; return 1; }
}
ok 'signed by who must have' sign_again github:acme/app '--github acme/app'
ok 'signed by somebody else' fails sign_again github:acme/other '--github acme/app'
echo >>"$(echo "$one"/siglet_*.deb)"
ok 'a file that is not the one in SHA256SUMS' fails sign_again github:acme/app ''
rm "$one/SHA256SUMS"
ok 'nothing that was made' fails sign_again github:acme/app ''
done_testing
