/* SPDX-License-Identifier: MIT */
/*
 * atomic_t, atomic64_t and atomic_long_t with all operations of
 * <ksync/atomic_family.h>, the same for plain variables, and barriers. Not
 * together with <stdatomic.h>, which has functions of the same names.
 */
#ifndef KSYNC_COMPAT_ATOMIC_H
#define KSYNC_COMPAT_ATOMIC_H

#include <linux/types.h>
#include <linux/compiler.h>

#include <ksync/atomic.h>
#include <ksync/delay.h>

typedef ksync_atomic_t atomic_t;
typedef ksync_atomic64_t atomic64_t;
typedef ksync_atomic_long_t atomic_long_t;

#define ATOMIC_INIT(i) KSYNC_ATOMIC_INIT(i)
#define ATOMIC64_INIT(i) KSYNC_ATOMIC64_INIT(i)
#define ATOMIC_LONG_INIT(i) KSYNC_ATOMIC_LONG_INIT(i)

#define KSYNC__AN(op) atomic##op
#define KSYNC__AT atomic_t
#define KSYNC__AV int
#define KSYNC__AU unsigned int
#include <ksync/atomic_family.h>
#undef KSYNC__AN
#undef KSYNC__AT
#undef KSYNC__AV
#undef KSYNC__AU

#define KSYNC__AN(op) atomic64##op
#define KSYNC__AT atomic64_t
#define KSYNC__AV s64
#define KSYNC__AU u64
#include <ksync/atomic_family.h>
#undef KSYNC__AN
#undef KSYNC__AT
#undef KSYNC__AV
#undef KSYNC__AU

#define KSYNC__AN(op) atomic_long##op
#define KSYNC__AT atomic_long_t
#define KSYNC__AV long
#define KSYNC__AU unsigned long
#include <ksync/atomic_family.h>
#undef KSYNC__AN
#undef KSYNC__AT
#undef KSYNC__AV
#undef KSYNC__AU

#define smp_mb() ksync_smp_mb()
#define smp_rmb() ksync_smp_rmb()
#define smp_wmb() ksync_smp_wmb()
#define smp_load_acquire(p) ksync_smp_load_acquire(p)
#define smp_store_release(p, v) ksync_smp_store_release(p, v)
#define smp_store_mb(x, v) ksync_smp_store_mb(x, v)
#define smp_mb__before_atomic() ksync_smp_mb__before_atomic()
#define smp_mb__after_atomic() ksync_smp_mb__after_atomic()

#define xchg(p, v) ksync_xchg(p, v)
#define xchg_acquire(p, v) ksync_xchg_acquire(p, v)
#define xchg_release(p, v) ksync_xchg_release(p, v)
#define xchg_relaxed(p, v) ksync_xchg_relaxed(p, v)

#define cmpxchg(p, old, v) ksync_cmpxchg(p, old, v)
#define cmpxchg_acquire(p, old, v) ksync_cmpxchg_acquire(p, old, v)
#define cmpxchg_release(p, old, v) ksync_cmpxchg_release(p, old, v)
#define cmpxchg_relaxed(p, old, v) ksync_cmpxchg_relaxed(p, old, v)

#define try_cmpxchg(p, oldp, v) ksync_try_cmpxchg(p, oldp, v)
#define try_cmpxchg_acquire(p, oldp, v) ksync_try_cmpxchg_acquire(p, oldp, v)
#define try_cmpxchg_release(p, oldp, v) ksync_try_cmpxchg_release(p, oldp, v)
#define try_cmpxchg_relaxed(p, oldp, v) ksync_try_cmpxchg_relaxed(p, oldp, v)

/* For 64-bit variables on 32-bit machines; here one name does for all sizes. */
#define cmpxchg64(p, old, v) ksync_cmpxchg(p, old, v)
#define cmpxchg64_acquire(p, old, v) ksync_cmpxchg_acquire(p, old, v)
#define cmpxchg64_release(p, old, v) ksync_cmpxchg_release(p, old, v)
#define cmpxchg64_relaxed(p, old, v) ksync_cmpxchg_relaxed(p, old, v)
#define try_cmpxchg64(p, oldp, v) ksync_try_cmpxchg(p, oldp, v)
#define try_cmpxchg64_acquire(p, oldp, v) ksync_try_cmpxchg_acquire(p, oldp, v)
#define try_cmpxchg64_release(p, oldp, v) ksync_try_cmpxchg_release(p, oldp, v)
#define try_cmpxchg64_relaxed(p, oldp, v) ksync_try_cmpxchg_relaxed(p, oldp, v)

#define cpu_relax() ksync_cpu_relax()

/*
 * Wait until the expression, which calls the value VAL, is true of a word; who
 * waits pauses, then naps, as nobody wakes it.
 */
#define KSYNC__COND_LOAD(load, ptr, cond_expr)                 \
	__extension__({                                        \
		__typeof__(&*(ptr)) ksync__at = (ptr);         \
		unsigned int ksync__turn = 0;                  \
		KSYNC__PLAIN(*(ptr)) VAL;                      \
                                                               \
		for (;;) {                                     \
			VAL = load(ksync__at);                 \
			if (cond_expr)                         \
				break;                         \
			ksync__relax(&ksync__turn, ksync__at); \
		}                                              \
		VAL;                                           \
	})
#define KSYNC__LOAD_RELAXED(ptr) KSYNC_READ_ONCE(*(ptr))
#define smp_cond_load_relaxed(ptr, cond_expr) \
	KSYNC__COND_LOAD(KSYNC__LOAD_RELAXED, ptr, cond_expr)
#define smp_cond_load_acquire(ptr, cond_expr) \
	KSYNC__COND_LOAD(ksync_smp_load_acquire, ptr, cond_expr)
#define atomic_cond_read_relaxed(v, c) smp_cond_load_relaxed(&(v)->counter, c)
#define atomic_cond_read_acquire(v, c) smp_cond_load_acquire(&(v)->counter, c)
#define atomic64_cond_read_relaxed(v, c) smp_cond_load_relaxed(&(v)->counter, c)
#define atomic64_cond_read_acquire(v, c) smp_cond_load_acquire(&(v)->counter, c)
#define atomic_long_cond_read_relaxed(v, c) \
	smp_cond_load_relaxed(&(v)->counter, c)
#define atomic_long_cond_read_acquire(v, c) \
	smp_cond_load_acquire(&(v)->counter, c)

#endif
