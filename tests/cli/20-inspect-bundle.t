#!/bin/sh
# What bundles say.
. tests/cli/lib.sh
b=$DEMO_ARTIFACT.sigstore.json

gives 'a bundle' 0 inspect "$b"
out 'is not verified' 'nothing here is verified'
out 'says who' "identity: $DEMO_IDENTITY"
no_err 'and nothing else'
gives 'in JSON' 0 inspect --json "$b"
json 'an object' "d[0]['file'] == '$b' and len(d[0]['bundles']) == 1"
ok 'on one line' test "$(wc -l <"$tmp/out")" = 1
input=$b
gives 'from standard input' 0 inspect -
out 'too' "identity: $DEMO_IDENTITY"
input=/dev/null
gives 'two bundles' 0 inspect "$b" "$b"
out 'are named' "^File $b"
gives 'what is no bundle' 1 inspect README.md
err 'is named' '^siglet: README.md: '
gives 'what is missing' 3 inspect none
err 'is named' '^siglet: none: no such file'
gives 'a folder' 3 inspect testdata
gives 'the malformed counts before the missing' 1 inspect none README.md "$b"
out 'the others are shown' "identity: $DEMO_IDENTITY"
gives 'in JSON' 1 inspect --json none README.md "$b"
json 'an object each' '[o.get("exit") for o in d] == [3, 1, None]'
gives 'no bundle' 2 inspect
gives 'standard input twice' 2 inspect - -
gives 'an unknown option' 2 inspect --explain "$b"
make_key "$tmp/one"
echo text >"$tmp/text"
sign_by "$tmp/one" "$tmp/text"
gives 'a managed key' 0 inspect "$tmp/text.sigstore.json"
out 'is only hinted at' 'hint "test"'
done_testing
