# SPDX-License-Identifier: MIT
"""Reading C well enough to lint it: comments, statements, functions.

Every view of a file keeps the offsets of the original text, so a finding
in any of them is a place in the file.
"""

import os
import re
import subprocess

_TOKEN = re.compile(
    r"""(?P<comment>/\*.*?\*/|//[^\n]*)|(?P<string>"(?:\\.|[^"\\\n])*")"""
    r"""|(?P<char>'(?:\\.|[^'\\\n])+')""",
    re.S,
)
_DIRECTIVE = re.compile(r"[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.M)
_CONTROL = ("if", "while", "for", "switch", "return", "sizeof", "else", "do")


def _spaces(text):
    return re.sub(r"[^\n]", " ", text)


class Source:
    """One C file: its text, its comments, and its code without comments."""

    def __init__(self, root, path):
        self.path = path
        self.stem = os.path.splitext(os.path.basename(path))[0]
        with open(os.path.join(root, path), encoding="utf-8") as file:
            self.text = file.read()
        self.comments = [
            (match.start(), match.end())
            for match in _TOKEN.finditer(self.text)
            if match["comment"]
        ]
        self.code = blank(self.text)
        self.functions = functions(self.code)

    def line(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def function_at(self, offset):
        """Name of the function or macro whose body holds this offset."""
        for name, start, end in self.functions:
            if start <= offset < end:
                return name
        return None


def blank(text):
    """The same text with comments, strings and characters made spaces."""
    return _TOKEN.sub(lambda match: _spaces(match[0]), text)


def without_directives(code):
    """The same code with preprocessor lines made spaces."""
    return re.sub(
        "(?m)^" + _DIRECTIVE.pattern, lambda match: _spaces(match[0]), code
    )


def closing(code, start, pair):
    """Offset just behind the bracket that closes the one at `start`."""
    depth = 0
    for offset in range(start, len(code)):
        if code[offset] == pair[0]:
            depth += 1
        elif code[offset] == pair[1]:
            depth -= 1
            if depth == 0:
                return offset + 1
    return len(code)


def functions(code):
    """(name, start, end) of each function body and function-like macro."""
    found = []
    macro = re.compile(
        r"^[ \t]*#[ \t]*define[ \t]+(\w+)(?:[^\n]*\\\n)*[^\n]*", re.M
    )
    for match in macro.finditer(code):
        found.append((match[1], match.end(1), match.end()))
    plain = without_directives(code)
    depth_zero = 0
    while True:
        brace = plain.find("{", depth_zero)
        if brace < 0:
            return found
        head = plain[depth_zero:brace]
        cut = max(head.rfind(";"), head.rfind("}")) + 1
        if re.fullmatch(r'\s*(extern\s*)?', head[cut:]) and "extern" in head:
            depth_zero = brace + 1      # extern "C" { opens no function
            continue
        end = closing(plain, brace, "{}")
        name = declared_name(head[cut:])
        if name and head.rstrip().endswith(")"):
            found.append((name, brace, end))
        depth_zero = end


def declared_name(head):
    """The function that `head`, text up to a body or semicolon, declares."""
    depth = 0
    calls = []
    for match in re.finditer(r"(\w+)?\s*\(|\)", head):
        if match[0] == ")":
            depth -= 1
            continue
        if depth == 0 and match[1]:
            calls.append(match)
        depth += 1
    for match in calls:
        typed = re.search(r"[\w*]\s*$", head[: match.start()])
        ordinary = not re.fullmatch(r"[A-Z_0-9]+|__attribute__", match[1])
        if typed and ordinary and match[1] not in _CONTROL:
            return match[1]
    return None


def _expression_end(code, start):
    """Offset behind the statement text that starts at `start`."""
    depth = 0
    for offset in range(start, len(code)):
        character = code[offset]
        if character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character in ";{}" and depth <= 0:
            return offset
    return len(code)


def statement_after(code, offset):
    """(start, head_end, end) of the statement that follows `offset`.

    The head of an if or a loop is its parenthesis; of any other statement
    it is the whole. A macro's definition counts as a statement.
    """
    directive = re.compile(r"\s*" + _DIRECTIVE.pattern).match(code, offset)
    if directive:
        return directive.start(), directive.end(), directive.end()
    start = re.compile(r"(?:[\s}\\]|else\b|do\b\s*\{)*").match(
        code, offset
    ).end()
    end = _expression_end(code, start)
    control = re.compile(r"(?:if|while|for|switch)\s*(?=\()").match(
        code, start
    )
    head_end = closing(code, control.end(), "()") if control else end
    return start, head_end, end


def arguments(text):
    """The arguments of a call, split at its own commas."""
    parts, depth = [""], 0
    for character in text:
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(
            character, 0
        )
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def comment_text(comment):
    """The words of a comment, without its decoration, line by line."""
    body = re.sub(r"^/\*+|\*+/$|^//+", "", comment)
    return [re.sub(r"^\s*\* ?", "", line) for line in body.split("\n")]


def project_files(root):
    """Every file of the project, tracked or not yet, ignored ones left out."""
    try:
        listed = subprocess.run(
            ["git", "-C", root, "ls-files", "-z", "-co",
             "--exclude-standard", "--", "."],
            capture_output=True, check=True,
        ).stdout.decode()
        names = [name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        names = []              # no git, or not a repository
    names = names or _walk(root)
    return sorted(
        name for name in set(names)
        if os.path.isfile(os.path.join(root, name))
    )


def _walk(root):
    for folder, folders, names in os.walk(root):
        folders[:] = [
            name for name in folders
            if name not in (".git", "build", "__pycache__")
        ]
        for name in names:
            yield os.path.relpath(os.path.join(folder, name), root)


def sources(root, folders=("include/ksync", "src"), suffixes=(".c", ".h")):
    """The C files below these folders, read."""
    found = []
    for folder in folders:
        for here, _, names in sorted(os.walk(os.path.join(root, folder))):
            for name in sorted(names):
                if name.endswith(suffixes):
                    path = os.path.relpath(os.path.join(here, name), root)
                    found.append(Source(root, path))
    return found
