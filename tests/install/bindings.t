#!/bin/sh
# The bindings for Python, Node.js and Go, each against the installed library: a real bundle, one of the sandbox's, what
# was changed, what makes no sense, and what threads and collectors do to those that are held.
. tests/lib/tap.sh
. tests/cli/demo.sh
: "${B:=build}"
root=$PWD
case $B in /*) ;; *) B=$root/$B ;; esac

skip_all() {
	skip "$1"
	done_testing
	exit
}
case $B in
*asan* | *tsan* | *cov*) skip_all 'an instrumented build is not for installing' ;;
esac

prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
mkdir -p "$B/bindings"
DEMO=$root/$DEMO_ARTIFACT HEADER=$root/pkg/siglet/siglet.h
CONFIG=$prefix/config SIGNED=$prefix/signed
WHO=https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main ISSUER=$DEMO_ISSUER
export DEMO HEADER CONFIG SIGNED WHO ISSUER PYTHONDONTWRITEBYTECODE=1
unset SIGLET_TRUST_CONFIG SIGSTORE_ID_TOKEN PYTHONPATH NODE_OPTIONS GOFLAGS LD_LIBRARY_PATH
XDG_CACHE_HOME=$prefix/cache
export XDG_CACHE_HOME PKG_CONFIG_PATH="$prefix/lib/pkgconfig"

# installed COMMAND...: where the library is found.
installed() { LD_LIBRARY_PATH=$prefix/lib "$@"; }
# says WORDS COMMAND...: the command fails, and with these words.
says() {
	says_words=$1
	shift
	says_output=$("$@" 2>&1) && return 1
	printf '%s\n' "$says_output"
	printf '%s\n' "$says_output" | grep -qF "$says_words"
}
is_there() { ldconfig -p 2>/dev/null | grep -qF libsiglet.so.1; }

sign_one() {
	echo 'signed in the sandbox' >"$SIGNED"
	# shellcheck disable=SC2016
	env -u LD_LIBRARY_PATH "$prefix/bin/siglet-sandbox" run -- sh -c 'cp "$SIGLET_TRUST_CONFIG" "$0" && "$1" sign --quiet "$2"' \
		"$CONFIG" "$prefix/bin/siglet" "$SIGNED"
}
# Another library by the same name: of an older version, or without a function.
fake_library() {
	mkdir -p "$prefix/$1"
	{
		[ "$1" = partial ] || sed -n 's/^\t\(siglet_[a-z0-9_]*\);/void \1(void);void \1(void) {}/p' pkg/siglet/siglet.map | grep -v siglet_version
		echo "const char *siglet_version(void); const char *siglet_version(void) { return \"$2\"; }"
	} >"$prefix/$1/fake.c"
	${CC:-cc} -shared -fPIC -o "$prefix/$1/libsiglet.so.1" "$prefix/$1/fake.c"
}
# with_library FOLDER COMMAND...
with_library() {
	with_folder=$prefix/$1
	shift
	LD_LIBRARY_PATH=$with_folder "$@"
}

ok 'make install' make -s install B="$B" PREFIX="$prefix"
ok 'the reference is installed' grep -q siglet_verify_with_options "$prefix/share/doc/siglet/reference.html"
ok 'a file is signed in the sandbox' sign_one
ok 'an older library is at hand' fake_library old 0.0.9
ok 'and one that lacks something' fake_library partial 0.1.0

# ---- Python: over ctypes ----
python_types() { "$venv/bin/mypy" --strict --cache-dir "$B/bindings/mypy" "$1"; }
# No network, and so no build backend: the package's files are what is tested then.
make_wheel() {
	rm -rf "$B/bindings/wheel" && mkdir -p "$B/bindings/wheel" && cp -r bindings/python "$B/bindings/wheel/source" &&
		"$venv/bin/pip" wheel --quiet --no-deps -w "$B/bindings/wheel" "$B/bindings/wheel/source"
}
wheel_is_pure() { python3 -m zipfile -l "$B"/bindings/wheel/*-py3-none-any.whl | grep -q siglet/py.typed; }
use_wheel() {
	"$venv/bin/pip" install --quiet --force-reinstall --no-index "$B"/bindings/wheel/*.whl &&
		(cd / && installed "$venv/bin/python" "$root/bindings/python/tests/test_siglet.py")
}
if ! command -v python3 >/dev/null; then
	skip 'no Python here'
else
	from_source=PYTHONPATH=$root/bindings/python/src
	ok 'Python: a real bundle, changed ones, and lifetimes' installed env "$from_source" python3 bindings/python/tests/test_siglet.py
	if is_there; then
		skip 'the library is installed on this system'
	else
		ok 'Python: without the library it says what to install' says 'Install libsiglet1 (Debian)' env "$from_source" python3 -c 'import siglet'
	fi
	ok 'Python: an older library is refused' says 'needs 0.1.0 or later' with_library old env "$from_source" python3 -c 'import siglet'
	ok 'Python: so is one that lacks something' says 'install a later one' with_library partial env "$from_source" python3 -c 'import siglet'
	venv=$B/bindings/python
	if [ -x "$venv/bin/mypy" ] || { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet mypy==2.4.1; } >"$B/bindings/pip.log" 2>&1; then
		ok 'Python: the types hold (mypy --strict)' python_types bindings/python
		ok 'Python: a wheel is made' make_wheel
		ok 'Python: it is of Python alone, and typed' wheel_is_pure
		ok 'Python: installed from it, the same holds' use_wheel
	else
		skip "pip could not install mypy (see $B/bindings/pip.log)"
	fi
fi

# ---- Node.js: a Node-API addon ----
node_folder=$B/bindings/node
headers=
node_build() {
	rm -rf "$node_folder" && cp -r bindings/node "$node_folder" &&
		(cd "$node_folder" && npm_config_nodedir=$headers npm install --no-audit --no-fund --offline)
}
node_tests() { PACKAGE=$node_folder node --expose-gc --test-reporter=tap bindings/node/test/siglet.test.js; }
node_load() { node -e 'require(process.argv[1])' "$node_folder"; }
node_types() {
	mkdir -p "$B/bindings/types/node_modules" && ln -sfn "$node_folder" "$B/bindings/types/node_modules/siglet" &&
		cp bindings/node/test/types.ts "$B/bindings/types/" &&
		echo '{"compilerOptions":{"noEmit":true,"strict":true,"module":"nodenext","target":"es2022","types":[]},"files":["types.ts"]}' \
			>"$B/bindings/types/tsconfig.json" && "$typescript/node_modules/.bin/tsc" -p "$B/bindings/types"
}
# Which cryptography libsiglet was bound to in a run, by the dynamic linker's account; with what was preloaded.
bound_to() {
	# shellcheck disable=SC2016
	installed env LD_DEBUG=bindings "LD_PRELOAD=$1" node -e 'require(process.argv[1]).verify(process.env.DEMO, { github: process.argv[2] }).then(() => console.log("good"))' \
		"$node_folder" "$DEMO_GITHUB" >"$prefix/bound" 2>&1 && grep -q '^good' "$prefix/bound" &&
		grep -F "file $prefix/lib/libsiglet.so.1 " "$prefix/bound" | grep -F "symbol \`EVP_" | sed 's/.* to \([^ ]*\) .*/\1/; s/.*libcrypto.*/its own/' | sort -u
}
by_its_own() { [ "$(bound_to '')" = 'its own' ]; }
by_one_alone() { bound_to "$prefix/malloc.so" >"$prefix/one" && [ "$(wc -l <"$prefix/one")" = 1 ]; }
other_malloc() {
	printf '#include <stddef.h>\nextern void *__libc_malloc(size_t);void *malloc(size_t n);void *malloc(size_t n) { return __libc_malloc(n); }\n' >"$prefix/malloc.c" &&
		${CC:-cc} -shared -fPIC -o "$prefix/malloc.so" "$prefix/malloc.c"
}
case $(node --version 2>/dev/null) in
v1[89].* | v[2-9][0-9].*)
	headers=$(node -p 'require("path").resolve(process.execPath, "../..")')
	;;
esac
if [ -z "$headers" ]; then
	skip 'no Node.js 18 or later here'
elif [ ! -f "$headers/include/node/node_api.h" ] || ! command -v npm >/dev/null; then
	skip "no npm, or no headers of Node.js in $headers/include/node"
else
	ok 'Node.js: npm builds the addon' node_build
	ok 'Node.js: a real bundle, changed ones, and lifetimes' installed node_tests
	if is_there; then
		skip 'the library is installed on this system'
	else
		ok 'Node.js: without the library it says what to install' says 'Install libsiglet1 (Debian)' node_load
	fi
	ok 'Node.js: an older library is refused' says 'needs 0.1 or later' with_library old node_load
	ok 'Node.js: so is one that lacks something' says 'install a later one' with_library partial node_load
	case $(node -p 'process.platform + process.report.getReport().header.glibcVersionRuntime') in
	linux2.*)
		ok 'Node.js: libsiglet does its cryptography by its own OpenSSL' by_its_own
		ok 'another malloc is at hand' other_malloc
		ok 'Node.js: with that, all of it is done by one OpenSSL' by_one_alone
		ok 'Node.js: with that, the same holds' env LD_PRELOAD="$prefix/malloc.so" LD_LIBRARY_PATH="$prefix/lib" PACKAGE="$node_folder" \
			node --expose-gc --test-reporter=tap bindings/node/test/siglet.test.js
		;;
	*) skip 'no glibc here, where libraries could be kept apart' ;;
	esac
	typescript=$B/bindings/typescript
	if [ -x "$typescript/node_modules/.bin/tsc" ] ||
		npm install --silent --no-audit --no-fund --prefix "$typescript" typescript@5.9.3 >"$B/bindings/npm.log" 2>&1; then
		ok 'Node.js: the types hold (tsc --strict)' node_types
	else
		skip "npm could not install TypeScript (see $B/bindings/npm.log)"
	fi
fi

# ---- Go: over cgo ----
in_go() { (cd bindings/go && GOFLAGS=-mod=mod installed "$@"); }
if ! command -v go >/dev/null || ! command -v pkg-config >/dev/null; then
	skip 'no Go here'
else
	ok 'Go: a real bundle, changed ones, and lifetimes' in_go go test -count=1 ./...
	ok 'Go: vet' in_go go vet ./...
	ok 'Go: the form' empty in_go gofmt -l .
fi

ok 'make uninstall' make -s uninstall B="$B" PREFIX="$prefix"
ok 'nothing is left' empty find "$prefix" -name '*siglet*' -type f -not -path "$prefix/old/*" -not -path "$prefix/partial/*" -not -path "$prefix/cache/*"
done_testing
