"""GitHub Actions: workflows, reusable ones, composite actions, and what of expressions these use."""
import os
import re

import yaml

import pipeline

FOLDER = os.path.join(os.path.dirname(__file__), "../../docs/ci/github")
# Where the files' own heads say that they are to be put.
PLACES = {"./.github/actions/siglet-sign": "sign/action.yml", "./.github/actions/siglet-verify": "verify/action.yml",
          "./.github/workflows/release.yml": "release.yml"}
SHELLS = {"sh": ("sh", "-e")}


def load(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as text:
        return yaml.safe_load(text)


# ---- expressions ----

def term(text, contexts):
    text = text.strip()
    if re.fullmatch(r"'[^']*'", text):
        return text[1:-1]
    context, _, name = text.partition(".")
    if context not in contexts or not re.fullmatch(r"[\w-]+", name):
        raise pipeline.BadTemplate("an expression that is not understood: " + text)
    return contexts[context].get(name, "")


def evaluate(text, contexts):
    """TERM, or TERM != '' && 'yes' || ''."""
    choice = re.fullmatch(r"(.+?) != '' && ('[^']*') \|\| ('[^']*')", text.strip())
    if choice:
        return term(choice[2] if term(choice[1], contexts) != "" else choice[3], contexts)
    return term(text, contexts)


def fill(value, contexts):
    return re.sub(r"\$\{\{(.*?)\}\}", lambda m: evaluate(m[1], contexts), str(value))


def fill_all(values, contexts):
    return {name: fill(value, contexts) for name, value in (values or {}).items()}


def inputs_of(declared, given, contexts):
    """A required input that is not there is an error of GitHub's; an empty one is not."""
    for name in given:
        if name not in declared:
            raise pipeline.BadTemplate("no such input: " + name)
    inputs = {}
    for name, what in declared.items():
        if name not in given and what.get("required"):
            raise pipeline.BadTemplate("an input is missing: " + name)
        inputs[name] = given.get(name, fill(what.get("default", ""), contexts))
    return inputs


# ---- jobs ----

def shell_of(step, defaults):
    name = step.get("shell", defaults)
    if name not in SHELLS:
        raise pipeline.BadTemplate("no shell: %r" % name)
    return SHELLS[name]


def composite(reference, given, contexts):
    action = load(PLACES[reference])
    own = {"inputs": inputs_of(action["inputs"], given, contexts), "github": contexts["github"]}
    return [pipeline.Step(step["name"], step["run"], shell_of(step, None), fill_all(step.get("env"), own)) for step in action["runs"]["steps"]]


def use(stage, reference, given, contexts):
    if reference.startswith("./"):
        stage.steps += composite(reference, given, contexts)
        return
    found = re.fullmatch(r"actions/(checkout|upload-artifact|download-artifact)@[0-9a-f]{40}", reference)
    if not found:
        raise pipeline.BadTemplate("not an action that is pinned by commit: " + reference)
    if found[1] == "checkout":
        if given.get("persist-credentials") != "false":
            raise pipeline.BadTemplate("checkout leaves its token")
        stage.checkout = True
    elif found[1] == "upload-artifact":
        stage.gives.append((given["path"], given["name"]))
    else:
        stage.takes.append((given["name"], given["path"]))


def lower(value):
    return {True: "true", False: "false"}.get(value, value)


def make_job(name, job, workflow, contexts, gives, prefix):
    if "permissions" not in job or workflow.get("permissions") != {}:
        raise pipeline.BadTemplate("%s: permissions are not said" % name)
    env = {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": contexts["github"]["repository"], "GITHUB_REF": contexts["github"]["ref"],
           "GITHUB_SHA": contexts["github"]["sha"], "RUNNER_TEMP": "{home}", "GITHUB_PATH": "{home}/path"}
    token = {}
    if job["permissions"].get("id-token") == "write":
        token = {"ACTIONS_ID_TOKEN_REQUEST_URL": gives.get("url", ""), "ACTIONS_ID_TOKEN_REQUEST_TOKEN": gives.get("token", "")}
    needs = job.get("needs", [])
    needs = [needs] if isinstance(needs, str) else needs
    stage = pipeline.Stage(name, [], needs=needs + prefix, env=env, token=token, checkout=False)
    defaults = (job.get("defaults") or workflow.get("defaults") or {}).get("run", {}).get("shell")
    for step in job["steps"]:
        if "uses" in step:
            use(stage, step["uses"], {key: fill(lower(value), contexts) for key, value in step.get("with", {}).items()}, contexts)
        else:
            stage.steps.append(pipeline.Step(step.get("name", "run"), step["run"], shell_of(step, defaults), fill_all(step.get("env"), contexts)))
    return stage


def make_called(job, contexts, gives):
    """A job that is a reusable workflow: its jobs, no one of which may do more than the caller's."""
    called = load(PLACES[job["uses"]])
    declared = called[True]["workflow_call"]
    own = {"inputs": inputs_of(declared["inputs"], fill_all(job["with"], contexts), contexts), "github": contexts["github"],
           "secrets": fill_all(job["secrets"], contexts)}
    for name in own["secrets"]:
        if name not in declared["secrets"]:
            raise pipeline.BadTemplate("no such secret: " + name)
    for name, inner in called["jobs"].items():
        for what, level in inner["permissions"].items():
            if job["permissions"].get(what) != level:
                raise pipeline.BadTemplate("%s asks for %s, which the caller does not grant" % (name, what))
    return [make_job(name, inner, called, own, gives, []) for name, inner in called["jobs"].items()]


def stages(template, settings, secrets, gives, _folder):
    github = {"repository": settings.pop("GITHUB_REPOSITORY", "acme/app"), "ref": "refs/heads/main", "sha": settings.pop("GITHUB_SHA", "1" * 40)}
    contexts = {"vars": settings, "secrets": secrets, "github": github}
    workflow = load(template or "pipeline.yml")
    made, ends = [], {}
    for name, job in workflow["jobs"].items():
        if "uses" in job:
            inner = make_called(job, contexts, gives)
            ends[name] = [stage.name for stage in inner]
            made += inner
        else:
            made.append(make_job(name, job, workflow, contexts, gives, []))
    for stage in made:
        stage.needs = tuple(n for need in stage.needs for n in ends.get(need, [need]))
    return made
