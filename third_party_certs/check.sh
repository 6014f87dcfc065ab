#!/bin/sh
# Compare the SHA-256 of every file here with the table in README.md.
# Exit 0: all match. 1: a mismatch, a file that is missing, or one not in the table.
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")" || exit 1

digest() {
    if command -v sha256sum >/dev/null 2>&1; then
        sha256sum <"$1" | cut -d' ' -f1
    elif command -v shasum >/dev/null 2>&1; then
        shasum -a 256 <"$1" | cut -d' ' -f1
    else
        openssl dgst -sha256 -r <"$1" | cut -d' ' -f1
    fi
}

# "path sha256" of each row whose second column is 64 hex digits
table=$(awk -F'|' '{
    p = $2; s = $3
    gsub(/^[ \t`]+|[ \t`]+$/, "", p); gsub(/^[ \t`]+|[ \t`]+$/, "", s)
    if (length(s) == 64 && s !~ /[^0-9a-f]/) print p, s
}' README.md)

if [ -z "$table" ]; then
    echo "check.sh: no table in README.md" >&2
    exit 1
fi

good=0
bad=0
while read -r path want; do
    if [ ! -f "$path" ]; then
        echo "MISSING     $path" >&2
        bad=$((bad + 1))
        continue
    fi
    have=$(digest "$path")
    if [ "$have" = "$want" ]; then
        echo "ok          $path"
        good=$((good + 1))
    else
        echo "MISMATCH    $path: table $want, file $have" >&2
        bad=$((bad + 1))
    fi
done <<EOF
$table
EOF

files=$(find . -type f ! -path ./README.md ! -path ./check.sh | sed 's|^\./||' | sort)
while read -r path; do
    [ -n "$path" ] || continue
    rows=$(printf '%s\n' "$table" | awk -v p="$path" '$1 == p { n++ } END { print n + 0 }')
    if [ "$rows" -ne 1 ]; then
        echo "NOT LISTED  $path: $rows rows in the table, 1 wanted" >&2
        bad=$((bad + 1))
    fi
done <<EOF
$files
EOF

echo "$good ok, $bad bad"
[ "$bad" -eq 0 ]
