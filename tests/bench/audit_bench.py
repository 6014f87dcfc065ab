#!/usr/bin/env python3
"""The audit part of make bench: logs made here, recomputed from their entries against a bare hasher in the same run, looked
through for an identity, read over HTTP with a latency, and the consistency of a log that would fill a data centre."""
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

from sign_bench import B, SANDBOX, SIGLET, report

TREEHASH = os.path.join(B, "tests/bench/treehash")
ENTRY_BYTES = 600
MILLION = 1000000


def wall(command, cores):
    """Seconds of one run on the first so many cores, and its peak of memory in MiB."""
    began = time.monotonic()
    child = subprocess.Popen(["taskset", "-c", "0-%d" % (cores - 1), *command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit("%s: status %d" % (" ".join(command), child.returncode))
    return time.monotonic() - began, usage.ru_maxrss / 1024


def make_log(folder, size, *arguments):
    subprocess.run([SANDBOX, "make-log", "--out", folder, "--size", str(size), *arguments], check=True,
                   stdout=subprocess.DEVNULL)


def audit(folder, check, *arguments):
    """A command that remembers nothing of an earlier run."""
    state = tempfile.mkdtemp(prefix="state", dir=os.path.dirname(folder))
    return [SIGLET, "audit", check, "--trust-config", folder + ".keys/trust_config.json", "--state", state, *arguments]


def recompute(folder, size, cores):
    """Medians of runs that alternate, so that a slow spell of the machine hits both alike."""
    ours, floors, memory = [], [], 0
    for _ in range(5):
        seconds, mib = wall(audit(folder, "log", "--from", folder, "--jobs", str(cores)), cores)
        ours.append(seconds)
        memory = max(memory, mib)
        floors.append(wall([TREEHASH, str(ENTRY_BYTES), str(size), str(cores)], cores)[0])
    ratio = statistics.median(floors) / statistics.median(ours)
    report("recompute %d M entries, %d core%s" % (size // MILLION, cores, "s" if cores > 1 else ""),
           "%.2f of a bare hasher (%.2f M entries/s, %.1f MiB)" % (ratio, size / statistics.median(ours) / 1e6, memory),
           "at least 0.80, under 64 MiB")
    return statistics.median(ours) / size


def scan(folder, size):
    runs = [wall(audit(folder, "watch", "--from", folder, "--jobs", "1", "--since", "begin", "--identity", "nobody@example.com"),
                 1)[0] for _ in range(3)]
    report("look through %d entries of an identity log, 1 core" % size, "%d entries/s" % (size / statistics.median(runs)),
           "at least 100,000")


def over_http(folder, size, jobs):
    """The server's latency, and how much of it is left per entry when enough is in flight."""
    server = subprocess.Popen([SANDBOX, "serve-log", folder, "--fault", "delay=20"], stdout=subprocess.PIPE, text=True)
    try:
        url = server.stdout.readline().strip()
        seconds, _ = wall(audit(folder, "log", "--from", url, "--jobs", str(jobs), "--entries-only"), os.cpu_count())
    finally:
        server.terminate()
        server.wait()
    requests = size / 256
    report("over HTTP with 20 ms a request, %d in flight" % jobs,
           "%.0f requests/s, %.0f MB/s; one at a time could be %.0f requests/s" %
           (requests / seconds, size * ENTRY_BYTES / seconds / 1e6, 1000 / 20), "not the latency")


def huge(folder):
    """From one checkpoint to another of a log of 2^30 entries: how many tiles."""
    keys = os.path.join(folder, "huge.keys")
    command = audit(os.path.join(folder, "huge"), "consistency", "--json")
    for size in (2**30 - 12345678, 2**30):
        server = subprocess.Popen([SANDBOX, "simulate-log", "--size", str(size), "--keys", keys], stdout=subprocess.PIPE, text=True)
        try:
            url = server.stdout.readline().strip()
            told = json.loads(subprocess.run([*command, "--from", url], check=True, stdout=subprocess.PIPE, text=True).stdout)
        finally:
            server.terminate()
            server.wait()
    report("consistency of a log of 2^30 entries", "%s: %d requests, %d bytes" % (told["verdict"], told["requests"], told["bytes"]),
           "under 1 MB")


def main():
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as base:
        log = os.path.join(base, "log")
        costs = {}
        for size in (MILLION, 5 * MILLION, 10 * MILLION):
            make_log(log, size, "--entry-bytes", str(ENTRY_BYTES))
            for cores in (1, os.cpu_count()):
                costs[size, cores] = recompute(log, size, cores)
        report("  an entry of 10 M over one of 1 M, 1 core", "%.2f" % (costs[10 * MILLION, 1] / costs[MILLION, 1]), "0.90 to 1.10")
        subprocess.run(["rm", "-rf", log], check=True)
        make_log(log, MILLION, "--entry-bytes", str(ENTRY_BYTES))
        for jobs in (8, 32, 64):
            over_http(log, MILLION, jobs)
        identities = os.path.join(base, "identities")
        make_log(identities, 200000, "--kind", "hashedrekord")
        scan(identities, 200000)
        huge(base)


if __name__ == "__main__":
    main()
