#!/bin/sh
# The n-th allocation fails, for every n, in audits of a log.
: "${B:=build}"
exec "$B/tests/faults/audit"
