/* SPDX-License-Identifier: MIT */
/*
 * Word: a raw lock, four bytes
 *
 *  from        event               to         by         order
 *  FREE        lock, trylock       HELD       locker     acquire
 *  CONTENDED   lock, failing       HELD       who failed
 *  CONTENDED   spin_lock, done     HELD       holder, once, directly after
 *  HELD        somebody waits      CONTENDED  a waiter
 *  FREE        lock after a wait   CONTENDED  a waiter   acquire
 *  HELD, CONT. unlock              FREE       holder     release
 *
 *  CONTENDED is any other number: that which the waiter saw last, plus one.
 *
 *  I1  Unlock is one store and the last access, so the next owner may free the
 *      memory. So nobody can be woken: waiters nap.
 *  I2  CONTENDED is a hint for the holder: missing is harmless, and so is one
 *      too many. Who waits sets it again at each turn.
 *  I3  A waiter that does not find what it left there knows that somebody took
 *      the lock meanwhile, or came to wait as well: it has no luck, but it is
 *      too early to speak of a lockup.
 */
#include <ksync/raw_lock.h>
#include <ksync/watch.h>

#include "wait.h"

/* CONTENDED, but none that this waiter has seen. */
static ksync_u32 other_mark(ksync_u32 seen)
{
	return seen + 1 > KSYNC__RAW_HELD ? seen + 1 : KSYNC__RAW_CONTENDED;
}

static bool lock_wait(ksync__raw_lock_t *lock, ksync_s64 patience,
		      enum ksync__backoff_how how)
{
	struct ksync__backoff backoff = { .how = how };
	ksync_u32 seen = KSYNC__RAW_HELD;
	ksync_s64 since = 0;
	ksync_u32 found;

	for (;;) {
		/* Before the look: what is seen then is as old at least. */
		ksync_s64 now = since ? ksync__clock_ns() : 0;

		found = KSYNC_READ_ONCE(lock->word);
		/* ORDER raw_lock.held: acquire. Other end:
		 * ksync__raw_unlock(). */
		if (found == KSYNC__RAW_FREE &&
		    ksync_try_cmpxchg_acquire(&lock->word, &found,
					      other_mark(seen)))
			return true;
		if (found == KSYNC__RAW_HELD) {
			seen = other_mark(seen);
			(void)ksync_cmpxchg_relaxed(&lock->word, found, seen);
			since = 0;
		} else if (found != seen) {
			seen = found;
			since = 0;
		} else if (patience != KSYNC__NEVER) {
			if (!since)
				since = ksync__clock_ns();
			else if (now - since >= patience)
				return false;
		}
		ksync_watch_step("raw_lock.wait");
		ksync__backoff_wait(&backoff, &lock->word);
	}
}

KSYNC_COLD bool ksync__raw_lock_wait(ksync__raw_lock_t *lock,
				     ksync_s64 patience)
{
	return lock_wait(lock, patience, KSYNC__BACKOFF_NAPS);
}

KSYNC_COLD bool ksync__raw_lock_spin(ksync__raw_lock_t *lock,
				     ksync_s64 patience)
{
	return lock_wait(lock, patience, KSYNC__BACKOFF_SPINS);
}
