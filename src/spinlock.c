/* SPDX-License-Identifier: MIT */
/*
 * Word: a raw lock's (raw_lock.c). What is added here is what a caller is told.
 */
#include <ksync/spinlock.h>

#include "port/port.h"
#include "watch/report.h"

#define LOCKUP_NS 10000000000LL

KSYNC_COLD void ksync__spin_lock_slow(ksync_spinlock_t *lock)
{
	while (!ksync__raw_lock_wait(&lock->raw, ksync__clock_ns() + LOCKUP_NS))
		ksync__misuse("spinlock", lock,
			      "waited for 10 seconds: lockup suspected",
			      "the caller holds it itself, or its holder "
			      "sleeps, is gone, or never unlocks",
			      KSYNC__CALLER(), KSYNC_HOLDER_NONE);
}

KSYNC_COLD void ksync__spin_unlock_free(ksync_spinlock_t *lock)
{
	ksync__misuse("spinlock", lock, "unlocked, but nobody holds it",
		      "unlock once for each lock", KSYNC__CALLER(),
		      KSYNC_HOLDER_NONE);
}

KSYNC_COLD void ksync__spin_not_locked(ksync_spinlock_t *lock)
{
	ksync__misuse("spinlock", lock, "asserted to be held, but it is free",
		      "take the lock around this code", KSYNC__CALLER(),
		      KSYNC_HOLDER_NONE);
}
