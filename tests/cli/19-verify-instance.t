#!/bin/sh
# Another instance altogether: certificates that its own authority issued, many at once.
. tests/cli/lib.sh
forge=${B:-build}/tests/gen/siglet-forge
if [ ! -x "$forge" ]; then
	skip 'siglet-forge is not built'
	done_testing
	exit
fi
"$forge" --out "$tmp/i" --fast --count 20 --seed cli >/dev/null || exit 1
identity=$(cat "$tmp/i/identity")
issuer=$(cat "$tmp/i/issuer")
mkdir "$tmp/files"
mv "$tmp"/i/artifact-* "$tmp/files"
who="--identity $identity --issuer $issuer --trusted-root $tmp/i/trusted_root.json"

# shellcheck disable=SC2086
{
	gives 'every file of it' 0 verify --recursive "$tmp/files" $who --jobs 4
	out 'is signed under its root' "signed by $identity .*; trust root: $tmp/i/trusted_root.json$"
	err 'all of them' '20 of 20 accepted'
	gives 'in JSON' 0 verify --recursive "$tmp/files" $who --json
	json 'with the root' "len(d) == 20 and all(o['verdict'] == 'accepted' and o['trustRoot'] == '$tmp/i/trusted_root.json' for o in d)"
	set -- "$tmp"/files/artifact-*[0-9]
	gives 'not under the public root' 1 verify "$1" --identity "$identity" --issuer "$issuer"
	cp "$1.sigstore.json" "$2.sigstore.json"
	gives 'a bundle of another file' 1 verify --recursive "$tmp/files" $who
	err 'is refused' "^siglet: $2: refused: "
	err 'and it alone' '19 of 20 accepted, 1 refused'

	mkdir "$tmp/m"
	cp "$1" "$tmp/m/one"
	(cd "$tmp/m" && sha256sum one >SUMS)
	"$forge" --out "$tmp/s" --fast --count 1 --seed cli --artifact "$tmp/m/SUMS" >/dev/null
	cp "$tmp"/s/*.sigstore.json "$tmp/m/SUMS.sigstore.json"
	gives 'a list that is signed with a certificate' 0 verify --manifest "$tmp/m/SUMS" $who
	out 'and what it lists' '^one: listed in '
	gives 'by somebody else' 1 verify --manifest "$tmp/m/SUMS" --identity x --issuer "$issuer" \
		--trusted-root "$tmp/i/trusted_root.json"
	no_out 'lists nothing'
}
done_testing
