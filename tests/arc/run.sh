#!/bin/sh
# SPDX-License-Identifier: MIT
# What the compilers and gcc's analyzer make of misuse.c.
#
#	run.sh <include directory> <the build's include directory>
set -u
source=$(dirname -- "$0")/misuse.c
passed=0
failed=0

verdict() {
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $2"
	fi
}

compile() { # COMPILER OPTION...
	"$@" -I"$include" -I"$build_include" "$source"
}

include=$1
build_include=$2
# Each line: a number of misuse.c and the words of its error.
mistakes=$(sed -n 's|^#if WRONG == \([0-9]*\) /\* \(.*\) \*/$|\1 \2|p' "$source")
for cc in gcc clang-14 clang-19; do
	command -v "$cc" >/dev/null || { echo "not available: $cc"; continue; }
	compile "$cc" -std=c11 -Wall -Wextra -Werror -DWRONG=0 -fsyntax-only
	verdict $? "$cc: correct types compile"
	while read -r number words; do
		text=$(compile "$cc" -std=c11 -Werror=unused-result \
			-DWRONG="$number" -S -o /dev/null 2>&1) && text=compiled
		echo "$text" | grep -q -e "error.*\($words\)"
		verdict $? "$cc: WRONG $number is not refused for '$words'"
	done <<-EOT
	$mistakes
	EOT
done

sed -n 's/^void \(bad_[a-z_]*\)(.*)$/\1/p' "$source" >bad.list
for level in -O0 -O1 -O2; do
	compile gcc -std=gnu11 $level -fanalyzer -DKSYNC_ANALYZE -DWRONG=0 \
		-c -o /dev/null 2>&1 |
		sed -n "s/.*‘\([a-z_]*\)’: event.*/\1/p" | sort -u >found.list
	while read -r name; do
		grep -qx "$name" found.list
		verdict $? "$level: $name is reported"
	done <bad.list
	! grep -q '^good_' found.list
	verdict $? "$level: no false alarm"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
