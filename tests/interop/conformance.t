#!/bin/sh
# The signing tests of the Sigstore conformance suite, run by its own runner and pointed at the sandbox, with its own
# check by sigstore-python. SIGLET_CONFORMANCE names a checkout of the suite.
. tests/interop/lib.sh
client=$PWD/tests/conformance/siglet-conformance
plugins=$PWD/tests/conformance
suite=${SIGLET_CONFORMANCE:-}
python=$B/interop/python/bin/python
unset SIGLET_TRUST_CONFIG SIGSTORE_ID_TOKEN
[ -n "$suite" ] || skip_all 'SIGLET_CONFORMANCE names no checkout of the conformance suite'
if ! "$python" -c 'import sigstore_protobuf_specs, pytest' 2>/dev/null && ! { python3 -m venv "$B/interop/python" &&
	"$B/interop/python/bin/pip" install --quiet sigstore==4.5.1 pytest==9.1.1 pytest-subtests==0.15.0 platformdirs \
		sigstore-protobuf-specs==0.5.1; } >"$B/interop/pip.log" 2>&1; then
	skip_all "pip could not install the suite's runner (see $B/interop/pip.log)"
fi
enter_folder
cat >run <<'SCRIPT'
python3 -c 'import json, os
c = json.load(open(os.environ["SIGLET_TRUST_CONFIG"]))
json.dump(c["trustedRoot"], open("root.json", "w"))
json.dump(c["signingConfig"], open("services.json", "w"))'
SIGLET_ROOT=$PWD/root.json SIGLET_SERVICES=$PWD/services.json
export SIGLET_ROOT SIGLET_SERVICES
unset SIGLET_TRUST_CONFIG
cd "$suite" && exec "$python" -m pytest -p at_sandbox -p no:cacheprovider -v -m signing --entrypoint "$client" test
SCRIPT
PYTHONPATH=$plugins PYTHONDONTWRITEBYTECODE=1 GHA_SIGSTORE_CONFORMANCE_SELFTEST_ENV=$B/interop/python
export suite python client SIGLET PYTHONPATH PYTHONDONTWRITEBYTECODE GHA_SIGSTORE_CONFORMANCE_SELFTEST_ENV
"$SANDBOX" run --as email:jane@example.com -- sh ./run >report 2>&1
sed 's/^/# /' report
for name in test_simple test_sign_does_not_produce_root test_sign_verify_rekor2 test_sign_verify_dsse; do
	ok "$name" grep -q "::$name.* PASSED" report
done
ok 'none failed' sh -c '! grep -Eq " (FAILED|ERROR) " report'
done_testing
