#!/bin/sh
# Every bit of a COSE message and of a statement counts. Coarser under the sanitizers.
: "${B:=build}"
case $B in
*asan* | *tsan* | *coverage*) step=64 ;;
*) step=1 ;;
esac
exec "$B/tests/mutation/cose" "$step"
