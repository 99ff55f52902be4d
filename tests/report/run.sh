#!/bin/sh
# SPDX-License-Identifier: MIT
#
#	run.sh WORD FILE...
#
# Reports of processes that are alone from their start: the function test_WORD
# below, with the programs that CMakeLists.txt gives it.
set -u
unset KSYNC_ON_REPORT KSYNC_ON_DEADLOCK
here=$(cd "$(dirname "$0")" && pwd)
said=$(mktemp)
trap 'rm -f "$said"' EXIT
failed=0

is() { # WHAT STATUS COMMAND...: it ends so, 134 being an abort
	what=$1 wanted=$2
	shift 2
	timeout 60 "$@" >"$said" 2>&1
	status=$?
	[ "$status" -eq "$wanted" ] && echo "ok: $what" && return
	echo "FAILED: $what: status $status, not $wanted"
	cat "$said"
	failed=1
}

says() { # WORDS
	grep -qF -e "$1" "$said" && return
	echo "FAILED: $what: does not say: $1"
	cat "$said"
	failed=1
}

line_of() { # COMMENT
	echo "misuse.c:$(grep -n "/\* line: $1 \*/" "$here/misuse.c" | cut -d: -f1)"
}

test_environment() { # PROGRAM...
	for program; do
		is 'a misuse goes on' 0 "$program" misuse
		says 'ksync: mutex misuse: unlocked, but nobody holds it'
		is 'a deadlock aborts' 134 "$program" deadlock
		says 'ksync: mutex deadlock: locked again by its holder'
		is 'on_report: abort aborts' 134 \
			env KSYNC_ON_REPORT=abort "$program" misuse
		says 'unlocked, but nobody holds it'
		is 'on_report: abort aborts behind a hook' 134 \
			env KSYNC_ON_REPORT=abort "$program" hooked
		is 'on_report: trap raises SIGTRAP' 133 \
			env KSYNC_ON_REPORT=trap "$program" misuse
		is 'on_report: another value does not' 0 \
			env KSYNC_ON_REPORT=print "$program" misuse
		is 'on_report: is read before the first report' 134 \
			env KSYNC_ON_REPORT=abort "$program" early
		is 'on_report: is not read again' 0 "$program" setenv
		is 'on_deadlock: wait lets the thread hang' 0 \
			env KSYNC_ON_DEADLOCK=wait "$program" hang
	done
}

test_loader() { # LOADER PLUGIN
	is 'a report does not wait for the loader' 0 "$1" "$2"
	says 'ksync: mutex misuse: unlocked, but nobody holds it'
}

test_throws() { # PROGRAM
	is 'a hook may throw' 0 "$1"
	says '14 thrown and caught'
}

test_symbols() { # SYMBOLS PROGRAM...
	symbols=$1
	shift
	for program; do
		"$program" misuse 2>"$said.report"
		is 'the lines of a misuse' 0 "$symbols" "$said.report"
		says "$(line_of misuse)"
		says ' counter_lock+0x0'
		says '  called   0x'
		"$program" deadlock 2>"$said.report"
		is 'the lines of a deadlock, in a log' 0 sh -c \
			"(echo before; cat '$said.report'; echo after) | '$symbols'"
		says "$(line_of deadlock)"
		says ' hidden_lock+0x0'
		says 'before'
		says 'after'
		rm -f "$said.report"
	done
}

word=$1
shift
"test_$word" "$@"
[ $failed -eq 0 ]
