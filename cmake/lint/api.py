# SPDX-License-Identifier: MIT
"""The public interface: what is exported, and what each contract says."""

import functools
import os
import re
import subprocess

import source

_SECTIONS = ("Context", "Order", "Locks", "Return", "Example")
_MARKER = re.compile(r"\bKSYNC_(?:API|INLINE)\b")


class Declaration:
    """A function that a public header declares or defines."""

    def __init__(self, file, start, name, head):
        self.file, self.start, self.name = file, start, name
        at = re.search(rf"\b{name}\s*(?=\()", head)
        self.returns_void = bool(re.search(r"\bvoid\s*$", head[:at.start()]))
        self.parameters = parameter_names(head[at.end():])
        self.comment = _comment_before(file, start)

    @property
    def line(self):
        return self.file.line(self.start)


def parameter_names(text):
    names = []
    for part in source.arguments(text[1:source.closing(text, 0, "()") - 1]):
        pointer = re.search(r"\(\s*\*+\s*(\w+)", part)
        plain = re.search(r"(\w+)\s*(?:\[[^]]*\]\s*)*$", part)
        match = pointer or plain
        if match and match[1] != "void":
            names.append(match[1])
    return names


def _comment_before(file, start):
    """The comment that ends directly before `start`, or ""."""
    for begin, end in reversed(file.comments):
        if end <= start:
            between = file.code[end:start]
            close = re.fullmatch(r"[\sA-Z_0-9(),]*", between)
            return file.text[begin:end] if close else ""
    return ""


@functools.lru_cache
def declarations(root):
    """The declarations in the public headers, those in macros left out."""
    return list(_declarations(root))


def _declarations(root):
    for file in source.sources(root, ("include/ksync",)):
        code = source.without_directives(file.code)
        for match in _MARKER.finditer(code):
            head = re.compile(r"[^;{]*").match(code, match.end())[0]
            name = source.declared_name("x " + head) or ""
            if name.startswith("ksync_"):
                yield Declaration(file, match.start(), name, head)


def title(found):
    """What the first line of its contract says that it does."""
    lines = source.comment_text(found.comment)
    first = next((line.strip() for line in lines if line.strip()), "")
    return first.partition(" - ")[2]


def contracts(project, report):
    """Every public function has a contract in kernel-doc form."""
    done = set()
    for found in declarations(project.root):
        if found.name.startswith("ksync__") or found.name in done:
            continue
        done.add(found.name)
        lines = source.comment_text(found.comment)
        is_contract = found.comment.startswith("/**")
        report.require(
            is_contract, found.file.path, found.line,
            f"{found.name}() has no contract; write a /** comment directly "
            "before it",
        )
        if is_contract:
            for message in _contract_faults(found, lines):
                report.fault(found.file.path, found.line, message)


def _contract_faults(found, lines):
    title = next((line.strip() for line in lines if line.strip()), "")
    if not re.match(rf"{found.name}\(\) - \S", title):
        yield (f"{found.name}(): the contract must open with "
               f"'{found.name}() - what it does'")
    text = "\n".join(lines)
    for parameter in found.parameters:
        if not re.search(rf"^@{parameter}:", text, re.M):
            yield f"{found.name}(): '@{parameter}:' is not described"
    sections = re.findall(r"^(" + "|".join(_SECTIONS) + r"):", text, re.M)
    if "Context" not in sections:
        yield f"{found.name}(): say from where it may be called: 'Context:'"
    if "Return" not in sections and not found.returns_void:
        yield f"{found.name}(): say what it returns: 'Return:'"
    if sections != sorted(sections, key=_SECTIONS.index):
        yield f"{found.name}(): order the sections {', '.join(_SECTIONS)}"


def _preprocessed(project, header):
    """A public header without macros; "" if this build does not have it.

    Its inline functions look like exported ones: src/api/ffi.c has a copy of
    each, made as here, by calling KSYNC_INLINE what KSYNC_API is.
    """
    command = [project.compiler, "-E", "-P", "-x", "c", "-std=c11",
               "-DKSYNC_INLINE=KSYNC_API"]
    command += [f"-I{path}" for path in project.includes] + ["-"]
    done = subprocess.run(
        command, input=f"#include <ksync/{header}>\n", text=True,
        capture_output=True,
    )
    if done.returncode and "#error" not in done.stderr:
        raise RuntimeError(f"{header} does not stand alone:\n{done.stderr}")
    return "" if done.returncode else done.stdout


def _promised(project):
    """The names that the public headers promise as symbols."""
    names = set()
    folder = os.path.join(project.root, "include", "ksync")
    # A *_family.h is a part of other headers.
    text = "".join(
        _preprocessed(project, header) for header in sorted(os.listdir(folder))
        if header.endswith(".h") and not header.endswith("_family.h")
    )
    for match in re.finditer(
        r'visibility(?:__)?\s*\(\s*"default"[\s)]*([^;{]*)', text
    ):
        function = source.declared_name("x " + match[1]) or ""
        variable = re.search(
            r"\*\s*(ksync_\w+)\s*\)\s*\(|\b(ksync_\w+)\s*(?:\[.*\]\s*)?$",
            match[1], re.S,
        )
        if function.startswith("ksync_"):
            names.add(function)
        elif variable:
            names.add(variable[1] or variable[2])
    return names


def exports(project, report):
    """What the library exports is what the headers promise."""
    promised = _promised(project)
    done = subprocess.run(
        ["nm", "-D", "--defined-only", project.library],
        text=True, capture_output=True, check=True,
    )
    symbols = set()
    for line in done.stdout.splitlines():
        kind, name = line.split()[-2:]
        if kind != "A":         # the names of versions are absolute
            symbols.add(name.split("@")[0])
    library = os.path.basename(project.library)
    for name in sorted(symbols):
        report.require(
            name.startswith("ksync_"), library, 1,
            f"exports {name}, which is not named ksync_*; hide it",
        )
        report.require(
            name in promised or not name.startswith("ksync_"),
            library, 1,
            f"exports {name}, which no public header declares KSYNC_API or "
            "KSYNC_INLINE; declare it or hide it",
        )
    for name in sorted(promised - symbols):
        report.fault(
            "include/ksync", 1,
            f"{name}() is promised, but {library} does not export it; define "
            "it, or include its header in src/api/ffi.c",
        )
