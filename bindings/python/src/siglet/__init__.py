"""Is this file what that identity signed? Sigstore verification, by libsiglet.

    import siglet
    siglet.verify("app.tar.gz", github="acme/app")

``verify`` returns a Verdict or raises Refused, so that a check that was forgotten can't pass; ``judge`` returns a
Verdict either way. Neither uses the network. Everything may be shared by threads, which run at the same time.
"""
from ._errors import InternalError, Refused, ServiceError, SigletError, Status, TrustError, UnreadableError, UsageError
from ._library import LIBRARY, library_version
from ._trust import TrustRoot
from ._verify import Digest, Expectations, Verdict, judge, verify

__version__ = "0.1.0"

__all__ = [
    "LIBRARY",
    "Digest",
    "Expectations",
    "InternalError",
    "Refused",
    "ServiceError",
    "SigletError",
    "Status",
    "TrustError",
    "TrustRoot",
    "UnreadableError",
    "UsageError",
    "Verdict",
    "judge",
    "library_version",
    "verify",
]
