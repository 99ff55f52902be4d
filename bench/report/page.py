# SPDX-License-Identifier: MIT
"""The report: what is shown, and in which order. The templates say how."""

import collections
import dataclasses
import json
import math
import os

import jinja2
import numpy

import compare
import figures
import goals
import machine
import overhead
from results import OURS, SCHEMA_VERSION

TEMPLATES = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                         "templates")
# Ratios at which a cell's colour grows stronger.
STEPS = (1.1, 1.5, 2.5)
FAMILY_TITLES = {
    "mutex": "Mutex: lock and unlock",
    "spinlock": "Spinlock: lock and unlock",
    "refcount": "Reference count: get and put",
    "semaphore": "Semaphore: down and up",
    "condvar": "Condition variable: a signal to nobody; round trips of two threads",
    "completion": "Completion: complete and a wait; round trips of two threads",
    "rt_mutex": "Realtime mutex: lock and unlock",
    "ww_mutex": "Wound/wait mutex: two locks in either order",
    "percpu_ref": "percpu_ref: get, which may fail, and put",
    "percpu_rwsem": "percpu_rwsem: reading, with a write now and then",
    "rculist": "A list of ten entries, walked in an RCU reader",
    "rcuref": "rcuref: get, which may fail, and put",
    "lockref": "lockref: get and put",
    "kref": "kref: get and put",
    "arc": "Arc: get and put",
    "aref": "ARef: get and put",
    "revocable": "Revocable: one access",
    "set_once": "SetOnce: to find what was set",
    "locked_by": "LockedBy: one access, lock held already",
    "rcu": "RCU",
    "srcu": "SRCU: readers that may sleep",
    "atomic": "Atomics beside the compiler's own",
    "task": "Task",
    "unit_fd": "Descriptors that wait for units",
    "kthread": "Threads that are told to stop, and workers",
}


def short(value):
    """A ratio in as few signs as tell it."""
    if isinstance(value, int):
        return str(value)
    if value >= 100:
        return ">99"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def shade(cell):
    """A cell's colour: its side, and how strong."""
    if cell.verdict == "same":
        return "same"
    apart = max(cell.ratio.value, 1 / cell.ratio.value)
    return f"{cell.verdict}-{sum(apart >= step for step in STEPS)}"


def _verdict(cells):
    """How ours stands against each rival, the hardest first."""
    rivals = collections.defaultdict(list)
    for cell in cells:
        if not cell.limit:
            rivals[cell.impl].append(cell)
    rows = []
    for impl, mine in rivals.items():
        count = collections.Counter(cell.verdict for cell in mine)
        worst = min(mine, key=lambda cell: cell.ratio.value)
        rows.append({"impl": impl, "faster": count["faster"],
                     "same": count["same"], "slower": count["slower"],
                     "worst": worst})
    return sorted(rows, key=lambda row: row["worst"].ratio.value)


def _table(results, cells, family):
    """Ratios of one family: scenarios down, rivals across."""
    mine = [cell for cell in cells if cell.scenario.family == family]
    impls = [impl for impl in results.impls(family)
             if any(cell.impl == impl for cell in mine)]
    rows = []
    for scenario in results.scenarios(family):
        here = {cell.impl: cell for cell in mine
                if cell.scenario == scenario}
        if here:
            rows.append({"scenario": scenario,
                         "noise": compare.noise(results, scenario),
                         "cells": [here.get(impl) for impl in impls]})
    return {"family": family, "title": FAMILY_TITLES.get(family, family),
            "impls": [(impl, results.is_limit(family, impl),
                       results.spins(family, impl)) for impl in impls],
            "rows": rows}


def _alone_drawings(results):
    for family in ("mutex", "spinlock", "refcount"):
        for scenario in results.scenarios(family):
            if scenario.threads == 1:
                yield {"title": f"{FAMILY_TITLES[family]}, uncontended",
                       "svg": figures.alone(results, scenario)}


def _curves(results):
    """For each family, one drawing for each section length and place."""
    for family in results.families:
        groups = collections.defaultdict(list)
        for scenario in results.scenarios(family):
            if scenario.contended:
                groups[scenario.section, scenario.place].append(scenario)
        groups = {key: group for key, group in groups.items()
                  if len(group) > 1}
        if not groups:
            continue
        drawings = []
        for (section, place), group in groups.items():
            held = ("nothing held" if section == "empty"
                    else f"{section.replace('us', ' µs')} held"
                    if section.endswith("us")
                    else f"{section.replace('ns', ' ns')} held")
            drawings.append({
                "title": f"{held}{', ' + place if place else ''}",
                "svg": figures.contended(results, group)})
        everything = [one for group in groups.values() for one in group]
        yield {"title": FAMILY_TITLES.get(family, family),
               "legend": figures.legend(results, everything),
               "drawings": drawings}


def _sizes(results):
    """Bytes of each type that has a size, by family."""
    rows = collections.defaultdict(list)
    for (family, impl), subject in results.subjects.items():
        if subject.bytes:
            rows[family].append((impl, subject.bytes))
    return [(family, sorted(rows[family],
                            key=lambda row: (row[1], row[0] != OURS, row[0])))
            for family in results.families if rows[family]]


def _costs(results):
    """Instructions of each fast path, ours beside the rivals."""
    told = results.document.get("instructions", {})
    rows = collections.defaultdict(list)
    for row, cost in told.get("rows", {}).items():
        family, name, impl = row.split("/")
        rows[family, name].append((impl, cost))
    order = {family: at for at, family in enumerate(results.families)}
    return {"tool": told.get("tool", ""), "notes": told.get("notes", []),
            "why_none": told.get("why_none", ""),
            "rows": [(family, name, sorted(found, key=lambda one: one[1]))
                     for (family, name), found in sorted(
                         rows.items(), key=lambda item: (
                             order.get(item[0][0], len(order)), item[0][1]))]}


def _conduct(results):
    """What throughput hides: fairness, and processor time spent."""
    rows = []
    for family in results.families:
        for scenario in results.scenarios(family):
            if scenario.threads < 2 or not scenario.throughput:
                continue
            for impl in [OURS, *results.impls(family)]:
                samples = results.samples(scenario, impl)
                if samples:
                    rows.append({
                        "scenario": scenario, "impl": impl,
                        "fairness": float(numpy.median(
                            [one.fairness for one in samples])),
                        "cpu_ns": float(numpy.median(
                            [one.cpu_ns for one in samples])),
                        "round_trip_ns": float(numpy.median(
                            [one.round_trip_ns for one in samples]))})
    return rows


def _raw(results):
    rows = []
    for (family, name, impl), samples in sorted(results.rows().items()):
        spent = [1e9 / one.rate for one in samples]
        rows.append({"name": f"{family}/{name}/{impl}", "count": len(spent),
                     "least": min(spent), "median": float(numpy.median(spent)),
                     "most": max(spent),
                     "clock": float(numpy.median(
                         [one.clock_ns for one in samples]))})
    return rows


def _versions(results):
    libc = results.facts.get("libc", "libc")
    return sorted({(one.impl, libc if one.version == "libc" else one.version)
                   for one in results.subjects.values() if one.version})


def _content(results, stress, models):
    cells = compare.cells(results)
    judged = goals.judge_all(results, cells)
    rivals = [cell for cell in cells if not cell.limit]
    return {
        "document": results.document,
        "fingerprint": results.fingerprint,
        "processor": machine.processor(results),
        "cells": cells,
        "count": collections.Counter(cell.verdict for cell in rivals),
        "compared": len(rivals),
        "verdict": _verdict(cells),
        "goals": judged,
        "reached": sum(goal.state == "reached" for goal in judged),
        "facts": machine.facts(results),
        "warnings": machine.warnings(results),
        "noise": machine.noise_range(results),
        "tables": [_table(results, cells, family)
                   for family in results.families],
        "sizes": _sizes(results),
        "costs": _costs(results),
        "overhead": overhead.load(results.document),
        "stress": stress,
        "models": models,
        "versions": _versions(results),
        "missing": results.facts.get("rivals_missing", ""),
        "conduct": _conduct(results),
        "raw": _raw(results),
    }


def _number(value):
    """JSON knows no infinity."""
    return value if math.isfinite(value) else None


def _summary(content):
    """What a program wants to know of the report."""
    return {
        "schema_version": SCHEMA_VERSION,
        "fingerprint": content["fingerprint"],
        "processor": content["processor"],
        "set": content["document"]["set"],
        "started": content["document"]["started"],
        "compared": content["compared"],
        "verdict": dict(content["count"]),
        "rivals": [{**row, "worst": {
            "scenario": row["worst"].scenario.key,
            "ratio": row["worst"].ratio.value}}
            for row in content["verdict"]],
        "goals": [{
            "group": goal.group, "text": goal.text, "state": goal.state,
            "relation": goal.relation, "target": goal.target,
            "measured": goal.measured and dataclasses.asdict(goal.measured),
            "limit": goal.limit, "missed_by_percent": goal.missed_by,
            "processor": goal.processor,
            "interval_holds_target": goal.open, "note": goal.note,
            "tried": goal.tried,
        } for goal in content["goals"]],
        "cells": [{
            "scenario": cell.scenario.key, "rival": cell.impl,
            "limit": cell.limit, "verdict": cell.verdict,
            "noise": _number(cell.noise),
            **dataclasses.asdict(cell.ratio),
        } for cell in content["cells"]],
        "bytes": {family: dict(rows) for family, rows in content["sizes"]},
        "instructions": {f"{family}/{name}": dict(rows) for family, name, rows
                         in content["costs"]["rows"]},
        "overhead": [{"lock": sort, "held": held, "classes": classes,
                      "ns": dict(zip(content["overhead"].names, ns))}
                     for sort, held, classes, ns in content["overhead"].rows],
        "stress": {"state": content["stress"].state,
                   "tests": dict(content["stress"].tests)},
        "models": {
            "state": content["models"].state,
            "bound": content["models"].bound,
            "executions": {one.name: one.executions
                           for one in content["models"].families},
            "mutants_killed": content["models"].mutants[0],
            "mutants": content["models"].mutants[1]},
        "warnings": content["warnings"],
    }


def make(results, stress, models):
    """The report's files: {ending: text}."""
    content = _content(results, stress, models)
    drawings = {"alone": list(_alone_drawings(results)),
                "curves": list(_curves(results))}
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True)
    environment.globals.update(shade=shade, OURS=OURS)
    environment.filters.update(short=short)
    return {
        "html": environment.get_template("report.html").render(
            **content, drawings=drawings),
        "md": environment.get_template("report.md").render(**content),
        "json": json.dumps(_summary(content), indent=1,
                           allow_nan=False) + "\n",
    }
