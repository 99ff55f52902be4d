#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Weaken one ORDER label at a time, and see whether a stress notices.

    mutate.py list [--stem STEM] [--most N --seed TEXT] [--logic]
    mutate.py make MUTANT --out DIR
    mutate.py sound STEM --stress PROGRAM --seconds N --verdicts FILE
    mutate.py run MUTANT --stress PROGRAM --seconds N --verdicts FILE

`sound` comes first: a stress that fails without a mutation judges nothing.

Of many mutants `list --most` gives N, of all stems together: those that come
first by a hash of the seed and the name, so that each seed gives others.

A mutant is named as the ledger names the end of a label: label:kind, with
:n behind it where several places share both, as in mutex.grant:release:2.
Those of --logic change what is done instead (cmake/lint/logic.py), and are
known to `list` and `make` alone: tests/model/run.py judges them.
"""

import argparse
import fcntl
import functools
import hashlib
import os
import re
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "lint"))

import ledger as order  # noqa: E402
import logic  # noqa: E402
import source  # noqa: E402

TSAN_REPORT = 66
# TSan exits so too when it cannot start: "FATAL: ThreadSanitizer".
REPORT = re.compile("(?:WARNING|ERROR): ThreadSanitizer")
COUNT_WRONG = 1
# A stress ends itself; one that is still running after this many seconds
# beyond its own budget hangs.
GRACE = 60


# What an operation becomes when its order goes and the kernel has no name
# ending in _relaxed for it.
PLAIN = re.compile(
    r"(ksync_(?:atomic(?:64|_long)?_(?:read|set)|test_bit))"
    r"_(?:acquire|release)"
)

# The conditional operations exist fully ordered only. Their mutant is the
# same loop with another cmpxchg: it stops if ..., else stores ..., and gives.
# {0}, {1}, {2} are the arguments.
CONDITIONAL = {
    "fetch_add_unless": ("found == ({2})", "found + ({1})", "found"),
    "add_unless": ("found == ({2})", "found + ({1})", "found != ({2})"),
    "inc_not_zero": ("!found", "found + 1", "found != 0"),
    "inc_unless_negative": ("found < 0", "found + 1", "found >= 0"),
    "dec_unless_positive": ("found > 0", "found - 1", "found <= 0"),
    "dec_if_positive": ("found <= 0", "found - 1", "found - 1"),
}
CONDITIONAL_NAME = re.compile(
    rf"(ksync_atomic(?:64|_long)?)_({'|'.join(CONDITIONAL)})"
)


def weaker_loop(name, kept, arguments):
    """A conditional operation whose cmpxchg has only the order `kept`."""
    family, what = CONDITIONAL_NAME.fullmatch(name).groups()
    stop, new, result = (
        part.format(*arguments) for part in CONDITIONAL[what]
    )
    return (
        f"__extension__({{ __auto_type counter = ({arguments[0]}); "
        f"__auto_type found = {family}_read(counter); "
        f"while (!({stop}) && !{family}_try_cmpxchg_{kept}(counter, &found, "
        f"{new})) {{ }} {result}; }})"
    )


def weaker(end):
    """(start, stop, text): the edit that takes this end's order away."""
    operation, code = end.operation, end.file.code
    name, start = operation.name, operation.start
    arguments = code.index("(", start)
    stop = source.closing(code, arguments, "()")
    inside = code[arguments + 1:stop - 1]
    if name == "ksync__percpu_add":
        pointer, value = source.arguments(inside)
        return start, stop, (
            f"((void)ksync_atomic_long_fetch_add_relaxed({value}, "
            f"(ksync_atomic_long_t *)({pointer})))"
        )
    if end.kind == "light":
        return start, stop, "((void)0)"
    if end.kind == "heavy":
        return start, stop, "true"
    if name in ("ksync_smp_mb", "ksync_smp_rmb", "ksync_smp_wmb"):
        return start, stop, "ksync_barrier()"
    if name == "ksync_smp_load_acquire":
        return start, stop, f"KSYNC_READ_ONCE(*({inside}))"
    if name == "ksync_smp_store_release":
        pointer, value = source.arguments(inside)
        return start, stop, f"KSYNC_WRITE_ONCE(*({pointer}), {value})"
    if name == "ksync_smp_store_mb":
        return start, operation.end, "KSYNC_WRITE_ONCE"
    if name == "ksync_clear_bit_unlock":
        return start, operation.end, "ksync_clear_bit"
    if name == "ksync_test_and_set_bit_lock":
        bit, word = source.arguments(inside)
        return start, stop, (
            f"((ksync__mc_fetch_or(ksync__bit_word({bit}, {word}), "
            f"ksync__bit_mask({bit}), KSYNC__MO_RELAXED) & "
            f"ksync__bit_mask({bit})) != 0)"
        )
    if PLAIN.fullmatch(name):
        return start, operation.end, PLAIN.fullmatch(name)[1]
    kept = "relaxed"
    if operation.kind == "full":
        kept = {"acquire": "release", "release": "acquire"}.get(
            end.kind, kept
        )
    if CONDITIONAL_NAME.fullmatch(name):
        text = weaker_loop(name, kept, source.arguments(inside))
        return start, stop, text
    if name.endswith("_and_test"):
        bare = name[: -len("_and_test")] + "_return"
        return start, stop, f"({bare}_{kept}({inside}) == 0)"
    bare = re.sub(r"_(acquire|release)$", "", name)
    return start, operation.end, f"{bare}_{kept}"


def mutated_text(root, end):
    """The file with one order weakened; reports still name the original."""
    start, stop, text = weaker(end)
    original = os.path.join(os.path.abspath(root), end.file.path)
    changed = end.file.text[:start] + text + end.file.text[stop:]
    return f'#line 1 "{original}"\n{changed}'


def all_ends(root):
    return [end for end in order.read(root).ends if end.operation]


def find(root, name):
    for end in all_ends(root):
        if end.name == name:
            return end
    sys.exit(f"{name}: no such mutant; 'mutate.py list' prints them all")


def sample(ends, most, seed):
    """At most so many of the ends, chosen by the seed, in their order."""
    def rank(end):
        return hashlib.sha256(f"{seed} {end.name}".encode()).digest()

    chosen = {end.name for end in sorted(ends, key=rank)[:most]}
    return [end for end in ends if end.name in chosen]


def command_list(options):
    if options.logic:
        for each in logic.read(options.root):
            print(
                each.name, each.path, each.line, each.why, each.shown_by,
                sep="\t",
            )
        return
    ends = list(all_ends(options.root))
    if options.most is not None:
        ends = sample(ends, options.most, options.seed)
    for end in ends:
        if options.stem in (None, end.label.partition(".")[0]):
            print(
                end.name, end.file.path, end.line, end.operation.name,
                sep="\t",
            )


def changed(root, name):
    """(path, text) of the file that a mutant changes."""
    for each in logic.read(root):
        if each.name == name:
            if each.fault(root):
                sys.exit(f"{name}: {each.fault(root)}")
            original = os.path.join(os.path.abspath(root), each.path)
            return each.path, f'#line 1 "{original}"\n{each.text(root)}'
    end = find(root, name)
    return end.file.path, mutated_text(root, end)


def command_make(options):
    path, text = changed(options.root, options.mutant)
    target = os.path.join(options.out, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "w", encoding="utf-8") as file:
        file.write(text)


@functools.lru_cache
def without_aslr():
    """setarch -R where it works: older TSan runtimes need a plain layout."""
    command = ["setarch", "-R"]
    try:
        probe = subprocess.run(command + ["true"], capture_output=True)
    except OSError:
        return []
    return command if probe.returncode == 0 else []


def attempt(program, seconds, seed):
    """(exit status or None when it hangs, output) of one stress run."""
    environment = dict(
        os.environ,
        KSYNC_STRESS_SECONDS=str(seconds),
        KSYNC_STRESS_SEED=str(seed),
        TSAN_OPTIONS="halt_on_error=1 exitcode=66",
    )
    try:
        done = subprocess.run(
            without_aslr() + [program], env=environment, text=True,
            errors="replace", stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=seconds + GRACE,
        )
    except subprocess.TimeoutExpired as late:
        output = late.stdout or b""
        return None, output.decode(errors="replace")
    return done.returncode, done.stdout


def stress(program, budget):
    """(what was seen, seed, output): runs of doubling length, new seeds."""
    seconds, seed, output = 1, 0, ""
    while budget > 0:
        seed += 1
        length = min(seconds, budget)
        status, output = attempt(program, length, seed)
        if status == TSAN_REPORT and REPORT.search(output):
            return "tsan", seed, output
        if status == COUNT_WRONG:
            return "count", seed, output
        if status is None:
            return "hung", seed, output
        if status != 0:
            return f"exit {status}", seed, output
        budget -= length
        seconds *= 2
    return "survived", seed, output


def judge(seen, reason):
    """(verdict, is it as expected) of a mutant."""
    caught = seen in ("tsan", "count")
    if reason is None:
        return ("caught", True) if caught else ("NOT CAUGHT", False)
    if caught:
        return "listed without need", True
    return "needs the model", seen in ("survived", "hung")


def update_verdicts(path, root, drop, row=None):
    """Drop some mutants' rows, and those of labels that are no more; add one.

    Several runs may do so at once.
    """
    known = {end.name for end in all_ends(root)}
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, "a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        rows = {line.split("\t")[0]: line for line in file if line.strip()}
        rows = {
            name: line for name, line in rows.items()
            if name in known and not drop(name)
        }
        if row:
            rows[row[0]] = "\t".join(str(cell) for cell in row) + "\n"
        file.truncate(0)
        file.writelines(rows[name] for name in sorted(rows))


def command_sound(options):
    seen, seed, output = stress(options.stress, options.seconds)
    print(f"{options.stem}: the sound library {seen} (seed {seed})")
    if seen == "survived":
        return 0
    update_verdicts(
        options.verdicts, options.root,
        lambda name: name.startswith(options.stem + "."),
    )
    print(output[-4000:])
    print("  The stress fails without a mutation: mend that first.")
    return 1


def command_run(options):
    end = find(options.root, options.mutant)
    listed = order.read_needs_model(
        os.path.join(options.root, "tsan", "needs_model.txt")
    )
    reason = order.needs_model(listed, end)
    began = time.monotonic()
    seen, seed, output = stress(options.stress, options.seconds)
    spent = time.monotonic() - began
    verdict, expected = judge(seen, reason)
    row = [
        end.name, verdict, seen, f"{spent:.1f}", seed, end.file.path,
        end.line, end.operation.name, reason or "",
    ]
    update_verdicts(
        options.verdicts, options.root, lambda name: name == end.name, row
    )
    print(f"{end.name}: {verdict} ({seen}, seed {seed}, {spent:.1f} s)")
    print(f"  {end.file.path}:{end.line}: {end.operation.name}() weakened")
    if not expected:
        print(output[-4000:])
        print(
            "  Make the stress see this order, weaken the label, or, if it "
            "is a store-load pair\n  or a wake-up, list it with its reason "
            "in tsan/needs_model.txt."
        )
    return 0 if expected else 1


def add_stress_options(parser):
    parser.add_argument("--stress", required=True)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--verdicts", required=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--root", default=os.path.dirname(HERE))
    commands = parser.add_subparsers(required=True)
    sub = commands.add_parser("list", help="one mutant a line")
    sub.add_argument("--stem", help="only labels of this stem")
    sub.add_argument("--most", type=int, help="so many of all stems' mutants")
    sub.add_argument("--seed", default="", help="which of them")
    sub.add_argument("--logic", action="store_true")
    sub.set_defaults(call=command_list)
    sub = commands.add_parser("make", help="write the weakened file")
    sub.add_argument("mutant")
    sub.add_argument("--out", required=True)
    sub.set_defaults(call=command_make)
    sub = commands.add_parser("sound", help="run a stress that must pass")
    sub.add_argument("stem")
    add_stress_options(sub)
    sub.set_defaults(call=command_sound)
    sub = commands.add_parser("run", help="run a stress that must fail")
    sub.add_argument("mutant")
    add_stress_options(sub)
    sub.set_defaults(call=command_run)
    options = parser.parse_args()
    sys.exit(options.call(options))


if __name__ == "__main__":
    main()
