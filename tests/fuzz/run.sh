#!/bin/sh
# make fuzz: each target for some seconds under libFuzzer, two at a time. Findings stay in BUILD/findings.
# Usage: run.sh BUILD SECONDS NAME...
set -eu
build=$1
seconds=$2
shift 2
mkdir -p "$build/findings"
make --no-print-directory B=build build/tests/gen/siglet-forge >/dev/null
python3 tests/fuzz/seeds.py build/tests/gen/siglet-forge "$build/seeds"
failed=0
printf '%s\n' "$@" | xargs -P 2 -I NAME sh -c '
	mkdir -p "$1/corpus/NAME"
	if "$1/libfuzzer/NAME" -max_total_time="$2" -timeout=10 -rss_limit_mb=4096 -artifact_prefix="$1/findings/NAME-" \
		"$1/corpus/NAME" "$1/seeds/NAME" >"$1/NAME.log" 2>&1
	then printf "  fuzz  NAME: %s\n" "$(grep -E "^Done|^stat" "$1/NAME.log" | tail -1)"
	else printf "  fuzz  NAME: FOUND SOMETHING, see %s\n" "$1/NAME.log"; exit 1
	fi' sh "$build" "$seconds" || failed=1
exit $failed
