#!/bin/sh
# Every bit of a bundle counts, and no part of one stands in for another's. Coarser under the sanitizers.
. tests/cli/demo.sh
: "${B:=build}"
case $B in
*asan* | *tsan* | *coverage*) step=64 ;;
*) step=1 ;;
esac
exec "$B/tests/mutation/mutate" "$step" "$DEMO_ARTIFACT.sigstore.json" third_party_certs/public-good/trusted_root.json \
	"$DEMO_ARTIFACT" "$DEMO_IDENTITY" "$DEMO_ISSUER"
