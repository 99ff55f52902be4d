#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Builds ksync for another platform, runs its unit tests there, and compares
# what the platform lacks with the declarations in lacks.txt.
#
#	run.sh PLATFORM SOURCE WORK
#
# PLATFORM names a file of cmake/toolchains. WORK/families lists the families
# of this machine's build; the platform is built in WORK/PLATFORM. Exit status
# 4: a tool is missing, its package is named.
#
# With KSYNC_PLATFORM_PROGRAMS=N in the environment only N of the test programs
# are built and run, chosen by KSYNC_SEED; "all" and nothing are all of them.

platform=$1
source=$2
work=$3
shift 3
build=$work/$platform
facts=$build/tests/platform

need() { # PROGRAM PACKAGE
	command -v "$1" >/dev/null && return
	echo "$platform is not available: no $1 (install the package $2)"
	exit 4
}

# Compiles an empty program into $build/empty.
compile() { # COMPILER [FLAG...]
	echo 'int main(void) { return 0; }' >"$build/empty.c"
	"$@" "$build/empty.c" -o "$build/empty" 2>/dev/null
}

need_library() { # PACKAGE COMPILER [FLAG...]
	package=$1
	shift
	compile "$@" && return
	echo "$platform is not available: $* does not link" \
		"(install the package $package)"
	exit 4
}

mkdir -p "$build" && [ -s "$work/families" ] || exit 1
slow=1
# No liburcu of another processor or C library.
rcu=none
case $platform in
valgrind)
	need gcc gcc
	need valgrind valgrind
	rcu=memb
	slow=20
	;;
m32)
	need gcc-12 gcc-12
	need_library 'gcc-12-multilib or libc6-dev-i386' gcc-12 -m32
	if ! "$build/empty" 2>/dev/null; then
		echo "This kernel runs no 32-bit programs: using qemu."
		need qemu-i386-static qemu-user-static
		set -- -DCMAKE_CROSSCOMPILING_EMULATOR=qemu-i386-static
		slow=10
	fi
	;;
musl)
	need musl-gcc musl-tools
	;;
aarch64)
	need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu
	need_library libc6-dev-arm64-cross aarch64-linux-gnu-gcc
	need qemu-aarch64-static qemu-user-static
	slow=10
	;;
*)
	echo "unknown platform '$platform'" >&2
	exit 2
	;;
esac

# The tests. Flags for this machine's compiler are not for the platform's.

unset CC CFLAGS CPPFLAGS LDFLAGS
cmake --fresh -S "$source" -B "$build" \
	--toolchain "$source/cmake/toolchains/$platform.cmake" "$@" \
	-DCMAKE_BUILD_TYPE=RelWithDebInfo \
	-DCMAKE_COMPILE_WARNING_AS_ERROR=ON \
	-DKSYNC_RCU=$rcu \
	-DKSYNC_TEST_RUNNER=builtin \
	-DKSYNC_TEST_TIMEOUT_SCALE=$slow \
	-DKSYNC_BUILD_TESTS=ON \
	-DKSYNC_BUILD_EXAMPLES=OFF \
	-DKSYNC_BUILD_BENCH=OFF \
	-DKSYNC_BUILD_TSAN=OFF \
	-DKSYNC_INSTALL=OFF || exit 1

# The programs by a hash of seed and name, as many as asked for.
most=${KSYNC_PLATFORM_PROGRAMS:-all}
ctest --test-dir "$build" --label-regex '^unit$' -N |
	sed -n 's/.*: unit\.\([^.]*\)\..*/\1/p' | sort -u >"$build/programs"
while read -r program; do
	echo "$(printf '%s %s' "${KSYNC_SEED-}" "$program" | cksum) $program"
done <"$build/programs" | sort | sed 's/.* //' >"$build/by_hash"
[ "$most" != all ] || most=$(grep -c . "$build/programs")
head -n "$most" "$build/by_hash" >"$build/chosen"
if cmp -s "$build/chosen" "$build/by_hash"; then
	set --
	which=.
else
	echo "$most of $(grep -c . "$build/programs") test programs:" \
		"$(paste -sd ' ' "$build/chosen")"
	# shellcheck disable=SC2046 # a list of words
	set -- --target platform_facts $(sed 's/$/_test/' "$build/chosen")
	which="^unit\\.($(paste -sd '|' "$build/chosen"))\\."
fi
cmake --build "$build" --parallel 2 "$@" || exit 1
ctest --test-dir "$build" --label-regex '^unit$' --tests-regex "$which" \
	--no-tests=error --parallel 2 --verbose >"$build/unit.log" 2>&1
status=$?
grep -E ' FAIL |% tests passed|^ *[0-9]+/[0-9]+ Test' "$build/unit.log"
[ $status -eq 0 ] || grep -vE '^[0-9]+: PASS ' "$build/unit.log"

# What it lacks. A sanitizer that starts may also never end.

emulator=$(cat "$facts/emulator")
compiler=$(cat "$facts/compiler")
# shellcheck disable=SC2086 # lists of words
{
	$emulator "$facts/platform_facts" || echo platform_facts
	for pair in asan=address ubsan=undefined tsan=thread; do
		compile $compiler -fsanitize=${pair#*=} &&
			ASAN_OPTIONS=detect_leaks=0 timeout -s KILL 20 \
				$emulator "$build/empty" >/dev/null 2>&1 ||
			echo ${pair%=*}
	done
	grep -vxFf "$facts/families" "$work/families" | sed 's/^/family:/'
	sed -n -e 's/^[0-9]*: SKIP /skips:/p' \
		-e 's/^[0-9]*: FAIL \([^ ]*\) .*/fails:\1/p' "$build/unit.log"
	# A suite that failed otherwise than by a test: by its NUMBER NAME, those
	# without a line of a failed test; and by another word than Failed.
	sed -n 's/^\([0-9]*\): FAIL .*/\1/p' "$build/unit.log" |
		sort -u >"$build/explained"
	sed -n 's/.* Test *#\([0-9]*\): \([^ ]*\) .*\*\*\*Failed.*/\1 \2/p' \
		"$build/unit.log" | sort >"$build/failed"
	join -v 1 "$build/failed" "$build/explained" | sed 's/^.* /ctest:/'
	sed -n 's/.* Test *#[0-9]*: \([^ ]*\) .*\*\*\*[^F].*/ctest:\1/p' \
		"$build/unit.log"
} | sort >"$build/seen"

# What the machine under the platform decides.
awk '$1 == "may" { print $2 }' "$source/tests/platform/lacks.txt" \
	>"$build/may"
grep -vxFf "$build/may" "$build/seen" >"$build/seen_here"
mv "$build/seen_here" "$build/seen"

names=" $platform "
[ "${emulator#qemu}" = "$emulator" ] || names="$names qemu qemu-$platform "
awk -v names="$names" '/^[a-z]/ && index(names, " " $1 " ") { print $2 }' \
	"$source/tests/platform/lacks.txt" | sort |
	# Of suites that did not run nothing is seen.
	if [ $# -eq 0 ]; then cat; else
		sed -n 's/.* Test *#[0-9]*: unit\.[^.]*\.\([^ ]*\) .*/\1/p' \
			"$build/unit.log" | sort -u >"$build/suites"
		awk -F '[:/]' 'NR == FNR { ran[$1] = 1; next }
			!/^(skips|fails):/ || $2 in ran' "$build/suites" -
	fi >"$build/declared"

comm -23 "$build/seen" "$build/declared" >"$build/undeclared"
comm -13 "$build/seen" "$build/declared" >"$build/present"
failed=
[ $status -eq 0 ] || grep -qE '^(fails|ctest):' "$build/seen" || failed=1
echo "$platform lacks: $(paste -sd ' ' "$build/seen")"
if [ -s "$build/undeclared" ]; then
	echo "not declared in tests/platform/lacks.txt:" \
		"$(paste -sd ' ' "$build/undeclared")"
	failed=1
fi
if [ -s "$build/present" ]; then
	echo "declared in tests/platform/lacks.txt, but not lacking:" \
		"$(paste -sd ' ' "$build/present")"
	failed=1
fi
[ ! $failed ]
