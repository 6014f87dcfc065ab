# TAP for shell tests: . tests/lib/tap.sh; ok "claim" command…; skip "why"; done_testing
# Tests run with the project's root as the working directory.
TAP_COUNT=0
TAP_FAILED=0

# ok CLAIM COMMAND...: the command must succeed; what it printed is shown when it does not.
ok() {
	tap_claim=$1
	shift
	TAP_COUNT=$((TAP_COUNT + 1))
	if tap_output=$("$@" 2>&1); then
		echo "ok $TAP_COUNT - $tap_claim"
	else
		echo "not ok $TAP_COUNT - $tap_claim"
		printf '%s\n' "$tap_output" | sed 's/^/# /' | head -40
		TAP_FAILED=$((TAP_FAILED + 1))
	fi
}

# empty COMMAND...: succeeds when the command prints nothing.
empty() {
	empty_output=$("$@" 2>&1)
	[ -z "$empty_output" ] || { printf '%s\n' "$empty_output"; return 1; }
}

skip() {
	TAP_COUNT=$((TAP_COUNT + 1))
	echo "ok $TAP_COUNT # SKIP $1"
}

done_testing() {
	echo "1..$TAP_COUNT"
	[ "$TAP_FAILED" = 0 ]
}
