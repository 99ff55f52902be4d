#!/bin/sh
# SPDX-License-Identifier: MIT
#
# judge.sh RUNS REPORT COMMAND...
#
# Run a program that is instrumented with ThreadSanitizer some times. Each time
# it must be reported as REPORT, an extended regular expression; or not at all,
# and succeed, if that is empty. Says what was seen.

runs=$1 report=$2
shift 2
# The program's own suppressions and options do not count here.
TSAN_OPTIONS='exitcode=66 halt_on_error=0 atexit_sleep_ms=0'
export TSAN_OPTIONS

fail() {
	echo "run $run: $1"
	printf '%s\n' "$output"
	exit 1
}

run=0
while [ "$run" -lt "$runs" ]; do
	run=$((run + 1))
	output=$("$@" 2>&1)
	status=$?
	said=$(printf '%s\n' "$output" | grep -E 'ThreadSanitizer')
	if [ -z "$report" ]; then
		[ -z "$said" ] || fail 'reported, and nothing is wrong'
		[ "$status" -eq 0 ] || fail "status $status"
		continue
	fi
	printf '%s\n' "$said" | grep -qE "WARNING: ThreadSanitizer: ($report)" ||
		fail "not reported as: $report"
	[ "$status" -eq 66 ] || fail "status $status, not 66"
done

if [ -z "$report" ]; then
	echo "$runs of $runs runs: silent"
else
	echo "$runs of $runs runs: reported, the last one as"
	printf '%s\n' "$said"
fi
