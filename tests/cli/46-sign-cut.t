#!/bin/sh
# Cut anywhere: the process is killed, or a connection ends in the middle of an answer. No half bundle, no temporary
# file, nothing that was there harmed; and the next run works.
. tests/cli/sandbox.sh
cd "$tmp" || exit 1
mkdir box && cd box || exit 1
echo one >one
echo mine >two.sigstore.json
echo two >two

# A bundle that is there is whole.
whole_or_none() {
	for file in *; do
		case $file in
		one | two) ;;
		*.sigstore.json) grep -qx mine $file || python3 -c 'import json,sys; json.load(open(sys.argv[1]))' $file || return 1 ;;
		*) echo "left: $file" && return 1 ;;
		esac
	done
	[ -z "$(find . -name '.*' -type f)" ] || { find . -name '.*' -type f && return 1; }
}

# ---- killed ----
killed() {
	# shellcheck disable=SC2016
	env -u IN_SANDBOX "$SANDBOX" run --fault delay=40 -- sh -c '
		"$0" sign one two --force >/dev/null 2>&1 &
		victim=$!
		sleep "$1"
		kill -KILL $victim 2>/dev/null
		wait $victim 2>/dev/null
		:' "$SIGLET" "$1"
}
early=0
for ms in 001 005 010 015 020 025 030 035 040 045 050 055 060 065 070 080 090 100 120 150 200 250 300 400; do
	rm -f one.sigstore.json
	echo mine >two.sigstore.json
	killed "0.$ms" 2>/dev/null
	ok "killed after $ms ms" whole_or_none
	[ -e one.sigstore.json ] || early=$((early + 1))
done
ok "the first of them came too early for a bundle ($early of 24)" test "$early" -ge 1
rm -f one.sigstore.json
gives 'the next run works' 0 sign one
rm -f one.sigstore.json
echo mine >two.sigstore.json

# ---- cut ----
for service in fulcio rekor tsa; do
	for version in 2 1; do
		# TSA and CA are the same for both.
		[ $service = rekor ] || [ $version = 2 ] || continue
		for bytes in 0 1 10 100 200 300 500 700 1000 1500 2000 3000; do
			[ $service = tsa ] && [ $bytes -gt 500 ] && continue
			[ $service = rekor ] && [ $bytes -gt 1500 ] && continue
			wrong --rekor-version $version --fault "drop=$service:$bytes"
			run sign one
			ok "v$version: $service cut after $bytes bytes" has_status 4
			ok 'nothing is left' only one two two.sigstore.json
		done
	done
done
right

# ---- a full disk is found out before anybody is asked ----
mkdir ../small
if mount -t tmpfs -o size=32k tmpfs ../small 2>/dev/null; then
	wrong --log ../requests
	gives 'a full disk' 3 sign one -o ../small/one.json
	err 'is named' 'one.json: No space left|one.json: .*space'
	ok 'nobody was asked for anything' test ! -e ../requests
	ok 'nothing is left there' test -z "$(ls -A ../small)"
	umount ../small
	right
else
	skip 'no small file system can be made here'
fi

ok 'what was there is as it was' grep -q mine two.sigstore.json
gives 'and the next run works' 0 sign one
done_testing
