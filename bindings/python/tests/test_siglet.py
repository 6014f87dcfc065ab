"""The package against the installed library and the demo's real bundle. DEMO names the artifact, HEADER siglet.h."""
from __future__ import annotations

import copy
import gc
import json
import os
import pathlib
import pickle
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
from datetime import datetime, timezone
from typing import Callable

import siglet
from siglet import _library, _verify

ARTIFACT = pathlib.Path(os.environ["DEMO"])
BUNDLE = pathlib.Path(str(ARTIFACT) + ".sigstore.json")
CONTENT = ARTIFACT.read_bytes()
BUNDLE_CONTENT = BUNDLE.read_bytes()
REPOSITORY = "prefix-dev/sigstore-example"
IDENTITY = "https://github.com/%s/.github/workflows/action.yaml@refs/heads/main" % REPOSITORY
ISSUER = "https://token.actions.githubusercontent.com"


def digest() -> siglet.Digest:
    import hashlib

    return siglet.Digest("sha256:" + hashlib.sha256(CONTENT).hexdigest())


def changed_bundle() -> bytes:
    """One character of the signature is another."""
    bundle = json.loads(BUNDLE_CONTENT)
    signature = bundle["dsseEnvelope"]["signatures"][0]
    signature["sig"] = signature["sig"][:20] + ("A" if signature["sig"][20] != "A" else "B") + signature["sig"][21:]
    return json.dumps(bundle).encode()


class Folder(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)


class Accepts(Folder):
    def test_every_kind_of_artifact_with_every_kind_of_bundle(self) -> None:
        for artifact in (ARTIFACT, str(ARTIFACT), CONTENT, bytearray(CONTENT), memoryview(CONTENT), digest()):
            for bundle in (BUNDLE, str(BUNDLE), BUNDLE_CONTENT, bytearray(BUNDLE_CONTENT)):
                verdict = siglet.verify(artifact, bundle, identity=IDENTITY, issuer=ISSUER)
                self.assertTrue(verdict.accepted and verdict)

    def test_the_bundle_beside_a_file(self) -> None:
        self.assertTrue(siglet.verify(ARTIFACT, github=REPOSITORY))

    def test_what_the_verdict_says(self) -> None:
        verdict = siglet.verify(ARTIFACT, github=REPOSITORY)
        self.assertEqual(verdict.identity, IDENTITY)
        self.assertEqual(verdict.issuer, ISSUER)
        self.assertEqual(verdict.extensions["source-repository-uri"], "https://github.com/" + REPOSITORY)
        self.assertEqual(verdict.time, datetime(2025, 9, 1, 12, 13, 59, tzinfo=timezone.utc))
        self.assertEqual(verdict.predicate, {"targetChannel": "https://prefix.dev/sigstore-example"})
        self.assertTrue((verdict.kind or "").startswith("attested: "))
        self.assertEqual(verdict.report["file"], str(ARTIFACT))
        self.assertIn("log.promise", verdict.explanation)
        self.assertIsNone(verdict.rule)
        self.assertIsNone(verdict.warning)

    def test_all_that_can_be_expected(self) -> None:
        expected = siglet.Expectations(
            github=REPOSITORY,
            workflow="action.yaml",
            ref="refs/heads/main",
            require={"runner-environment": "github-hosted", "build-trigger": "push"},
            type="https://schemas.conda.org/attestations-publish-1.schema.json",
            signed_after=datetime(2025, 9, 1, tzinfo=timezone.utc),
            tlog_threshold=1,
            timestamp_threshold=1,
            sct_threshold=1,
        )
        again = pickle.loads(pickle.dumps(copy.deepcopy(expected)))
        self.assertEqual(expected, again)
        self.assertTrue(siglet.verify(ARTIFACT, expectations=expected))
        self.assertTrue(siglet.verify(ARTIFACT, expectations=again))

    def test_patterns(self) -> None:
        expected = siglet.Expectations(identity_pattern="https://github.com/prefix-dev/.*", issuer_pattern=".*")
        verdict = siglet.verify(ARTIFACT, expectations=expected)
        self.assertIsNotNone(verdict.warning)

    def test_the_statement_alone(self) -> None:
        expected = siglet.Expectations(github=REPOSITORY, statement_only=True)
        self.assertFalse(siglet.verify(None, BUNDLE, expectations=expected).report["artifactChecked"])

    def test_trust_roots(self) -> None:
        with siglet.TrustRoot.shipped() as root:
            self.assertEqual((root.source, root.origin), ("public", "shipped"))
            self.assertTrue(siglet.verify(ARTIFACT, github=REPOSITORY, trusted_root=root))
        with siglet.TrustRoot.current(folder=self.folder / "kept", offline=True) as root:
            assert root.refreshed is not None and root.expires is not None
            self.assertLess(root.refreshed, root.expires)
            self.assertTrue(siglet.verify(ARTIFACT, github=REPOSITORY, trusted_root=root))

    @unittest.skipUnless("CONFIG" in os.environ, "no CONFIG, SIGNED, WHO and ISSUER of an instance")
    def test_an_instance_of_ones_own(self) -> None:
        signed = os.environ["SIGNED"]
        who = {"identity": os.environ["WHO"], "issuer": os.environ["ISSUER"]}
        with siglet.TrustRoot.from_config(os.environ["CONFIG"]) as root:
            verdict = siglet.verify(signed, trusted_root=root, **who)  # type: ignore[arg-type]
            self.assertEqual((verdict.kind, verdict.predicate), ("signed", None))
            content = pathlib.Path(signed).read_bytes()
            self.assertFalse(siglet.judge(content + b"x", signed + ".sigstore.json", trusted_root=root, **who))  # type: ignore[arg-type]
        self.assertFalse(siglet.judge(signed, **who))  # type: ignore[arg-type]
        config = json.loads(pathlib.Path(os.environ["CONFIG"]).read_bytes())
        root = siglet.TrustRoot.from_json(json.dumps(config["trustedRoot"]).encode())
        self.assertEqual(root.origin, "memory")
        self.assertTrue(siglet.verify(signed, trusted_root=root, **who))  # type: ignore[arg-type]

    def test_a_file_that_is_named_dash(self) -> None:
        shutil.copy(ARTIFACT, self.folder / "-")
        shutil.copy(BUNDLE, self.folder / "-.sigstore.json")
        here = os.getcwd()
        os.chdir(self.folder)
        try:
            self.assertTrue(siglet.verify("-", github=REPOSITORY))
        finally:
            os.chdir(here)

    def test_a_name_that_is_not_utf8(self) -> None:
        name = os.path.join(os.fsencode(self.folder), b"\xff\xfe")
        pathlib.Path(os.fsdecode(name)).write_bytes(CONTENT)
        self.assertTrue(siglet.verify(os.fsdecode(name), BUNDLE, github=REPOSITORY))


class Refuses(Folder):
    def refused(self, rule: str, *arguments: object, **expected: object) -> siglet.Refused:
        verdict = siglet.judge(*arguments, **expected)  # type: ignore[arg-type]
        self.assertEqual((verdict.accepted, bool(verdict), verdict.rule), (False, False, rule))
        with self.assertRaises(siglet.Refused) as caught:
            siglet.verify(*arguments, **expected)  # type: ignore[arg-type]
        assert caught.exception.verdict is not None
        self.assertEqual(caught.exception.verdict.rule, rule)
        self.assertEqual(caught.exception.status, siglet.Status.REFUSED)
        return caught.exception

    def test_a_changed_artifact(self) -> None:
        changed = CONTENT[:-1] + bytes([CONTENT[-1] ^ 1])
        path = self.folder / "changed"
        path.write_bytes(changed)
        self.refused("statement.subject", changed, BUNDLE, github=REPOSITORY)
        self.refused("statement.subject", path, BUNDLE, github=REPOSITORY)
        self.refused("statement.subject", siglet.Digest("sha256:" + "0" * 64), BUNDLE, github=REPOSITORY)
        self.refused("statement.subject", b"", BUNDLE, github=REPOSITORY)

    def test_a_changed_bundle(self) -> None:
        error = self.refused("signature", ARTIFACT, changed_bundle(), github=REPOSITORY)
        self.assertEqual(error.code, "mismatch")

    def test_a_malformed_bundle(self) -> None:
        for bundle in (b"", b"{}", b"[", BUNDLE_CONTENT[:-3], BUNDLE_CONTENT + b"x", b"\0" * 100):
            error = self.refused("bundle", ARTIFACT, bundle, github=REPOSITORY)
            self.assertEqual(error.verdict.report["verdict"], "refused")  # type: ignore[union-attr]

    def test_no_bundle(self) -> None:
        (self.folder / "alone").write_bytes(CONTENT)
        error = self.refused("bundle", self.folder / "alone", github=REPOSITORY)
        self.assertIn(".sigstore.json", error.hint or "")
        self.assertIn(".sigstore.json", str(error))

    def test_another_identity(self) -> None:
        self.refused("identity.san", ARTIFACT, identity=IDENTITY + "x", issuer=ISSUER)
        self.refused("identity.issuer", ARTIFACT, identity=IDENTITY, issuer="https://example.com")
        self.refused("identity.repository", ARTIFACT, github="prefix-dev/other")

    def test_each_thing_that_is_expected(self) -> None:
        for rule, expected in (
            ("identity.workflow", siglet.Expectations(github=REPOSITORY, workflow="other.yaml")),
            ("identity.ref", siglet.Expectations(github=REPOSITORY, ref="refs/heads/other")),
            ("identity.extension", siglet.Expectations(github=REPOSITORY, require={"build-trigger": "pull_request"})),
            ("statement.type", siglet.Expectations(github=REPOSITORY, type="slsaprovenance1")),
            ("time.signed-after", siglet.Expectations(github=REPOSITORY, signed_after="2026-01-01T00:00:00Z")),
            ("log.threshold", siglet.Expectations(github=REPOSITORY, tlog_threshold=2)),
            ("time.threshold", siglet.Expectations(github=REPOSITORY, timestamp_threshold=2)),
            ("certificate.sct-threshold", siglet.Expectations(github=REPOSITORY, sct_threshold=2)),
            ("identity.san", siglet.Expectations(identity_pattern="https://github.com", issuer=ISSUER)),
        ):
            with self.subTest(expected=expected):
                self.assertFalse(siglet.judge(ARTIFACT, expectations=expected).accepted)
                self.assertEqual(siglet.judge(ARTIFACT, expectations=expected).rule, rule)

    def test_another_trust_root(self) -> None:
        with siglet.TrustRoot.shipped("staging") as root:
            with self.assertRaises(siglet.Refused) as caught:
                siglet.verify(ARTIFACT, github=REPOSITORY, trusted_root=root)
        self.assertIn("public", caught.exception.hint or "")

    def test_all_bundles(self) -> None:
        line = json.dumps(json.loads(BUNDLE_CONTENT)).encode()
        two = line + b"\n" + changed_bundle() + b"\n"
        self.assertTrue(siglet.verify(ARTIFACT, two, github=REPOSITORY))
        self.refused("signature", ARTIFACT, two, github=REPOSITORY, all_bundles=True)


class Fails(Folder):
    def test_usage(self) -> None:
        for arguments, expected in (
            ((ARTIFACT,), {}),
            ((ARTIFACT,), {"identity": IDENTITY}),
            ((ARTIFACT,), {"identity": "", "issuer": ISSUER}),
            ((ARTIFACT,), {"identity": IDENTITY + "\0", "issuer": ISSUER}),
            ((ARTIFACT,), {"identity": "\ud800", "issuer": ISSUER}),
            ((ARTIFACT,), {"github": None}),
            ((ARTIFACT,), {"github": REPOSITORY, "trusted_root": None}),
            ((ARTIFACT,), {"github": REPOSITORY, "email": ""}),
            ((ARTIFACT,), {"github": "", "expectations": siglet.Expectations(github=REPOSITORY)}),
            ((ARTIFACT,), {"expectations": siglet.Expectations(github=REPOSITORY, workflow="")}),
            ((ARTIFACT,), {"expectations": siglet.Expectations(github=REPOSITORY, workflow=None)}),  # type: ignore[arg-type]
            ((ARTIFACT,), {"expectations": siglet.Expectations(github=REPOSITORY, require={"": ""})}),
            ((ARTIFACT,), {"expectations": siglet.Expectations(github=REPOSITORY, sct_threshold=None)}),  # type: ignore[arg-type]
            ((str(ARTIFACT) + "\0",), {"github": REPOSITORY}),
            ((CONTENT,), {"github": REPOSITORY}),
            ((None, BUNDLE), {"github": REPOSITORY}),
            ((siglet.Digest("sha256:00"), BUNDLE), {"github": REPOSITORY}),
            ((siglet.Digest("sha256:00\0"), BUNDLE), {"github": REPOSITORY}),
            ((ARTIFACT,), {"github": REPOSITORY, "expectations": siglet.Expectations(github=REPOSITORY)}),
            ((ARTIFACT,), {"expectations": siglet.Expectations(github=REPOSITORY, statement_only=True)}),
            ((ARTIFACT,), {"expectations": siglet.Expectations(github=REPOSITORY, tlog_threshold=1 << 32)}),
            ((ARTIFACT,), {"expectations": siglet.Expectations(github=REPOSITORY, tlog_threshold=-1)}),
            ((ARTIFACT,), {"expectations": siglet.Expectations(github=REPOSITORY, signed_after=datetime(2025, 1, 1))}),
            ((ARTIFACT,), {"expectations": siglet.Expectations(identity_pattern="(", issuer=ISSUER)}),
            # What would be taken for less, or for something else.
            ((ARTIFACT,), {"github": REPOSITORY, "all_bundles": None}),
            ((ARTIFACT,), {"github": REPOSITORY, "all_bundles": 0}),
            ((None, BUNDLE), {"expectations": siglet.Expectations(github=REPOSITORY, statement_only="no")}),  # type: ignore[arg-type]
            ((ARTIFACT,), {"expectations": siglet.Expectations(github=REPOSITORY, require=[])}),  # type: ignore[arg-type]
            ((ARTIFACT,), {"expectations": {}}),
        ):
            with self.subTest(arguments=arguments, expected=expected):
                with self.assertRaises(siglet.UsageError) as caught:
                    siglet.judge(*arguments, **expected)
                self.assertEqual((caught.exception.code, caught.exception.status), ("usage", siglet.Status.USAGE))

    def test_types(self) -> None:
        with self.assertRaises(TypeError):
            siglet.judge(42, BUNDLE, github=REPOSITORY)  # type: ignore[arg-type]

    def test_unreadable(self) -> None:
        for arguments in ((self.folder / "none", BUNDLE), (ARTIFACT, self.folder / "none"), (self.folder, BUNDLE)):
            with self.assertRaises(siglet.UnreadableError) as caught:
                siglet.judge(*arguments, github=REPOSITORY)
            self.assertEqual(caught.exception.code, "io")

    def test_trust_roots_that_are_none(self) -> None:
        (self.folder / "root").write_text("{}")
        with self.assertRaises(siglet.UsageError):
            siglet.TrustRoot.shipped("nowhere")
        with self.assertRaises(siglet.UnreadableError):
            siglet.TrustRoot.from_file(self.folder / "root")
        with self.assertRaises(siglet.UnreadableError):
            siglet.TrustRoot.from_config(self.folder / "none")
        with self.assertRaises(siglet.UnreadableError):
            siglet.TrustRoot.from_json(b"\0\0")
        with self.assertRaises(siglet.UsageError):
            siglet.TrustRoot.current("nowhere", folder=self.folder, offline=True)


class Lives(Folder):
    def test_a_closed_trust_root(self) -> None:
        root = siglet.TrustRoot.shipped()
        root.close()
        root.close()
        self.assertEqual(repr(root), "<TrustRoot closed>")
        for use in (lambda: root.source, lambda: siglet.judge(ARTIFACT, github=REPOSITORY, trusted_root=root)):
            with self.assertRaises(siglet.UsageError):
                use()

    def test_a_trust_root_that_is_closed_while_threads_use_it(self) -> None:
        wrong = []

        def use(root: siglet.TrustRoot, started: threading.Barrier) -> None:
            started.wait()
            try:
                for _ in range(50):
                    if not siglet.judge(CONTENT, BUNDLE_CONTENT, github=REPOSITORY, trusted_root=root):
                        wrong.append("refused")
            except siglet.UsageError:
                pass  # closed meanwhile

        for _ in range(5):
            root, started = siglet.TrustRoot.shipped(), threading.Barrier(9)
            threads = [threading.Thread(target=use, args=(root, started)) for _ in range(8)]
            for thread in threads:
                thread.start()
            started.wait()
            root.close()
            for thread in threads:
                thread.join()
        self.assertEqual(wrong, [])

    def test_a_trust_root_that_nobody_else_holds(self) -> None:
        for _ in range(20):
            gc.collect()
            self.assertTrue(siglet.judge(ARTIFACT, github=REPOSITORY, trusted_root=siglet.TrustRoot.shipped()))

    def test_an_error_outlives_what_it_was_about(self) -> None:
        errors = []
        for _ in range(20):
            try:
                siglet.verify(b"other", BUNDLE, github=REPOSITORY, trusted_root=siglet.TrustRoot.shipped())
            except siglet.Refused as error:
                errors.append(error)
        gc.collect()
        self.assertEqual({error.verdict.rule for error in errors if error.verdict is not None}, {"statement.subject"})

    def test_no_copies_of_what_is_freed_once(self) -> None:
        root = siglet.TrustRoot.shipped()
        for attempt in (copy.deepcopy, pickle.dumps):
            with self.assertRaises(TypeError):
                attempt(root)
        alias = copy.copy(root)
        root.close()
        self.assertEqual(alias.source, "public")

    def test_a_verdict_is_a_value(self) -> None:
        verdict = siglet.judge(ARTIFACT, github=REPOSITORY, trusted_root=siglet.TrustRoot.shipped())
        self.assertEqual(pickle.loads(pickle.dumps(verdict)), verdict)

    def test_bytes_that_change_meanwhile(self) -> None:
        content, stop = bytearray(CONTENT), threading.Event()

        def disturb() -> None:
            while not stop.is_set():
                content.extend(b"x" * 100000)
                del content[len(CONTENT) :]

        thread = threading.Thread(target=disturb)
        thread.start()
        try:
            for _ in range(100):
                siglet.judge(content, bytearray(BUNDLE_CONTENT), github=REPOSITORY)
        finally:
            stop.set()
            thread.join()
        self.assertTrue(siglet.judge(content, BUNDLE, github=REPOSITORY))

    def grows(self, count: int, do: Callable[[], object]) -> int:
        """By how many KiB this process grew when it was done a second time."""
        import resource

        sizes = []
        for _ in range(3):
            for _ in range(count):
                do()
            sizes.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        return sizes[2] - sizes[1]

    def test_memory_does_not_grow(self) -> None:
        root = siglet.TrustRoot.shipped()

        def fail() -> None:
            with self.assertRaises(siglet.UsageError):
                siglet.judge(CONTENT, BUNDLE_CONTENT, trusted_root=root)

        def judge() -> None:
            siglet.judge(CONTENT, BUNDLE_CONTENT, github=REPOSITORY, trusted_root=root)

        self.assertLess(self.grows(100, siglet.TrustRoot.shipped), 1024)
        self.assertLess(self.grows(500, judge), 1024)
        self.assertLess(self.grows(10000, fail), 1024)

    def test_a_child(self) -> None:
        child = os.fork()
        if child == 0:
            os._exit(0 if siglet.judge(ARTIFACT, github=REPOSITORY) else 1)
        self.assertEqual(os.waitpid(child, 0)[1], 0)

    def test_the_end_of_a_program_that_holds_things(self) -> None:
        program = (
            "import siglet, threading, os; root = siglet.TrustRoot.shipped(); cycle = [root]; cycle.append(cycle)\n"
            "verdict = siglet.judge(os.environ['DEMO'], github='%s', trusted_root=root); assert verdict\n" % REPOSITORY
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (0, b""))


class Interface(unittest.TestCase):
    """What is written here of siglet.h is what it says."""

    header = re.sub(r"/\*.*?\*/", " ", pathlib.Path(os.environ["HEADER"]).read_text(), flags=re.S)

    def enumeration(self, name: str) -> dict[str, int]:
        body = re.search(r"enum %s \{(.*?)\}" % name, self.header, re.S)
        assert body is not None
        values, next_value = {}, 0
        for item in filter(None, (part.strip() for part in body.group(1).split(","))):
            member, _, value = item.partition("=")
            next_value = int(value) if value else next_value
            values[member.strip()] = next_value
            next_value += 1
        return values

    def test_numbers(self) -> None:
        # What is about statements of SCITT, which are not judged here.
        scitt = {"SIGLET_EXPECT_SUBJECT", "SIGLET_THRESHOLD_RECEIPT"}
        for mine, prefix, theirs in (
            (_verify.EXPECT, "SIGLET_EXPECT_", self.enumeration("siglet_expect")),
            (_verify.THRESHOLD, "SIGLET_THRESHOLD_", self.enumeration("siglet_threshold")),
            ({s.name: s.value for s in siglet.Status}, "SIGLET_STATUS_", self.enumeration("siglet_status")),
        ):
            named = {prefix + name.upper().replace("KEY", "KEY_PEM" if name == "key" else "KEY"): value for name, value in mine.items()}
            self.assertEqual(named, {name: value for name, value in theirs.items() if name not in scitt})

    def test_prototypes(self) -> None:
        for name, result, arguments in _library._PROTOTYPES:
            found = re.search(r"([\w ]+?[ *]+)%s\(([^)]*)\)" % name, self.header)
            assert found is not None, name
            listed = [] if found.group(2).strip() == "void" else found.group(2).split(",")
            self.assertEqual(len(listed), len(arguments), name)
            self.assertEqual("siglet_error *" in found.group(1) and "CHECKED" in found.group(1), result is _library._error, name)

    def test_options(self) -> None:
        body = re.search(r"struct siglet_verify_options \{(.*?)\}", self.header, re.S)
        assert body is not None
        self.assertEqual(re.findall(r"(\w+);", body.group(1)), [field[0] for field in _library.VerifyOptions._fields_])


if __name__ == "__main__":
    unittest.main()
