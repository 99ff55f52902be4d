# SPDX-License-Identifier: MIT
"""The kernel's API, name by name: include/compat/names.txt, and its page.

tests/kernel/calls.py compiles what it says.
"""

import re

import tree

TABLE = "include/compat/names.txt"
HEADERS = "include/compat/headers.txt"
PAGE = "docs/kernel-api.md"
KINDS = ("linux", "kernel", "absent")


class Row:
    """A name of a header."""

    def __init__(self, line, header, kind, name, rest):
        self.line, self.header = line, header
        self.kind, self.name = kind, name
        self.call, self.reason, self.shown = "", "", name
        if kind == "absent":
            self.reason = rest
            return
        if rest.startswith("("):
            self.call = f"{name}{rest};"
        elif rest:
            self.call = re.sub(r"@", name, rest)
            self.call += ";" * (not rest.endswith(("}", ";")))
        else:
            self.call = f"(void)({name});"
        for mark in ("struct", "enum"):
            if f"{mark} @" in rest:
                self.shown = f"{mark} {name}"
        if "guard(@" in rest:
            self.shown = f"guard({name})"


class Table:
    def __init__(self):
        self.common = []
        self.before = {}  # {header: lines before its calls}
        self.rows = []
        self.problems = []  # of (line, text)


def _lines(text):
    """(number, line) of each; what a backslash ends goes on in the next."""
    start, whole = 0, ""
    for number, line in enumerate(text.split("\n"), 1):
        start = start or number
        whole += line.removesuffix("\\")
        if not line.endswith("\\"):
            yield start, whole
            start, whole = 0, ""


def read(root):
    table, header = Table(), None
    for number, line in _lines(tree.read(root, TABLE)):
        kind, _, rest = line.strip().partition(" ")
        words, _, rest = (rest, "", "") if kind == "with" else (
            rest.partition("|"))
        if not kind or kind.startswith("#"):
            continue
        if kind == "header":
            header = words.strip()
            if header in table.before:
                table.problems.append((number, f"{header} comes twice"))
            table.before.setdefault(header, [])
        elif kind == "with":
            (table.before[header] if header else table.common).append(words)
        elif kind in KINDS and header:
            table.rows += [Row(number, header, kind, name, rest.strip())
                           for name in words.split()]
        else:
            table.problems.append((number, f"'{kind}' is no kind of line"))
    return table


def kernel_names(project, report):
    """The list of the kernel's names has each once, with a call or a reason."""
    table = read(project.root)
    report.seen = len(table.rows)
    listed = {line.split(" | ")[0]
              for line in tree.read(project.root, HEADERS).split("\n")}
    for line, text in table.problems:
        report.fault(TABLE, line, text)
    for header in table.before:
        report.require(header in listed, TABLE, 1,
                       f"{header} has no row in {HEADERS}")
    seen = set()
    for row in table.rows:
        what = (row.header, row.shown)
        report.require(what not in seen, TABLE, row.line,
                       f"{row.shown} of {row.header} is listed twice")
        seen.add(what)
        report.require(
            row.reason if row.kind == "absent" else
            re.search(rf"\b{re.escape(row.name)}\b", row.call),
            TABLE, row.line,
            f"{row.shown}: " + ("say why it is absent"
                                if row.kind == "absent" else
                                "its call does not name it"))


def page(root):
    """The table as the markdown of docs/kernel-api.md."""
    table = read(root)
    lines = ["| header | `ksync::linux` | only `ksync::kernel` | absent |",
             "|---|---|---|---|"]
    for header in table.before:
        many = [sum(row.header == header and row.kind == kind
                    for row in table.rows) for kind in KINDS]
        anchor = re.sub(r"[^\w-]", "", header)
        counts = " | ".join(str(count) for count in many)
        lines.append(f"| [`<{header}>`](#{anchor}) | {counts} |")
    for header in table.before:
        rows = [row for row in table.rows if row.header == header]
        lines += ["", f"### `<{header}>`"]
        for kind, title in (("linux", ""),
                            ("kernel", "Only with `ksync::kernel`: ")):
            named = [f"`{row.shown}`" for row in rows if row.kind == kind]
            if named:
                lines += ["", f"{title}{', '.join(named)}."]
        reasons = {}
        for row in rows:
            if row.kind == "absent":
                reasons.setdefault(row.reason, []).append(f"`{row.name}`")
        if reasons:
            lines += ["", "| absent | why |", "|---|---|"]
            lines += [f"| {', '.join(those)} | {reason} |"
                      for reason, those in reasons.items()]
    return "\n".join(lines)
