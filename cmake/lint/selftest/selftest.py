#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prove the lint: the toy tree passes every rule, and each seeded violation
is found by its rule, in its file, with its message.

    selftest.py [--compiler CC] [RULE...]
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
LINT = os.path.join(os.path.dirname(HERE), "lint.py")
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(HERE))

import lint  # noqa: E402

TOY = os.path.join(HERE, "toy")
STYLE = os.path.join(HERE, "..", "..", "..", ".clang-format")

BOX_C, BOX_H = "src/word/box.c", "include/ksync/box.h"
FFI_C = "src/api/ffi.c"
EXAMPLE = "examples/box.c"
MACHINE_H = "include/ksync/machine.h"
BASE = "src/base/CMakeLists.txt"
WORD = "src/word/CMakeLists.txt"
KILLERS = "tests/model/mutants.tsv"
LOGIC, KILLED = "tests/logic/box.txt", "tests/logic/killed.tsv"
HEADERS = "include/compat/headers.txt"
NAMES = "include/compat/names.txt"
PUT = "ksync_store_release(&box->full, 1);"
LABEL_PUT = "ORDER box.full: release."


def replace(path, old, new):
    """An edit that must find what it replaces."""
    def edit(root):
        full = os.path.join(root, path)
        with open(full, encoding="utf-8") as file:
            text = file.read()
        if old not in text:
            sys.exit(f"selftest: {path} has no {old!r}")
        with open(full, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new, 1))
    return edit


def append(path, text):
    def edit(root):
        with open(os.path.join(root, path), "a", encoding="utf-8") as file:
            file.write(text)
    return edit


def both(*edits):
    def edit(root):
        for each in edits:
            each(root)
    return edit


def remove(path):
    return lambda root: os.remove(os.path.join(root, path))


def swear(word):
    """A word that the lint must not find in this file."""
    return word.replace("-", "")


# (rule, the edit, where the finding must be, what it must say)
SEEDS = [
    # Labels and their operations.
    ("order", replace(BOX_C, "/* ORDER box.full: release. The taker sees the "
                      "value. Other end:\n\t * ksync_box_take(). */\n", ""),
     BOX_C, "has no ORDER label"),
    ("order", replace(BOX_C, LABEL_PUT, "ORDER box.full: acquire."),
     BOX_C, "ksync_store_release() is release"),
    ("order", replace(BOX_C, LABEL_PUT, "ORDER box.full: seq_cst."),
     BOX_C, "kind 'seq_cst' is unknown"),
    ("order", replace(BOX_C, PUT, "ksync_store_relaxed(&box->full, 1);"),
     BOX_C, "0 ordered operations"),
    ("order", replace(BOX_C, PUT, "ksync_store_release(&box->full, "
                      "ksync_load_acquire(&value));"),
     BOX_C, "2 ordered operations"),
    ("order", replace(BOX_C, LABEL_PUT, "ORDER box.fill: release."),
     BOX_C, "this release end is lonely"),
    ("order", replace(BOX_C, "full. Other end: left_open().",
                      "full."),
     BOX_C, "does not say where the other end is"),
    ("order", replace(BOX_C, "Other end: left_open()",
                      "Other end: open_left()"),
     BOX_C, "there is no such function"),
    ("order", replace(BOX_C, "Other end: left_open()",
                      "Other end: ksync_box_put()"),
     BOX_C, "carries no end of this label"),
    ("order", replace(BOX_H, "ORDER box.lid */", "ORDER box.lids */"),
     BOX_H, "refers to ORDER box.lids"),
    ("order", replace(BOX_C, "bool ksync_box_open(",
                      "static void fence(void)\n{\n\t/* ORDER box.one: light."
                      " Other end: fence(). */\n\tksync_barrier();\n}\n\n"
                      "bool ksync_box_open("),
     BOX_C, "this light end is lonely"),
    ("order", replace(BOX_C, "bool ksync_box_open(",
                      "static bool fence(void)\n{\n"
                      "\treturn ksync__membarrier();\n}\n\n"
                      "bool ksync_box_open("),
     BOX_C, "ksync__membarrier() has no ORDER label"),
    ("order", replace(BOX_C, "bool ksync_box_open(",
                      "static int count(int *n)\n{\n"
                      "\treturn ksync_atomic_fetch_inc(n);\n}\n\n"
                      "bool ksync_box_open("),
     BOX_C, "ksync_atomic_fetch_inc() has no ORDER label"),
    ("order", replace(BOX_C, "ORDER box.lid: full. Other end: right_open()",
                      "ORDER lid.box: full. Other end: right_open()"),
     BOX_C, "name the label after the file that owns it"),
    *(("order", replace(BOX_C, PUT, code), BOX_C, "bypasses the ledger")
      for code in ("__atomic_store_n(&box->full, 1, __ATOMIC_RELEASE);",
                   "ksync__mc_store(&box->full, 1, order);",
                   "store(&box->full, 1, KSYNC__MO_RELEASE);")),
    ("order", append(BOX_H, "/* ORDER box.full: acquire. Other end: "
                     "ksync_box_take(). */\n#define ksync_box_fill(p) \\\n"
                     "\tksync_store_release(&(p)->full, 1)\n"),
     BOX_H, "ksync_store_release() is release"),
    ("order", append("tsan/needs_model.txt", "box.gone:full a reason\n"),
     "tsan/needs_model.txt", "no ORDER label has this end"),
    ("order", append("tsan/needs_model.txt", "box.full:release\n"),
     "tsan/needs_model.txt", "give the reason"),
    ("order", append("docs/box.md", "\n## ORDER labels\n\n`box.full`, "
                     "`box.c`, `box.fill`\n"),
     "docs/box.md", "no operation carries ORDER box.fill"),
    # What is known to notice a missing order.
    ("killers", replace(KILLERS, "box.lid:full:1\tbox\tlid\tlost wake-up",
                        "box.lid:full:1\t-\t-\tno model fails"),
     BOX_C, "and no model does"),
    ("killers", remove(KILLERS), BOX_C, "and no model does"),
    ("killers", replace(KILLERS, "box.full:acquire\t-\t-\tno model fails\n",
                        ""),
     BOX_H, "were not asked"),
    ("killers", append(KILLERS, "box.gone:full\tbox\tlid\trace\n"),
     KILLERS, "no ORDER label has this end"),
    # Logic mutants apply, and something notices each.
    ("logic", replace(BOX_C, "return side ?", "return side != 0 ?"),
     LOGIC, "its lines stand 0 times in ksync_box_open()"),
    ("logic", replace(LOGIC, "ksync_box_open", "ksync_box_close"),
     LOGIC, "its lines stand 0 times"),
    ("logic", replace(LOGIC, "+ return left_open(box);",
                      "+ return side ? right_open(box) : left_open(box);"),
     LOGIC, "needs a file, a function"),
    ("logic", replace(LOGIC, "sides:", "side:"), LOGIC, "nobody was asked"),
    ("logic", replace(LOGIC, "sides:", "side:"), KILLED, "no such mutant"),
    ("logic", replace(KILLED, "model box\tlid\tis false",
                      "-\t-\tnothing fails"),
     LOGIC, "nothing notices it"),
    # Generated pages.
    ("pages", replace(BOX_C, "The taker sees", "The taker may see"),
     "docs/ordering.md", "out of date"),
    ("pages", replace(WORD, "Primitives", "The primitives"),
     "docs/floors.md", "out of date"),
    ("pages", replace(EXAMPLE, "return 0;", "return 1;"),
     "docs/box.md", "out of date"),
    ("pages", replace("docs/box.md", "return 0;", "return 1;"),
     "docs/box.md", "out of date"),
    ("pages", remove("docs/ordering.md"), "docs/ordering.md", "needs '<!--"),
    # The kernel's headers.
    ("pages", replace(HEADERS, "linux/lid.h | absent", "linux/cap.h | absent"),
     "docs/kernel-names.md", "out of date"),
    ("kernel_headers", replace("include/compat/linux/wait.h", "__cplusplus",
                               "__plusplus"),
     "include/compat/linux/wait.h", "is not what"),
    ("kernel_headers", remove("include/compat/linux/box.h"),
     HEADERS, "has no file"),
    ("kernel_headers", append("include/compat/linux/lid.h", ""),
     HEADERS, "is absent, and has a file"),
    ("kernel_headers", append("include/compat/linux/new.h", ""),
     "include/compat/linux/new.h", "has no row"),
    ("kernel_headers", append(HEADERS, "linux/box.h | own | box\n"),
     HEADERS, "listed twice"),
    ("kernel_headers", append(HEADERS, "linux/other.h | elsewhere | box\n"),
     HEADERS, "says 'elsewhere'"),
    ("kernel_headers", append(HEADERS, "linux/other.h | absent | box\n"),
     HEADERS, "say what to take instead"),
    ("kernel_headers", replace(HEADERS, "linux/box.h | own",
                               "linux/box.h | beside"),
     HEADERS, "#include_next says otherwise"),
    # The kernel's names.
    ("pages", replace(NAMES, "box_open", "box_tilt"),
     "docs/kernel-api.md", "out of date"),
    ("kernel_names", append(NAMES, "linux box_shut | (&box)\n"),
     NAMES, "box_shut of linux/box.h is listed twice"),
    ("kernel_names", append(NAMES, "linux box_shake | box_open(&box)\n"),
     NAMES, "box_shake: its call does not name it"),
    ("kernel_names", append(NAMES, "absent box_hinge\n"),
     NAMES, "box_hinge: say why"),
    ("kernel_names", append(NAMES, "beside box_hinge | (&box)\n"),
     NAMES, "'beside' is no kind"),
    ("kernel_names", append(NAMES, "header linux/jar.h\n"),
     NAMES, "linux/jar.h has no row"),
    ("kernel_names", append(NAMES, "header linux/box.h\n"),
     NAMES, "linux/box.h comes twice"),
    # Families.
    *(("families", remove(path), WORD, f"{path} is missing")
      for path in (BOX_C, BOX_H, "tests/box_test.c", "tsan/box_stress.c",
                   "bench/box_bench.c", "docs/box.md", EXAMPLE)),
    ("families", replace("docs/choosing.md", "[box](box.md)", "it"),
     "docs/choosing.md", "no table row leads to box"),
    ("families", replace("CHANGELOG.md", "box", "boxes"),
     "CHANGELOG.md", "box is not mentioned"),
    ("families", replace(WORD, "ksync_primitive(box)",
                         "ksync_primitive(box HEADER_ONLY)"),
     WORD, "is HEADER_ONLY and has"),
    ("families", replace(WORD, "ksync_primitive(box)", ""),
     "CMakeLists.txt", "nothing to check"),
    # Floors.
    ("floors", replace(MACHINE_H, "#include <ksync/compiler.h>",
                       "#include <ksync/box.h>"),
     MACHINE_H, "includes go strictly down"),
    ("floors", replace("include/ksync/compiler.h", "#define KSYNC_API",
                       "#include <ksync/machine.h>\n#define KSYNC_API"),
     "include/ksync/compiler.h", "includes include/ksync/compiler.h: a circle"),
    ("floors", both(append("include/ksync/bowl.h", ""),
                    append(WORD, "ksync_primitive(bowl)\n"),
                    append(BOX_C, "#include <ksync/bowl.h>\n")),
     BOX_C, "of floor word; includes go strictly down"),
    ("floors", replace(BASE, " machine.h", ""), MACHINE_H, "has no floor"),
    ("floors", append("src/lid.c", "int lid;\n"), "src/lid.c",
     "has no floor"),
    ("floors", append(BASE, "ksync_headers(gone.h)\n"), BASE,
     "no file include/ksync/gone.h"),
    ("floors", append(BASE, "ksync_headers(box.h)\n"), WORD,
     "named twice"),
    ("floors", remove(BASE), "CMakeLists.txt", "write it"),
    # Algorithms.
    *(("conditionals", append(BOX_C, f"{line}\n#endif\n"), BOX_C,
       "in an algorithm")
      for line in ("#if 1", "#ifdef X", "# ifndef X", "#if 0\n#elif 1")),
    *(("tokens", append(BOX_C, f"int bad = {code};\n"), BOX_C,
       "in an algorithm; ")
      for code in ("__atomic_load_n(p, 0)", "__sync_synchronize()",
                   "__asm__(\"\")", "asm(\"\")", "syscall(1)",
                   "_mm_pause()", "__builtin_ia32_pause()", "malloc(1)",
                   "calloc(1, 1)", "snprintf(b, 1, f)", "errno",
                   "pthread_self()", "urcu_memb_read_ongoing()")),
    ("tokens", append("src/word/box_lid.c", "void *p = malloc(1);\n"),
     "src/word/box_lid.c", "in an algorithm; "),
    ("tokens", append(BOX_C, "#include <urcu/urcu-memb.h>\n"), BOX_C,
     "only src/defer/rcu_urcu.h"),
    # Every file.
    ("licence", replace(BOX_C, "SPDX-License-Identifier", "licence"),
     BOX_C, "no 'SPDX-License-Identifier"),
    ("licence", append("data.json", "{}\n"), "data.json", "no '"),
    ("columns", append(BOX_C, "int " + "x" * 76 + ";\n"), BOX_C,
     "81 columns"),
    ("columns", append(BOX_C, "\t" * 9 + "int xxxx;\n"), BOX_C,
     "81 columns"),
    *(("leftovers", append(path, swear(word) + "\n"), path, "left in")
      for path in (BOX_C, "docs/box.md")
      for word in ("TO-DO", "FIX-ME", "XX-X")),
    # Other tools.
    ("layout", replace(BOX_C, "box->value = value", "box->value=value"),
     BOX_C, "the formatter would change"),
    ("shell", append("dev", "echo $1\n"), "dev", "Double quote"),
    # Contracts.
    ("contracts", append(BOX_H, "KSYNC_API int ksync_box_new(void);\n"),
     BOX_H, "has no contract"),
    ("contracts", replace(BOX_H, "/**\n * ksync_box_put",
                          "/*\n * ksync_box_put"),
     BOX_H, "has no contract"),
    ("contracts", replace(BOX_H, "ksync_box_put() - ", "ksync_box_put: "),
     BOX_H, "the contract must open with"),
    ("contracts", replace(BOX_H, " * @value: what to put in\n", ""),
     BOX_H, "'@value:' is not described"),
    ("contracts", replace(BOX_H, " * Context: Any; one thread puts.\n", ""),
     BOX_H, "'Context:'"),
    ("contracts", replace(BOX_H, " * Return: true if the other side's lid "
                          "is closed.\n", ""),
     BOX_H, "'Return:'"),
    ("contracts", replace(BOX_H, " * Context: Any; one thread puts.\n"
                          " * Order: Release.\n",
                          " * Order: Release.\n * Context: Any.\n"),
     BOX_H, "order the sections"),
    # Lists of functions.
    ("functions", replace("docs/box.md", "<ksync/box.h>", "the box's header"),
     BOX_H, "no page of docs/ lists ksync_box_put()"),
    ("pages", replace(BOX_H, "ksync_box_put() - ", "ksync_box_put() - now "),
     "docs/box.md", "out of date"),
    # Exports.
    ("exports", append(BOX_C, "KSYNC_API void box_peek(void);\n"
                       "void box_peek(void) {}\n"),
     "libtoy.so", "not named ksync_*"),
    ("exports", append(BOX_C, "KSYNC_API void ksync_peek(void);\n"
                       "void ksync_peek(void) {}\n"),
     "libtoy.so", "no public header declares"),
    ("exports", append(BOX_H, "KSYNC_API void ksync_box_lose(void);\n"),
     "include/ksync", "ksync_box_lose() is promised, but"),
    ("exports", replace(FFI_C, "#include <ksync/box.h>", ""),
     "include/ksync", "ksync_box_take() is promised, but"),
    ("exports", append(BOX_H, "KSYNC_API extern int ksync__box_lost;\n"),
     "include/ksync", "ksync__box_lost() is promised, but"),
    # Examples.
    ("examples", replace(BOX_H, "ksync_box_put(&box, 7);",
                         "ksync_box_put(box, 7);"),
     BOX_H, "does not compile"),
    ("examples", replace(BOX_H, "return ksync_box_open(&box, 0);",
                         "ksync_box_open(&box, 0);"),
     BOX_H, "does not compile"),
    ("examples", replace(BOX_H, "static ksync_box_t box;",
                         "static ksync_box_t chest;"),
     BOX_H, "does not compile"),
    ("examples", replace("README.md", "ksync_box_put(&box, 7);",
                         "ksync_box_put(&box);"),
     "README.md", "does not compile"),
]

# (rule, the edit that this rule must not mind)
INNOCENT = [
    *(("order", replace(BOX_C, "bool ksync_box_open(",
                        f"static int count(int *n)\n{{\n\treturn {call};"
                        "\n}\n\nbool ksync_box_open("))
      for call in ("ksync_atomic_fetch_inc_relaxed(n)", "ksync_xchg_relaxed"
                   "(n, 1)", "ksync_atomic_read(n)", "ksync_atomic_inc(n)",
                   "ksync_box_take_acquire(n)", "ksync_barrier()")),
    ("order", append(BOX_H, "/* ORDER box.full: release. Other end: "
                     "ksync_box_take(). */\n#define ksync_box_fill(p) \\\n"
                     "\tksync_store_release(&(p)->full, 1)\n")),
    ("order", append(BOX_C, "void ksync_atomic_box_release(int *n);\n")),
    ("order", replace(BOX_C, "ORDER box.lid: full. Other end: right_open()",
                      "ORDER box.lid: full. Other end: right_open(), and "
                      "itself")),
    *(("tokens", append(BOX_C, text + "\n"))
      for text in ("/* malloc() and errno, pthread_join() */",
                   "const char *text = \"printf\";", "#include <errno.h>",
                   "int printfs, basm, pauses;")),
    ("conditionals", append(BOX_C, "/*\n#if 0\n#endif\n*/\n")),
    ("columns", append(BOX_C, "\t" * 9 + "int xxx;\n")),
    ("leftovers", append("docs/box.md", "mktemp XX" + "XXXX\n")),
    ("contracts", append(BOX_H, "KSYNC_API int ksync__box_hidden(void);\n")),
    ("contracts", append(BOX_H, "#define MAKE(n) \\\n\tKSYNC_INLINE void "
                         "ksync_##n(void) { }\nMAKE(box_made)\n")),
    ("exports", append(BOX_H, "extern void ksync_elsewhere(void);\n")),
    ("exports", append(BOX_C, "void ksync_hidden(void) {}\n")),
]


def check(root, rule, compiler):
    """The findings of one rule on a tree, as text."""
    library = None
    if rule == "exports":
        library = os.path.join(root, "libtoy.so")
        subprocess.run(
            [compiler, "-shared", "-fPIC", "-fvisibility=hidden", "-I",
             os.path.join(root, "include"), "-o", library,
             os.path.join(root, BOX_C), os.path.join(root, FFI_C)],
            check=True,
        )
    report = lint.check(root, rule, compiler, library)
    return str(report) if report.faults else ""


def try_edit(rule, edit, where, message, compiler):
    """None if the edited tree fails so, or passes where that is right."""
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.join(folder, "toy")
        shutil.copytree(TOY, root)
        shutil.copy(STYLE, root)
        if edit:
            edit(root)
        found = check(root, rule, compiler)
    if where is None:
        return f"a good tree fails:\n{found}" if found else None
    if any(
        line.startswith(where + ":") and message in line
        for line in found.splitlines()
    ):
        return None
    return f"'{message}' in {where} not found:\n{found}"


def check_commands():
    """What the shell sees: exit status, --list, --write, bad usage."""
    def run(*arguments):
        command = [sys.executable, LINT, "--root", root, *arguments]
        return subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ).returncode

    with tempfile.TemporaryDirectory() as folder:
        root = os.path.join(folder, "toy")
        shutil.copytree(TOY, root)
        yield run("order", "floors", "pages") == 0, "a good tree exits 0"
        replace(WORD, "Primitives", "The primitives")(root)
        yield run("floors", "pages") == 1, "a finding exits 1"
        yield run("--write") == 0, "--write exits 0"
        yield run("pages") == 0, "--write mends the pages"
        yield run("nonsense") == 2, "an unknown rule exits 2"
        yield run("exports") == 2, "exports without a library exits 2"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rules", nargs="*")
    parser.add_argument("--compiler", default="gcc")
    options = parser.parse_args()
    unproved = set(lint.RULES) - {seed[0] for seed in SEEDS}
    failed = [f"rule {rule} has no seed" for rule in sorted(unproved)]
    failed += [what for holds, what in check_commands() if not holds]
    good = [(rule, None) for rule in lint.RULES] + INNOCENT
    trees = SEEDS + [(rule, edit, None, None) for rule, edit in good]
    for rule, edit, where, message in trees:
        if options.rules and rule not in options.rules:
            continue
        wrong = try_edit(rule, edit, where, message, options.compiler)
        if wrong:
            failed.append(f"{rule}: {wrong}")
    for message in failed:
        print(message)
    print(f"{len(lint.RULES)} rules, {len(SEEDS)} seeded violations, "
          f"{len(good)} good trees, {len(failed)} wrong")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
