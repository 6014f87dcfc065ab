# For tests with peers: . tests/interop/lib.sh, then the peer's own part.
# shellcheck shell=sh disable=SC1091,SC2034
. tests/lib/tap.sh
: "${B:=build}" "${SIGLET:=$B/siglet}" "${SANDBOX:=$B/siglet-sandbox}"
for name in B SIGLET SANDBOX; do
	eval "case \$$name in /*) ;; *) $name=\$PWD/\$$name ;; esac"
done
here=$PWD/tests/interop
unset CI GITHUB_ACTIONS GITLAB_CI
WHO=https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main
ISSUER=https://token.actions.githubusercontent.com
mkdir -p "$B/interop"

skip_all() {
	skip "$1"
	done_testing
	exit
}
# Refused, and not failed for another reason.
refused() {
	status=0
	"$@" || status=$?
	[ "$status" = 1 ]
}
# A folder of its own, with what is to be signed; a HOME too, since peers keep things there.
enter_folder() {
	tmp=$(mktemp -d)
	trap 'rm -rf "$tmp"' EXIT
	cd "$tmp" || exit 1
	HOME=$tmp
	export HOME
	echo 'to be signed' >one
	echo '{}' >predicate
}
