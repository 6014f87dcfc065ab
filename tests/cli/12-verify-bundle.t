#!/bin/sh
# Which bundle, and which of several.
. tests/cli/lib.sh
cd "$tmp" || exit 1
make_key one
make_key other
echo text >file
ask() {
	ask_claim=$1 ask_status=$2
	shift 2
	gives "$ask_claim" "$ask_status" verify file --key one.pub --tlog-threshold 0 "$@"
}

ask 'no bundle' 1
bundle_by one file >file.sigstore.jsonl
ask 'file.sigstore.jsonl is found' 0
bundle_by other file >file.sigstore
ask 'file.sigstore is found before it, and decides' 1
cp file.sigstore.jsonl file.sigstore.json
ask 'file.sigstore.json is found before that' 0
bundle_by other file >file.sigstore.json
ask 'and decides, whatever else there is' 1
ask 'unless another is named' 0 --bundle file.sigstore.jsonl
echo '{}' >file.sigstore.json
ask 'a malformed one ends the search' 1
rm file.sigstore.json
ln -s nowhere file.sigstore.json
ask 'so does a link that leads nowhere' 3
rm file.sigstore.json file.sigstore

{ bundle_by other file && bundle_by one file; } >file.sigstore.jsonl
ask 'one good bundle of two is enough' 0
ask 'but not for --all' 1 --all
{ bundle_by one file && bundle_by one file; } >file.sigstore.jsonl
ask 'two good ones are' 0 --all
{ bundle_by other file && bundle_by other file; } >file.sigstore.jsonl
ask 'two bad ones are not enough' 1
{ bundle_by one file && echo '{}'; } >file.sigstore.jsonl
ask 'nor is a good one beside a malformed one' 1
awk -v line="$(bundle_by one file)" 'BEGIN { for (i = 0; i < 64; i++) print line }' >file.sigstore.jsonl
ask '64 bundles' 0 --all
bundle_by one file >>file.sigstore.jsonl
ask 'are the most' 1 --all
: >file.sigstore.jsonl
ask 'none is none' 1

bundle_by one file >bundle
input=bundle
ask 'a bundle from standard input' 0 --bundle -
input=/dev/null
ask 'which must hold one' 1 --bundle -
dd if=/dev/zero of=large bs=1048576 count=64 2>/dev/null
ask 'a bundle is not read without an end' 1 --bundle large
cd "$PROJECT" || exit 1
done_testing
