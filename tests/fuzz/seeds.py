#!/usr/bin/env python3
"""Make the seeds of every fuzz target: bundles of our own forging, and the pieces they consist of.

Usage: seeds.py FORGE OUT
"""
import base64
import json
import pathlib
import subprocess
import sys
import tempfile

VARIANTS = ["--v1", "--v2", "--v1 --dsse", "--v2 --dsse", "--v1 --intoto", "--v1 --version 0.1", "--v1 --key"]


def put(out, target, name, data):
    folder = out / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def take_apart(out, name, text):
    bundle = json.loads(text)
    put(out, "fuzz_bundle", name, text)
    put(out, "fuzz_json", name, text)
    material = bundle["verificationMaterial"]
    certs = [material["certificate"]] if "certificate" in material else []
    certs += material.get("x509CertificateChain", {}).get("certificates", [])
    for i, cert in enumerate(certs):
        put(out, "fuzz_cert", "%s-%d" % (name, i), base64.b64decode(cert["rawBytes"]))
    for i, entry in enumerate(material.get("tlogEntries", [])):
        if entry.get("canonicalizedBody"):
            put(out, "fuzz_entry", "%s-%d" % (name, i), base64.b64decode(entry["canonicalizedBody"]))
        note = entry.get("inclusionProof", {}).get("checkpoint", {}).get("envelope")
        if note:
            put(out, "fuzz_checkpoint", "%s-%d" % (name, i), note.encode())
    stamps = material.get("timestampVerificationData", {}).get("rfc3161Timestamps", [])
    for i, stamp in enumerate(stamps):
        put(out, "fuzz_timestamp", "%s-%d" % (name, i), base64.b64decode(stamp["signedTimestamp"]))
    if "dsseEnvelope" in bundle:
        put(out, "fuzz_statement", name, base64.b64decode(bundle["dsseEnvelope"]["payload"]))


def main():
    forge, out = sys.argv[1], pathlib.Path(sys.argv[2])
    for i, variant in enumerate(VARIANTS):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([forge, "--out", folder, "--seed", "fuzz"] + variant.split(), capture_output=True)
            if done.returncode != 0:
                sys.exit("seeds: siglet-forge %s: %s" % (variant, done.stderr.decode()))
            for path in sorted(pathlib.Path(folder).glob("*.sigstore.json")):
                take_apart(out, "seed-%d" % i, path.read_bytes())
            root = pathlib.Path(folder) / "trusted_root.json"
            put(out, "fuzz_trustroot", "seed-%d" % i, root.read_bytes())
            for log in json.loads(root.read_text())["tlogs"]:
                put(out, "fuzz_key", "seed-%d-%s" % (i, log["baseUrl"].replace("/", "_")),
                    base64.b64decode(log["publicKey"]["rawBytes"]))


if __name__ == "__main__":
    main()
