# SPDX-License-Identifier: MIT
"""The ORDER ledger: every memory ordering has a label with two ends.

A label stands in a comment directly before the statement that it orders:

    /* ORDER mutex.grant: release. The new owner sees all that was written
     * under the lock. Other end: mutex_wait(). */
    ksync_store_release(&w->granted, 1);

One comment may carry several labels when one operation is an end of each.
`ORDER mutex.grant` without a kind refers to the label from elsewhere.
"""

import glob
import os
import re
from dataclasses import dataclass, field

import source

KINDS = ("acquire", "release", "full", "light", "heavy")

# These files define the operations that the others order with.
DEFINERS = re.compile(
    r"(?:^|/)(?:machine|atomic\w*|bitops|rseq|percpu)\.h$"
    r"|(?:^|/)port/(?:rseq|percpu_count)\.c$"
)

_END = re.compile(r"ORDER ([a-z0-9_]+\.[a-z0-9_]+)(?:: *(\w+)\.?)?")
# What a family's page says of its labels; a file's name is none.
_SECTION = re.compile(r"^## ORDER labels\n.*?(?=^## |\Z)", re.M | re.S)
_PAGE_LABEL = re.compile(r"`([a-z0-9_]+\.(?!(?:c|h|md|txt|tsv)`)[a-z0-9_]+)`")
# Ways to order memory that no label could stand before.
_BYPASS = re.compile(r"\b(?:__atomic_|__sync_|ksync__mc_|KSYNC__MO_)\w+")
_CALL = re.compile(r"\b(ksync_\w+)\s*\(")
# What floor 1 defines. A function of a higher floor may be called _acquire
# too; the operations in its body carry the labels.
_FLOOR_ONE = re.compile(
    r"ksync__?(?:atomic(?:64|_long)?_|smp_|load_|store_|xchg|cmpxchg"
    r"|try_cmpxchg|(?:test|set|clear|change)_(?:\w+_)?bit)\w*"
)
# Bare names that are fully ordered.
_FULL = re.compile(
    r"ksync__?(?:atomic(?:64|_long)?_)?"
    r"(?:xchg|cmpxchg|try_cmpxchg|fetch_\w+"
    r"|(?:add|sub|inc|dec|and|or|xor|andnot)_return"
    r"|(?:sub|inc|dec)_and_test|add_negative|add_unless|inc_not_zero"
    r"|inc_unless_negative|dec_unless_positive|dec_if_positive)"
    r"|ksync_test_and_(?:set|clear|change)_bit"
    r"|ksync__?smp_(?:mb|store_mb|mb__before_atomic|mb__after_atomic)"
)
# The kernel's names that do not end in their order.
_OTHER_NAMES = {
    "ksync_smp_rmb": "acquire",
    "ksync_smp_wmb": "release",
    "ksync_test_and_set_bit_lock": "acquire",
    "ksync_clear_bit_unlock": "release",
    "ksync_barrier": "light",
    "ksync__membarrier": "heavy",
    "ksync__gp_synchronize": "heavy",
    "ksync__percpu_add": "light",
    "ksync__percpu_fence": "heavy",
}


@dataclass
class Operation:
    """A call that orders memory, as a span of its file's text."""

    name: str
    kind: str
    start: int
    end: int


@dataclass
class End:
    """One end of a label, with the operation that provides it."""

    label: str
    kind: str
    file: source.Source
    offset: int
    prose: str
    others: list
    operation: Operation = None
    number: int = 0

    @property
    def place(self):
        """Offset of the operation; of the label where it orders nothing."""
        return self.operation.start if self.operation else self.offset

    @property
    def line(self):
        return self.file.line(self.place)

    @property
    def function(self):
        return self.file.function_at(self.place)

    @property
    def name(self):
        """label:kind, and :n where several places share both."""
        name = f"{self.label}:{self.kind}"
        return f"{name}:{self.number}" if self.number else name


@dataclass
class Ledger:
    ends: list = field(default_factory=list)
    mentions: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    functions: set = field(default_factory=set)

    def complain(self, file, offset, message):
        self.problems.append((file.path, file.line(offset), message))


def kind_of(name):
    """The order that a function of this name provides, or None."""
    if name in _OTHER_NAMES:
        return _OTHER_NAMES[name]
    if not _FLOOR_ONE.fullmatch(name):
        return None
    suffix = name.rpartition("_")[2]
    if suffix in ("acquire", "release"):
        return suffix
    if suffix != "relaxed" and _FULL.fullmatch(name):
        return "full"
    return None


def operations(file):
    """The ordered calls in the bodies of a file."""
    for match in _CALL.finditer(file.code):
        kind = kind_of(match[1])
        if kind and file.function_at(match.start()):
            yield Operation(match[1], kind, match.start(), match.end(1))


def _parse_comment(ledger, file, start, end):
    """The ends that one comment opens; other labels in it are mentions."""
    lines = source.comment_text(file.text[start:end])
    prose = " ".join(line.strip() for line in lines).strip()
    opens = prose.startswith("ORDER ")
    matches = list(_END.finditer(prose))
    bounds = [match.start() for match in matches[1:]] + [len(prose)]
    found = []
    for match, bound in zip(matches, bounds):
        label, kind = match[1], match[2]
        if not opens or not kind:
            ledger.mentions.append((label, file, start))
            continue
        if kind not in KINDS:
            ledger.complain(
                file, start,
                f"ORDER {label}: kind '{kind}' is unknown; use one of "
                + ", ".join(KINDS),
            )
            continue
        words = prose[match.end():bound].strip()
        text, others = (re.split(r"Other ends?:", words, 1) + [""])[:2]
        found.append(
            End(label, kind, file, start, text.strip(),
                re.findall(r"(\w+)\(\)", others))
        )
    return found


def _comment_groups(file):
    """The comments of a file; neighbours stand before one statement."""
    groups = []
    for start, end in file.comments:
        between = file.code[groups[-1][-1][1]:start] if groups else "x"
        if groups and not between.strip(" \t\n\\"):
            groups[-1].append((start, end))
        else:
            groups.append([(start, end)])
    return groups


def _attach(ledger, file, ends, offset, taken):
    """Find the operation in the statement that the comment stands before."""
    start, head_end, end = source.statement_after(file.code, offset)
    kinds = {item.kind for item in ends}

    def within(limit):
        return [
            operation for operation in operations(file)
            if start <= operation.start < limit
            and (operation.kind != "light" or "light" in kinds)
        ]

    candidates = within(head_end) or within(end)
    where = ends[0]
    if len(candidates) != 1:
        ledger.complain(
            file, where.offset,
            f"ORDER {where.label}: the next statement has "
            f"{len(candidates)} ordered operations; put the label directly "
            "before a statement with exactly one",
        )
        return
    operation = candidates[0]
    taken.add(operation.start)
    for item in ends:
        item.operation = operation
    agrees = kinds == {operation.kind} or (
        operation.kind == "full" and kinds == {"acquire", "release"}
    )
    if not agrees:
        ledger.complain(
            file, where.offset,
            f"ORDER {where.label}: says {' and '.join(sorted(kinds))}, but "
            f"{operation.name}() is {operation.kind}; change one of them",
        )


def read(root, folders=("include/ksync", "src")):
    """Read the ledger of a tree and check all that one file can show."""
    ledger = Ledger()
    for file in source.sources(root, folders):
        ledger.functions |= {name for name, _, _ in file.functions}
        if DEFINERS.search(file.path):
            continue
        taken = set()
        for group in _comment_groups(file):
            ends = []
            for start, end in group:
                ends += _parse_comment(ledger, file, start, end)
            if ends:
                _attach(ledger, file, ends, group[-1][1], taken)
            ledger.ends += ends
        for operation in operations(file):
            if operation.kind != "light" and operation.start not in taken:
                ledger.complain(
                    file, operation.start,
                    f"{operation.name}() has no ORDER label; write one "
                    "before it, or use the _relaxed form",
                )
        for match in _BYPASS.finditer(file.code):
            ledger.complain(
                file, match.start(),
                f"{match[0]} bypasses the ledger; use the operations of "
                "<ksync/atomic.h>",
            )
    _number(ledger)
    return ledger


def _number(ledger):
    places = {}
    for end in ledger.ends:
        places.setdefault((end.label, end.kind), []).append(end)
    for shared in places.values():
        if len(shared) > 1:
            for number, end in enumerate(shared, 1):
                end.number = number


def _partners(end):
    """The kinds that may stand at the other end of this one."""
    asymmetric = {"light", "heavy"}
    says = {word for word in asymmetric if word in end.prose.lower()}
    return {
        "acquire": {"release"},
        "release": {"acquire"},
        "full": {"full"} | says,
        "light": {"heavy"},
        "heavy": {"light"},
    }[end.kind]


def check_pairs(ledger):
    """Each end has a partner, and the function that it names is there."""
    labels = {}
    for end in ledger.ends:
        labels.setdefault(end.label, []).append(end)
    for end in ledger.ends:
        partners = [
            other for other in labels[end.label]
            if other is not end and other.kind in _partners(end)
        ]
        if not partners:
            ledger.complain(
                end.file, end.offset,
                f"ORDER {end.label}: this {end.kind} end is lonely; label "
                "its other end (" + " or ".join(sorted(_partners(end))) + ")",
            )
        if not end.others:
            ledger.complain(
                end.file, end.offset,
                f"ORDER {end.label}: does not say where the other end is; "
                "end the comment with 'Other end: function().'",
            )
        for name in end.others:
            if name not in ledger.functions:
                problem = "there is no such function"
            elif name not in {other.function for other in labels[end.label]}:
                problem = "that function carries no end of this label"
            else:
                continue
            ledger.complain(
                end.file, end.offset,
                f"ORDER {end.label}: other end {name}(): {problem}",
            )
    for label, ends in labels.items():
        stem = label.partition(".")[0]
        if stem not in {end.file.stem for end in ends}:
            ledger.complain(
                ends[0].file, ends[0].offset,
                f"ORDER {label}: no end stands in a file {stem}.c or "
                f"{stem}.h; name the label after the file that owns it",
            )
    for label, file, offset in ledger.mentions:
        if label not in labels:
            ledger.complain(
                file, offset,
                f"refers to ORDER {label}, which no operation carries",
            )


def check_pages(ledger, root):
    """(page, line, what is wrong) for each label that a page makes up."""
    known = {end.label for end in ledger.ends}
    for path in sorted(glob.glob("docs/*.md", root_dir=root)):
        with open(os.path.join(root, path), encoding="utf-8") as file:
            text = file.read()
        for section in _SECTION.finditer(text):
            for match in _PAGE_LABEL.finditer(section[0]):
                if match[1] not in known:
                    at = section.start() + match.start()
                    yield (path, text.count("\n", 0, at) + 1,
                           f"no operation carries ORDER {match[1]}")


def read_needs_model(path):
    """{mutant: reason} of the weakenings that no stress can show."""
    listed = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            for line in file:
                words = line.split("#")[0].split(None, 1)
                if words:
                    listed[words[0]] = "".join(words[1:]).strip()
    return listed


def needs_model(listed, end):
    """Why this end needs the model, or None."""
    return listed.get(end.name, listed.get(f"{end.label}:{end.kind}"))


def check_needs_model(ledger, listed):
    """(name, what is wrong) for each line that helps nobody."""
    known = {end.name for end in ledger.ends}
    known |= {f"{end.label}:{end.kind}" for end in ledger.ends}
    for name, reason in listed.items():
        if name not in known:
            yield name, "no ORDER label has this end; remove the line"
        elif not reason:
            yield name, "give the reason behind the name, on the same line"


def read_killers(path):
    """{mutant: (model, test, how it fails)} as tests/model/run.py wrote it.

    None for a mutant that no model notices.
    """
    killers = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            for line in file:
                if line.startswith("#") or not line.strip():
                    continue
                name, *killer = line.rstrip("\n").split("\t")
                killers[name] = None if killer[0] == "-" else tuple(killer)
    return killers


def check_killers(ledger, listed, killers):
    """(end, what is wrong) where nothing shows what an order is for."""
    for end in ledger.ends:
        if needs_model(listed, end) and not killers.get(end.name):
            yield end, (
                "no stress can notice that this order is missing, and no "
                "model does; write the model, or weaken the order"
            )
        elif killers and end.name not in killers:
            yield end, "the models were not asked about this end"
    known = {end.name for end in ledger.ends}
    for name in killers:
        if name not in known:
            yield None, f"{name}: no ORDER label has this end"


def shown_by(ledger_end, listed, killers):
    """What notices that this order is missing."""
    proofs = []
    killer = killers.get(ledger_end.name)
    if killer:
        how = re.sub(r": T\d .*", "", killer[2])
        proofs.append(f"model `{killer[0]}` {killer[1]}: {how}")
    if not needs_model(listed, ledger_end):
        proofs.append("stress")
    return "; ".join(proofs).replace("|", "\\|") or "nothing"


def table(ledger, listed, killers):
    """The ledger as the markdown table of docs/ordering.md."""
    rows = [
        "| label | end | where | operation | what it makes true | "
        "other end | weakened, shown by |",
        "|---|---|---|---|---|---|---|",
    ]
    ordered = sorted(
        ledger.ends,
        key=lambda e: (e.label, KINDS.index(e.kind), e.file.path, e.offset),
    )
    for end in ordered:
        operation = end.operation.name if end.operation else "?"
        others = ", ".join(f"`{name}()`" for name in end.others)
        rows.append(
            f"| `{end.label}` | {end.kind} | `{end.function}()` in "
            f"`{end.file.path}` | `{operation}` | "
            f"{end.prose.replace('|', chr(92) + '|')} | {others} | "
            f"{shown_by(end, listed, killers)} |"
        )
    return "\n".join(rows)
