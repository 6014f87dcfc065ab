#!/usr/bin/env python3
"""Run a template of docs/ci as its service would. Usage:

play.py [option...] PROVIDER [TEMPLATE]

--in FOLDER          where it runs; must not exist
--project FOLDER     what the service checks out
--set NAME=VALUE     what the team sets: a variable or an input of the template
--secret NAME=VALUE  what it sets as a secret
--give NAME=VALUE    what the test has for the service to give: the address of its token server, ...
--machine NAME=VALUE what every process has
--tamper WHEN COMMAND  what somebody else does "after STAGE", "before STAGE" or "before STAGE/STEP"
--scripts FOLDER     put the stages' scripts there, a file each, and run nothing

Prints a line a stage; FOLDER/STAGE.log has what it said, FOLDER/STAGE.STEP.env its variables. Status 0: all passed.
"""
import argparse
import importlib
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import pipeline  # noqa: E402


def pairs(values):
    return dict(value.split("=", 1) for value in values)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    for name in ("set", "secret", "give", "machine"):
        parser.add_argument("--" + name, action="append", default=[])
    parser.add_argument("--in", dest="folder")
    parser.add_argument("--project")
    parser.add_argument("--tamper", action="append", nargs=2, default=[])
    parser.add_argument("--scripts")
    parser.add_argument("provider")
    parser.add_argument("template", nargs="?")
    given = parser.parse_args()
    secrets, gives = pairs(given.secret), pairs(given.give)
    provider = importlib.import_module(given.provider)
    try:
        folder = os.path.abspath(given.folder or "none")
        stages = provider.stages(given.template, pairs(given.set), secrets, gives, folder)
        if given.scripts:
            for stage in stages:
                for number, step in enumerate(stage.steps):
                    with open("%s/%s.%s.%d" % (given.scripts, given.provider, stage.name, number), "w", encoding="utf-8") as out:
                        out.write(step.script)
            return 0
        os.makedirs(folder)
        run = pipeline.Run(folder, given.project, pairs(given.machine), secrets, given.tamper)
        return 0 if run.play(stages, getattr(provider, "PASTED", None)) else 1
    except pipeline.Refused as error:
        os.makedirs(folder)
        with open(os.path.join(folder, "pipeline.log"), "w", encoding="utf-8") as log:
            print(error, file=log)
        print("pipeline: failed")
        return 1
    except pipeline.BadTemplate as error:
        print("play: %s" % error)
        return 3


sys.exit(main())
