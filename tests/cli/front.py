"""A server in front of another one, for tests: what it passes on, and what it changes of that.

Usage: front.py URL [--only PREFIX] [--ask OLD NEW] [--replace OLD NEW] [--cache]

Prints its own URL. Paths that do not begin with PREFIX are not found; what is sent is changed by --ask, and answers
by --replace: each OLD is a NEW.
As a cache it gives out its first answer for a path again, unless it is asked for another.
"""
import argparse
import http.server
import socketserver
import urllib.error
import urllib.request

parser = argparse.ArgumentParser()
parser.add_argument("url")
parser.add_argument("--only", default="/")
parser.add_argument("--ask", nargs=2, action="append", default=[])
parser.add_argument("--replace", nargs=2, action="append", default=[])
parser.add_argument("--cache", action="store_true")
options = parser.parse_args()
kept = {}


class Front(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def give(self, status, body):
        for old, new in options.replace:
            body = body.replace(old.encode(), new.encode())
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self.path.startswith(options.only):
            self.give(404, b"not here")
            return
        if options.cache and self.path in kept and self.headers.get("Cache-Control") != "no-cache":
            self.give(*kept[self.path])
            return
        for old, new in options.ask:
            body = body.replace(old.encode(), new.encode())
        request = urllib.request.Request(options.url + self.path, data=body if self.command == "POST" else None)
        try:
            with urllib.request.urlopen(request) as answer:
                kept[self.path] = (answer.status, answer.read())
                self.give(*kept[self.path])
        except urllib.error.HTTPError as error:
            self.give(error.code, error.read())

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    # A client that was killed is no news.
    def handle_error(self, *_):
        pass


server = Server(("127.0.0.1", 0), Front)
print("http://127.0.0.1:%d" % server.server_address[1], flush=True)
server.serve_forever()
