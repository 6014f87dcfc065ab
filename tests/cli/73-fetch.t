#!/bin/sh
# siglet fetch: a file from a real nginx that is kept only when it is accepted.
# shellcheck disable=SC2086,SC2016,SC2034,SC3045
. tests/cli/nginx.sh
start_cutter
make_key ../key
make_key ../other
mkdir ../made && cd ../made || exit 1
echo one >one
head -c 12000000 /dev/urandom >large
sign_by ../key one large
mkdir -p "$web/root/files" "$web/root/private" "$web/root/noetag" && cp -- * "$web/root/files/" && cp -- * "$web/root/private/" && cp -- * "$web/root/noetag/"
cd ../box || exit 1
trust="--key ../key.pub --tlog-threshold 0"
trusted_root=$PROJECT/third_party_certs/public-good/trusted_root.json
trust="$trust --trusted-root $trusted_root"
clean() { rm -rf ./* ./.[!.]* ../cuts ../cuts.held; }
fetch() {
	fetch_claim=$1 fetch_status=$2 fetch_url=$3
	shift 3
	gives "$fetch_claim" "$fetch_status" fetch "$fetch_url" $trust "$@"
}
same() { cmp "${2:-${1##*/}}" "../made/${1##*/}"; }
nothing_left() { [ -z "$(ls -A)" ] || { ls -lA; return 1; }; }

# ---- accepted, or not ----
clean
requests
fetch 'a file' 0 "$repo/files/one" -o got
out 'is accepted' '^got: signed'
ok 'and there' same one got
ok 'alone' only got
ok 'as any new file' test "$(stat -c %a got)" = "$(umask | sed 's/^0*//' | awk '{ printf "%o", 438 - ($1 % 10) - 8 * (int($1 / 10) % 10) }')"
requests
ok 'as they are kept, not compressed' test "$(grep -c ' enc=- ' ../requests)" = 2
ok 'after its bundle' test "$(sed -n '1s/ 200.*//p;2s/ 200.*//p' ../requests | tr '\n' ';')" = 'GET /files/one.sigstore.json;GET /files/one;'
clean
fetch 'by its own name' 0 "$repo/files/one"
ok 'it is there' only one
clean
gives 'another key' 1 fetch "$repo/files/one" -o got --key ../other.pub --tlog-threshold 0 --trusted-root "$trusted_root"
err 'is refused' '^siglet: got: refused: '
ok 'and leaves nothing' nothing_left
echo old >got
gives 'over a file' 1 fetch "$repo/files/one" -o got --key ../other.pub --tlog-threshold 0 --trusted-root "$trusted_root"
ok 'that stays' grep -qx old got
fetch 'what is accepted' 0 "$repo/files/one" -o got
ok 'replaces it' same one got
clean
echo changed >"$web/root/files/one"
fetch 'a file that was changed' 1 "$repo/files/one"
err 'is refused' 'the artifact is not the one that was signed'
ok 'and leaves nothing' nothing_left
cp ../made/one "$web/root/files/one"
cp ../made/large.sigstore.json "$web/root/files/one.sigstore.json"
fetch 'the bundle of another file' 1 "$repo/files/one"
ok 'leaves nothing' nothing_left
cp ../made/one.sigstore.json "$web/root/files/"
gives 'nobody expected' 2 fetch "$repo/files/one"
fetch 'JSON' 0 "$repo/files/one" --json
json 'says from where' 'd[0]["verdict"] == "accepted" and d[0]["url"].endswith("/files/one") and d[0]["file"] == "one"'
clean
fetch 'quietly' 0 "$repo/files/one" -q
no_out 'nothing is said'
fetch 'explained' 0 "$repo/files/one" --explain
out 'every check' 'messageDigest is the artifact'
clean

# ---- by its name in a folder ----
odd='a b+c%20&d=ü~(1)#?.txt'
cp ../made/one "$web/root/files/$odd"
cp ../made/one.sigstore.json "$web/root/files/$odd.sigstore.json"
fetch 'a name that a URL must escape' 0 "$repo/files" --name "$odd"
ok 'is fetched by that name' same one "$odd"
fetch 'a folder with a slash behind' 0 "$repo/files/" --name one -o got --json
json 'and another output' 'd[0]["url"].endswith("/files/one") and d[0]["file"] == "got"'
ok 'which is there' same one got
fetch 'a name that leads elsewhere' 2 "$repo/files" --name ../../etc/passwd
err 'is told' '"../../etc/passwd" can.t be a file.s name'
fetch 'the folder above' 2 "$repo/files" --name ..
fetch 'an empty one' 2 "$repo/files" --name ''
fetch 'a folder with a query' 2 "$repo/files?x=y" --name one
clean

# ---- the bundle ----
fetch 'a bundle that is kept' 0 "$repo/files/one" --bundle-out one.sigstore.json
ok 'stands beside' cmp one.sigstore.json ../made/one.sigstore.json
gives 'to be verified again' 0 verify one $trust
clean
fetch 'one that is named by a URL' 0 "$repo/files/one" --bundle "$repo/noetag/one.sigstore.json"
fetch 'by a file' 0 "$repo/files/one" --bundle ../made/one.sigstore.json
input=../made/one.sigstore.json
fetch 'from standard input' 0 "$repo/files/one" --bundle -
input=/dev/null
clean
mkdir "$web/root/lines" && cp ../made/one "$web/root/lines/"
cat ../made/large.sigstore.json ../made/one.sigstore.json >"$web/root/lines/one.sigstore.jsonl"
fetch 'one of several' 0 "$repo/lines/one"
clean
fetch 'all of them' 1 "$repo/lines/one" --all
fetch 'none' 1 "$repo/files/one?x=y" --bundle "$repo/files/nothing.json"
err 'is an answer' 'answered 404'
mkdir "$web/root/bare" && cp ../made/one "$web/root/bare/"
fetch 'none beside it' 1 "$repo/bare/one"
err 'is told' 'refused: no bundle beside http'
rm "$web/root/bare/one" && cp ../made/one.sigstore.json "$web/root/bare/"
fetch 'none but a bundle' 3 "$repo/bare/one"
err 'is told' 'answered 404'
fetch 'a web page in its place' 4 "$repo/page/one"
err 'is told' 'answered with a web page in place of a bundle'
err 'with what to do' 'does it want credentials'
fetch 'one that is called JSON' 4 "$repo/hiddenpage/one"
err 'is told' 'answered with a web page in place of a bundle'
fetch 'a web page in place of the file' 1 "$repo/page/one" --bundle ../made/one.sigstore.json
err 'is told, too' 'note: what came is a web page'
ok 'of all this nothing is left' nothing_left
fetch 'a query' 0 "$repo/files/one?token=secret" -v
ok 'is not shown' test "$(grep -c secret ../err)" = 0
requests
ok 'but sent, with the bundle, too' grep -q 'GET /files/one.sigstore.json 200' ../requests
clean

# ---- the command line ----
gives 'no URL' 2 fetch $trust
gives 'two' 2 fetch "$repo/files/one" "$repo/files/large" $trust
fetch 'no name at its end' 2 "$repo/files/"
fetch 'one that leads elsewhere' 2 "$repo/files/..%2f..%2fetc%2fpasswd"
fetch 'or nowhere' 2 "$repo/files/%2e%2e"
fetch 'standard output' 2 "$repo/files/one" -o -
fetch 'two outputs in one place' 2 "$repo/files/one" --bundle-out ./one
fetch 'plain http to elsewhere' 2 http://repository.example/one
fetch 'a password in it' 2 "http://ci:hunter2@127.0.0.1:$port/files/one"
ok 'is not shown' test "$(grep -c hunter2 ../err)" = 0
fetch 'no size' 2 "$repo/files/one" --max-size 1X
fetch 'none either' 2 "$repo/files/one" --max-size 0
fetch 'what is in no folder' 3 "$repo/files/one" -o missing/one
mkdir folder
fetch 'over a folder' 3 "$repo/files/one" -o folder
rmdir folder && ln -s elsewhere link
fetch 'over a link' 3 "$repo/files/one" -o link
clean
fetch 'what is too large' 1 "$repo/files/large" --max-size 11M
err 'is refused' 'sends more than 11534336 bytes'
fetch 'and what is not' 0 "$repo/files/large" --max-size 12M
clean

# ---- connections that break ----
requests
cut_after 3000000 2
fetch 'a connection that breaks twice' 0 "$cut/files/large"
ok 'is gone on with' same large
requests
ok 'where it was' test "$(grep -c '^GET /files/large 206 range=bytes=[1-9][0-9]*-' ../requests)" = 2
ok 'and nothing else is left' only large
clean
cut_after 700000 99
fetch 'one that breaks each time' 4 "$cut/files/large"
err 'leaves what came' 'hint: what came is kept beside large: run it again to go on'
ok 'beside it' only .large.part .large.part.note
ok 'for its owner alone' test "$(stat -c %a .large.part .large.part.note | sort -u)" = 600
rm ../cuts && requests
fetch 'the next run' 0 "$cut/files/large"
requests
ok 'goes on' grep -q '^GET /files/large 206 range=bytes=[1-9]' ../requests
ok 'to the end' same large
ok 'and leaves nothing else' only large
clean
leave_part() {
	clean
	if [ ! -d ../part ]; then
		cut_after 700000 99
		run fetch "$cut/files/large" $trust
		rm ../cuts
		mkdir ../part && cp .large.part .large.part.note ../part/
	fi
	cp ../part/.large.part ../part/.large.part.note .
}
leave_part
rm -r ../part
touch "$web/root/files/large"
requests
fetch 'a file that has changed there' 0 "$cut/files/large"
requests
ok 'is fetched whole' grep -q '^GET /files/large 200 range=bytes=' ../requests
ok 'and right' same large
leave_part
printf x | dd of=.large.part bs=1 seek=1000 conv=notrunc 2>/dev/null
fetch 'a part that was changed here' 1 "$cut/files/large"
ok 'is refused, and removed' nothing_left
fetch 'the next run' 0 "$cut/files/large"
leave_part
requests
fetch 'another URL' 0 "$cut/noetag/large"
requests
ok 'does not go on with it' grep -q '^GET /noetag/large 200 range=- ' ../requests
leave_part
requests
fetch 'nor does who is told not to' 0 "$cut/files/large" --no-resume
requests
ok 'and asks for all' grep -q '^GET /files/large 200 range=- ' ../requests
leave_part
cp ../made/large .large.part
requests
fetch 'a part that is whole' 0 "$cut/files/large"
requests
ok 'needs nothing more' grep -q '^GET /files/large 416 range=bytes=12000000-' ../requests
ok 'and is the file' same large
leave_part
cat ../made/large ../made/one >.large.part
fetch 'a part that is too long' 0 "$cut/files/large"
ok 'is fetched again' same large
leave_part
echo 'siglet part 2' >.large.part.note
fetch 'a note that is not understood' 0 "$cut/files/large"
ok 'is passed over' same large
leave_part
gives 'what came and is refused' 1 fetch "$cut/files/large" --key ../other.pub --tlog-threshold 0 --trusted-root "$trusted_root"
ok 'leaves nothing' nothing_left
requests
cut_after 3000000 1
fetch 'without an ETag' 0 "$cut/noetag/large"
requests
ok 'it begins anew' test "$(grep -c '^GET /noetag/large 200 range=- ' ../requests)" = 2
ok 'and comes whole' same large
clean
cut_after 700000 99
fetch 'if that breaks each time' 4 "$cut/noetag/large"
ok 'nothing is left' nothing_left

# ---- one at a time, and signals ----
clean
hold_after 3000000
"$SIGLET" fetch "$cut/files/large" $trust >../out.first 2>../err.first &
fetcher=$!
wait_for_hold $fetcher
fetch 'while one is at it' 3 "$repo/files/large"
err 'another is not' 'large: another process is fetching it'
kill -TERM $fetcher
wait $fetcher 2>/dev/null
let_go
ok 'one that is ended leaves its part' test -s .large.part
requests
fetch 'for the next' 0 "$cut/files/large"
requests
ok 'which goes on' grep -q '^GET /files/large 206 ' ../requests
ok 'to the end' same large

# ---- a server that goes away ----
clean
hold_after 3000000
"$SIGLET" fetch "$cut/files/large" $trust >../out 2>../err &
fetcher=$!
wait_for_hold $fetcher
stop_nginx
let_go
status=0
wait $fetcher || status=$?
ok 'a server that is killed' has_status 4
ok 'leaves a part' test -s .large.part
start_nginx
requests
fetch 'when it is back' 0 "$cut/files/large"
requests
ok 'it goes on' grep -q '^GET /files/large 206 ' ../requests
ok 'to the end' same large

# ---- a pair that is replaced meanwhile ----
clean
mkdir "$web/root/pair" && cp ../made/one ../made/one.sigstore.json "$web/root/pair/"
echo newer >../newer && sign_by ../key ../newer
hold_after 150 up
"$SIGLET" fetch "$cut/pair/one" $trust >../out 2>../err &
fetcher=$!
wait_for_hold $fetcher
cp ../newer "$web/root/pair/one" && cp ../newer.sigstore.json "$web/root/pair/one.sigstore.json"
let_go
status=0
wait $fetcher || status=$?
ok 'a pair that is replaced between the two' has_status 0
ok 'is fetched as it is now' cmp one ../newer

# ---- where it leads ----
clean
LOGIN='ci:pa:ss w0rd'
export LOGIN
fetch 'a file behind a login' 4 "$repo/private/one"
err 'is not had without' 'answered 401'
fetch 'but with' 0 "$repo/private/one" --auth-env LOGIN
fetch 'a redirect to another host' 4 "$repo/away/?x=one" --bundle ../made/one.sigstore.json -o got --auth-env LOGIN
err 'goes without credentials' '\(http://127.0.0.1:[0-9]+\) answered 401'
requests
ok 'none were sent there' test "$(grep '^GET /private/one 401' ../requests | grep -vc 'auth=-')" = 0
printf 'default login ci password "pa:ss w0rd"\n' >../netrc
fetch 'nor those for anybody' 4 "$repo/away/?x=one" --bundle ../made/one.sigstore.json -o got --netrc-file ../netrc
fetch 'a redirect to itself' 4 "$repo/loop/x" --bundle ../made/one.sigstore.json
err 'ends' 'leads on and on'
fetch 'one to plain http' 4 "$repo/plain/x" --bundle ../made/one.sigstore.json
err 'is not followed' 'leads to http://repository.example, which is not followed'
clean

# ---- a full disk ----
if mkdir -p ../small && mount -t tmpfs -o size=64k tmpfs ../small 2>/dev/null; then
	fetch 'a disk that is full' 3 "$repo/files/large" -o ../small/large
	err 'is told' '^siglet: ../small/large: no space left on device'
	ok 'nothing is left on it' test -z "$(ls -A ../small)"
	umount ../small
else
	skip 'no small disk could be made here'
fi
small_limit() { (ulimit -f 100 && exec "$SIGLET" fetch "$repo/files/large" $trust) 2>&1; }
case $B in *cov*) skip 'the counts of coverage are files, too' ;; *)
	ok 'nor are files that may not be so large' test "$(small_limit >/dev/null; echo $?)" -ne 0
	rm -f .large.part .large.part.note
	ok 'and nothing is left' nothing_left ;;
esac

# ---- any size ----
truncate -s 200M "$web/root/files/huge" && ln "$web/root/files/huge" ../huge && sign_by ../key ../huge && cp ../huge.sigstore.json "$web/root/files/"
constant() { (ulimit -d 60000 && exec "$SIGLET" fetch "$repo/files/huge" $trust) 2>&1; }
case $B in
*asan* | *tsan*) skip 'memory is not bounded under the sanitizers' ;;
*) ok 'memory does not grow with the file' constant ;;
esac
done_testing
