#!/usr/bin/env python3
"""Put together what the real services and their clients need to know of each other.

services.py before CONFIG ISSUER              fulcio.json and ct.pem, for Fulcio
services.py after CONFIG FULCIO TSA REKOR     config.json and root.json (ports), once all of them answer
services.py front PORT STORE REKOR            what stands before a Rekor: reads come from its folder of tiles, writes
                                              go to it
"""
import base64
import hashlib
import http.server
import json
import pathlib
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request

HOST = "rekor.local.example"
WINDOW = {"start": "2020-01-01T00:00:00Z"}


def before(config, issuer):
    with open("fulcio.json", "w", encoding="utf-8") as out:
        json.dump({"OIDCIssuers": {issuer: {"IssuerURL": issuer, "ClientID": "sigstore", "Type": "email"}}}, out)
    key = config["trustedRoot"]["ctlogs"][0]["publicKey"]["rawBytes"]
    with open("ct.pem", "w", encoding="utf-8") as out:
        out.write("-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n" % key)


def get(url):
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read().decode()
        except OSError:
            time.sleep(0.2)
    sys.exit("services.py: %s does not answer" % url)


def authority(uri, pem):
    blocks = re.findall("-----BEGIN CERTIFICATE-----(.*?)-----END", pem, re.S)
    return [{
        "subject": {"organization": "example", "commonName": "example"},
        "uri": uri,
        "certChain": {"certificates": [{"rawBytes": "".join(block.split())} for block in blocks]},
        "validFor": WINDOW,
    }]


def log():
    done = subprocess.run(["openssl", "pkey", "-in", "rekor.pem", "-pubout", "-outform", "DER"], capture_output=True, check=True)
    identity = hashlib.sha256(HOST.encode() + b"\n\x01" + done.stdout[-32:]).digest()
    return [{
        "baseUrl": "https://" + HOST,
        "hashAlgorithm": "SHA2_256",
        "publicKey": {"rawBytes": base64.b64encode(done.stdout).decode(), "keyDetails": "PKIX_ED25519", "validFor": WINDOW},
        "logId": {"keyId": base64.b64encode(identity).decode()},
    }]


def after(config, fulcio, tsa, rekor):
    urls = ["http://127.0.0.1:" + port for port in (fulcio, tsa, rekor)]
    root, services = config["trustedRoot"], config["signingConfig"]
    chain = json.loads(get(urls[0] + "/api/v2/trustBundle"))["chains"][0]["certificates"]
    root["certificateAuthorities"] = authority(urls[0], "\n".join(chain))
    root["timestampAuthorities"] = authority(urls[1], get(urls[1] + "/api/v1/timestamp/certchain"))
    root["tlogs"] = log()
    services["caUrls"][0]["url"] = urls[0]
    services["tsaUrls"][0]["url"] = urls[1] + "/api/v1/timestamp"
    services["rekorTlogUrls"][0].update(url=urls[2], majorApiVersion=2)
    for name, value in (("config.json", config), ("root.json", root)):
        with open(name, "w", encoding="utf-8") as out:
            json.dump(value, out)


def front(port, store, rekor):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, status, headers, body):
            self.send_response(status)
            for name in ("Content-Type", "x-log-index"):
                if headers.get(name):
                    self.send_header(name, headers[name])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def do_GET(self):
            path = pathlib.Path(store) / self.path.removeprefix("/api/v2/")
            if self.path.startswith("/api/v2/") and ".." not in path.parts and path.is_file():
                self.answer(200, {"Content-Type": "application/octet-stream"}, path.read_bytes())
            else:
                self.answer(404, {}, b"not found")

        do_HEAD = do_GET

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            request = urllib.request.Request("http://127.0.0.1:%s%s" % (rekor, self.path), body,
                                             {"Content-Type": "application/json"})
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    self.answer(answer.status, answer.headers, answer.read())
            except urllib.error.HTTPError as error:
                self.answer(error.code, error.headers, error.read())

        def log_message(self, *_):
            pass

    http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()


if __name__ == "__main__":
    if sys.argv[1] == "front":
        front(*sys.argv[2:])
    with open(sys.argv[2], encoding="utf-8") as source:
        {"before": before, "after": after}[sys.argv[1]](json.load(source), *sys.argv[3:])
