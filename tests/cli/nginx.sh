# For tests that publish and fetch: an nginx of the test's own, with WebDAV, and what stands in its way. Runs in $tmp.
# shellcheck shell=sh disable=SC2034,SC1091
. tests/cli/audit.sh
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy NO_PROXY no_proxy
NGINX=$(command -v nginx || ls /usr/sbin/nginx 2>/dev/null)
if [ -z "$NGINX" ]; then
	skip 'no nginx here'
	done_testing
	exit 0
fi
web=$tmp/web
mkdir -p "$web/root" "$web/tmp" "$tmp/box"
trap 'stop_nginx; [ -z "$servers" ] || kill $servers 2>/dev/null; wait; rm -rf "$tmp"' EXIT

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# Each folder below the root has a way of its own to say no.
configure_nginx() {
	[ "$(id -u)" != 0 ] || echo 'user root;'
	cat <<-N
		daemon off;
		worker_processes 1;
		pid $web/pid;
		error_log $web/error.log info;
		events { worker_connections 256; }
		http {
			log_format full '\$request_method \$uri \$status range=\$http_range match=\$http_if_none_match sha256=\$http_x_checksum_sha256 sha1=\$http_x_checksum_sha1 md5=\$http_x_checksum_md5 enc=\$http_accept_encoding auth=\$http_authorization';
			access_log $web/access.log full;
			client_body_temp_path $web/tmp;
			proxy_temp_path $web/tmp/p; fastcgi_temp_path $web/tmp/f; uwsgi_temp_path $web/tmp/u; scgi_temp_path $web/tmp/s;
			types { text/html html; application/json json; }
			default_type application/octet-stream;
			keepalive_timeout 5;
			server {
				listen 127.0.0.1:$port;
				root $web/root;
				client_max_body_size 0;
				dav_methods PUT DELETE MKCOL MOVE;
				create_full_put_path on;
				location /private/ { auth_basic repository; auth_basic_user_file $web/users; }
				location /half/ { limit_except GET { auth_basic repository; auth_basic_user_file $web/users; } }
				location /forbidden/ { limit_except GET { deny all; } }
				location /writeonly/ { limit_except PUT { deny all; } }
				location /readonly/ { dav_methods off; }
				location /small/ { client_max_body_size 100k; }
				location /nofolder/ { create_full_put_path off; }
				location /quota/ { if (\$request_method = PUT) { return 507; } }
				location /busy/ { if (\$request_method = PUT) { return 503; } }
				location /conflict/ { if (\$request_method = PUT) { return 409; } }
				location /moved/ { if (\$request_method = PUT) { return 307 http://127.0.0.1:$port/elsewhere\$uri?X-Signature=hunter2; } }
				location /page/ { default_type text/html; return 200 '<html><body>Log in</body></html>'; }
				location /hiddenpage/ { default_type application/json; return 200 '<!doctype html><p>Log in'; }
				location /slow/ { limit_rate 400k; }
				location /full/ { client_body_temp_path $web/full; }
				# What RFC 9110 asks of a server that heeds conditions.
				location /heeds/ {
					set \$taken "\$request_method \$http_if_none_match ";
					if (-e \$request_filename) { set \$taken "\${taken}there"; }
					if (\$taken = "PUT * there") { return 412; }
				}
				location /noetag/ { etag off; }
				location /loop/ { return 302 http://127.0.0.1:$port\$uri; }
				location /plain/ { return 302 http://repository.example/x; }
				location /away/ { return 302 http://localhost:$port/private/\$arg_x; }
			}
		}
	N
}

start_nginx() {
	"$NGINX" -e "$web/error.log" -p "$web" -c "$web/nginx.conf" 2>"$web/stderr" &
	nginx_pid=$!
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		curl -s -o /dev/null "http://127.0.0.1:$port/" && return
		kill -0 "$nginx_pid" 2>/dev/null || break
		sleep 0.3
	done
	cat "$web/stderr" "$web/error.log" >&2
	echo 'Bail out! nginx did not start'
	exit 1
}
stop_nginx() {
	[ -z "${nginx_pid:-}" ] || kill "$nginx_pid" 2>/dev/null
	wait "${nginx_pid:-}" 2>/dev/null
	nginx_pid=
}

port=$(free_port)
printf 'ci:%s\n' "$(openssl passwd -apr1 'pa:ss w0rd')" >"$web/users"
configure_nginx >"$web/nginx.conf"
start_nginx
repo=http://127.0.0.1:$port
cd "$tmp/box" || exit 1

# Is a file of that path in the root what a file here is?
published() { cmp "$web/root/$1" "${2:-${1##*/}}"; }
absent() { [ ! -e "$web/root/$1" ] || { ls -l "$web/root/$1"; return 1; }; }
# The requests since the last call, as "METHOD PATH STATUS …" lines in ../requests.
requests() {
	sed -n "$((${seen_requests:-0} + 1)),\$p" "$web/access.log" >../requests
	seen_requests=$(wc -l <"$web/access.log")
}
# Only these files are in the folder, hidden ones too.
only() { [ "$(find . -mindepth 1 | sed 's|^\./||' | sort | tr '\n' ' ')" = "$(printf '%s\n' "$@" | sort | tr '\n' ' ')" ] || { find .; return 1; }; }

# $cut is the way to $repo on which connections break or stop:
# cut_after BYTES TIMES [up|down]: so many of the next connections break off after so many bytes.
# hold_after BYTES [up|down]: the next one stops there, until it is let go.
# deaf_after BYTES: of the next one the answer to what is sent there is lost.
start_cutter() {
	start cutter python3 "$PROJECT/tests/cli/cutter.py" "$port" ../cuts
	cut=$url
}
cut_after() { echo "$1 $2 ${3:-down} cut" >../cuts; }
deaf_after() { echo "$1 1 up deaf" >../cuts; }
hold_after() { echo "$1 1 ${2:-down} hold" >../cuts; }
wait_for_hold() { while [ ! -e ../cuts.held ] && kill -0 "$1" 2>/dev/null; do sleep 0.05; done; }
let_go() { rm -f ../cuts.held; }
