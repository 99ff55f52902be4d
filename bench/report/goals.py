# SPDX-License-Identifier: MIT
"""What ksync set out to reach, and whether this run did.

A goal is judged by the medians. Beside it stands what the limit row reaches:
on a machine where the limit itself falls short, no implementation could do it.
"""

import dataclasses
import operator
from typing import Optional

import compare
from compare import Ratio
from results import OURS, Scenario

AT_LEAST, AT_MOST = "≥", "≤"
_RELATIONS = {AT_LEAST: operator.ge, AT_MOST: operator.le}
ALONE, CONTENDED = "Mutex, uncontended", "Mutex, contended"
REFCOUNT = "Reference count"
# What was done for a group's goals, for who reads that one is missed.
TRIED = {
    ALONE: "one locked operation is left, and nothing to remove; the form with "
           "two is slower by one: docs/mutex.md, The word",
    CONTENDED: "eight policies of spinning and hand-off, with their figures: "
               "docs/mutex.md, Spinning",
    REFCOUNT: "a put and a get are one locked operation and a sign test each: "
              "docs/refcount.md",
    "Semaphore": "one compare-and-exchange takes and one gives, without the "
                 "queue's lock: docs/semaphore.md",
    "RCU": "a reader is inline: two loads and two stores, no call, no locked "
           "operation: docs/rcu.md",
}
# "Equal within the noise" means nothing where the noise is larger than this.
MOST_NOISE = 0.10


@dataclasses.dataclass(frozen=True)
class Goal:
    group: str
    text: str
    relation: str
    target: float
    measured: Optional[Ratio] = None
    unit: str = "×"
    limit: Optional[float] = None  # what the limit row reaches
    note: str = ""

    @property
    def state(self):
        if self.measured is None:
            return "not measured"
        reached = _RELATIONS[self.relation](self.measured.value, self.target)
        return "reached" if reached else "missed"

    @property
    def open(self):
        """Does the interval hold the target?"""
        return (self.measured is not None
                and self.measured.low < self.target < self.measured.high)

    @property
    def missed_by(self):
        """How far from the target, in per cent of it."""
        if self.state != "missed":
            return 0.0
        return 100 * abs(self.measured.value / self.target - 1)

    @property
    def tried(self):
        """What was done about a goal that is missed."""
        return TRIED.get(self.group, "") if self.state == "missed" else ""

    @property
    def beyond_limit(self):
        """Does the limit itself miss the target, on this machine?"""
        return (self.limit is not None
                and not _RELATIONS[self.relation](self.limit, self.target))


class _Judge:
    def __init__(self, results, cells):
        self.results = results
        self.cells = cells

    def cell(self, family, scenario, impl):
        for one in self.cells:
            if (one.scenario.family, one.scenario.name,
                    one.impl) == (family, scenario, impl):
                return one
        return None

    def ratio(self, family, scenario, impl):
        found = self.cell(family, scenario, impl)
        return found.ratio if found else None

    def cost(self, family, scenario, impl):
        found = self.ratio(family, scenario, impl)
        return found.inverse() if found else None

    def limit(self, family, limit, impl, cost=False):
        """The limit row over a rival: what no implementation can beat."""
        scenario = Scenario(family, "uncontended")
        best = self.results.rates(scenario, limit)
        theirs = self.results.rates(scenario, impl)
        if not best or not theirs:
            return None
        found = compare.ratio(best, theirs).value
        return 1 / found if cost else found

    def contended(self, impl):
        return [one for one in self.cells
                if one.scenario.family == "mutex" and one.impl == impl
                and one.scenario.threads > 1]

    def best_sleeper(self):
        """The sleeping rival that is hardest to beat with contention."""
        rivals = {one.impl for one in self.cells
                  if one.scenario.family == "mutex" and not one.spins
                  and not one.limit and one.scenario.threads > 1}
        return min(rivals, default=None, key=lambda impl: (
            compare.geometric_mean(
                [one.ratio for one in self.contended(impl)]).value))


def _mutex_alone(judge):
    def over(impl, target, name):
        return Goal(ALONE, f"lock and unlock: speed over {name}", AT_LEAST,
                    target, judge.ratio("mutex", "uncontended", impl),
                    limit=judge.limit("mutex", "limit-1-atomic", impl))

    size = judge.results.subjects.get(("mutex", OURS))
    return [
        Goal(ALONE, "lock and unlock: cost over the one-atomic limit",
             AT_MOST, 1.05,
             judge.cost("mutex", "uncontended", "limit-1-atomic"), limit=1.0),
        over("rust-std", 1.9, "Rust std"),
        over("pthread", 2.3, "pthread"),
        over("pthread-errorcheck", 3.0, "errorcheck pthread"),
        Goal(ALONE, "size of a mutex", AT_MOST, 16,
             size and Ratio(size.bytes, size.bytes, size.bytes),
             unit=" bytes"),
    ]


def _mean(cells):
    return (compare.geometric_mean([one.ratio for one in cells])
            if cells else None)


def _mutex_contended(judge):
    rival = judge.best_sleeper()
    against = judge.contended(rival)
    near = [one for one in against if one.scenario.place == "near"]
    worst = min(near or against, default=None,
                key=lambda one: one.ratio.value)
    where = "near" if near else "far"
    note = f"worst: {worst.scenario.label}, {where}" if worst else ""
    if worst and not near:
        note += "; the processors were never near"
    name = rival or "the best sleeping rival"
    return [
        Goal(CONTENDED, "geometric mean of all cells over pthread", AT_LEAST,
             2.0, _mean(judge.contended("pthread"))),
        Goal(CONTENDED, "geometric mean of all cells over the best sleeping "
             f"rival ({name})", AT_LEAST, 1.05, _mean(against)),
        Goal(CONTENDED, f"worst {where} cell against {name}",
             AT_LEAST, 0.9, worst.ratio if worst else None, note=note),
    ]


def _spinlock(judge):
    cell = judge.cell("spinlock", "uncontended", "ck-fas")
    allowed = 1 + (min(cell.noise, MOST_NOISE) if cell else 0)
    return [Goal("Spinlock", "lock and unlock: cost over ck_spinlock_fas, "
                 "equal within the noise", AT_MOST, allowed,
                 cell.ratio.inverse() if cell else None,
                 limit=judge.limit("spinlock", "limit-1-atomic", "ck-fas",
                                   cost=True))]


def _semaphore(judge):
    if "semaphore" not in judge.results.families:
        return []
    return [Goal("Semaphore", "down and up: speed over sem_t", AT_LEAST, 1.2,
                 judge.ratio("semaphore", "uncontended", "sem_t"),
                 limit=judge.limit("semaphore", "limit-2-atomics", "sem_t"))]


def _refcount(judge):
    return [
        Goal(REFCOUNT, "get and put: cost over Rust Arc, which "
             "does not saturate", AT_MOST, 1.2,
             judge.cost("refcount", "uncontended", "rust-arc"),
             limit=judge.limit("refcount", "limit-locked-pair", "rust-arc",
                               cost=True)),
        Goal(REFCOUNT, "get and put: speed over shared_ptr", AT_LEAST,
             2.0, judge.ratio("refcount", "uncontended", "shared_ptr"),
             limit=judge.limit("refcount", "limit-locked-pair",
                               "shared_ptr")),
        Goal(REFCOUNT, "two threads: speed over a compare-and-swap loop",
             AT_LEAST, 1.8,
             judge.ratio("refcount", "contended:2:empty", "cas-loop")),
    ]


def _rcu(judge):
    if "rcu" not in judge.results.families:
        return []
    return [
        Goal("RCU", "empty reader: cost over liburcu inlined", AT_MOST, 1.15,
             judge.cost("rcu", "read", "liburcu-inlined")),
        Goal("RCU", "empty reader: speed over liburcu called", AT_LEAST, 8.0,
             judge.ratio("rcu", "read", "liburcu-called")),
        Goal("RCU", "idle grace period: cost over liburcu", AT_MOST, 1.1,
             judge.cost("rcu", "synchronize", "liburcu-called")),
    ]


def judge_all(results, cells):
    judge = _Judge(results, cells)
    return (_mutex_alone(judge) + _mutex_contended(judge) + _spinlock(judge)
            + _semaphore(judge) + _refcount(judge) + _rcu(judge))
