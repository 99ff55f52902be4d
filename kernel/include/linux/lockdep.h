/* SPDX-License-Identifier: MIT */
/* The names of ksync::linux, and the short forms of lock_acquire(). */
/* The next line is an extension; this header has nothing to warn about. */
#pragma GCC system_header
#include_next <linux/lockdep.h>

#ifndef KSYNC_GLUE_LOCKDEP_H
#define KSYNC_GLUE_LOCKDEP_H

#if !defined(__cplusplus) && !defined(__ASSEMBLER__)

/* What looks at nothing names no member that may not be there. */
#if !KSYNC_CHECKED
#undef lock_acquire
#undef lock_release
#define lock_acquire(l, s, t, r, c, n, i) ((void)0)
#define lock_release(l, i) ((void)0)
#endif
#define lock_acquire_exclusive(l, s, t, n, i) lock_acquire(l, s, t, 0, 1, n, i)
#define lock_acquire_shared(l, s, t, n, i) lock_acquire(l, s, t, 1, 1, n, i)
#define lock_acquire_shared_recursive(l, s, t, n, i) \
	lock_acquire(l, s, t, 2, 1, n, i)

/* What a lock of the file's own says of itself, if its dep_map is there. */
#if KSYNC_CHECKED && defined(CONFIG_DEBUG_LOCK_ALLOC)
#define KSYNC__GLUE_DEP_MAP(call) call
#else
#define KSYNC__GLUE_DEP_MAP(call) ((void)0)
#endif
#define KSYNC__GLUE_ACQUIRE(l, s, t, n, i) \
	KSYNC__GLUE_DEP_MAP(lock_acquire_exclusive(l, s, t, n, i))
#define KSYNC__GLUE_ACQUIRE_READ(l, s, t, n, i) \
	KSYNC__GLUE_DEP_MAP(lock_acquire_shared(l, s, t, n, i))
#define KSYNC__GLUE_RELEASE(l, i) KSYNC__GLUE_DEP_MAP(lock_release(l, i))
#define spin_acquire(l, s, t, i) KSYNC__GLUE_ACQUIRE(l, s, t, NULL, i)
#define spin_acquire_nest(l, s, t, n, i) KSYNC__GLUE_ACQUIRE(l, s, t, n, i)
#define spin_release(l, i) KSYNC__GLUE_RELEASE(l, i)
#define rwlock_acquire(l, s, t, i) KSYNC__GLUE_ACQUIRE(l, s, t, NULL, i)
#define rwlock_acquire_read(l, s, t, i) \
	KSYNC__GLUE_ACQUIRE_READ(l, s, t, NULL, i)
#define rwlock_release(l, i) KSYNC__GLUE_RELEASE(l, i)
#define mutex_acquire(l, s, t, i) KSYNC__GLUE_ACQUIRE(l, s, t, NULL, i)
#define mutex_acquire_nest(l, s, t, n, i) KSYNC__GLUE_ACQUIRE(l, s, t, n, i)
#define mutex_release(l, i) KSYNC__GLUE_RELEASE(l, i)
#define rwsem_acquire(l, s, t, i) KSYNC__GLUE_ACQUIRE(l, s, t, NULL, i)
#define rwsem_acquire_nest(l, s, t, n, i) KSYNC__GLUE_ACQUIRE(l, s, t, n, i)
#define rwsem_acquire_read(l, s, t, i) \
	KSYNC__GLUE_ACQUIRE_READ(l, s, t, NULL, i)
#define rwsem_release(l, i) KSYNC__GLUE_RELEASE(l, i)
#define debug_check_no_locks_held() lockdep_assert_none_held_once()

#endif

#endif
