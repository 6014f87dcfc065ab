"""What can go wrong, by what a caller can do about it."""
from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from ._verify import Verdict


class Status(enum.IntEnum):
    """siglet_status: also the exit statuses of the command line."""

    OK = 0
    REFUSED = 1
    USAGE = 2
    UNREADABLE = 3
    SERVICE = 4
    IDENTITY = 5
    TRUST = 6
    INTERNAL = 70


class SigletError(Exception):
    """status: what to make of it; code: the kind of fault ("io", "malformed" …); hint: what to do, or None."""

    status: Status = Status.INTERNAL

    def __init__(self, message: str, *, code: str = "internal", hint: Optional[str] = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.hint = hint

    def __str__(self) -> str:
        return self.message if self.hint is None else "%s (%s)" % (self.message, self.hint)


class Refused(SigletError):
    """The answer is no. verdict says by which rule, and what had been checked until then."""

    status = Status.REFUSED

    def __init__(
        self, message: str, *, code: str = "", hint: Optional[str] = None, verdict: Optional[Verdict] = None
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.verdict = verdict


class UsageError(SigletError, ValueError):
    """The call makes no sense."""

    status = Status.USAGE

    def __init__(self, message: str, *, code: str = "usage", hint: Optional[str] = None) -> None:
        super().__init__(message, code=code, hint=hint)


class UnreadableError(SigletError):
    """An input is missing, unreadable or not what it should be."""

    status = Status.UNREADABLE


class ServiceError(SigletError):
    """A service failed or can't be reached."""

    status = Status.SERVICE


class TrustError(SigletError):
    """There is no usable trust root."""

    status = Status.TRUST


class InternalError(SigletError):
    """Out of memory, or a fault of ours."""

    status = Status.INTERNAL


BY_STATUS = {
    error.status: error for error in (Refused, UsageError, UnreadableError, ServiceError, TrustError, InternalError)
}
