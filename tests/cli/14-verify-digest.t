#!/bin/sh
# No file at hand: a digest, a statement alone; and what an attestation says.
. tests/cli/lib.sh
a=$DEMO_ARTIFACT
b=$DEMO_ARTIFACT.sigstore.json
g=--github=$DEMO_GITHUB
sha256=$(openssl dgst -sha256 -r "$a" | cut -c1-64)

gives 'a digest' 0 verify --digest "sha256:$sha256" --bundle "$b" "$g"
out 'is the name' "^sha256:$sha256: attested"
gives 'a digest in capitals' 0 verify --digest "sha256:$(echo "$sha256" | tr a-f A-F)" --bundle "$b" "$g"
gives 'another digest' 1 verify --digest "sha256:$(echo "$sha256" | tr 0-9a-f 1-9a-f0)" --bundle "$b" "$g"
gives 'a digest by another hash' 1 verify --digest "sha512:$(openssl dgst -sha512 -r "$a" | cut -c1-128)" --bundle "$b" "$g"
gives 'half a digest' 2 verify --digest "sha256:$(echo "$sha256" | cut -c1-32)" --bundle "$b" "$g"
gives 'no digest' 2 verify --digest "$sha256" --bundle "$b" "$g"

gives 'a statement alone' 0 verify --statement-only --bundle "$b" "$g"
out 'is said to be alone' 'NO ARTIFACT CHECKED'
gives 'by somebody else' 1 verify --statement-only --bundle "$b" --github acme
gives 'in JSON' 0 verify --statement-only --bundle "$b" "$g" --json
json 'too' 'd[0]["artifactChecked"] is False and d[0]["verdict"] == "accepted"'

gives 'what it says' 0 verify "$a" "$g" --predicate-out "$tmp/predicate"
ok 'is written as JSON' python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$tmp/predicate"
gives 'of what is refused' 1 verify "$a" --github acme --predicate-out "$tmp/none"
ok 'nothing is written' test ! -e "$tmp/none"
make_key "$tmp/one"
echo text >"$tmp/text"
sign_by "$tmp/one" "$tmp/text"
gives 'a signature says nothing' 1 verify "$tmp/text" --key "$tmp/one.pub" --tlog-threshold 0 --predicate-out "$tmp/none"
err 'and is refused' 'refused: .*no in-toto statement'
ok 'without a file' test ! -e "$tmp/none"
done_testing
