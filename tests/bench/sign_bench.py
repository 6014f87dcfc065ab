#!/usr/bin/env python3
"""The signing half of make bench: against the sandbox, with 20 ms in every answer and with none.

Peers are measured beside us where `make interop` and `make interop-go` have put them into the build folder.
"""
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
B = ROOT / os.environ.get("B", "build")
SIGLET = str(ROOT / os.environ.get("SIGLET", "build/siglet"))
SANDBOX = str(B / "siglet-sandbox")
COSIGN = B / "interop/bin/cosign"
SIGSTORE_JS = B / "interop/sign.js"
DELAY_MS = 20
FILES = 100


def wall_ms(command):
    begin = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit("sign_bench: %s: %s" % (" ".join(command[:2]), done.stderr))
    return (time.perf_counter() - begin) * 1000


def in_turn(rounds, *commands):
    """The median milliseconds of each, run A B A B."""
    walls = [[wall_ms(command) for command in commands] for _ in range(rounds + 1)][1:]
    return [statistics.median(column) for column in zip(*walls)]


def report(name, text, wanted):
    print("%-34s %-58s (asked: %s)" % (name, text, wanted))
    sys.stdout.flush()


def ours(names):
    return [SIGLET, "sign", "--quiet", "--force"] + names


def peers():
    """Whole commands that sign one file with the same token at the same services."""
    config = os.environ["SIGLET_TRUST_CONFIG"]
    found = {}
    if SIGSTORE_JS.exists():
        found["sigstore-js"] = ["node", str(SIGSTORE_JS), config, "f0", "js.json"]
    if COSIGN.exists():
        subprocess.run([sys.executable, "-c", "import json\nc = json.load(open(%r))\n"
                        "json.dump(c['trustedRoot'], open('root.json', 'w'))\n"
                        "json.dump(c['signingConfig'], open('services.json', 'w'))" % config], check=True)
        pathlib.Path("token").write_text(os.environ["SIGSTORE_ID_TOKEN"], encoding="utf-8")
        found["cosign"] = [str(COSIGN), "sign-blob", "f0", "--bundle", "go.json", "--trusted-root", "root.json",
                           "--signing-config", "services.json", "--identity-token", "token", "-y"]
    return found


def cose_against_bundle():
    """A file verified by its COSE message (its hash within, as ever), beside the same by its bundle."""
    if not (B / "libsiglet-cose.so.0").exists():
        return
    wall_ms(ours(["f1"]))
    wall_ms(ours(["--format", "cose", "f1"]))
    verify = [SIGLET, "verify", "--offline", "--quiet", "--github", "acme/app", "f1", "--bundle"]
    bundle, cose = in_turn(100, verify + ["f1.sigstore.json"], verify + ["f1.cose"])
    report("verify one file by COSE", "%.2f ms, by its bundle %.2f ms: %.2fx" % (cose, bundle, cose / bundle), "1.1x")


def inside(delay_ms):
    names = ["f%d" % i for i in range(FILES)]
    if delay_ms == 0:
        found = peers()
        walls = in_turn(10, ours(["f0"]), *found.values())
        report("sign one file, no delay", "%.1f ms" % walls[0], "say it")
        for name, wall in zip(found, walls[1:]):
            report("  against " + name, "theirs %.0f ms, %.1fx ours" % (wall, wall / walls[0]), "say it")
        cose_against_bundle()
        return
    # Nothing is warm in a new process: this is what it costs cold.
    one, many = in_turn(10, ours(["f0"])), in_turn(3, ours(names))
    trips = 2 * delay_ms
    report("sign one file, %d ms an answer" % delay_ms, "%.1f ms, of which %d ms are round trips: %.2f of them"
           % (one[0], trips, one[0] / trips), "1.15")
    trips = delay_ms + 2 * FILES * delay_ms / 8
    report("sign %d files, %d ms an answer" % (FILES, delay_ms), "%.0f ms, of which %d ms are round trips: %.2f of them"
           % (many[0], trips, many[0] / trips), "1.15")


def main():
    if len(sys.argv) > 1:
        return inside(int(sys.argv[1]))
    with tempfile.TemporaryDirectory() as folder:
        for i in range(FILES):
            (pathlib.Path(folder) / ("f%d" % i)).write_text("file %d\n" % i, encoding="utf-8")
        environment = dict(os.environ, B=str(B), SIGLET=SIGLET, HOME=folder)
        for name in ("CI", "GITHUB_ACTIONS", "GITLAB_CI"):
            environment.pop(name, None)
        for delay_ms in (DELAY_MS, 0):
            subprocess.run([SANDBOX, "run", "--as", "github:acme/app", "--fault", "delay=%d" % delay_ms, "--",
                            sys.executable, __file__, str(delay_ms)],
                           check=True, cwd=folder, env=environment)
    return 0


if __name__ == "__main__":
    sys.exit(main())
