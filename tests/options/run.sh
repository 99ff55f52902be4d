#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A build with another choice of RCU than the tests': what it has passes.
#
#	run.sh bp|none SOURCE BUILD
#
# bp: liburcu's other flavour, under the tests of RCU. none: nothing of RCU is
# there, and all else passes.

flavour=$1
source=$2
build=$3

fail() {
	echo "FAILED: $1"
	exit 1
}

configure() {
	cmake --fresh -S "$source" -B "$build" \
		-DCMAKE_BUILD_TYPE=Debug \
		-DCMAKE_COMPILE_WARNING_AS_ERROR=ON \
		-DKSYNC_RCU="$flavour" \
		-DKSYNC_TEST_RUNNER=builtin \
		-DKSYNC_BUILD_TESTS=ON \
		-DKSYNC_INSTALL=OFF ||
		fail "it configures"
}

build() { # OPTION...
	cmake --build "$build" --parallel 2 "$@" || fail "it builds"
}

# tests OPTION...: these pass
tests() {
	ctest --test-dir "$build" --no-tests=error --output-on-failure "$@" ||
		fail "its tests pass"
}

# Does a program that includes <ksync/rcu.h> compile?
takes_rcu() {
	echo '#include <ksync/rcu.h>' | "${CC:-cc}" -I"$source/include" \
		-I"$build/include" -fsyntax-only -x c - 2>"$build/said"
}

case $flavour in
bp)
	configure
	build --target rcu_test example_rcu
	tests --tests-regex '^(unit\.rcu\.|examples\.rcu$)'
	takes_rcu || fail "<ksync/rcu.h> is there"
	readelf -d "$build/tests/rcu_test" | grep -F liburcu-bp ||
		fail "it is liburcu-bp"
	;;
none)
	configure
	build
	tests --label-regex '^(unit|examples)$'
	! takes_rcu || fail "<ksync/rcu.h> is refused"
	grep -F 'configured without liburcu' "$build/said" ||
		fail "it says why"
	# SRCU needs no liburcu.
	! nm -g --defined-only "$build/libksync.a" | grep -v srcu |
		grep 'rcu\($\|[^w]\)' ||
		fail "the library has none of it"
	! readelf -d "$build/libksync.so" | grep -F liburcu ||
		fail "the library asks for no liburcu"
	;;
esac
