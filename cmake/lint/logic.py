# SPDX-License-Identifier: MIT
"""Logic mutants: what breaks an algorithm without touching its orders.

tests/logic/<family>.txt has them, one after the other:

    give_once: a unit is lost when the last waiter leaves
        src/sleep/semaphore.c ksync__up_slow
        - while (!sem_give(sem, self) && !ksync__up_fast(sem)) {
        + if (!sem_give(sem, self) && !ksync__up_fast(sem)) {

The lines with "-" stand once, one behind the other, in that function's body,
or in the file where none is named; those with "+" come in their place. Space at the ends of lines does not count.
A mutant is named <family>.<name>. A line with "*" gives the model, the test
and the number of executions (explore_main.c, --sample) that show it, where what
is tried by itself would not.
"""

import glob
import os
import re

import source

FOLDER = "tests/logic"
KILLED = "tests/logic/killed.tsv"
HEAD = re.compile(r"(\w+): (\S.*)")


class Mutant:
    """One change, or what is wrong with its description."""

    def __init__(self, family, where, line, name, why):
        self.family, self.why = family, why
        self.where, self.line = where, line
        self.name = f"{family}.{name}"
        self.path = self.function = None
        self.old, self.new = [], []
        self.shown_by = ""

    def add(self, text):
        sign, _, rest = text.strip().partition(" ")
        if sign == "-":
            self.old.append(rest.strip())
        elif sign == "+":
            self.new.append(rest.strip())
        elif sign == "*":
            self.shown_by = rest.strip()
        else:
            self.path, self.function = sign, rest.strip()

    def places(self, file):
        """Numbers of the lines at which the old ones begin."""
        lines = [line.strip() for line in file.text.split("\n")]
        ranges = [
            (file.line(start) - 1, file.line(end) - 1)
            for name, start, end in file.functions if name == self.function
        ] if self.function else [(0, len(lines) - 1)]
        for first, last in ranges:
            for at in range(first, last + 2 - len(self.old)):
                if lines[at:at + len(self.old)] == self.old:
                    yield at

    def fault(self, root):
        """Why it does not apply, or None."""
        if not self.old or not self.path or self.old == self.new:
            return "needs a file, a function, lines with - and with +"
        if not os.path.isfile(os.path.join(root, self.path)):
            return f"there is no {self.path}"
        found = len(list(self.places(source.Source(root, self.path))))
        if found != 1:
            return (f"its lines stand {found} times in {self.function}() of "
                    f"{self.path}, not once")
        return None

    def text(self, root):
        """The whole file, changed."""
        file = source.Source(root, self.path)
        at = next(self.places(file))
        lines = file.text.split("\n")
        lines[at:at + len(self.old)] = self.new
        return "\n".join(lines)


def read(root):
    """All mutants, in their order."""
    found = []
    for path in sorted(glob.glob(os.path.join(root, FOLDER, "*.txt"))):
        family = os.path.splitext(os.path.basename(path))[0]
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                head = HEAD.match(line)
                if head:
                    found.append(Mutant(
                        family, os.path.relpath(path, root), number,
                        *head.groups(),
                    ))
                elif line[:1].isspace() and line.strip() and found:
                    found[-1].add(line)
    return found


def read_killed(root):
    """{mutant: (by, where, how)} as tests/model/run.py wrote it."""
    path = os.path.join(root, KILLED)
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file
                if not line.startswith("#")]
    return {name: tuple(rest) for name, *rest in rows}


def check(root):
    """(file, line, what is wrong) of mutants that show nothing."""
    killed = read_killed(root)
    mutants = read(root)
    for mutant in mutants:
        fault = mutant.fault(root)
        row = killed.get(mutant.name)
        if fault:
            yield mutant.where, mutant.line, f"{mutant.name}: {fault}"
        elif not row:
            yield (mutant.where, mutant.line, f"{mutant.name}: nobody was "
                   "asked; run './dev model --logic --write'")
        elif row[0] == "-":
            yield (mutant.where, mutant.line, f"{mutant.name}: nothing "
                   "notices it; write the test that does")
    for name in killed.keys() - {mutant.name for mutant in mutants}:
        yield KILLED, 1, f"{name}: no such mutant"
