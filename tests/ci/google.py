#!/usr/bin/env python3
"""Google's metadata server and its service for credentials, on port 80 of this machine; TLS is before it by tls_front.py.

Usage: google.py LOG DENY ACCOUNT; the token that it gives of that account is in $TOKEN. While the file DENY is there, nobody
may have one. A line of LOG is a request. Prints a line when it serves.
"""
import http.server
import json
import os
import sys
import urllib.parse

LOG, DENY, ACCOUNT = sys.argv[1:]
METADATA = "/computeMetadata/v1/instance/service-accounts/default/token"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
CREDENTIALS = "/v1/projects/-/serviceAccounts/%s:generateIdToken"


class Google(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, value, headers=()):
        with open(LOG, "a", encoding="utf-8") as log:
            print(self.command, self.path.split("?")[0], status, file=log)
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, text in headers:
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        if url.path != METADATA or urllib.parse.parse_qs(url.query).get("scopes") != [SCOPE] or self.headers.get("Metadata-Flavor") != "Google":
            self.answer(404, {"error": "not what there is"})
            return
        self.answer(200, {"access_token": "access-secret", "expires_in": 3599, "token_type": "Bearer"}, [("Metadata-Flavor", "Google")])

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if urllib.parse.unquote(self.path) != CREDENTIALS % ACCOUNT:
            self.answer(404, {"error": {"code": 404, "message": "no such account"}})
        elif self.headers.get("Authorization") != "Bearer access-secret" or os.path.exists(DENY):
            self.answer(403, {"error": {"code": 403, "message": "Permission 'iam.serviceAccounts.getOpenIdToken' denied"}})
        elif asked != {"audience": "sigstore", "includeEmail": True}:
            self.answer(400, {"error": {"code": 400, "message": "not the audience, or no e-mail"}})
        else:
            self.answer(200, {"token": os.environ["TOKEN"]})

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 80), Google)
server.daemon_threads = True
print("ready", flush=True)
server.serve_forever()
