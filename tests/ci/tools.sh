# The linters of tests/ci, by their names and versions, in a folder of the build: . tests/ci/tools.sh, then need_… NAME.
# Nothing is installed twice, nor by two tests at once. Status 1: not to be had here, and $missing says why.
# shellcheck shell=sh
TOOLS=${B:-build}/ci-tools
case $TOOLS in /*) ;; *) TOOLS=$PWD/$TOOLS ;; esac
mkdir -p "$TOOLS"

# once NAME COMMAND...: unless that is there, with its log in NAME.log.
once() {
	once_name=$1
	shift
	[ ! -e "$TOOLS/$once_name.done" ] || return 0
	if (flock 9 && { [ -e "$TOOLS/$once_name.done" ] || "$@"; }) 9>"$TOOLS/lock" >"$TOOLS/$once_name.log" 2>&1; then
		: >"$TOOLS/$once_name.done"
	else
		missing="$once_name can't be installed here: $(tail -n 1 "$TOOLS/$once_name.log")"
		return 1
	fi
}

install_python() { python3 -m venv "$TOOLS/venv" && "$TOOLS/venv/bin/pip" install -q --disable-pip-version-check "$@"; }
need_yaml() { once yaml-linters install_python yamllint==1.38.0 check-jsonschema==0.39.0; }

install_actionlint() { GOBIN=$TOOLS/bin GOFLAGS=-mod=mod go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12; }
need_actionlint() {
	command -v go >/dev/null || { missing='actionlint needs Go, which is not here' && return 1; }
	once actionlint install_actionlint
}
