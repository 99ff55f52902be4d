/* SPDX-License-Identifier: MIT */
/*
 * Word: one bit of a word that has other uses
 *
 *  from   event          to    by      order
 *  clear  lock, trylock  set   locker  acquire
 *  set    unlock         clear holder  release
 *
 *  I1  Unlock is the last access, so nobody can be woken: waiters nap.
 *  I2  The bit is set by an operation that leaves the others as they are; it is
 *      cleared by one, or by a store of who alone may change them.
 */
#include <ksync/bit_spinlock.h>

#include "port/port.h"
#include "task/wait.h"
#include "watch/report.h"

#define LOCKUP_NS 10000000000LL

/* Until the bit looks free. A look that finds it so begins the time anew. */
KSYNC_COLD void ksync__bit_spin_wait(long bit, const unsigned long *addr,
				     struct ksync__bit_wait *wait)
{
	struct ksync__backoff backoff = { .turn = wait->turn };
	ksync_s64 since = ksync__clock_ns();

	while (ksync_test_bit(bit, addr)) {
		ksync_watch_step("bit_spinlock.wait");
		ksync__backoff_wait(&backoff, addr + ksync__bit_index(bit));
		if (ksync__clock_ns() - since < LOCKUP_NS)
			continue;
		if (ksync_test_bit(bit, addr))
			ksync__misuse("bit_spinlock", addr,
				      "held at each look for 10 seconds: "
				      "lockup suspected",
				      "the caller holds it itself, or its "
				      "holder sleeps, is gone, or never "
				      "unlocks",
				      KSYNC__CALLER(), KSYNC_HOLDER_NONE);
		since = ksync__clock_ns();
	}
	wait->turn = backoff.turn;
}

KSYNC_COLD void ksync__bit_spin_unlock_free(long bit, const unsigned long *addr)
{
	(void)bit;
	ksync__misuse("bit_spinlock", addr, "unlocked, but nobody holds it",
		      "unlock once for each lock", KSYNC__CALLER(),
		      KSYNC_HOLDER_NONE);
}
