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

#include <ksync/machine.h>

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
 * One access, whole and done once: the compiler neither splits, repeats nor
 * drops it. No order. ThreadSanitizer sees an atomic access.
 */
#define KSYNC_READ_ONCE(x) ksync__mc_load(&(x), KSYNC__MO_RELAXED)
#define KSYNC_WRITE_ONCE(x, v) ksync__mc_store(&(x), (v), KSYNC__MO_RELAXED)

/* What the other side wrote before its release is visible after this. */
#define ksync_smp_load_acquire(p) ksync__mc_load((p), KSYNC__MO_ACQUIRE)
#define ksync_smp_store_release(p, v) \
	ksync__mc_store((p), (v), KSYNC__MO_RELEASE)
/* A store, then a full barrier. */
#define ksync_smp_store_mb(x, v)        \
	do {                            \
		KSYNC_WRITE_ONCE(x, v); \
		ksync_smp_mb();         \
	} while (0)

/* Around an atomic operation without a result, to order it fully. */
#define ksync_smp_mb__before_atomic() ksync_smp_mb()
#define ksync_smp_mb__after_atomic() ksync_smp_mb()

/* xchg(p, v): the old value. */
#define KSYNC__XCHG(p, v, order)                                          \
	__extension__({                                                   \
		__typeof__(*(p)) ksync__old;                              \
		KSYNC__AROUND_##order();                                  \
		ksync__old = ksync__mc_xchg((p), (v), KSYNC__MO_##order); \
		KSYNC__AROUND_##order();                                  \
		ksync__old;                                               \
	})
#define ksync_xchg(p, v) KSYNC__XCHG(p, v, FULL)
#define ksync_xchg_acquire(p, v) KSYNC__XCHG(p, v, ACQUIRE)
#define ksync_xchg_release(p, v) KSYNC__XCHG(p, v, RELEASE)
#define ksync_xchg_relaxed(p, v) KSYNC__XCHG(p, v, RELAXED)

/*
 * try_cmpxchg(p, oldp, v): true if *oldp was found and replaced by v; else
 * *oldp is what was found, and nothing is ordered.
 */
#define KSYNC__TRY_CMPXCHG(p, oldp, v, order)                           \
	__extension__({                                                 \
		bool ksync__done;                                       \
		KSYNC__AROUND_##order();                                \
		ksync__done = ksync__mc_try_cmpxchg((p), (oldp), (v),   \
						    KSYNC__MO_##order); \
		KSYNC__AROUND_##order();                                \
		ksync__done;                                            \
	})
#define ksync_try_cmpxchg(p, oldp, v) KSYNC__TRY_CMPXCHG(p, oldp, v, FULL)
#define ksync_try_cmpxchg_acquire(p, oldp, v) \
	KSYNC__TRY_CMPXCHG(p, oldp, v, ACQUIRE)
#define ksync_try_cmpxchg_release(p, oldp, v) \
	KSYNC__TRY_CMPXCHG(p, oldp, v, RELEASE)
#define ksync_try_cmpxchg_relaxed(p, oldp, v) \
	KSYNC__TRY_CMPXCHG(p, oldp, v, RELAXED)

/* cmpxchg(p, old, v): what was found; replaced if that is old. */
#define KSYNC__CMPXCHG(p, old, v, order)                              \
	__extension__({                                               \
		__typeof__(*(p)) ksync__found = (old);                \
		(void)KSYNC__TRY_CMPXCHG(p, &ksync__found, v, order); \
		ksync__found;                                         \
	})
#define ksync_cmpxchg(p, old, v) KSYNC__CMPXCHG(p, old, v, FULL)
#define ksync_cmpxchg_acquire(p, old, v) KSYNC__CMPXCHG(p, old, v, ACQUIRE)
#define ksync_cmpxchg_release(p, old, v) KSYNC__CMPXCHG(p, old, v, RELEASE)
#define ksync_cmpxchg_relaxed(p, old, v) KSYNC__CMPXCHG(p, old, v, RELAXED)

KSYNC_BEGIN_DECLS

#define KSYNC__AN(op) ksync_atomic_##op
#define KSYNC__AT ksync_atomic_t
#define KSYNC__AV int
#define KSYNC__AU unsigned int
#include <ksync/atomic_family.h>
#undef KSYNC__AN
#undef KSYNC__AT
#undef KSYNC__AV
#undef KSYNC__AU

#define KSYNC__AN(op) ksync_atomic64_##op
#define KSYNC__AT ksync_atomic64_t
#define KSYNC__AV ksync_s64
#define KSYNC__AU ksync_u64
#include <ksync/atomic_family.h>
#undef KSYNC__AN
#undef KSYNC__AT
#undef KSYNC__AV
#undef KSYNC__AU

#define KSYNC__AN(op) ksync_atomic_long_##op
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
