#!/bin/sh
# Many files: which, in which order, and what they come to.
. tests/cli/lib.sh
cd "$tmp" || exit 1
make_key one
make_key other
mkdir -p d/sub d/empty
for name in d/c d/a d/b d/sub/x d/.hidden; do
	echo "$name" >"$name"
	sign_by one "$name"
done
k='--key one.pub --tlog-threshold 0'
names() { sed 's/: .*//' out | tr '\n' ' '; }
said() { ok "$1" test "$(names)" = "$2"; }

# shellcheck disable=SC2086
many() {
	many_claim=$1 many_status=$2
	shift 2
	gives "$many_claim" "$many_status" verify $k "$@"
}
many 'every file verified' 0 d/c d/a d/b
said 'in the order of the arguments' 'd/c d/a d/b '
err 'with a summary' '^siglet: 3 of 3 accepted, 0 refused, 0 not judged$'
many 'a file twice' 0 d/a d/a
said 'is answered twice' 'd/a d/a '
many 'quietly' 0 d/c d/a -q
no_out 'says nothing'
no_err 'at all'
many 'a folder' 0 --recursive d
said 'in its order, without bundles' 'd/.hidden d/a d/b d/c d/sub/x '
ln -s ../../one.pem d/sub/link
ln -s sub d/folderlink
mkfifo d/fifo
many 'links and other kinds of files' 0 --recursive d
said 'are passed over' 'd/.hidden d/a d/b d/c d/sub/x '
many 'a folder with nothing' 3 --recursive d/empty
err 'is no success' 'nothing to verify was found'
many 'a folder that is missing' 3 --recursive none
many 'a file as a folder' 3 --recursive d/a
printf 'd/b\n\nd/a' >list
many 'a list' 0 --files-from list
said 'in its order' 'd/b d/a '
input=list
many 'a list from standard input' 0 --files-from -
input=/dev/null
many 'an empty list' 3 --files-from -
printf 'd/a\000d/b\n' >nul
many 'what is no list' 3 --files-from nul
printf 'd/a\n-\n' >dash
many 'standard input in a list' 2 --files-from dash
many 'all at once' 0 d/c --files-from list --recursive d/sub
said 'in this order' 'd/c d/b d/a d/sub/x '

echo changed >>d/b
many 'one that is changed' 1 d/a d/b d/c
said 'does not stop the others' 'd/a d/c '
err 'is named' '^siglet: d/b: refused: '
err 'and counted' '2 of 3 accepted, 1 refused'
many 'one that is missing' 3 d/a none d/c
said 'does not either' 'd/a d/c '
many 'refused counts before unreadable' 1 none d/b
many 'in either order' 1 d/b none
many 'in JSON' 1 --json d/a d/b none
json 'an object a file' '[(o["file"], o["verdict"]) for o in d] == [("d/a", "accepted"), ("d/b", "refused"), ("none", "error")]'
json 'with the status of an error' 'd[2]["exit"] == 3 and "message" in d[2] and "rule" not in d[2]'
no_err 'and nothing else'

# Many more than threads and than answers that may wait.
mkdir many
echo same >many/000
sign_by one many/000
awk 'BEGIN { for (i = 1; i < 700; i++) printf "%03d\n", i }' | while read -r i; do
	ln many/000 "many/$i"
	ln many/000.sigstore.json "many/$i.sigstore.json"
done
rm many/350
echo other >many/350
find many -name '[0-9][0-9][0-9]' | sort >all
for jobs in 1 2 7 64; do
	many "$jobs at a time" 1 --jobs "$jobs" --recursive many
	sed 's/: .*//' out >answered
	grep -v 350 all >wanted
	ok "in order" cmp answered wanted
	err "all counted" '699 of 700 accepted, 1 refused'
done
cd "$PROJECT" || exit 1
done_testing
