"""Whose word counts."""
from __future__ import annotations

import ctypes
import datetime
import os
import types
from typing import Any, Optional, Type, Union

from ._errors import UsageError
from ._library import Handle, check, encode, encode_path, lib, make, text

Path = Union[str, "os.PathLike[str]"]

_TO_VERIFY = 0  # siglet_trust_use


def utc(get: Any, address: int) -> Optional[datetime.datetime]:
    """A time that the library may have."""
    seconds = ctypes.c_int64()
    if not get(address, ctypes.byref(seconds)):
        return None
    return datetime.datetime.fromtimestamp(seconds.value, datetime.timezone.utc)


class TrustRoot:
    """Immutable; any number of threads may verify under one. Freed with the last who holds it, or by close()."""

    def __init__(self, handle: Optional[Handle], warning: Optional[str] = None) -> None:
        """For the class's own use: shipped() and the others make one."""
        self._handle = handle
        #: Something a person should know, such as why it could not be refreshed; or None.
        self.warning = warning

    @classmethod
    def shipped(cls, instance: str = "public") -> TrustRoot:
        """What libsiglet was built with: "public", "staging" or "github"."""
        return cls(make(lib.siglet_trust_free, lib.siglet_trust_shipped, encode(instance, "the instance")))

    @classmethod
    def from_file(cls, path: Path) -> TrustRoot:
        """A trusted_root.json."""
        return cls(make(lib.siglet_trust_free, lib.siglet_trust_open, encode_path(path)))

    @classmethod
    def from_config(cls, path: Path) -> TrustRoot:
        """The trusted root of a ClientTrustConfig's file."""
        return cls(make(lib.siglet_trust_free, lib.siglet_trust_open_config, encode_path(path)))

    @classmethod
    def from_json(cls, json: bytes, source: str = "memory") -> TrustRoot:
        """The content of a trusted_root.json; source names it in messages."""
        return cls(
            make(lib.siglet_trust_free, lib.siglet_trust_parse, json, len(json), encode(source, "the source"))
        )

    @classmethod
    def current(
        cls, instance: str = "public", *, folder: Optional[Path] = None, offline: bool = False
    ) -> TrustRoot:
        """What is in force: kept in a folder (the command line's), and refreshed by TUF when it is a day old.

        This alone uses the network, unless it is offline. instance may be one that siglet trust init set up.
        """
        store = make(lib.siglet_trust_store_free, lib.siglet_trust_store_open, encode(instance, "the instance"))
        if folder is not None:
            check(lib.siglet_trust_store_set_folder(store.address, encode_path(folder)))
        if offline:
            lib.siglet_trust_store_set_offline(store.address)
        handle = make(lib.siglet_trust_free, lib.siglet_trust_store_get, store.address, _TO_VERIFY)
        return cls(handle, text(lib.siglet_trust_store_warning(store.address)))

    def borrow(self) -> Handle:
        """Whoever holds the handle may use it, also when another thread closes this."""
        handle = self._handle
        if handle is None:
            raise UsageError("the trust root is closed")
        return handle

    @property
    def source(self) -> str:
        """ "public", "staging", "github", a private instance's name, or the file."""
        handle = self.borrow()
        return text(lib.siglet_trust_source(handle.address)) or ""

    @property
    def origin(self) -> str:
        """ "shipped", "kept", "fetched", "file" or "memory"."""
        handle = self.borrow()
        return text(lib.siglet_trust_origin(handle.address)) or ""

    @property
    def refreshed(self) -> Optional[datetime.datetime]:
        """When it was fetched; of what is shipped: taken from its source."""
        handle = self.borrow()
        return utc(lib.siglet_trust_refreshed, handle.address)

    @property
    def expires(self) -> Optional[datetime.datetime]:
        """The earliest expiry of the metadata that proves it. None: it has no age."""
        handle = self.borrow()
        return utc(lib.siglet_trust_expires, handle.address)

    def close(self) -> None:
        """Give it back now; verifications that are under way end as if it were there."""
        self._handle = None

    def __enter__(self) -> TrustRoot:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        value: Optional[BaseException],
        traceback: Optional[types.TracebackType],
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return "<TrustRoot closed>" if self._handle is None else "<TrustRoot %s>" % self.source


class _Public(TrustRoot):
    """The default: shipped("public"), read when it is first used, and kept."""

    def borrow(self) -> Handle:
        if self._handle is None:
            self._handle = TrustRoot.shipped("public").borrow()
        return self._handle

    def __repr__(self) -> str:
        return "TrustRoot.shipped()"


PUBLIC: TrustRoot = _Public(None)
