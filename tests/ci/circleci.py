"""CircleCI: a workflow of jobs, their contexts, and the workspace."""
import os

import yaml

import pipeline

TEMPLATE = os.path.join(os.path.dirname(__file__), "../../docs/ci/circleci/config.yml")
SHELL = ("bash", "-eo", "pipefail")
# A context's variables reach the jobs that name it; this is the one that the head of the template speaks of.
SECRET_CONTEXT = "siglet-sign"


def add_step(stage, step, commands):
    if step == "checkout":
        stage.checkout = True
    elif isinstance(step, str):
        for inner in commands[step]["steps"]:
            add_step(stage, inner, commands)
    elif "run" in step:
        stage.steps.append(pipeline.Step(step["run"]["name"], step["run"]["command"], SHELL))
    elif "persist_to_workspace" in step:
        stage.gives += [(path, "workspace/" + path) for path in step["persist_to_workspace"]["paths"]]
    elif "attach_workspace" in step:
        stage.takes.append(("workspace", step["attach_workspace"]["at"]))
    else:
        raise pipeline.BadTemplate("a step that is not understood: %r" % step)


def stages(template, settings, secrets, gives, _folder):
    with open(template or TEMPLATE, encoding="utf-8") as text:
        document = yaml.safe_load(text)
    made = []
    for entry in document["workflows"]["release"]["jobs"]:
        (name, how), = entry.items()
        env = {"CI": "true", "CIRCLECI": "true", "CIRCLE_SHA1": "3" * 30 + gives["number"].zfill(10), "CIRCLE_OIDC_TOKEN": "for another audience",
               "CIRCLE_OIDC_TOKEN_V2": "for another audience", **settings}
        if how.get("context") == SECRET_CONTEXT:
            env.update(secrets)
        stage = pipeline.Stage(name, [], needs=how.get("requires", []), env=env, checkout=False,
                               image=document["executors"][document["jobs"][name]["executor"]]["docker"][0]["image"])
        for step in document["jobs"][name]["steps"]:
            add_step(stage, step, document["commands"])
        made.append(stage)
    return made
