#!/bin/sh
# SPDX-License-Identifier: MIT
# What the compilers and gcc's analyzer make of misuse.c.
#
#	run.sh <include dir> <build's include dir>
set -u
cd "$(dirname -- "$0")" || exit 1
include="-I$1 -I$2"
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

for cc in gcc clang-14 clang-19; do
	command -v "$cc" >/dev/null || { echo "no $cc"; continue; }
	"$cc" -std=c11 -Wall -Wextra -Werror -DWRONG_TYPE=0 $include \
		-fsyntax-only misuse.c
	verdict $? "$cc: correct types compile"
	for wrong in 1 2 3 4; do
		! "$cc" -std=c11 -DWRONG_TYPE=$wrong $include \
			-fsyntax-only misuse.c 2>/dev/null
		verdict $? "$cc: WRONG_TYPE $wrong does not compile"
	done
done

for level in -O0 -O1 -O2; do
	found=$(gcc -std=gnu11 $level -fanalyzer -DKSYNC_ANALYZE -DWRONG_TYPE=0 \
		$include -c -o /dev/null misuse.c 2>&1 |
		sed -n "s/.*‘\([a-z_]*\)’: event.*/\1/p" | sort -u)
	for name in $(sed -n 's/^void \(bad_[a-z_]*\)(void)$/\1/p' misuse.c); do
		echo "$found" | grep -qx "$name"
		verdict $? "$level: $name is reported"
	done
	! echo "$found" | grep -q '^good_'
	verdict $? "$level: no false alarm"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
