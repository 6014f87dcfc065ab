#!/usr/bin/env python3
"""A repository in memory, in the manner of JFrog Artifactory, Sonatype Nexus and some that misbehave.

Usage: repository.py LOG; prints its URL. A line of LOG is a request: METHOD PATH STATUS and its Authorization. The first
part of a path says how it behaves; /PATH?rival=TEXT on any GET is not a part of it. A second server, which is another
host for clients, has its URL at /other.
"""
import base64
import hashlib
import http.server
import json
import sys
import threading

LOG = sys.argv[1]
files, lock = {}, threading.Lock()


def sums(data):
    return {name: hashlib.new(name, data).hexdigest() for name in ("sha256", "sha1", "md5")}


class Repository(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self, status, body=b"", headers=()):
        with open(LOG, "a", encoding="utf-8") as log:
            print(self.command, self.path, status, self.headers.get("Authorization", "-"), file=log)
        self.send_response(status)
        names = {name.lower() for name, _ in headers}
        if "content-length" not in names:
            self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def kind(self):
        return self.path.split("/")[1]

    def headers_of(self, data):
        s = sums(data)
        kind = self.kind()
        if kind in ("artifactory", "corrupts", "rival-file"):
            return [("X-Checksum-Sha256", s["sha256"]), ("X-Checksum-Sha1", s["sha1"]), ("X-Checksum-Md5", s["md5"]), ("ETag", s["sha1"])]
        if kind == "sha1":
            return [("X-Checksum-Sha1", s["sha1"].upper())]
        if kind == "md5":
            return [("Content-MD5", base64.b64encode(bytes.fromhex(s["md5"])).decode())]
        if kind == "digest":
            value = base64.b64encode(bytes.fromhex(s["sha256"])).decode()
            return [("Repr-Digest", "sha-512=:AAAA:, sha-256=:%s:" % value)]
        if kind == "olddigest":
            return [("Digest", "SHA-256=" + base64.b64encode(bytes.fromhex(s["sha256"])).decode())]
        if kind in ("nexus", "nexus-fixed"):
            return [("ETag", '"{SHA1{%s}}"' % s["sha1"])]
        return []

    def do_GET(self):
        if self.path == "/other":
            self.answer(200, other_url.encode())
            return
        if self.kind() == "bucket" and self.path in files:
            self.answer(302, b"", [("Location", other_url + "/stored" + self.path)])
            return
        if self.kind() == "downgrade":
            self.answer(302, b"", [("Location", "http://repository.example" + self.path)])
            return
        path = self.path.split("?")[0]
        path = path[len("/stored"):] if self.kind() == "stored" else path
        if path not in files:
            self.answer(404, b'{"errors":[{"status":404,"message":"File not found."}]}')
            return
        self.answer(200, files[path], self.headers_of(files[path]))

    do_HEAD = do_GET

    def do_PUT(self):
        data = self.rfile.read(int(self.headers["Content-Length"]))
        kind = self.kind()
        if kind in ("echo", "echo-password"):
            secret = self.headers["Authorization"]
            if kind == "echo-password":
                secret = base64.b64decode(secret.split()[1]).decode().split(":", 1)[1]
            self.answer(400, ("not good: " + secret).encode(), [("Content-Type", "text/plain")])
            return
        for name, value in sums(data).items():
            claimed = self.headers.get("X-Checksum-" + name)
            if kind == "artifactory" and claimed is not None and claimed.lower() != value:
                self.answer(409, json.dumps({"errors": [{"status": 409, "message": "Checksum error: received %s" % claimed}]}).encode())
                return
        with lock:
            if kind == "heeds" and self.headers.get("If-None-Match") == "*":
                files.setdefault(self.path, b"of a rival")
            if self.headers.get("If-None-Match") == "*" and self.path in files and kind != "ignores":
                self.answer(412)
                return
            if kind == "nexus-fixed" and self.path in files:
                self.answer(400, b"<html>Repository does not allow updating assets: raw</html>", [("Content-Type", "text/html")])
                return
            is_bundle = self.path.endswith(".sigstore.json")
            if kind == "loses":
                self.answer(201)
                return
            files[self.path] = data
            if kind in ("corrupts", "corrupts-unseen") and not is_bundle:
                files[self.path] = data[:-1] + bytes([data[-1] ^ 1])
            if kind == "rival-bundle" and is_bundle:
                files[self.path] = b"{}"
            if kind == "rival-late" and not is_bundle:
                files[self.path + ".sigstore.json"] = b"{}"
            if kind == "rival-file" and not is_bundle:
                files[self.path] = b"x" * len(data)
        body = json.dumps({"repo": "x", "path": self.path, "checksums": sums(data)}).encode()
        self.answer(201, body, [("Content-Type", "application/json")])

    def log_message(self, *_):
        pass


def serve():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Repository)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


main, other = serve(), serve()
other_url = "http://127.0.0.1:%d" % other.server_port
print("http://127.0.0.1:%d" % main.server_port, flush=True)
threading.Event().wait()
