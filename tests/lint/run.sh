#!/bin/sh
# make lint: the rules of the house, then the analysers. Prints only what is wrong.
# Usage: run.sh 'COMPILER FLAGS'
set -u
flags=$1
: "${B:=build}" "${CC:=cc}" "${CLANG:=clang-14}"
failed=0
sources=$(git ls-files 'pkg/*.c' 'cmd/*.c')

step() {
	printf '  lint  %s\n' "$1"
	shift
	"$@" || { failed=1; printf '  lint  FAILED\n'; }
}

analyzer() {
	result=0
	for level in -O0 -O2; do
		for source in $sources; do
			# shellcheck disable=SC2046,SC2086
			gcc $(echo "$flags" | sed 's/-D_FORTIFY_SOURCE=[0-9]//; s/-MMD -MP//; s/-DSIGLET_VERSION=[^ ]*//') '-DSIGLET_VERSION="0"' $level -fanalyzer -Werror -c -o /dev/null "$source" || result=1
		done
	done
	return $result
}
# One file a run: clang-tidy 14 carries va_list states over from one file to the next.
tidy() {
	# shellcheck disable=SC2046
	printf '%s\n' $sources | xargs -P 2 -I @ clang-tidy-14 --quiet --warnings-as-errors='*' @ -- \
		-std=c17 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -Ipkg -I"$B/gen" -DSIGLET_VERSION='"0"' \
		$(pkg-config --cflags libcrypto json-c libpcre2-8) 2>/dev/null | grep -E 'warning:|error:' && return 1
	return 0
}
check() {
	# shellcheck disable=SC2086
	cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
		--suppress=nullPointerRedundantCheck -Ipkg $sources
}
pages() {
	for page in docs/man/*.1; do
		mandoc -T lint -W warning "$page" || return 1
	done
}
formatted() {
	# shellcheck disable=SC2046
	clang-format-14 --dry-run --Werror $(git ls-files '*.c' '*.h') 2>&1 | head -20 | grep . && return 1
	return 0
}

step 'architecture' sh -c 'sh tests/lint/architecture.t | grep -E "^(not ok|#)" && exit 1 || exit 0'
step 'style' sh -c 'sh tests/lint/style.t | grep -E "^(not ok|#)" && exit 1 || exit 0'
step 'man pages' pages
step 'clang-format' formatted
step 'cppcheck' check
step 'clang-tidy' tidy
step 'gcc -fanalyzer' analyzer
exit $failed
