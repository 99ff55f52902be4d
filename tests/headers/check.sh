#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Compiles each public header alone, twice in a row, in each dialect that its
# users may choose. Whatever the compiler says is an error.
#
#	check.sh C-COMPILER C++-COMPILER INCLUDE...
#
# The headers are all those below INCLUDE/ksync and INCLUDE/compat. Exit status
# 4: a compiler is missing, its package is named.

cc=$1
cxx=$2
shift 2

# Parts of another header, which includes them more than once.
parts='ksync/atomic_family.h'

warnings='-Wall -Wextra -Wpedantic -Wconversion -Wundef -Werror'

need() { # COMPILER PACKAGE
	command -v "$1" >/dev/null && return
	echo "not available: $1 (install the package $2)"
	exit 4
}

need "$cc" "$cc"
case $cxx in
clang*) need "$cxx" "$cc" ;;
*) need "$cxx" "$cxx" ;;
esac

checked=0
failed=0

compile() { # HEADER COMPILER [FLAG...]
	header=$1
	shift
	checked=$((checked + 1))
	# A translation unit must declare something.
	# shellcheck disable=SC2086 # a list of words
	printf '#include <%s>\n#include <%s>\nextern int nothing;\n' \
		"$header" "$header" |
		"$@" -fsyntax-only $include - && return
	failed=$((failed + 1))
	echo "FAILED: <$header> with $*"
	return 1
}

must_fail() { # HEADER COMPILER [FLAG...]
	if compile "$@" >/dev/null 2>&1; then
		failed=$((failed + 1))
		echo "FAILED, for it compiled: $*"
	else
		failed=$((failed - 1))
	fi
}

names() { # SUBDIRECTORY: its headers, as programs include them
	for directory in $directories; do
		[ ! -d "$directory/$1" ] ||
			(cd "$directory" && find "$1" -name '*.h')
	done | sort
}

# A name with a space would not survive in the lists: a link stands for it.
links=$(mktemp -d) || exit 1
trap 'rm -rf "$links"' EXIT
directories=
include=
for directory; do
	case $directory in
	*[[:space:]]*)
		ln -s "$directory" "$links/$#"
		directory=$links/$#
		;;
	esac
	directories="$directories $directory"
	include="$include -I $directory"
	shift
done

# shellcheck disable=SC2086 # lists of words
for header in $(names ksync); do
	case " $parts " in
	*" $header "*) continue ;;
	esac
	for dialect in c11 c17 c2x; do
		compile "$header" $cc -x c -std=$dialect $warnings
	done
	for dialect in c++11 c++17 c++20; do
		compile "$header" $cxx -x c++ -std=$dialect $warnings
	done
done

# Kernel names, with the define of the target ksync::linux and without. They are
# for C; but what shadows a header of the system lets C++ through to that.
for directory in $directories; do
	[ ! -d "$directory/compat" ] || include="-I $directory/compat $include"
done
for path in $(names compat); do
	header=${path#compat/}
	compile "$header" "$cc" -x c -std=gnu11 -DKSYNC_KERNEL_NAMES \
		-Wall -Wextra -Wconversion -Werror
	compile "$header" "$cc" -x c -std=gnu17 \
		-Wall -Wextra -Wconversion -Werror
	passes_through=must_fail
	for directory in $directories; do
		[ ! -f "$directory/$path" ] ||
			! grep -q '#include_next' "$directory/$path" ||
			passes_through=compile
	done
	$passes_through "$header" "$cxx" -x c++ -std=gnu++17
done

echo "$checked compilations, $failed failed"
[ $checked -gt 0 ] && [ $failed -eq 0 ]
