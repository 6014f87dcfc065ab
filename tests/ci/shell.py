"""A service that has a shell and nothing else: the calls are those in the head comment of siglet-ci.sh."""
import os
import re

import pipeline

TEMPLATE = os.path.join(os.path.dirname(__file__), "../../docs/ci/siglet-ci.sh")


def stages(template, settings, secrets, gives, _folder):
    with open(template or TEMPLATE, encoding="utf-8") as text:
        lines = text.read().splitlines()
    calls = {}
    for line in lines:
        found = re.match(r"#   (sh ci/siglet-ci\.sh (\w+)( \S+)*)(  |$)", line)
        if found:
            calls[found[2]] = found[1]
    sign = calls["sign"] + " " + settings.pop("SIGN_WITH", "")
    verify = settings.pop("VERIFY_BY", "")
    calls.update(sign=sign, verify=calls["verify"] if not verify else calls["verify"].split(" --")[0] + " " + verify)
    order = ["build", "sign", "verify", "deploy"]
    hands = {"build": ([], [("dist", "dist")]), "sign": ([("dist", "dist")], []), "verify": ([], [("verified", "verified")]), "deploy": ([("verified", "verified")], [])}
    return [pipeline.Stage(name, [pipeline.Step(name, calls[name])], needs=order[:i][-1:], takes=hands[name][0], gives=hands[name][1],
                           env={**settings, **(secrets if name == "sign" else {})}, token=gives if name == "sign" else {})
            for i, name in enumerate(order)]
