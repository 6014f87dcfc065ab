#!/bin/sh
# make bench: see bench.py.
exec python3 tests/bench/bench.py
