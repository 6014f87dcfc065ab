# The linters of tests/ci, by their names and versions, in a folder of the build: . tests/ci/tools.sh, then need_… NAME.
# Nothing is installed twice, nor by two tests at once. Status 1: not to be had here, and $missing says why.
# shellcheck shell=sh disable=SC2034
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

# Groovy's own jar, which is in GROOVY_JAR then.
GROOVY=4.0.33
GROOVY_JAR=$TOOLS/groovy-$GROOVY.jar
export GROOVY_JAR
install_groovy() { mvn -q -B dependency:copy -Dartifact=org.apache.groovy:groovy:$GROOVY -DoutputDirectory="$TOOLS"; }
need_groovy() {
	command -v java >/dev/null && command -v mvn >/dev/null || { missing='Groovy needs Java and Maven, which are not here' && return 1; }
	once groovy install_groovy
}

install_tekton() { npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$TOOLS/tekton" @ibm/tekton-lint@1.1.0; }
need_tekton() {
	command -v npm >/dev/null || { missing='tekton-lint needs npm, which is not here' && return 1; }
	once tekton install_tekton
}
