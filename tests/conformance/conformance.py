#!/usr/bin/env python3
"""Drive the fixtures of the Sigstore conformance suite through siglet-conformance, as TAP.

SIGLET_CONFORMANCE names a checkout of the suite: every directory of test/assets/bundle-verify runs twice, with
the artifact by path and by digest, as its own runner does. Without it, the suite's cases in the shared corpus
run; without that, everything is skipped, visibly. A crash by a signal is a failure whatever was expected.
"""
import hashlib
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CORPUS = pathlib.Path(os.environ.get("SIGLET_CORPUS", ROOT / ".." / "shared" / "corpus"))
DRIVER = str(HERE / "siglet-conformance")
os.environ["SIGLET"] = str(pathlib.Path(os.environ.get("SIGLET", ROOT / "build" / "siglet")).resolve())
IDENTITY = (
    "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
    "extremely-dangerous-oidc-beacon.yml@refs/heads/main"
)
ISSUER = "https://token.actions.githubusercontent.com"


def from_checkout(folder):
    assets = folder / "test" / "assets" / "bundle-verify"
    for case in sorted(p for p in assets.iterdir() if p.is_dir()):
        def text(name, default):
            path = case / name
            return path.read_text().strip() if path.exists() else default

        artifact = case / "artifact" if (case / "artifact").exists() else assets / "a.txt"
        key = case / "key.pub"
        root = case / "trusted_root.json"
        if key.exists():
            who = ["--key", str(key)]
        else:
            who = ["--certificate-identity", text("identity", IDENTITY),
                   "--certificate-oidc-issuer", text("issuer", ISSUER)]
        arguments = ["--bundle", str(case / "bundle.sigstore.json")] + who
        if root.exists():
            arguments += ["--trusted-root", str(root)]
        digest = "sha256:" + hashlib.sha256(artifact.read_bytes()).hexdigest()
        for how, what in (("PATH", str(artifact)), ("DIGEST", digest)):
            yield "%s-%s" % (how, case.name), arguments + [what], case.name.endswith("fail")


def from_corpus():
    manifest = json.loads((CORPUS / "manifest.json").read_text())
    for case in manifest["cases"]:
        if case["type"] != "bundle-verify" or not case["id"].startswith("conf-") or case.get("options"):
            continue
        if case["key"]:
            who = ["--key", str(CORPUS / case["key"])]
        else:
            who = ["--certificate-identity", case["identity"], "--certificate-oidc-issuer", case["issuer"]]
        arguments = ["--bundle", str(CORPUS / case["bundle"])] + who
        if case["trusted_root"]:
            arguments += ["--trusted-root", str(CORPUS / case["trusted_root"])]
        if case["artifact"]:
            yield "PATH-" + case["id"], arguments + [str(CORPUS / case["artifact"])], case["expect"] == "fail"
        if case["digest"]:
            digest = "%s:%s" % (case["digest"]["alg"], case["digest"]["hex"])
            yield "DIGEST-" + case["id"], arguments + [digest], case["expect"] == "fail"


def main():
    checkout = os.environ.get("SIGLET_CONFORMANCE")
    if checkout:
        cases = from_checkout(pathlib.Path(checkout))
    elif (CORPUS / "manifest.json").exists():
        cases = from_corpus()
    else:
        print("1..1\nok 1 # SKIP neither a checkout of the suite nor the shared corpus is here")
        return 0
    count = failed = 0
    for name, arguments, must_fail in cases:
        done = subprocess.run([DRIVER, "verify-bundle"] + arguments, capture_output=True, timeout=60)
        good = done.returncode >= 0 and (done.returncode != 0) == must_fail
        count += 1
        failed += not good
        print("%s %d - %s" % ("ok" if good else "not ok", count, name))
        if not good:
            print("# exit status %d: %s" % (done.returncode, done.stderr.decode(errors="replace").strip()))
    print("1..%d" % count)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
