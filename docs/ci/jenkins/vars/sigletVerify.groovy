/*
 * sigletVerify: fetch a release, and keep it only when the expected signer signed all of it. It needs no credential and
 * no token: run it in a stage of its own, on an agent that has none. SHA256SUMS, which sigletSign signed with all else,
 * says what belongs to the release. A file that was changed, that has another's bundle, or that is missing fails the
 * stage, and Jenkins begins none after it.
 *     sigletVerify(from: URL, key: 'ci/release.pub')
 *     sigletVerify(from: URL, instanceUrl: URL, instanceRoot: 'ci/sigstore-root.json', identity: NAME, issuer: URL)
 * What was accepted lies in the folder `verified`; give output: for another.
 */
def call(Map how) {
    withEnv(["SIGLET_FROM=${how.from ?: ''}", "SIGLET_OUTPUT=${how.output ?: 'verified'}", "SIGLET_KEY=${how.key ?: ''}",
             "INSTANCE_URL=${how.instanceUrl ?: ''}", "INSTANCE_ROOT=${how.instanceRoot ?: ''}",
             "SIGNER_IDENTITY=${how.identity ?: ''}", "SIGNER_ISSUER=${how.issuer ?: ''}"]) {
        sh label: 'Fetch and verify', script: '''#!/bin/sh
            set -eu
            : "${SIGLET_URL:?is empty: set it to the address of your siglet archive}"
            : "${SIGLET_SHA256:?is empty: set it to the SHA-256 of that archive}"
            : "${SIGLET_FROM:?is empty: set it to where this release is published}"
            tools=$WORKSPACE_TMP/siglet-tools
            rm -rf "$tools"
            mkdir -p "$tools"
            curl -fsSL --retry 3 -o "$tools/siglet.tar.gz" --url "$SIGLET_URL"
            echo "$SIGLET_SHA256  $tools/siglet.tar.gz" | sha256sum -c -
            tar -xzf "$tools/siglet.tar.gz" -C "$tools"
            PATH=$tools/siglet/bin:$PATH
            if [ -n "$SIGLET_KEY" ]; then
                set -- --key "$SIGLET_KEY"
            else
                : "${INSTANCE_URL:?is empty, and so is the key: set one of them}"
                : "${SIGNER_IDENTITY:?is empty: set it to what certificates name this job}"
                : "${SIGNER_ISSUER:?is empty: set it to the issuer of its tokens}"
                export XDG_CONFIG_HOME="$tools" XDG_CACHE_HOME="$tools"
                siglet trust init --name own --url "$INSTANCE_URL" --root "$INSTANCE_ROOT"
                set -- --instance own --identity "$SIGNER_IDENTITY" --issuer "$SIGNER_ISSUER"
            fi
            rm -rf "$SIGLET_OUTPUT"
            mkdir "$SIGLET_OUTPUT"
            siglet fetch "$SIGLET_FROM/SHA256SUMS" "$@" -o "$SIGLET_OUTPUT/SHA256SUMS"
            while read -r _ name; do
                siglet fetch "$SIGLET_FROM" --name "$name" "$@" -o "$SIGLET_OUTPUT/$name"
            done <"$SIGLET_OUTPUT/SHA256SUMS"
            cd "$SIGLET_OUTPUT"
            sha256sum -c SHA256SUMS
            test "$(cat RELEASE)" = "$SIGLET_FROM" || { echo "this is release $(cat RELEASE), not $SIGLET_FROM" >&2; exit 1; }
        '''
    }
}
