# SPDX-License-Identifier: MIT
"""One run's results, as the rest of the report sees them.

Every sample is a rate, operations a second over all threads, so that more is
better everywhere. Alone, seconds are the thread's own processor time: what
other programs do on this machine is not the lock's. Contended rows sleep and
wake, so theirs are the clock's. Contended samples carry where the processors
were: a cache line's round trip before and after the window tells near from
far.
"""

import collections
import dataclasses
import hashlib
import json

SCHEMA_VERSION = 1
# A round trip within one core complex takes 110-130 ns, between two of them
# 420-560 ns; nothing was seen between.
NEAR_BELOW_NS = 220
OURS = "ksync"
AGAIN = "ksync-again"
# A starved window can hold no operation at all, but a ratio needs a number.
LEAST_RATE = 1.0
# Fewer samples of a place say nothing by themselves.
LEAST_SAMPLES = 3

# What makes two runs comparable.
FINGERPRINT = ("cpu_model", "microcode", "cpus_allowed", "kernel", "libc",
               "compiler", "flags", "governor", "hypervisor")


# What is measured beside hogs and is no throughput.
_WAITS = {
    "busy_wait_median": "busy, wait for who holds {}, median",
    "busy_wait_p90": "busy, wait for who holds {}, 90 %",
    "busy_late_p90": "busy, late after a timeout of {}, 90 %",
}


@dataclasses.dataclass(frozen=True)
class Sample:
    rate: float
    clock_ns: float  # for one operation, by the clock
    place: str = ""  # "", "near", "far", or "mixed" when it changed meanwhile
    round_trip_ns: float = 0.0
    fairness: float = 1.0
    cpu_ns: float = 0.0


@dataclasses.dataclass(frozen=True)
class Scenario:
    """A column of comparable rows: one family, one situation, one place."""

    family: str
    name: str
    place: str = ""

    @property
    def threads(self):
        parts = self.name.split(":")
        return int(parts[1]) if len(parts) > 1 else 1

    @property
    def section(self):
        parts = self.name.split(":")
        return parts[2] if len(parts) > 2 else ""

    @property
    def busy(self):
        """Beside threads that want the processors all the time?"""
        return self.name.startswith("busy")

    @property
    def contended(self):
        """Several threads that have the machine for themselves?"""
        return self.threads > 1 and not self.busy

    @property
    def throughput(self):
        """Is it operations that are counted? Otherwise it is one wait."""
        return not self.name.startswith("busy_")

    @property
    def key(self):
        place = f" {self.place}" if self.place else ""
        return f"{self.family}/{self.name}{place}"

    @property
    def label(self):
        what = self.name.split(":")[0]
        held = self.section.replace("us", " µs").replace("ns", " ns")
        if what in _WAITS:
            return _WAITS[what].format(held)
        what = what.replace("_", " ")
        if self.threads == 1:
            return what
        what = "" if what == "contended" else f"{what}, "
        held = "counting only" if held == "empty" else f"{held} held"
        return f"{what}{self.threads} threads, {held}"


@dataclasses.dataclass(frozen=True)
class Subject:
    family: str
    impl: str
    bytes: int
    spins: bool
    limit: bool
    version: str


def _place(benchmark):
    before = benchmark.get("rtt_before_ns", 0)
    after = benchmark.get("rtt_after_ns", 0)
    if not before or not after:
        return ""
    near = (before < NEAR_BELOW_NS, after < NEAR_BELOW_NS)
    return {(True, True): "near", (False, False): "far"}.get(near, "mixed")


def _sample(benchmark):
    if "items_per_second" not in benchmark:
        return Sample(rate=1e9 / benchmark["cpu_time"],
                      clock_ns=benchmark["real_time"])
    rate = max(benchmark["items_per_second"], LEAST_RATE)
    return Sample(
        rate=rate,
        clock_ns=1e9 / rate,
        place=_place(benchmark),
        round_trip_ns=(benchmark.get("rtt_before_ns", 0)
                       + benchmark.get("rtt_after_ns", 0)) / 2,
        fairness=benchmark.get("fairness", 1.0),
        cpu_ns=benchmark.get("cpu_ns", 0.0))


def _subject(key, value):
    family, impl = key[len("subject:"):].split("/")
    words = dict(word.partition("=")[::2] for word in value.split())
    return Subject(family, impl, int(words["bytes"]), "spins" in words,
                   "limit" in words, words.get("version", ""))


class Results:
    def __init__(self, document):
        if document.get("schema_version") != SCHEMA_VERSION:
            raise ValueError("these results are of another schema")
        self.document = document
        context = document["benchmark"]["context"]
        self.facts = {key: value for key, value in context.items()
                      if isinstance(value, str)
                      and not key.startswith("subject:")}
        subjects = (_subject(key, value) for key, value in context.items()
                    if key.startswith("subject:"))
        self.subjects = {(one.family, one.impl): one for one in subjects}
        self._samples = collections.defaultdict(list)
        for benchmark in document["benchmark"]["benchmarks"]:
            if benchmark["run_type"] == "iteration":
                row = tuple(benchmark["name"].split("/")[:3])
                self._samples[row].append(_sample(benchmark))

    @classmethod
    def load(cls, path):
        with open(path, encoding="utf-8") as file:
            return cls(json.load(file))

    @property
    def families(self):
        """In the order that readers look for them."""
        wished = ["mutex", "ww_mutex", "rt_mutex", "spinlock", "semaphore",
                  "completion", "condvar", "refcount", "kref", "arc", "rcu",
                  "srcu", "atomic", "task", "kthread"]
        found = {family for family, _, impl in self._samples if impl == OURS}
        return ([name for name in wished if name in found]
                + sorted(found - set(wished)))

    def impls(self, family):
        """Everything measured in a family but ours, limits last."""
        found = {impl for of, _, impl in self._samples if of == family}
        found -= {OURS, AGAIN}
        return sorted(found, key=lambda impl: (
            self.is_limit(family, impl), impl))

    def is_limit(self, family, impl):
        subject = self.subjects.get((family, impl))
        return bool(subject and subject.limit)

    def spins(self, family, impl):
        subject = self.subjects.get((family, impl))
        return bool(subject and subject.spins)

    def scenarios(self, family):
        """Where ours has samples enough, one for each place seen."""
        names = {name for of, name, _ in self._samples if of == family}
        found = []
        for name in names:
            places = collections.Counter(
                one.place for one in self._samples[family, name, OURS])
            places.pop("mixed", None)
            found += [Scenario(family, name, place)
                      for place, count in places.items()
                      if count >= LEAST_SAMPLES]
        return sorted(found, key=_scenario_order)

    def samples(self, scenario, impl):
        """In one scenario; none when there are too few to say anything."""
        row = self._samples.get((scenario.family, scenario.name, impl), [])
        found = [one for one in row if one.place == scenario.place]
        return found if len(found) >= LEAST_SAMPLES else []

    def rates(self, scenario, impl):
        return [one.rate for one in self.samples(scenario, impl)]

    def places(self):
        """How many windows were near, far and mixed."""
        return collections.Counter(
            one.place for row in self._samples.values() for one in row
            if one.place)

    def rows(self):
        return dict(self._samples)

    @property
    def fingerprint(self):
        text = "\n".join(f"{name}={self.facts.get(name, '')}"
                         for name in FINGERPRINT)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def _section_ns(section):
    if section.endswith("us"):
        return 1000 * int(section[:-2])
    return int(section[:-2]) if section.endswith("ns") else 0


def _scenario_order(scenario):
    return (scenario.busy, not scenario.throughput, scenario.threads,
            _section_ns(scenario.section), scenario.name,
            scenario.place != "near")
