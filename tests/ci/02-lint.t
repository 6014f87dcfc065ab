#!/bin/sh
# docs/ci: what each service's own linter or schema says of its template.
# shellcheck disable=SC2154
. tests/lib/tap.sh
. tests/ci/tools.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
is_red() { ! "$@"; }

if need_yaml; then
	PATH=$TOOLS/venv/bin:$PATH
	# Not every pattern in these is one that the default understands.
	schema() { check-jsonschema --regex-variant nonunicode --builtin-schema "vendor.$1" "$2"; }
	# has_schema SCHEMA FILE LINE...: the file keeps to it, and would not with that line at its end.
	has_schema() {
		ok "$2 keeps to the schema $1" schema "$1" "docs/ci/$2"
		{ cat "docs/ci/$2" && printf '%s\n' "$3"; } >"$tmp/${2##*/}"
		ok '  and would not with another line' is_red schema "$1" "$tmp/${2##*/}"
	}
	ok 'every YAML file is well formed' yamllint --strict -c tests/ci/yamllint.yml docs/ci
	for workflow in pipeline release caller; do has_schema github-workflows github/$workflow.yml 'jobz: {}'; done
	for action in sign verify; do has_schema github-actions github/$action/action.yml 'run: x'; done
	has_schema azure-pipelines azure/azure-pipelines.yml 'stagez: []'
	has_schema gitlab-ci gitlab/gitlab-ci.yml 'sign: {script: [x], scripts: [x]}'
	has_schema circle-ci circleci/config.yml 'orbs: 3'
	has_schema buildkite buildkite/pipeline.yml 'notify: 3'
	for build in release deploy; do has_schema cloudbuild cloudbuild/$build.yaml 'images: 3'; done
	# That schema is older than audiences of one's own.
	sed '/oidc:$/{N;s/oidc:.*/oidc: true/}' docs/ci/bitbucket/bitbucket-pipelines.yml >"$tmp/bitbucket.yml"
	ok 'bitbucket-pipelines.yml keeps to its schema' schema bitbucket-pipelines "$tmp/bitbucket.yml"
	ok '  and would not with what it does not know' is_red schema bitbucket-pipelines docs/ci/bitbucket/bitbucket-pipelines.yml
	sed '1,/^---$/d' docs/ci/gitlab/templates/siglet.yml >"$tmp/component.yml"
	ok 'so does the body of the component' schema gitlab-ci "$tmp/component.yml"
else
	skip "$missing"
fi

if need_actionlint; then
	mkdir -p "$tmp/project/.github/workflows" "$tmp/project/.github/actions"
	(cd "$tmp/project" && git init -q .)
	cp docs/ci/github/*.yml "$tmp/project/.github/workflows/"
	cp -r docs/ci/github/sign "$tmp/project/.github/actions/siglet-sign"
	cp -r docs/ci/github/verify "$tmp/project/.github/actions/siglet-verify"
	ok 'actionlint finds nothing in the workflows' sh -c 'cd "$1" && "$2"' sh "$tmp/project" "$TOOLS/bin/actionlint"
	sed -i 's/repository-url: /repository-uri: /' "$tmp/project/.github/workflows/pipeline.yml"
	ok '  and would find an input that is none' is_red sh -c 'cd "$1" && "$2"' sh "$tmp/project" "$TOOLS/bin/actionlint"
else
	skip "$missing"
fi

if need_tekton; then
	tekton_lint() { "$TOOLS/tekton/node_modules/.bin/tekton-lint" "$1"; }
	ok 'tekton-lint finds nothing' tekton_lint docs/ci/tekton/pipeline.yaml
	sed '0,/- name: dist$/s//- name: dest/' docs/ci/tekton/pipeline.yaml >"$tmp/tekton.yaml"
	ok '  and would find a workspace that is none' is_red tekton_lint "$tmp/tekton.yaml"
else
	skip "$missing"
fi

# ---- what the shell says of all scripts ----
mkdir "$tmp/scripts"
scripts_of() {
	PYTHONDONTWRITEBYTECODE=1 python3 tests/ci/play.py --scripts "$tmp/scripts" --in "$tmp/none" --give number=1 --give token=x --give token_file=x --give flags=x \
		--give pin_file=x --set SIGLET_URL=https://x --set "SIGLET_SHA256=$(echo | sha256sum | cut -d' ' -f1)" --set REPOSITORY_URL=https://x/y \
		--secret REPOSITORY_TOKEN=x "$@"
}
if python3 -c 'import yaml' 2>/dev/null && command -v shellcheck >/dev/null; then
	for provider in github azure gitlab circleci buildkite bitbucket tekton; do ok "the scripts of $provider" scripts_of $provider; done
	ok 'those of the reusable workflow' scripts_of github caller.yml
	ok 'those of cloudbuild' scripts_of --set SIGNER=x cloudbuild
	if need_groovy; then
		for way in key instance; do ok "those of jenkins, with its $way" scripts_of --set WAY=$way --set SIGLET_KEY=$way jenkins; done
	else
		skip "$missing"
	fi
	ok 'there are all of them' test "$(ls "$tmp/scripts" | wc -l)" -ge 40
	ok 'shellcheck finds nothing in them' shellcheck -s sh -S info "$tmp"/scripts/*
else
	skip 'no PyYAML or no shellcheck here'
fi

# Of what installs siglet there is one way.
ways() { grep -rhE "$1" docs/ci --exclude=README.md | sed 's/^ *//; s/^	*//; s/\$\$/$/g; s/\$_SIGLET/$SIGLET/g' | sort -u; }
one_way() { [ "$(ways "$1" | wc -l)" = 1 ] || { ways "$1"; return 1; }; }
ok 'every template fetches the archive in the same way' one_way '^\s*curl '
ok 'checks it in the same way' one_way 'SHA256  .*sha256sum -c -'
ok 'and unpacks it in the same way' one_way '^\s*tar '
done_testing
