#!/bin/sh
# House style that a search can check.
. tests/lib/tap.sh

# In a release archive nobody lists what is ours; it was searched before.
if ! git rev-parse --verify -q HEAD >/dev/null 2>&1; then
	skip 'this is no checkout'
	done_testing
	exit
fi

sources=$(git ls-files 'pkg/*.c' 'pkg/*.h' 'cmd/*.c' 'cmd/*.h')
tests=$(git ls-files 'tests/*.c' 'tests/*.h')

banned_calls() {
	# shellcheck disable=SC2086
	grep -nE '\b(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|atoll|gets|system|popen|alloca|rand|srand|tmpnam|mktemp|asctime|ctime|strncpy|scanf|sscanf)\(' $sources
	# shellcheck disable=SC2086
	grep -nE 'malloc\([^)]*\*' $sources | grep -v 'sizeof(\*'
}
long_files() {
	# shellcheck disable=SC2086
	# The one public header is read with a search, and is as long as what it offers.
	wc -l $sources $tests | awk '$2 != "total" && $2 != "pkg/siglet/siglet.h" && $1 > 800 { print }'
}
long_functions() {
	# shellcheck disable=SC2086
	awk 'FNR == 1 { start = 0 } /^\{$/ { start = FNR } /^\}/ { if (start && FNR - start > 80) print FILENAME ":" start ": " FNR - start " lines"; start = 0 }' $sources
}
unfinished() {
	# shellcheck disable=SC2086
	grep -nE '\<(TODO|FIXME|XXX)\>' $sources $tests
}
long_lines() {
	# shellcheck disable=SC2086
	awk '{ line = $0; gsub(/\t/, "        ", line) } length(line) > 112 { print FILENAME ":" FNR }' $sources
}
openssl_truth() {
	# A result of -1 is true in C: compare with == 1.
	# shellcheck disable=SC2086
	grep -nE 'if \(!?(EVP|X509|CMS|TS|ASN1)_[A-Za-z0-9_]*(verify|init|Init|Verify|Final|Update)[A-Za-z0-9_]*\([^;]*\)\)' $sources | grep -v '[=!]= '
}

ok 'no banned call' empty banned_calls
ok 'no file over 800 lines' empty long_files
ok 'no function over 80 lines' empty long_functions
ok 'nothing is marked unfinished' empty unfinished
ok 'no line far over 100 columns' empty long_lines
ok 'results of OpenSSL are compared, not taken for truth' empty openssl_truth
ok 'the shipped trust roots are the ones that their README names' sh third_party_certs/check.sh
ok 'shell scripts are clean' sh -c 'command -v shellcheck >/dev/null || exit 0; shellcheck -S warning -s sh $(git ls-files "*.sh" "*.t" .ci/run | grep -v tests/lib/tap.sh) '
done_testing
