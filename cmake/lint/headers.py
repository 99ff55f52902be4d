# SPDX-License-Identifier: MIT
"""The kernel's headers: the table of who has their names, and what it makes.

include/compat/headers.txt says what is done about each header. This writes the
headers that are refused, and the table of docs/kernel-names.md.
"""

import os
import re
import textwrap

import tree

TABLE = "include/compat/headers.txt"
PAGE = "docs/kernel-names.md"
POLICIES = ("own", "beside", "refused", "absent")
# Parts of the others.
_PARTS = ("linux/kernel_names.h", "linux/kernel_common.h")
_MADE = "Made from include/compat/headers.txt by cmake/lint/lint.py --write."


class Row:
    """A line of the table."""

    def __init__(self, line, words):
        self.line = line
        self.path, self.policy, self.component, rest = (
            [word.strip() for word in words.split(" | ", 3)] + [""] * 4
        )[:4]
        # Has ksync::kernel a header of that name, too?
        self.in_kernel = self.component.split(" + ")[-1] == "kernel"
        self.instead, _, callers = rest.partition("<-")
        self.instead = self.instead.strip()
        self.callers = [word.partition("=")[::2] for word in callers.split()]


def rows(root):
    found = []
    for number, line in enumerate(tree.read(root, TABLE).split("\n"), 1):
        if line.strip() and not line.startswith("#"):
            found.append(Row(number, line))
    return found


def _word(path):
    return re.sub(r"\W", "_", path.removesuffix(".h")).upper()


def refusal(row):
    """The text of a header that is refused."""
    lines = [
        "/* SPDX-License-Identifier: MIT */",
        f"/* {_MADE} */",
        "#if defined(KSYNC_SYSTEM_HEADERS) || defined(__cplusplus) || \\",
        "\tdefined(__ASSEMBLER__)",
        f"#include_next <{row.path}>",
    ]
    for caller, guard in row.callers:
        mark = f"KSYNC__{_word(row.path)}_FOR_{_word(caller)}"
        lines += [
            f"/* The first that comes with <{caller}> is its own. */",
            f"#elif __INCLUDE_LEVEL__ > 1 && defined({guard}) && \\",
            f"\t!defined({mark})",
            f"#define {mark}",
            f"#include_next <{row.path}>",
        ]
    kernel = "link ksync::kernel, which has it; or " * row.in_kernel
    said = (f"<{row.path}>: ksync has nothing of the kernel's, and the "
            f"system's is another file. Instead: {kernel}{row.instead}. A header of "
            "your own goes before ksync's in the include path; "
            "-DKSYNC_SYSTEM_HEADERS gets the system's")
    lines += ["#else", '#error "' + " \\\n".join(textwrap.wrap(said, 70)) + '"',
              "#endif", ""]
    return "\n".join(lines)


def made(root):
    """{path: text} of the headers that --write writes."""
    return {
        f"include/compat/{row.path}": refusal(row)
        for row in rows(root) if row.policy == "refused"
    }


def page(root):
    """The table as the markdown of docs/kernel-names.md."""
    lines = []
    for policy, title, head in (
        ("own", "Here", "| header | of |\n|---|---|"),
        ("refused", "Refused, because the system has another of that name",
         "| header | instead |\n|---|---|"),
        ("absent", "Not here", "| header | instead |\n|---|---|"),
    ):
        lines += ["", f"### {title}", "", head]
        for row in rows(root):
            name = f"`<{row.path}>`"
            if policy == "own" and row.policy in ("own", "beside"):
                link = row.component.removesuffix(" + kernel")
                if os.path.isfile(os.path.join(root, f"docs/{link}.md")):
                    link = f"[{link}]({link}.md)"
                beside = ", beside the system's" * (row.policy == "beside")
                more = ", and more in [ksync::kernel](porting.md)"
                lines.append(
                    f"| {name} | {link}{beside}{more * row.in_kernel} |")
            elif row.policy == policy:
                kernel = "[ksync::kernel](porting.md); or " * row.in_kernel
                lines.append(f"| {name} | {kernel}{_code(row.instead)} |")
    return "\n".join(lines).strip()


def _code(text):
    """Mark what is C in a sentence."""
    return re.sub(
        r"(<[\w/]+\.h>|\b\w+(?:\(\)|\([^ ]*\))+|-D\w+|_Thread_local"
        r"|pthread_rwlock_t|pthread_mutex_t|PTHREAD_PRIO_INHERIT|__init\b)",
        r"`\1`", text,
    )


def kernel_headers(project, report):
    """Each header of kernel names has its row, and each row what it says."""
    root = project.root
    folder = os.path.join(root, "include/compat")
    there = {
        os.path.relpath(os.path.join(here, name), folder)
        for here, _, names in os.walk(folder) for name in names
        if name.endswith(".h")
    } - set(_PARTS)
    kernel = os.path.join(root, "kernel/include")
    listed = {}
    for row in rows(root):
        report.require(
            row.in_kernel == os.path.isfile(os.path.join(kernel, row.path)),
            TABLE, row.line,
            f"{row.path}: its component says "
            f"{'that' if row.in_kernel else 'nothing of'} ksync::kernel has it",
        )
        report.require(
            row.policy in POLICIES and row.component, TABLE, row.line,
            f"{row.path}: says '{row.policy}'; there is {', '.join(POLICIES)}",
        )
        report.require(
            row.path not in listed, TABLE, row.line,
            f"{row.path} is listed twice",
        )
        report.require(
            row.policy in ("own", "beside") or row.instead, TABLE, row.line,
            f"{row.path}: say what to take instead",
        )
        report.require(
            (row.path in there) == (row.policy != "absent"), TABLE, row.line,
            f"{row.path} is {row.policy}, and "
            + ("has a file" if row.path in there else "has no file")
            + "; write the one or change the other",
        )
        listed[row.path] = row
        text = tree.read(root, f"include/compat/{row.path}")
        report.require(
            ("#include_next" in text) == (row.policy in ("beside", "refused"))
            or row.policy == "absent",
            TABLE, row.line,
            f"{row.path} is {row.policy}, and its #include_next says otherwise",
        )
    for folder, _, names in os.walk(os.path.join(kernel, "linux")):
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), kernel)
            report.require(
                path in listed or path in _PARTS, f"kernel/include/{path}", 1,
                f"has no row in {TABLE}",
            )
    for path in sorted(there - set(listed)):
        report.fault(f"include/compat/{path}", 1, f"has no row in {TABLE}")
    for path, text in made(root).items():
        report.require(
            tree.read(root, path) == text, path, 1,
            f"is not what {TABLE} makes of it; run cmake/lint/lint.py --write",
        )
