#!/bin/sh
# docs/guide.md: what it says to type, typed. The sandbox is in the public instance's place, and the artifact repository of
# the guide is an nginx of this test.
. tests/cli/sandbox.sh
rm -rf "$tmp"
. tests/cli/nginx.sh
guide=$PROJECT/docs/guide.md
case $B in /*) ;; *) B=$PROJECT/$B ;; esac
HOME=$tmp/home
REPOSITORY_TOKEN='ci:pa:ss w0rd'
export HOME REPOSITORY_TOKEN
mkdir "$HOME"
unset XDG_CACHE_HOME XDG_CONFIG_HOME XDG_STATE_HOME

# The reader stands in the source tree, which is not to be written to: this folder has what the guide takes of it.
cp -r "$PROJECT/docs" "$PROJECT/testdata" .

# commands TITLE: those of a section, one a line; readers may write to /half/ with a password, and read without.
commands() { sed -n "/^## $1\$/,/^## /s/^    //p" "$guide" | sed "s|https://repo.example|$repo/half|g"; }
# What has a real bundle is of the public instance; all else is of the sandbox.
trust_for() {
	SIGLET_TRUST_CONFIG=$TRUST_CONFIG
	export SIGLET_TRUST_CONFIG
	case $1 in *.conda*) unset SIGLET_TRUST_CONFIG ;; esac
}
typed=0
# One after the other in the same shell, as one types them; each ends as the guide says.
type_all() {
	commands "$1" >../commands
	ok "\"$1\" has commands" test -s ../commands
	while IFS= read -r line <&7; do
		expected=$(expr "$line" : '.*    # status \([0-9]\)$' || :)
		trust_for "$line"
		status=0
		eval "$line" </dev/null >"$tmp/out" 2>"$tmp/err" || status=$?
		ok "$line" has_status "${expected:-0}"
		typed=$((typed + 1))
	done 7<../commands
}

# ---- installed from a copy of what was built, since other tests install from it at the same time ----
copy=$(mktemp -d "$B/guide.XXXXXX")
trap 'stop_nginx; rm -rf "$copy" "$tmp"' EXIT
(cd "$B" && cp -al cmd pkg gen siglet siglet-sandbox libsiglet* "$copy/")
sed -n '/^Install siglet/,/^## /s/^    //p' "$guide" >../install
ok 'it is installed' sh -euc 'cd "$1" && B=$2 MAKEFLAGS=-s . "$3"' sh "$PROJECT" "$copy" "$tmp/install"
PATH=$HOME/.local/bin:$PATH
export PATH
ok 'what is typed is what was installed' test "$(command -v siglet)" = "$HOME/.local/bin/siglet"

unset CI
type_all 'I sign in a pipeline'
ok 'one file is there, the other is not' test -e app.tar -a ! -e other.tar
ok 'the copied pipeline is one' grep -q siglet-verify .github/workflows/pipeline.yml
type_all 'I download what others sign'
type_all 'I audit a log'
# Three are typed to install it.
ok 'all commands were typed' test "$typed" -ge 34 -a "$((typed + 3))" = "$(grep -c '^    ' "$guide")"
done_testing
