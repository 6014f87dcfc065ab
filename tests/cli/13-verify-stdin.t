#!/bin/sh
# Standard input, and the file that it becomes once it is accepted.
. tests/cli/lib.sh
a=$PROJECT/$DEMO_ARTIFACT
b=$a.sigstore.json
g=--github=$DEMO_GITHUB
cd "$tmp" || exit 1
mkdir box
printf x >>wrong

leftovers() { find box -name '.siglet*' | grep . && return 1; return 0; }

input=$a
gives 'standard input is verified' 0 verify - --bundle "$b" "$g"
out 'under its name' '^-: attested'
gives 'and kept' 0 verify - --bundle "$b" "$g" -o box/kept
ok 'byte for byte' cmp "$a" box/kept
ok 'readable as other files are' test "$(stat -c %a box/kept)" = "$(printf %o $((0666 & ~$(umask))))"
ok 'without leftovers' leftovers
input=wrong
gives 'what is refused' 1 verify - --bundle "$b" "$g" -o box/refused
ok 'becomes no file' test ! -e box/refused
gives 'and replaces none' 1 verify - --bundle "$b" "$g" --output box/kept
ok 'which is as it was' cmp "$a" box/kept
ok 'without leftovers either' leftovers
input=$a
gives 'what nobody expected' 1 verify - --bundle "$b" --github acme -o box/refused
ok 'becomes no file' test ! -e box/refused
echo old >box/old
gives 'what is accepted replaces a file' 0 verify - --bundle "$b" "$g" -o box/old
ok 'whole' cmp "$a" box/old
gives 'a malformed bundle' 1 verify - --bundle wrong "$g" -o box/refused
ok 'makes no file' test ! -e box/refused

ln -s kept box/link
gives 'a link is not written through' 3 verify - --bundle "$b" "$g" -o box/link
ok 'and stays' test -L box/link
gives 'a folder is no file' 3 verify - --bundle "$b" "$g" -o box
gives 'a device is none' 3 verify - --bundle "$b" "$g" -o /dev/null
gives 'standard output by another name is none' 3 verify - --bundle "$b" "$g" -o /dev/stdout
gives 'a missing folder' 3 verify - --bundle "$b" "$g" -o none/file
err 'is named' 'none/file: its folder is not there'
gives 'an empty name' 2 verify - --bundle "$b" "$g" -o ''
ok 'no leftovers' leftovers

gives 'what an attestation says' 0 verify - --bundle "$b" "$g" -o box/both --predicate-out box/predicate
ok 'is written beside' test -s box/predicate
ok 'with the file' cmp "$a" box/both
gives 'a predicate that can not be written' 3 verify - --bundle "$b" "$g" -o box/neither --predicate-out none/x
ok 'keeps the file back, too' test ! -e box/neither

# Half-way: the file has no name yet, or only a temporary one, and only its owner can read it.
halfway() {
	for fd in /proc/"$pid"/fd/*; do
		case $(readlink "$fd") in
		"$PWD"/box/*) echo "$fd" ;;
		esac
	done
}
mkfifo pipe
"$SIGLET" verify - --bundle "$b" "$g" -o box/halfway <pipe 2>/dev/null >&2 &
pid=$!
exec 9>pipe
printf half >&9
for _ in 1 2 3 4 5 6 7 8 9 10; do
	temporary=$(halfway)
	[ -n "$temporary" ] && break
	sleep 0.1
done
ok 'half a file is in a temporary' test -n "$temporary"
ok 'that only its owner can read' test "$(stat -Lc %a "$temporary")" = 600
ok 'and not in its place' test ! -e box/halfway
kill -TERM "$pid"
status=0
wait "$pid" 2>/dev/null || status=$?
exec 9>&-
ok 'a signal ends the program' test "$status" = 143
ok 'without leftovers' leftovers
ok 'and without a file' test ! -e box/halfway
cd "$PROJECT" || exit 1
done_testing
