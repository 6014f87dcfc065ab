#!/usr/bin/env python3
"""Fetch what the sandbox's TUF repository holds, with python-tuf. Usage: tuf_client.py TRUST_CONFIG"""
import json
import os
import sys
import tempfile
import urllib.request

from tuf.ngclient import Updater

URL = os.environ["SIGLET_SANDBOX_URL"] + "/tuf/"


def main():
    with open(sys.argv[1], encoding="utf-8") as source:
        config = json.load(source)
    with urllib.request.urlopen(URL + "1.root.json") as answer:
        root = answer.read()
    with tempfile.TemporaryDirectory() as folder:
        updater = Updater(metadata_dir=folder, metadata_base_url=URL, target_base_url=URL + "targets/", target_dir=folder,
                          bootstrap=root)
        updater.refresh()
        for name, part in (("trusted_root.json", "trustedRoot"), ("signing_config.v0.2.json", "signingConfig")):
            path = updater.download_target(updater.get_targetinfo(name))
            with open(path, encoding="utf-8") as target:
                if json.load(target) != config[part]:
                    sys.exit("%s is not what the trust config has" % name)


if __name__ == "__main__":
    main()
