# SPDX-License-Identifier: MIT
"""What every file looks like, and what an algorithm may not say."""

import glob
import os
import re

import source
import tree

# JSON and licence texts cannot carry a comment; they may have a sidecar,
# <file>.license, instead.
_WITHOUT_LICENCE_LINE = re.compile(r"(?:^|/)LICENSE(?:$|S/)")
_SPDX = "SPDX-License-" + "Identifier: MIT"
_LEFTOVER = re.compile(r"\b(?:" + "TO" r"DO|FIX" + r"ME|XX" + r"X)\b")
_COLUMNS = 80

_FORBIDDEN = {
    r"\b__atomic_\w*": "use the operations of <ksync/atomic.h>",
    r"\b__sync_\w*": "use the operations of <ksync/atomic.h>",
    r"\b(?:__)?asm(?:__)?\b": "put machine code into machine.h",
    r"\b\w*syscall\w*": "system calls belong to src/port",
    r"\b(?:\w+_)?pause\b": "use ksync_cpu_relax()",
    r"\b(?:m|c|re)alloc\b": "lock paths allocate nothing",
    r"\b\w*printf\b": "reports go through <ksync/report.h>",
    r"\berrno\b(?!\.h)": "return the error instead",
    r"\bpthread_\w*": "use the task and park()",
    r"\w*urcu\w*": "only src/defer/rcu_urcu.h knows liburcu",
}


def _text_of(root, path):
    try:
        with open(os.path.join(root, path), encoding="utf-8") as file:
            return file.read()
    except UnicodeDecodeError:
        return None


def licence(project, report):
    """Every file says its licence."""
    files = source.project_files(project.root)
    for path in files:
        if _WITHOUT_LICENCE_LINE.search(path) or path.endswith(".license"):
            continue
        text = _text_of(project.root, path)
        head = "\n".join((text or "").split("\n")[:20])
        report.require(
            _SPDX in head or path + ".license" in files, path, 1,
            f"no '{_SPDX}' in its first 20 lines; add it",
        )


def columns(project, report):
    """C files fit in 80 columns, with tabs of eight."""
    for path in source.project_files(project.root):
        if not path.endswith((".c", ".h", ".h.in", ".cc", ".hh")):
            continue
        text = _text_of(project.root, path) or ""
        for number, line in enumerate(text.split("\n"), 1):
            width = len(line.expandtabs(8))
            report.require(
                width <= _COLUMNS, path, number,
                f"{width} columns; break the line before {_COLUMNS}",
            )


def leftovers(project, report):
    """Nothing in the tree waits to be done."""
    for path in source.project_files(project.root):
        text = _text_of(project.root, path)
        if text is None:
            continue
        report.seen += 1
        for match in _LEFTOVER.finditer(text):
            report.fault(
                path, text.count("\n", 0, match.start()) + 1,
                f"'{match[0]}' left in; do it, or write it into an issue",
            )


def _algorithms(root):
    """The sources above the system, but for the one that knows liburcu."""
    for floor in tree.floor_names(root):
        if floor in ("base", "port", "api"):
            continue
        for path in sorted(glob.glob(f"src/{floor}/*.c", root_dir=root)):
            yield source.Source(root, path)


def conditionals(project, report):
    """An algorithm has no #if: variants are constants or files."""
    for file in _algorithms(project.root):
        report.seen += 1
        for match in re.finditer(
            r"^[ \t]*#[ \t]*(?:el)?if\w*", file.code, re.M
        ):
            report.fault(
                file.path, file.line(match.start()),
                f"'{match[0].strip()}' in an algorithm; use a constant, or "
                "a file that CMake chooses",
            )


def tokens(project, report):
    """An algorithm reaches the machine only through the floors below."""
    for file in _algorithms(project.root):
        report.seen += 1
        for pattern, advice in _FORBIDDEN.items():
            for match in re.finditer(pattern, file.code):
                report.fault(
                    file.path, file.line(match.start()),
                    f"'{match[0]}' in an algorithm; {advice}",
                )
