#!/bin/sh
# make bench: see bench.py (verifying), sign_bench.py (signing), trust_bench.py (trust material) and
# audit_bench.py (logs).
python3 tests/bench/sign_bench.py || exit 1
python3 tests/bench/trust_bench.py || exit 1
python3 tests/bench/audit_bench.py || exit 1
exec python3 tests/bench/bench.py
