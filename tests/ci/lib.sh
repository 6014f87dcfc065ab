# For tests of docs/ci: . tests/ci/lib.sh runs the rest of the test inside a sandbox that stands in the public instance's
# place, with an artifact repository (nginx), a team's project, and an archive of siglet for its jobs to install. AS is
# whose token the service gives. Runs in $tmp/box.
# shellcheck shell=sh disable=SC1091,SC2034,SC2154
. tests/cli/sandbox.sh
rm -rf "$tmp"
unset SIGSTORE_ID_TOKEN
. tests/cli/nginx.sh
play_runs=0 settings="" release_variable=REPOSITORY_URL
SIGLET_TRUST_CONFIG=$TRUST_CONFIG
export SIGLET_TRUST_CONFIG
if ! python3 -c 'import yaml' 2>/dev/null; then
	skip 'no PyYAML here'
	done_testing
	exit 0
fi

# ---- what a team has ----

# The archive, as docs/ci/README.md has it made, of what was built already: tests/ci/01-archive.t does it by the book.
mkdir -p archive/siglet/bin archive/siglet/lib "$web/root/tools"
cp "$SIGLET" archive/siglet/bin/
cp "$(dirname "$SIGLET")"/libsiglet-net.so.0 archive/siglet/lib/
tar -C archive -czf "$web/root/tools/siglet.tar.gz" siglet
SIGLET_URL=$repo/tools/siglet.tar.gz
SIGLET_SHA256=$(sha256sum <"$web/root/tools/siglet.tar.gz" | cut -d' ' -f1)

# Readers need no password there, writers do.
RELEASES=$repo/half/app
REPOSITORY_TOKEN='ci:pa:ss w0rd'

# The project: a build, which gives a file a name that a URL can't have as it stands, and a deploy that leaves word of what it got.
mkdir -p project/ci
cat >project/ci/build.sh <<'B'
set -eu
mkdir dist
echo "the program" >dist/app-1.0.tar
echo "its manual" >"dist/manual (100%).pdf"
B
cat >project/ci/deploy.sh <<B
set -eu
(cd "\$1" && sha256sum -c SHA256SUMS >/dev/null && cat app-1.0.tar "manual (100%).pdf") >>"$tmp/deployed"
B
# install_in_project TEMPLATE PATH: the file where the service looks for it.
install_in_project() {
	mkdir -p "project/$(dirname "$2")"
	cp "$PROJECT/docs/ci/$1" "project/$2"
}

# Services with containers: a machine of their own for each stage, where apt-get may be called.
mkdir -p image/bin
cat >image/bin/apt-get <<A
#!/bin/sh
echo "apt-get \$*" >>"$tmp/apt"
A
chmod +x image/bin/apt-get
in_containers="--machine PATH=$PWD/image/bin:/usr/local/bin:/usr/bin:/bin"

# ---- runs ----

# play PROVIDER [OPTION...]: a run of the template; what play.py said is in ../out, its folder is $run. Each gets a new
# folder in the repository, $release, unless $keep_release is set; $settings are more options.
play() {
	play_runs=$((play_runs + 1))
	run=$tmp/runs/$play_runs
	mkdir -p "$tmp/runs"
	[ -n "${keep_release:-}" ] || release=$RELEASES/$play_runs
	play_provider=$1
	shift
	# shellcheck disable=SC2086
	set -- --in "$run" --project "$PWD/project" \
		--set "SIGLET_URL=$SIGLET_URL" --set "SIGLET_SHA256=$SIGLET_SHA256" --set "$release_variable=$release" \
		--give "number=${keep_release:-$play_runs}" --secret "REPOSITORY_TOKEN=$REPOSITORY_TOKEN" $settings "$@" "$play_provider" "${template:-}"
	[ -n "${own_instance:-}" ] || set -- --machine "SIGLET_TRUST_CONFIG=$TRUST_CONFIG" "$@"
	[ -z "${LD_LIBRARY_PATH:-}" ] || set -- --machine "LD_LIBRARY_PATH=$LD_LIBRARY_PATH" "$@"
	[ -z "${ASAN_OPTIONS:-}" ] || set -- --machine "ASAN_OPTIONS=$ASAN_OPTIONS" "$@"
	rm -f "$tmp/deployed"
	status=0
	PYTHONDONTWRITEBYTECODE=1 python3 "$PROJECT/tests/ci/play.py" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
}

# passes CLAIM PROVIDER [OPTION...]: all stages pass, and what was built is deployed.
passes() {
	passes_claim=$1
	shift
	play "$@"
	ok "$passes_claim" has_passed
}
has_passed() {
	[ "$status" = 0 ] && [ "$(cat "$tmp/deployed")" = "$(printf 'the program\nits manual')" ] || logs
}

# stops CLAIM STAGE MESSAGE PROVIDER [OPTION...]: that stage fails and says so, those after it are skipped, nothing is deployed.
stops() {
	stops_claim=$1 stops_stage=$2 stops_message=$3
	shift 3
	play "$@"
	ok "$stops_claim" has_stopped
}
has_stopped() {
	[ "$status" = 1 ] && grep -qx "$stops_stage: failed" "$tmp/out" && grep -qE -e "$stops_message" "$run/$stops_stage.log" &&
		[ ! -e "$tmp/deployed" ] && sed "1,/^$stops_stage: failed\$/d" "$tmp/out" | { ! grep -v ': skipped$'; } || logs
}
logs() {
	cat "$tmp/out" "$tmp/err"
	tail -n 15 "$run"/*.log
	return 1
}

# knows STAGE PATTERN: a variable of a step of that stage in the last run is such a line; knows_not: of none.
knows() { grep -hE -e "$2" "$run/$1".*.env || { cat "$run/$1".*.env; return 1; }; }
knows_not() { ! knows "$1" "$2"; }
# Neither a token, nor what gives tokens, nor what may write to the repository.
holds_no_secret() { ! grep -hE -e "$SECRETS" "$run/$1".*.env; }
SECRETS="eyJ|pa:ss|runner-secret|step-secret|ID_TOKEN|ACCESS_?TOKEN|REQUEST_TOKEN|REPOSITORY_TOKEN"
not() { ! "$@"; }

# use_own_instance: jobs are not told of the sandbox, as they would know the public instance; it is the team's own, whose
# root.json lies in the project.
use_own_instance() {
	own_instance=1
	curl -fsS -o project/ci/sigstore-root.json "$SIGLET_SANDBOX_URL/tuf/1.root.json"
	settings="$settings --set SIGSTORE_TUF_URL=$SIGLET_SANDBOX_URL/tuf"
}

# in_release NAME: where that file of the release lies on the server's disk.
in_release() { find "$web/root/${release#"$repo/"}" -name "$1"; }

# stands PROVIDER: what every pipeline must do, and must not. The test has set the rest.
stands() {
	passes 'a release' "$1"
	stands_first=$play_runs
	ok 'it was built there' built
	ok 'each file has its bundle beside it' test "$(find "$web/root/${release#"$repo/"}" -type f | wc -l)" = "${published:-8}"
	ok 'the stage that builds holds no secret' holds_no_secret build
	ok 'nor does the one that verifies' holds_no_secret verify
	ok 'nor the one that deploys' holds_no_secret deploy

	stops 'an artifact changed after it was signed' verify 'refused' "$1" \
		--tamper 'after sign' 'echo changed >"$(find '"$web/root/half/app/$((play_runs + 1))"' -name app-1.0.tar)"'
	stops 'the bundle of another artifact beside it' verify 'refused' "$1" \
		--tamper 'after sign' 'cd "$(dirname "$(find '"$web/root/half/app/$((play_runs + 1))"' -name app-1.0.tar)")"
			cp manual*.pdf.sigstore.json app-1.0.tar.sigstore.json'
	stops 'another signed file by that name, with its bundle' verify 'app-1.0.tar: FAILED' "$1" \
		--tamper 'after sign' 'cd "$(dirname "$(find '"$web/root/half/app/$((play_runs + 1))"' -name app-1.0.tar)")"
			cp manual*.pdf app-1.0.tar; cp manual*.pdf.sigstore.json app-1.0.tar.sigstore.json'
	stops 'a page for people in place of a bundle' verify 'web page' "$1" \
		--tamper 'after sign' 'echo "<html>Log in" >"$(find '"$web/root/half/app/$((play_runs + 1))"' -name app-1.0.tar.sigstore.json)"'
	stops 'an artifact that is gone' verify 'manual' "$1" \
		--tamper 'after sign' 'rm "$(find '"$web/root/half/app/$((play_runs + 1))"' -name "manual*.pdf")"'
	# Where certificates name the commit, what is of this one is no older release.
	[ -n "${published:-}" ] || stops 'an older release in place of this one' verify 'this is release' "$1" \
		--tamper 'after sign' 'cd '"$web/root/half/app"' && find '"$stands_first"' -type f -exec sh -c '"'"'cp "$1" "$(find '"$((play_runs + 1))"' -name "${1##*/}")"'"'"' sh {} ";"'
	stops 'a list of another length' verify 'refused' "$1" \
		--tamper 'after sign' 'f=$(find '"$web/root/half/app/$((play_runs + 1))"' -name SHA256SUMS); head -n 1 "$f" >'"$tmp/short"'; cp '"$tmp/short"' "$f"'

	stops 'an archive of siglet that is another' sign 'FAILED' "$1" --set "SIGLET_SHA256=$(echo another | sha256sum | cut -d' ' -f1)"
	stops 'one that is not there' sign '404' "$1" --set "SIGLET_URL=$repo/tools/none.tar.gz"
	stands_empty "$1" SIGLET_URL
	stands_empty "$1" SIGLET_SHA256
	stands_empty "$1" "$release_variable"
	stops 'no credential for the repository' sign 'is empty: set it to what may write to the artifact repository' "$1" --secret REPOSITORY_TOKEN=
	ok 'nothing is published' test ! -e "$web/root/${release#"$repo/"}"
	stops 'another one' sign 'answered 401' "$1" --secret REPOSITORY_TOKEN=ci:guess

	# Two jobs for one name: the first has it.
	play "$1"
	sed -i 's/the program/another program/' project/ci/build.sh
	keep_release=$play_runs
	stops 'another job publishes the same names' sign 'refused: .* is there already, and is another' "$1"
	keep_release=
	sed -i 's/another program/the program/' project/ci/build.sh
	ok 'what the first published stays' grep -qx 'the program' "$(in_release app-1.0.tar)"

	cp project/ci/build.sh ../build.sh
	echo 'echo no compiler; exit 1' >project/ci/build.sh
	stops 'a build that fails' build 'no compiler' "$1"
	# What builds must not choose which files of the next stage are published: a link could lead to its token.
	after_build 'ln -s /etc/passwd "${DIST:-dist}/link"'
	play "$1"
	ok 'one that leaves a symbolic link is not released' has_released_nothing
	after_build 'rm dist/*'
	play "$1"
	ok 'nor one that leaves nothing' has_released_nothing
	after_build '(cd dist && sha256sum -- * >SHA256SUMS)'
	passes 'one that makes a list of its own is' "$1"
	mv ../build.sh project/ci/build.sh
}
# after_build COMMAND: the build ends with it.
after_build() { { cat ../build.sh && echo "$1"; } >project/ci/build.sh; }
has_released_nothing() { [ "$status" = 1 ] && [ ! -e "$tmp/deployed" ] && [ ! -e "$web/root/${release#"$repo/"}" ] || logs; }
# What is built lies somewhere in the folder of that stage.
built() { find "$run/build/work" -name app-1.0.tar 2>/dev/null | grep .; }
# stands_empty PROVIDER VARIABLE: it is empty, and nothing is built; $empty_stage says so, in the words of $empty_message.
stands_empty() {
	stops "an empty $2" "${empty_stage:-build}" "${empty_message:-$2: is empty}" "$1" --set "$2="
	ok '  before anything is built' not built
}
