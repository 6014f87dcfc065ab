#!/bin/sh
# The n-th allocation fails, for every n, in updates of trust material.
: "${B:=build}"
exec "$B/tests/faults/trust"
