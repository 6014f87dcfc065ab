#!/bin/sh
# make coverage: the share of lines that the tests reached, a line a source. Usage: coverage.sh BUILD
set -eu
for data in $(find "$1/pkg" "$1/cmd" -name '*.gcda' | sort); do
	gcov -n "$data" 2>/dev/null | awk '/^File .(pkg|cmd)\// { file = $2 } /^Lines executed/ && file { print file, $2, $3, $4; file = "" }'
done | sort -u
