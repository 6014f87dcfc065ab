"""Jenkins: Groovy itself runs the Jenkinsfile and the shared steps (jenkins/record.groovy), and what they call is played."""
import base64
import hashlib
import os
import re
import subprocess

import pipeline

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "../../docs/ci/jenkins")
# What the Jenkinsfile reads of the environment.
READ = ("BUILD_NUMBER", "REPOSITORY_URL", "SIGLET_KEY", "SIGSTORE_TUF_URL", "SIGNER_IDENTITY", "SIGNER_ISSUER")


def other_way(text):
    """The line behind // in place of the one before it."""
    changed, count = re.subn(r"^( +)siglet\w+\(.*\)\n +// (siglet\w+\(.*\))$", r"\1\2", text, flags=re.MULTILINE)
    if count != 2:
        raise pipeline.BadTemplate("the other way is not in both stages")
    return changed


def record(text, settings, cache):
    """The lines of record.groovy. Values are told to it by name, so that one run of Groovy does for all of the same form."""
    values = {name: "@%s@" % name if settings.get(name) else "" for name in READ}
    name = hashlib.sha256((text + repr(values)).encode()).hexdigest()
    path = os.path.join(cache, name)
    if not os.path.exists(path):
        os.makedirs(cache, exist_ok=True)
        with open(path + ".Jenkinsfile", "w", encoding="utf-8") as out:
            out.write(text)
        done = subprocess.run(["java", "-XX:TieredStopAtLevel=1", "-cp", os.environ["GROOVY_JAR"], "groovy.ui.GroovyMain",
                               os.path.join(HERE, "jenkins/record.groovy"), path + ".Jenkinsfile", os.path.join(FOLDER, "vars"),
                               *("%s=%s" % item for item in values.items())], check=True, stdout=subprocess.PIPE)
        with open(path, "wb") as out:
            out.write(done.stdout)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            word, *parts = line.split()
            parts = [base64.b64decode(part).decode() for part in parts]
            yield word, [re.sub("@(%s)@" % "|".join(READ), lambda m: settings[m[1]], part) for part in parts]


def secret(kind, name, secrets, gives):
    if name == "null":
        return ""  # an error of Jenkins', if it comes to that
    kept = {"artifact-repository": ("string", secrets.get("REPOSITORY_TOKEN")), "release-pin": ("file", gives.get("pin_file")),
            "sigstore-token": ("string", gives.get("token"))}
    if name not in kept or kept[name][0] != kind or kept[name][1] is None:
        raise pipeline.BadTemplate("no %s credential %s" % (kind, name))
    return kept[name][1]


def step_of(name, script):
    # As Jenkins does: a script without #! is traced.
    return pipeline.Step(name, script, ("sh",) if script.startswith("#!/bin/sh\n") else ("sh", "-xe"))


def stages(template, settings, secrets, gives, folder):
    way = settings.pop("WAY", "key")
    with open(template or os.path.join(FOLDER, "Jenkinsfile"), encoding="utf-8") as text:
        text = text.read()
    if not re.search(r"^@Library\('siglet@[0-9a-f]{40}'\) _$", text, re.MULTILINE):
        raise pipeline.BadTemplate("the library is not pinned by commit")
    made = []
    read = {**settings, "BUILD_NUMBER": gives["number"]}
    env = {"WORKSPACE_TMP": "{home}", "BUILD_NUMBER": gives["number"], "JENKINS_URL": "https://jenkins.example/", **settings}
    for word, parts in record(other_way(text) if way == "instance" else text, read, os.path.join(os.path.dirname(folder), "groovy")):
        if word == "stage":
            made.append(pipeline.Stage(parts[0], [], needs=[made[-1].name] if made else [], env=env, checkout=False))
        elif word == "checkout":
            made[-1].checkout = True
        elif word == "stash":
            made[-1].gives.append((parts[1].split("/")[0], parts[0]))
        elif word == "unstash":
            made[-1].takes.append((parts[0], parts[0]))
        elif word == "sh":
            made[-1].steps.append(step_of(*parts))
        elif word == "env":
            name, value = parts[0].split("=", 1)
            made[-1].steps[-1].env[name] = value
        else:
            made[-1].steps[-1].env[parts[1]] = secret(word, parts[0], secrets, gives)
    return made
