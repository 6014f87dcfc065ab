#!/bin/sh
# CBOR that is made to hurt: each ends in an error, within 50 ms of the processor and 4 MiB above what any error takes.
. tests/cli/lib.sh
: "${B:=build}"
if [ ! -f "$B/libsiglet-cose.so.0" ]; then
	skip 'built without COSE'
	done_testing
	exit
fi
cat >"$tmp/measure.py" <<'PY'
import os, subprocess, sys

program, folder, strict = sys.argv[1], sys.argv[2], sys.argv[3] == "strict"
MAX_MS, MAX_KB = 50, 4096


def head(major, value):
    if value < 24:
        return bytes([major << 5 | value])
    size, low = (1, 24) if value < 1 << 8 else (2, 25) if value < 1 << 16 else (4, 26)
    return bytes([major << 5 | low]) + value.to_bytes(size, "big")


def text(value): return head(3, len(value)) + value
def data(value): return head(2, len(value)) + value
def array(*items): return head(4, len(items)) + b"".join(items)
def message(unprotected): return b"\xd2" + array(data(b"\xa1\x01\x26"), unprotected, data(b"x"), data(bytes(64)))


# What it is, its bytes, whether it is CBOR at all (inspect then shows it).
CASES = [
    ("an array of 2^28 items", bytes.fromhex("9a10000000"), False),
    ("a map of 2^28 pairs", bytes.fromhex("ba10000000"), False),
    ("an array of 2^63 items", bytes.fromhex("9b8000000000000000"), False),
    ("a map whose pairs would be more than 2^64 items", bytes.fromhex("bb8000000000000001"), False),
    ("a string of 2^28 bytes", b"\x81" + bytes.fromhex("5a10000000"), False),
    ("a text of 2^64 - 1 bytes", b"\x81" + bytes.fromhex("7bffffffffffffffff"), False),
    ("2,049 arrays", b"\x81" * 2049 + b"\0", False),
    ("100,000 arrays without an end", b"\x9f" * 100000, False),
    ("100,000 tags", b"\xc1" * 100000 + b"\0", False),
    ("100,000 levels in byte strings", b"\x81\x41" * 50000 + b"\0", False),
    ("1,000,000 numbers", head(4, 1000000) + b"\0" * 1000000, False),
    ("a byte behind it", message(b"\xa0") + b"\0", False),
    ("text that is not UTF-8", array(text(b"\xc0\x80")), False),
    ("a key twice", b"\xa2\x01\x02\x01\x03", False),
    ("4,900 receipts that are none", message(b"\xa1\x19\x01\x8a" + array(*[data(b"\0")] * 4900)), True),
    ("4,900 proofs that are none", message(b"\xa1\x19\x01\x8c\xa1\x20" + array(*[data(b"\0")] * 4900)), True),
    ("19 maps of 256 pairs", message(b"\xa1\x18\x63" + array(
        *[head(5, 256) + b"".join(head(0, 1000 + k) + b"\0" for k in range(256))] * 19)), True),
]


def run(*arguments):
    child = subprocess.Popen([program, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = child.stderr.read().decode()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, 1000 * (used.ru_utime + used.ru_stime), used.ru_maxrss, said


path = os.path.join(folder, "hostile.cose")
open(path, "wb").write(b"\xff")
floor = max(run("inspect", path)[2] for _ in range(3))
tests = 0
for name, content, readable in CASES:
    open(path, "wb").write(content)
    for arguments, wanted in ((("inspect", path), 0 if readable else 1), (("verify", "--scitt", path, "--issuer", "did:x509:0"), 1)):
        # The quickest of three: who else is busy here is no matter.
        runs = [run(*arguments) for _ in range(3)]
        status, ms, kb, said = runs[0][0], min(r[1] for r in runs), min(r[2] for r in runs) - floor - len(content) // 512, runs[0][3]
        good = status == wanted and (status == 0 or "byte " in said) and (not strict or (ms <= MAX_MS and kb <= MAX_KB))
        tests += 1
        print("%sok %d - %s: %s" % ("" if good else "not ", tests, name, arguments[0]))
        if not good:
            print("# status %d, %.0f ms, %d kB: %s" % (status, ms, kb, said.strip()))
print("1..%d" % tests)
PY
case $B in *asan* | *tsan* | *cov*) strict=lax ;; *) strict=strict ;; esac
python3 "$tmp/measure.py" "$SIGLET" "$tmp" "$strict"
