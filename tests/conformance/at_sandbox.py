"""A pytest plugin that points the signing tests of the Sigstore conformance suite at the sandbox.

The suite signs at the public services with a token it downloads. Here the token, the trusted root and the signing
config are the sandbox's (SIGSTORE_ID_TOKEN, SIGLET_ROOT, SIGLET_SERVICES); nothing else of a test changes.
"""
import os
import pathlib

import pytest

CONFIG = (pathlib.Path(os.environ["SIGLET_ROOT"]), pathlib.Path(os.environ["SIGLET_SERVICES"]))


@pytest.fixture(autouse=True)
def at_sandbox(monkeypatch):
    from test.client import BundleMaterials

    original = BundleMaterials.from_artifact_path.__func__

    def from_artifact_path(cls, path):
        materials = original(cls, path)
        materials.trusted_root, materials.signing_config = CONFIG
        return materials

    monkeypatch.setattr(BundleMaterials, "from_artifact_path", classmethod(from_artifact_path))


def pytest_collection_modifyitems(session, config, items):
    """Only a fixture that a suite's own file defines can be replaced by its definition, so that is what is done."""
    for item in items:
        definitions = item._fixtureinfo.name2fixturedefs
        for name, value in (("identity_token", os.environ["SIGSTORE_ID_TOKEN"]), ("staging_config", CONFIG)):
            for definition in definitions.get(name, ()):
                definition.func = lambda value=value: value
                definition.argnames = ()
