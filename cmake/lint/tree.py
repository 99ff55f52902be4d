# SPDX-License-Identifier: MIT
"""The shape of the tree: complete families, and includes that go down."""

import os
import re

import source

FLOORS = "CMakeLists.txt"


def read(root, path):
    try:
        with open(os.path.join(root, path), encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def _calls(root, path, command):
    """(arguments, line) of each call of a CMake command in a file."""
    text = re.sub(r"#[^\n]*", "", read(root, path))
    for match in re.finditer(rf"\b{command}\(([^)]*)\)", text):
        line = text.count("\n", 0, match.start(1)) + 1
        yield match[1].split(), line


def floor_names(root):
    """The folders of src/ from the ground up, as CMakeLists.txt has them."""
    for words, _ in _calls(root, FLOORS, "foreach"):
        if words[:2] == ["floor", "IN"]:
            return words[3:]
    return []


def floor_list(floor):
    """What a floor's folder says of itself."""
    return f"src/{floor}/CMakeLists.txt"


def primitives(root):
    """(stem, is it header only, path, line) of each ksync_primitive()."""
    for floor in floor_names(root):
        path = floor_list(floor)
        for words, line in _calls(root, path, "ksync_primitive"):
            yield words[0], "HEADER_ONLY" in words, path, line


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
        own = os.path.join(os.path.dirname(path), f"{stem}.c")
        if not header_only:
            members.append(own)
        for member in members:
            report.require(
                os.path.isfile(os.path.join(root, member)), path, line,
                f"{stem}: {member} is missing; write it"
                + (", or say HEADER_ONLY" if member[:3] == "src" else ""),
            )
        if header_only:
            report.require(
                not os.path.exists(os.path.join(root, own)), path, line,
                f"{stem}: is HEADER_ONLY and has {own}; drop the word",
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
    """Which floor a file stands on: its folder's.

    A public header stands where the folder's CMakeLists.txt names it, by
    ksync_primitive() or ksync_headers(); kernel names stand on the top.
    """

    def __init__(self, root):
        self.names, self.faults = floor_names(root), []
        self.stems = {stem for stem, *_ in primitives(root)}
        self.headers = {}       # path -> floor
        for number, floor in enumerate(self.names):
            path = floor_list(floor)
            if not os.path.isfile(os.path.join(root, path)):
                self.faults.append((FLOORS, 1, f"no {path}; write it"))
            for words, line in _calls(root, path, "ksync_headers"):
                for name in words:
                    self._claim(root, name, number, path, line)
            for words, line in _calls(root, path, "ksync_primitive"):
                self._claim(root, f"{words[0]}.h", number, path, line)

    def _claim(self, root, name, number, path, line):
        header = f"include/ksync/{name}"
        if header in self.headers:
            self.faults.append((path, line, f"{header} is named twice"))
        self.headers[header] = number
        if not any(os.path.isfile(os.path.join(root, header + suffix))
                   for suffix in ("", ".in")):
            self.faults.append((path, line, f"no file {header}"))

    def of(self, path):
        """The floor's number, or None."""
        if path.startswith("include/compat/"):
            return len(self.names) - 1
        folder = re.match(r"src/([^/]+)/", path)
        if folder and folder[1] in self.names:
            return self.names.index(folder[1])
        return self.headers.get(path)

    def may_include(self, path, target):
        """Does this #include go down, or to what a floor's own share?"""
        if self.of(path) != self.of(target):
            return self.of(target) < self.of(path)
        return (
            _stem(path) == _stem(target)
            or not {_stem(path), _stem(target)} <= self.stems
            or target.startswith("include/compat/")
        )


def _circle(edges, start):
    """A way through `edges` from start back to it, or None."""
    todo, seen = [(start, (start,))], set()
    while todo:
        here, way = todo.pop()
        for there in edges.get(here, ()):
            if there == start:
                return way + (there,)
            if there not in seen:
                seen.add(there)
                todo.append((there, way + (there,)))
    return None


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
    for path, line, message in table.faults:
        report.fault(path, line, message)
    pattern = re.compile(r'^[ \t]*#[ \t]*include[ \t]+[<"]([^>"]+)[>"]', re.M)
    level = {}                  # file -> what it includes of its own floor
    for file in source.sources(root, ("include", "src")):
        report.require(
            table.of(file.path) is not None, file.path, 1,
            "has no floor; name it in the CMakeLists.txt of its folder of src/",
        )
        for match in pattern.finditer(file.text):
            target = _resolve(root, file.path, match[1])
            if not target or None in (table.of(file.path), table.of(target)):
                continue
            line = file.line(match.start())
            if not table.may_include(file.path, target):
                report.fault(
                    file.path, line,
                    f"on floor {table.names[table.of(file.path)]} includes "
                    f"{target} of floor {table.names[table.of(target)]}; "
                    "includes go strictly down, so move one of them or cut "
                    "the dependency",
                )
            elif table.of(file.path) == table.of(target):
                level.setdefault(file.path, {})[target] = line
    for path in sorted(level):
        way = _circle(level, path)
        if way and path == min(way):
            report.fault(
                path, level[path][way[1]],
                f"{' includes '.join(way)}: a circle; cut one",
            )


def _sentence(root, floor):
    """The comment with which a floor's CMakeLists.txt begins."""
    lines = read(root, floor_list(floor)).split("\n")[1:]
    said = []
    for line in lines:
        if not line.startswith("# "):
            break
        said.append(line[2:])
    return " ".join(said)


def floors_table(root):
    """The floor table as the markdown of docs/floors.md."""
    table = Floors(root)
    rows = ["| floor | what stands there | headers `<ksync/...>` | sources |",
            "|---|---|---|---|"]
    for number, floor in enumerate(table.names):
        headers = [
            f"`{os.path.basename(path)}`"
            for path, place in table.headers.items() if place == number
        ]
        folder = os.path.join(root, "src", floor)
        files = [
            f"`{name}`" for name in sorted(os.listdir(folder))
            if name.endswith((".c", ".h"))
        ]
        rows.append(
            f"| `src/{floor}/` | {_sentence(root, floor)} | "
            f"{', '.join(headers)} | {', '.join(files)} |"
        )
    return "\n".join(rows)


def example_quoted(root, stem):
    """A page's example as its markdown: all but the licence; "" for none."""
    path = f"examples/{stem}.c"
    if not os.path.isfile(os.path.join(root, path)):
        return ""
    code = read(root, path).partition("\n")[2]
    return f"[`{path}`](../{path}):\n\n```c\n{code}```"
