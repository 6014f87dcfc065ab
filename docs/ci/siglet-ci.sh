#!/bin/sh
# Build, sign, publish, verify, deploy: for a CI service that has no template here, or for a machine without one.
# Copy it into the repository as ci/siglet-ci.sh, and call it once a stage; arguments go to siglet:
#   sh ci/siglet-ci.sh build                       ci/build.sh leaves what is released in dist/
#   sh ci/siglet-ci.sh sign                        or: sign --instance acme, sign --key pkcs11:object=release
#   sh ci/siglet-ci.sh verify --github acme/app    who must have signed; or: verify --key release.pub
#   sh ci/siglet-ci.sh deploy                      ci/deploy.sh gets the folder verified/, and nothing else
# Set for all: SIGLET_URL and SIGLET_SHA256 (docs/ci/README.md, "The archive"), RELEASE_URL (the folder of this release
# in the artifact repository, another one each time). For sign alone: REPOSITORY_TOKEN (USER:PASSWORD or a bearer token,
# a secret), and an identity or a key. Hand dist/ from build to sign and verified/ from verify to deploy. Give verify no
# secret and no token: its word must be what a stranger would find. A stage that ends with an error stops the pipeline.
set -eu

# What is empty stops every stage before it does anything.
check() {
	: "${SIGLET_URL:?is empty: set it to the address of your siglet archive}"
	: "${SIGLET_SHA256:?is empty: set it to the SHA-256 of that archive}"
	: "${RELEASE_URL:?is empty: set it to where this release is published}"
}

install_siglet() {
	tools=$(mktemp -d)
	trap 'rm -rf "$tools"' EXIT
	curl -fsSL --retry 3 -o "$tools/siglet.tar.gz" --url "$SIGLET_URL"
	echo "$SIGLET_SHA256  $tools/siglet.tar.gz" | sha256sum -c -
	tar -xzf "$tools/siglet.tar.gz" -C "$tools"
	PATH=$tools/siglet/bin:$PATH
}

build() {
	sh ci/build.sh
}

# RELEASE says which release this is, so that no older one passes for it, and SHA256SUMS what belongs to it.
sign() {
	: "${REPOSITORY_TOKEN:?is empty: set it to what may write to the artifact repository}"
	install_siglet
	(
		cd dist
		rm -f RELEASE SHA256SUMS
		test -z "$(find . ! -name . ! -type f)" || { echo "the build left what is no file" >&2; exit 1; }
		test -n "$(ls .)" || { echo "the build left nothing to sign" >&2; exit 1; }
		echo "$RELEASE_URL" >RELEASE
		sha256sum -- * >../SHA256SUMS
		mv ../SHA256SUMS .
	)
	siglet sign "$@" dist/*
	siglet publish dist/* --to "$RELEASE_URL" --auth-env REPOSITORY_TOKEN
}

verify() {
	install_siglet
	mkdir verified
	siglet fetch "$RELEASE_URL/SHA256SUMS" "$@" -o verified/SHA256SUMS
	while read -r _ name; do
		siglet fetch "$RELEASE_URL" --name "$name" "$@" -o "verified/$name"
	done <verified/SHA256SUMS
	(cd verified && sha256sum -c SHA256SUMS)
	[ "$(cat verified/RELEASE)" = "$RELEASE_URL" ] || {
		echo "this is release $(cat verified/RELEASE), not $RELEASE_URL" >&2
		exit 1
	}
}

deploy() {
	(cd verified && sha256sum -c SHA256SUMS)
	sh ci/deploy.sh verified
}

stage=${1:-}
case $stage in
build | sign | verify | deploy) ;;
*)
	echo "usage: siglet-ci.sh build|sign|verify|deploy [OPTION...]" >&2
	exit 2
	;;
esac
shift
check
"$stage" "$@"
