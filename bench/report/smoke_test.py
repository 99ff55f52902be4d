#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs the smallest set and the report on it, and checks what comes out."""

import argparse
import os
import sys

import checks
import instructions
import report
from results import Results


def _read(directory, name):
    with open(os.path.join(directory, name), encoding="utf-8") as file:
        return file.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--families", required=True, nargs="+")
    options = parser.parse_args()
    results = os.path.join(options.out, "results.json")
    steps = (
        ["run", "--set", "smoke", "--binary", options.binary, "--out",
         results],
        ["report", results, "--out", options.out, "--stress",
         os.path.join(options.out, "absent.xml"), "--models",
         os.path.join(options.out, "absent.json")],
    )
    for step in steps:
        status = report.main(step)
        if status:
            return status
    page = _read(options.out, "report.html")
    loaded = Results.load(results)
    with open(instructions.TABLE, encoding="utf-8") as file:
        moved = instructions.check(loaded, file.read())
    complaints = [
        *checks.check_rows(loaded, options.families),
        *moved,
        *checks.check_html(page),
        *checks.check_summary(_read(options.out, "report.json")),
        *checks.check_markdown(_read(options.out, "report.md")),
    ]
    if "<b>Not run</b>" not in page:
        complaints.append("the page does not say that no stress was run")
    for complaint in complaints:
        print(f"bench-smoke: {complaint}", file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
