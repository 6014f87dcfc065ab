#!/bin/sh
# Write the shipped trust roots and signing configs as C arrays, so that the program needs no file of its own at run time.
# Usage: embed.sh FOLDER > HEADER, with FOLDER/{public-good,staging,github}/trusted_root.json, and of the first two
# signing_config.json
set -eu

array() {
	printf 'static const uint8_t %s[] = {\n' "$1"
	od -An -v -tx1 "$2" | sed -e 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
	printf '};\n'
}

printf '/* Made by pkg/siglet/embed.sh from third_party_certs/; do not edit. */\n'
array public_root "$1/public-good/trusted_root.json"
array staging_root "$1/staging/trusted_root.json"
array github_root "$1/github/trusted_root.json"
array public_config "$1/public-good/signing_config.json"
array staging_config "$1/staging/signing_config.json"
