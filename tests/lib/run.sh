#!/bin/sh
# Run every test there is under prove, show what failed or was skipped, and close with the counts.
# B is the build folder, SIGLET the program; both are set by make.
set -u
: "${B:=build}" "${SIGLET:=$B/siglet}" "${COSE:=1}"
export B SIGLET COSE
# The sanitizers open libraries in the program's place, and its run path is not asked.
case $B in
*asan* | *tsan*) LD_LIBRARY_PATH=$(cd "$B" && pwd)${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} && export LD_LIBRARY_PATH ;;
esac

tests=
for t in "$B"/tests/unit/*_test tests/cli/*.t tests/conformance/*.py tests/conformance/*.t tests/corpus/*.py tests/lint/*.t tests/lint/*.py \
	tests/ci/*.t tests/install/*.t tests/interop/*.t tests/fuzz/*.t tests/faults/*.t tests/mutation/*.t; do
	[ -f "$t" ] && [ -x "$t" ] && tests="$tests $t"
done

status=$(mktemp)
# shellcheck disable=SC2086
{ prove -j2 -v --exec '' $tests 2>&1; echo $? >"$status"; } | awk -f tests/lib/summary.awk
passed=$(cat "$status")
rm -f "$status"
exit "$passed"
