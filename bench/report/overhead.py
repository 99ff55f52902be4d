# SPDX-License-Identifier: MIT
"""What the checked library costs beside the other, and beside ThreadSanitizer.

ksync-held (bench/held.c) is built for each; they run in turn, so that what the
machine does besides meets all of them.
"""

import dataclasses
import os
import statistics
import subprocess

# Programs beside ksync-bench, and what their column is called.
PROGRAMS = {"ksync-held": "ksync::ksync", "ksync-held-checked":
            "ksync::checked", "ksync-held-tsan": "-fsanitize=thread"}
ROUNDS = {"smoke": (1, 1), "default": (5, 20), "full": (9, 60)}


@dataclasses.dataclass(frozen=True)
class Overhead:
    names: tuple = ()
    rows: tuple = ()  # (sort, held, classes, ns of each name)
    why_none: str = ""


def _run_one(program, milliseconds):
    """{(sort, held, classes): ns}; older programs say nothing of classes."""
    done = subprocess.run([program, str(milliseconds)], capture_output=True,
                          text=True, check=True, timeout=300)
    found = {}
    for line in done.stdout.splitlines():
        sort, held, *classes, ns = line.split()
        key = (sort, int(held), int(classes[0]) if classes else 0)
        found[key] = float(ns)
    return found


def run(directory, chosen_set):
    """As JSON has it: rows of [sort, held, classes, {program: ns}]."""
    programs = [name for name in PROGRAMS
                if os.access(os.path.join(directory, name), os.X_OK)]
    rounds, milliseconds = ROUNDS[chosen_set]
    samples = {}
    for _ in range(rounds):
        for name in programs:
            one = _run_one(os.path.join(directory, name), milliseconds)
            for key, ns in one.items():
                samples.setdefault(key, {}).setdefault(name, []).append(ns)
    return {"rounds": rounds, "rows": [
        [*key, {name: round(statistics.median(ns), 2)
                for name, ns in found.items()}]
        for key, found in samples.items()]}


def load(document):
    """Of a results document; those of older ones have nothing."""
    told = document.get("overhead")
    if not told or not told["rows"]:
        return Overhead(why_none="the programs were not there")
    names = tuple(name for name in PROGRAMS
                  if any(name in row[3] for row in told["rows"]))
    return Overhead(
        tuple(PROGRAMS[name] for name in names),
        tuple((sort, held, classes, tuple(found.get(name) for name in names))
              for sort, held, classes, found in told["rows"]))
