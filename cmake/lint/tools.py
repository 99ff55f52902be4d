# SPDX-License-Identifier: MIT
"""What other projects' tools check: layout, and shell scripts."""

import os
import re
import subprocess

import source

FORMATTER = "clang-format-19"
SHELL_CHECKER = "shellcheck"


def _run(report, command, folder):
    """What the tool printed, or None where it is not installed."""
    try:
        done = subprocess.run(
            command, cwd=folder, text=True, capture_output=True
        )
    except FileNotFoundError:
        report.fault(
            command[0], 1, "is not installed; './dev lint' installs it"
        )
        return None
    return done.stdout + done.stderr


def layout(project, report):
    """The formatter decides how C and C++ are laid out."""
    files = [
        path for path in source.project_files(project.root)
        if path.endswith((".c", ".h", ".cc", ".hh"))
    ]
    report.seen = len(files)
    command = [FORMATTER, "--style=file", "--dry-run", *files]
    output = _run(report, command, project.root) or ""
    places = {}
    for match in re.finditer(r"^(\S+?):(\d+):\d+: \w+: ", output, re.M):
        places.setdefault(match[1], []).append(int(match[2]))
    for path, lines in places.items():
        report.fault(
            path, lines[0],
            f"the formatter would change {len(lines)} places; run "
            f"{FORMATTER} -i {path}",
        )


def _is_script(root, path):
    with open(os.path.join(root, path), "rb") as file:
        return re.match(rb"#!.*\b(?:ba|da)?sh\b", file.readline()) is not None


def shell(project, report):
    """Shell scripts, with what they source, are shellcheck's friends."""
    scripts = [
        path for path in source.project_files(project.root)
        if _is_script(project.root, path)
    ]
    report.seen = len(scripts)
    command = [SHELL_CHECKER, "-x", "-f", "gcc", *scripts]
    output = _run(report, command, project.root) or ""
    for match in re.finditer(r"^(\S+?):(\d+):\d+: (.*)$", output, re.M):
        report.fault(match[1], int(match[2]), match[3])
