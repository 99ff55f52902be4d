/* SPDX-License-Identifier: MIT */
/* The names of ksync::linux, and the short forms of lock_acquire(). */
/* The next line is an extension; this header has nothing to warn about. */
#pragma GCC system_header
#include_next <linux/lockdep.h>

#ifndef KSYNC_GLUE_LOCKDEP_H
#define KSYNC_GLUE_LOCKDEP_H

#if !defined(__cplusplus) && !defined(__ASSEMBLER__)

#define lock_acquire_exclusive(l, s, t, n, i) lock_acquire(l, s, t, 0, 1, n, i)
#define lock_acquire_shared(l, s, t, n, i) lock_acquire(l, s, t, 1, 1, n, i)
#define lock_acquire_shared_recursive(l, s, t, n, i) \
	lock_acquire(l, s, t, 2, 1, n, i)

#endif

#endif
