#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run the models, or see which model kills which weakened memory order.

    run.py --build DIR [--stem STEM] [--bound N] [--jobs N]
    run.py --build DIR --mutants [--stem STEM] [--bound N] [--jobs N] [--write]

DIR is the build's folder of tests/model. --mutants weakens each ORDER label
(cmake/mutate.py), builds the models with it, and runs them until one fails:
the models of the label's own family first. --write puts the result into
mutants.tsv next to this script; without it, a difference is an error.
"""

import argparse
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
MUTATE = [sys.executable, "-B", os.path.join(ROOT, "cmake", "mutate.py")]
TABLE = os.path.join(HERE, "mutants.tsv")
HEAD = "# mutant\tmodel\ttest\thow it fails\n"


def call(command, **how):
    return subprocess.run(command, text=True, capture_output=True, **how)


class Build:
    """How CMake builds models, to build others like them."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        with open(os.path.join(folder, "model.json"), encoding="utf-8") as f:
            vars(self).update(json.load(f))

    def stems(self):
        return [model.removesuffix("_model") for model in self.models]

    def compile(self, source, out, before=()):
        name = os.path.relpath(source, ROOT) if source.startswith(ROOT) \
            else os.path.basename(source)
        target = os.path.join(out, name.replace("/", "_") + ".o")
        renamed = [
            "-D" + text for text in self.system_calls
            if source in self.over_system
        ]
        command = [
            self.compiler, *self.options, *self.watched, "-w", *renamed,
            "-I" + self.includes[0], *["-I" + text for text in before],
            *["-I" + text for text in self.includes[1:]],
            "-c", source, "-o", target,
        ]
        done = call(command)
        if done.returncode:
            sys.exit(" ".join(command) + "\n" + done.stderr)
        return target

    def link(self, objects, program):
        command = [
            self.compiler, *self.link_options, *objects, *self.libraries,
            "-o", program,
        ]
        done = call(command)
        if done.returncode:
            sys.exit(" ".join(command) + "\n" + done.stderr)


def mutants(stem):
    """(name, file, line, operation) of each weakening."""
    only = ["--stem", stem] if stem else []
    listed = call(MUTATE + ["list", *only], check=True).stdout
    return [line.split("\t") for line in listed.splitlines()]


def models_for(build, name):
    """The stems whose models may kill a mutant, the likeliest first."""
    own = name.partition(".")[0]
    own = {"raw_lock": "spinlock", "dec_and_lock": "kref"}.get(own, own)
    return sorted(build.stems(), key=lambda stem: (stem != own, stem))


class Mutant:
    """One weakened source, and the models built with it."""

    def __init__(self, build, name, path, out):
        self.build, self.out = build, out
        call(MUTATE + ["make", name, "--out", out], check=True)
        self.header = path.endswith(".h")
        self.source = os.path.join(out, path)
        self.original = os.path.join(ROOT, path)
        self.objects = None

    def changed_objects(self):
        """What has to stand before the libraries on the link line."""
        if self.objects is not None:
            return self.objects
        if self.header:
            before = [os.path.join(self.out, "include")]
            sources = self.build.subject + self.build.over_system
        else:
            # The copy includes its neighbours.
            home = os.path.dirname(self.original)
            before = [home, os.path.dirname(home)]
            sources = [self.source]
        self.objects = [
            self.build.compile(source, self.out, before) for source in sources
        ]
        return self.objects

    def program(self, stem):
        before = [os.path.join(self.out, "include")] if self.header else []
        model = self.build.compile(
            os.path.join(HERE, f"{stem}_model.c"), self.out, before
        )
        program = os.path.join(self.out, f"{stem}_model")
        self.build.link([model, *self.changed_objects()], program)
        return program

    def used_by(self, stem):
        """Does the model link what was weakened?"""
        if self.header:
            return True
        own = os.path.join(self.build.folder, f"{stem}_model")
        symbols = call(["nm", own]).stdout
        base = os.path.basename(self.original)
        return base in call(["nm", "-l", own]).stdout or not symbols


def kill(build, name, path, bound):
    """(stem, test, how) of the first model that fails, or None."""
    with tempfile.TemporaryDirectory(prefix="ksync-mutant-") as out:
        mutant = Mutant(build, name, path, out)
        for stem in models_for(build, name):
            program = mutant.program(stem)
            done = call([program, "--tsv", "--bound", str(bound)])
            for line in done.stdout.splitlines():
                fields = line.split("\t")
                if len(fields) == 5 and fields[1] == "FAILED":
                    return stem, fields[0], fields[4].partition(";")[0]
            if done.returncode:
                return stem, "?", f"status {done.returncode}"
    return None


def clean(how):
    """The message without addresses, which differ from build to build."""
    words = ["..." if word.startswith("0x") else word for word in how.split()]
    return " ".join(words)


def run_mutants(build, options):
    rows, alive = [], []
    listed = mutants(options.stem)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = pool.map(
            lambda m: kill(build, m[0], m[1], options.bound), listed
        )
        for (name, path, line, operation), result in zip(listed, results):
            if result:
                rows.append((name, result[0], result[1], clean(result[2])))
            else:
                rows.append((name, "-", "-", "no model fails"))
                alive.append(f"{name}: {path}:{line}: {operation}()")
            print("\t".join(rows[-1]), flush=True)
    print(f"{len(rows)} mutants, {len(alive)} that no model kills")
    for line in alive:
        print("  " + line)
    return rows


def table_text(rows):
    return HEAD + "".join("\t".join(row) + "\n" for row in sorted(rows))


def keep_table(rows, options):
    if options.stem:
        return 0
    if options.write:
        with open(TABLE, "w", encoding="utf-8") as file:
            file.write(table_text(rows))
        return 0
    with open(TABLE, encoding="utf-8") as file:
        if file.read() == table_text(rows):
            return 0
    print(f"{TABLE} says otherwise; --write renews it")
    return 1


def run_models(build, options):
    stems = [options.stem] if options.stem else build.stems()
    bad = []
    for stem in stems:
        print(f"{stem}:", flush=True)
        program = os.path.join(build.folder, f"{stem}_model")
        done = subprocess.run([program, "--bound", str(options.bound)])
        if done.returncode:
            bad.append(stem)
    if bad:
        print("FAILED: " + " ".join(bad))
    return 1 if bad else 0


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--build", required=True)
    parser.add_argument("--stem")
    parser.add_argument("--bound", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--mutants", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    build = Build(options.build)
    if options.mutants:
        return keep_table(run_mutants(build, options), options)
    if options.stem and options.stem not in build.stems():
        parser.error(f"there is no {options.stem}_model.c")
    return run_models(build, options)


if __name__ == "__main__":
    sys.exit(main())
