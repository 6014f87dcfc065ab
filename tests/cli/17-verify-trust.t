#!/bin/sh
# Whose word counts, and that it is said.
# shellcheck disable=SC2016
. tests/cli/lib.sh
a=$DEMO_ARTIFACT
g=--github=$DEMO_GITHUB
root=third_party_certs/public-good/trusted_root.json
make_config() {
	printf '{"mediaType":"application/vnd.dev.sigstore.clienttrustconfig.v0.1+json","trustedRoot":'
	cat "$1"
	printf ',"signingConfig":{}}'
}
make_config "$root" >"$tmp/public.json"
make_config third_party_certs/staging/trusted_root.json >"$tmp/staging.json"

gives 'the public root decides' 0 verify "$a" "$g"
ok 'without being named' sh -c '! grep -q "trust root" "$0"' "$tmp/out"
gives 'by its name' 0 verify "$a" "$g" --instance public
gives 'from a file' 0 verify "$a" "$g" --trusted-root "$root"
out 'which is named' "trust root: $root"
gives 'from a configuration' 0 verify "$a" "$g" --trust-config "$tmp/public.json"
out 'which is named' "trust root: $tmp/public.json"
gives 'another instance' 1 verify "$a" "$g" --instance staging
err 'is not the one' 'hint: .*--instance public'
gives 'nor is GitHub' 1 verify "$a" "$g" --instance github
gives 'in JSON' 0 verify "$a" "$g" --trusted-root "$root" --json
json 'the root is named' "d[0]['trustRoot'] == '$root'"

gives 'a missing root' 3 verify "$a" "$g" --trusted-root none
err 'is named' 'none: no such file'
gives 'what is no root' 3 verify "$a" "$g" --trusted-root README.md
gives 'a configuration is no root' 3 verify "$a" "$g" --trusted-root "$tmp/public.json"
gives 'a root is no configuration' 3 verify "$a" "$g" --trust-config "$root"
gives 'a folder is neither' 3 verify "$a" "$g" --trusted-root testdata

before="env SIGLET_TRUST_CONFIG=$tmp/staging.json"
gives 'the environment names a configuration' 1 verify "$a" "$g"
gives 'an option beats it' 0 verify "$a" "$g" --instance public
gives 'each of them' 0 verify "$a" "$g" --trusted-root "$root"
gives 'a configuration too' 0 verify "$a" "$g" --trust-config "$tmp/public.json"
before="env SIGLET_TRUST_CONFIG=$tmp/public.json"
gives 'a good one is used' 0 verify "$a" "$g"
out 'and named' "trust root: $tmp/public.json"
before="env SIGLET_TRUST_CONFIG=$tmp/none"
gives 'a missing one is no other' 3 verify "$a" "$g"
err 'with who named it' 'SIGLET_TRUST_CONFIG: '
before='env SIGLET_TRUST_CONFIG='
gives 'an empty variable is none' 0 verify "$a" "$g"
before="env SIGSTORE_ROOT_FILE=$tmp/none SIGSTORE_TRUSTED_ROOT=$tmp/none TUF_ROOT=$tmp/none"
gives "other tools' variables change nothing" 0 verify "$a" "$g"
before=

# Can a program be given to another user here? (A sanitizer's run-time does not bear it.)
chmod 755 "$tmp"
make_setuid() { cp "$(command -v "$1")" "$2" && chown 65534 "$2" && chmod 4755 "$2"; }
if [ "$(id -u)" = 0 ] && make_setuid id "$tmp/id" && [ "$("$tmp/id" -u)" = 65534 ] &&
	! grep -q __asan_init "$SIGLET" && make_setuid "$SIGLET" "$tmp/setuid"; then
	real=$SIGLET
	SIGLET=$tmp/setuid
	before="env SIGLET_TRUST_CONFIG=$tmp/staging.json"
	gives 'a set-user-id program ignores the variable' 0 verify "$a" "$g"
	before=
	SIGLET=$real
else
	skip 'no set-user-id program can be made here'
fi
done_testing
