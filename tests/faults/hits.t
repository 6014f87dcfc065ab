#!/bin/sh
# The n-th allocation fails, for every n, while findings are kept.
: "${B:=build}"
exec "$B/tests/faults/hits"
