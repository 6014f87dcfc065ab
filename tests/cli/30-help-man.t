#!/bin/sh
# Help, manual, completions and other text name the same options.
. tests/cli/lib.sh

# Names of options, sorted, one a line.
of_help() { "$SIGLET" help "$1" | grep -oE '^  ( {3} |-., )--[a-z-]+' | grep -oE '[-]-[a-z-]+' | sort -u; }
of_man() { sed -n '/^\.It Fl/p' "docs/man/siglet-$1.1" | grep -oE 'Fl Fl [a-z-]+' | sed 's/Fl Fl /--/' | sort -u; }
letters_of_help() { "$SIGLET" help "$1" | grep -oE '^  -[a-z],' | tr -d ' ,' | sort; }
letters_of_man() { sed -n '/^\.It Fl/p' "docs/man/siglet-$1.1" | grep -oE '^\.It Fl [a-z]( |$)' | sed 's/.It Fl /-/; s/ //' | sort; }
of_bash() { "$SIGLET" completion bash | sed -n "/^	$1:\\*)/,/;;/p" | grep -oE '[-]-[a-z-]+' | sort -u; }
of_zsh() { "$SIGLET" completion zsh | sed -n "/^	$1)/,/;;/p" | grep -oE "'\\*?--[a-z-]+" | grep -oE '[-]-[a-z-]+' | sort -u; }
of_fish() { "$SIGLET" completion fish | grep "seen_subcommand_from $1'" | sed -n 's/.* -l \([a-z-]*\).*/--\1/p' | sort -u; }
same() {
	of_help "$1" >"$tmp/help"
	"$2" "$1" >"$tmp/other"
	[ -s "$tmp/help" ] && diff "$tmp/help" "$tmp/other"
}
same_letters() {
	letters_of_help "$1" >"$tmp/help"
	letters_of_man "$1" >"$tmp/other"
	diff "$tmp/help" "$tmp/other"
}

for verb in sign attest verify publish fetch inspect convert audit trust whoami; do
	ok "$verb: the manual has the options of the help" same $verb of_man
	ok "$verb: and their letters" same_letters $verb
done
for verb in sign attest verify publish fetch inspect convert audit trust whoami version help completion; do
	ok "$verb: bash completes the options of the help" same $verb of_bash
	ok "$verb: zsh does" same $verb of_zsh
	ok "$verb: fish does" same $verb of_fish
	ok "siglet(1) names $verb" grep -q "^\\.It Cm $verb" docs/man/siglet.1
done
widest() {
	for verb in sign attest verify publish fetch inspect convert audit trust whoami version help completion; do "$SIGLET" help "$verb"; done |
		awk '{ if (length > w) w = length } END { print w }'
}
ok 'help fits 80 columns' test "$(widest)" -le 80
ok 'there are as many options as the table has' test "$(of_help verify | wc -l)" -ge 38

if command -v mandoc >/dev/null; then
	for page in docs/man/*.1; do
		ok "$page is clean" mandoc -T lint -W warning "$page"
	done
else
	skip 'no mandoc here'
fi
done_testing
