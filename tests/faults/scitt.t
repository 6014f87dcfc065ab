#!/bin/sh
# The n-th allocation fails, for every n, while statements and their receipts are checked.
: "${B:=build}"
exec "$B/tests/faults/scitt"
