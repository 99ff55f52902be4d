# SPDX-License-Identifier: MIT
"""What the model explorer found, made by others: tests/model/run.py."""

import dataclasses
import json
import os


@dataclasses.dataclass(frozen=True)
class Family:
    """The tests of one model."""

    name: str
    tests: int
    failed: int
    executions: int
    seconds: float


@dataclasses.dataclass(frozen=True)
class Models:
    source: str = ""
    when: str = ""
    bound: int = 0
    families: tuple = ()
    failed: tuple = ()  # "family: test"
    mutants: tuple = (0, 0)  # killed, of
    why_none: str = ""

    @property
    def executions(self):
        return sum(one.executions for one in self.families)

    @property
    def state(self):
        if not self.families:
            return "not run"
        return "failed" if self.failed else "passed"


def _family(name, tests):
    return Family(name, len(tests), sum(not one["good"] for one in tests),
                  sum(one["executions"] for one in tests),
                  sum(one["seconds"] for one in tests))


def load(path):
    if not path or not os.path.exists(path):
        return Models(source=path or "", why_none="no results were found")
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        tests = document["tests"]
        names = dict.fromkeys(one["family"] for one in tests)
        found = Models(
            path, document["when"], document["bound"],
            tuple(_family(name, [one for one in tests
                                 if one["family"] == name])
                  for name in names),
            tuple(f"{one['family']}: {one['test']}" for one in tests
                  if not one["good"]),
            (document["mutants"]["killed"], document["mutants"]["of"]))
    except (ValueError, KeyError, TypeError) as error:
        return Models(source=path, why_none=f"unreadable: {error}")
    if not tests:
        return Models(source=path, why_none="the results hold no test")
    return found
