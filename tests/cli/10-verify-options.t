#!/bin/sh
# What is said on the command line of verify, and what is wrong with it.
. tests/cli/lib.sh
a=$DEMO_ARTIFACT
b=$DEMO_ARTIFACT.sigstore.json
g=--github=$DEMO_GITHUB

wrong() {
	gives "wrong: $1" 2 verify "$@"
	no_out '… nothing on standard output'
	err_lines '… three lines at most' 3
}

gives 'a value behind an equals sign' 0 verify "$a" "$g"
gives 'a value as the next argument' 0 verify "$a" --github "$DEMO_GITHUB"
gives 'options before the file' 0 verify "$g" "$a"
gives '-- ends the options' 0 verify "$g" -- "$a"
gives 'switches that share a dash' 2 verify "$a" "$g" -qv
err 'are both heard' 'contradict'
gives 'a switch said twice' 0 verify "$a" "$g" --all --all
gives '--offline' 0 verify "$a" "$g" --offline

wrong "$g"
err '… no file' 'no file to verify'
wrong "$a"
err '… nobody is expected' 'no identity'
err '… the hint shows how to say it' 'hint: .*--github OWNER/REPO'
wrong "$a" "$g" --no-such
err '… it is named' 'unknown option --no-such'
err '… and help is' 'siglet verify --help'
wrong "$a" --githu x
err '… no prefix is taken for an option' 'unknown option --githu'
err '… but it is suggested' 'did you mean --github'
wrong "$a" --certificate-identity x
err "… another tool's word" 'did you mean --identity'
wrong "$a" "$g" -x
err '… a letter' 'unknown option -x'
wrong "$a" "$g" --all=yes
err '… a switch takes no value' 'takes no value'
wrong "$a" --github
err '… a value is missing' 'needs a value: OWNER'
wrong "$a" --github --all
err '… an option is no value' 'needs a value'
wrong "$a" --github=
err '… an empty value' 'empty'
wrong "$a" "$g" "$g"
err '… a value given twice' 'given twice'
wrong "$a" "$g" --github other/repo
wrong "$a" "$g" --bundle "$b" --bundle "$b"
wrong "$a" "$g" --json --explain
wrong "$a" "$g" --quiet --explain
wrong "$a" "$g" --color maybe
wrong "$a" --github a/b/c
err '… the option is named' '--github: '
wrong "$a" --github https://github.com/a/b
wrong "$a" --gitlab project
wrong "$a" --identity x
err '… an identity needs an issuer' 'issuer'
wrong "$a" --issuer x
wrong "$a" --email a@example.com
wrong "$a" --identity x --identity-regex y --issuer z
err '… two identities' '--identity and --identity-regex'
wrong "$a" --identity x --email y --issuer z
wrong "$a" --identity x --issuer z --issuer-regex z
wrong "$a" "$g" --gitlab a/b
wrong "$a" "$g" --key "$b"
wrong "$a" --identity x --issuer y --workflow z
wrong "$a" "$g" --require no-such=1
wrong "$a" "$g" --require build-trigger
wrong "$a" "$g" --signed-after yesterday
wrong "$a" "$g" --key-not-before 2026-01-01T00:00:00Z
wrong "$a" "$g" --timestamp-threshold 0
wrong "$a" "$g" --tlog-threshold -1
wrong "$a" "$g" --tlog-threshold 1x
wrong "$a" "$g" --tlog-threshold 4294967297
wrong "$a" "$g" --sct-threshold ''
wrong "$a" "$g" --jobs 0
wrong "$a" "$g" --jobs 65
wrong "$a" "$g" --instance none
wrong "$a" "$g" --instance public --trusted-root third_party_certs/public-good/trusted_root.json
wrong "$a" "$g" --trusted-root x --trust-config y

for later in policy timeout signing-config; do
	wrong "$a" "$g" "--$later" 1
	err "… --$later is not here yet" "--$later is not in this version"
done

wrong "$a" "$a" "$g" --bundle "$b"
err '… a bundle for two files' 'goes with one file'
wrong "$g" --recursive testdata --bundle "$b"
wrong "$g" --digest sha256:00
err '… a digest alone' 'needs --bundle'
wrong "$g" "$a" --bundle "$b" --digest sha256:00
wrong "$g" --bundle "$b" --digest sha256:00
wrong "$g" --bundle "$b" --digest md5:00
wrong "$g" --statement-only
wrong "$g" --statement-only --bundle "$b" "$a"
wrong "$g" --statement-only --bundle "$b" --digest sha256:00
wrong "$g" --manifest "$a" "$a"
wrong "$g" --manifest "$a" --recursive testdata
wrong "$g" --manifest -
wrong "$g" - 
err '… standard input needs a bundle' 'needs --bundle'
wrong "$g" - --bundle -
wrong "$g" - "$a"
wrong "$g" "$a" -o "$tmp/x"
err '… what is verified stays where it is' 'goes with standard input'
wrong "$g" - --bundle "$b" -o -
err '… nothing passes unverified bytes on' 'unverified bytes'
wrong "$g" "$a" --predicate-out -
wrong "$g" "$a" "$a" --predicate-out "$tmp/x"
ok 'no file was made' test ! -e "$tmp/x"
done_testing
