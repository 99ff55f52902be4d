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
for cc in gcc clang-14 clang-19; do
	command -v "$cc" >/dev/null || { echo "not available: $cc"; continue; }
	compile "$cc" -std=c11 -Wall -Wextra -Werror -DWRONG_TYPE=0 -fsyntax-only
	verdict $? "$cc: correct types compile"
	for wrong in 1 2 3 4; do
		! compile "$cc" -std=c11 -DWRONG_TYPE=$wrong -fsyntax-only \
			2>/dev/null
		verdict $? "$cc: WRONG_TYPE $wrong does not compile"
	done
done

sed -n 's/^void \(bad_[a-z_]*\)(void)$/\1/p' "$source" >bad.list
for level in -O0 -O1 -O2; do
	compile gcc -std=gnu11 $level -fanalyzer -DKSYNC_ANALYZE -DWRONG_TYPE=0 \
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
