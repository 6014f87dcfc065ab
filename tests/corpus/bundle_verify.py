#!/usr/bin/env python3
"""Run every bundle-verify case of the shared corpus through the command line, as TAP.

With the artifact and with the digest, where a case has both. A refusal must come from the rule that
reasons.tsv names for the case: a refusal for another reason is a failure. Cases of level "may" are
printed with our answer and never fail. Without the corpus everything is skipped, visibly.

Usage: bundle_verify.py [--learn]   (--learn prints a reasons.tsv of today's answers, for review)
"""
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CORPUS = pathlib.Path(os.environ.get("SIGLET_CORPUS", ROOT / ".." / "shared" / "corpus"))
SIGLET = os.environ.get("SIGLET", str(ROOT / "build" / "siglet"))


def flags_of(case):
    """The command line that asks what the case asks."""
    options = case.get("options") or {}
    times = options.get("timestamps", 1 if options.get("time", True) else 0)
    flags = [
        "--tlog-threshold", "1" if options.get("tlog", True) else "0",
        "--timestamp-threshold", str(times),
        "--bundle", str(CORPUS / case["bundle"]),
    ]
    if case["trusted_root"]:
        flags += ["--trusted-root", str(CORPUS / case["trusted_root"])]
    if case["key"]:
        flags += ["--key", str(CORPUS / case["key"])]
        window = case.get("key_valid_for") or {}
        if window.get("start"):
            flags += ["--key-not-before", window["start"]]
        if window.get("end"):
            flags += ["--key-not-after", window["end"]]
    else:
        flags += ["--sct-threshold", "1" if options.get("sct", True) else "0"]
        if case["identity"]:
            flags += ["--identity", case["identity"]]
        if case["issuer"]:
            flags += ["--issuer", case["issuer"]]
    return flags


def artifacts_of(case):
    """(how, arguments) for each way the artifact is known."""
    if (case.get("extra") or {}).get("mode") == "envelope-only":
        return [("statement", ["--statement-only"])]
    ways = []
    if case["artifact"]:
        ways.append(("file", [str(CORPUS / case["artifact"])]))
    if case["digest"]:
        ways.append(("digest", ["--digest", "%s:%s" % (case["digest"]["alg"], case["digest"]["hex"])]))
    return ways


def run(arguments):
    """(exit status, rule that refused, message)"""
    done = subprocess.run([SIGLET, "verify", "--json"] + arguments, capture_output=True, timeout=60)
    try:
        answer = json.loads(done.stdout.decode().splitlines()[-1])
    except (IndexError, ValueError):
        answer = {}
    message = answer.get("message") or done.stderr.decode(errors="replace").strip()
    rule = answer.get("rule") or "exit%d" % done.returncode
    return done.returncode, rule, message


def read_reasons():
    reasons = {}
    for line in (HERE / "reasons.tsv").read_text().splitlines():
        if line and not line.startswith("#"):
            case, rules = line.split("\t")[:2]
            reasons[case] = rules.split(",")
    return reasons


def judge(case, way, status, rule, reasons):
    """None when the answer is the expected one, else what is wrong."""
    if case["expect"] == "pass":
        return None if status == 0 else "refused"
    if status == 0:
        return "ACCEPTED, must be refused"
    if status not in (1, 3):
        return "exit status %d" % status
    wanted = reasons.get(case["id"] + "/" + way) or reasons.get(case["id"])
    if wanted is None:
        return "no reason is listed for it"
    return None if rule in wanted else "refused by %s, not by %s" % (rule, " or ".join(wanted))


def main():
    learn = "--learn" in sys.argv
    manifest = CORPUS / "manifest.json"
    if not manifest.exists():
        print("1..1\nok 1 # SKIP the shared corpus is not here")
        return 0
    reasons = {} if learn else read_reasons()
    count = failed = 0
    for case in json.loads(manifest.read_text())["cases"]:
        if case["type"] != "bundle-verify":
            continue
        for way, arguments in artifacts_of(case):
            status, rule, message = run(flags_of(case) + arguments)
            if learn:
                if case["expect"] == "fail" and case["level"] == "must":
                    print("%s/%s\t%s\t%s\t# %s" % (case["id"], way, rule, message, case["why"]))
                continue
            count += 1
            name = "%s by %s" % (case["id"], way)
            if case["level"] == "may":
                answer = "accepted" if status == 0 else "refused: %s: %s" % (rule, message)
                print("ok %d - %s (may %s): %s" % (count, name, case["expect"], answer.replace("#", "")))
                continue
            wrong = judge(case, way, status, rule, reasons)
            print("%s %d - %s: %s" % ("ok" if wrong is None else "not ok", count, name, case["expect"]))
            if wrong is not None:
                failed += 1
                print("# %s: %s\n# why the case is there: %s" % (wrong, message, case["why"]))
    if not learn:
        print("1..%d" % count)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
