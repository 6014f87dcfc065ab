"""GitLab CI: a pipeline, the component that it includes with its inputs, and what jobs get of each other."""
import os
import re

import yaml

import pipeline

FOLDER = os.path.join(os.path.dirname(__file__), "../../docs/ci/gitlab")
# The inputs of the test, by the names that all tests have for them.
INPUTS = {"SIGLET_URL": "siglet-url", "SIGLET_SHA256": "siglet-sha256", "REPOSITORY_URL": "repository-url"}
PREDEFINED = {"CI": "true", "GITLAB_CI": "true", "CI_PROJECT_PATH": "acme/app", "CI_COMMIT_SHA": "2" * 40, "CI_COMMIT_REF_NAME": "main"}
# The scope that the head of the component gives the variable.
SECRET_SCOPE = "release"


def interpolate(node, inputs):
    if isinstance(node, dict):
        return {name: interpolate(value, inputs) for name, value in node.items()}
    if isinstance(node, list):
        return [interpolate(value, inputs) for value in node]
    if isinstance(node, str):
        return re.sub(r"\$\[\[\s*inputs\.([\w-]+)\s*\]\]", lambda m: inputs[m[1]], node)
    return node


def check_inputs(declared, given):
    inputs = {}
    for name in given:
        if name not in declared:
            raise pipeline.BadTemplate("no such input: " + name)
    for name, what in declared.items():
        if name not in given and "default" not in what:
            raise pipeline.BadTemplate("an input is missing: " + name)
        inputs[name] = given.get(name, what.get("default"))
        if "regex" in what and not re.search(what["regex"], inputs[name]):
            raise pipeline.Refused("`%s` input: provided value does not match required RegEx pattern" % name)
    return inputs


def include(entry, settings):
    """GitLab makes no pipeline where an input is not what it must be."""
    if not re.fullmatch(r".*/siglet@[0-9a-f]{40}", entry["component"]):
        raise pipeline.BadTemplate("a component that is not pinned by commit")
    with open(os.path.join(FOLDER, "templates/siglet.yml"), encoding="utf-8") as text:
        head, body = yaml.safe_load_all(text)
    given = {name: settings.get(next((k for k, v in INPUTS.items() if v == name), ""), value) for name, value in entry["inputs"].items()}
    return interpolate(body, check_inputs(head["spec"]["inputs"], given))


def extend(jobs, job):
    base = jobs[job["extends"]] if "extends" in job else {}
    merged = {**base, **job}
    merged["variables"] = {**base.get("variables", {}), **job.get("variables", {})}
    return merged


def make_stage(name, job, settings, secrets, gives):
    env = {**PREDEFINED, **{key: value for key, value in settings.items() if key in PREDEFINED}, **job["variables"]}
    environment = job.get("environment", {})
    environment = environment if isinstance(environment, str) else environment.get("name")
    if environment == SECRET_SCOPE:
        env.update(secrets)
    token = {}
    for variable, what in job.get("id_tokens", {}).items():
        if what["aud"] != "sigstore":
            raise pipeline.BadTemplate("a token for %s" % what["aud"])
        token[variable] = gives["token"]
    # One shell runs both lists.
    script = "\n".join(job.get("before_script", []) + job["script"])
    needs = [need["job"].replace("siglet-", "") for need in job.get("needs", [])]
    takes = [need["job"].replace("siglet-", "") for need in job.get("needs", []) if need.get("artifacts", True)]
    return pipeline.Stage(name.replace("siglet-", ""), [pipeline.Step("script", script)], needs=needs, env=env, token=token,
                          takes=[(job_name, ".") for job_name in takes],
                          gives=[(path, name.replace("siglet-", "") + "/" + path) for path in job.get("artifacts", {}).get("paths", [])],
                          checkout=env.get("GIT_STRATEGY") != "none", image=job["image"])


def stages(template, settings, secrets, gives, _folder):
    with open(os.path.join(FOLDER, template or "gitlab-ci.yml"), encoding="utf-8") as text:
        jobs = yaml.safe_load(text)
    for entry in jobs.pop("include"):
        jobs.update(include(entry, settings))
    made = {name: make_stage(name, extend(jobs, job), settings, secrets, gives) for name, job in jobs.items() if not name.startswith(".")}
    return [made[name] for name in ("build", "siglet-sign", "siglet-verify", "deploy")]
