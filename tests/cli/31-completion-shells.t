#!/bin/sh
# Completions work in the shells that are here.
# shellcheck disable=SC2016
. tests/cli/lib.sh

gives 'no shell' 2 completion
gives 'another shell' 2 completion csh
err 'says which there are' 'bash, zsh or fish'

for shell in bash zsh fish; do
	gives "a script for $shell" 0 completion "$shell"
	cp "$tmp/out" "$tmp/script.$shell"
	if command -v "$shell" >/dev/null; then
		ok "which $shell can read" "$shell" -n "$tmp/script.$shell"
	else
		skip "no $shell here"
	fi
done

# bash_gives WORD...: what completes the last of these words.
bash_gives() {
	bash --norc -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
compopt() { :; }
_siglet; printf "%s\n" "${COMPREPLY[@]}"' bash "$tmp/script.bash" "$@"
}
completes() {
	want=$1
	shift
	bash_gives "$@" | sort | tr '\n' ' ' >"$tmp/got"
	[ "$(cat "$tmp/got")" = "$want " ] || { cat "$tmp/got"; return 1; }
}
if command -v bash >/dev/null; then
	ok 'verbs' completes 'verify version' siglet ver
	ok 'options' completes '--identity --identity-regex' siglet verify --ident
	ok 'words behind an option' completes 'public' siglet verify --instance pu
	ok 'shells' completes 'bash' siglet completion b
	ok 'files' completes 'README.md' siglet verify READ
	ok 'files behind an option' completes 'README.md' siglet verify --bundle READ
	ok 'folders behind another' completes 'testdata' siglet verify --recursive testd
	ok 'nothing where nothing is known' completes '' siglet verify --github READ
fi
if command -v fish >/dev/null; then
	ok 'fish completes options' sh -c 'HOME="$1" fish -c "source $0; complete -C\"siglet verify --ident\"" | grep -q identity-regex' \
		"$tmp/script.fish" "$tmp"
fi
if command -v zsh >/dev/null; then
	ok 'zsh loads its script' zsh -f -c 'autoload -U compinit; compinit -D; . "$1"; [ "$_comps[siglet]" = _siglet ]' zsh "$tmp/script.zsh"
fi
done_testing
