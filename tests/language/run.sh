#!/bin/sh
# SPDX-License-Identifier: MIT
# What the compilers make of the macros and inlines in a user's program: values.c,
# values.cc and guards.c compile without a warning and run; each mistake in
# refused.c is an error; callbacks.c has the types that UBSan wants.
#
#	run.sh <include directory> <the build's include directory> <library>
set -u
here=$(dirname -- "$0")
library=$3
include="-I$1/compat -I$1 -I$2"
quiet="-Wall -Wextra -Werror -Wpedantic -Wshadow -Wconversion -Wsign-conversion
	-Wcast-qual"
quiet_cxx="$quiet -Wold-style-cast"
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

# Each line: a number of refused.c and the words of its error.
mistakes=$(sed -n 's|^#\(el\)*if WRONG == \([0-9]*\) /\* \(.*\) \*/$|\2 \3|p' \
	"$here/refused.c")
[ -n "$mistakes" ] || exit 1

# The mistakes, by a compiler that takes each as a warning by default.
refuses() { # COMPILER OPTION...
	while read -r number words; do
		# shellcheck disable=SC2086 # lists of words
		text=$("$@" $include -DWRONG="$number" -S -o /dev/null \
			"$here/refused.c" 2>&1) && text=compiled
		echo "$text" | grep -q -e "error.*\($words\)"
		verdict $? "$*: WRONG $number is not refused for '$words'"
	done <<-EOT
	$mistakes
	EOT
}

# What an Arc cannot hold, by a C++ compiler.
refuses_arc_of() { # COMPILER TYPE
	# shellcheck disable=SC2086 # lists of words
	text=$("$1" $include -std=c++11 -fsyntax-only -x c++ - 2>&1 <<-EOT
		#include <ksync/arc.h>
		struct has_constructor { has_constructor() {} int x; };
		struct has_destructor { ~has_destructor() {} int x; };
		struct has_value { int x = 1; };
		struct has_virtual { virtual void f() {} int x; };
		struct has_copy { has_copy(const has_copy &) {} int x; };
		struct has_member { int y; has_destructor x; };
		struct is_plain { int x; };
		KSYNC_DEFINE_ARC(box, $2, NULL)
	EOT
	) && text=compiled
	echo "$text" | grep -q 'error.*C++ constructors or a destructor'
	verdict $? "$1: an Arc of $2 is not refused"
}

# Compiles a program for users who want to hear everything, and runs it.
runs() { # FILE COMPILER OPTION...
	file=$here/$1
	shift
	# shellcheck disable=SC2086 # lists of words
	"$@" $include -D_GNU_SOURCE -O1 -pthread "$file" -x none "$library" \
		-lurcu-memb -o program &&
		./program
	verdict $? "$* $file"
}

for cc in gcc clang-14 clang-19; do
	command -v "$cc" >/dev/null || { echo "not available: $cc"; continue; }
	for names in 0 '1 -DKSYNC_KERNEL_NAMES'; do
		for std in c11 c17 c2x; do
			# shellcheck disable=SC2086 # lists of words
			runs values.c "$cc" -std=$std $quiet -DNAMES=$names
			# shellcheck disable=SC2086 # lists of words
			runs guards.c "$cc" -std=$std $quiet -DNAMES=$names
		done
		# shellcheck disable=SC2086 # lists of words
		refuses "$cc" -std=gnu11 -DNAMES=$names
	done
done

for cxx in g++ clang++-14 clang++-19; do
	command -v "$cxx" >/dev/null || { echo "not available: $cxx"; continue; }
	for std in c++11 c++14 c++17 c++20 c++2b; do
		# shellcheck disable=SC2086 # lists of words
		runs values.cc "$cxx" -std=$std $quiet_cxx
		# shellcheck disable=SC2086 # lists of words
		runs guards.c "$cxx" -x c++ -std=$std $quiet_cxx -DNAMES=0
	done
	refuses "$cxx" -x c++ -std=c++11 -DNAMES=0
	for type in has_constructor has_destructor has_value has_virtual \
		has_copy has_member; do
		refuses_arc_of "$cxx" $type
	done
done

# Callbacks have the types by which the library calls them.
if command -v clang-19 >/dev/null; then
	function="clang-19 $include -D_GNU_SOURCE -O1
		-fsanitize=function,undefined -fno-sanitize-recover=all"
	# shellcheck disable=SC2086 # lists of words
	$function -DNAMES=1 -DKSYNC_KERNEL_NAMES -c -o kernel.o \
		"$here/callbacks.c" &&
		$function -DNAMES=0 -c -o native.o "$here/callbacks.c" &&
		$function kernel.o native.o -o program && ./program
	verdict $? "callbacks.c under UBSan"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
