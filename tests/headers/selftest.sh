#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Shows that check.sh refuses what it must: headers with one fault each.
#
#	selftest.sh C-COMPILER C++-COMPILER

check=$(dirname "$0")/check.sh
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

bad=0

# A header that is there, too, if the one under test is below ksync or linux.
beside=

# The header $1, from standard input, must get exit status $2.
expect() { # HEADER STATUS C-COMPILER C++-COMPILER
	file=$work/include/$1
	status=$2
	shift 2
	rm -rf "$work/include"
	mkdir -p "$(dirname "$file")"
	cat >"$file"
	[ ! "$beside" ] || echo "$beside" >"$(dirname "$file")/beside.h"
	"$check" "$@" "$work/include" >"$work/output" 2>&1
	got=$?
	[ $got -ne 4 ] || { cat "$work/output"; exit 4; }
	[ $got -eq "$status" ] && return
	echo "selftest: status $got, not $status, for $file:"
	cat "$file" "$work/output"
	bad=1
}

expect ksync/good.h 0 "$@" <<'END'
#ifndef GOOD_H
#define GOOD_H
#include <stddef.h>
struct good { size_t size; };
#endif
END

expect compat/linux/good.h 0 "$@" <<'END'
#pragma once
#ifndef KSYNC_KERNEL_NAMES
#define KSYNC_KERNEL_NAMES
#endif
struct good { int class; };
static inline int good(void) { return __extension__({ 1; }); }
END

expect compat/linux/errno.h 0 "$@" <<'END'
#pragma GCC system_header
#include_next <linux/errno.h>
END

expect ksync/not_alone.h 1 "$@" <<'END'
#pragma once
struct bad { size_t size; };
END

expect ksync/not_twice.h 1 "$@" <<'END'
struct bad { int size; };
END

expect ksync/not_cxx.h 1 "$@" <<'END'
#pragma once
struct bad { int class; };
END

expect ksync/not_cxx11.h 1 "$@" <<'END'
#pragma once
struct bad { _Atomic int size; };
END

expect ksync/not_c11.h 1 "$@" <<'END'
#pragma once
static inline int bad(int x) { typeof(x) y = x; return y; }
END

expect ksync/not_pedantic.h 1 "$@" <<'END'
#pragma once
static inline int bad(void) { return ({ 1; }); }
END

expect ksync/not_lossless.h 1 "$@" <<'END'
#pragma once
static inline int bad(long x) { return x; }
END

expect ksync/not_its_sign.h 1 "$@" <<'END'
#pragma once
static inline int bad(unsigned int x) { return x; }
END

expect ksync/not_const.h 1 "$@" <<'END'
#pragma once
static inline char *bad(const char *x) { return (char *)x; }
END

expect ksync/not_one_name.h 1 "$@" <<'END'
#pragma once
static inline int bad(int x) { { int x = 1; return x; } }
END

expect ksync/not_cxx_casts.h 1 "$@" <<'END'
#pragma once
static inline int bad(long x) { return (int)x; }
END

expect compat/linux/not_alone.h 1 "$@" <<'END'
#pragma once
struct bad { size_t size; };
END

expect compat/linux/errno.h 1 "$@" <<'END'
#include_next <linux/errno.h>
struct bad { int class; };
END

expect compat/linux/not_only_c.h 1 "$@" <<'END'
#pragma once
END

# Alone each is good; after the other one it is not, by its name before or after.
beside='#define size 1'
expect ksync/a_after.h 1 "$@" <<'END'
#pragma once
struct bad { int size; };
END

beside='#define size 1
int good(int class);'
expect compat/linux/z_after.h 1 "$@" <<'END'
#pragma once
#ifndef KSYNC_KERNEL_NAMES
#define KSYNC_KERNEL_NAMES
#endif
struct bad { int size, class; };
END

beside='int good(int class);'
expect compat/linux/a_before.h 1 "$@" <<'END'
#pragma once
#define good not so
struct bad { int class; };
END
beside=

expect compat/linux/refused.h 0 "$@" <<'END'
#if defined(KSYNC_SYSTEM_HEADERS) || defined(__cplusplus)
#include_next <linux/time.h>
#else
#error "in words"
#endif
END

expect compat/linux/refused.h 1 "$@" <<'END'
#ifdef KSYNC_SYSTEM_HEADERS
#include_next <linux/time.h>
#endif
END

expect other/none_at_all.h 1 "$@" <<'END'
END

exit $bad
