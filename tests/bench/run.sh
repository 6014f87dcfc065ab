#!/bin/sh
# make bench: see bench.py (verifying) and sign_bench.py (signing).
python3 tests/bench/sign_bench.py || exit 1
exec python3 tests/bench/bench.py
