#!/bin/sh
# A signed list of checksums: first the list, then what it lists.
. tests/cli/lib.sh
cd "$tmp" || exit 1
make_key one
make_key other
mkdir -p m/sub beside
echo a >m/a
echo b >m/sub/b
echo out >beside/side
sum() { (cd m && sha256sum "$@"); }
zero=0000000000000000000000000000000000000000000000000000000000000000

# manifest CLAIM STATUS [OPTION]...: m/SUMS is signed, then verified with all that it lists.
manifest() {
	manifest_claim=$1 manifest_status=$2
	shift 2
	[ -n "${keep_bundle-}" ] || sign_by one m/SUMS
	gives "$manifest_claim" "$manifest_status" verify --manifest m/SUMS --key one.pub --tlog-threshold 0 "$@"
}
whole() {
	manifest "$1" 1
	err '… and the list with it' "^siglet: m/SUMS: refused: line 2: "
	no_out '… before any file is read'
}

sum a sub/b >m/SUMS
manifest 'a list and its files' 0
out 'the list first' '^m/SUMS: signed by'
out 'then each file' '^sub/b: listed in m/SUMS$'
err 'and a summary' '2 of 2 accepted'
manifest 'quietly' 0 -q
no_out 'says nothing'
no_err 'at all'
manifest 'with threads' 0 --jobs 8
manifest 'in JSON' 0 --json
json 'an object each' '[o["file"] for o in d] == ["m/SUMS", "a", "sub/b"] and all(o["verdict"] == "accepted" for o in d)'
json 'with the list and the digest' 'd[1]["manifest"] == "m/SUMS" and d[1]["digest"].startswith("sha256:")'
manifest 'a bundle that is named' 0 --bundle m/SUMS.sigstore.json
cp m/SUMS SUMS
cd m || exit 1
gives 'from its own folder' 0 verify --manifest SUMS --key ../one.pub --tlog-threshold 0
cd ..

echo changed >m/a
manifest 'a changed file' 1
err 'is named with both digests' '^siglet: a: refused: is sha256:[0-9a-f]{64}, not sha256:[0-9a-f]{64}'
out 'the others are still compared' '^sub/b: listed'
echo a >m/a
mv m/a m/gone
manifest 'a missing file' 1
err 'is refused' '^siglet: a: refused: no such file'
mkdir m/a
manifest 'a folder in its place' 3
rmdir m/a
ln -s gone m/a
manifest 'a link in its place' 3
err 'is not followed' 'symbolic link'
rm m/a
mv m/gone m/a
mv m/sub m/real
ln -s real m/sub
manifest 'a link on the way' 3
rm m/sub
mv m/real m/sub

keep_bundle=yes
sum a >m/SUMS
manifest 'a list that is not what was signed' 1
no_out 'is not believed'
err 'but refused' '^siglet: m/SUMS: refused: '
bundle_by other m/SUMS >m/SUMS.sigstore.json
manifest 'by another key' 1
no_out 'neither'
rm m/SUMS.sigstore.json
manifest 'without a bundle' 1
rm m/SUMS
manifest 'without a list' 3
keep_bundle=

: >m/SUMS
manifest 'an empty list' 1
err 'lists no file' 'lists no file'
{ sum a && sum a; } >m/SUMS
whole 'a file twice'
{ sum a && sum a | sed 's|a$|./a|'; } >m/SUMS
whole 'a file twice, spelled differently'
{ sum a && echo "$zero  a"; } >m/SUMS
whole 'a file with two digests'
{ sum a && echo "$zero  /etc/passwd"; } >m/SUMS
whole 'an absolute name'
{ sum a && sum ../beside/side; } >m/SUMS
whole 'a name that leads out'
{ sum a && echo "$zero  sub/../../beside/side"; } >m/SUMS
whole 'in a roundabout way'
{ sum a && echo "$zero  ."; } >m/SUMS
whole 'the folder itself'
{ sum a && echo "$zero a"; } >m/SUMS
whole 'one space'
{ sum a && echo "${zero}  "; } >m/SUMS
whole 'no name'
{ sum a && echo "00  b"; } >m/SUMS
whole 'a short digest'
{ sum a && echo "$zero$zero  b"; } >m/SUMS
whole 'a digest by another hash'
{ sum a && echo "SHA256 (b) = $zero"; } >m/SUMS
whole 'another format'
{ sum a && echo; } >m/SUMS
whole 'an empty line'
{ sum a && printf '%s  b\000c\n' "$zero"; } >m/SUMS
whole 'a NUL in a name'
{ sum a && printf '\\%s  b\\t\n' "$zero"; } >m/SUMS
whole 'an unknown escape'
{ sum a && printf '\\%s  b\\\n' "$zero"; } >m/SUMS
whole 'half an escape'

sum a | tr a-f A-F | sed 's/A$/a/' >m/SUMS
manifest 'digits in capitals' 0
{ echo '# sums' && sum -b a; } >m/SUMS
manifest 'a comment and binary marks' 0
sum a | tr -d '\n' >m/SUMS
manifest 'no newline at the end' 0
sum ./a | sed 's|./a|.//a|' >m/SUMS
manifest 'dots and slashes in a name' 0
odd=$(printf 'new\nline\\x')
echo odd >"m/$odd"
sum "$odd" >m/SUMS
manifest 'an escaped name' 0
out 'is harmless when it is printed' '^new.x0aline.*: listed'
cd "$PROJECT" || exit 1
done_testing
