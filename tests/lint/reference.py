#!/usr/bin/env python3
"""The reference of siglet.h as one page: each public function is in it and described, no link is dead, each tag is closed."""
import html.parser
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HEADER = ROOT / "pkg/siglet/siglet.h"
PUBLIC = re.findall(r"\t(siglet_\w+);", (ROOT / "pkg/siglet/siglet.map").read_text())
VOID = {"meta", "br", "link"}
count = failed = 0


def ok(good, claim):
    global count, failed
    count += 1
    failed += not good
    print("%s %d - %s" % ("ok" if good else "not ok", count, claim))


class Page(html.parser.HTMLParser):
    """items: the names of each with what is said of them."""

    def __init__(self, text):
        super().__init__()
        self.open, self.crossed, self.ids, self.links, self.items = [], [], [], [], []
        self.item_depth = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag not in VOID:
            self.open.append(tag)
        if attributes.get("class") == "item":
            self.item_depth = len(self.open)
            self.items.append({"names": [], "code": "", "text": ""})
        if "id" in attributes:
            self.ids.append(attributes["id"])
            if self.item_depth:
                self.items[-1]["names"].append(attributes["id"])
        if tag == "a":
            self.links.append(attributes["href"].lstrip("#"))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.crossed.append(tag)
        if self.item_depth and len(self.open) < self.item_depth:
            self.item_depth = None

    def handle_data(self, data):
        if self.item_depth:
            self.items[-1]["code" if "pre" in self.open and "p" not in self.open else "text"] += data


made = subprocess.run(
    ["awk", "-v", "version=1.2.3", "-f", ROOT / "docs/reference/page.awk", HEADER], capture_output=True, text=True, check=True
)
page = Page(made.stdout)
described = {name: item for item in page.items for name in item["names"]}
for name in PUBLIC:
    item = described.get(name)
    ok(
        item is not None and re.search(r"[A-Za-z]{2}", item["text"]) and "%s(" % name in item["code"],
        "%s is in the reference and described" % name,
    )
types = set(re.findall(r"^(?:typedef struct \w+ |\} |typedef [\w ]+\*?)(siglet_\w+)[;(]", HEADER.read_text(), re.M))
ok(len(types) > 30 and types <= set(described), "each type is in it: %s" % " ".join(sorted(types - set(described))))
ok(not page.open and not page.crossed, "each tag is closed")
ok(len(page.ids) == len(set(page.ids)), "each name is explained once")
ok(not set(page.links) - set(page.ids), "no link is dead: %s" % " ".join(sorted(set(page.links) - set(page.ids))))
ok(not made.stderr and "1.2.3" in made.stdout, "it says of which version it is")
ok("SIGLET_API" not in made.stdout and "SIGLET_CHECKED" not in made.stdout, "what is for compilers is not in it")
print("1..%d" % count)
sys.exit(1 if failed else 0)
