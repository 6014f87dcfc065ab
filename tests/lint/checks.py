#!/usr/bin/env python3
"""docs/checks.md against the code and the tests, as TAP: every rule has a row, every place and test named exists."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs/checks.md").read_text()
DEFECTS = dict(re.findall(r'X\((\w+), "([a-z0-9-]+)"', (ROOT / "tests/lib/forge_defects.h").read_text()))
REFUSED_BY = dict(re.findall(r"R\((\w+), (\w+)\)", (ROOT / "tests/unit/verify_defects.inc").read_text()))
RULES = dict(re.findall(r'\[SIGLET_RULE_(\w+)\] = "([a-z.-]+)"', (ROOT / "pkg/verify/report.c").read_text()))
UNIT = {p.stem: p.read_text() for p in (ROOT / "tests/unit").glob("*_test.c")}

count = failed = 0


def ok(good, claim):
    global count, failed
    count += 1
    failed += not good
    print("%s %d - %s" % ("ok" if good else "not ok", count, claim))


def test_exists(name):
    if ": " in name:
        unit, claim = name.split(": ", 1)
        # The claim, or the part of it that is written out in the test.
        text = re.sub(r'"\s*\n\s*"', "", UNIT.get(unit, ""))
        literals = re.findall(r'"((?:[^"\\]|\\.)*)"', text)
        return claim in literals
    return name in DEFECTS.values()


rows = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| ") and "`" in line]
# A form of its own (COSE) has rows of its own for a rule.
rules = {}
for row in rows:
    if row[0] in RULES.values():
        rules.setdefault(row[0], []).append(row)
for name in RULES.values():
    ok(name in rules, "rule %s has a row" % name)
for name, row in ((name, row) for name, of_rule in rules.items() for row in of_rule):
    for place in re.findall(r"`([^`]+)`", row[2]):
        path, function = place.split(": ")
        source = ROOT / path
        ok(source.exists() and re.search(r"\b%s\(" % function, source.read_text()), "%s is in %s" % (function, path))
    ok(re.findall(r"`([^`]+)`", row[3]) != [], "%s has a test that breaks it" % name)
for row in rows:
    for test in re.findall(r"`([^`]+)`", row[-1]):
        ok(test_exists(test), "test %s exists" % test)
for name, test in DEFECTS.items():
    if name in REFUSED_BY:
        rule = RULES[REFUSED_BY[name]]
        ok("`%s`" % test in rules[rule][0][3], "defect %s stands in the row of %s" % (test, rule))
print("1..%d" % count)
sys.exit(1 if failed else 0)
