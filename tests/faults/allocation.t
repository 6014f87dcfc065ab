#!/bin/sh
# The n-th allocation fails, for every n: a real bundle and the main forged kinds, and a few of each
# defect. SIGLET_FAULTS=all: see allocation.c; that takes some ten minutes.
. tests/cli/demo.sh
: "${B:=build}"
exec "$B/tests/faults/allocation" "$DEMO_ARTIFACT.sigstore.json" \
	third_party_certs/public-good/trusted_root.json "$DEMO_ARTIFACT" "$DEMO_IDENTITY" \
	"$DEMO_ISSUER" ${SIGLET_FAULTS:+all}
