# For tests of what is packed: . tests/install/snapshot.sh
# shellcheck shell=sh

# snapshot FOLDER [TAG]: the project as it stands now, as a commit of a checkout of its own. Its identifier
# hangs on the files alone.
snapshot() {
	mkdir -p "$1" && git ls-files -z --cached --others --exclude-standard | tar --null --verbatim-files-from -T - -cf - | tar -C "$1" -xf - && (
		unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
		GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
		GIT_AUTHOR_NAME=tests GIT_AUTHOR_EMAIL=tests@siglet.invalid GIT_AUTHOR_DATE='2026-01-02T03:04:05Z'
		GIT_COMMITTER_NAME=tests GIT_COMMITTER_EMAIL=tests@siglet.invalid GIT_COMMITTER_DATE='2026-01-02T03:04:05Z'
		export GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_AUTHOR_DATE \
			GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL GIT_COMMITTER_DATE
		cd "$1" && git init -q && git add -A && git commit -q -m snapshot && { [ -z "${2:-}" ] || git tag "$2"; }
	)
}

# make_in FOLDER ARGUMENT...: make there, as if nobody had called make here. What it says is shown when it fails.
make_in() {
	make_folder=$1
	shift
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u B make -s -C "$make_folder" "$@" >"$make_folder.log" 2>&1 ||
		{ tail -n 30 "$make_folder.log"; return 1; }
}
