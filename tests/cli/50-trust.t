#!/bin/sh
# Trust that keeps itself current: a private instance, whose repository is the sandbox's, set up, refreshed, rotated,
# spoilt and carried away.
. tests/cli/sandbox.sh
cd "$tmp" || exit 1
unset SIGLET_TRUST_CONFIG
online=yes
url=$SIGLET_SANDBOX_URL/tuf
cache=$XDG_CACHE_HOME/siglet
requests() { ok "$1" test "$(grep -c 'GET http' "$tmp/err")" = "$2"; }
rotate() { python3 -c 'import sys, urllib.request
urllib.request.urlopen(urllib.request.Request(sys.argv[1], data=b"", method="POST"))' "$SIGLET_SANDBOX_URL/sandbox/rotate/$1"; }
fetch() { python3 -c 'import sys, urllib.request
sys.stdout.buffer.write(urllib.request.urlopen(sys.argv[1]).read())' "$url/$1"; }
fetch 1.root.json >root.json
echo hello >a

# ---- init ----
gives 'init needs all three' 2 trust init --name acme --url "$url"
gives 'a name that can be no folder' 2 trust init --name ../acme --url "$url" --root root.json
gives 'a shipped name' 2 trust init --name public --url "$url" --root root.json
err 'is taken' 'public is shipped'
gives 'http to elsewhere' 2 trust init --name acme --url http://tuf.example/ --root root.json
gives 'no root' 3 trust init --name acme --url "$url" --root none.json
gives 'a root that is none' 6 trust init --name acme --url "$url" --root a
sed 's/"version":1}/"version":2}/' root.json >forged.json
gives 'a root that nobody signed' 6 trust init --name acme --url "$url" --root forged.json
gives 'a repository that is not there' 4 trust init --name acme --url "$SIGLET_SANDBOX_URL/nothing" --root root.json
ok 'nothing was set up' test ! -e "$XDG_CONFIG_HOME/siglet/instances/acme"
gives 'it is not known' 2 verify a --instance acme --github acme/app
gives 'set up' 0 trust init --name acme --url "$url" --root root.json -v
requests 'twice asked, once before anything is kept' 12
gives 'not twice' 2 trust init --name acme --url "$url" --root root.json
err 'unless it is forced' 'hint: --force'
gives 'and leaves what was kept' 0 trust show --instance acme --offline
gives 'nor with a repository that is not there' 4 trust init --name acme --url "$SIGLET_SANDBOX_URL/nothing" --root root.json --force
gives 'what was kept' 0 trust show --instance acme --offline
gives 'a failing init of another name' 4 trust init --name other --url "$SIGLET_SANDBOX_URL/nothing" --root root.json
ok 'leaves nothing' test ! -e "$cache/other.json" -a ! -e "$cache/other.lock"
mkdir -p "$XDG_CONFIG_HOME/siglet/instances/empty"
gives 'a folder that is no instance' 0 trust list
out 'is passed over' '^acme: '
gives 'an option that means nothing here' 2 trust list --instance acme
gives 'nor there' 2 trust export --trusted-root root.json -o x
err 'is named' 'export does not take --trusted-root'
gives 'a query in the URL' 2 trust init --name q --url "$url?x=" --root root.json
gives 'then it is' 0 trust init --name acme --url "$url" --root root.json --force
ok 'its folder is private' test "$(stat -c %a "$XDG_CONFIG_HOME/siglet/instances/acme")" = 700
ok 'so are its files' test "$(stat -c %a "$XDG_CONFIG_HOME/siglet/instances/acme/root.json" "$cache/acme.json" | sort -u)" = 600

# ---- use ----
gives 'signing uses it' 0 sign a --instance acme -v
requests 'without a request to it' 0
gives 'verifying uses it' 0 verify a --instance acme --github acme/app -v
requests 'without one either' 0
out 'and says so' 'trust root: acme$'
gives 'offline too' 0 verify a --instance acme --github acme/app --offline
gives 'the public root does not vouch for it' 1 verify a --offline --github acme/app
gives 'list' 0 trust list
out 'has the shipped ones' '^public: shipped, '
out 'and this' "^acme: kept, of .* expires .*, $url/\$"
gives 'list as JSON' 0 trust list --json
json 'has all' 'len(d) == 4 and d[3]["instance"] == "acme" and d[3]["private"] and d[3]["origin"] == "kept"'
gives 'show' 0 trust show --instance acme
out 'has the CA' 'CN=sandbox intermediate'
out 'its window' 'window +from 2020-01-01T00:00:00Z, in use$'
out 'its algorithm' 'algorithm +ECDSA P-384'
out 'and a key id' 'key id +[0-9a-f]{64}$'
gives 'show as JSON' 0 trust show --instance acme --json
json 'has the same' 'd[0]["trustRoot"] == "acme" and len(d[0]["tlogs"]) == 2 and d[0]["certificateAuthorities"][0]["inUse"] and d[0]["versions"]["root"] == 1'
gives 'show of what is shipped' 0 trust show --offline
out 'has a log that ended' 'to 2022-10-31T23:59:59Z, no longer in use'

# ---- update ----
gives 'update' 0 trust update --instance acme -v
requests 'asks for what may be new' 2
gives 'update as JSON' 0 trust update --instance acme --json
json 'says where' 'd[0]["private"] and d[0]["origin"] == "fetched" and d[0]["url"].endswith("/tuf/")'
gives 'not offline' 2 trust update --instance acme --offline
gives 'nobody answers' 4 trust update --instance public
for what in ca log root; do
	rotate $what
	gives "$what rotated: update" 0 trust update --instance acme
	gives 'what was signed before' 0 verify a --instance acme --github acme/app --offline
	cp a "a-$what"
	gives 'what is signed now' 0 sign "a-$what" --instance acme
	gives 'verifies' 0 verify "a-$what" --instance acme --github acme/app --offline
done
gives 'show has the root' 0 trust show --instance acme --offline
out 'of version 2' 'root 2,'
out 'and the CA whose time is over' 'from 2020-01-01T00:00:00Z to 20'

# ---- across an air gap ----
gives 'a pack' 0 trust export --instance acme --pack acme.pack
gives 'and the root' 0 trust export --instance acme -o trusted_root.json
gives 'which verifies' 0 verify a-ca --trusted-root trusted_root.json --github acme/app --offline
gives 'export needs a file' 2 trust export
gives 'nothing of public was fetched' 6 trust export --pack public.pack --offline
gives 'import, where nothing was fetched' 0 trust import acme.pack --cache-dir far --offline
out 'tells its age' '^acme: kept, of .*\(0 days ago\), expires'
gives 'then it serves' 0 verify a-log --instance acme --github acme/app --cache-dir far --offline
gives 'no pack' 3 trust import a
gives 'a pack of another' 6 trust import acme.pack --instance public
sed 's/"timestamp.json": "eyJz/"timestamp.json": "eyJx/' acme.pack >forged.pack
gives 'a forged one' 6 trust import forged.pack --cache-dir farther --offline
ok 'leaves nothing' test ! -e farther/acme.json
rotate ca
gives 'newer' 0 trust update --instance acme
gives 'an older pack does not replace it' 6 trust import acme.pack
err 'and says why' 'version [0-9]+ was seen before|seen before'

# ---- a spoilt cache ----
for spoilt in '' rubbish '{"mediaType":"application/vnd.siglet.trust-pack.v7+json"}'; do
	printf '%s' "$spoilt" >"$cache/acme.json"
	gives "a cache of '$spoilt'" 0 verify a --instance acme --github acme/app
	ok 'is replaced' grep -q trust-pack.v1 "$cache/acme.json"
done
echo precious >precious
rm "$cache/acme.json"
ln -s "$tmp/precious" "$cache/acme.json"
gives 'a link for a cache' 0 verify a --instance acme --github acme/app
ok 'is not written through' grep -qx precious precious
rm "$cache/acme.json"
gives 'offline without a cache' 6 verify a --instance acme --github acme/app --offline
err 'with a way out' 'hint: siglet trust update'
gives 'a cache folder that can be none' 0 verify a --instance acme --github acme/app --cache-dir a/b
gives 'nor on a full disk' 0 verify a --instance acme --github acme/app --cache-dir /dev/full

# ---- many at once ----
rm -rf "$cache"
i=0
while [ $i -lt 100 ]; do
	"$SIGLET" verify a --instance acme --github acme/app -v >"many-$i.out" 2>"many-$i.err" || echo "$i" >>failed &
	i=$((i + 1))
done
wait
ok 'a hundred processes at once' test ! -e failed
ok 'one of them asked' test "$(cat many-*.err | grep -c 'timestamp.json: 200')" = 1
gives 'what they kept' 0 verify a --instance acme --github acme/app --offline
rm -f many-*
i=0
while [ $i -lt 40 ]; do
	"$SIGLET" trust update --instance acme >/dev/null 2>"many-$i.err" || echo "$i" >>failed &
	case $i in 10) rotate root ;; 20) rotate ca ;; 30) rotate log ;; esac
	i=$((i + 1))
done
wait
ok 'rotations while forty processes update' sh -c 'test ! -e failed || { cat many-*.err; rm failed; false; }'
gives 'an update after it' 0 trust update --instance acme
gives 'has the newest root' 0 trust show --instance acme --offline
out 'of version 3' 'root 3,'
gives 'what was signed long before' 0 verify a --instance acme --github acme/app --offline
rm -f many-*

# ---- offline ----
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
	before='env ASAN_OPTIONS=detect_leaks=0 strace -f -o trace -e trace=socket,connect,sendto,io_uring_setup'
	gives 'offline, under strace' 0 verify a --instance acme --github acme/app --offline
	ok 'no socket is tried' sh -c '! grep -E "^[0-9]+ +(socket|connect|sendto|io_uring)" trace'
	rotate root
	before='env ASAN_OPTIONS=detect_leaks=0 strace -f -o trace -e trace=connect'
	gives 'an update, under strace' 0 trust update --instance acme -v
	requests 'of five requests' 5
	ok 'has one connection' test "$(grep -c 'connect(.*127.0.0.1' trace)" = 1
	before='env ASAN_OPTIONS=detect_leaks=0 strace -f -o trace -e trace=seccomp'
	gives 'seccomp' 0 verify a --instance acme --github acme/app --offline
	ok 'is asked for' grep -q SECCOMP_SET_MODE_FILTER trace
	before=
else
	skip 'strace can not trace here'
fi

# ---- behind somebody who waits in vain ----
mkdir -m 700 busy
flock busy/public.lock sleep 2 &
sleep 0.3
gives 'another process is at it' 0 verify "$PROJECT/$DEMO_ARTIFACT" --identity "$DEMO_IDENTITY" --issuer "$DEMO_ISSUER" --cache-dir busy -v
requests 'it is not done again' 0
err 'but told' 'another process has just tried in vain'
wait

# ---- killed anywhere ----
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
	killed=0
	for call in write fchmod fsync renameat; do
		n=1
		while [ $n -lt 20 ]; do
			rotate root
			status=0
			strace -f -o /dev/null -e trace=$call -e inject=$call:signal=KILL:when=$n \
				"$SIGLET" trust update --instance acme >/dev/null 2>&1 || status=$?
			[ $status != 0 ] || break
			killed=$((killed + 1))
			"$SIGLET" verify a --instance acme --github acme/app --offline >/dev/null 2>&1 || echo "$call $n" >>failed
			n=$((n + 1))
		done
	done
	ok 'killed at every write: what was there serves' test ! -e failed
	ok "and that was $killed times" test $killed -ge 5
	gives 'the next update' 0 trust update --instance acme
	before='env ASAN_OPTIONS=detect_leaks=0 strace -f -o /dev/null -e trace=write -e inject=write:error=ENOSPC:when=1'
	gives 'a full disk' 0 verify a --instance acme --github acme/app --cache-dir full
	before=
	ok 'keeps nothing' test ! -e full/acme.json
else
	skip 'strace can not trace here'
fi

# ---- nothing left behind ----
ok 'no temporary file' test -z "$(find "$cache" "$XDG_CONFIG_HOME" -name '*.tmp' -o -name '*.new')"
done_testing
