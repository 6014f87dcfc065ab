#!/usr/bin/env python3
"""make bench: what siglet costs, as ratios measured in one run, A B A B.

Never part of the tests: it prints figures and what was asked of them, and fails only when something can't run.
Peers are optional: SIGLET_SIGSTORE_JS names a folder where `npm install @sigstore/verify @sigstore/bundle
@sigstore/protobuf-specs` was run.
"""
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
B = ROOT / os.environ.get("B", "build")
SIGLET = str(ROOT / os.environ.get("SIGLET", "build/siglet"))
FORGE = str(B / "tests/gen/siglet-forge")
FLOOR = str(B / "tests/bench/floor")
CORPUS = pathlib.Path(os.environ.get("SIGLET_CORPUS", ROOT / ".." / "shared" / "corpus"))
LAUNCH = str(B / "tests/bench/launch")


def launch(runs, *commands, may_fail=False):
    """For each round the (wall seconds, peak resident KiB) of each command, run in turn."""
    arguments = [LAUNCH, str(runs)]
    for i, command in enumerate(commands):
        arguments += (["--"] if i > 0 else []) + command
    lines = subprocess.run(arguments, check=True, capture_output=True, text=True).stdout.splitlines()
    results = [tuple(int(field) for field in line.split()) for line in lines]
    for index, _, _, status in results:
        if status != 0 and not may_fail:
            sys.exit("bench: %s: wait status %d" % (" ".join(commands[index][:3]), status))
    pairs = [(wall / 1e6, kib) for _, wall, kib, _ in results]
    return [pairs[i : i + len(commands)] for i in range(0, len(pairs), len(commands))]


def once(command):
    return launch(1, command)[0][0]


def compare(a, b, runs):
    """Medians of both and of the pairwise ratio a/b."""
    pairs = launch(runs + 1, a, b)[1:]
    return (
        statistics.median(p[0][0] for p in pairs),
        statistics.median(p[1][0] for p in pairs),
        statistics.median(p[0][0] / p[1][0] for p in pairs),
        max(p[0][1] for p in pairs),
    )


def report(name, text, wanted):
    print("%-34s %-58s (asked: %s)" % (name, text, wanted))
    sys.stdout.flush()


def speed():
    """Seconds of one verification of each kind, by openssl speed."""
    done = subprocess.run(["openssl", "speed", "-seconds", "2", "ecdsap256", "ecdsap384", "ed25519"],
                          capture_output=True, text=True)
    rates = {}
    for line in done.stdout.splitlines():
        match = re.match(r"\s*256 bits ecdsa \(nistp256\).* ([0-9.]+)$", line)
        if match:
            rates["p256"] = 1 / float(match.group(1))
        match = re.match(r"\s*384 bits ecdsa \(nistp384\).* ([0-9.]+)$", line)
        if match:
            rates["p384"] = 1 / float(match.group(1))
        match = re.match(r"\s*253 bits EdDSA \(Ed25519\).* ([0-9.]+)$", line)
        if match:
            rates["ed25519"] = 1 / float(match.group(1))
    return rates


def one_bundle(name, folder):
    bundle, root, artifact = (str(folder / f) for f in ("bundle.sigstore.json", "trusted_root.json", "artifact"))
    identity = (folder / "identity").read_text().strip()
    issuer = (folder / "issuer").read_text().strip()
    ours = [SIGLET, "verify", "--bundle", bundle, "--trusted-root", root, "--identity", identity, "--issuer", issuer,
            artifact]
    mine, floor, ratio, rss = compare(ours, [FLOOR, bundle, root, artifact], 60)
    report("one %s bundle, process" % name, "%.2f ms, floor %.2f ms, ratio %.2f; %.1f MiB"
           % (mine * 1e3, floor * 1e3, ratio, rss / 1024), "ratio 1.3, 8 MiB")
    peer = os.environ.get("SIGLET_SIGSTORE_JS")
    node = shutil.which("node")
    if not peer or not node:
        report("one %s bundle against sigstore-js" % name, "not measured: SIGLET_SIGSTORE_JS is not set", "1/20")
        return
    script = str(ROOT / "tests/bench/peer.js")
    mine, theirs, ratio, _ = compare(ours, [node, script, peer, bundle, root, artifact], 15)
    report("one %s bundle against sigstore-js" % name, "%.2f ms, theirs %.1f ms, ratio 1/%.1f"
           % (mine * 1e3, theirs * 1e3, 1 / ratio), "1/20")


def batch(name, flag, floor, wanted, count):
    """Distinct bundles with distinct certificates, one thread and two."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([FORGE, "--out", folder, "--seed", "bench", "--count", str(count), flag], check=True,
                       stdout=subprocess.DEVNULL)
        folder = pathlib.Path(folder)
        names = folder / "names"
        artifacts = sorted(str(p)[: -len(".sigstore.json")] for p in folder.glob("*.sigstore.json"))
        names.write_text("".join(a + "\n" for a in artifacts))
        command = [SIGLET, "verify", "-q", "--files-from", str(names), "--trusted-root", str(folder / "trusted_root.json"),
                   "--identity", (folder / "identity").read_text().strip(), "--issuer", (folder / "issuer").read_text().strip()]
        once(command + ["--jobs", "1"])
        single = min(once(command + ["--jobs", "1"])[0] for _ in range(3)) / len(artifacts)
        double = min(once(command + ["--jobs", "2"])[0] for _ in range(3)) / len(artifacts)
    report("batch of %d %s bundles" % (len(artifacts), name), "%.2f ms each, floor %.2f ms: %.0f %% of it; two threads %.2fx"
           % (single * 1e3, floor * 1e3, 100 * floor / single, single / double), wanted)


def hashing(gigabytes):
    with tempfile.TemporaryDirectory() as folder:
        big = pathlib.Path(folder) / "big"
        with open(big, "wb") as out:
            block = os.urandom(1 << 20)
            for _ in range(gigabytes * 1024):
                out.write(block)
        bundle = ROOT / "testdata/demo"
        bundle = str(next(bundle.glob("*.sigstore.json")))

        ours = [SIGLET, "verify", "--bundle", bundle, "--github", "acme/app", str(big)]
        openssl = [shutil.which("openssl"), "dgst", "-sha256", str(big)]
        once(openssl)
        pairs = launch(3, ours, openssl, may_fail=True)  # refused, once it was read
    ratio = statistics.median(p[1][0] / p[0][0] for p in pairs)
    report("hashing %d GB" % gigabytes, "%.0f %% of the speed of openssl dgst; %.1f MiB"
           % (100 * ratio, max(p[0][1] for p in pairs) / 1024), "95 %, flat")


def sizes():
    with tempfile.TemporaryDirectory() as folder:
        sizes = {}
        for name in ("siglet", "libsiglet-net.so.0", "libsiglet-db.so.0", "libsiglet-cose.so.0", "libsiglet.so"):
            copy = os.path.join(folder, name)
            subprocess.run(["strip", "-o", copy, str(B / name)], check=True)
            sizes[name] = os.path.getsize(copy) / 1000
    report("stripped program, library inside", "%.0f KB, with libsiglet-net, -db and -cose %.0f KB; libsiglet.so for others %.0f KB"
           % (sizes["siglet"], sizes["siglet"] + sizes["libsiglet-net.so.0"] + sizes["libsiglet-db.so.0"]
              + sizes["libsiglet-cose.so.0"],
              sizes["libsiglet.so"]), "600 KB")


def main():
    rates = speed()
    print("openssl speed: P-256 %.1f us, P-384 %.1f us, Ed25519 %.1f us a verification"
          % tuple(rates[k] * 1e6 for k in ("p256", "p384", "ed25519")))
    with tempfile.TemporaryDirectory() as folder:
        for name, flag in (("v1", "--v1"), ("v2", "--v2")):
            out = pathlib.Path(folder) / name
            subprocess.run([FORGE, "--out", str(out), "--seed", "bench", flag], check=True, stdout=subprocess.DEVNULL)
            bundle = next(out.glob("*.sigstore.json"))
            artifact = str(bundle)[: -len(".sigstore.json")]
            shutil.copy(artifact, out / "artifact")
            shutil.copy(bundle, out / "bundle.sigstore.json")
            one_bundle(name, out)
    walls = sorted(run[0][0] for run in launch(60, [SIGLET, "--help"]))
    report("siglet --help", "%.2f ms" % (walls[len(walls) // 2] * 1e3), "3 ms")
    sizes()
    count = int(os.environ.get("SIGLET_BENCH_COUNT", "10000"))
    batch("v1", "--v1", rates["p384"] + 4 * rates["p256"], "75 %, 1.85x", count)
    batch("v2", "--v2", 2 * rates["p384"] + 2 * rates["p256"] + rates["ed25519"], "60 %, 1.85x", count)
    hashing(int(os.environ.get("SIGLET_BENCH_GB", "4")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
