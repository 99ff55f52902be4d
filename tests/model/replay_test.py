#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""replay_test.py PROGRAM: each failure that it prints fails again on replay."""

import re
import subprocess
import sys

REPLAY = re.compile(r"^replay: (\S+ (?:--every-order )?--only (\S+) --replay \S*)$", re.M)


def run(*command):
    return subprocess.run(command, text=True, capture_output=True).stdout


def main():
    printed = run(sys.argv[1], "--show")
    replays = REPLAY.findall(printed)
    bad = 0
    for command, test in replays:
        line = f"{test}: "
        first = [text for text in printed.split("\n") if text.startswith(line)]
        again = run(*command.split())
        if first[:1] != [t for t in again.split("\n") if t.startswith(line)]:
            print(f"{test}: failed as '{first[:1]}', replayed as\n{again}")
            bad += 1
    print(f"{len(replays)} failures replayed, {bad} differently")
    return 1 if bad or not replays else 0


if __name__ == "__main__":
    sys.exit(main())
