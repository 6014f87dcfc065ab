#!/usr/bin/env python3
"""Check a Rekor proof in CBOR without siglet: the map's labels, and the path from the entry to the checkpoint's root (RFC 9162 section 2.1.3.2)."""

import base64
import hashlib
import sys


def read(data, at):
    """One item of deterministic CBOR: the value, and where it ends."""
    major, short = data[at] >> 5, data[at] & 31
    at += 1
    if short >= 24:
        width = 1 << (short - 24)
        number = int.from_bytes(data[at : at + width], "big")
        assert number >= (24, 1 << 8, 1 << 16, 1 << 32)[short - 24], "not the shortest head"
        at += width
    else:
        number = short
    if major == 0:
        return number, at
    if major == 1:
        return -1 - number, at
    if major in (2, 3):
        value = data[at : at + number]
        assert len(value) == number, "cut off"
        return (value if major == 2 else value.decode()), at + number
    assert major in (4, 5), f"major type {major}"
    items = []
    for _ in range(number * (major - 3)):
        item, at = read(data, at)
        items.append(item)
    return (items if major == 4 else dict(zip(items[::2], items[1::2]))), at


def whole(data):
    value, end = read(data, 0)
    assert end == len(data), "bytes behind the item"
    return value


def root_of(leaf, index, size, path):
    fn, sn, r = index, size - 1, hashlib.sha256(b"\0" + leaf).digest()
    for p in path:
        assert sn > 0 and len(p) == 32
        if fn & 1 or fn == sn:
            r = hashlib.sha256(b"\1" + p + r).digest()
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = hashlib.sha256(b"\1" + r + p).digest()
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0, "the path is too short"
    return r


with open(sys.argv[1], "rb") as f:
    proof = whole(f.read())
assert list(proof) == [395, 396, -65539, -65540, -65541, -65542], list(proof)
assert proof[395] == 1 and list(proof[396]) == [-1] and len(proof[396][-1]) == 1
size, index, path = whole(proof[396][-1][0])
_, says_size, says_root = proof[-65540].split("\n")[:3]
assert int(says_size) == size and index < size and len(proof[-65541]) >= 4
assert root_of(proof[-65539], index, size, path) == base64.b64decode(says_root), "another root"
print(proof[-65542], index, size)
