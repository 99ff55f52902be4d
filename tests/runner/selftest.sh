#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Shows that the runner tells good tests from bad ones: builds specimens.c,
# whose tests pass, fail or skip on purpose, and compares each verdict, its
# reason and the exit status with the tables below.
#
#	selftest.sh INSTRUMENT COMPILER [FLAG...]
#
# INSTRUMENT is plain, address (with undefined behaviour and leaks), thread,
# valgrind; or criterion: do libcriterion and criterion_strict.c give the same
# verdicts, and do they see a leak?
# EMULATOR, from the environment, runs the programs. Exit status 4: a tool is
# missing, its package is named.

here=$(dirname "$0")
instrument=$1
compiler=$2
shift 2

need() {
	command -v "$1" >/dev/null && return
	echo "not available: $1 (install the package $2)"
	exit 4
}

need "$compiler" "${PACKAGE:-$(basename "$compiler")}"

case $instrument in
address) set -- "$@" -fsanitize=address,undefined ;;
thread) set -- "$@" -fsanitize=thread ;;
valgrind)
	need valgrind valgrind
	EMULATOR="valgrind -q --leak-check=full --error-exitcode=99"
	;;
esac

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

bad=0
complain() {
	echo "selftest: $*" >&2
	bad=1
}

build() { # PROGRAM SOURCE-OR-LIBRARY...
	"$compiler" -std=gnu11 -g -O1 -Wall -Wextra -pthread "$@" -o "$work/$program"
}

program=specimens
build "$@" "$here/runner.c" "$here/specimens.c" || exit 1

run_suite() { # SUITE: runs it into $work/output, returns its status
	$EMULATOR "$work/specimens" --filter "$1/*" \
		>"$work/output" 2>"$work/errors"
}

verdicts() { # all of them as "VERDICT SUITE/TEST", without parameters
	sed -n 's/^\(PASS\|FAIL\|SKIP\) \([^ []*\).*/\1 \2/p' "$work/output"
}

# The table on standard input: VERDICT TEST REASON, the reason of a failure
# being a regular expression, and TEXT EXPRESSION for what else is printed.
expect_suite() { # SUITE STATUS
	run_suite "$1"
	status=$?
	[ $status -eq "$2" ] || complain "$1: exit status $status, not $2"
	tail -n 1 "$work/output" |
		grep -Eq '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' ||
		complain "$1: the last line does not count the tests"
	rows=0
	while read -r verdict test reason; do
		case $verdict in
		TEXT)
			line=$test${reason:+ $reason}
			;;
		FAIL)
			line="^FAIL $1/$test \(.*specimens\.c:[0-9]+\): ($reason)"
			rows=$((rows + 1))
			;;
		*)
			line="^$verdict $1/$test\$"
			rows=$((rows + 1))
			;;
		esac
		grep -Eq "$line" "$work/output" ||
			complain "$1: no line '$line' in the output"
	done
	[ "$(verdicts | wc -l)" -eq $rows ] ||
		complain "$1: other tests than expected ran"
	if [ $bad -ne 0 ]; then
		cat "$work/output" "$work/errors"
		exit 1
	fi
}

same_as_criterion() {
	set -- "$@" "$here/criterion_strict.c" "$here/specimens.c" \
		-Wl,--wrap=criterion_internal_test_main -lcriterion
	program=leaks
	build -fsanitize=address "$@" || exit 1
	"$work/leaks" -j1 --filter memory/leak >/dev/null 2>"$work/errors" &&
		complain "Criterion overlooked a leak"
	grep -q 'memory was leaked' "$work/errors" ||
		complain "Criterion found no leak"
	"$work/leaks" -j1 --filter passes/plain >/dev/null 2>"$work/errors" ||
		complain "Criterion found a leak where there is none"

	for suite in passes skips fails; do
		run_suite $suite
		verdicts
	done | sort >"$work/ours"
	program=reference
	build "$@" || exit 1
	"$work/reference" -j1 --tap --filter '@(passes|skips|fails)/*' \
		2>/dev/null | sed 's,::,/,' |
		sed -n -e 's/^ok - \([^ ]*\) *# SKIP.*/SKIP \1/p;t' \
			-e 's/^ok - \([^ ]*\).*/PASS \1/p;t' \
			-e 's/^not ok - \([^ ]*\).*/FAIL \1/p' |
		grep -E ' (passes|skips|fails)/' | sort >"$work/theirs"
	[ -s "$work/theirs" ] || complain "Criterion ran nothing"
	diff "$work/theirs" "$work/ours" ||
		complain "other verdicts than Criterion's"
}

if [ "$instrument" = criterion ]; then
	same_as_criterion "$@"
	exit $bad
fi

expect_suite passes 0 <<'END'
PASS plain
PASS fixtures_suite_first
PASS expected_signal
PASS expected_status
PASS parameters\[0\]
PASS parameters\[1\]
PASS parameters\[2\]
PASS ends_its_own_children
END

expect_suite passes_here 0 <<'END'
PASS leaves_a_child_behind
END

expect_suite skips 0 <<'END'
SKIP by_itself
TEXT skips/by_itself: nothing to do
SKIP disabled
END

expect_suite fails 1 <<'END'
FAIL assertion 1 failed assertion
TEXT specimens\.c:[0-9]+: 1 == 2 is false
FAIL assertion_with_text 1 failed assertion
TEXT specimens\.c:[0-9]+: 1 is not two
FAIL strings 1 failed assertion
TEXT specimens\.c:[0-9]+: .* "left" and "right"
FAIL expectation 1 failed assertion
TEXT specimens\.c:[0-9]+: "a" is not null
FAIL crash ended by signal 11|a sanitizer reported|exit status 66
FAIL killed ended by signal 9
FAIL timeout timed out after 0.2 s
FAIL wrong_status exit status 3 instead of 0
FAIL other_status exit status 3 instead of 4
FAIL missing_status exit status 0 instead of 4
FAIL missing_signal exit status 0 instead of signal 6
FAIL other_signal ended by signal 9
PASS parameters\[0\]
FAIL parameters\[1\] 1 failed assertion
PASS parameters\[2\]
FAIL teardown 1 failed assertion
END

expect_suite fails_here 1 <<'END'
FAIL in_a_thread 1 failed assertion
TEXT specimens\.c:[0-9]+: seen by a thread
FAIL in_a_child 1 failed assertion
TEXT specimens\.c:[0-9]+: seen by a child
FAIL exits_early exited before its end
FAIL setup 1 failed assertion
END

run_suite no_such_suite && complain "success without any test"

case $instrument in
address)
	expect_suite memory 1 <<-'END'
		FAIL leak exit status [1-9]
		FAIL use_after_free a sanitizer reported
		FAIL use_after_free_with_expected_status a sanitizer reported
	END
	expect_suite undefined 1 <<-'END'
		FAIL overflow a sanitizer reported
	END
	;;
thread)
	expect_suite races 1 <<-'END'
		FAIL race a sanitizer reported
		FAIL race_with_expected_signal a sanitizer reported
	END
	;;
valgrind)
	expect_suite memory 1 <<-'END'
		FAIL leak exit status 99
		FAIL use_after_free exit status 99
		FAIL use_after_free_with_expected_status exit status 99
	END
	expect_suite uninitialised 1 <<-'END'
		FAIL branch exit status 99
	END
	;;
esac

exit $bad
