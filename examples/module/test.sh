#!/bin/sh
# SPDX-License-Identifier: MIT
#
#	test.sh INSMOD HELLO LEAKS LIBRARY
#
# The modules say what they should, and what is left behind is told.

set -u
insmod=$1 hello=$2 leaks=$3 library=$4
said=$(mktemp) || exit 1
trap 'rm -f "$said"' EXIT

# run MODULE UNTIL ARGUMENT...: until it has said that, then ends it; its status
run() {
	module=$1 until=$2
	shift 2
	: >"$said"
	"$insmod" "$module" "$@" 2>"$said" &
	tries=0
	until grep -q "$until" "$said" || [ $((tries += 1)) -gt 600 ]; do
		kill -0 $! 2>/dev/null || break
		sleep 0.1
	done
	kill -TERM $! 2>/dev/null
	wait $!
}

fail() {
	echo "FAILED: $*"
	cat "$said"
	exit 1
}

run "$hello" 'guest 5' name=kernel guests=5 || fail "hello ends with $?"
for line in 'hello, kernel' 'guest 1 sits' 'goodbye, kernel'; do
	grep -q "$line" "$said" || fail "hello does not say '$line'"
done

# The command line is looked at, and an init's error is the status.
run "$hello" 'no parameter' guest=5
[ $? = 2 ] || fail "an unknown parameter is no error"
run "$hello" 'EINVAL' guests=-1
[ $? = 22 ] || fail "the error of the init is not the status"

run "$leaks" 'leaves things'
[ $? = 125 ] || fail "what is left behind is not in the status"
for line in '1 references are left' 'leak: .* bytes .* allocated by'; do
	grep -q "$line" "$said" || fail "nobody says '$line'"
done
case $library in
*checked) grep -q 'left_locked' "$said" || fail "no word of the lock" ;;
esac
echo ok
