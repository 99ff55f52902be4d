# SPDX-License-Identifier: MIT
"""Instruction counts of our fast paths, and the table that they are held to.

A count depends on the machine and on the compiler, so the table has lines for
each; a compiler that it does not know is not judged. Timings judge nothing.
"""

import os
import platform

from results import OURS

TABLE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(
    __file__))), "instructions.tsv")
HEAD = """\
# SPDX-License-Identifier: MIT
# Of one operation, loop included: bench/README.md, "Instruction counts".
# machine\tC compiler\toperation\tinstructions
"""
# What the same compiler may differ by for another reason: its flags' defaults,
# the version of a library that is called.
SLACK = 1
# Calls into the library, and what they do there, are no fast paths.
NOT_FAST = {"rcu/synchronize", "srcu/synchronize", "task/current", "task/interrupt"}


def _key(results):
    compiler = results.facts.get("compiler", "")
    return (platform.machine(),
            compiler.split(",")[0].removeprefix("C: ").strip())


def counted(results):
    """{operation: instructions} of ours."""
    rows = results.document.get("instructions", {}).get("rows", {})
    found = {}
    for row, cost in rows.items():
        operation, _, impl = row.rpartition("/")
        if impl == OURS and operation not in NOT_FAST:
            found[operation] = round(cost)
    return found


def read(text):
    """{(machine, compiler): {operation: instructions}}"""
    table = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            machine, compiler, operation, cost = line.split("\t")
            table.setdefault((machine, compiler), {})[operation] = int(cost)
    return table


def check(results, text):
    """What has moved, for this machine and compiler."""
    wanted = read(text).get(_key(results))
    found = counted(results)
    if not wanted or not found:
        return []
    complaints = [
        f"{operation} takes {found[operation]} instructions, not {cost}: if "
        "that is meant, say why in the change, and record it"
        for operation, cost in sorted(wanted.items())
        if operation in found and abs(found[operation] - cost) > SLACK]
    complaints += [f"{operation} is not in {os.path.basename(TABLE)}: record "
                   "it" for operation in sorted(found.keys() - wanted.keys())]
    complaints += [f"{operation} was not counted"
                   for operation in sorted(wanted.keys() - found.keys())]
    return complaints


def record(results, text):
    """The table with what this run has counted."""
    table = read(text)
    found = counted(results)
    if not found:
        raise ValueError("the run counted no instructions")
    table[_key(results)] = found
    return HEAD + "".join(
        f"{machine}\t{compiler}\t{operation}\t{cost}\n"
        for (machine, compiler), rows in sorted(table.items())
        for operation, cost in sorted(rows.items()))
