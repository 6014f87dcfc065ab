#!/bin/sh
# The n-th allocation fails, for every n: a real bundle and the main forged kinds; every kind with SIGLET_FAULTS=all.
. tests/cli/demo.sh
: "${B:=build}"
case $B in
*asan* | *tsan*)
	printf '1..1\nok 1 # SKIP the sanitizers have an allocator of their own\n'
	exit 0
	;;
esac
exec "$B/tests/faults/allocation" "$DEMO_ARTIFACT.sigstore.json" third_party_certs/public-good/trusted_root.json \
	"$DEMO_ARTIFACT" "$DEMO_IDENTITY" "$DEMO_ISSUER" ${SIGLET_FAULTS:+all}
