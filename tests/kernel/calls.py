#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each name of include/compat/names.txt is where that file says, or nowhere.

    calls.py                    against the installed package, in --prefix

A header alone must have the names that are called present: one call of each is
compiled, and all are linked, against ksync::linux and against ksync::kernel. No
header of the list may have those that are called absent; nor ksync::linux those
of ksync::kernel.
"""

import argparse
import os
import re
import shlex
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../../cmake/lint")]

import names  # noqa: E402
from files import pkg_config  # noqa: E402

ROOT = os.path.join(HERE, "../..")
# A result that nobody looks at is the point of a call here.
FLAGS = ["-std=gnu11", "-O0", "-Werror", "-Wno-unused-result",
         "-ftrack-macro-expansion=0", "-pipe"]
BOTH = ("linux", "kernel")


def calls(table, number, header, kinds):
    """A file with a function for each call of the header's names."""
    lines = [f"#include <{header}>", *table.common, *table.before[header]]
    rows = [row for row in table.rows if row.header == header]
    for place, row in enumerate(rows):
        if row.kind in kinds:
            lines += [f'#line {row.line} "{row.shown}"',
                      f"void call_{number}_{place}(void) {{ {row.call} }}"]
    return "\n".join([*lines, ""])


def lacks(table, kinds):
    """A file that declares each of these names anew, unless it is a macro."""
    lines = [f"#include <{header}>" for header in table.before]
    for row in table.rows:
        if row.kind in kinds:
            lines += [f"#ifdef {row.name}",
                      f'#line {row.line} "{row.shown}"',
                      f"#error is a macro of <{row.header}> or another", "#else",
                      f'#line {row.line} "{row.shown}"',
                      f"extern char {row.name}[3];", "#endif"]
    return "\n".join([*lines, ""])


def compile_all(jobs):
    """What the compiler says of each (command, text); two at a time."""
    said, running = [], []
    for job in [*jobs, None]:
        if job:
            process = subprocess.Popen(
                job[0], text=True, stdin=subprocess.PIPE,
                stderr=subprocess.PIPE)
            process.stdin.write(job[1])
            process.stdin.close()
            running.append(process)
        while running and (not job or len(running) > 1):
            process = running.pop(0)
            text = process.stderr.read()
            said += [text] * (process.wait() != 0)
    return said


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True)
    parser.add_argument("--prefix", required=True)
    parser.add_argument("--cc", default="gcc")
    options = parser.parse_args()
    table = names.read(ROOT)
    compiler = [*shlex.split(options.cc), *FLAGS]
    jobs, objects = [], {kind: [] for kind in BOTH}
    folder = os.path.join(options.build, "names")
    os.makedirs(folder, exist_ok=True)
    for kind in BOTH:
        kinds = BOTH if kind == "kernel" else ("linux",)
        flags = pkg_config(options.prefix, "--cflags", f"ksync-{kind}")
        for number, header in enumerate(table.before):
            made = os.path.join(folder, f"{kind}_{number}.o")
            objects[kind].append(made)
            jobs.append(([*compiler, *flags, "-c", "-xc", "-", "-o", made],
                         calls(table, number, header, kinds)))
        others = ("absent",) if kind == "kernel" else ("absent", "kernel")
        jobs.append(([*compiler, *flags, "-fno-builtin", "-fsyntax-only",
                      "-fmax-errors=0", "-xc", "-"], lacks(table, others)))
    said = compile_all(jobs)
    for kind in BOTH if not said else ():
        libs = pkg_config(options.prefix, "--libs", f"ksync-{kind}")
        said += compile_all([(
            [*compiler, *objects[kind], "-xc", "-", "-xnone", *libs, "-o",
             os.path.join(folder, kind)], "int main(void) { return 0; }\n")])
    count = {kind: sum(row.kind == kind for row in table.rows)
             for kind in names.KINDS}
    for text in said:
        # One line for each name: the rest follows from the first.
        first = {}
        for line in re.findall(r"^.*(?:error|undefined ref).*$", text, re.M):
            first.setdefault(line.partition(":")[0], line)
        print("\n".join(first.values()) or text[:2000])
    print(f"{len(table.before)} headers: "
          + ", ".join(f"{many} {kind}" for kind, many in count.items())
          + f"; {len(said)} failed")
    return 1 if said or not all(count.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
