/*
 * sigletSign: sign every file of a folder, and publish each with its bundle beside it. A step of a shared library: put
 * vars/ of this folder into a repository of its own, and name it to Jenkins as the library `siglet`. The agent's
 * environment has SIGLET_URL and SIGLET_SHA256 (docs/ci/README.md, "The archive"). Sigstore's public instance does NOT
 * accept tokens of Jenkins, so that a job signs in one of two ways:
 *   with a key in a token (HSM) that the agent reaches by PKCS#11; the verifier then pins its public half:
 *     sigletSign(to: URL, credential: ID, key: 'pkcs11:token=acme;object=release', pin: ID)
 *   or with an instance of your own (docs/ci/README.md), whose certificate authority accepts this Jenkins, and an `id token`
 *   credential, audience sigstore, of the OpenID Connect Provider plugin; its root.json lies in the workspace:
 *     sigletSign(to: URL, credential: ID, token: ID, instanceUrl: URL, instanceRoot: 'ci/sigstore-root.json')
 * credential is a `secret text` (USER:PASSWORD or a bearer token), pin a `secret file`. What is passed here reaches shells
 * as variables, and secrets reach siglet by a variable or a file. Scripts begin with #!, since Jenkins would trace them.
 */
def call(Map how) {
    withEnv(["SIGLET_FOLDER=${how.folder ?: 'dist'}", "SIGLET_TO=${how.to ?: ''}", "SIGLET_KEY=${how.key ?: ''}",
             "INSTANCE_URL=${how.instanceUrl ?: ''}", "INSTANCE_ROOT=${how.instanceRoot ?: ''}"]) {
        withCredentials([string(credentialsId: how.credential, variable: 'REPOSITORY_TOKEN')]) {
            sh label: 'Check', script: '''#!/bin/sh
                set -eu
                : "${SIGLET_URL:?is empty: set it to the address of your siglet archive}"
                : "${SIGLET_SHA256:?is empty: set it to the SHA-256 of that archive}"
                : "${SIGLET_TO:?is empty: set it to where this release is published}"
                : "${REPOSITORY_TOKEN:?is empty: set it to what may write to the artifact repository}"
                : "${SIGLET_KEY:-${INSTANCE_URL:?is empty, and so is the key: set one of them}}"
            '''
        }
        sh label: 'Install siglet', script: '''#!/bin/sh
            set -eu
            tools=$WORKSPACE_TMP/siglet-tools
            rm -rf "$tools"
            mkdir -p "$tools"
            curl -fsSL --retry 3 -o "$tools/siglet.tar.gz" --url "$SIGLET_URL"
            echo "$SIGLET_SHA256  $tools/siglet.tar.gz" | sha256sum -c -
            tar -xzf "$tools/siglet.tar.gz" -C "$tools"
            cd "$SIGLET_FOLDER"
            rm -f RELEASE SHA256SUMS
            test -z "$(find . ! -name . ! -type f)" || { echo "the build left what is no file" >&2; exit 1; }
            test -n "$(ls .)" || { echo "the build left nothing to sign" >&2; exit 1; }
            echo "$SIGLET_TO" >RELEASE
            sha256sum -- * >"$tools/SHA256SUMS"
            mv "$tools/SHA256SUMS" .
        '''
        if (how.key) {
            withCredentials([file(credentialsId: how.pin, variable: 'SIGLET_PIN_FILE')]) {
                sh label: 'Sign', script: '''#!/bin/sh
                    set -eu
                    PATH=$WORKSPACE_TMP/siglet-tools/siglet/bin:$PATH
                    cd "$SIGLET_FOLDER"
                    siglet sign --key "$SIGLET_KEY" --passphrase-file "$SIGLET_PIN_FILE" ./*
                '''
            }
        } else {
            withCredentials([string(credentialsId: how.token, variable: 'SIGSTORE_ID_TOKEN')]) {
                sh label: 'Sign', script: '''#!/bin/sh
                    set -eu
                    PATH=$WORKSPACE_TMP/siglet-tools/siglet/bin:$PATH
                    # What an agent trusts is this build's alone.
                    export XDG_CONFIG_HOME="$WORKSPACE_TMP/siglet-tools" XDG_CACHE_HOME="$WORKSPACE_TMP/siglet-tools"
                    siglet trust init --name own --url "$INSTANCE_URL" --root "$INSTANCE_ROOT"
                    cd "$SIGLET_FOLDER"
                    siglet sign --instance own ./*
                '''
            }
        }
        withCredentials([string(credentialsId: how.credential, variable: 'REPOSITORY_TOKEN')]) {
            sh label: 'Publish', script: '''#!/bin/sh
                set -eu
                PATH=$WORKSPACE_TMP/siglet-tools/siglet/bin:$PATH
                cd "$SIGLET_FOLDER"
                siglet publish ./* --to "$SIGLET_TO" --auth-env REPOSITORY_TOKEN
            '''
        }
    }
}
