/* SPDX-License-Identifier: MIT */
/*
 * Word: a raw lock, four bytes
 *
 *  from        event               to         by         order
 *  FREE        lock, trylock       HELD       locker     acquire
 *  HELD        somebody waits      CONTENDED  a waiter
 *  FREE        lock after a wait   CONTENDED  a waiter   acquire
 *  HELD, CONT. unlock              FREE       holder     release
 *
 *  I1  Unlock is one store and the last access, so the next owner may free the
 *      memory. So nobody can be woken: waiters nap.
 *  I2  CONTENDED is a hint for the holder: missing is harmless, and so is one
 *      too many.
 */
#include <ksync/raw_lock.h>
#include <ksync/watch.h>

#include "backoff.h"

KSYNC_COLD bool ksync__raw_lock_wait(ksync__raw_lock_t *lock,
				     ksync_s64 deadline)
{
	struct ksync__backoff backoff = { 0 };
	ksync_u32 found;

	for (;;) {
		found = KSYNC_READ_ONCE(lock->word);
		/* ORDER raw_lock.held: acquire. Other end:
		 * ksync__raw_unlock(). */
		if (found == KSYNC__RAW_FREE &&
		    ksync_try_cmpxchg_acquire(&lock->word, &found,
					      KSYNC__RAW_CONTENDED))
			return true;
		if (found == KSYNC__RAW_HELD)
			(void)ksync_cmpxchg_relaxed(&lock->word, found,
						    KSYNC__RAW_CONTENDED);
		ksync_watch_step("raw_lock.wait");
		if (ksync__backoff_spin(&backoff, &lock->word))
			continue;
		if (deadline != KSYNC__NEVER && ksync__clock_ns() >= deadline)
			return false;
		ksync__backoff_wait(&backoff, &lock->word);
	}
}
