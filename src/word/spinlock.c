/* SPDX-License-Identifier: MIT */
/*
 * Word: a raw lock's (raw_lock.c). What is added here is what a caller is told.
 */
#include <ksync/raw_spinlock.h>
#include <ksync/spinlock.h>

#include "port/port.h"
#include "watch/report.h"

#define LOCKUP_NS 10000000000LL

static void lockup(const char *type, const void *lock, const void *where)
{
	ksync__misuse(type, lock, "waited for 10 seconds: lockup suspected",
		      "the caller holds it itself, or its holder sleeps, is "
		      "gone, or never unlocks",
		      where, KSYNC_HOLDER_NONE);
}

static void unlock_free(const char *type, const void *lock, const void *where)
{
	ksync__misuse(type, lock, "unlocked, but nobody holds it",
		      "unlock once for each lock", where, KSYNC_HOLDER_NONE);
}

static void not_locked(const char *type, const void *lock, const void *where)
{
	ksync__misuse(type, lock, "asserted to be held, but it is free",
		      "take the lock around this code", where,
		      KSYNC_HOLDER_NONE);
}

KSYNC_COLD void ksync__spin_lock_slow(ksync_spinlock_t *lock)
{
	while (!ksync__raw_lock_wait(&lock->raw, LOCKUP_NS))
		lockup("spinlock", lock, KSYNC__CALLER());
}

KSYNC_COLD void ksync__spin_unlock_free(ksync_spinlock_t *lock)
{
	unlock_free("spinlock", lock, KSYNC__CALLER());
}

KSYNC_COLD void ksync__spin_not_locked(ksync_spinlock_t *lock)
{
	not_locked("spinlock", lock, KSYNC__CALLER());
}

KSYNC_COLD void ksync__raw_spin_lock_slow(ksync_raw_spinlock_t *lock)
{
	while (!ksync__raw_lock_spin(&lock->raw, LOCKUP_NS))
		lockup("raw_spinlock", lock, KSYNC__CALLER());
}

KSYNC_COLD void ksync__raw_spin_unlock_free(ksync_raw_spinlock_t *lock)
{
	unlock_free("raw_spinlock", lock, KSYNC__CALLER());
}

KSYNC_COLD void ksync__raw_spin_not_locked(ksync_raw_spinlock_t *lock)
{
	not_locked("raw_spinlock", lock, KSYNC__CALLER());
}
