# SPDX-License-Identifier: MIT
"""Runs ksync-bench and keeps what it says, as one JSON document."""

import datetime
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import overhead
from results import SCHEMA_VERSION

COUNTED_RUNS = 1000
_COST = re.compile(
    r"^desc: Trigger: Client Request: (\S+) (once|twice)$.*?"
    r"^summary: (\d+)$", re.MULTILINE | re.DOTALL)


def _now():
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")


def _processor_seconds():
    """Of the whole machine: busy, stolen by the host, and ours."""
    tick = os.sysconf("SC_CLK_TCK")
    with open("/proc/stat", encoding="ascii") as file:
        spent = [int(word) / tick for word in file.readline().split()[1:9]]
    user, nice, system, _, _, irq, softirq, steal = spent
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (user + nice + system + irq + softirq, steal,
            used.ru_utime + used.ru_stime)


def _shares(before, after, seconds):
    """What others took of the processors meanwhile."""
    busy, steal, ours = (late - early for early, late in zip(before, after))
    room = seconds * os.cpu_count()
    return {"others_share": round(max(0.0, busy - ours) / room, 3),
            "stolen_share": round(steal / room, 3)}


def _clock(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _show(text):
    """One line, redrawn, on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def _watch(process, expected):
    """Waits for the benchmark; tells a person how far it is."""
    start = time.monotonic()
    while True:
        try:
            return process.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            gone = time.monotonic() - start
            _show(f"measuring, {_clock(gone)} of about {_clock(expected)}")


def _benchmark(command, expected):
    """Google Benchmark's document."""
    with tempfile.TemporaryDirectory() as scratch:
        out = os.path.join(scratch, "benchmark.json")
        errors = os.path.join(scratch, "errors")
        with open(errors, "w+", encoding="utf-8") as log:
            process = subprocess.Popen(
                [*command, f"--benchmark_out={out}"],
                stdout=subprocess.DEVNULL, stderr=log)
            try:
                status = _watch(process, expected)
            finally:
                process.terminate()
                process.wait()
            _show("")
            if status:
                log.seek(0)
                raise RuntimeError(
                    f"{command[0]} failed ({status}): {log.read()[-2000:]}")
        with open(out, encoding="utf-8") as file:
            return json.load(file)


def parse_costs(texts):
    """Instructions for one operation, by row, from callgrind's dumps."""
    costs = {}
    for text in texts:
        for row, times, total in _COST.findall(text):
            costs.setdefault(row, {})[times] = int(total)
    return {row: round((cost["twice"] - cost["once"]) / COUNTED_RUNS, 2)
            for row, cost in costs.items() if len(cost) == 2}


def _count_instructions(binary):
    """What callgrind counts, or why it could not."""
    valgrind = shutil.which("valgrind")
    if not valgrind:
        return {"why_none": "valgrind is not installed"}
    _show("counting instructions")
    with tempfile.TemporaryDirectory() as scratch:
        out = os.path.join(scratch, "cost")
        done = subprocess.run(
            [valgrind, "--tool=callgrind", f"--callgrind-out-file={out}",
             binary, f"--count={COUNTED_RUNS}"],
            capture_output=True, text=True, check=False)
        _show("")
        if done.returncode:
            return {"why_none": "callgrind failed: "
                    + done.stderr.strip()[-300:]}
        texts = []
        for name in sorted(os.listdir(scratch)):
            path = os.path.join(scratch, name)
            with open(path, encoding="utf-8", errors="replace") as file:
                texts.append(file.read())
    version = subprocess.run([valgrind, "--version"], capture_output=True,
                             text=True, check=False).stdout.strip()
    return {"tool": version, "rows": parse_costs(texts),
            "notes": done.stdout.split("\n")[:-1]}


def run(binary, chosen_set, filters=None, count=True):
    command = [binary, f"--set={chosen_set}",
               "--benchmark_enable_random_interleaving=true",
               "--benchmark_out_format=json"]
    if filters:
        command.append(f"--benchmark_filter={filters}")
    expected = float(subprocess.run(
        [*command[:2], "--estimate=1"], capture_output=True, text=True,
        check=True).stdout)
    document = {
        "schema_version": SCHEMA_VERSION,
        "set": chosen_set,
        "command": command,
        "started": _now(),
    }
    start, before = time.monotonic(), _processor_seconds()
    document["benchmark"] = _benchmark(command, expected)
    seconds = time.monotonic() - start
    document["seconds"] = round(seconds, 1)
    document.update(_shares(before, _processor_seconds(), seconds))
    document["overhead"] = overhead.run(os.path.dirname(binary), chosen_set)
    document["instructions"] = (
        _count_instructions(binary) if count
        else {"why_none": "not asked for"})
    return document
