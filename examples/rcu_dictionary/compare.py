#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Lookups per second, and their processor time, of the dictionary on
ksync, on pthread_rwlock and, where it was built, on plain liburcu.

    compare.py [--rounds N] [--seconds S] [--readers N] [--edit-us N]...
               DIRECTORY

DIRECTORY holds the programs. They run in turns, and who begins changes from
round to round, so that what else the machine does meets all; the first turn of
each does not count. Exit status: 0, or 1 if one failed.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys

PROGRAMS = ("rcu_dictionary", "rcu_dictionary_urcu", "rcu_dictionary_rwlock")


def turn(name, pause, options):
    """(lookups per second, ns of a processor for each, edits per second)."""
    done = subprocess.run(
        [os.path.join(options.directory, name),
         "--seconds", str(options.seconds), "--edit-us", str(pause),
         "--readers", str(options.readers)],
        capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"compare: {name} ended with {done.returncode}:\n"
                 f"{done.stdout}{done.stderr}")
    rate, cost, edits = re.search(
        r"([\d.]+) lookups/s, ([\d.]+) ns .* each, (\d+) edits",
        done.stdout).groups()
    return float(rate), float(cost), int(edits) / options.seconds


def compare(pause, programs, options):
    turns = {name: [] for name in programs}
    for number in range(options.rounds + 1):
        at = number % len(programs)
        for name in programs[at:] + programs[:at]:
            found = turn(name, pause, options)
            if number:
                turns[name].append(found)
    print(f"\npause between edits {pause} us\n"
          f"{'':22} {'lookups/s':>10} {'edits/s':>8} {'ns each':>8} "
          f"{'ratio':>6} {'least':>6} {'most':>6}")
    for name in programs:
        rates, costs, edits = zip(*turns[name])
        ratios = [own[1] / first[1] for own, first in
                  zip(turns[name], turns[PROGRAMS[0]])]
        print(f"{name:22} {statistics.median(rates):10.0f} "
              f"{statistics.median(edits):8.0f} "
              f"{statistics.median(costs):8.1f} "
              f"{statistics.median(ratios):6.3f} "
              f"{min(ratios):6.3f} {max(ratios):6.3f}")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--readers", type=int, default=2)
    parser.add_argument("--edit-us", type=int, action="append")
    parser.add_argument("directory")
    options = parser.parse_args()
    programs = [name for name in PROGRAMS if os.path.exists(
        os.path.join(options.directory, name))]
    if programs[:1] != [PROGRAMS[0]]:
        sys.exit(f"compare: there is no {PROGRAMS[0]} in {options.directory}")
    print(f"{options.rounds} rounds of {options.seconds} s, "
          f"{options.readers} readers; medians; ratio: a lookup's processor "
          f"time by {PROGRAMS[0]}'s, in the same round")
    for pause in options.edit_us or (1000, 0):
        compare(pause, programs, options)
    return 0


sys.exit(main())
