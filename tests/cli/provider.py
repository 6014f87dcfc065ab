#!/usr/bin/env python3
"""A token service as CI providers have them: what is asked is checked, and what is answered is told by the path.

Usage: provider.py PORT_FILE; the token is in $TOKEN. Ends with its standard input.
"""
import http.server
import json
import os
import sys
import threading
import urllib.parse

TOKEN = os.environ["TOKEN"]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body, kind="application/json"):
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def check(self):
        """What the provider's documentation asks for; None, or what is wrong."""
        url = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(url.query)
        bearer = self.headers.get("Authorization", "")
        if url.path.startswith("/github/"):
            if self.command != "GET" or query.get("api-version") != ["2.0"] or query.get("audience") != ["sigstore"]:
                return "not the request that GitHub wants: " + self.path
            return None if bearer == "bearer runner-secret" else "no such runner"
        if url.path.startswith("/azure/"):
            if self.command != "POST" or query.get("api-version") != ["7.1"]:
                return "not the request that Azure wants"
            return None if bearer == "Bearer step-secret" else "no such step"
        return "no such provider"

    def reply(self):
        kind = urllib.parse.urlsplit(self.path).path.split("/")[-1]
        member = "value" if "/github/" in self.path else "oidcToken"
        wrong = self.check()
        if wrong:
            self.answer(400, json.dumps({"message": wrong}))
        elif kind == "good":
            self.answer(200, json.dumps({"count": 1, member: TOKEN}))
        elif kind == "html":
            self.answer(200, "<html><body>log in here</body></html>", "text/html")
        elif kind == "empty":
            self.answer(200, json.dumps({member: ""}))
        elif kind == "other":
            self.answer(200, json.dumps({"token": TOKEN}))
        elif kind == "nojwt":
            self.answer(200, json.dumps({member: "a.b"}))
        elif kind == "redirect":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:%d/github/good?api-version=2.0" % self.server.server_port)
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self.answer(int(kind), json.dumps({"message": "said " + kind + ", not " + TOKEN[:20]}))

    def do_GET(self):
        self.reply()

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.reply()

    def log_message(self, *arguments):
        with open(sys.argv[1] + ".log", "a", encoding="utf-8") as log:
            print(self.path.split("?")[0], file=log)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
with open(sys.argv[1] + ".new", "w", encoding="utf-8") as out:
    print(server.server_port, file=out)
os.rename(sys.argv[1] + ".new", sys.argv[1])
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
