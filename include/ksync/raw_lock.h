/* SPDX-License-Identifier: MIT */
/*
 * Raw lock: one word, unwatched. It is the body of ksync_spinlock_t and guards
 * the library's own tables. src/task/raw_lock.c has its word's table.
 */
#ifndef KSYNC_RAW_LOCK_H
#define KSYNC_RAW_LOCK_H

#include <ksync/atomic.h>

#define KSYNC__RAW_FREE 0u
#define KSYNC__RAW_HELD 1u
#define KSYNC__RAW_CONTENDED 2u /* and all above */

typedef struct ksync__raw_word {
	ksync_u32 word;
} ksync__raw_lock_t;

KSYNC_BEGIN_DECLS

/*
 * Wait until the lock is free and take it: true. False when nobody took or
 * released it for so many ns, looked at when napping.
 */
KSYNC_API bool ksync__raw_lock_wait(ksync__raw_lock_t *lock,
				    ksync_s64 patience);
/* The same, and it never naps. */
KSYNC_API bool ksync__raw_lock_spin(ksync__raw_lock_t *lock,
				    ksync_s64 patience);

/* Take it if it is free. If not, CONTENDED may be gone, which is a hint. */
KSYNC_PRIVATE_INLINE bool ksync__raw_lock_fast(ksync__raw_lock_t *lock)
{
	/* ORDER raw_lock.held: acquire. Sees all that was written under the
	 * lock. Other end: ksync__raw_unlock(). */
	return ksync_xchg_acquire(&lock->word, KSYNC__RAW_HELD) ==
	       KSYNC__RAW_FREE;
}

/* The same, without taking the cache line from a holder. */
KSYNC_PRIVATE_INLINE bool ksync__raw_trylock(ksync__raw_lock_t *lock)
{
	return KSYNC_READ_ONCE(lock->word) == KSYNC__RAW_FREE &&
	       ksync__raw_lock_fast(lock);
}

KSYNC_PRIVATE_INLINE void ksync__raw_lock(ksync__raw_lock_t *lock)
{
	if (ksync_unlikely(!ksync__raw_lock_fast(lock)))
		(void)ksync__raw_lock_wait(lock, INT64_MAX);
}

/* The last access to the lock: its memory may be freed by the next owner. */
KSYNC_PRIVATE_INLINE void ksync__raw_unlock(ksync__raw_lock_t *lock)
{
	/* ORDER raw_lock.held: release. Other end: ksync__raw_lock_fast(). */
	ksync_smp_store_release(&lock->word, KSYNC__RAW_FREE);
}

KSYNC_END_DECLS

#endif
