#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The release and the checked library do not mix: not in one link, and not in
# one process. The variables in capitals come from CMakeLists.txt.
#
# shellcheck disable=SC2046,SC2086 # flags and libraries are several words
# shellcheck disable=SC2153 # capitals are not misspelt
set -u
here=$(cd "$(dirname "$0")" && pwd)
passed=0
failed=0
rm -rf "$WORK/mixed"
mkdir -p "$WORK/mixed"
cd "$WORK/mixed" || exit 1

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

cc() { # VARIANT ARGUMENT...
	checked=
	[ "$1" = release ] || checked=-DKSYNC_CHECKED=1
	shift
	$CC $CFLAGS -O2 -pthread -Wall -Wextra $checked -I"$SOURCE/include" \
		-I"$BUILD/include" "$@" -ldl >log 2>&1
}

# refused WITH WHAT COMMAND...: it fails, and says WITH
refused() {
	with=$1
	what=$2
	shift 2
	! "$@" && grep -q "$with" log
	verdict $? "$what"
}

library() { # VARIANT KIND
	case $1.$2 in
	release.shared) echo "$SHARED -Wl,-rpath,$(dirname "$SHARED")" ;;
	checked.shared)
		echo "$CHECKED_SHARED -Wl,-rpath,$(dirname "$CHECKED_SHARED")" ;;
	release.static) echo "$STATIC $URCU" ;;
	checked.static) echo "$CHECKED_STATIC $URCU" ;;
	esac
}

# aborts COMMAND...: with one message, that names both
aborts() {
	timeout 60 "$@" >log 2>&1
	[ $? -eq 134 ] &&
		[ "$(grep -c 'release and the checked library in one' log)" = 1 ] &&
		grep -q '  checked: .*[a-z]' log && grep -q '  release: .*[a-z]' log
	verdict $? "$* aborts and says why"
}

kinds='shared static'
variants='release checked'

for v in $variants; do
	main='-DMIXED_USE=use -DMIXED_MAIN'
	cc $v $main -c "$here/mixed.c" -o $v.o
	verdict $? "the program of $v compiles"
	for kind in $kinds; do
		cc $v $v.o -o $v.$kind $(library $v $kind)
		verdict $? "$v.$kind links"
		cc $v -shared -fPIC -DMIXED_USE=use_$v "$here/mixed.c" \
			-o lib$v.$kind.so $(library $v $kind)
		verdict $? "lib$v.$kind.so links"
	done
done

# An object of one, the library of the other.
for kind in $kinds; do
	refused 'undefined reference to .ksync__mutex_[a-z_]*slow' \
		"a release object does not link with checked, $kind" \
		cc release release.o -o no $(library checked $kind)
	refused 'undefined reference to .ksync_checked__mutex_[a-z_]*slow' \
		"a checked object does not link with release, $kind" \
		cc checked checked.o -o no $(library release $kind)
done

# Objects of both, and both archives.
cc release -DMIXED_USE=use_release -c "$here/mixed.c" -o in_release.o
cc checked -DMIXED_USE=use_checked -c "$here/mixed.c" -o in_checked.o
echo 'void use_release(void); void use_checked(void);
int main(void) { use_release(); use_checked(); return 0; }' >both.c
refused 'ksync_and_ksync_checked_in_one_program' \
	"both archives do not link" cc release both.c in_release.o in_checked.o \
	-o no $STATIC $CHECKED_STATIC $URCU
refused 'ksync_and_ksync_checked_in_one_program' \
	"nor do they in the other order" cc release both.c in_release.o \
	in_checked.o -o no $CHECKED_STATIC $STATIC $URCU

# A program of one, a plugin of the other.
for v in $variants; do
	for kind in $kinds; do
		for plugin in $kinds; do
			other=checked
			[ $v = release ] || other=release
			timeout 60 ./$v.$kind ./lib$v.$plugin.so >log 2>&1
			verdict $? "$v.$kind with a plugin of its variant"
			aborts ./$v.$kind ./lib$other.$plugin.so
		done
	done
done

# A program that has neither, and two libraries.
for kind in $kinds; do
	cc release both.c -o both.$kind ./librelease.$kind.so \
		./libchecked.$kind.so -Wl,-rpath,.
	verdict $? "both.$kind links"
	aborts ./both.$kind
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
