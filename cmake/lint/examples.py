# SPDX-License-Identifier: MIT
"""The examples in the documentation compile.

An example is the indented block behind `Example::` in a header's comment.
It stands in the body of a function unless it defines functions itself.
A block behind `Examples use::` declares what the header's examples share.
"""

import glob
import os
import re
import subprocess

import source

_BLOCK = re.compile(r"^(Examples?(?: use)?)::[ \t]*$")
_COMMON = "#include <errno.h>\n#include <stdio.h>\n#include <stdlib.h>\n"
_FLAGS = [
    "-fsyntax-only", "-Wall", "-Werror", "-D_GNU_SOURCE", "-x", "c",
    # An example stops where its point is made.
    "-Wno-unused-variable", "-Wno-unused-but-set-variable",
    "-Wno-unused-function",
]


def blocks_of_header(file):
    """(is it shared, line, code) of each example in a header."""
    for start, end in file.comments:
        first = file.line(start)
        lines = source.comment_text(file.text[start:end])
        title, begin, body = None, 0, []
        for number, text in enumerate(lines + ["end"]):
            match = _BLOCK.match(text)
            if title and (match or text.strip() and not text[0].isspace()):
                yield "use" in title, first + begin, "\n".join(body)
                title = None
            if match:
                title, begin, body = match[1], number + 1, []
            elif title:
                body.append(text)


def blocks_of_page(text):
    """(line, code) of each C block of a markdown page."""
    for match in re.finditer(r"^```c\n(.*?)^```", text, re.M | re.S):
        yield text.count("\n", 0, match.start(1)) + 1, match[1]


def program(code, path, line, prelude):
    """The example as a translation unit that reports its own place."""
    lines = code.split("\n")
    includes = "\n".join(t for t in lines if t.lstrip().startswith("#include"))
    rest = "\n".join(
        "" if t.lstrip().startswith("#include") else t for t in lines
    )
    here = f'#line {line} "{path}"\n{rest}\n'
    if not any(
        name for name, start, _ in source.functions(source.blank(rest))
        if rest[start] == "{"
    ):
        kind = "void" if re.search(r"\breturn;", rest) else "int"
        close = "" if kind == "void" else "return 0;\n"
        here = f"{kind} example(void);\n{kind} example(void)\n{{\n{here}"
        here += f"{close}}}\n"
    return f"{_COMMON}{includes}\n{prelude}\n{here}"


def _compile(project, report, code, path, line, prelude):
    kernel = "<linux/" in code
    command = [project.compiler, "-std=gnu11" if kernel else "-std=c11"]
    command += _FLAGS + [f"-I{folder}" for folder in project.includes]
    if kernel:
        compat = os.path.join(project.root, "include", "compat")
        command += [f"-I{compat}", "-DKSYNC_KERNEL_NAMES"]
    done = subprocess.run(
        command + ["-"], input=program(code, path, line, prelude),
        text=True, capture_output=True,
    )
    report.require(
        done.returncode == 0, path, line,
        "the example does not compile:\n" + done.stderr.rstrip(),
    )


def examples(project, report):
    """Every documented example compiles without a warning."""
    root = project.root
    for file in source.sources(root, ("include/ksync",)):
        name = os.path.relpath(file.path, "include")
        blocks = list(blocks_of_header(file))
        prelude = f"#include <{name}>\n"
        for shared, line, code in blocks:
            if shared:
                prelude += f'#line {line} "{file.path}"\n{code}\n'
        for shared, line, code in blocks:
            if not shared:
                _compile(project, report, code, file.path, line, prelude)
    for page in sorted(glob.glob("README.md", root_dir=root)):
        with open(os.path.join(root, page), encoding="utf-8") as file:
            for line, code in blocks_of_page(file.read()):
                _compile(project, report, code, page, line, "")
