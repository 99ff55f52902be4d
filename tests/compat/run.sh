#!/bin/sh
# SPDX-License-Identifier: MIT
# What the compilers make of right.c and of each mistake in wrong.c.
#
#	run.sh <include directory> <the build's include directory>
set -u
here=$(dirname -- "$0")
flags="-I$1/compat -I$1 -I$2 -Wall -Wextra -Werror -O1 -S -o /dev/null"
passed=0
failed=0

verdict() { # STATUS WHAT
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $2"
	fi
}

compile() { # COMPILER OPTION... FILE
	# shellcheck disable=SC2086 # a list of words
	"$@" $flags 2>&1
}

# Each line: a number of wrong.c and the words of its error.
mistakes=$(sed -n 's|^#if WRONG == \([0-9]*\) /\* \(.*\) \*/$|\1 \2|p' \
	"$here/wrong.c")

for cc in gcc clang-14 clang-19; do
	command -v "$cc" >/dev/null || { echo "not available: $cc"; continue; }
	for std in gnu11 gnu17; do
		c="-x c -std=$std -DKSYNC_KERNEL_NAMES"
		# shellcheck disable=SC2086 # lists of words
		{
			compile "$cc" $c "$here/right.c"
			verdict $? "$cc $std: right.c"
			compile "$cc" $c -DWRONG=0 "$here/wrong.c"
			verdict $? "$cc $std: WRONG 0"
		}
	done
	while read -r number words; do
		text=$(compile "$cc" -x c -std=gnu11 -DKSYNC_KERNEL_NAMES \
			-DWRONG="$number" "$here/wrong.c") && text=compiled
		echo "$text" | grep -q -e "error.*$words"
		verdict $? "$cc: WRONG $number is not refused for '$words'"
	done <<-EOT
	$mistakes
	EOT
done

# Without ksync's own headers it says what is missing.
text=$(gcc -x c -fsyntax-only -I"$1/compat" -DKSYNC_KERNEL_NAMES \
	-include linux/mutex.h /dev/null 2>&1)
echo "$text" | grep -q "error.*link ksync::ksync beside"
verdict $? "gcc: kernel names alone do not say what is missing"

# Each header of a lock brings along what the kernel's brings.
for header in mutex spinlock semaphore kref refcount rcupdate sched; do
	for std in c11 gnu11; do
		compile gcc -x c -std=$std -include "linux/$header.h" \
			"$here/brings.c"
		verdict $? "gcc $std: what <linux/$header.h> brings along"
	done
done

# Without the define, kernel names alone are fine: the first header sets it.
compile gcc -x c -std=gnu11 "$here/right.c"
verdict $? "gcc: right.c without KSYNC_KERNEL_NAMES"

for cxx in g++ clang++-19; do
	command -v "$cxx" >/dev/null || { echo "not available: $cxx"; continue; }
	for std in c++11 c++20; do
		compile "$cxx" -x c++ -std=$std -DKSYNC_KERNEL_NAMES \
			"$here/right.c"
		verdict $? "$cxx $std: right.c"
	done
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
