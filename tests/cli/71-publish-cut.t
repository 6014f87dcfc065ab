#!/bin/sh
# siglet publish: credentials, connections that break, and files and names that change meanwhile.
# shellcheck disable=SC2086,SC2016,SC2034,SC3045
. tests/cli/nginx.sh
start_cutter
make_key ../key
echo one >one
head -c 12000000 /dev/urandom >large
sign_by ../key one large
put_lines() { grep '^PUT' ../requests; }

# ---- credentials ----
secret='pa:ss w0rd'
basic=$(printf 'ci:%s' "$secret" | openssl base64 -A)
told_nothing() { ! grep -aqF -e "$secret" -e "$basic" -e "w0rd" ../out ../err; }
gives 'without any' 4 publish one --to "$repo/private"
err 'the server says so' 'answered 401'
err 'with what to do' 'hint: are there credentials for this host, and are they right\? --netrc-file, --auth-env or --auth-file'
WRONG=ci:wrong
REPO_LOGIN=ci:$secret
REPO_TOKEN=abc.def-123_~+/=
NOTHING=
export WRONG REPO_LOGIN REPO_TOKEN NOTHING
gives 'wrong ones' 4 publish one --to "$repo/private" --auth-env WRONG -v
err 'the server says so' 'answered 401'
ok 'nothing is told of them' told_nothing
gives 'from a variable' 0 publish one --to "$repo/private/env" --auth-env REPO_LOGIN -v
ok 'nothing is told of it' told_nothing
requests
ok 'they are sent' grep -q "^PUT /private/env/one 201 .* auth=Basic $basic" ../requests
printf '%s\n' "ci:$secret" >../login
gives 'from a file' 0 publish one --to "$repo/private/file" --auth-file ../login -v
ok 'nothing is told of it' told_nothing
exec 7<../login
gives 'from a descriptor' 0 publish one --to "$repo/private/fd" --auth-file fd:7
exec 7<&-
printf 'machine elsewhere.example login x password y\nmachine 127.0.0.1\n  login ci\n  password "%s"\n' "$secret" >../netrc
gives 'from netrc' 0 publish one --to "$repo/private/netrc" --netrc-file ../netrc -v
ok 'nothing is told of it' told_nothing
gives 'a token' 0 publish one --to "$repo/token" --auth-env REPO_TOKEN
requests
ok 'is sent as a bearer' grep -qF "PUT /token/one 201 " ../requests
ok 'whole' grep -qF "auth=Bearer $REPO_TOKEN" ../requests
gives 'a host that netrc does not know' 0 publish one --to "http://localhost:$port/unknown" --netrc-file ../netrc
requests
ok 'gets nothing' grep -q '^PUT /unknown/one 201 .* auth=-$' ../requests
echo 'machine 127.0.0.1 login ci pasword hunter2' >../badrc
gives 'a netrc that is none' 3 publish one --to "$repo/x" --netrc-file ../badrc
err 'is told by its line' 'netrc, line [12]: a word that means nothing there'
ok 'but not by its words' test "$(grep -c hunter2 ../err)" = 0
gives 'no such file' 3 publish one --to "$repo/x" --netrc-file ../missing
gives 'no such variable' 2 publish one --to "$repo/x" --auth-env MISSING
gives 'an empty one' 2 publish one --to "$repo/x" --auth-env NOTHING
err 'is told' 'auth-env NOTHING: there is no such variable, or it is empty$'
gives 'what is in it' 2 publish one --to "$repo/x" --auth-env "$REPO_LOGIN"
ok 'is not shown' told_nothing
gives 'a URL that holds it' 2 publish one --to "http://ci:w0rd@127.0.0.1:$port/x"
ok 'is not shown' told_nothing
gives 'two of them' 2 publish one --to "$repo/x" --auth-env REPO_LOGIN --netrc-file ../netrc
printf 'two\nlines' >../lines && printf 'a b' >../words
gives 'a first line counts' 0 publish one --to "$repo/lines" --auth-file ../lines
gives 'what is neither' 2 publish one --to "$repo/x" --auth-file ../words
unset WRONG REPO_TOKEN

# ---- connections that break ----
requests
cut_after 700000 1 up
gives 'a connection that breaks' 0 publish large --to "$cut/broken"
ok 'the file is sent again, whole' published broken/large
cut_after 700000 99 up
gives 'one that breaks each time' 4 publish large --to "$cut/broken2"
err 'is told' 'its bundle is there, the artifact is not: the repository .* did not answer'
ok 'nothing half-written is there' absent broken2/large
rm ../cuts
gives 'the next run' 0 publish large --to "$cut/broken2"
ok 'ends it' published broken2/large
# The answer is lost, and the server has it: on a name that nobody else has, that is no conflict.
requests
deaf_after 700000
gives 'an answer that is lost' 0 publish large --to "$cut/heeds/lost"
requests
ok 'the server says that the name is taken' grep -q '^PUT .* 412 ' ../requests
ok 'by us' published heeds/lost/large
rm -f ../cuts

# ---- a server that goes away ----
hold_after 500000 up
"$SIGLET" publish large --to "$cut/gone" >../out 2>../err &
publisher=$!
wait_for_hold $publisher
stop_nginx
let_go
wait $publisher
status=$?
ok 'a server that is killed' has_status 4
err 'is told' 'large: its bundle is there, the artifact is not: the repository .* (did not answer|can.t be reached)'
start_nginx
ok 'nothing half-written is there' absent gone/large
gives 'when it is back' 0 publish large --to "$repo/gone"
ok 'it goes on' published gone/large
hold_after 500000 up
"$SIGLET" publish large --to "$cut/stuck" --timeout 1 >../out 2>../err &
publisher=$!
wait_for_hold $publisher
wait $publisher
status=$?
let_go
ok 'a connection over which nothing moves is given up, and another tried' has_status 0
ok 'the file is there' published stuck/large

# ---- what it holds meanwhile ----
hold_after 500000 up
"$SIGLET" publish large --to "$cut/private/held" --auth-env REPO_LOGIN >../out 2>../err &
publisher=$!
wait_for_hold $publisher
tr '\0' '\n' </proc/$publisher/environ >../environ
cat /proc/$publisher/cmdline >../cmdline
let_go
wait $publisher
status=$?
ok 'while it sends' has_status 0
ok 'its environment has the variable' grep -aq '^REPO_LOGIN=' ../environ
ok 'which is overwritten' test "$(grep -ac 'w0rd' ../environ ../cmdline | grep -vc ':0')" = 0

# ---- a file that changes while it is sent ----
change_meanwhile() {
	cp large ../large
	hold_after 500000 up
	"$SIGLET" publish large --to "$cut/$1" >../out 2>../err &
	publisher=$!
	wait_for_hold $publisher
	eval "$2"
	let_go
	status=0
	wait $publisher || status=$?
}
change_meanwhile written 'printf x | dd of=large bs=1 seek=11999990 conv=notrunc 2>/dev/null'
ok 'a file that is written to' has_status 3
err 'is told' 'large: its bundle is there, the artifact is not: large: changed since it was hashed; the upload was given up'
ok 'nothing of it is there' absent written/large
cp ../large large
change_meanwhile shorter 'truncate -s 8000000 large'
ok 'one that becomes shorter' has_status 3
ok 'nothing of it is there' absent shorter/large
cp ../large large
change_meanwhile renamed 'echo other >new && mv new large'
ok 'one whose name is given to another' has_status 0
ok 'is the one that was hashed' published renamed/large ../large
cp ../large large

# ---- two at the same name ----
mkdir second && head -c 12000000 /dev/urandom >second/large && sign_by ../key second/large
hold_after 500000 up
"$SIGLET" publish large --to "$cut/both" >../out.first 2>../err.first &
publisher=$!
wait_for_hold $publisher
gives 'while one is at it another' 1 publish second/large --to "$repo/both"
err 'is refused' 'a bundle without its artifact: another job is publishing it now'
let_go
status=0
wait $publisher || status=$?
cp ../out.first ../out && cp ../err.first ../err
ok 'the first is not disturbed' has_status 0
ok 'its file is there' published both/large
ok 'with its bundle' published both/large.sigstore.json
hold_after 500000 up
"$SIGLET" publish large --to "$cut/forced" >../out.first 2>../err.first &
publisher=$!
wait_for_hold $publisher
gives 'by force it goes before' 0 publish second/large --to "$repo/forced" --force
let_go
status=0
wait $publisher || status=$?
cp ../out.first ../out && cp ../err.first ../err
ok 'and the other is told' has_status 1
err 'that it lost' 'large.sigstore.json is not what was sent'
for i in 1 2 3 4 5 6 7 8; do
	"$SIGLET" publish large --to "$repo/race$i" >/dev/null 2>&1 &
	first=$!
	"$SIGLET" publish second/large --to "$repo/race$i" >/dev/null 2>&1 &
	second=$!
	wait $first && first=0
	wait $second && second=0
	# nginx heeds no condition: what is left may be of both, which readers refuse, but then one was told.
	if [ $first = 0 ] && [ $second = 0 ]; then echo "both of $i"; fi
	[ ! -e "$web/root/race$i/large" ] || [ -e "$web/root/race$i/large.sigstore.json" ] || echo "a file alone in $i"
done >../races 2>&1
ok 'of two at once never both succeed' test ! -s ../races

# ---- any size ----
truncate -s 200M huge && sign_by ../key huge
constant() { (ulimit -d 60000 && exec "$SIGLET" publish huge --to "$repo/huge") 2>&1; }
case $B in
*asan* | *tsan*) skip 'memory is not bounded under the sanitizers' ;;
*) ok 'memory does not grow with the file' constant ;;
esac
done_testing
