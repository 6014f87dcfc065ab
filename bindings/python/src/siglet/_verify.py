"""What is asked, and the answer."""
from __future__ import annotations

import ctypes
import dataclasses
import datetime
import json
import os
from typing import Any, Dict, List, Mapping, Optional, Tuple, Union

from ._errors import Refused, UsageError
from ._library import Handle, VerifyOptions, check, encode, encode_path, lib, make, owned_text, text
from ._trust import PUBLIC, Path, TrustRoot, utc

# siglet_expect, siglet_threshold
EXPECT = {
    "identity": 1,
    "issuer": 2,
    "github": 3,
    "gitlab": 4,
    "email": 5,
    "workflow": 6,
    "ref": 7,
    "require": 8,
    "type": 9,
    "signed_after": 10,
    "key": 11,
    "key_not_before": 12,
    "key_not_after": 13,
}
THRESHOLD = {"tlog": 1, "timestamp": 2, "sct": 3, "witness": 4}

Time = Union[str, datetime.datetime]


class _NotAsked(str):
    """Text that was left out. None is none: it is what a setting that is missing has, and asking less is no answer."""

    def __repr__(self) -> str:
        return "NOT_ASKED"


class _NotCounted(int):
    """A number that was left out."""

    def __repr__(self) -> str:
        return "NOT_ASKED"


NOT_ASKED = _NotAsked()
_NOT_COUNTED = _NotCounted()


@dataclasses.dataclass(frozen=True)
class Digest:
    """An artifact that is not at hand: "sha256:HEX", "sha384:HEX" or "sha512:HEX"."""

    text: str


Content = Union[bytes, bytearray, memoryview]
Artifact = Union[Path, Content, Digest]
Bundle = Union[Path, Content]


@dataclasses.dataclass(frozen=True)
class Expectations:
    """Who must have signed, and how. An identity and an issuer, a short form for both, or a key must be set.

    What is not asked is left out: None or an empty value is an error. Values alone: keep one, share it, compare it.
    """

    #: The certificate's SAN, and the OIDC issuer, exactly.
    identity: str = NOT_ASKED
    issuer: str = NOT_ASKED
    #: The same by a PCRE2 pattern, anchored at both ends.
    identity_pattern: str = NOT_ASKED
    issuer_pattern: str = NOT_ASKED
    #: Short forms: OWNER or OWNER/REPO; GROUP/PROJECT; an address, with an issuer.
    github: str = NOT_ASKED
    gitlab: str = NOT_ASKED
    email: str = NOT_ASKED
    #: With a short form: the workflow's file, and the source ref.
    workflow: str = NOT_ASKED
    ref: str = NOT_ASKED
    #: Extensions of the certificate by name ("source-repository-visibility-at-signing").
    require: Mapping[str, str] = dataclasses.field(default_factory=dict)
    #: The predicate's type (short name or URI), or "signature".
    type: str = NOT_ASKED
    #: Refuse older signatures: RFC 3339, or a datetime with a time zone.
    signed_after: Time = NOT_ASKED
    #: PEM text of a managed key, in place of an identity; and when it was in use.
    key: str = NOT_ASKED
    key_not_before: Time = NOT_ASKED
    key_not_after: Time = NOT_ASKED
    #: A C2SP tlog-policy: witnesses must have seen the log's checkpoint.
    witness_policy: str = NOT_ASKED
    #: How many logs, times, SCTs and witnesses there must be; left out: as the trust root's instance has it.
    tlog_threshold: int = _NOT_COUNTED
    timestamp_threshold: int = _NOT_COUNTED
    sct_threshold: int = _NOT_COUNTED
    witness_threshold: int = _NOT_COUNTED
    #: Judge the envelope alone; artifact is None then.
    statement_only: bool = False


def _rfc3339(value: datetime.datetime, what: str) -> str:
    if value.tzinfo is None:
        raise UsageError("%s has no time zone" % what)
    return value.astimezone(datetime.timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")


def _text(expectations: Expectations, name: str) -> Optional[bytes]:
    """For the library; None: it is not asked."""
    value = getattr(expectations, name)
    if isinstance(value, _NotAsked):
        return None
    if isinstance(value, datetime.datetime):
        value = _rfc3339(value, name)
    return encode(value, name)


def _flag(value: bool, name: str) -> bool:
    """None, or a word from a setting, would be taken for a yes or a no that nobody said."""
    if not isinstance(value, bool):
        raise UsageError("%s is no bool" % name)
    return value


def _values(expectations: Expectations) -> List[Tuple[str, bytes]]:
    values = []
    for name in EXPECT:
        if name == "require":
            if not isinstance(expectations.require, Mapping):
                raise UsageError("require is no mapping")
            for key, value in expectations.require.items():
                values.append((name, encode(key, name) + b"=" + encode(value, name)))
        else:
            text_of = _text(expectations, name)
            if text_of is not None:
                values.append((name, text_of))
    return values


def _set_threshold(made: Handle, name: str, count: int) -> None:
    if isinstance(count, _NotCounted):
        return
    if not isinstance(count, int) or not 0 <= count < 1 << 32:  # ctypes would take it modulo that
        raise UsageError("%s_threshold is no count" % name)
    check(lib.siglet_expectation_set_threshold(made.address, THRESHOLD[name], count))


def _expect(trust: Handle, expectations: Expectations) -> Handle:
    made = make(lib.siglet_expectation_free, lib.siglet_expectation_new, trust.address)
    for name, value in _values(expectations):
        check(lib.siglet_expectation_set(made.address, EXPECT[name], value))
    for name in ("identity", "issuer"):
        pattern = _text(expectations, name + "_pattern")
        if pattern is not None:
            check(lib.siglet_expectation_set_pattern(made.address, EXPECT[name], pattern))
    policy = _text(expectations, "witness_policy")
    if policy is not None:
        check(lib.siglet_expectation_set_witness_policy(made.address, policy, len(policy)))
    for name in THRESHOLD:
        _set_threshold(made, name, getattr(expectations, name + "_threshold"))
    if _flag(expectations.statement_only, "statement_only"):
        check(lib.siglet_expectation_set_statement_only(made.address))
    return made


@dataclasses.dataclass(frozen=True)
class Verdict:
    """The answer, by itself: nothing of the library's is held. True when accepted."""

    accepted: bool
    #: One line for people: who signed what, when, how it was logged; or why it is refused.
    line: str
    #: The earliest verified time.
    time: Optional[datetime.datetime]
    #: Everything, as docs/json.md has it.
    report: Mapping[str, Any]
    #: Every check, for people.
    explanation: str
    #: Of an accepted attestation: its predicate, as JSON.
    predicate_json: Optional[str]
    #: About the question: such as a pattern that accepts any text.
    warning: Optional[str]

    def __bool__(self) -> bool:
        return self.accepted

    def _text(self, name: str) -> Optional[str]:
        value = self.report.get(name)
        return value if isinstance(value, str) else None

    @property
    def rule(self) -> Optional[str]:
        """Of a refusal: the rule's stable name, as docs/checks.md has it."""
        return self._text("rule")

    @property
    def code(self) -> Optional[str]:
        return self._text("code")

    @property
    def message(self) -> Optional[str]:
        return self._text("message")

    @property
    def hint(self) -> Optional[str]:
        return self._text("hint")

    @property
    def kind(self) -> Optional[str]:
        """Accepted: "signed" or "attested: TYPE"."""
        return self._text("kind")

    def _who(self, name: str) -> Any:
        return self.report.get("identity", {}).get(name)

    @property
    def identity(self) -> Optional[str]:
        """The certificate's SAN, once its chain was verified; None otherwise and for a key. Likewise the others."""
        san: Optional[str] = self._who("san")
        return san

    @property
    def issuer(self) -> Optional[str]:
        issuer: Optional[str] = self._who("issuer")
        return issuer

    @property
    def extensions(self) -> Dict[str, str]:
        return dict(self._who("extensions") or {})

    @property
    def predicate(self) -> Any:
        """The predicate, read; None where there is none."""
        return None if self.predicate_json is None else json.loads(self.predicate_json)


def _predicate(result: Handle) -> str:
    length = ctypes.c_size_t()
    made = ctypes.c_void_p()
    check(lib.siglet_result_predicate(result.address, ctypes.byref(made), ctypes.byref(length)))
    try:
        return ctypes.string_at(made.value or 0, length.value).decode("utf-8")
    finally:
        lib.siglet_string_free(made)


def _read(result: Handle, name: Optional[bytes], warning: Optional[str]) -> Verdict:
    accepted = bool(lib.siglet_result_accepted(result.address))
    report: Dict[str, Any] = json.loads(owned_text(lib.siglet_result_json, result.address, name))
    return Verdict(
        accepted=accepted,
        line=text(lib.siglet_result_line(result.address)) or "",
        time=utc(lib.siglet_result_time, result.address),
        report=report,
        explanation=owned_text(lib.siglet_result_explain, result.address),
        predicate_json=_predicate(result) if accepted and report.get("content") == "attestation" else None,
        warning=warning,
    )


def _content(value: Content) -> bytes:
    """What is mutable is copied: it could change while another thread reads it."""
    return value if isinstance(value, bytes) else bytes(value)


def _options(artifact: Optional[Artifact], bundle: Optional[Bundle], all_bundles: bool) -> Tuple[VerifyOptions, Any]:
    """The options, and what they point to."""
    options = VerifyOptions(all=_flag(all_bundles, "all_bundles"))
    held: List[bytes] = []
    if isinstance(artifact, Digest):
        options.digest = encode(artifact.text, "the digest")
    elif isinstance(artifact, (bytes, bytearray, memoryview)):
        held.append(_content(artifact))
        options.data, options.data_len = ctypes.cast(ctypes.c_char_p(held[-1]), ctypes.c_void_p), len(held[-1])
    elif artifact is not None:
        options.path = encode_path(artifact)
    if isinstance(bundle, (bytes, bytearray, memoryview)):
        held.append(_content(bundle))
        options.bundle, options.bundle_len = ctypes.cast(ctypes.c_char_p(held[-1]), ctypes.c_void_p), len(held[-1])
    elif bundle is not None:
        options.bundle_path = encode_path(bundle)
    return options, held


def judge(
    artifact: Optional[Artifact],
    bundle: Optional[Bundle] = None,
    *,
    identity: str = NOT_ASKED,
    issuer: str = NOT_ASKED,
    github: str = NOT_ASKED,
    gitlab: str = NOT_ASKED,
    email: str = NOT_ASKED,
    key: str = NOT_ASKED,
    expectations: Optional[Expectations] = None,
    trusted_root: TrustRoot = PUBLIC,
    all_bundles: bool = False,
) -> Verdict:
    """As verify, but a refusal is returned: look at accepted."""
    by_name = Expectations(identity=identity, issuer=issuer, github=github, gitlab=gitlab, email=email, key=key)
    if expectations is None:
        expectations = by_name
    elif any(not isinstance(value, _NotAsked) for value in (identity, issuer, github, gitlab, email, key)):
        raise UsageError("expectations, and others beside them")
    if not isinstance(expectations, Expectations):
        raise UsageError("the expectations are none")
    if not isinstance(trusted_root, TrustRoot):
        raise UsageError("the trust root is none")
    trust = trusted_root.borrow()
    asked = _expect(trust, expectations)
    options, held = _options(artifact, bundle, all_bundles)
    result = make(
        lib.siglet_result_free,
        lib.siglet_verify_with_options,
        trust.address,
        asked.address,
        ctypes.byref(options),
        borrows=(trust, asked, options, held),
    )
    return _read(result, options.path, text(lib.siglet_expectation_warning(asked.address)))


def verify(
    artifact: Optional[Artifact],
    bundle: Optional[Bundle] = None,
    *,
    identity: str = NOT_ASKED,
    issuer: str = NOT_ASKED,
    github: str = NOT_ASKED,
    gitlab: str = NOT_ASKED,
    email: str = NOT_ASKED,
    key: str = NOT_ASKED,
    expectations: Optional[Expectations] = None,
    trusted_root: TrustRoot = PUBLIC,
    all_bundles: bool = False,
) -> Verdict:
    """Is the artifact what was expected to be signed? Raises Refused if not.

    artifact is a path, its content, or a Digest. bundle is a path or its content; None: it lies beside the artifact,
    as FILE.sigstore.json and so on. One of the bundles in it is enough; with all_bundles every one must be good.
    What is expected is said by name (identity and issuer, or github …, as Expectations has them), or by expectations.
    trusted_root is the public instance's, as shipped with the library, unless it is given.
    """
    verdict = judge(
        artifact,
        bundle,
        identity=identity,
        issuer=issuer,
        github=github,
        gitlab=gitlab,
        email=email,
        key=key,
        expectations=expectations,
        trusted_root=trusted_root,
        all_bundles=all_bundles,
    )
    if not verdict.accepted:
        raise Refused(verdict.line, code=verdict.code or "", hint=verdict.hint, verdict=verdict)
    return verdict
