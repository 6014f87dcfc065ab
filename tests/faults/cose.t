#!/bin/sh
# The n-th allocation fails, for every n, while COSE messages are read, verified, printed and signed.
: "${B:=build}"
exec "$B/tests/faults/cose"
