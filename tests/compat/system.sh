#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The system's headers in a program that looks for the kernel's here first. Each
# that compiles without, compiles with; or it is one that is refused: that says
# what to take instead, and comes with KSYNC_SYSTEM_HEADERS. And the C library's
# are right before all kernel names, and after them.
#
#	system.sh <compiler> <include directory> <the build's include directory>
set -u
cc="$1 -x c -std=gnu11 -D_GNU_SOURCE"
compat="-I$2/compat -I$2 -I$3 -DKSYNC_KERNEL_NAMES -Werror -Wno-cpp"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

command -v dpkg >/dev/null || {
	echo "not available: dpkg, which knows the C library's headers"
	exit 4
}

system_headers() { # PACKAGE...: as programs include them
	dpkg -L "$@" | sed -n 's,^/usr/include/\([^/]*-linux-gnu[^/]*/\)\?,,p' |
		grep -E '^((sys|net|netinet|arpa|scsi|rpc|protocols|linux)/)?[^/]*\.h$' |
		sort -u
}

includes() { # HEADER...
	printf '#include <%s>\n' "$@"
}

alone() { # does the program compile without ours?
	$cc -fsyntax-only - <"$work/program" 2>/dev/null
}

check() { # WHAT FLAG...: the program compiles with these
	what=$1
	shift
	if $cc "$@" -fsyntax-only - <"$work/program" >"$work/said" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $what"
		grep -m 3 error "$work/said"
	fi
}

# shellcheck disable=SC2046,SC2086 # lists of words
{
	for header in $(system_headers libc6-dev linux-libc-dev); do
		includes "$header" >"$work/program"
		refused=$2/compat/$header
		[ -f "$refused" ] && grep -q KSYNC_SYSTEM_HEADERS "$refused" ||
			refused=
		if [ ! $refused ]; then
			alone || continue
			check "<$header>" $compat
			# C's atomics have names of the kernel's.
			case $header in
			linux/* | stdatomic.h) ;;
			*) echo "$header" >>"$work/libc" ;;
			esac
			continue
		fi
		text=$($cc $compat -fsyntax-only - <"$work/program" 2>&1) &&
			text=compiled
		case $text in
		*"<$header>: ksync has nothing"*Instead*)
			passed=$((passed + 1))
			;;
		*)
			failed=$((failed + 1))
			echo "FAILED: <$header> is not refused in words: $text"
			;;
		esac
		! alone ||
			check "<$header>, asked for" $compat -DKSYNC_SYSTEM_HEADERS
	done
}

names=$(cd "$2/compat" && find linux -name '*.h' | sort | while read -r path; do
	grep -q KSYNC_SYSTEM_HEADERS "$path" || echo "$path"
done)

# together HEADER...: before the kernel names, and after them. Those that do not
# go together without kernel names are asked for one half at a time.
# shellcheck disable=SC2046,SC2086 # lists of words
together() {
	includes "$@" >"$work/program"
	if alone; then
		includes "$@" $names >"$work/program"
		check "$*, then kernel names" $compat
		includes $names "$@" >"$work/program"
		check "kernel names, then $*" $compat
	elif [ $# -gt 1 ]; then
		half=$(($# / 2))
		together $(printf '%s\n' "$@" | head -n $half)
		together $(printf '%s\n' "$@" | tail -n +$((half + 1)))
	fi
}
# shellcheck disable=SC2046 # a list of words
together $(cat "$work/libc")

echo "$passed passed, $failed failed"
[ $passed -gt 100 ] && [ $failed -eq 0 ]
