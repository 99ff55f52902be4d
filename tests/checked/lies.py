#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each mistake of lies.txt, put into the checked library, fails its test.

    lies.py ROOT BUILD [NAME ...]
"""

import concurrent.futures
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile

# Of ROOT's checked preset: its Ninja says how a test is linked.
ROOT, BUILD = (os.path.abspath(path) for path in sys.argv[1:3])
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "cmake", "lint"))

import logic  # noqa: E402

LIBRARY = "libksync-checked.a"
OBJECTS = "ksync_checked_objects.dir"
# A test that hangs has noticed, too.
SECONDS = 60


def lies():
    path = os.path.join(ROOT, "tests", "checked", "lies.txt")
    found = []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            head = logic.HEAD.match(line)
            if head:
                found.append(
                    logic.Mutant("checked", path, number, *head.groups())
                )
            elif line[:1].isspace() and line.strip() and found:
                found[-1].add(line)
    return found


def library_path():
    for folder, _, names in os.walk(BUILD):
        if LIBRARY in names:
            return os.path.relpath(os.path.join(folder, LIBRARY), BUILD)
    sys.exit(f"lies: there is no {LIBRARY} in {BUILD}")


def compile_command(path):
    with open(os.path.join(BUILD, "compile_commands.json")) as file:
        for entry in json.load(file):
            if OBJECTS in entry["command"] and os.path.samefile(
                    entry["file"], os.path.join(ROOT, path)):
                return entry
    sys.exit(f"lies: {path} is not in the checked library")


def link_command(program):
    listed = subprocess.run(
        ["ninja", "-C", BUILD, "-t", "commands", program], check=True,
        capture_output=True, text=True,
    )
    return listed.stdout.strip().splitlines()[-1]


def notice(lie, library, links):
    """What is wrong with the lie, or None: its test fails."""
    fault = lie.fault(ROOT)
    if fault:
        return fault
    entry = compile_command(lie.path)
    program = f"{lie.shown_by}_test"
    with tempfile.TemporaryDirectory(prefix="ksync-lie-") as out:
        source = os.path.join(out, os.path.basename(lie.path))
        with open(source, "w", encoding="utf-8") as file:
            file.write(lie.text(ROOT))
        words = shlex.split(entry["command"])
        at = words.index("-o") + 1
        words[at] = os.path.join(out, os.path.basename(words[at]))
        words[words.index(entry["file"])] = source
        home = os.path.join(ROOT, os.path.dirname(lie.path))
        subprocess.run(
            words + ["-iquote", home, "-w", "-Wno-error"], check=True,
            cwd=entry["directory"],
        )
        archive = os.path.join(out, LIBRARY)
        shutil.copy(os.path.join(BUILD, library), archive)
        subprocess.run(["ar", "r", archive, words[at]], check=True)
        mutated = os.path.join(out, program)
        link = links[program].replace(library, archive)
        link = link.replace(f"-o tests/{program} ", f"-o {mutated} ")
        subprocess.run(link, shell=True, check=True, cwd=BUILD)
        try:
            done = subprocess.run(
                [mutated, "-j1"], capture_output=True, timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            return None
    return None if done.returncode else "nothing notices it"


def main():
    names = sys.argv[3:]
    listed = [
        lie for lie in lies()
        if not names or lie.name.partition(".")[2] in names
    ]
    library = library_path()
    links = {
        program: link_command(program)
        for program in {f"{lie.shown_by}_test" for lie in listed}
    }
    # As they are, the tests pass.
    for program in links:
        subprocess.run(
            [os.path.join(BUILD, "tests", program), "-j1"], check=True,
            stdout=subprocess.DEVNULL,
        )
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        wrong = list(pool.map(lambda m: notice(m, library, links), listed))
    for lie, what in zip(listed, wrong):
        print(f"{lie.name}: {what or 'noticed'} ({lie.why})")
    return any(wrong) or not listed


if __name__ == "__main__":
    sys.exit(main())
