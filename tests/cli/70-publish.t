#!/bin/sh
# siglet publish: a file and its bundle, in a real nginx with WebDAV.
# shellcheck disable=SC2086
. tests/cli/nginx.sh
make_key ../key
make_key ../other
echo one >one
sign_by ../key one

# The methods and paths of the last requests, in a line.
did() { [ "$(grep -E "${2:-.}" ../requests | cut -d' ' -f1,2 | sed 's|/.*/||' | tr '\n' ';')" = "$1" ] || { cat ../requests; return 1; }; }
put_in_order() { did "$1" '^PUT '; }
nothing_put() { ! grep '^PUT ' ../requests; }

# ---- a new name ----
gives 'a new file' 0 publish one --to "$repo/new"
out 'is published' "^$repo/new/one: published"
requests
ok 'its bundle first, then the file' put_in_order 'PUT one.sigstore.json;PUT one;'
ok 'on condition that nobody has the name' test "$(grep '^PUT' ../requests | grep -c ' match=\* ')" = 2
ok 'both are there' published new/one
ok 'as they are here' published new/one.sigstore.json
sums_of() { echo "sha256=$(sha256sum <"$1" | cut -d' ' -f1) sha1=$(sha1sum <"$1" | cut -d' ' -f1) md5=$(md5sum <"$1" | cut -d' ' -f1)"; }
ok 'with checksums of the file' grep -q "^PUT /new/one 201 .* $(sums_of one) " ../requests
ok 'and of the bundle' grep -q "^PUT /new/one.sigstore.json 201 .* $(sums_of one.sigstore.json) " ../requests
ok 'each is looked at afterwards' did 'GET one.sigstore.json;GET one.sigstore.json;HEAD one;' '^(GET|HEAD) .* 200 '
gives 'the same again' 0 publish one --to "$repo/new/"
out 'was there' 'was there already, the same'
requests
ok 'and is not sent' nothing_put
gives 'with JSON' 0 publish one --to "$repo/new" --json
json 'the object tells it' 'd[0]["verdict"] == "published" and not d[0]["sent"] and d[0]["url"].endswith("/new/one") and d[0]["bundle"].endswith("/new/one.sigstore.json") and d[0]["digest"].startswith("sha256:") and d[0]["size"] == 4'
gives 'read back' 0 publish one --to "$repo/back" --read-back --json
json 'what the server keeps was compared' 'd[0]["sent"] and d[0]["checked"] == "content"'
gives 'otherwise' 0 publish one --to "$repo/sized" --json
json 'only its size' 'd[0]["checked"] == "size"'
: >empty
sign_by ../key empty
gives 'an empty file' 0 publish empty --to "$repo/new"
ok 'is published' published new/empty
mkdir deep && mv one deep && mv one.sigstore.json deep
gives 'a file in a folder' 0 publish deep/one --to "$repo/flat"
ok 'goes by its own name' published flat/one deep/one
mv deep/* . && rmdir deep
odd='a b+c%20&d=ü~(1).txt'
cp one "$odd"
sign_by ../key "$odd"
gives 'an odd name' 0 publish "$odd" --to "$repo/odd"
ok 'is the same there' cmp "$web/root/odd/$odd" one
ok 'its bundle beside it' test -s "$web/root/odd/$odd.sigstore.json"
gives 'another name' 0 publish one --to "$repo/named" --name 'app 1.0'
ok 'is used' published 'named/app 1.0' one
ok 'for the bundle too' published 'named/app 1.0.sigstore.json' one.sigstore.json
cp one.sigstore.json kept-elsewhere
gives 'a bundle that is named' 0 publish one --bundle kept-elsewhere --to "$repo/aside"
ok 'has its name there' published aside/one.sigstore.json one.sigstore.json

# ---- what is not what its bundle signs ----
requests
echo changed >one
gives 'a file that was replaced since it was signed' 1 publish one --to "$repo/changed"
err 'is refused' '^siglet: one: refused: one.sigstore.json: the artifact is not the one that was signed$'
echo one >one
echo two >two
cp one.sigstore.json two.sigstore.json
gives 'the bundle of another file' 1 publish two --to "$repo/changed"
sign_by ../key two
echo changed >two
bad=$(printf 'a\nb')
cp one "$bad"
sign_by ../key "$bad"
gives 'a name that can be none there' 2 publish "$bad" empty --to "$repo/changed"
err 'is told' 'a.x0ab" can.t be a file.s name$'
err 'and nothing is sent' '1 of 2 files can.t be published, so nothing was'
rm "$bad" "$bad.sigstore.json"
gives 'one bad of many' 1 publish one two empty --to "$repo/changed"
err 'is named' '^siglet: two: refused'
err 'and nothing is sent' '1 of 3 files can.t be published, so nothing was'
echo two >two
rm empty.sigstore.json
gives 'one without a bundle' 1 publish one two empty --to "$repo/changed"
err 'is named' '^siglet: empty: refused: no bundle beside it$'
gives 'a bundle that is none' 1 publish one --bundle two --to "$repo/changed"
gives 'a file that is not there' 3 publish three --to "$repo/changed"
gives 'a folder' 3 publish .. --to "$repo/changed"
cat one.sigstore.json two.sigstore.json >../two.jsonl
gives 'a list of bundles, one of another file' 1 publish one --bundle ../two.jsonl --to "$repo/changed"
err 'which is named' 'bundle 2: the artifact is not the one'
requests
ok 'of all this nothing was asked of anybody' test ! -s ../requests
ok 'nor is anything there' absent changed

# ---- statements ----
statement() {
	python3 - "$1" "$2" <<'P'
import base64, json, sys
payload = {"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://example.com/p", "predicate": {},
           "subject": [{"name": "x", "digest": {"sha256": sys.argv[1]}}]}
print(json.dumps({"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial": {"publicKey": {"hint": "k"}, "tlogEntries": []},
      "dsseEnvelope": {"payload": base64.b64encode(json.dumps(payload).encode()).decode(), "payloadType": sys.argv[2],
                       "signatures": [{"sig": base64.b64encode(b"not looked at").decode()}]}}))
P
}
sha256=$(sha256sum <one | cut -d' ' -f1)
statement "$sha256" application/vnd.in-toto+json >../about-one.json
statement "$(sha256sum <two | cut -d' ' -f1)" application/vnd.in-toto+json >../about-two.json
statement "$sha256" application/json >../about-what.json
gives 'a statement about it' 0 publish one --bundle ../about-one.json --to "$repo/statement"
gives 'about another' 1 publish one --bundle ../about-two.json --to "$repo/statement2"
err 'is refused' 'the statement is about another file'
gives 'of another kind' 1 publish one --bundle ../about-what.json --to "$repo/statement2"
cat one.sigstore.json ../about-one.json >one.sigstore.jsonl
mv one.sigstore.json ../one.sigstore.json
gives 'several bundles' 0 publish one --to "$repo/lines"
ok 'go by their name' published lines/one.sigstore.jsonl one.sigstore.jsonl
cp ../one.sigstore.json "$web/root/lines/"
gives 'behind one that readers would take first' 1 publish one --to "$repo/lines" --force
err 'is refused' 'one.sigstore.json is there, and readers would take it for the bundle'
rm one.sigstore.jsonl
mv ../one.sigstore.json .

# ---- a name that is taken ----
cp one.sigstore.json ../one.old
echo newer >one
sign_by ../key one
requests
gives 'another file by that name' 1 publish one --to "$repo/new"
err 'is refused' "^siglet: one: refused: $repo/new/one(.sigstore.json)? is there already, and is another\$"
err 'with what to do' 'hint: .*--force'
requests
ok 'nothing is sent' nothing_put
ok 'what was there stays' test "$(cat "$web/root/new/one")" = one
gives 'by force' 0 publish one --to "$repo/new" --force
requests
ok 'over a pair the file goes first, then its bundle' put_in_order 'PUT one;PUT one.sigstore.json;'
nothing_conditional() { ! grep '^PUT .* match=\*' ../requests; }
ok 'on no condition' nothing_conditional
ok 'both are replaced' published new/one
ok 'both' published new/one.sigstore.json
gives 'the same by force' 0 publish one --to "$repo/new" --force
requests
ok 'is not sent' nothing_put
cp one.sigstore.json ../one.first && sign_by ../key one
gives 'signed again' 0 publish one --to "$repo/new" --force
requests
ok 'only the bundle' put_in_order 'PUT one.sigstore.json;'
mkdir "$web/root/bare" && echo old >"$web/root/bare/one"
gives 'a file without a bundle' 1 publish one --to "$repo/bare"
gives 'is replaced by force' 0 publish one --to "$repo/bare" --force
requests
ok 'the bundle first' put_in_order 'PUT one.sigstore.json;PUT one;'
mkdir "$web/root/late" && cp one "$web/root/late/"
gives 'the same file without a bundle' 0 publish one --to "$repo/late"
requests
ok 'gets it' put_in_order 'PUT one.sigstore.json;'
mkdir "$web/root/begun" && cp one.sigstore.json "$web/root/begun/"
gives 'what broke off' 0 publish one --to "$repo/begun"
requests
ok 'goes on' put_in_order 'PUT one;'
mkdir "$web/root/claimed" && cp ../one.first "$web/root/claimed/one.sigstore.json"
gives 'a bundle of somebody else' 1 publish one --to "$repo/claimed"
err 'claims the name' 'another job is publishing it now, or one broke off'
ok 'the file is not sent' absent claimed/one

# ---- many ----
for i in 1 2 3 4 5 6 7 8 9; do echo $i >many-$i && sign_by ../key many-$i; done
gives 'many files with their bundles' 0 publish many-* --to "$repo/many" --json --jobs 3
json 'an object each, in their order' '[o["file"] for o in d] == ["many-%d" % i for i in range(1, 10)]'
ok 'all are there' test "$(ls "$web/root/many" | wc -l)" = 18
echo 10 >"$web/root/many/many-x"
echo x >many-x && sign_by ../key many-x
gives 'one taken of many' 1 publish many-* --to "$repo/many" --jobs 3
err 'is named' '^siglet: many-x: refused'
err 'with the count' '9 of 10 published'
rm many-*

# ---- the command line ----
requests
gives 'no file' 2 publish --to "$repo/x"
gives 'no place' 2 publish one
gives 'an empty one' 2 publish one --to ''
gives 'one with an empty part' 2 publish one --to "$repo/app//1.0"
err 'as a variable that is not set leaves' 'is a variable in it unset'
gives 'at the end' 2 publish one --to "$repo/app//"
gives 'one with ..' 2 publish one --to "$repo/app/../x"
gives 'one with . at the end' 2 publish one --to "$repo/app/."
gives 'plain http to elsewhere' 2 publish one --to http://repository.example/x
gives 'no URL' 2 publish one --to ./folder
gives 'a query' 2 publish one --to "$repo/x?y"
gives 'standard input' 2 publish - --to "$repo/x"
gives 'a name for many' 2 publish one two --name x --to "$repo/x"
gives 'a bundle for many' 2 publish one two --bundle x --to "$repo/x"
gives 'a name that leads elsewhere' 2 publish one --name ../x --to "$repo/x"
gives 'no name at all' 2 publish one --name .. --to "$repo/x"
mkdir twice && cp one twice/ && cp one.sigstore.json twice/
gives 'a name twice' 2 publish one twice/one --to "$repo/x"
rm -r twice
requests
ok 'nothing was sent' test ! -s ../requests

# ---- what a server may say ----
says() {
	says_claim=$1 says_status=$2 says_where=$3 says_what=$4
	shift 4
	gives "$says_claim" "$says_status" publish one --to "$repo/$says_where" "$@"
	err 'is told' "$says_what"
	ok 'there is no file' absent "$says_where/one"
}
says 'a folder that is read only' 4 readonly 'answered 405'
err 'with what to do' 'hint: does this address take PUT'
says 'one where nobody may write' 4 forbidden 'answered 403'
err 'with what to do' 'hint: whoever these credentials are may not write there'
says 'a conflict' 4 conflict 'answered 409'
says 'a full repository' 4 quota 'answered 507'
err 'with what to do' 'hint: its disk or quota is full'
says 'a redirect is not followed' 4 moved 'answered 307' -v
err 'but told' "hint: it leads to $repo/elsewhere/moved/one.sigstore.json: name that"
ok 'without what may let anybody write there' test "$(grep -c hunter2 ../err)" = 0
ok 'nor is anything elsewhere' absent elsewhere
says 'a web page for everything' 4 page 'answered with a web page in place of a bundle'
says 'one that is called JSON' 4 hiddenpage 'answered with a web page in place of a bundle'
requests
says 'one that is busy' 4 busy 'answered 503'
requests
ok 'is asked again' test "$(grep -c '^PUT .* 503 ' ../requests)" = 4
head -c 200000 /dev/zero >large && sign_by ../key large
gives 'a file that is too large' 4 publish large --to "$repo/small"
err 'is told' 'its bundle is there, the artifact is not: .* answered 413'
err 'with what to do' 'client_max_body_size'
says 'where nobody may read' 4 writeonly 'answered 403'
err 'with what to do' '--force does not look'
requests
gives 'with force' 0 publish one --to "$repo/writeonly" --force
out 'nothing can be seen of it' 'the server shows nothing of it'
requests
ok 'the bundle first' put_in_order 'PUT one.sigstore.json;PUT one;'
ok 'it is there' published writeonly/one
if mkdir -p "$web/full" && mount -t tmpfs -o size=64k tmpfs "$web/full" 2>/dev/null; then
	gives 'a disk that is full' 4 publish large --to "$repo/full"
	err 'is told' 'its bundle is there, the artifact is not: the repository .* answered 5'
	ok 'there is no file' absent full/large
	umount "$web/full"
else
	skip 'no small disk could be made here'
fi
done_testing
