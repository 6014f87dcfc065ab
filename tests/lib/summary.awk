# From prove -v: the line of each file, what failed with its diagnosis, what was skipped; then the counts.
/^not ok / { failed++; print; shown = 1; next }
/^ok .*# SKIP/ { skipped++; print "  skipped:" substr($0, index($0, "# SKIP") + 6); shown = 0; next }
/^ok / { passed++; shown = 0; next }
/^#/ { if (shown) print; next }
/\.\. *$/ || /\.\.+ ok$/ || /^ok$/ || /^1\.\.[0-9]+$/ { next }
/Failed|Dubious|Wstat|Parse errors|Non-zero|Bad plan|No plan/ { print; broken = 1; next }
/^Files=/ { print; next }
END {
	if (broken && failed == 0)
		failed = 1
	printf "%d passed, %d failed%s\n", passed, failed, skipped ? ", " skipped " skipped" : ""
}
