#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Requests per second of the server on ksync and of its twin on pthreads, both
under wrk while their configuration is replaced.

    compare.py [--rounds N] [--seconds N] [--connections N] [--threads N]
               [--workers N] [--swap-us N] DIRECTORY

DIRECTORY holds the two programs. They run in turns, and who begins changes
from round to round, so that what else the machine does meets both; the first
turn of each does not count. Exit status: 0, 1 if a server failed or an answer
was wrong, 4 without wrk.
"""

import argparse
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys

PROGRAMS = ("http_status", "http_status_pthread")


def load(port, options):
    """wrk's requests per second; every answer must be good."""
    text = subprocess.run(
        ["wrk", f"-t{options.threads}", f"-c{options.connections}",
         f"-d{options.seconds}", f"http://127.0.0.1:{port}/status"],
        capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        sys.exit(f"compare: an answer was wrong:\n{text}")
    return float(re.search(r"Requests/sec:\s*([\d.]+)", text)[1])


def turn(name, options):
    """(requests per second, replacements) of one run of a server."""
    server = subprocess.Popen(
        [os.path.join(options.directory, name), "--port", "0",
         "--workers", str(options.workers),
         "--swaps", "1000000000", "--swap-us", str(options.swap_us)],
        stdout=subprocess.PIPE, text=True)
    try:
        port = int(server.stdout.readline().rsplit(":", 1)[1])
        rate = load(port, options)
        server.send_signal(signal.SIGTERM)
        said = server.communicate(timeout=60)[0]
    finally:
        server.kill()
    if server.returncode or "left: connections 0 configurations 0" not in said:
        sys.exit(f"compare: {name} ended with {server.returncode}:\n{said}")
    return rate, int(re.search(r"swaps (\d+)", said)[1])


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("rounds", 7), ("seconds", 5), ("connections", 32),
                          ("threads", 1), ("workers", 4), ("swap-us", 1000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("directory")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        print("compare: not available: wrk (install the package wrk)")
        return 4

    rates = {name: [] for name in PROGRAMS}
    swaps = {name: [] for name in PROGRAMS}
    for number in range(options.rounds + 1):
        for name in PROGRAMS[::-1 if number % 2 else 1]:
            rate, replaced = turn(name, options)
            if not number:
                continue
            rates[name].append(rate)
            swaps[name].append(replaced)
            print(f"round {number}: {name} {rate:.0f}", file=sys.stderr)

    print(f"{options.rounds} rounds of {options.seconds} s, "
          f"{options.connections} connections, {options.workers} workers")
    print(f"{'':20} {'median/s':>10} {'least':>10} {'most':>10} "
          f"{'replaced':>10}")
    for name in PROGRAMS:
        print(f"{name:20} {statistics.median(rates[name]):10.0f} "
              f"{min(rates[name]):10.0f} {max(rates[name]):10.0f} "
              f"{statistics.median(swaps[name]):10.0f}")
    ratios = [a / b for a, b in zip(*rates.values())]
    print(f"ksync against pthreads: {statistics.median(ratios):.3f} "
          f"(median of the rounds; {min(ratios):.3f} to {max(ratios):.3f})")
    return 0


sys.exit(main())
