/* SPDX-License-Identifier: MIT */
/*
 * Atomic integers, single accesses and barriers.
 *
 * ksync_atomic_t (int), ksync_atomic64_t (64 bits, on every machine) and
 * ksync_atomic_long_t have the kernel's operations with the kernel's names,
 * arguments and orders; <ksync/atomic_family.h> is the list, docs/atomic.md the
 * guide. The macros below do the same for a plain variable of integer or
 * pointer type.
 *
 *	ksync_atomic_t hits = KSYNC_ATOMIC_INIT(0);
 *
 *	ksync_atomic_inc(&hits);
 *	if (ksync_atomic_dec_and_test(&hits))
 *		puts("last one");
 */
#ifndef KSYNC_ATOMIC_H
#define KSYNC_ATOMIC_H

#include <ksync/atomic_access.h>

typedef struct ksync_atomic {
	int counter;
} ksync_atomic_t;

/* Eight-byte aligned everywhere: i386 would split it over two lines. */
typedef struct ksync_atomic64 {
	KSYNC_ALIGNED(8) ksync_s64 counter;
} ksync_atomic64_t;

typedef struct ksync_atomic_long {
	long counter;
} ksync_atomic_long_t;

#define KSYNC_ATOMIC_INIT(i) { (i) }
#define KSYNC_ATOMIC64_INIT(i) { (i) }
#define KSYNC_ATOMIC_LONG_INIT(i) { (i) }

/*
 * The macros below take a variable, or a pointer p to one, of any type of 1, 2,
 * 4 or 8 bytes that can be copied byte by byte; values are converted to it as
 * in an initialisation. Each argument is evaluated once.
 */

/*
 * One access, whole and done once: the compiler neither splits, repeats nor
 * drops it. No order. ThreadSanitizer sees an atomic access.
 */
#define KSYNC_READ_ONCE(x) KSYNC__LOAD(KSYNC__ADDRESS(x), KSYNC__MO_RELAXED)
#define KSYNC_WRITE_ONCE(x, v) \
	KSYNC__STORE(KSYNC__ADDRESS(x), v, KSYNC__MO_RELAXED)
/*
 * Directly after a locked operation that wrote v to x, where nobody else may
 * write x before this thread does again: the same v once more, plainly. On
 * Intel's processors a load waits for the locked operation that wrote what it
 * reads; behind a plain store it does not: docs/decisions/0013.
 */
#define KSYNC__STORE_AGAIN(x, v) ksync__mc_store_again(&(x), (v))

/* What the other side wrote before its release is visible after this. */
#define ksync_smp_load_acquire(p) KSYNC__LOAD(p, KSYNC__MO_ACQUIRE)
#define ksync_smp_store_release(p, v) KSYNC__STORE(p, v, KSYNC__MO_RELEASE)
/* A store, then a full barrier. */
#define ksync_smp_store_mb(x, v)        \
	do {                            \
		KSYNC_WRITE_ONCE(x, v); \
		ksync_smp_mb();         \
	} while (0)

/* Around an atomic operation without a result, to order it fully. */
#define ksync_smp_mb__before_atomic() ksync_smp_mb()
#define ksync_smp_mb__after_atomic() ksync_smp_mb()

/* The old value. */
#define ksync_xchg(p, v) KSYNC__XCHG(p, v, KSYNC__MO_FULL)
#define ksync_xchg_acquire(p, v) KSYNC__XCHG(p, v, KSYNC__MO_ACQUIRE)
#define ksync_xchg_release(p, v) KSYNC__XCHG(p, v, KSYNC__MO_RELEASE)
#define ksync_xchg_relaxed(p, v) KSYNC__XCHG(p, v, KSYNC__MO_RELAXED)

/*
 * try_cmpxchg(p, oldp, v): true if *oldp was found and replaced by v; else
 * *oldp is what was found, and nothing is ordered. Bytes are compared: a
 * structure should have no padding, and two zeroes of a float differ.
 */
#define ksync_try_cmpxchg(p, oldp, v) \
	KSYNC__TRY_CMPXCHG(p, oldp, v, KSYNC__MO_FULL)
#define ksync_try_cmpxchg_acquire(p, oldp, v) \
	KSYNC__TRY_CMPXCHG(p, oldp, v, KSYNC__MO_ACQUIRE)
#define ksync_try_cmpxchg_release(p, oldp, v) \
	KSYNC__TRY_CMPXCHG(p, oldp, v, KSYNC__MO_RELEASE)
#define ksync_try_cmpxchg_relaxed(p, oldp, v) \
	KSYNC__TRY_CMPXCHG(p, oldp, v, KSYNC__MO_RELAXED)

/* What was found, which is replaced if it is old. */
#define ksync_cmpxchg(p, old, v) KSYNC__CMPXCHG(p, old, v, KSYNC__MO_FULL)
#define ksync_cmpxchg_acquire(p, old, v) \
	KSYNC__CMPXCHG(p, old, v, KSYNC__MO_ACQUIRE)
#define ksync_cmpxchg_release(p, old, v) \
	KSYNC__CMPXCHG(p, old, v, KSYNC__MO_RELEASE)
#define ksync_cmpxchg_relaxed(p, old, v) \
	KSYNC__CMPXCHG(p, old, v, KSYNC__MO_RELAXED)

KSYNC_BEGIN_DECLS

#define KSYNC__AN(op) ksync_atomic##op
#define KSYNC__AT ksync_atomic_t
#define KSYNC__AV int
#define KSYNC__AU unsigned int
#include <ksync/atomic_family.h>
#undef KSYNC__AN
#undef KSYNC__AT
#undef KSYNC__AV
#undef KSYNC__AU

#define KSYNC__AN(op) ksync_atomic64##op
#define KSYNC__AT ksync_atomic64_t
#define KSYNC__AV ksync_s64
#define KSYNC__AU ksync_u64
#include <ksync/atomic_family.h>
#undef KSYNC__AN
#undef KSYNC__AT
#undef KSYNC__AV
#undef KSYNC__AU

#define KSYNC__AN(op) ksync_atomic_long##op
#define KSYNC__AT ksync_atomic_long_t
#define KSYNC__AV long
#define KSYNC__AU unsigned long
#include <ksync/atomic_family.h>
#undef KSYNC__AN
#undef KSYNC__AT
#undef KSYNC__AV
#undef KSYNC__AU

KSYNC_END_DECLS

#include <ksync/bitops.h>

#endif
