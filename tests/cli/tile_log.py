"""Recompute a tile log from its entries, independently of siglet: C2SP tlog-tiles, RFC 6962 section 2.1.

Usage: tile_log.py check PLACE          the tiles, entries and root of the checkpoint
       tile_log.py root PLACE SIZE     the root over the first SIZE entries, in base64
       tile_log.py entry PLACE INDEX   an entry, as it is
A place is a folder, or a URL with the API's prefix.
"""
import base64
import hashlib
import os
import sys
import urllib.request


def leaf(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def tree(hashes):
    """The definition, folded over subtrees of 256 so that it ends soon."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    power = 1
    while power * 2 < len(hashes):
        power *= 2
    return node(tree(hashes[:power]), tree(hashes[power:]))


def included(index, size, hashes, hash, root):
    """RFC 9162 section 2.1.3.2."""
    fn, sn = index, size - 1
    for p in hashes:
        assert sn
        if fn & 1 or fn == sn:
            hash = node(p, hash)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            hash = node(hash, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and hash == root


def consistent(first, second, hashes, first_root, second_root):
    """RFC 9162 section 2.1.4.2."""
    if first == second:
        return not hashes and first_root == second_root
    hashes = list(hashes)
    if first & (first - 1) == 0:
        hashes.insert(0, first_root)
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = hashes[0]
    for c in hashes[1:]:
        assert sn
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == first_root and sr == second_root


def name(number, width):
    digits = str(number)
    digits = digits.zfill((len(digits) + 2) // 3 * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    return "/".join(["x" + g for g in groups[:-1]] + groups[-1:]) + ("" if width == 256 else ".p/%d" % width)


def fetch(place, path):
    if "://" in place:
        with urllib.request.urlopen(place + "/" + path) as answer:
            return answer.read()
    with open(os.path.join(place, path), "rb") as file:
        return file.read()


def widths(size):
    """The number and width of each tile over so many hashes."""
    return [(n, min(256, size - 256 * n)) for n in range((size + 255) // 256)]


def split(bundle):
    entries = []
    while bundle:
        length = int.from_bytes(bundle[:2], "big")
        assert len(bundle) >= 2 + length, "a bundle is cut"
        entries.append(bundle[2 : 2 + length])
        bundle = bundle[2 + length :]
    return entries


def read_entries(place, size, what="entries"):
    entries = []
    for number, width in widths(size):
        bundle = split(fetch(place, "tile/%s/%s" % (what, name(number, width))))
        assert len(bundle) == width, "bundle %d has %d entries" % (number, len(bundle))
        entries += bundle
    return entries


def check_tiles(place, hashes):
    level = 0
    while hashes:
        for number, width in widths(len(hashes)):
            tile = fetch(place, "tile/%d/%s" % (level, name(number, width)))
            assert tile == b"".join(hashes[256 * number :][:width]), "tile %d/%d" % (level, number)
        hashes = [tree(hashes[i : i + 256]) for i in range(0, len(hashes) - 255, 256)]
        level += 1


def root(place, size):
    whole = int(fetch(place, "checkpoint").split(b"\n")[1])
    hashes = [leaf(entry) for entry in read_entries(place, whole)]
    assert size <= whole
    return base64.b64encode(tree(hashes[:size])).decode()


def check(place):
    note = fetch(place, "checkpoint").decode().split("\n")
    hashes = [leaf(entry) for entry in read_entries(place, int(note[1]))]
    check_tiles(place, hashes)
    found = base64.b64encode(tree(hashes)).decode()
    assert found == note[2], "the root is %s, not %s" % (found, note[2])


def main(what, place, number=None):
    if what == "entry":
        index = int(number)
        size = int(fetch(place, "checkpoint").split(b"\n")[1])
        width = min(256, size - index // 256 * 256)
        bundle = split(fetch(place, "tile/entries/" + name(index // 256, width)))
        sys.stdout.buffer.write(bundle[index % 256])
        return
    if what == "root":
        print(root(place, int(number)))
        return
    check(place)


if __name__ == "__main__":
    main(*sys.argv[1:])
