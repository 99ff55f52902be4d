# SPDX-License-Identifier: MIT
"""The verdicts of the ThreadSanitizer stress, made by others.

Reads what ctest --output-junit writes, or a JSON file of the same content:
{"when": "...", "tests": [{"name": "...", "result": "passed|failed|skipped"}]}
"""

import dataclasses
import json
import os
import xml.etree.ElementTree

_CTEST_STATUS = {"run": "passed", "fail": "failed"}


@dataclasses.dataclass(frozen=True)
class Verdicts:
    source: str = ""
    when: str = ""
    tests: tuple = ()  # of (name, result)
    why_none: str = ""

    def count(self, result):
        return sum(one == result for _, one in self.tests)

    @property
    def state(self):
        if not self.tests:
            return "not run"
        if self.count("failed"):
            return "failed"
        return "passed" if self.count("passed") else "skipped"


def _from_junit(path):
    suite = xml.etree.ElementTree.parse(path).getroot()
    tests = tuple(
        (case.get("name"), _CTEST_STATUS.get(case.get("status"), "skipped"))
        for case in suite.iter("testcase"))
    return Verdicts(path, suite.get("timestamp", ""), tests)


def _from_json(path):
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    tests = tuple((one["name"], one["result"]) for one in document["tests"])
    return Verdicts(path, document.get("when", ""), tests)


def load(path):
    if not path or not os.path.exists(path):
        return Verdicts(source=path or "", why_none="no results were found")
    read = _from_json if path.endswith(".json") else _from_junit
    try:
        found = read(path)
    except (ValueError, KeyError, xml.etree.ElementTree.ParseError) as error:
        return Verdicts(source=path, why_none=f"unreadable: {error}")
    if not found.tests:
        return Verdicts(source=path, why_none="the results hold no test")
    return found
