"""Google Cloud Build: two builds, whose steps share a folder each; substitutions as variables, secrets for the steps that ask."""
import os

import yaml

import pipeline

FOLDER = os.path.join(os.path.dirname(__file__), "../../docs/ci/cloudbuild")


def read(name, settings, gives):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as text:
        build = yaml.safe_load(text)
    if build["options"].get("automapSubstitutions") is not True:
        raise pipeline.BadTemplate("scripts know no substitutions")
    values = {**build["substitutions"], "COMMIT_SHA": "5" * 30 + gives["number"].zfill(10), "PROJECT_ID": "acme"}
    for key, value in settings.items():
        if "_" + key not in values:
            raise pipeline.BadTemplate("no such substitution: _" + key)
        values["_" + key] = value
    return build, values


def add_build(made, name, settings, secrets, gives):
    """A step begins where the one before it ended; the next build has nothing of this one."""
    build, values = read(name, settings, gives)
    known = {entry["env"] for entry in build.get("availableSecrets", {}).get("secretManager", [])}
    for number, step in enumerate(build["steps"]):
        if not step["script"].startswith("#!/bin/sh\n"):
            raise pipeline.BadTemplate("%s: which shell?" % step["id"])
        env = dict(values)
        for secret in step.get("secretEnv", []):
            if secret not in known:
                raise pipeline.BadTemplate("%s: no such secret" % secret)
            env[secret] = secrets[secret]
        made.append(pipeline.Stage(step["id"], [pipeline.Step("script", step["script"], ("sh",))], needs=[made[-1].name] if made else [], env=env,
                                   takes=[(name, ".")] if number else [], gives=[(".", name)], checkout=number == 0, image=step["name"]))


def stages(template, settings, secrets, gives, _folder):
    made = []
    # The two triggers may have been given other values.
    expected = settings.pop("EXPECTED", settings["SIGNER"])
    add_build(made, "release.yaml", settings, secrets, gives)
    add_build(made, "deploy.yaml", {**settings, "SIGNER": expected}, secrets, gives)
    return made
