#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Measures ksync beside its rivals and writes the report.

  report.py run --set default     measure, into build/report/results.json
  report.py report                write report.html, report.md, report.json
  report.py record                put the instruction counts into their table
"""

import argparse
import json
import os
import sys

import measure

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BINARY = os.path.join(SOURCE, "build", "bench", "bench", "ksync-bench")
REPORT = os.path.join(SOURCE, "build", "report")
STRESS = os.path.join(SOURCE, "build", "log", "tsan.xml")
MODELS = os.path.join(SOURCE, "build", "dev", "tests", "model", "results.json")


def _write(path, text):
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def _run(options):
    if not os.access(options.binary, os.X_OK):
        raise RuntimeError(f"{options.binary} does not exist: build the bench "
                           "preset first, or name it with --binary")
    document = measure.run(options.binary, options.set, options.filter,
                           not options.no_count)
    _write(options.out, json.dumps(document, indent=1) + "\n")
    print(f"Measured for {document['seconds']:.0f} s: {options.out}")


def _report(options):
    # Drawing takes a second to import; run does without.
    import models
    import page
    import stress
    from results import Results

    if not os.path.exists(options.results):
        raise RuntimeError(f"{options.results} does not exist: run first")
    made = page.make(Results.load(options.results),
                     stress.load(os.path.relpath(options.stress)),
                     models.load(os.path.relpath(options.models)))
    for ending, text in made.items():
        _write(os.path.join(options.out, f"report.{ending}"), text)
    print(f"Report: {os.path.join(options.out, 'report.html')}")


def _read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def _record(options):
    import instructions
    from results import Results

    known = (_read(instructions.TABLE)
             if os.path.exists(instructions.TABLE) else "")
    _write(instructions.TABLE,
           instructions.record(Results.load(options.results), known))
    print(f"Recorded: {instructions.TABLE}")


def parser():
    top = argparse.ArgumentParser(
        description=__doc__.split("\n", maxsplit=1)[0])
    commands = top.add_subparsers(dest="command", required=True)

    run = commands.add_parser("run", help="measure")
    run.set_defaults(call=_run)
    run.add_argument("--set", choices=("smoke", "default", "full"),
                     default="default",
                     help="smoke: seconds; default: up to 5 minutes; full: "
                     "half an hour")
    run.add_argument("--binary", default=BINARY, help="ksync-bench")
    run.add_argument("--out", default=os.path.join(REPORT, "results.json"),
                     help="where the results go")
    run.add_argument("--filter", metavar="REGEX",
                     help="only rows whose names match")
    run.add_argument("--no-count", action="store_true",
                     help="do not count instructions")

    report = commands.add_parser("report", help="write the report")
    report.set_defaults(call=_report)
    report.add_argument("results", nargs="?",
                        default=os.path.join(REPORT, "results.json"),
                        help="what run has written")
    report.add_argument("--out", default=REPORT, metavar="DIR",
                        help="where report.html, .md and .json go")
    report.add_argument("--stress", default=STRESS, metavar="FILE",
                        help="verdicts of the stress: ctest's JUnit file, or "
                        "JSON")
    report.add_argument("--models", default=MODELS, metavar="FILE",
                        help="what ./dev model has found")

    record = commands.add_parser("record", help="record instruction counts")
    record.set_defaults(call=_record)
    record.add_argument("results", nargs="?",
                        default=os.path.join(REPORT, "results.json"),
                        help="what run has written")
    return top


def main(arguments=None):
    options = parser().parse_args(arguments)
    try:
        options.call(options)
    except KeyboardInterrupt:
        return 130
    except (RuntimeError, ValueError, OSError) as error:
        print(f"report.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
