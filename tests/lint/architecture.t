#!/bin/sh
# The rules of the house, read from the sources and the objects: which room may use what.
. tests/lib/tap.sh
: "${B:=build}"

rooms=$(grep -v '^#' pkg/LAYERS)
pure=$(sed '/^verify$/q' pkg/LAYERS | grep -v '^#')
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# A room includes only rooms above its own line in pkg/LAYERS, and its own.
layer_violations() {
	seen=' '
	for room in $rooms; do
		seen="$seen$room "
		grep -Hno '#include "[a-z]*/[a-z_]*\.h"' "pkg/$room"/*.[ch] | while IFS=: read -r file line include; do
			used=${include#*\"}
			used=${used%%/*}
			case $seen in
			*" $used "*) ;;
			*) echo "$file:$line: $room may not use $used" ;;
			esac
		done
	done
}

# Another room's internal header is not a door.
internal_violations() {
	grep -rno '#include "[a-z]*/[a-z_]*_internal\.h"' pkg cmd | while IFS=: read -r file line include; do
		used=${include#*\"}
		case $file in
		pkg/"${used%%/*}"/*) ;;
		*) echo "$file:$line: internal header of ${used%%/*}" ;;
		esac
	done
}

# A third-party library is included by the rooms that wrap it, and by no header of ours.
library_violations() {
	grep -rn '#include <openssl/' pkg cmd | grep -vE '^pkg/(crypto|cert|timestamp|pkcs11)/[a-z0-9_]*(\.c|_internal\.h):|^cmd/siglet(-verify)?/main\.c:|^cmd/siglet-sandbox/'
	grep -rn '#include <json-c/\|#include <json\.h>' pkg cmd | grep -vE '^pkg/json/[a-z_]*(\.c|_internal\.h):'
	grep -rn '#include <pcre2' pkg cmd | grep -vE '^pkg/siglet/pattern\.c:|^cmd/siglet-verify/linked\.c:'
	grep -rn '#include <curl/' pkg cmd | grep -vE '^pkg/http/net_curl\.c:'
	grep -rn '#include <microhttpd' pkg cmd | grep -vE '^cmd/siglet-sandbox/server\.c:'
	grep -rn '#include <sqlite3' pkg cmd | grep -vE '^pkg/hits/db_sqlite\.c:'
	grep -rn '#include <cbor' pkg cmd | grep -vE '^pkg/cbor/heads_libcbor\.c:'
	grep -n '#include <openssl/\|#include <json-c/' pkg/*/*.h | grep -v '_internal\.h:'
}

# Nothing in the pure part reaches the world outside its arguments.
impure_symbols() {
	for room in $pure; do
		for object in "$B/pkg/$room"/*.o; do
			nm -u "$object" | awk '{ print $NF }' |
				grep -xE '(secure_)?getenv|time|gettimeofday|clock_gettime|fopen|fopen64|open|open64|openat|read|write|socket|connect|printf|fprintf|__printf_chk|__fprintf_chk|puts|putchar|fputs|fwrite|perror|exit|_exit|abort|setlocale|signal|sigaction|localtime|gmtime|mktime|timegm|strtod|system|popen|fork|dlopen' |
				sed "s|^|$object: |"
		done
	done
	for source in pkg/siglet/*.c; do
		case $source in
		pkg/siglet/files.c | pkg/siglet/pattern.c | pkg/siglet/credential.c | pkg/siglet/signing.c | \
			pkg/siglet/made.c | pkg/siglet/surroundings.c | pkg/siglet/trust_store.c | pkg/siglet/anchors.c | \
			pkg/siglet/audit.c | pkg/siglet/auditor.c | pkg/siglet/watch.c | pkg/siglet/repository.c | \
			pkg/siglet/fetch.c | pkg/siglet/heads.c | pkg/siglet/scitt.c) continue ;;
		esac
		nm -u "$B/${source%.c}.o" | awk '{ print $NF }' |
			grep -xE 'getenv|time|clock_gettime|fopen|open|openat|read|socket|printf|__printf_chk|dlopen|siglet_sys_.*' |
			sed "s|^|$source: |"
	done
}

# Writable data in the library would be state shared by threads: only the two static errors are.
mutable_globals() {
	for room in $rooms; do
		for object in "$B/pkg/$room"/*.o; do
			nm -f sysv "$object" | awk -F'|' -v o="$object" '{ gsub(/ /, "") } $7 ~ /^(\.data|\.bss|\*COM\*|\.data\.rel(\.local)?)$/ { print o ": " $1 }'
		done
	done | grep -vE 'pkg/base/err\.o: (siglet_err_unset|siglet_err_no_memory)$' | grep -vE ': (__|\.|_)'
}

header_compiles_alone() {
	for header in pkg/*/*.h; do
		echo "#include \"${header#pkg/}\"" >"$tmp/alone.c"
		${CC:-cc} -std=c17 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic -Werror -Ipkg -fsyntax-only "$tmp/alone.c" || echo "$header"
	done
}

# The exports, the version script and the public header name the same functions.
header_functions() {
	tr '\n' ' ' <pkg/siglet/siglet.h | grep -oE 'SIGLET_(API|CHECKED) [^;]*' | grep -oE 'siglet_[a-z0-9_]+\(' | tr -d '(' |
		grep -v '^siglet_matcher$' | sort -u
}
same_exports() {
	header_functions >"$tmp/header"
	grep -oE 'siglet_[a-z0-9_]+' pkg/siglet/siglet.map | sort -u >"$tmp/map"
	nm -D --defined-only "$B/libsiglet.so" | awk '$2 == "T" { sub(/@.*/, "", $3); print $3 }' | sort -u >"$tmp/so"
	diff "$tmp/header" "$tmp/map" && diff "$tmp/header" "$tmp/so"
}
other_exports() {
	nm -D --defined-only "$B/libsiglet.so" | awk '$2 ~ /^[A-Z]$/ && $2 != "T" && $2 != "A" { print }'
}

verify_archive_is_enough() {
	cat >"$tmp/embed.c" <<'C'
#include <siglet/siglet.h>
int main(void)
{
	siglet_trust *trust = NULL;
	siglet_error *error = siglet_trust_shipped("public", &trust);
	siglet_expectation *expect = NULL;
	siglet_result *result = NULL;
	if (error == NULL)
		error = siglet_expectation_new(trust, &expect);
	if (error == NULL)
		error = siglet_expectation_set(expect, SIGLET_EXPECT_GITHUB, "acme/app");
	if (error == NULL)
		error = siglet_verify_digest(trust, expect, "sha256:00", "{}", 2, &result);
	const int refused = error == NULL && !siglet_result_accepted(result);
	siglet_error_free(error);
	siglet_result_free(result);
	siglet_expectation_free(expect);
	siglet_trust_free(trust);
	return refused ? 0 : 1;
}
C
	case $B in
	*asan*) set -- -fsanitize=address,undefined ;;
	*cov*) set -- --coverage ;;
	*) set -- ;;
	esac
	# shellcheck disable=SC2046
	${CC:-cc} -std=c17 -Ipkg "$@" -o "$tmp/embed" "$tmp/embed.c" "$B/libsiglet-verify.a" \
		$(pkg-config --libs libcrypto json-c) && "$tmp/embed"
}
no_other_library() {
	readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -vE '^lib(crypto|json-c|c|asan|ubsan|gcov)\.so|^ld-linux|^libpthread|^libdl'
}
# What is loaded when it is needed has its library behind it and nothing of ours.
needs_only() {
	readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -vE "^($2|libc|libpthread|libasan|libubsan|libtsan|libgcov)\.so|^ld-linux"
	nm -D "$1" | awk '$(NF-1) == "U" && $NF ~ /^siglet_/'
	nm -D --defined-only "$1" | awk '$2 ~ /^[A-Z]$/ && $2 != "A" && $3 != entry' entry="$3" | grep -v ' __gcov\| __asan\| __odr_asan'
}
cbor_free() {
	nm "$B/libsiglet-verify.a" 2>/dev/null | grep -E ' U (cbor|curl|sqlite3|pcre2)_'
}

ok 'every room uses only rooms below it' empty layer_violations
ok 'no room includes the internal header of another' empty internal_violations
ok 'a third-party library is included by the room that wraps it' empty library_violations
ok 'pkg/LAYERS names every room there is' sh -c 'ls -d pkg/*/ | sed "s|pkg/||; s|/||" | sort >"$0/a"; grep -v "^#" pkg/LAYERS | sort >"$0/b"; diff "$0/a" "$0/b"' "$tmp"
if [ -f "$B/pkg/base/err.o" ]; then
	case $B in
	*asan* | *cov* | *tsan*) skip 'the objects of an instrumented build hold more than ours' ;;
	*)
		ok 'the pure part asks nothing of the world' empty impure_symbols
		ok 'the library has no mutable globals' empty mutable_globals
		;;
	esac
	ok 'public header, version script and exports agree' same_exports
	ok 'the shared library exports functions only' empty other_exports
	ok 'libsiglet-verify.a links with OpenSSL and json-c alone' verify_archive_is_enough
	ok 'the program needs libcrypto and json-c only' empty no_other_library "$B/siglet"
	ok 'the shared library needs libcrypto and json-c only' empty no_other_library "$B/libsiglet.so"
	ok 'libsiglet-net.so.0 needs libcurl only' empty needs_only "$B/libsiglet-net.so.0" libcurl siglet_net_functions
	ok 'libsiglet-db.so.0 needs SQLite only' empty needs_only "$B/libsiglet-db.so.0" libsqlite3 siglet_db_functions
	if [ -f "$B/libsiglet-cose.so.0" ]; then
		ok 'libsiglet-cose.so.0 needs libcbor only' empty needs_only "$B/libsiglet-cose.so.0" libcbor siglet_cose_functions
	else
		skip 'built without COSE'
	fi
	ok 'no verify object refers to CBOR, HTTP, SQL or patterns' empty cbor_free
else
	skip 'nothing is built yet'
fi
ok 'each header compiles alone' empty header_compiles_alone
done_testing
