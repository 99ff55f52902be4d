# SPDX-License-Identifier: MIT
"""The shape of the tree: complete families, and includes that go down."""

import os
import re

import source

FLOORS = "cmake/lint/floors.txt"


def read(root, path):
    try:
        with open(os.path.join(root, path), encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def primitives(root):
    """(stem, is it header only, path, line) of each ksync_primitive()."""
    for path in ("CMakeLists.txt", "src/CMakeLists.txt"):
        text = re.sub(r"#[^\n]*", "", read(root, path))
        for match in re.finditer(
            r"^\s*ksync_primitive\(\s*(\w+)([^)]*)\)", text, re.M
        ):
            line = text.count("\n", 0, match.start(1)) + 1
            yield match[1], "HEADER_ONLY" in match[2], path, line


def _has_row(root, stem):
    """Does docs/choosing.md have a table row that leads to this family?"""
    rows = re.findall(r"^\|.*$", read(root, "docs/choosing.md"), re.M)
    return any(re.search(rf"\b{stem}(\.md)?\b", row) for row in rows)


def families(project, report):
    """Each primitive has every member of its family."""
    root = project.root
    for stem, header_only, path, line in primitives(root):
        members = [
            f"include/ksync/{stem}.h", f"tests/{stem}_test.c",
            f"tsan/{stem}_stress.c", f"bench/{stem}_bench.c",
            f"docs/{stem}.md", f"examples/{stem}.c",
        ]
        if not header_only:
            members.append(f"src/{stem}.c")
        for member in members:
            report.require(
                os.path.isfile(os.path.join(root, member)), path, line,
                f"{stem}: {member} is missing; write it"
                + (", or say HEADER_ONLY" if member[:3] == "src" else ""),
            )
        if header_only:
            report.require(
                not os.path.exists(os.path.join(root, f"src/{stem}.c")),
                path, line,
                f"{stem}: is HEADER_ONLY and has src/{stem}.c; drop the word",
            )
        report.require(
            _has_row(root, stem), "docs/choosing.md", 1,
            f"no table row leads to {stem}; say when to choose it",
        )
        report.require(
            re.search(rf"\b{stem}\b", read(root, "CHANGELOG.md")),
            "CHANGELOG.md", 1, f"{stem} is not mentioned; add a line",
        )


class Floors:
    """The floor table. Its files stand in the order of the list.

    On a floor that says "(ordered)", a file may also include those that
    stand before it there.
    """

    def __init__(self, root):
        self.titles, self.ordered, self.faults = {}, set(), []
        self.place = {}         # path -> (floor, position in the list)
        for line, text in enumerate(read(root, FLOORS).split("\n"), 1):
            words = text.split("#")[0].strip()
            if words:
                self._read_line(root, line, words)

    def _read_line(self, root, line, words):
        heading = re.fullmatch(r"floor (\d+)( \(ordered\))?: (.+)", words)
        top = max(self.titles, default=-1)
        if heading:
            if int(heading[1]) <= top:
                self.faults.append((line, "floors go up; move this one"))
            self.titles[int(heading[1])] = heading[3]
            if heading[2]:
                self.ordered.add(int(heading[1]))
        elif not self.titles:
            self.faults.append((line, "begin with a line 'floor N: title'"))
        elif words in self.place:
            self.faults.append((line, f"{words} is listed twice; keep one"))
        else:
            self.place[words] = (top, line)
            if not os.path.exists(os.path.join(root, words)):
                self.faults.append((line, f"no file {words}; remove it"))

    def of(self, path):
        """(floor, position) by the file's own line, or by its folder's."""
        while path:
            for name in (path, path + ".in", path + "/"):
                if name in self.place:
                    return self.place[name]
            path = os.path.dirname(path)
        return None

    def may_include(self, path, target):
        """Does this #include go down?"""
        mine, theirs = self.of(path), self.of(target)
        if mine[0] != theirs[0]:
            return theirs[0] < mine[0]
        ordered = mine[0] in self.ordered
        return (
            _stem(path) == _stem(target)
            or ordered and theirs[1] < mine[1]
        )


def _stem(path):
    return os.path.splitext(os.path.basename(path))[0]


def _resolve(root, includer, name):
    """The project's file that an #include of this name reaches, or None."""
    beside = os.path.join(os.path.dirname(includer), name)
    for path in (beside, f"src/{name}", f"include/{name}",
                 f"include/compat/{name}"):
        path = os.path.normpath(path)
        for suffix in ("", ".in"):
            if os.path.isfile(os.path.join(root, path + suffix)):
                return path
    return None


def floors(project, report):
    """Every file has a floor, and includes only what lies below it."""
    root = project.root
    table = Floors(root)
    for line, message in table.faults:
        report.fault(FLOORS, line, message)
    pattern = re.compile(r'^[ \t]*#[ \t]*include[ \t]+[<"]([^>"]+)[>"]', re.M)
    for file in source.sources(root, ("include", "src")):
        report.require(
            table.of(file.path), file.path, 1,
            f"has no floor; list it in {FLOORS}",
        )
        for match in pattern.finditer(file.text):
            target = _resolve(root, file.path, match[1])
            if not (target and table.of(file.path) and table.of(target)):
                continue
            report.require(
                table.may_include(file.path, target),
                file.path, file.line(match.start()),
                f"on floor {table.of(file.path)[0]} includes {target} of "
                f"floor {table.of(target)[0]}; includes go strictly down, so "
                "move one of them or cut the dependency",
            )


def floors_table(root):
    """The floor table as the markdown of docs/floors.md."""
    table = Floors(root)
    rows = ["| floor | what stands there | files |", "|---|---|---|"]
    for number, title in table.titles.items():
        files = [
            f"`{path}`" for path, place in table.place.items()
            if place[0] == number
        ]
        note = ", in this order" if number in table.ordered else ""
        rows.append(f"| {number} | {title}{note} | {', '.join(files)} |")
    return "\n".join(rows)


def example_quoted(root, stem):
    """A family's example as the markdown of its page: all but the licence."""
    path = f"examples/{stem}.c"
    code = read(root, path).partition("\n")[2]
    return f"[`{path}`](../{path}):\n\n```c\n{code}```"
