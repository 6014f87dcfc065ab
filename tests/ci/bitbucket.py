"""Bitbucket Pipelines: steps, what each passes on, and the variables of deployment environments."""
import os

import yaml

import pipeline

TEMPLATE = os.path.join(os.path.dirname(__file__), "../../docs/ci/bitbucket/bitbucket-pipelines.yml")
# The environment that the head of the template speaks of.
SECRET_ENVIRONMENT = "release"


def paths_of(step):
    artifacts = step.get("artifacts", [])
    return artifacts if isinstance(artifacts, list) else artifacts["paths"]


def is_given(step):
    """Unless it says no, a step gets what all before it kept."""
    return not isinstance(step.get("artifacts"), dict) or step["artifacts"].get("download", True)


def make_stage(step, settings, secrets, gives, before):
    env = {"CI": "true", "BITBUCKET_BUILD_NUMBER": gives["number"], **settings}
    if step.get("deployment") == SECRET_ENVIRONMENT:
        env.update(secrets)
    token = {}
    if "oidc" in step:
        if step["oidc"]["audiences"] != ["sigstore"]:
            raise pipeline.BadTemplate("a token for others")
        token = {"BITBUCKET_STEP_OIDC_TOKEN": gives["token"]}
    # One shell runs all items.
    return pipeline.Stage(step["name"], [pipeline.Step("script", "\n".join(step["script"]))], needs=[before[-1].name] if before else [], env=env,
                          token=token, takes=[(stage.name, ".") for stage in before if stage.gives] if is_given(step) else [],
                          gives=[(path.split("/")[0], step["name"] + "/" + path.split("/")[0]) for path in paths_of(step)])


def stages(template, settings, secrets, gives, _folder):
    with open(template or TEMPLATE, encoding="utf-8") as text:
        document = yaml.safe_load(text)
    made = []
    for entry in document["pipelines"]["tags"]["v*"]:
        made.append(make_stage(entry["step"], settings, secrets, gives, made))
    return made
