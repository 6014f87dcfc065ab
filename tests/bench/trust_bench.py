#!/usr/bin/env python3
"""The trust half of make bench: what a verification spends on an instance's trust material, kept and verified again up
to its root, over the same verification under a trusted_root.json; and which requests an update makes."""
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

from sign_bench import SANDBOX, SIGLET, in_turn, report

SCRIPT = os.path.abspath(__file__)


def siglet(*arguments):
    return subprocess.run([SIGLET, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True).stderr


def compare(name):
    common = ["verify", "a", "--github", "acme/app"]
    kept, given = in_turn(200, [SIGLET, *common, "--instance", "acme"], [SIGLET, *common, "--trusted-root", "root-of-trust.json"])
    report(name, "%.2f ms of %.2f ms" % (kept - given, kept), "under 2 ms")


def inside():
    url = os.environ["SIGLET_SANDBOX_URL"]
    del os.environ["SIGLET_TRUST_CONFIG"]
    with urllib.request.urlopen(url + "/tuf/1.root.json") as answer:
        pathlib.Path("root.json").write_bytes(answer.read())
    pathlib.Path("a").write_text("a", encoding="utf-8")
    siglet("trust", "init", "--name", "acme", "--url", url + "/tuf", "--root", "root.json")
    siglet("sign", "a", "--instance", "acme")
    siglet("trust", "export", "--instance", "acme", "-o", "root-of-trust.json")
    compare("trust material, fresh cache")
    for _ in range(4):
        urllib.request.urlopen(urllib.request.Request(url + "/sandbox/rotate/root", data=b"", method="POST")).close()
    told = siglet("trust", "update", "--instance", "acme", "-v")
    compare("  the same, four roots later")
    report("update with four new roots", "%d requests" % told.count("GET http"),
           "9: 5 roots, the last not there; timestamp, snapshot, targets, one changed file at most")


def main():
    if len(sys.argv) > 1:
        return inside()
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, XDG_CACHE_HOME=folder + "/cache", XDG_CONFIG_HOME=folder + "/config")
        for name in ("CI", "GITHUB_ACTIONS", "GITLAB_CI"):
            environment.pop(name, None)
        subprocess.run([SANDBOX, "run", "--", sys.executable, SCRIPT, "inside"], cwd=folder, env=environment, check=True)


if __name__ == "__main__":
    main()
