#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The report on made-up results whose right answer is known.

Each check of checks.py is shown to complain about what it is there for.
"""

import copy
import json
import os
import tempfile
import unittest

import checks
import compare
import goals
import instructions
import machine
import measure
import models
import overhead
import page
import report
import stress
from results import AGAIN, OURS, SCHEMA_VERSION, Results

SAMPLES = 12
FAR_NS, NEAR_NS = 500, 120
FAMILIES = ("mutex", "spinlock", "refcount", "kref", "atomic")


def _alone(row, ns):
    return [{"name": f"{row}/min_time:0.003", "run_type": "iteration",
             "real_time": 2 * ns, "cpu_time": ns * (1 + 0.001 * (at % 3))}
            for at in range(SAMPLES)]


def _contended(row, rate, before=NEAR_NS, after=NEAR_NS):
    return [{"name": f"{row}/iterations:1", "run_type": "iteration",
             "real_time": 1, "items_per_second": rate * (1 + 0.001 * (at % 3)),
             "fairness": 0.5, "cpu_ns": 10.0, "rtt_before_ns": before,
             "rtt_after_ns": after} for at in range(SAMPLES)]


def _document():
    """ksync's mutex at 2 ns, 3 times as fast as pthread, and so on."""
    rows = []
    for impl, ns in ((OURS, 2.0), (AGAIN, 2.0), ("pthread", 6.0),
                     ("ck-fas", 1.0), ("limit-1-atomic", 2.0),
                     ("rust-std", 2.01)):
        rows += _alone(f"mutex/uncontended/{impl}", ns)
    for impl, rate in ((OURS, 2e6), (AGAIN, 2e6), ("pthread", 1e6),
                       ("rust-std", 4e6)):
        rows += _contended(f"mutex/contended:2:50ns/{impl}", rate)
        rows += _contended(f"mutex/contended:8:50ns/{impl}", rate)
    for family, rival in (("spinlock", "ck-fas"), ("refcount", "rust-arc"),
                          ("kref", "rust-arc"), ("atomic", "builtin")):
        for impl in (OURS, AGAIN, rival):
            rows += _alone(f"{family}/uncontended/{impl}", 2.0)
    return {
        "schema_version": SCHEMA_VERSION, "set": "smoke", "seconds": 1.0,
        "started": "2026-01-01T00:00:00+00:00", "command": ["ksync-bench"],
        "others_share": 0.01, "stolen_share": 0.0,
        "instructions": {"why_none": "not asked for"},
        "benchmark": {
            "context": {
                "cpus_allowed": "2", "load": "0.1 0.1 0.1",
                "library_flags": "-O2", "hypervisor": "no",
                "governor": "performance", "rivals_missing": "nsync",
                "subject:mutex/ksync": "bytes=16",
                "subject:mutex/pthread": "bytes=40 version=libc",
                "subject:mutex/ck-fas": "bytes=4 spins version=0.7",
                "subject:mutex/limit-1-atomic": "bytes=0 limit",
            },
            "benchmarks": rows,
        },
    }


def _results(change=None):
    document = _document()
    if change:
        change(document)
    return Results(document)


def _cell(results, scenario, impl):
    return next(one for one in compare.cells(results)
                if one.scenario.key == scenario and one.impl == impl)


def _rows_of(document):
    return document["benchmark"]["benchmarks"]


def _busy(document):
    """Beside hogs: half of pthread's throughput, a third of its waits."""
    def wait(row, ns):
        return [{"name": f"{row}/iterations:1", "run_type": "iteration",
                 "real_time": ns, "items_per_second": 1e9 / ns}
                for _ in range(SAMPLES)]

    for impl, rate, ns in ((OURS, 1e6, 2e5), (AGAIN, 1e6, 2e5),
                           ("pthread", 2e6, 6e5)):
        rows = _contended(f"mutex/busy:2:500ns/{impl}", rate, 0, 0)
        rows += wait(f"mutex/busy_wait_p90:2:200us/{impl}", ns)
        rows += wait(f"mutex/busy_late_p90:2:1000us/{impl}", 10 * ns)
        _rows_of(document).extend(rows)


class Busy(unittest.TestCase):
    def setUp(self):
        self.results = _results(_busy)
        self.goals = {goal.text: goal for goal in goals.judge_all(
            self.results, compare.cells(self.results))
            if goal.group == goals.BUSY}

    def goal(self, words):
        return next(goal for text, goal in self.goals.items() if words in text)

    def test_throughput_counts_no_waits(self):
        goal = self.goal("mutex: geometric mean")
        self.assertAlmostEqual(goal.measured.value, 0.5, places=2)
        self.assertEqual(goal.state, "missed")

    def test_a_wait_is_a_cost(self):
        goal = self.goal("mutex: wait for a holder, 90 %")
        self.assertAlmostEqual(goal.measured.value, 1 / 3, places=2)
        self.assertEqual(goal.state, "reached")
        self.assertEqual(self.goal("mutex: wait for a holder, median").state,
                         "not measured")

    def test_lateness_is_a_difference(self):
        goal = self.goal("mutex: a timeout of 1 ms")
        self.assertAlmostEqual(goal.measured.value, -4.0, places=2)
        self.assertEqual(goal.state, "reached")

    def test_the_quiet_goals_know_nothing_of_it(self):
        quiet = {goal.text: goal.measured for goal in goals.judge_all(
            _results(), compare.cells(_results()))
            if goal.group == goals.CONTENDED}
        busy = {goal.text: goal.measured for goal in goals.judge_all(
            self.results, compare.cells(self.results))
            if goal.group == goals.CONTENDED}
        self.assertEqual(quiet, busy)


class Ratios(unittest.TestCase):
    def test_more_than_one_means_that_ours_is_faster(self):
        cell = _cell(_results(), "mutex/uncontended", "pthread")
        self.assertAlmostEqual(cell.ratio.value, 3.0, places=2)
        self.assertEqual(cell.verdict, "faster")

    def test_throughput_counts_the_same_way(self):
        cell = _cell(_results(), "mutex/contended:2:50ns near", "rust-std")
        self.assertAlmostEqual(cell.ratio.value, 0.5, places=2)
        self.assertEqual(cell.verdict, "slower")

    def test_a_difference_within_the_noise_is_none(self):
        cell = _cell(_results(), "mutex/uncontended", "rust-std")
        self.assertEqual(cell.verdict, "same")

    def test_the_noise_is_what_equal_code_shows(self):
        def spread(document):
            for row in _rows_of(document):
                if row["name"].startswith(f"mutex/uncontended/{AGAIN}/"):
                    row["cpu_time"] *= 4

        results = _results(spread)
        cell = _cell(results, "mutex/uncontended", "pthread")
        self.assertGreater(cell.noise, 2.9)
        self.assertEqual(cell.verdict, "same")
        self.assertTrue(any("Noise" in one
                            for one in machine.warnings(results)))

    def test_the_interval_holds_the_ratio(self):
        for cell in compare.cells(_results()):
            self.assertLessEqual(cell.ratio.low, cell.ratio.value)
            self.assertGreaterEqual(cell.ratio.high, cell.ratio.value)


class Places(unittest.TestCase):
    def test_near_and_far_are_told_apart(self):
        def add_far(document):
            for impl in (OURS, AGAIN, "pthread"):
                _rows_of(document).extend(_contended(
                    f"mutex/contended:2:50ns/{impl}", 1e6, FAR_NS, FAR_NS))

        results = _results(add_far)
        near = _cell(results, "mutex/contended:2:50ns near", "pthread")
        far = _cell(results, "mutex/contended:2:50ns far", "pthread")
        self.assertAlmostEqual(near.ratio.value, 2.0, places=2)
        self.assertAlmostEqual(far.ratio.value, 1.0, places=2)

    def test_a_window_that_moved_is_not_used(self):
        def move(document):
            for row in _rows_of(document):
                if "rtt_after_ns" in row:
                    row["rtt_after_ns"] = FAR_NS

        results = _results(move)
        self.assertTrue(all(one.threads == 1
                            for one in results.scenarios("mutex")))
        self.assertEqual(set(results.places()), {"mixed"})


class Goals(unittest.TestCase):
    def _goal(self, text, results=None):
        results = results or _results()
        return next(one for one in goals.judge_all(
            results, compare.cells(results)) if text in one.text)

    def test_reached(self):
        self.assertEqual(self._goal("over pthread").state, "reached")
        self.assertEqual(self._goal("one-atomic limit").state, "reached")
        self.assertEqual(self._goal("size of a mutex").state, "reached")

    def test_missed_by(self):
        def add_semaphore(document):
            for impl in (OURS, AGAIN, "sem_t", "limit-2-atomics"):
                _rows_of(document).extend(_alone(
                    f"semaphore/uncontended/{impl}", 2.0))

        goal = self._goal("over sem_t", _results(add_semaphore))
        self.assertEqual(goal.state, "missed")
        self.assertAlmostEqual(goal.missed_by, 9, delta=1)
        self.assertTrue(goal.beyond_limit)
        self.assertIn("docs/semaphore.md", goal.tried)

    def test_a_goal_that_is_reached_tried_nothing(self):
        self.assertEqual(self._goal("over pthread").tried, "")

    def test_the_limit_makes_the_goal(self):
        def slow(document):
            for row in _rows_of(document):
                if row["name"].startswith((f"mutex/uncontended/{OURS}/",
                                           f"mutex/uncontended/{AGAIN}/")):
                    row["cpu_time"] *= 1.2

        goal = self._goal("over pthread")
        self.assertAlmostEqual(goal.target, 0.95 * 3, places=2)
        goal = self._goal("over pthread", _results(slow))
        self.assertEqual(goal.state, "missed")
        self.assertIn("docs/mutex.md", goal.tried)

    def test_a_goal_names_its_processor(self):
        def on(vendor, family, number):
            return _results(lambda document: document["benchmark"][
                "context"].update(cpu_vendor=vendor, cpu_family=family,
                                  cpu_number=number, cpu_model="A processor"))

        for kind, name in (
                (("AuthenticAMD", "25", "17"), "AMD Zen 4"),
                (("GenuineIntel", "6", "85"), "Intel Skylake or Cascade Lake"),
                (("GenuineIntel", "6", "207"), "Intel Emerald Rapids"),
                (("GenuineIntel", "6", "1"),
                 "A processor (family 6, model 1)"),
                (("unknown", "unknown", "unknown"), "A processor")):
            self.assertEqual(self._goal("over pthread", on(*kind)).processor,
                             name)

    def test_the_best_sleeper_is_not_one_that_spins(self):
        goal = self._goal("best sleeping rival")
        self.assertIn("rust-std", goal.text)
        self.assertAlmostEqual(goal.measured.value, 0.5, places=2)

    def test_not_measured(self):
        self.assertEqual(self._goal("errorcheck").state, "not measured")


class Instructions(unittest.TestCase):
    ROWS = {f"mutex/uncontended/{OURS}": 19.2, "mutex/uncontended/pthread": 66,
            f"rcu/synchronize/{OURS}": 417}

    def _results(self, rows=None, compiler="C: GNU 12.2.0, C++: GNU 12.2.0"):
        def count(document):
            document["instructions"] = {"rows": rows or self.ROWS}
            document["benchmark"]["context"]["compiler"] = compiler

        return _results(count)

    def setUp(self):
        self.table = instructions.record(self._results(), "")

    def test_our_fast_paths_are_recorded(self):
        self.assertIn("\tGNU 12.2.0\tmutex/uncontended\t19\n", self.table)
        self.assertEqual(len(self.table.splitlines()), 4)

    def test_a_small_difference_is_none(self):
        for cost, count in ((18, 0), (20, 0), (17, 1), (21, 1)):
            rows = {**self.ROWS, f"mutex/uncontended/{OURS}": cost}
            self.assertEqual(len(instructions.check(self._results(rows),
                                                    self.table)), count)

    def test_what_is_not_known_or_not_counted_is_found(self):
        more = {**self.ROWS, f"arc/upgrade/{OURS}": 5}
        self.assertEqual(len(instructions.check(self._results(more),
                                                self.table)), 1)
        less = {f"arc/upgrade/{OURS}": 5}
        self.assertEqual(len(instructions.check(self._results(less),
                                                self.table)), 2)

    def test_another_compiler_is_not_judged(self):
        rows = {f"mutex/uncontended/{OURS}": 99}
        self.assertEqual(instructions.check(
            self._results(rows, "C: Clang 19.1.4"), self.table), [])
        self.assertEqual(instructions.check(_results(), self.table), [])

    def test_another_compilers_lines_are_kept(self):
        both = instructions.record(
            self._results(compiler="C: Clang 19.1.4"), self.table)
        self.assertEqual(len(instructions.read(both)), 2)
        with self.assertRaises(ValueError):
            instructions.record(_results(), self.table)


class Machine(unittest.TestCase):
    def _warnings(self, change):
        return " ".join(machine.warnings(_results(change)))

    def test_others_are_told_of(self):
        self.assertNotIn("Other programs", self._warnings(None))
        self.assertIn("Other programs used 40 %", self._warnings(
            lambda document: document.update(others_share=0.4)))
        self.assertIn("The host took away 40 %", self._warnings(
            lambda document: document.update(stolen_share=0.4)))

    def test_a_library_without_optimisation_is_told_of(self):
        def debug(document):
            document["benchmark"]["context"]["library_flags"] = "-O0 -g"

        self.assertIn("without optimisation", self._warnings(debug))

    def test_what_is_not_ours_is_not_counted(self):
        found = measure._shares((0.0, 0.0, 0.0), (10.0, 1.0, 4.0), 1.0)
        room = os.cpu_count()
        self.assertEqual(found, {"others_share": round(6 / room, 3),
                                 "stolen_share": round(1 / room, 3)})


class Stress(unittest.TestCase):
    def _load(self, name, text):
        with tempfile.TemporaryDirectory() as scratch:
            path = os.path.join(scratch, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            return stress.load(path)

    def test_junit(self):
        found = self._load("a.xml", """<testsuite timestamp="now">
            <testcase name="mutex_stress" status="run"/>
            <testcase name="busted_mutex" status="fail"/>
            <testcase name="other" status="notrun"/></testsuite>""")
        self.assertEqual(found.state, "failed")
        self.assertEqual([found.count(one) for one in
                          ("passed", "failed", "skipped")], [1, 1, 1])

    def test_json(self):
        found = self._load("a.json", json.dumps(
            {"tests": [{"name": "a", "result": "passed"}]}))
        self.assertEqual(found.state, "passed")

    def test_nothing_is_not_success(self):
        self.assertEqual(stress.load("/nonexistent.xml").state, "not run")
        self.assertEqual(self._load("a.xml", "<testsuite/>").state, "not run")
        self.assertEqual(self._load("a.xml", "no xml").state, "not run")


def _model_results(good):
    return {"when": "now", "bound": 1, "mutants": {"killed": 2, "of": 3},
            "tests": [{"family": family, "test": "two", "good": good,
                       "executions": 5, "seconds": 0.5}
                      for family in ("mutex", "park")]}


class Models(unittest.TestCase):
    def _load(self, document):
        with tempfile.TemporaryDirectory() as scratch:
            path = os.path.join(scratch, "results.json")
            with open(path, "w", encoding="utf-8") as file:
                json.dump(document, file)
            return models.load(path)

    def test_executions_of_each_family(self):
        found = self._load(_model_results(True))
        self.assertEqual(found.state, "passed")
        self.assertEqual([(one.name, one.executions)
                          for one in found.families],
                         [("mutex", 5), ("park", 5)])
        self.assertEqual(found.executions, 10)

    def test_a_failure_is_named(self):
        found = self._load(_model_results(False))
        self.assertEqual(found.state, "failed")
        self.assertIn("mutex: two", found.failed)

    def test_nothing_is_not_success(self):
        self.assertEqual(models.load("/nonexistent").state, "not run")
        self.assertEqual(self._load({}).state, "not run")
        self.assertEqual(self._load({"tests": 1}).state, "not run")

    def test_they_are_in_the_report(self):
        made = page.make(_results(), stress.load(""),
                         self._load(_model_results(True)))
        self.assertIn("notices 2 of 3", made["md"])
        self.assertIn("10 executions", made["html"])
        self.assertEqual(checks.check_markdown(made["md"]), [])
        self.assertEqual(checks.check_html(made["html"]), [])
        self.assertEqual(
            json.loads(made["json"])["models"]["executions"]["mutex"], 5)


class Overhead(unittest.TestCase):
    def _told(self, document):
        document["overhead"] = {"rounds": 3, "rows": [
            ["mutex", 8, 9, {"ksync-held": 11.0, "ksync-held-checked": 133.0}],
            ["spinlock", 1, 0, {"ksync-held": 12.0}]]}

    def test_programs_are_columns(self):
        found = overhead.load(_results(self._told).document)
        self.assertEqual(found.names, ("ksync::ksync", "ksync::checked"))
        self.assertEqual(found.rows[0], ("mutex", 8, 9, (11.0, 133.0)))
        self.assertEqual(found.rows[1], ("spinlock", 1, 0, (12.0, None)))

    def test_it_is_in_the_report(self):
        made = page.make(_results(self._told), stress.load(""),
                         models.load(""))
        self.assertIn("| mutex, 9 classes | 8 | 11.0 | 133.0 |", made["md"])
        self.assertIn("| spinlock | 1 | 12.0 | – |", made["md"])
        self.assertEqual(checks.check_markdown(made["md"]), [])
        self.assertEqual(json.loads(made["json"])["overhead"][0]["ns"],
                         {"ksync::ksync": 11.0, "ksync::checked": 133.0})

    def test_nothing_is_said_so(self):
        self.assertIn("Not measured", page.make(
            _results(), stress.load(""), models.load(""))["md"])


class Costs(unittest.TestCase):
    def test_the_difference_counts(self):
        dump = ("desc: Trigger: Client Request: mutex/uncontended/ksync {}\n"
                "\npositions: line\nsummary: {}\n")
        found = measure.parse_costs([dump.format("once", 9500),
                                     dump.format("twice", 18500)])
        self.assertEqual(found, {"mutex/uncontended/ksync": 9.0})


class Checks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.made = page.make(_results(), stress.load(""), models.load(""))

    def test_a_good_report_passes(self):
        self.assertEqual(checks.check_rows(_results(), FAMILIES), [])
        self.assertEqual(checks.check_html(self.made["html"]), [])
        self.assertEqual(checks.check_summary(self.made["json"]), [])
        self.assertEqual(checks.check_markdown(self.made["md"]), [])

    def test_a_report_can_be_made_twice(self):
        again = page.make(_results(), stress.load(""), models.load(""))
        self.assertEqual(again, self.made)

    def test_fetches_are_found(self):
        for seed in ('<img src="https://example.org/a.png">',
                     '<img src="//example.org/a.png">',
                     '<a href="http://example.org">x</a>',
                     "<script>1</script>",
                     '<link rel="stylesheet" href="#">',
                     '<p style="background: url(http://example.org)">',
                     "<style>@import 'a.css';</style>",
                     "<style>p { background: url(a.png); }</style>"):
            text = self.made["html"].replace("</body>", f"{seed}</body>")
            self.assertTrue(checks.check_html(text), seed)

    def test_a_missing_section_is_found(self):
        text = self.made["html"].replace("<h2>Bytes", "<h2>Bites")
        self.assertTrue(checks.check_html(text))

    def test_a_missing_family_is_found(self):
        for family in FAMILIES:
            def drop(document, family=family):
                document["benchmark"]["benchmarks"] = [
                    row for row in _rows_of(document)
                    if not row["name"].startswith(f"{family}/")]

            complaints = checks.check_rows(_results(drop), FAMILIES)
            self.assertTrue(complaints, family)

    def test_a_missing_twin_or_rival_is_found(self):
        for impl in (AGAIN, "rust-arc"):
            def drop(document, impl=impl):
                document["benchmark"]["benchmarks"] = [
                    row for row in _rows_of(document)
                    if f"kref/uncontended/{impl}/" not in row["name"]]

            self.assertTrue(checks.check_rows(_results(drop), FAMILIES), impl)

    def test_a_row_without_an_operation_is_found(self):
        def stop(document):
            for row in _rows_of(document):
                if row["name"].startswith("mutex/contended:8:50ns/ksync"):
                    row["items_per_second"] = 0

        results = _results(stop)
        self.assertTrue(checks.check_rows(results, FAMILIES))
        cell = _cell(results, "mutex/contended:8:50ns near", "pthread")
        self.assertEqual(cell.verdict, "slower")

    def test_a_broken_summary_is_found(self):
        self.assertTrue(checks.check_summary("{"))
        for hole in ("cells", "goals", "compared"):
            summary = json.loads(self.made["json"])
            del summary[hole]
            self.assertTrue(checks.check_summary(json.dumps(summary)), hole)

    def test_a_broken_table_is_found(self):
        self.assertTrue(checks.check_markdown("| a |\n|--|\n| b | c |"))


class Commands(unittest.TestCase):
    def test_results_of_another_schema_are_refused(self):
        document = copy.deepcopy(_document())
        document["schema_version"] = 0
        with self.assertRaises(ValueError):
            Results(document)

    def test_a_missing_binary_fails(self):
        self.assertEqual(report.main(
            ["run", "--binary", "/nonexistent", "--out", "/nonexistent"]), 1)

    def test_missing_results_fail(self):
        self.assertEqual(report.main(["report", "/nonexistent"]), 1)


if __name__ == "__main__":
    unittest.main()
