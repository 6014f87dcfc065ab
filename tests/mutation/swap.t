#!/bin/sh
# See swap.c.
exec "${B:-build}/tests/mutation/swap"
