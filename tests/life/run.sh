#!/bin/sh
# SPDX-License-Identifier: MIT
#
#	run.sh KIND
#
# The programs of this folder, linked with the library in one of its kinds:
# shared, static, or static by another linker or link-time optimization. The
# variables in capitals come from CMakeLists.txt. Exit status 4: a tool is
# missing.
#
# shellcheck disable=SC2153 # capitals are not misspelt
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$WORK/$1
passed=0
failed=0

# verdict STATUS WHAT
verdict() {
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $2"
		sed 's/^/    /' log
	fi
}

options=
case $1 in
shared) ;;
static) ;;
lto) options=-flto ;;
gold) options=-fuse-ld=gold ;;
lld) options=-fuse-ld=lld ;;
esac
if [ -n "$options" ] && ! echo 'int main(void) { return 0; }' |
	$CC $options -x c - -o /dev/null 2>/dev/null; then
	echo "not available: $options"
	exit 4
fi

# build OUTPUT FILE...: compile and link
build() {
	out=$1
	shift
	# shellcheck disable=SC2086 # flags are several words
	$CC $CFLAGS -O2 -g $options -D_GNU_SOURCE -pthread -Wall -Wextra \
		-ffunction-sections -Wl,--gc-sections \
		-I"$SOURCE/include" -I"$BUILD/include" -o "$out" "$@" >log 2>&1
	verdict $? "$out is linked"
}

# scene PROGRAM ARGUMENT...: it ends well
scene() {
	timeout 100 "$@" >log 2>&1
	verdict $? "$*"
}

rm -rf "$work"
mkdir -p "$work"
cd "$work" || exit 1

shared="$SHARED -Wl,-rpath,$(dirname "$SHARED")"
archive="$STATIC $URCU"
mutex_only=$STATIC
library=$archive
if [ "$1" = shared ]; then
	library=$shared
	mutex_only=$shared
fi

# shellcheck disable=SC2086 # a library is several words
{
	build lone "$here/lone.c" $mutex_only
	build fork "$here/fork.c" $mutex_only
	build exit "$here/exit.c" $mutex_only -ldl
	build liblate.so -fPIC -shared "$here/late.c"
	build end_1 "$here/end.c" $library ./liblate.so -Wl,-rpath,.
	build end_2 "$here/end.c" ./liblate.so $library -Wl,-rpath,.
	# The plugin has the other kind.
	if [ "$1" = shared ]; then
		build plugin.so -fPIC -shared "$here/plugin.c" $archive
	else
		build plugin.so -fPIC -shared "$here/plugin.c" $shared
	fi
	build copies -rdynamic "$here/copies.c" $library -ldl
	build waits -rdynamic "$here/waits.c" $library -ldl
	[ -z "$URCU" ] || build rcu "$here/rcu.c" $library
	case $URCU in
	*memb*) build liburcu "$here/liburcu.c" $library $URCU ;;
	esac
}

# It waits 10 s, beside the others.
if [ "$1" = shared ]; then
	timeout 100 ./exit last_round >last.log 2>&1 &
	last=$!
fi
scene ./lone
scene ./fork early
scene ./fork handlers
scene ./fork storm
scene ./fork masks
scene ./fork held
scene ./fork bare
scene ./fork signal
scene ./exit rounds
scene ./exit many
scene ./exit main
KEYS_USED_UP=1 scene ./exit no_memory
if [ -n "$URCU" ]; then
	scene ./rcu rounds
	scene ./rcu rounds_behind
	scene ./rcu main
	! command -v valgrind >/dev/null ||
		scene valgrind -q --leak-check=full --show-leak-kinds=all \
			--errors-for-leak-kinds=all --error-exitcode=9 \
			./rcu clean
fi
case $URCU in
*memb*)
	scene ./liburcu before
	# The archive cannot see that the program has liburcu.
	[ "$1" != shared ] || scene ./liburcu after
	;;
esac
scene ./end_1
scene ./end_2
scene ./copies shared_object
scene ./copies reports
scene ./waits one_copy
scene ./waits other_copy_ends
scene ./waits other_copy_waits
scene ./waits stranger_ends
scene ./waits stranger_begins
if [ "$1" = shared ]; then
	scene ./copies unload
	wait "$last"
	verdict $? "exit last_round"
	nm -D --defined-only plugin.so >log
	! grep -E ' _*ksync_' log >/dev/null
	verdict $? "what has the archive inside exports none of it"
else
	nm -D --defined-only copies >log
	! grep -E ' _*ksync_' log >/dev/null
	verdict $? "what has the archive inside exports none of it"
	! readelf -d fork | grep urcu >log
	verdict $? "without RCU it needs no liburcu"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
