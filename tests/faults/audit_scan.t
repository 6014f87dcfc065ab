#!/bin/sh
# The n-th allocation fails, for every n, while a log is recomputed or watched.
: "${B:=build}"
exec "$B/tests/faults/audit_scan"
