"""Tekton: a PipelineRun of tasks in pods of their own, with their parameters, workspaces, secrets and mounted tokens."""
import os
import re

import yaml

import pipeline

HERE = os.path.dirname(os.path.abspath(__file__))
TEMPLATE = os.path.join(HERE, "../../docs/ci/tekton/pipeline.yaml")
PASTED = re.compile(r"\$\((params|workspaces|context|tasks|steps|results)\.")
# Where siglet looks for a token.
MOUNT = "/var/run/sigstore/cosign"


def substitute(value, known):
    def value_of(found):
        if found[1] not in known:
            raise pipeline.BadTemplate("nothing is known of " + found[0])
        return known[found[1]]
    return re.sub(r"\$\(((?:params|workspaces|context)\.[\w.-]+)\)", value_of, value)


def params_of(entries, known):
    return {"params." + entry["name"]: substitute(entry["value"], known) for entry in entries or []}


def identity_of(task, step, account, gives):
    """What runs the step: with a token, if the task has one mounted; it is of the account that the run gives the task."""
    for mount in step.get("volumeMounts", []):
        volume, = [v for v in task["volumes"] if v["name"] == mount["name"]]
        source, = volume["projected"]["sources"]
        if source["serviceAccountToken"]["audience"] != "sigstore" or source["serviceAccountToken"]["path"] != "oidc-token" or mount["mountPath"] != MOUNT:
            raise pipeline.BadTemplate("a token for others, or elsewhere")
        if account != "siglet-signer":
            raise pipeline.BadTemplate("a token of " + account)
        return ("unshare", *gives["flags"].split(), "sh", os.path.join(HERE, "mounted.sh"), MOUNT, gives["token_file"], "sh")
    return ("sh",)


def env_of(step, known, secrets):
    env = {}
    for entry in step.get("env", []):
        if "value" in entry:
            env[entry["name"]] = substitute(entry["value"], known)
        elif entry["valueFrom"]["secretKeyRef"] == {"name": "artifact-repository", "key": "credential"}:
            env[entry["name"]] = secrets["REPOSITORY_TOKEN"]
        else:
            raise pipeline.BadTemplate("no such secret")
    return env


def make_stage(entry, task, account, known, secrets, gives):
    known = {**known, **params_of(entry.get("params"), known)}
    for declared in task.get("params", []):
        if "params." + declared["name"] not in params_of(entry.get("params"), known):
            raise pipeline.BadTemplate("%s: no parameter %s" % (entry["name"], declared["name"]))
    step, = task["steps"]
    names = [workspace["name"] for workspace in task["workspaces"]]
    known.update({"workspaces.%s.path" % name: "{work}/" + name for name in names})
    if not step["script"].startswith("#!/bin/sh\n"):
        raise pipeline.BadTemplate("%s: which shell?" % entry["name"])
    stage = pipeline.Stage(entry["name"], [pipeline.Step("script", step["script"], identity_of(task, step, account, gives), env_of(step, known, secrets))],
                           needs=entry.get("runAfter", []), checkout="source" in names, image=step["image"],
                           source=os.path.basename(substitute(step["workingDir"], known)))
    stage.folders = names
    return stage, [name for name in names if name != "source"]


def stages(template, settings, secrets, gives, _folder):
    with open(template or TEMPLATE, encoding="utf-8") as text:
        documents = {(d["kind"], d["metadata"].get("name")): d for d in yaml.safe_load_all(text)}
    run = documents["PipelineRun", None]["spec"]
    own = documents["Pipeline", run["pipelineRef"]["name"]]["spec"]
    accounts = {entry["pipelineTaskName"]: entry["serviceAccountName"] for entry in run["taskRunSpecs"]}
    for (kind, name), document in documents.items():
        if kind == "ServiceAccount" and document["automountServiceAccountToken"] is not False:
            raise pipeline.BadTemplate("%s: a token for every pod" % name)
    known = {"context.pipelineRun.uid": "run-" + gives["number"], "context.pipelineRun.namespace": settings.get("NAMESPACE", "ci"),
             **params_of([{**e, "value": settings.get(e["name"].upper().replace("-", "_"), e["value"])} for e in run["params"]], {})}
    made, filled = [], {}
    for entry in own["tasks"]:
        task = documents["Task", entry["taskRef"]["name"]]["spec"]
        stage, workspaces = make_stage(entry, task, accounts.get(entry["name"], run["taskRunTemplate"]["serviceAccountName"]), known, secrets, gives)
        # The first that has a workspace finds it empty; what it leaves there the next one gets.
        stage.takes = [(name, name) for name in workspaces if name in filled]
        stage.gives = [(name, name) for name in workspaces if name not in filled]
        filled.update((name, True) for name in workspaces)
        made.append(stage)
    return made
