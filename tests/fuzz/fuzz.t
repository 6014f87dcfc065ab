#!/bin/sh
# Every fuzz target runs over its seeds and fixed changes of them, without a fuzzer. `make fuzz` searches on.
. tests/lib/tap.sh
: "${B:=build}"
seeds=$(mktemp -d)
trap 'rm -rf "$seeds"' EXIT

ok 'seeds are made' python3 tests/fuzz/seeds.py "$B/tests/gen/siglet-forge" "$seeds"
for source in tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	if [ -d "$seeds/$name" ]; then
		ok "$name survives its seeds and their changes" "$B/tests/fuzz/$name" "$seeds/$name"/*
	else
		ok "$name has seeds" false
	fi
done
done_testing
