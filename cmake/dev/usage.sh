# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Usage errors: each names what was wrong, what was probably meant, and what
# there is. They end the script with status 2.

# nearest WRONG WORD...: the word with the longest start in common
nearest() {
	local wrong=$1 best='' most=0 word i
	shift

	for word; do
		for ((i = 0; i < ${#wrong}; ++i)); do
			[[ ${wrong:i:1} == "${word:i:1}" ]] || break
		done
		((i <= most)) || { best=$word most=$i; }
	done
	printf '%s' "$best"
}

# one_of WHAT WORD CHOICE...: nothing if the word is a choice
one_of() {
	local what=$1 word=$2 meant
	shift 2

	[[ " $* " != *" $word "* ]] || return 0
	meant=$(nearest "$word" "$@")
	complain "unknown $what '$word'${meant:+; did you mean $meant?}"
	printf '  There is: %s\n  ./dev help tells more.\n' "$*" >&2
	exit 2
}

# number OPTION VALUE: nothing if the value is a count of at least 1
number() {
	[[ ! $2 =~ ^[1-9][0-9]{0,5}$ ]] || return 0
	complain "$1 takes a number of at least 1, not '$2'"
	exit 2
}
