"""What a CI service does with a template: stages in processes of their own, and what is handed from one to the next.

A provider's module reads a template of docs/ci and makes stages of it; here they run. A stage knows the variables that
the service would give it and no others, works in a folder of its own, and gets files by the service's store alone.
"""
import os
import re
import shutil
import subprocess


class BadTemplate(Exception):
    """The template has something in it that it must not have, or that is not understood."""


class Refused(Exception):
    """The service itself makes no pipeline of this."""


class Step:
    def __init__(self, name, script, shell=("sh", "-e"), env=None):
        self.name, self.script, self.shell, self.env = name, script, tuple(shell), dict(env or {})


class Stage:
    """token: variables by which the service gives an identity. takes: (name in the store, folder here); gives: (folder here,
    name). source: where in the stage's folder the project lies, and steps begin."""

    def __init__(self, name, steps, needs=(), env=None, token=None, takes=(), gives=(), checkout=True, image=None, source="."):
        self.name, self.steps, self.needs, self.env = name, list(steps), tuple(needs), dict(env or {})
        self.token, self.takes, self.gives, self.checkout, self.image = dict(token or {}), list(takes), list(gives), checkout, image
        self.source = source
        self.folders = []  # that are there, empty, before the first step


# ---- what no template may do, whatever else it does ----

# Each service's own way to paste values into a script before a shell reads it.
PASTED = re.compile(r"\$\{\{|\$\[\[|<<\s*(parameters|pipeline)\.|\$\((params|workspaces|context|tasks|results)\.")


def check_script(where, script, secrets, pasted=None):
    """No expression is pasted in, no secret is an argument, and what fails ends the script."""
    for pattern in (PASTED, pasted or PASTED):
        if pattern.search(script):
            raise BadTemplate("%s: an expression is pasted into the script: %s" % (where, pattern.search(script).group(0)))
    if "\n" in script.strip() and not re.search(r"^\s*set -eu$", script, re.MULTILINE):
        raise BadTemplate("%s: no set -eu" % where)
    for name in secrets:
        for line in script.splitlines():
            # These ask whether there is one: no other program sees it.
            asked = re.fullmatch(r'\s*(: "\$\{%s:\?[^"$]*\}"|case \$\{%s-\} in .*)' % (name, name), line)
            if not asked and re.search(r"\$\{?%s\b" % name, line):
                raise BadTemplate("%s: the secret %s becomes an argument: %s" % (where, name, line.strip()))


# ---- running ----

class Run:
    """One run of a pipeline: folder is ours, project is what a checkout gives, machine what every process of the service has."""

    def __init__(self, folder, project, machine, secrets, tampers):
        self.folder, self.project, self.machine = folder, project, machine
        self.secrets, self.tampers = secrets, tampers
        self.store = os.path.join(folder, "store")
        self.used = set()
        os.makedirs(self.store)

    def tamper(self, point, work):
        """What somebody else does at this point."""
        for where, command in self.tampers:
            if where == point:
                self.used.add(where)
                subprocess.run(["sh", "-euc", command], check=True, env={**os.environ, "STORE": self.store, "WORK": work})

    def environment(self, stage, home, work):
        env = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": home, "LANG": "C.UTF-8"}
        env.update(self.machine)
        env.update(stage.env)
        env.update(stage.token)
        # What the service puts into a folder of the machine.
        return {name: str(value).replace("{home}", home).replace("{work}", work) for name, value in env.items()}

    def lay_out(self, stage, work):
        if stage.checkout:
            shutil.copytree(self.project, os.path.join(work, stage.source), dirs_exist_ok=True)
        for name, folder in stage.takes:
            source = os.path.join(self.store, name)
            if not os.path.isdir(source):
                raise BadTemplate("%s takes %s, which nobody gave" % (stage.name, name))
            shutil.copytree(source, os.path.join(work, folder), symlinks=True, dirs_exist_ok=True)

    def keep(self, stage, work):
        for folder, name in stage.gives:
            target = os.path.join(self.store, name)
            if os.path.exists(target):
                shutil.rmtree(target)
            shutil.copytree(os.path.join(work, folder), target, symlinks=True)

    def run_step(self, stage, step, work, env, log):
        """GitHub's files for paths and variables do no harm elsewhere."""
        base = os.path.join(self.folder, "%s.%s" % (stage.name, re.sub(r"\W+", "-", step.name)))
        env = {**env, **{name: str(value).replace("{work}", os.path.join(self.folder, stage.name, "work")) for name, value in step.env.items()}}
        with open(base + ".env", "w", encoding="utf-8") as out:
            out.write("".join("%s=%s\n" % item for item in sorted(env.items())))
        with open(base + ".sh", "w", encoding="utf-8") as out:
            out.write(step.script)
        log.write("--- %s / %s\n" % (stage.name, step.name))
        log.flush()
        done = subprocess.run([*step.shell, base + ".sh"], cwd=os.path.join(work, stage.source), env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)
        return done.returncode == 0

    def run_stage(self, stage):
        work = os.path.join(self.folder, stage.name, "work")
        home = os.path.join(self.folder, stage.name, "home")
        for folder in {stage.source, *stage.folders}:
            os.makedirs(os.path.join(work, folder))
        os.makedirs(home)
        self.lay_out(stage, work)
        env = self.environment(stage, home, work)
        with open(os.path.join(self.folder, stage.name + ".log"), "w", encoding="utf-8") as log:
            for step in stage.steps:
                self.tamper("before %s/%s" % (stage.name, step.name), work)
                if not self.run_step(stage, step, work, env, log):
                    return False
                self.adopt(env, home)
        self.keep(stage, work)
        return True

    @staticmethod
    def adopt(env, home):
        """What a step says about the next ones, in the file that $GITHUB_PATH names."""
        path = env.get("GITHUB_PATH")
        if path and os.path.exists(path):
            with open(path, encoding="utf-8") as lines:
                for line in lines.read().split():
                    env["PATH"] = line + ":" + env["PATH"]
            os.remove(path)

    def play(self, stages, pasted=None):
        """True: all passed. A stage whose needs did not pass is not begun."""
        passed = set()
        for stage in stages:
            for step in stage.steps:
                check_script("%s/%s" % (stage.name, step.name), step.script, self.secrets, pasted)
        for stage in stages:
            if not set(stage.needs) <= passed:
                print("%s: skipped" % stage.name)
                continue
            self.tamper("before " + stage.name, "")
            good = self.run_stage(stage)
            print("%s: %s" % (stage.name, "passed" if good else "failed"))
            if good:
                passed.add(stage.name)
                self.tamper("after " + stage.name, "")
        for where, _ in self.tampers:
            if where not in self.used and len(passed) == len(stages):
                raise BadTemplate("nothing happens %s" % where)
        return len(passed) == len(stages)
