#!/bin/sh
# Write what is shipped as C arrays, so that the program needs no file of its own at run time.
# Usage: embed.sh roots|anchors FOLDER > HEADER, with FOLDER/{public-good,staging,github}/trusted_root.json and root.json
# (the anchor of updates), and of the first two signing_config.json
set -eu

array() {
	printf 'static const uint8_t %s[] = {\n' "$1"
	od -An -v -tx1 "$2" | sed -e 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
	printf '};\n'
}

# What there is to know of an anchor without reading it.
facts() {
	printf '#define %s_VERSION %s\n' "$1" "$(sed -n 's/^ *"version": *\([0-9]*\).*/\1/p' "$2")"
	printf '#define %s_EXPIRES "%s"\n' "$1" "$(sed -n 's/^ *"expires": *"\([^"]*\)".*/\1/p' "$2")"
}

printf '/* Made by pkg/siglet/embed.sh from third_party_certs/; do not edit. */\n'
case $1 in
roots)
	array public_root "$2/public-good/trusted_root.json"
	array staging_root "$2/staging/trusted_root.json"
	array github_root "$2/github/trusted_root.json"
	array public_config "$2/public-good/signing_config.json"
	array staging_config "$2/staging/signing_config.json"
	;;
anchors)
	printf '#define RETRIEVED "%sT00:00:00Z"\n' "$(sed -n 's/.*Retrieved on \([0-9-]*\)\..*/\1/p' "$2/README.md")"
	array public_anchor "$2/public-good/root.json"
	facts PUBLIC "$2/public-good/root.json"
	array staging_anchor "$2/staging/root.json"
	facts STAGING "$2/staging/root.json"
	array github_anchor "$2/github/root.json"
	facts GITHUB "$2/github/root.json"
	;;
esac
