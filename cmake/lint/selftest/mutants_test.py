#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prove the mutation: each kind of operation loses just its order, each way
a stress can end gets its verdict, and the toy tree's mutants are built, run
and judged by CMake and ctest.

    mutants_test.py [--compiler CC] [--cmake CMAKE] [--generator NAME]
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CMAKE = os.path.dirname(os.path.dirname(HERE))
TOY = os.path.join(HERE, "toy")
sys.dont_write_bytecode = True
sys.path[:0] = [CMAKE, os.path.dirname(HERE)]

import ledger  # noqa: E402
import mutate  # noqa: E402

# (kinds of the statement's labels, the statement, what each mutant makes it)
WEAKENED = [
    ("acquire", "ok = ksync_try_cmpxchg_acquire(&w, &old, 1);",
     ["ok = ksync_try_cmpxchg_relaxed(&w, &old, 1);"]),
    ("release", "old = ksync_atomic_fetch_sub_release(1, &v);",
     ["old = ksync_atomic_fetch_sub_relaxed(1, &v);"]),
    ("full", "old = ksync_xchg(&w, 1);",
     ["old = ksync_xchg_relaxed(&w, 1);"]),
    ("full", "if (ksync_atomic_dec_and_test(&v))\n\t\tlast();",
     ["if ((ksync_atomic_dec_return_relaxed(&v) == 0))\n\t\tlast();"]),
    ("acquire release", "old = ksync_cmpxchg(&w, 0, 1);",
     ["old = ksync_cmpxchg_release(&w, 0, 1);",
      "old = ksync_cmpxchg_acquire(&w, 0, 1);"]),
    ("acquire", "return ksync_smp_load_acquire(base + i);",
     ["return KSYNC_READ_ONCE(*(base + i));"]),
    ("release", "ksync_smp_store_release(at(b, i), next(0, 1));",
     ["KSYNC_WRITE_ONCE(*(at(b, i)), next(0, 1));"]),
    ("full", "ksync_smp_store_mb(w, 1);", ["KSYNC_WRITE_ONCE(w, 1);"]),
    ("acquire", "n = ksync_atomic_read_acquire(&v);",
     ["n = ksync_atomic_read(&v);"]),
    ("release", "ksync_atomic_long_set_release(&v, 1);",
     ["ksync_atomic_long_set(&v, 1);"]),
    ("release", "} while (!ksync_atomic_try_cmpxchg_release(&v, &old, 1));",
     ["} while (!ksync_atomic_try_cmpxchg_relaxed(&v, &old, 1));"]),
    ("acquire", "while (ksync_test_bit_acquire(0, &w))\n\t\twait();",
     ["while (ksync_test_bit(0, &w))\n\t\twait();"]),
    ("full", "ok = ksync_atomic64_inc_not_zero(&v->n);",
     ["ok = __extension__({ __auto_type counter = (&v->n); __auto_type found "
      "= ksync_atomic64_read(counter); while (!(!found) && !ksync_atomic64_"
      "try_cmpxchg_relaxed(counter, &found, found + 1)) { } found != 0; });"]),
    ("full", "ksync_smp_mb();", ["ksync_barrier();"]),
    ("release", "ksync_smp_wmb();", ["ksync_barrier();"]),
    ("light", "ksync_barrier();", ["((void)0);"]),
    ("heavy", "ksync__gp_synchronize();", ["true;"]),
    ("heavy", "if (!ksync__membarrier())\n\t\tnap();",
     ["if (!true)\n\t\tnap();"]),
]

# (operation, arguments behind the counter, {value: (result, new value)})
CONDITIONAL = [
    ("fetch_add_unless", ", -1, 1", {1: (1, 1), 3: (3, 2)}),
    ("add_unless", ", -1, 1", {1: (0, 1), 3: (1, 2)}),
    ("inc_not_zero", "", {0: (0, 0), 3: (1, 4)}),
    ("inc_unless_negative", "", {-1: (0, -1), 0: (1, 1)}),
    ("dec_unless_positive", "", {1: (0, 1), 0: (1, -1)}),
    ("dec_if_positive", "", {0: (-1, 0), 3: (2, 2)}),
]

# (what the program does, what is seen)
ENDINGS = [
    ("echo WARNING: ThreadSanitizer: data race; exit 66", "tsan"),
    ("echo ==7==ERROR: ThreadSanitizer: SEGV; exit 66", "tsan"),
    ("echo FATAL: ThreadSanitizer: memory mapping; exit 66", "exit 66"),
    ("exit 1", "count"),
    ("exit 0", "survived"),
    ("exit 2", "exit 2"),
    ("kill -SEGV $$", "exit -11"),
    ("exec sleep 30", "hung"),
    ("test $KSYNC_STRESS_SEED = 1 || exit 1", "count"),
    ("test $KSYNC_STRESS_SECONDS = 1 || exit 1", "count"),
]

# (what is seen, the reason in needs_model.txt, verdict, is it expected)
VERDICTS = [
    ("tsan", None, "caught", True),
    ("count", None, "caught", True),
    ("survived", None, "NOT CAUGHT", False),
    ("hung", None, "NOT CAUGHT", False),
    ("exit 66", None, "NOT CAUGHT", False),
    ("survived", "a reason", "needs the model", True),
    ("hung", "a reason", "needs the model", True),
    ("exit -11", "a reason", "needs the model", False),
    ("tsan", "a reason", "listed without need", True),
]


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def edit(path, pattern, text):
    with open(path, encoding="utf-8") as file:
        before = file.read()
    write(path, re.sub(pattern, text, before))


def check_weakened(folder, expect):
    for kinds, statement, mutants in WEAKENED:
        labels = "\n".join(
            f" * ORDER t.{kind}: {kind}. Other end: f()."
            for kind in kinds.split()
        )
        path = os.path.join(folder, "src", "t.c")
        loop = "do {\n\t" if statement.startswith("}") else ""
        before = f"void f(void)\n{{\n\t{loop}/*{labels[2:]} */\n\t"
        write(path, f"{before}{statement}\n}}\n")
        ends = ledger.read(folder).ends
        expect(len(ends) == len(mutants), f"{statement}: {len(ends)} ends")
        for end, wanted in zip(ends, mutants):
            made = mutate.mutated_text(folder, end) if end.operation else ""
            expect(
                made == f'#line 1 "{path}"\n{before}{wanted}\n}}\n',
                f"{statement} became\n{made}",
            )


def check_conditional(folder, compiler, expect):
    """The loops that stand for the conditional operations do the same."""
    lines = [
        "static int ksync_atomic_read(int *v) { return *v; }",
        "static int ksync_atomic_try_cmpxchg_relaxed(int *v, int *old, int n)",
        "{ (void)old; *v = n; return 1; }",
        "int main(void) { int v, result, wrong = 0;",
    ]
    for name, arguments, cases in CONDITIONAL:
        call = mutate.weaker_loop(
            f"ksync_atomic_{name}", "relaxed",
            ["&v"] + arguments.split(",")[1:],
        )
        for before, (result, after) in cases.items():
            lines.append(
                f"v = {before}; result = {call}; "
                f"wrong += result != {result} || v != {after};"
            )
    path = os.path.join(folder, "conditional.c")
    write(path, "\n".join(lines + ["return wrong; }"]))
    program = path[:-2]
    subprocess.run([compiler, "-o", program, path], check=True)
    wrong = subprocess.run([program]).returncode
    expect(wrong == 0, f"{wrong} weakened conditional operations went wrong")


def check_endings(folder, expect):
    mutate.GRACE = 0
    for number, (body, seen) in enumerate(ENDINGS):
        program = os.path.join(folder, f"ending{number}")
        write(program, f"#!/bin/sh\n{body}\n")
        os.chmod(program, 0o755)
        what = mutate.stress(program, 3)[0]
        expect(what == seen, f"'{body}' was seen as {what}, not {seen}")
    for seen, reason, verdict, good in VERDICTS:
        judged = mutate.judge(seen, reason)
        expect(judged == (verdict, good), f"{seen}, {reason}: {judged}")


def check_sample(expect):
    """Of many mutants as many as asked for, others for another seed."""
    class End:
        def __init__(self, name):
            self.name = name

    ends = [End(f"box.n{number}:full") for number in range(50)]
    names = {end.name for end in ends}
    some = [
        [end.name for end in mutate.sample(ends, 10, seed)]
        for seed in map(str, range(40))
    ]
    expect(all(len(set(one)) == 10 and set(one) <= names for one in some),
           "a sample is not 10 of the mutants")
    expect(set().union(*some) == names, "some mutant is never chosen")
    expect(some[0] == [end.name for end in mutate.sample(ends, 10, "0")],
           "a seed does not always give the same")
    expect(len(mutate.sample(ends, 99, "x")) == 50, "99 of 50 are not all")


def check_toy(folder, options, expect):
    """The whole way, from ksync_add_mutants() to verdicts.tsv."""
    root, build = os.path.join(folder, "toy"), os.path.join(folder, "build")
    shutil.copytree(TOY, root)
    needs_model = os.path.join(root, "tsan", "needs_model.txt")

    def run(*command):
        done = subprocess.run(command, text=True, capture_output=True)
        return done.returncode, done.stdout + done.stderr

    def configure(*more, build=build):
        return run(
            options.cmake, "-G", options.generator, "-S", root, "-B", build,
            *more,
            f"-DCMAKE_C_COMPILER={options.compiler}",
            f"-DKSYNC_MUTANTS={CMAKE}/Mutants.cmake",
            f"-DPython3_EXECUTABLE={sys.executable}",
        )

    def ctest():
        """({test: result}, {mutant: verdict}, output)"""
        _, output = run(options.ctest, "--test-dir", build,
                        "--output-on-failure")
        result = {
            match[1]: match[2] for match in re.finditer(
                r"Test +#\d+: (\S+) \.*\** *(Passed|Failed|Not Run)", output
            )
        }
        with open(os.path.join(build, "tsan", "verdicts.tsv")) as file:
            rows = [line.rstrip("\n").split("\t") for line in file]
        return result, {row[0]: row[1] for row in rows}, output

    status, output = configure()
    expect(status == 0, f"configuring the toy:\n{output}")
    status, output = run(options.cmake, "--build", build)
    expect(status == 0, f"building the toy:\n{output}")

    few = os.path.join(folder, "few")
    configure("-DKSYNC_TWINS=1", "-DKSYNC_TWINS_SEED=x", build=few)
    _, output = run(options.ctest, "--test-dir", few, "-N")
    expect(output.count("busted.") == 1 and "sound.box" in output,
           f"KSYNC_TWINS=1 does not make one:\n{output}")

    result, verdicts, output = ctest()
    wanted = {
        "box.full:acquire": "caught", "box.full:release": "caught",
        "box.lid:full:1": "needs the model",
        "box.lid:full:2": "needs the model",
    }
    expect(verdicts == wanted, f"verdicts {verdicts}\n{output}")
    expect(list(result.values()) == ["Passed"] * 5, output)

    _, report = run(os.path.join(build, "busted.box.full.release"))
    expect(os.path.join(root, "src", "word", "box.c") in report,
           f"the report does not name the original file:\n{report}")

    write(needs_model, "box.full:release for no reason\n")
    result, verdicts, output = ctest()
    expect(verdicts["box.full:release"] == "listed without need", output)
    expect(result["busted.box.full.release"] == "Passed", output)
    for number in "12":
        expect(verdicts[f"box.lid:full:{number}"] == "NOT CAUGHT", output)
        expect(result[f"busted.box.lid.full.{number}"] == "Failed", output)

    edit(os.path.join(root, "tsan", "box_stress.c"), r"wrong \? 1 : 0", "1")
    run(options.cmake, "--build", build)
    result, verdicts, output = ctest()
    expect(result.pop("sound.box") == "Failed", output)
    expect(list(result.values()) == ["Not Run"] * 4, output)
    expect(not verdicts, f"{verdicts} of a stress that always fails")

    edit(os.path.join(root, "CMakeLists.txt"), r"ksync_add_mutants\(.*\)", "")
    status, output = configure()
    expect(status != 0 and "ORDER labels of box have no mutants" in output,
           f"nobody missed the mutants of box:\n{output}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", default="gcc")
    parser.add_argument("--cmake", default="cmake")
    parser.add_argument("--ctest", default="ctest")
    parser.add_argument("--generator", default="Ninja")
    options = parser.parse_args()
    checked, failed = [], []

    def expect(holds, message):
        checked.append(message)
        if not holds:
            failed.append(message)
            print(message)

    with tempfile.TemporaryDirectory() as folder:
        check_weakened(os.path.join(folder, "weakened"), expect)
        check_conditional(folder, options.compiler, expect)
        check_endings(folder, expect)
        check_sample(expect)
        check_toy(folder, options, expect)
    print(f"{len(checked)} expectations, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
