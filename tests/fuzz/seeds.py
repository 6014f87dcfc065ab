#!/usr/bin/env python3
"""Make the seeds of every fuzz target: bundles of our own forging, and the pieces they consist of.

Usage: seeds.py FORGE OUT
"""
import base64
import hashlib
import json
import pathlib
import re
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
        put(out, "fuzz_glance", "%s-%d" % (name, i), base64.b64decode(cert["rawBytes"]))
    for i, entry in enumerate(material.get("tlogEntries", [])):
        if entry.get("canonicalizedBody"):
            body = base64.b64decode(entry["canonicalizedBody"])
            put(out, "fuzz_entry", "%s-%d" % (name, i), body)
            entries = [body, b"", b'{"kind":"a","apiVersion":"1"}', body.replace(b":", b": ")]
            for count in (1, 4):
                bundle_tile = b"".join(len(e).to_bytes(2, "big") + e for e in entries[:count])
                put(out, "fuzz_entries", "%s-%d-%d" % (name, i, count), bytes([count - 1]) + bundle_tile)
        note = entry.get("inclusionProof", {}).get("checkpoint", {}).get("envelope")
        if note:
            put(out, "fuzz_checkpoint", "%s-%d" % (name, i), note.encode())
    stamps = material.get("timestampVerificationData", {}).get("rfc3161Timestamps", [])
    for i, stamp in enumerate(stamps):
        put(out, "fuzz_timestamp", "%s-%d" % (name, i), base64.b64decode(stamp["signedTimestamp"]))
    answers(out, name, bundle)
    if "dsseEnvelope" in bundle:
        put(out, "fuzz_statement", name, base64.b64decode(bundle["dsseEnvelope"]["payload"]))


def pem(der):
    text = base64.encodebytes(der).decode().replace("\n", "")
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n" % "\n".join(lines)


def jwt(claims):
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return "e30.%s.c2ln" % part


def as_v1(entry):
    """The entry as the API of Rekor v1 has it."""
    body = base64.b64decode(entry["canonicalizedBody"])
    proof = entry["inclusionProof"]
    return {hashlib.sha256(b"\0" + body).hexdigest(): {
        "body": entry["canonicalizedBody"], "integratedTime": int(entry["integratedTime"]), "logIndex": int(entry["logIndex"]),
        "logID": base64.b64decode(entry["logId"]["keyId"]).hex(),
        "verification": {
            "signedEntryTimestamp": entry["inclusionPromise"]["signedEntryTimestamp"],
            "inclusionProof": {
                "checkpoint": proof["checkpoint"]["envelope"], "logIndex": int(proof["logIndex"]),
                "treeSize": int(proof["treeSize"]), "rootHash": base64.b64decode(proof["rootHash"]).hex(),
                "hashes": [base64.b64decode(h).hex() for h in proof["hashes"]]}}}}


def answers(out, name, bundle):
    """What the services would have answered."""
    material = bundle["verificationMaterial"]
    for entry in material.get("tlogEntries", []):
        put(out, "fuzz_rekor", name, json.dumps(entry).encode())
        if "inclusionPromise" in entry and "inclusionProof" in entry:
            put(out, "fuzz_rekor", name + "-v1", json.dumps(as_v1(entry)).encode())
        put(out, "fuzz_rekor", name + "-note", entry.get("inclusionProof", {}).get("checkpoint", {}).get("envelope", "").encode())
    if "certificate" in material:
        chain = {"chain": {"certificates": [pem(base64.b64decode(material["certificate"]["rawBytes"]))]}}
        put(out, "fuzz_fulcio", name, json.dumps({"signedCertificateEmbeddedSct": chain}).encode())
        sct = {"sct_version": 0, "id": "A" * 43 + "=", "timestamp": 1, "extensions": "", "signature": "BAMAAAA="}
        put(out, "fuzz_fulcio", name + "-sct", json.dumps(sct).encode())
        chain["signedCertificateTimestamp"] = base64.b64encode(json.dumps(sct).encode()).decode()
        put(out, "fuzz_fulcio", name + "-detached", json.dumps({"signedCertificateDetachedSct": chain}).encode())


def tokens(out):
    claims = {"iss": "https://login.example", "sub": "me", "aud": "sigstore", "iat": 1800000000, "exp": 1800000600}
    github = dict(claims, iss="https://token.actions.githubusercontent.com", job_workflow_ref="a/b/c@refs/heads/main")
    person = dict(claims, email="a@b.example", email_verified="true", federated_claims={"connector_id": "https://c.example"})
    for i, one in enumerate([claims, github, person, dict(claims, aud=["x", "sigstore"], nbf=1.5)]):
        put(out, "fuzz_token", "seed-%d" % i, jwt(one).encode())
    put(out, "fuzz_oauth", "token", json.dumps({"id_token": jwt(claims)}).encode())
    put(out, "fuzz_oauth", "pending", b'{"error":"authorization_pending"}')
    put(out, "fuzz_oauth", "grant", b'{"device_code":"c","user_code":"u","verification_uri":"v","expires_in":9,"interval":3}')
    put(out, "fuzz_oauth", "issuer", json.dumps({
        "issuer": "https://login.example", "authorization_endpoint": "https://login.example/a",
        "token_endpoint": "https://login.example/t", "device_authorization_endpoint": "https://login.example/d",
        "code_challenge_methods_supported": ["S256"]}).encode())


def repositories(out):
    digest = hashlib.sha256(b"hello").digest()
    put(out, "fuzz_repo", "netrc", b'# mine\nmachine a.example login me password "p w\\"d" account x\nmacdef init\ncd /\n\ndefault login x password y\n')
    put(out, "fuzz_repo", "basic", b"ci:pa:ss w0rd\n")
    put(out, "fuzz_repo", "bearer", b"Bearer abc.def-_~+/=\n")
    put(out, "fuzz_repo", "name", b"a b%20+\xc3\xbc.tgz")
    put(out, "fuzz_repo", "url", b"https://a.example/b/c%20d?token=x")
    put(out, "fuzz_repo", "range", b"bytes 5-9/10")
    put(out, "fuzz_repo", "headers", b"content-length: 5\nx-checksum-sha256: %s\nrepr-digest: sha-512=:AA==:, sha-256=:%s:\ndigest: sha-256=%s\n"
        b'etag: "{SHA1{00}}"\ncontent-md5: AAAA\n' % (digest.hex().encode(), base64.b64encode(digest), base64.b64encode(digest)))


def trails(out):
    line = {"time": "2026-01-01T00:00:00Z", "file": "x", "digest": "sha256:" + hashlib.sha256(b"hello").hexdigest(), "keyId": "00" * 32,
            "log": "https://log.example", "logIndex": 7, "logId": "11" * 32, "leaf": "22" * 32, "schema": 1, "action": "sign", "verdict": "signed"}
    entry = {"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": {"hashedRekordV002": {
        "data": {"algorithm": "SHA2_256", "digest": base64.b64encode(hashlib.sha256(b"hello").digest()).decode()},
        "signature": {"content": "AAAA", "verifier": {"keyDetails": "PKIX_ECDSA_P256_SHA_256", "publicKey": {"rawBytes": "MAA="}}}}}}
    put(out, "fuzz_trail", "line", json.dumps(line).encode() + b"\n" + json.dumps(entry, separators=(",", ":")).encode())
    put(out, "fuzz_trail", "older", json.dumps({k: line[k] for k in ("time", "log", "logIndex")}).encode() + b"\n" + json.dumps(entry).encode())
    put(out, "fuzz_trail", "refused", json.dumps(dict(line, verdict="refused", identity="me")).encode())


def trust(out):
    """Metadata of each role (the first byte chooses how it is read), and a pack of it."""
    root = (pathlib.Path(__file__).resolve().parents[2] / "third_party_certs/public-good/root.json").read_bytes()
    head = {"spec_version": "1.0", "version": 1, "expires": "2030-01-01T00:00:00Z"}
    entry = {"version": 1, "length": 5, "hashes": {"sha256": "00" * 32}}
    role = {"name": "r", "keyids": ["k"], "threshold": 1, "terminating": True, "paths": ["a/*"]}
    hashed = dict(role, name="h", terminating=False, path_hash_prefixes=["6"])
    del hashed["paths"]
    key = {"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": "11" * 32}}
    signed = [
        dict(head, _type="timestamp", meta={"snapshot.json": entry}),
        dict(head, _type="snapshot", meta={"targets.json": entry, "r.json": entry, "h.json": entry}),
        dict(head, _type="targets", targets={"a/c": entry}, delegations={"keys": {"k": key}, "roles": [hashed, role]}),
        dict(head, _type="targets", targets={"a/b": entry}, meta={"r.json": entry}, consistent_snapshot=True),
    ]
    put(out, "fuzz_tuf", "root", b"\0" + root)
    for i, content in enumerate(signed):
        text = json.dumps({"signed": content, "signatures": [{"keyid": "k", "sig": "00" * 64}]}).encode()
        put(out, "fuzz_tuf", "role-%d" % i, bytes([i + 1]) + text)
        put(out, "fuzz_tuf", "search-%d" % i, b"\4" + text)
    pack = {"mediaType": "application/vnd.siglet.trust-pack.v1+json", "instance": "acme", "refreshed": "2026-01-01T00:00:00Z",
            "metadata": {"2.root.json": "AAAA"}, "seen": {}, "targets": {"trusted_root.json": "e30="}}
    put(out, "fuzz_tuf", "pack", b"\6" + json.dumps(pack).encode())
    put(out, "fuzz_tuf", "pattern", b"\7a*?/*aab/cd")


def vkey(name, kind, key):
    key_id = hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + key).digest()[:4]
    return "%s+%s+%s" % (name, key_id.hex(), base64.b64encode(bytes([kind]) + key).decode())


def notes(out):
    """Verifier keys and lines of the unit tests' vectors, and policies with them."""
    text = (pathlib.Path(__file__).resolve().parents[1] / "unit/note_vectors.h").read_text()
    text = text.replace('"\n\t"', "")
    vectors = dict(re.findall(r'VECTOR_(\w+)(?:\[\] =)?\s(?:\\\n\s+)?\s*"([^"]*)"', text))
    body, origin, witness = vectors["TEXT"].replace("\\n", "\n"), vectors["ORIGIN"], vectors["WITNESS"]
    for kind, name in [("ED25519", witness), ("ML_DSA", witness), ("ECDSA", origin), ("LOG", origin)]:
        put(out, "fuzz_vkey", "key-" + kind, vectors[kind + "_VKEY"].encode())
        note = "%s\n\u2014 %s %s\n" % (body, name, vectors[kind + "_LINE"])
        put(out, "fuzz_vkey", "note-" + kind, note.encode())
    others = ["witness o%d %s https://w.example/%d\n" % (i, vkey("other.example", 4, bytes([i + 1] * 32)), i) for i in range(6)]
    one = "witness one %s\n" % vectors["ED25519_VKEY"]
    log = "log %s https://log.example/\n" % vectors["LOG_VKEY"]
    policies = [
        "quorum none\n",
        log + "log %s\n" % vectors["ECDSA_VKEY"] + "# none\nquorum none\n",
        log + one + "quorum one\n",
        one + "".join(others[:2]) + "group g any one o0 o1\nquorum g\n",
        one + "".join(others[:2]) + "group g all one o0 o1\nquorum g\n",
        "".join(others) + one + "group x 2 o0 o1 one\n\tgroup y any o2 o3 o4\ngroup xy all x y\nquorum xy\n",
        "witness m %s\n" % vectors["ML_DSA_VKEY"] + one + "group g 1 m one\nquorum g\n",
    ]
    for i, policy in enumerate(policies):
        put(out, "fuzz_witness_policy", "policy-%d" % i, policy.encode())


def certificates(out):
    """What a CT log publishes; the first byte chooses how it is read."""
    index = b"\0\x08\0\0\5\0\0\0\0\7"
    x509 = b"\0\0\1\x90\0\0\0\0" + b"\0\0" + b"\0\0\4cert" + index
    precert = b"\0\0\1\x90\0\0\0\0" + b"\0\1" + b"h" * 32 + b"\0\0\3tbs" + b"\0\0"
    tile = x509 + b"\0\x20" + b"c" * 32 + precert + b"\0\0\7precert" + b"\0\0"
    leaves = [base64.b64encode(b"\0\0" + e).decode() for e in (x509, precert)]
    hashes = [base64.b64encode(bytes([i] * 32)).decode() for i in range(3)]
    signature = b"\4\3\0\x08" + b"0\6\2\1\1\2\1\1"
    head = {"tree_size": 7, "timestamp": 1700000000000, "sha256_root_hash": hashes[0],
            "tree_head_signature": base64.b64encode(signature).decode()}
    blob = base64.b64encode(b"\1\2\3\4" + (1700000000000).to_bytes(8, "big") + signature).decode()
    note = "log.example\n7\n%s\n\n\u2014 log.example %s\n" % (hashes[0], blob)
    for i, entry in enumerate((x509, precert)):
        put(out, "fuzz_ctlog", "leaf-%d" % i, b"\0\0\0" + entry)
    put(out, "fuzz_ctlog", "tile", b"\1" + tile)
    put(out, "fuzz_ctlog", "head", b"\2" + json.dumps(head).encode())
    put(out, "fuzz_ctlog", "note", b"\3" + note.encode())
    put(out, "fuzz_ctlog", "entries", b"\4" + json.dumps({"entries": [{"leaf_input": l, "extra_data": ""} for l in leaves]}).encode())
    put(out, "fuzz_ctlog", "growth", b"\4" + json.dumps({"consistency": hashes}).encode())
    put(out, "fuzz_ctlog", "inclusion", b"\4" + json.dumps({"leaf_input": leaves[0], "audit_path": hashes}).encode())


def audits(out):
    """The files of an auditor: of a range, of all that was read, of rules; and evidence."""
    digest = base64.b64encode(bytes(range(32))).decode()
    nodes = [[2, 0, digest], [0, 4, digest]]
    part = {"schema": 1, "origin": "log.example", "size": 9, "root": "00" * 32, "start": 0, "end": 5, "nodes": nodes,
            "entries": 5, "bytes": 50, "hits": 0, "skipped": 0}
    put(out, "fuzz_part", "part", json.dumps(part).encode())
    put(out, "fuzz_part", "empty", json.dumps(dict(part, start=5, nodes=[], entries=0)).encode())
    put(out, "fuzz_part", "frontier", json.dumps({"schema": 1, "origin": "log.example", "size": 5, "nodes": nodes}).encode())
    put(out, "fuzz_part", "cursor", b'{"schema":1,"rules":"00","scanned_to":5,"anchor_size":9}')
    text = (pathlib.Path(__file__).resolve().parents[1] / "unit/note_vectors.h").read_text().replace('"\n\t"', "")
    vectors = dict(re.findall(r'VECTOR_(\w+)(?:\[\] =)?\s(?:\\\n\s+)?\s*"([^"]*)"', text))
    body, origin, key = vectors["TEXT"].replace("\\n", "\n"), vectors["ORIGIN"], vectors["LOG_VKEY"]
    note = "%s\n\u2014 %s %s\n" % (body, origin, vectors["LOG_LINE"])
    raw = base64.b64decode(key.split("+", 2)[2])[1:]
    log = {"name": origin, "keyId": key.split("+")[1], "scheme": "ed25519",
           "publicKey": base64.b64encode(bytes.fromhex("302a300506032b6570032100") + raw).decode()}
    for kind in ("fork", "stale", "bad-signature", "other-origin"):
        evidence = {"mediaType": "application/vnd.siglet.log-evidence.v1+json", "kind": kind,
                    "seen": "2026-01-01T00:00:00Z", "from": "https://log.example", "log": log, "first": note,
                    "second": note.replace("\n", "\n1", 1), "inclusion": {"leaf": digest, "hashes": [digest]}}
        put(out, "fuzz_evidence", kind, json.dumps(evidence).encode())


def cbor(out):
    """The examples of RFC 8949, and some in one."""
    text = (pathlib.Path(__file__).resolve().parents[1] / "unit/cbor_rfc8949_test.c").read_text()
    examples = [bytes.fromhex(digits) for digits in re.findall(r'\{ "([0-9a-f]+)",', text)]
    for i, example in enumerate(examples):
        put(out, "fuzz_cbor", "example-%d" % i, example)
    whole = [e for e in examples if not set(e) & {0x5f, 0x7f, 0x9f, 0xbf} and e[0] < 0xf8 and e[0] != 0xf0 and 0xfb not in e]
    put(out, "fuzz_cbor", "all", bytes([0x98, len(whole)]) + b"".join(whole))
    put(out, "fuzz_cbor", "map", bytes.fromhex("d284" "45a1182141a0" "a2012604423131" "f6" "4401020304"))


def literals(text):
    """The strings of a piece of C; those that stand side by side are one."""
    return re.findall(r'"([^"]*)"', re.sub(r'"\s*\\?\s*"', "", text))


def cose(out):
    """Messages that others signed, and keys."""
    text = (pathlib.Path(__file__).resolve().parents[1] / "unit/cose_vectors.h").read_text()
    head, table = text.split("static const vector vectors[]")
    part = {name: literals(rest)[0] for name, rest in re.findall(r"VECTOR_(\w+_[XYNE])\b([^#]*)", head)}
    p256 = "2001 215820" + part["P256_X"] + "225820" + part["P256_Y"]
    keys = ["a6 0102 024131 0326" + p256, "a5 0102 048102" + p256, "a3 0101 2006 215820" + part["ED25519_X"],
            "a4 0103 033825 20590100" + part["RSA_N"] + "2143" + part["RSA_E"]]
    messages = [m for m in literals(table) if re.fullmatch(r"d[0-9a-f]+|84[0-9a-f]+", m) and not m.startswith("846a")]
    for i, digits in enumerate(keys + messages):
        put(out, "fuzz_cose", "seed-%d" % i, bytes.fromhex(digits))
    header = (pathlib.Path(__file__).resolve().parents[1] / "unit/cose_alice.h").read_text()
    alice = literals(header[header.index("#define ALICE"):])[0]
    put(out, "fuzz_cose", "chain", bytes.fromhex("8443a10126a11821" + "5901ad" + alice + "f641ff"))
    put(out, "fuzz_cose", "bound", bytes.fromhex("845901b5a20126 18215901ad" + alice + "a0f641ff"))


def dids(out):
    """Issuers that are named by a certificate authority; of cose_alice.h."""
    of = "did:x509:0:sha256:" + "A" * 43
    for i, policies in enumerate(["::subject:CN:Alice%20Lovelace", "::san:email:a%40b::eku:1.3.6.1.5.5.7.3.3", "::fulcio-issuer:a.example%2Fb"]):
        put(out, "fuzz_did", "seed-%d" % i, (of + policies).encode())


def bstr(data):
    size = len(data)
    return (bytes([0x40 + size]) if size < 24 else bytes([0x58, size]) if size < 256 else b"\x59" + size.to_bytes(2, "big")) + data


def scitt(out):
    """Receipts of others, alone and in a statement; keys in JSON."""
    unit = pathlib.Path(__file__).resolve().parents[1] / "unit"
    text = (unit / "scitt_receipt_test.c").read_text()
    receipts = [bytes.fromhex(literals(text[text.index("#define " + name):])[0])
                for name in ("CCF_RECEIPT", "EXAMPLE_INCLUSION", "EXAMPLE_CONSISTENCY")]
    for i, receipt in enumerate(receipts):
        put(out, "fuzz_scitt", "receipt-%d" % i, receipt)
    header = bytes.fromhex("a3 0126 04416b 0fa2 0163613a62 026173")
    carried = bytes.fromhex("a119018a") + bytes([0x80 + len(receipts)]) + b"".join(bstr(r) for r in receipts)
    put(out, "fuzz_scitt", "statement", b"\xd2\x84" + bstr(header) + carried + bstr(b"payload") + bstr(bytes(64)))
    keys = (unit / "scitt_keys_test.c").read_text().replace('\\"', "'")
    jwks = [literals(keys[keys.index("#define JWK_" + name):])[0].replace("'", '"') for name in ("EC", "OKP", "RSA")]
    put(out, "fuzz_scitt", "jwks", ('{"keys":[' + ",".join(jwks) + "]}").encode())
    alice = literals(keys[keys.index("#define ALICE_BASE64"):])[0]
    put(out, "fuzz_scitt", "ccf", ('{"parameters":[{"serviceCertificate":"%s"}]}' % alice).encode())
    put(out, "fuzz_scitt", "pem", pem(base64.b64decode(alice)).encode())


def main():
    forge, out = sys.argv[1], pathlib.Path(sys.argv[2])
    tokens(out)
    trust(out)
    repositories(out)
    trails(out)
    notes(out)
    certificates(out)
    audits(out)
    cbor(out)
    cose(out)
    dids(out)
    scitt(out)
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
