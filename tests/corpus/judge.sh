#!/bin/sh
# SPDX-License-Identifier: MIT
# A case of corpus.c is reported in each of so many forced runs, and its right
# form never is. With "rate" instead: in how many free runs it is.
#
#	judge.sh CASE REPORT RUNS|rate PROGRAM...
set -u
case=$1
report=$2
runs=$3
shift 3
ASAN_OPTIONS=exitcode=66:symbolize=0:detect_leaks=0
TSAN_OPTIONS="exitcode=66 halt_on_error=1 symbolize=0"
export ASAN_OPTIONS TSAN_OPTIONS
said=$(mktemp) || exit 1
trap 'rm -f "$said"' EXIT

seen() { # MODE PROGRAM...: was the mistake reported?
	mode=$1
	shift
	timeout 60 "$@" "$case" "$mode" >"$said" 2>&1
	status=$?
	[ "$status" -eq 66 ] && grep -q -e "$report" "$said" && return 0
	[ "$status" -eq 0 ] && return 1
	cat "$said"
	echo "$case $mode ended with $status, and without \"$report\""
	exit 1
}

if [ "$runs" = rate ]; then
	n=0
	for _ in $(seq 50); do
		if seen free "$@"; then n=$((n + 1)); fi
	done
	echo "$case: $n of 50"
	exit 0
fi
for run in $(seq "$runs"); do
	if ! seen forced "$@"; then
		echo "$case: not reported in forced run $run"
		exit 1
	fi
	if seen right "$@"; then
		cat "$said"
		echo "$case: reported without the mistake"
		exit 1
	fi
done
echo "$case: reported in $runs of $runs"
