# SPDX-License-Identifier: MIT
"""What ksync set out to reach, and whether this run did.

A goal is judged by the medians. Beside it stands what the limit row reaches:
on a machine where the limit itself falls short, no implementation could do it.
Each goal names the kind of processor for which its verdict holds.
"""

import dataclasses
import operator
from typing import Optional

import compare
import machine
from compare import Ratio
from results import OURS, Scenario

AT_LEAST, AT_MOST = "≥", "≤"
_RELATIONS = {AT_LEAST: operator.ge, AT_MOST: operator.le}
ALONE, CONTENDED = "Mutex, uncontended", "Mutex, contended"
BUSY = "On a busy machine"
REFCOUNT = "Reference count"
# What was done for a group's goals, for who reads that one is missed.
TRIED = {
    ALONE: "one locked operation is left, and no load waits for it; the form "
           "with two is slower by one: docs/mutex.md, The word",
    CONTENDED: "a dozen policies of spinning and hand-off, with their "
               "figures: docs/mutex.md, Spinning",
    BUSY: "who yields gets more of the processors, and waits 10 to 90 times "
          "as long: docs/mutex.md, Spinning",
    REFCOUNT: "a put and a get are one locked operation and a sign test each: "
              "docs/refcount.md",
    "Semaphore": "one compare-and-exchange takes and one gives, without the "
                 "queue's lock: docs/semaphore.md",
    "RCU": "a reader is inline: two loads and two stores, no call, no locked "
           "operation: docs/rcu.md",
}
# "Equal within the noise" means nothing where the noise is larger than this.
MOST_NOISE = 0.10
# How much of the limit's lead over a rival is left.
NEAR_LIMIT = 0.95


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
    processor: str = ""  # that it was judged on

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
                and one.scenario.contended]

    def busy(self, impl):
        """Throughput beside hogs."""
        return [one for one in self.cells
                if one.scenario.family == "mutex" and one.impl == impl
                and one.scenario.busy and one.scenario.throughput]

    def later(self, family, scenario, impl):
        """By how many ms ours comes back later than the other."""
        found = self.cell(family, scenario, impl)
        if not found:
            return None
        ours, theirs = (compare.median([one.clock_ns / 1e6 for one in
                                        self.results.samples(
                                            found.scenario, who)])
                        for who in (OURS, impl))
        return Ratio(ours.value - theirs.value, ours.low - theirs.high,
                     ours.high - theirs.low)

    def best_sleeper(self):
        """The sleeping rival that is hardest to beat with contention."""
        rivals = {one.impl for one in self.cells
                  if one.scenario.family == "mutex" and not one.spins
                  and not one.limit and one.scenario.contended}
        return min(rivals, default=None, key=lambda impl: (
            compare.geometric_mean(
                [one.ratio for one in self.contended(impl)]).value))


def _mutex_alone(judge):
    def over(impl, name):
        limit = judge.limit("mutex", "limit-1-atomic", impl)
        return Goal(ALONE, f"lock and unlock: speed over {name}, "
                    f"{NEAR_LIMIT:g} of what the limit reaches", AT_LEAST,
                    NEAR_LIMIT * (limit or 1.0),
                    judge.ratio("mutex", "uncontended", impl), limit=limit)

    size = judge.results.subjects.get(("mutex", OURS))
    return [
        Goal(ALONE, "lock and unlock: cost over the one-atomic limit",
             AT_MOST, 1.05,
             judge.cost("mutex", "uncontended", "limit-1-atomic"), limit=1.0),
        over("rust-std", "Rust std"),
        over("pthread", "pthread"),
        over("pthread-errorcheck", "errorcheck pthread"),
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


def _busy(judge):
    """Beside four threads that want the processors all the time."""
    rivals = {one.impl for one in judge.cells
              if judge.busy(one.impl) and not one.spins and not one.limit}
    means = {impl: _mean(judge.busy(impl)) for impl in rivals}
    rival = min(means, default=None, key=lambda impl: means[impl].value)
    found = [Goal(BUSY, "mutex: geometric mean of all cells over the best "
                  f"sleeping rival ({rival})", AT_LEAST, 1.0,
                  means.get(rival))]
    for family, impl in (("mutex", "pthread"), ("semaphore", "sem_t")):
        for what, name in (("median", "median"), ("p90", "90 %")):
            found.append(Goal(
                BUSY, f"{family}: wait for a holder, {name}: times {impl}'s",
                AT_MOST, 1.2, judge.cost(
                    family, f"busy_wait_{what}:2:200us", impl)))
        found.append(Goal(
            BUSY, f"{family}: a timeout of 1 ms comes later than {impl}'s, "
            "90 %", AT_MOST, 1.0,
            judge.later(family, "busy_late_p90:2:1000us", impl), unit=" ms"))
    return found


def _crowd(judge):
    """Strict FIFO costs a switch for each unit; how much more?"""
    def worst(threads):
        found = [one.ratio.inverse() for one in judge.cells
                 if one.scenario.family == "semaphore"
                 and one.impl == "fifo-futex"
                 and one.scenario.name == f"contended:{threads}:500ns"]
        return max(found, default=None, key=lambda one: one.value)

    return [Goal("Semaphore", f"{threads} threads: cost over a bare FIFO of "
                 "futexes", AT_MOST, 1.5, worst(threads))
            for threads in (64, 256, 1000)]


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
    return [Goal("Semaphore", "down and up: speed over sem_t", AT_LEAST, 1.1,
                 judge.ratio("semaphore", "uncontended", "sem_t"),
                 limit=judge.limit("semaphore", "limit-2-atomics", "sem_t")),
            *_crowd(judge)]


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
    judged = (_mutex_alone(judge) + _mutex_contended(judge) + _busy(judge)
              + _spinlock(judge)
              + _semaphore(judge) + _refcount(judge) + _rcu(judge))
    processor = machine.processor(results)
    return [dataclasses.replace(goal, processor=processor)
            for goal in judged]
