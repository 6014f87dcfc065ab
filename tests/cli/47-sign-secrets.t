#!/bin/sh
# Token, passphrase and key are in no output, file, environment, command line or core.
# shellcheck disable=SC2016
. tests/cli/sandbox.sh
cd "$tmp" || exit 1
mkdir box && cd box || exit 1
echo one >one
# Each part of a token that is worth stealing: its claims and its signature.
claims=$(printf %s "$TOKEN" | cut -d. -f2 | cut -c1-40)
signature=$(printf %s "$TOKEN" | cut -d. -f3 | cut -c1-40)
no_token_in() { ! grep -qaF -e "$claims" -e "$signature" "$@"; }
no_token() { no_token_in ../out ../err; }

gives 'verbose' 0 sign one -v --audit-log ../audit
err 'each request is told of' '^siglet: POST http://127.0.0.1:[0-9]+/api/v2/signingCert: 20[01] in [0-9]+ ms$'
ok 'but no token' no_token
ok 'nor in the audit log' no_token_in ../audit
ok 'nor in the bundle' no_token_in one.sigstore.json
rm one.sigstore.json
for fault in refuse=fulcio:400 refuse=fulcio:500 garble=fulcio html=fulcio drop=fulcio:10 refuse=rekor:400 wrong-identity; do
	env -u IN_SANDBOX "$SANDBOX" run --fault $fault -- sh -c 'printf %s "$SIGSTORE_ID_TOKEN" >../token; "$0" sign one -v' "$SIGLET" >../out 2>../err
	claims=$(cut -d. -f2 ../token | cut -c1-40)
	signature=$(cut -d. -f3 ../token | cut -c1-40)
	ok "no token when it fails: $fault" no_token
done
rm ../token

# While it waits for a service it holds the token in memory alone.
look() {
	env -u IN_SANDBOX "$SANDBOX" run --fault delay=1500 -- sh -c '
		printf %s "$SIGSTORE_ID_TOKEN" >../token
		"$0" sign one >/dev/null 2>&1 &
		for wait in 1 2 3 4 5 6 7 8 9 10; do
			sleep 0.1
			tr "\\0" "\\n" </proc/$!/environ >../environ 2>/dev/null
			grep -q "^SIGSTORE_ID_TOKEN=e" ../environ || break
		done
		cat /proc/$!/cmdline >../cmdline
		cat /proc/$!/limits >../limits
		ls -l /proc/$!/fd >../fds
		find . -type f -exec cat {} + >../files
		kill -KILL $!
		wait $! 2>/dev/null
		:' "$SIGLET" 2>/dev/null
	claims=$(cut -d. -f2 ../token | cut -c1-40)
	signature=$(cut -d. -f3 ../token | cut -c1-40)
	rm ../token
}
look
ok 'the environment still has its variables' grep -q '^PATH=' ../environ
ok 'but the token is overwritten in it' no_token_in ../environ
ok 'no file holds it' no_token_in ../files
ok 'no core file can be written' grep -qE '^Max core file size +1 +1 ' ../limits
rm -f one.sigstore.json
on_command_line() {
	env -u IN_SANDBOX "$SANDBOX" run --fault delay=1500 -- sh -c '
		printf %s "$SIGSTORE_ID_TOKEN" >../token
		token=$SIGSTORE_ID_TOKEN
		unset SIGSTORE_ID_TOKEN
		"$0" sign one --identity-token "$token" >/dev/null 2>&1 &
		for wait in 1 2 3 4 5 6 7 8 9 10; do
			sleep 0.1
			cat /proc/$!/cmdline >../cmdline
			grep -qa "eyJ\|e30" ../cmdline || break
		done
		kill -KILL $!
		wait $! 2>/dev/null
		:' "$SIGLET" 2>/dev/null
	claims=$(cut -d. -f2 ../token | cut -c1-40)
	signature=$(cut -d. -f3 ../token | cut -c1-40)
	rm ../token
}
on_command_line
ok 'the command line is there' grep -qa identity-token ../cmdline
ok 'but a token on it is overwritten' no_token_in ../cmdline

# Already while the trust root is fetched, which may take a while: here for ever, since the proxy never answers.
cat >../stalls.py <<'EOF'
import os, socket, subprocess, sys
listening = socket.create_server(("127.0.0.1", 0))
env = dict(os.environ, HTTPS_PROXY="http://127.0.0.1:%d" % listening.getsockname()[1])
env.pop("SIGLET_TRUST_CONFIG")
siglet = subprocess.Popen(sys.argv[1:], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
connection, _ = listening.accept()
print(open("/proc/%d/cmdline" % siglet.pid).read())
siglet.kill()
siglet.wait()
EOF
for verb in 'sign one' 'attest one --type spdx --predicate one' whoami; do
	# shellcheck disable=SC2086
	python3 ../stalls.py "$SIGLET" $verb --instance public --identity-token secret-token >../cmdline
	ok "${verb%% *}: the command line is there" grep -qa identity-token ../cmdline
	ok 'without the token, before the trust root is' sh -c '! grep -qa secret-token ../cmdline'
done
rm ../stalls.py

# Passwords that stand in URLs, which are told of when they are wrong.
untold() { ! grep -q hunter2 ../out ../err; }
for proxy in 'http://me:hunter2#@proxy.example:3128' 'http://me:hunter2 @proxy.example:3128' 'foo://me:hunter2@proxy.example' \
	'http://me:hunter2@proxy.example:99999' 'me:hunter2@[' 'http://me:hunter2@localhost:1'; do
	HTTPS_PROXY=$proxy gives "the proxy $proxy" 4 sign one -v --fulcio-url https://ca.example
	ok 'is no proxy, and its password is told nobody' untold
done
for url in https://me:hunter2@ca.example 'https://me:hunter2/@ca.example' 'https://ca.example/?key=hunter2 x' 'ca.example/?hunter2'; do
	gives "the URL $url" 2 sign one -v --fulcio-url "$url"
	err 'is refused, and named but for that' 'ca.example.*: not a service URL'
	ok 'which is told nobody' untold
done
for url in 'https://me:hunter2@runner.example/?x' 'http://runner.example/?key=hunter2' 'https://runner.example/ ?key=hunter2'; do
	SIGSTORE_ID_TOKEN='' GITHUB_ACTIONS=true ACTIONS_ID_TOKEN_REQUEST_URL=$url ACTIONS_ID_TOKEN_REQUEST_TOKEN=hunter2 \
		gives "the runner's URL $url" 5 sign one -v
	err 'is refused, and named but for that' 'runner.example'
	ok 'which is told nobody' untold
done

# Keys and passphrases.
unset SIGSTORE_ID_TOKEN
make_key ../key
openssl pkcs8 -topk8 -in ../key.pem -passout pass:correct-horse -out ../locked.pem
echo correct-horse >../pass
gives 'a locked key' 0 sign one --key ../locked.pem --passphrase-file ../pass -v
ok 'its passphrase is not told' sh -c '! grep -q correct-horse ../out ../err'
ok 'nor is it in the bundle' sh -c '! grep -q correct-horse one.sigstore.json'
echo wrong-horse >../pass
gives 'a wrong passphrase' 3 sign one --force --key ../locked.pem --passphrase-file ../pass -v
ok 'is not told either' sh -c '! grep -q wrong-horse ../out ../err'
done_testing
