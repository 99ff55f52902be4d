#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Files of Linux, compiled as they are against the installed package, and run.

    files.py list               what can be run, and under which tool
    files.py unpack             those of Debian's linux-source-6.12 that are named
    files.py headers            each of ksync::kernel alone, and all together
    files.py compile            each of files.txt; says how many of how many
    files.py run NAME [TOOL]    under none, address or thread; locktorture for
                                a minute with --seconds 60

What is unpacked stays in the build directory (--build); nothing of it is in this
tree. The package is installed, or KSYNC_LINUX_SOURCE says where its tar.xz is.
"""

import argparse
import os
import re
import shlex
import subprocess
import sys
import tarfile

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = "linux-source-6.12"
FLAGS = ("-std=gnu11 -O1 -g -Wall -Werror=implicit-function-declaration"
         " -fno-omit-frame-pointer").split()
TOOLS = {
    "none": [],
    "address": ["-fsanitize=address,undefined",
                "-fno-sanitize=alignment,shift,signed-integer-overflow"],
    "thread": ["-fsanitize=thread"],
}


class Table:
    """files.txt."""

    def __init__(self):
        self.own, self.files, self.runs, self.races = [], {}, {}, []
        self.single, self.small, self.drivers = [], {}, {}
        self.long = []
        self.waits, self.says, self.again = [], {}, {}
        with open(os.path.join(HERE, "files.txt"), encoding="utf-8") as file:
            for line in file:
                words = line.split()
                if not words or words[0].startswith("#"):
                    continue
                kind, *rest = words
                if kind == "own":
                    self.own += rest
                elif kind == "file":
                    self.files[rest[0]] = rest[1:]
                elif kind == "driver":
                    self.drivers[rest[0]] = rest[1:]
                elif kind == "single":
                    self.single.append(rest[0])
                elif kind == "long":
                    self.long += rest
                elif kind == "small":
                    self.small[rest[0]] = rest[1:]
                elif kind == "also":
                    self.again.setdefault(rest[0], []).append(rest[1:])
                elif kind == "waits":
                    self.waits += rest
                elif kind == "says":
                    self.says.setdefault(rest[0], []).append(
                        " ".join(rest[1:]))
                elif kind == "races":
                    self.races.append(rest[0])
                else:
                    cut = rest.index(":") if ":" in rest else len(rest)
                    self.runs[rest[0]] = (
                        int(rest[1]), rest[2:cut], rest[cut + 1:])

    def flags(self, source):
        return self.files.get(source, self.drivers.get(source, ()))

    def named(self):
        beside = [word[1:] if word[0] == "+"
                  else f"include/{word[1:].partition('=')[0]}"
                  for flags in self.files.values()
                  for word in flags if word[0] in "+^"]
        return (set(self.files) | {f"include/{name}" for name in self.own}
                | set(beside))


def source_package():
    """Where the package's archive is."""
    path = os.environ.get("KSYNC_LINUX_SOURCE",
                          f"/usr/src/{PACKAGE}.tar.xz")
    if not os.path.isfile(path):
        sys.exit(
            f"files.py: there is no {path}, so no file of the kernel can be "
            f"compiled. Install Debian's {PACKAGE} (apt-get install "
            f"--no-install-recommends {PACKAGE}; it is in bookworm's security "
            "updates), or say with KSYNC_LINUX_SOURCE where its tar.xz is")
    return path


def unpack(table, build):
    wanted = table.named()
    stamp = os.path.join(build, "unpacked")
    path = source_package()
    mark = "\n".join([f"{path} {os.path.getmtime(path)}", *sorted(wanted)])
    if os.path.isfile(stamp):
        with open(stamp, encoding="utf-8") as file:
            if file.read() == mark:
                print(f"unpacked: {len(wanted)} files, as before")
                return
    left = set(wanted)
    with tarfile.open(path, "r|xz") as archive:
        for member in archive:
            name = member.name.partition("/")[2]
            if name not in left:
                continue
            to = os.path.join(build, "linux", name)
            os.makedirs(os.path.dirname(to), exist_ok=True)
            with open(to, "wb") as file:
                file.write(archive.extractfile(member).read())
            left.remove(name)
            if not left:
                break
    if left:
        sys.exit(f"files.py: {path} has no {', '.join(sorted(left))}")
    with open(stamp, "w", encoding="utf-8") as file:
        file.write(mark)
    print(f"unpacked: {len(wanted)} files of {path}")


def pkg_config(prefix, *words):
    """What pkg-config says of the package that is installed."""
    where = [os.path.join(here, "pkgconfig")
             for here, folders, _ in os.walk(prefix) if "pkgconfig" in folders]
    done = subprocess.run(
        ["pkg-config", *words], text=True, capture_output=True, check=True,
        env=dict(os.environ, PKG_CONFIG_PATH=":".join(where)))
    return shlex.split(done.stdout)


class Compiler:
    def __init__(self, table, options, tool):
        self.table, self.build, self.tool = table, options.build, tool
        self.prefix = options.prefix
        self.command = [*shlex.split(options.cc), *FLAGS, *TOOLS[tool]]
        self.objects = os.path.join(options.build, "objects", tool)
        os.makedirs(self.objects, exist_ok=True)

    def compile(self, source, flags=()):
        """The object, or None; and what the compiler said."""
        to = os.path.join(
            self.objects, re.sub(r"\W", "_", source) + ".o")
        linux = os.path.join(self.build, "linux")
        path = os.path.join(linux, source)
        over = []
        for word in [word[1:] for word in flags if word[0] == "^"]:
            header, _, tag = word.partition("=")
            folder = os.path.join(
                self.build, "over", re.sub(r"\W", "_", source))
            wrapper = os.path.join(folder, header)
            os.makedirs(os.path.dirname(wrapper), exist_ok=True)
            real = os.path.join(os.path.abspath(linux), "include", header)
            lines = [f'#include "{real}"']
            if tag:
                lines = [f"#define {tag} the_kernels_{tag}", *lines,
                         f"#undef {tag}"]
            with open(wrapper, "w", encoding="utf-8") as file:
                file.write("\n".join([*lines, ""]))
            over = ["-I" + folder]
        beside = ["-D__KERNEL__"]
        if not os.path.isfile(path):
            path = os.path.join(HERE, source)
            beside = ["-I" + os.path.join(linux, "drivers/misc/lkdtm")]
        done = subprocess.run(
            [*self.command, *over,
             *pkg_config(self.prefix, "--cflags", "ksync-kernel"),
             "-DKSYNC_KCONFIG=\"" + os.path.join(HERE, "config.h") + "\"",
             "-I" + os.path.join(linux, "include"), *beside,
             *[word for word in flags if word[0] not in "+^"],
             "-c", path, "-o", to],
            text=True, capture_output=True)
        return (to if done.returncode == 0 else None), done.stderr

    def program(self, name, files):
        objects = []
        own = f"{name}.c"
        for source in [*files, *([own] if os.path.isfile(
                os.path.join(HERE, own)) else [])]:
            made, said = self.compile(source, self.table.flags(source))
            if not made:
                sys.exit(f"{source} does not compile:\n{said}")
            objects.append(made)
        to = os.path.join(self.objects, name)
        subprocess.run(
            [*self.command, *objects, "-o", to,
             *pkg_config(self.prefix, "--libs", "ksync-kernel")], check=True)
        return to


def headers(table, options):
    """Each header stands alone; all stand together, in either order."""
    root = os.path.join(HERE, "../../kernel/include")
    names = sorted(
        os.path.relpath(os.path.join(folder, name), root)
        for folder, _, files in os.walk(root) for name in files)
    names.remove("linux/kernel_common.h")
    flags = pkg_config(options.prefix, "--cflags", "ksync-kernel")
    command = [*shlex.split(options.cc), *FLAGS, "-Wextra",
               "-Wno-unused-parameter", "-Werror", *flags, "-fsyntax-only",
               "-xc", "-"]
    libc = ["stdio.h", "stdlib.h", "string.h", "signal.h", "sys/stat.h",
            "sys/sysinfo.h", "pthread.h", "limits.h", "sys/socket.h"]
    groups = [[name] for name in names] + [
        names, names[::-1], libc + names, names[::-1] + libc]
    running, failed = [], 0
    for group in [*groups, None, None]:
        if group:
            running.append((group, subprocess.Popen(
                command, text=True, stdin=subprocess.PIPE,
                stderr=subprocess.PIPE)))
            text = "".join(f"#include <{name}>\n" for name in group)
            running[-1][1].stdin.write(text)
            running[-1][1].stdin.close()
        if running and (len(running) > 1 or not group):
            done, process = running.pop(0)
            said = process.stderr.read()
            if process.wait():
                failed += 1
                print(f"FAILED: {' '.join(done[:3])} ({len(done)} headers)")
                print("\n".join(said.split("\n")[:8]))
    print(f"{len(names)} headers in {len(groups)} groups, {failed} failed")
    return 1 if failed else 0


def faults(table, said):
    """ThreadSanitizer's reports that files.txt does not explain."""
    found = re.findall(r"^SUMMARY: ThreadSanitizer: (.*)$", said, re.M)
    return [line for line in found
            if not any(re.search(rf"/linux/{re.escape(path)}:\d+ in ", line)
                       for path in table.races)]


def compile_all(table, options):
    compiler = Compiler(table, options, "none")
    failed = []
    for source, flags in table.files.items():
        made, said = compiler.compile(source, flags)
        warnings = len(re.findall(r" warning: ", said))
        print(f"{'ok' if made else 'FAILED'}: {source}"
              + (f" ({warnings} warnings)" if warnings else ""))
        if not made:
            print("\n".join(said.split("\n")[:12]))
            failed.append(source)
    total = len(table.files)
    print(f"{total - len(failed)} of {total} unmodified files compile")
    return 1 if failed else 0


def run_once(table, options, program, arguments):
    """Whether it ends as it should, and says what it should."""
    status = table.runs[options.name][0]
    libraries = {os.path.dirname(os.path.join(here, name))
                 for here, _, names in os.walk(options.prefix)
                 for name in names if name.startswith("libksync.so")}
    if options.seconds:
        arguments = [re.sub(r"^(shutdown_secs)=.*", rf"\1={options.seconds}",
                            word) for word in arguments]
    command = [program, *arguments]
    if options.tool == "thread":
        command = ["setarch", "-R", *command]
    done = subprocess.run(
        command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=dict(os.environ, LD_LIBRARY_PATH=":".join(sorted(libraries)),
                 KSYNC_RANDOM_SEED="1",
                 **({"KSYNC_KERNEL_WAIT": "1"}
                    if options.name in table.waits else {}),
                 TSAN_OPTIONS="exitcode=0", ASAN_OPTIONS="detect_leaks=1"))
    print(done.stdout)
    print(f"{options.name} {' '.join(arguments)}: status {done.returncode}, "
          f"expected {status}")
    wrong = [f"not explained: {line}" for line in faults(table, done.stdout)
             ] if options.tool == "thread" else []
    wrong += [f"nobody says: {text}"
              for text in table.says.get(options.name, ())
              if not re.search(text, done.stdout)]
    print("\n".join(wrong))
    return done.returncode == status and not wrong


def run(table, options):
    _, files, arguments = table.runs[options.name]
    if options.tool != "none":
        arguments = table.small.get(options.name, arguments)
    program = Compiler(table, options, options.tool).program(
        options.name, files)
    good = [run_once(table, options, program, each)
            for each in [arguments, *table.again.get(options.name, ())]]
    return 0 if all(good) else 1


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("do", choices=("list", "unpack", "headers", "compile", "run"))
    parser.add_argument("name", nargs="?")
    parser.add_argument("tool", nargs="?", choices=TOOLS, default="none")
    parser.add_argument("--build", default="build/kernel/tests/kernel")
    parser.add_argument("--prefix", default="build/kernel/prefix")
    parser.add_argument("--cc", default="gcc")
    parser.add_argument("--seconds", type=int,
                        help="how long a torture runs, instead of files.txt's")
    options = parser.parse_args()
    table = Table()
    if options.do == "list":
        for name in table.runs:
            for tool in TOOLS:
                if tool == "none" or name not in table.long and (
                        tool == "address" or name not in table.single):
                    print(f"{name} {tool}")
    elif options.do == "unpack":
        unpack(table, options.build)
    elif options.do == "headers":
        return headers(table, options)
    elif options.do == "compile":
        return compile_all(table, options)
    else:
        return run(table, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
