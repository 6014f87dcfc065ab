#!/bin/sh
# The n-th allocation fails, for every n, while a COSE message is judged; SIGLET_FAULTS=all: more of each defect.
: "${B:=build}"
exec "$B/tests/faults/cose_verdict" ${SIGLET_FAULTS:+all}
