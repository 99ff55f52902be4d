#!/bin/sh
# SPDX-License-Identifier: MIT
#
#	run.sh COMPILER PREFIX WORK
#
# Programs built by COMPILER with -fsanitize=thread, against the ordinary
# package that is installed in PREFIX: a correct one many times, without a
# report and without suppressions; then each planted mistake, which has to be
# reported as what it is. WORK is a folder to work in.
set -u
cc=$1
prefix=$2
work=$3
here=$(cd "$(dirname -- "$0")" && pwd)
times=${KSYNC_TSAN_USER_TIMES:-20}
run=
passed=0
failed=0

command -v "$cc" >/dev/null || { echo "not available: $cc"; exit 4; }
command -v setarch >/dev/null && run="setarch -R"
mkdir -p "$work" && cd "$work" || exit 1
PKG_CONFIG_PATH=$(find "$prefix" -type d -name pkgconfig)
export PKG_CONFIG_PATH
LD_LIBRARY_PATH=$(dirname "$PKG_CONFIG_PATH")
export LD_LIBRARY_PATH
unset TSAN_OPTIONS

for program in correct planted; do
	# shellcheck disable=SC2046 # flags are words
	"$cc" -std=gnu11 -g -O1 -Wall -Wextra -fsanitize=thread \
		"$here/$program.c" $(pkg-config --cflags --libs ksync) \
		-o "$program" || exit 1
done

i=0
while [ $i -lt "$times" ]; do
	if $run ./correct >correct.log 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		cat correct.log
	fi
	i=$((i + 1))
done
echo "correct program: $passed of $times runs without a report"

expect() { # MISTAKE REPORT
	if TSAN_OPTIONS="detect_deadlocks=1" $run ./planted "$1" >planted.log 2>&1
	then
		status=0
	else
		status=$?
	fi
	if [ $status -eq 66 ] && grep -qE "ThreadSanitizer: $2" planted.log; then
		passed=$((passed + 1))
		echo "$1: $(sed -n 's/.*WARNING: ThreadSanitizer: //p' \
			planted.log | head -n 1)"
	else
		failed=$((failed + 1))
		cat planted.log
		echo "FAILED: $1 was not reported as $2 (status $status)"
	fi
}

expect missing_lock "data race"
expect abba "lock-order-inversion"
expect abba_spin "lock-order-inversion"
expect early_free "(data race|heap-use-after-free)"
expect stranger "unlock of an unlocked mutex"
if grep -q 'KSYNC_HAVE_RCU 1' "$prefix/include/ksync/config.h"; then
	expect rcu_free_at_once "(data race|heap-use-after-free)"
	expect rcu_publish_plainly "data race"
fi

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
