#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Where the time goes: of the last runs, by what build/log has of them.

    times.py [--more N]

Phases with the processor time that they took, tests by kind and by family, and
what would become of them with N more families. Tests are counted in seconds of
the clock, as ctest notes them; on a busy machine the phases' processor time
says more.
"""

import argparse
import collections
import glob
import os
import re
import xml.etree.ElementTree as xml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
LOG = os.path.join(ROOT, "build", "log")

# (kind, which tests, does it grow with the families?)
KINDS = [
    ("unit", r"unit\.", True),
    ("models", r"model\.", True),
    ("stress", r"(stress|sound)\.", True),
    ("twins", r"(busted|broken)\.", True),
    ("users under TSan", r"tsan-user\.", True),
    ("platforms", r"platform\.", True),
    ("the system's headers", r"compat\.system", False),
    ("headers", r"(headers|compat|arc)\.", True),
    ("examples", r"examples\.", True),
    ("bench", r"(bench|report)", True),
    ("install", r"install\.", False),
    ("options", r"options\.", False),
    ("runner", r"runner\.", False),
    ("lint", r"lint\.", False),
    ("other", r"", False),
]


def families():
    found = []
    for path in glob.glob(os.path.join(ROOT, "src", "*", "CMakeLists.txt")):
        with open(path, encoding="utf-8") as file:
            found += re.findall(r"^\s*ksync_primitive\((\w+)", file.read(),
                                re.M)
    return sorted(found)


def kind_of(name):
    return next(kind for kind in KINDS if re.match(kind[1], name))


def family_of(name, stems):
    """The family whose stem a test's name has as a word."""
    parts = re.split(r"[.\-/]", name)
    for part in parts:
        for stem in stems:
            if part == stem or part.startswith(stem + "_"):
                return stem
    return "shared"


def tests():
    """(preset, name, seconds) of each test of the last runs."""
    for path in sorted(glob.glob(os.path.join(LOG, "*.xml"))):
        preset = os.path.basename(path)[:-4]
        for case in xml.parse(path).getroot().iter("testcase"):
            yield preset, case.get("name"), float(case.get("time") or 0)


def phases():
    """{phase: (seconds, seconds of processors)}, the last of each name."""
    found = {}
    path = os.path.join(LOG, "phases.tsv")
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            for line in file:
                name, wall, cpu = line.rstrip("\n").split("\t")
                found[name] = float(wall), float(cpu)
    return found


def table(head, rows):
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [head] + rows)
              for i in range(len(head))]
    for row in [head] + rows:
        print("  " + row[0].ljust(widths[0]), *(
            cell.rjust(width) for cell, width in zip(row[1:], widths[1:])))
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--more", type=int, default=30)
    more = parser.parse_args().more
    stems = families()
    ran = list(tests())
    if not ran:
        raise SystemExit("no test has run: build/log has no *.xml")

    known = phases()
    if known:
        print("Phases, the last of each: seconds by the clock, and of "
              "processors\n")
        table(["phase", "clock", "processors"],
              [[name, f"{wall:.0f}", f"{cpu:.0f}"]
               for name, (wall, cpu) in known.items()])

    total = sum(seconds for *_, seconds in ran)
    sums = collections.defaultdict(lambda: [0, 0.0])
    for preset, name, seconds in ran:
        entry = sums[preset, kind_of(name)]
        entry[0] += 1
        entry[1] += seconds
    scale = (len(stems) + more) / len(stems)
    rows, grown = [], 0.0
    for (preset, (kind, _, grows)), (count, seconds) in sorted(
        sums.items(), key=lambda item: -item[1][1]
    ):
        then = seconds * (scale if grows else 1)
        grown += then
        rows.append([f"{preset}: {kind}", count, f"{seconds:.0f}",
                     f"{100 * seconds / total:.0f} %", f"{then:.0f}"])
    rows.append(["all", len(ran), f"{total:.0f}", "", f"{grown:.0f}"])
    print("Tests by kind, in seconds, one after the other\n")
    table(["preset: kind", "tests", "seconds", "share",
           f"with {more} families more"], rows)

    each = collections.defaultdict(float)
    for _, name, seconds in ran:
        each[family_of(name, stems)] += seconds
    print("Tests by family\n")
    table(["family", "seconds", "share"], [
        [name, f"{seconds:.0f}", f"{100 * seconds / total:.0f} %"]
        for name, seconds in sorted(each.items(), key=lambda item: -item[1])
    ])
    print("The longest tests\n")
    table(["test", "seconds"], [
        [f"{preset}: {name}", f"{seconds:.1f}"]
        for preset, name, seconds in sorted(ran, key=lambda t: -t[2])[:12]
    ])


main()
