#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Compiles each public header alone, twice in a row, and after each other, in
# each dialect that its users may choose. Whatever the compiler says is an error.
#
#	check.sh C-COMPILER C++-COMPILER INCLUDE...
#
# The headers are all those below INCLUDE/ksync and INCLUDE/compat. Exit status
# 4: a compiler is missing, its package is named.

here=$(dirname "$0")
cc=$1
cxx=$2
shift 2

# Parts of another header, which includes them more than once.
parts='ksync/atomic_family.h'

warnings='-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
	-Wcast-qual -Wundef -Werror'

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

includes() { # HEADER...
	printf '#include <%s>\n' "$@"
}

# compiles HEADERS COMPILER [FLAG...]
compiles() {
	headers=$1
	shift
	# A translation unit must declare something.
	# shellcheck disable=SC2086 # a list of words
	{ includes $headers && echo 'extern int nothing;'; } |
		"$@" -fsyntax-only -
}

compile() { # HEADERS COMPILER [FLAG...]
	checked=$((checked + 1))
	headers=$1
	shift
	# shellcheck disable=SC2086 # a list of words
	compiles "$headers" "$@" $include && return
	failed=$((failed + 1))
	echo "FAILED: $headers with $*"
	return 1
}

alone() { # HEADER COMPILER [FLAG...]
	header=$1
	shift
	compile "$header $header" "$@"
}

# What each header includes, of those that are checked, for pairs().
closures() { # HEADERS COMPILER [FLAG...]
	among=$1
	shift
	for header in $among; do
		# shellcheck disable=SC2086 # a list of words
		echo "$header $(includes "$header" | "$@" -M $include - |
			awk '{ for (i = 1; i <= NF; i++) print $i }' | sed -n \
			's,.*/\(\(ksync\|linux\)/.*\.h\)$,\1,p' | tr '\n' ' ')"
	done
}

# Each header after each other: closures() on standard input.
pairs() { # COMPILER [FLAG...]
	while read -r order; do
		[ ! "$order" ] || compile "$order" "$@"
	done <<-EOT
	$(python3 "$here/orders.py")
	EOT
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

native=
for header in $(names ksync); do
	case " $parts " in
	*" $header "*) ;;
	*) native="$native $header" ;;
	esac
done
# shellcheck disable=SC2086 # lists of words
{
	for header in $native; do
		for dialect in c11 c17 c2x; do
			alone "$header" $cc -x c -std=$dialect $warnings
		done
		for dialect in c++11 c++17 c++20; do
			alone "$header" $cxx -x c++ -std=$dialect $warnings \
			-Wold-style-cast
		done
	done
	closures "$native" $cc -x c >"$links/closures"
	pairs $cc -x c -std=c11 $warnings <"$links/closures"
	pairs $cxx -x c++ -std=c++11 $warnings <"$links/closures"
}

# Kernel names, with the define of the target ksync::linux and without. They are
# for C; but what shadows a header of the system lets C++ through to that.
for directory in $directories; do
	[ ! -d "$directory/compat" ] || include="-I $directory/compat $include"
done
warnings='-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
	-Wcast-qual -Werror'
own=
for path in $(names compat); do
	header=${path#compat/}
	passes_through=must_fail
	refused=
	for directory in $directories; do
		[ -f "$directory/$path" ] || continue
		! grep -q '#include_next' "$directory/$path" ||
			passes_through=compile
		! grep -q KSYNC_SYSTEM_HEADERS "$directory/$path" || refused=1
	done
	if [ ! $refused ]; then
		$passes_through "$header" "$cxx" -x c++ -std=gnu++17
		own="$own $header"
		continue
	fi
	must_fail "$header" "$cc" -x c -std=gnu11
	# Some of the system's do not stand alone.
	! compiles "$header" "$cc" -x c -std=gnu11 2>/dev/null ||
		compile "$header" "$cc" -x c -std=gnu11 -DKSYNC_SYSTEM_HEADERS
	! compiles "$header" "$cxx" -x c++ -std=gnu++17 2>/dev/null ||
		compile "$header" "$cxx" -x c++ -std=gnu++17
done
# shellcheck disable=SC2086 # lists of words
{
	closures "$own" $cc -x c >"$links/closures"
	for dialect in c11 gnu11 c17 c2x; do
		how="$cc -x c -std=$dialect $warnings"
		for header in $own; do
			alone "$header" $how -DKSYNC_KERNEL_NAMES
		done
		pairs $how -DKSYNC_KERNEL_NAMES <"$links/closures"
	done
	for header in $own; do
		alone "$header" $how
	done
}

echo "$checked compilations, $failed failed"
[ $checked -gt 0 ] && [ $failed -eq 0 ]
