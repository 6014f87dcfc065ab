#!/bin/sh
# siglet sign: files in, bundles out, and what verifies them.
. tests/cli/sandbox.sh
cd "$tmp" || exit 1
mkdir box && cd box || exit 1
echo one >one
printf '' >empty

gives 'a file is signed' 0 sign one
out 'the line says where it is logged' "^one.sigstore.json: signed, log http://127.0.0.1:[0-9]+ index [0-9]+$"
err 'and how a stranger verifies it' "^  siglet verify one --identity $WHO --issuer $ISSUER --trust-config "
sed -n 's/^  siglet //p' ../err >../command
ok 'the bundle stands beside the file, and nothing else' only empty one one.sigstore.json
ok 'for all to read' test "$(stat -c %a one.sigstore.json)" = 644
# The printed command is for a shell.
verify_printed() { sh -c "\"$SIGLET\" $(cat ../command)" >../out 2>../err; }
ok 'that command works' verify_printed
gives 'so does the short form' 0 verify one --github acme/app
gives 'somebody else is refused' 1 verify one --github acme/other
json_of() { python3 -c "import json,sys; b=json.load(open('$1')); sys.exit(0 if $2 else 1)"; }
ok 'the bundle is of the newest kind' json_of one.sigstore.json "b['mediaType'] == 'application/vnd.dev.sigstore.bundle.v0.3+json'"
ok 'with a certificate, an entry and a timestamp' json_of one.sigstore.json \
	"set(b['verificationMaterial']) == {'certificate', 'tlogEntries', 'timestampVerificationData'}"

gives 'an empty file too' 0 sign empty
gives 'which verifies' 0 verify empty --github acme/app
rm -f ./*.sigstore.json

# What is there stays there.
echo mine >one.sigstore.json
gives 'a bundle that is there is not replaced' 3 sign one
err 'it is named' 'one.sigstore.json: is there already'
err 'with what to do' '^  hint: --force'
ok 'and unharmed' grep -q mine one.sigstore.json
gives 'unless one says so' 0 sign --force one
gives 'then it verifies' 0 verify one --github acme/app
rm one.sigstore.json

# Outputs.
gives 'another name' 0 sign one -o ../other.json
gives 'verifies with it' 0 verify one --bundle ../other.json --github acme/app
gives 'another folder' 0 sign one empty --output-dir ..
ok 'gets them all' test -s ../one.sigstore.json -a -s ../empty.sigstore.json
gives 'one name for two files is an error' 2 sign one empty -o x
rm ../one.sigstore.json ../empty.sigstore.json
gives 'two names for one place are one' 2 sign one ../box/one --output-dir ..
err 'that is said' 'would be written twice'
input=one
gives 'from standard input to standard output' 0 sign - -o -
cp ../out ../stdin.json
gives 'is a bundle' 0 verify one --bundle ../stdin.json --github acme/app
gives 'standard input needs a name for its bundle' 2 sign -
input=/dev/null
gives 'a missing folder' 3 sign one -o none/x
gives 'a folder that is none' 3 sign one --output-dir one
gives 'a missing file' 3 sign two
err 'is named' 'two: no such file'
gives 'among others nothing is signed' 3 sign one two
gives 'a folder is no file' 3 sign .
gives 'no file at all' 2 sign
ok 'none of these left anything' only empty one

# Many files: one certificate.
i=0
while [ $i -lt 20 ]; do
	echo "$i" >"f$i"
	i=$((i + 1))
done
gives 'many files' 0 sign f*
err 'are counted' '20 of 20 signed'
ok 'each has its bundle' sh -c 'for f in f?? f?; do [ -s "$f.sigstore.json" ] || { case $f in *.json) ;; *) exit 1 ;; esac; }; done'
gives 'they verify' 0 verify f? f?? --github acme/app
certificates() {
	for bundle in f*.sigstore.json; do
		python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["verificationMaterial"]["certificate"])' "$bundle"
	done | sort -u | wc -l
}
ok 'with one certificate' test "$(certificates)" = 1
rm -f f*

# Machine-readable.
gives 'JSON' 0 sign one --json
json 'is one object a file' "len(d) == 1 and d[0]['file'] == 'one' and d[0]['verdict'] == 'signed' and d[0]['bundle'] == 'one.sigstore.json'"
json 'that says who, when and where' "d[0]['identity'] == '$WHO' and d[0]['issuer'] == '$ISSUER' and d[0]['logIndex'] >= 5 and d[0]['digest'].startswith('sha256:')"
rm one.sigstore.json
gives 'quiet' 0 sign one --quiet
no_out 'prints nothing'
no_err 'at all'
rm one.sigstore.json

# The audit log.
gives 'an audit log' 0 sign one empty --audit-log ../audit.jsonl
rm ./*.sigstore.json
gives 'is appended to' 0 sign one --audit-log ../audit.jsonl
cp ../audit.jsonl ../out
json 'a line a signature' "len(d) == 3 and sorted(x['file'] for x in d) == ['empty', 'one', 'one'] and all(x['identity'] == '$WHO' and x['logIndex'] > 0 for x in d)"
ok 'only its owner reads it' test "$(stat -c %a ../audit.jsonl)" = 600
rm one.sigstore.json
gives 'one that can not be written is found out before anything is logged' 3 sign one --audit-log none/audit
# Whoever takes the log away in the meantime gets no signature that nobody accounts for.
rm -f one.sigstore.json ../gone ../requests
# shellcheck disable=SC2016
env -u IN_SANDBOX "$SANDBOX" run --fault delay=1000 --log ../requests -- sh -c '
	"$0" sign one --audit-log ../gone &
	while ! grep -qs signingCert ../requests && kill -0 $!; do sleep 0.02; done
	rm ../gone && mkdir ../gone
	wait $!' "$SIGLET" >../out 2>../err
status=$?
ok 'a log that is taken away' has_status 3
err 'is named' 'gone: is a directory'
ok 'and no bundle handed out' test ! -e one.sigstore.json
rmdir ../gone
ok 'so nothing was signed' only empty one

# Rehearsing.
gives 'a dry run' 0 sign one --dry-run
err 'says who would sign' "would sign 1 file as $WHO; nothing was sent"
ok 'and writes nothing' only empty one
gives 'a dry run fails where a run would' 3 sign one --dry-run -o none/x

# Algorithms.
for algorithm in ecdsa-sha2-256-nistp256 ecdsa-sha2-384-nistp384 ecdsa-sha2-512-nistp521 rsa-sign-pkcs1-3072-sha256; do
	gives "signs with $algorithm" 0 sign one --algorithm $algorithm
	gives 'and verifies' 0 verify one --github acme/app
	rm -f one.sigstore.json
done
gives 'an unknown algorithm' 2 sign one --algorithm rot13
err 'is named' 'rot13'

# No log, no timestamp.
gives 'without a log' 0 sign one --no-tlog
err 'the command says what verifiers need' ' --tlog-threshold 0'
gives 'which by themselves refuse it' 1 verify one --github acme/app
gives 'and accept it when told' 0 verify one --github acme/app --tlog-threshold 0
rm one.sigstore.json
gives 'with Rekor v2 and no timestamp nothing could verify it' 2 sign one --no-timestamp
ok 'nothing is left' only empty one

gives 'a full disk' 3 sign one -o /dev/full
gives 'no contradiction' 2 sign one --trusted-root x --trust-config y
done_testing
