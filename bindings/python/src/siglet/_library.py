"""The C library: found, checked, and called. Whatever it owns is freed here."""
from __future__ import annotations

import ctypes
import os
import re
import sys
from typing import Any, Callable, List, NoReturn, Optional, Tuple, Union

from ._errors import BY_STATUS, InternalError, UsageError

SONAME = 1  # of the interface that this package knows
OLDEST = (0, 1, 0)  # the first version that has all of the functions below
LIBRARY = "libsiglet.%d.dylib" % SONAME if sys.platform == "darwin" else "libsiglet.so.%d" % SONAME

Address = Optional[int]  # of something of the library's; None is NULL


class VerifyOptions(ctypes.Structure):
    """siglet_verify_options"""

    _fields_ = [
        ("path", ctypes.c_char_p),
        ("digest", ctypes.c_char_p),
        ("data", ctypes.c_void_p),
        ("data_len", ctypes.c_size_t),
        ("bundle_path", ctypes.c_char_p),
        ("bundle", ctypes.c_void_p),
        ("bundle_len", ctypes.c_size_t),
        ("all", ctypes.c_bool),
    ]


_handle, _text, _size, _number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int
_ret_handle = ctypes.POINTER(ctypes.c_void_p)
_ret_time = ctypes.POINTER(ctypes.c_int64)

# Each function with its result and arguments. What returns _error can fail.
_error = ctypes.c_void_p
_PROTOTYPES: List[Tuple[str, Any, List[Any]]] = [
    ("siglet_error_status", _number, [_handle]),
    ("siglet_error_code", _text, [_handle]),
    ("siglet_error_message", _text, [_handle]),
    ("siglet_error_hint", _text, [_handle]),
    ("siglet_error_free", None, [_handle]),
    ("siglet_string_free", None, [_handle]),
    ("siglet_trust_shipped", _error, [_text, _ret_handle]),
    ("siglet_trust_parse", _error, [_text, _size, _text, _ret_handle]),
    ("siglet_trust_open", _error, [_text, _ret_handle]),
    ("siglet_trust_open_config", _error, [_text, _ret_handle]),
    ("siglet_trust_source", _text, [_handle]),
    ("siglet_trust_origin", _text, [_handle]),
    ("siglet_trust_refreshed", ctypes.c_bool, [_handle, _ret_time]),
    ("siglet_trust_expires", ctypes.c_bool, [_handle, _ret_time]),
    ("siglet_trust_free", None, [_handle]),
    ("siglet_trust_store_open", _error, [_text, _ret_handle]),
    ("siglet_trust_store_set_folder", _error, [_handle, _text]),
    ("siglet_trust_store_set_offline", None, [_handle]),
    ("siglet_trust_store_get", _error, [_handle, _number, _ret_handle]),
    ("siglet_trust_store_warning", _text, [_handle]),
    ("siglet_trust_store_free", None, [_handle]),
    ("siglet_expectation_new", _error, [_handle, _ret_handle]),
    ("siglet_expectation_set", _error, [_handle, _number, _text]),
    ("siglet_expectation_set_pattern", _error, [_handle, _number, _text]),
    ("siglet_expectation_set_witness_policy", _error, [_handle, _text, _size]),
    ("siglet_expectation_set_threshold", _error, [_handle, _number, ctypes.c_uint]),
    ("siglet_expectation_set_statement_only", _error, [_handle]),
    ("siglet_expectation_warning", _text, [_handle]),
    ("siglet_expectation_free", None, [_handle]),
    ("siglet_verify_with_options", _error, [_handle, _handle, ctypes.POINTER(VerifyOptions), _ret_handle]),
    ("siglet_result_accepted", ctypes.c_bool, [_handle]),
    ("siglet_result_line", _text, [_handle]),
    ("siglet_result_time", ctypes.c_bool, [_handle, _ret_time]),
    ("siglet_result_json", _error, [_handle, _text, _ret_handle]),
    ("siglet_result_explain", _error, [_handle, _ret_handle]),
    ("siglet_result_predicate", _error, [_handle, _ret_handle, ctypes.POINTER(ctypes.c_size_t)]),
    ("siglet_result_free", None, [_handle]),
]


def _check_version(library: ctypes.CDLL) -> str:
    library.siglet_version.restype = ctypes.c_char_p
    library.siglet_version.argtypes = []
    version = (library.siglet_version() or b"").decode("utf-8", "replace")
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
    if found is None or tuple(map(int, found.groups())) < OLDEST:
        raise ImportError(
            "%s is version %s; this package needs %s or later" % (LIBRARY, version or "?", ".".join(map(str, OLDEST)))
        )
    return version


def _load() -> Tuple[ctypes.CDLL, str]:
    try:
        library = ctypes.CDLL(LIBRARY)
    except OSError as problem:
        raise ImportError(
            "libsiglet is not installed: %s. Install libsiglet1 (Debian), siglet-libs (RPM), or from the source: "
            "make install, then ldconfig" % problem
        ) from None
    version = _check_version(library)
    for name, result, arguments in _PROTOTYPES:
        try:
            function = getattr(library, name)
        except AttributeError:
            raise ImportError("%s %s has no %s: install a later one" % (LIBRARY, version, name)) from None
        function.restype = result
        function.argtypes = arguments
    return library, version


lib, _version = _load()


def library_version() -> str:
    """The version of the C library that was found."""
    return _version


def text(value: Optional[bytes]) -> Optional[str]:
    """Text of the library's; it is UTF-8, unless a certificate says otherwise."""
    return None if value is None else value.decode("utf-8", "backslashreplace")


def _raise(error: int) -> NoReturn:
    try:
        made = BY_STATUS.get(lib.siglet_error_status(error), InternalError)
        message = text(lib.siglet_error_message(error)) or ""
        raise made(message, code=text(lib.siglet_error_code(error)) or "", hint=text(lib.siglet_error_hint(error)))
    finally:
        lib.siglet_error_free(error)


def check(error: Address) -> None:
    """Of a function that can fail: raise what it returned."""
    if error is not None:
        _raise(error)


def owned_text(function: Callable[..., Address], *arguments: object) -> str:
    """Call what returns text that is ours to free."""
    made = ctypes.c_void_p()
    check(function(*arguments, ctypes.byref(made)))
    try:
        return text(ctypes.string_at(made.value or 0)) or ""
    finally:
        lib.siglet_string_free(made)


def encode(value: str, what: str) -> bytes:
    """Text for the library, which would end it at a NUL."""
    if not isinstance(value, str):
        raise UsageError("%s is no text" % what)
    try:
        data = value.encode("utf-8")
    except UnicodeEncodeError:
        raise UsageError("%s is no text" % what) from None
    if b"\0" in data:
        raise UsageError("%s has a NUL in it" % what)
    return data


def encode_path(path: Union[str, os.PathLike[str]]) -> bytes:
    data = os.fsencode(path)
    if b"\0" in data:
        raise UsageError("a path has a NUL in it")
    return data


class Handle:
    """Something of the library's, freed when nobody has this object any more: who uses it holds on to it.

    What it borrows from is held by it in turn, and so is freed after it.
    """

    def __init__(self, address: int, free: Callable[[int], None], borrows: object) -> None:
        self.address = address
        self._free = free
        self._borrows = borrows

    def __del__(self) -> None:
        self._free(self.address)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("it belongs to this process, and can't be copied")


def make(
    free: Callable[[int], None], function: Callable[..., Address], *arguments: object, borrows: object = None
) -> Handle:
    """Call what makes something, and own that."""
    made = ctypes.c_void_p()
    check(function(*arguments, ctypes.byref(made)))
    if made.value is None:
        raise InternalError("nothing was made")
    return Handle(made.value, free, borrows)
