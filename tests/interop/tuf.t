#!/bin/sh
# The conformance suite of The Update Framework, by its own runner, over the update that siglet does.
# SIGLET_TUF_CONFORMANCE names a checkout of the suite, which needs faketime.
. tests/interop/lib.sh
client=$B/tests/conformance/siglet-tuf
suite=${SIGLET_TUF_CONFORMANCE:-}
python=$B/interop/tuf/bin/python
[ -n "$suite" ] || skip_all 'SIGLET_TUF_CONFORMANCE names no checkout of the conformance suite'
command -v faketime >/dev/null || skip_all 'faketime is not installed'
if ! "$python" -c 'import tuf, pytest' 2>/dev/null && ! { python3 -m venv "$B/interop/tuf" &&
	"$B/interop/tuf/bin/pip" install --quiet 'securesystemslib[crypto]==1.4.0' tuf==7.0.0 pytest==9.1.1; } >"$B/interop/pip.log" 2>&1; then
	skip_all "pip could not install the suite's runner (see $B/interop/pip.log)"
fi
enter_folder
(cd "$suite" && PYTHONDONTWRITEBYTECODE=1 "$python" -m pytest -p no:cacheprovider -v --entrypoint "$client" tuf_conformance) >report 2>&1
sed -n 's/^\(tuf_conformance.*[^ ]\) \([A-Z][A-Z]*\) *\[ *[0-9]*%\]$/\2 \1/p' report >results
while read -r verdict name; do
	ok "$name" test "$verdict" = PASSED
done <results
ok 'all cases ran' grep -q ' passed in ' report
grep -E '^E  ' report | sed 's/^/# /'
done_testing
