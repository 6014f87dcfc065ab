"""Azure Pipelines: stages of one job each, secrets that steps must ask for, and $(NAME), which stays where there is no NAME."""
import os
import re

import yaml

import pipeline

TEMPLATE = os.path.join(os.path.dirname(__file__), "../../docs/ci/azure/azure-pipelines.yml")
# In a script it would be pasted in.
PASTED = re.compile(r"\$\([A-Za-z_][\w.]*\)|\$\{\{|\$\[")
SHELL = ("bash", "--noprofile", "--norc")


def expand(value, values):
    return re.sub(r"\$\(([\w.]+)\)", lambda m: values.get(m[1], m[0]), value)


def add_step(stage, step, values):
    if "script" in step:
        env = {name: expand(value, values) for name, value in step.get("env", {}).items()}
        name = step.get("displayName") or step["script"]
        stage.steps.append(pipeline.Step(name, step["script"], SHELL, env))
    elif "publish" in step:
        stage.gives.append((os.path.join(stage.source, step["publish"]), step["artifact"]))
    elif "download" in step:
        stage.takes.append((step["artifact"], step["artifact"]))
    elif step.get("checkout") == "self":
        if "persistCredentials" in step:
            raise pipeline.BadTemplate("checkout leaves its token")
        stage.checkout = True
    else:
        raise pipeline.BadTemplate("a step that is not understood: %r" % step)


def make_stage(entry, env, values, before):
    job, = entry["jobs"]
    steps = job["steps"] if "job" in job else job["strategy"]["runOnce"]["deploy"]["steps"]
    needs = entry.get("dependsOn", before)
    stage = pipeline.Stage(entry["stage"], [], needs=[needs] if isinstance(needs, str) else needs, env=env, checkout=False, source="s")
    for step in steps:
        add_step(stage, step, values)
    return stage


def stages(template, settings, secrets, gives, _folder):
    with open(template or TEMPLATE, encoding="utf-8") as text:
        document = yaml.safe_load(text)
    # A secret that is empty can't be kept there: it is as if it were not set.
    values = {**{name: value for name, value in secrets.items() if value}, "System.AccessToken": gives.get("token", "")}
    env = {"TF_BUILD": "True", "BUILD_BUILDID": gives["number"], "AGENT_TEMPDIRECTORY": "{home}", "PIPELINE_WORKSPACE": "{work}",
           "SYSTEM_OIDCREQUESTURI": gives.get("url", ""), **settings}
    made = []
    for entry in document["stages"]:
        made.append(make_stage(entry, env, values, [made[-1].name] if made else []))
    return made
