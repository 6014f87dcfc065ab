"""Buildkite: what the upload of the pipeline puts into it, the agent's own program, and artifacts by it."""
import os
import re

import yaml

import pipeline

TEMPLATE = os.path.join(os.path.dirname(__file__), "../../docs/ci/buildkite/pipeline.yml")
# The queue whose agents' hook gives the credential.
SECRET_QUEUE = "sign"


def upload(text, values):
    """$NAME and ${NAME} become values, $$ one $. What comes from outside would be pasted into scripts there."""
    def value(found):
        if found[0] == "$$":
            return "$"
        raise pipeline.BadTemplate("the upload would paste in " + found[0])
    return re.sub(r"\$\$|\$\{?[A-Za-z_]\w*", value, text)


def stages(template, settings, secrets, gives, folder):
    with open(template or TEMPLATE, encoding="utf-8") as text:
        document = yaml.safe_load(upload(text.read(), settings))
    made = []
    for step in document["steps"]:
        needs = step.get("depends_on", [])
        env = {"CI": "true", "BUILDKITE": "true", "BUILDKITE_COMMIT": "4" * 30 + gives["number"].zfill(10), "BUILDKITE_ORGANIZATION_SLUG": "acme",
               "BUILDKITE_PIPELINE_SLUG": settings.get("BUILDKITE_PIPELINE_SLUG", "app"), "BUILDKITE_STEP_KEY": step["key"], **settings,
               "STORE": os.path.join(folder, "store"), **step.get("env", {})}
        if step.get("agents", {}).get("queue") == SECRET_QUEUE:
            env.update(secrets)
        gives_here = [(step["artifact_paths"].split("/")[0], step["key"] + "/" + step["artifact_paths"].split("/")[0])] if "artifact_paths" in step else []
        made.append(pipeline.Stage(step["key"], [pipeline.Step("command", step["command"], ("bash", "-e"))],
                                   needs=[needs] if isinstance(needs, str) else needs, env=env, gives=gives_here))
    return made
