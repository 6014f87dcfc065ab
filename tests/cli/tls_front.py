#!/usr/bin/env python3
"""The sandbox behind TLS and a proxy: everything that a client asks of any host by CONNECT goes to a TLS server, which
passes it on to the sandbox.

Usage: tls_front.py SANDBOX_URL CERTIFICATE KEY PORT_FILE; writes "TLS_PORT PROXY_PORT", and names of hosts that
the proxy was asked for to PORT_FILE.hosts. Ends with its standard input.
"""
import http.server
import os
import socket
import ssl
import sys
import threading
import urllib.error
import urllib.request

SANDBOX, CERTIFICATE, KEY, PORTS = sys.argv[1:]


class Front(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def pass_on(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        headers = {k: v for k, v in self.headers.items() if k in ("Content-Type", "Accept", "Authorization")}
        request = urllib.request.Request(SANDBOX + self.path, body, headers, method=self.command)
        try:
            answer = urllib.request.urlopen(request, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        data = answer.read()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.headers.get("Content-Type", "text/plain"))
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_POST = do_HEAD = pass_on

    def log_message(self, *_):
        pass


class Proxy(http.server.BaseHTTPRequestHandler):
    def do_CONNECT(self):
        with open(PORTS + ".hosts", "a", encoding="utf-8") as hosts:
            print(self.path, file=hosts)
        behind = socket.create_connection(("127.0.0.1", front.server_port))
        self.send_response(200)
        self.end_headers()
        back = threading.Thread(target=copy, args=(behind, self.connection), daemon=True)
        back.start()
        copy(self.connection, behind)
        back.join()

    def log_message(self, *_):
        pass


def copy(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    return server


front = serve(Front)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(CERTIFICATE, KEY)
front.socket = context.wrap_socket(front.socket, server_side=True, do_handshake_on_connect=False)
proxy = serve(Proxy)
for each in (front, proxy):
    threading.Thread(target=each.serve_forever, daemon=True).start()
with open(PORTS + ".new", "w", encoding="utf-8") as out:
    print(front.server_port, proxy.server_port, file=out)
os.rename(PORTS + ".new", PORTS)
sys.stdin.read()
