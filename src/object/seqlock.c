/* SPDX-License-Identifier: MIT */
/*
 * Word: a sequence counter, four bytes
 *
 *  from   event                   to     by            order
 *  even   a write section begins  + 1    the writer    release of what follows
 *  odd    it ends                 + 1    the writer    release
 *  any    invalidate              + 2    the writer    release
 *  any    barrier                 + 1    the writer    release of what follows
 *         its second half         + 1                  release
 *  even   latch: copy 0 is next   + 1    the writer    release, on both sides
 *  odd    latch: copy 1 is next   + 1    the writer    release, on both sides
 *  odd    begun again: reported   + 2    whoever it was
 *  even   ended again: reported   + 2    whoever it was
 *
 *  I1  Writers exclude each other, so a writer adds to what it reads.
 *  I2  Readers only read. So nobody waits for one, and none can be woken:
 *      who meets an odd number naps, by the policy of all who cannot be woken.
 *  I3  Odd, and not changed for a while, is a writer that has lost its
 *      processor; who then slept gives it that, in whatever class. A number
 *      that changes is a writer that works: back to short pauses.
 *  I4  After each mistake the counter has changed, and is even only if it was:
 *      a reader that was there has to read again.
 */
#include <ksync/seqlock.h>

#include "port/port.h"
#include "task/wait.h"
#include "watch/report.h"

#define LOCKUP_NS 10000000000LL

/* Where ThreadSanitizer is told of the orders that are made in here. */
static void *order_of(const ksync_seqcount_t *s)
{
	return &((ksync_seqcount_t *)ksync__seqcount(s).lock)->sequence;
}

/* Who writes, as far as the checked library knows. */
static int seqcount_writer(const struct ksync_watched w)
{
	return w.map ? KSYNC_READ_ONCE(w.map->holder) : KSYNC_HOLDER_NONE;
}

KSYNC_COLD unsigned int ksync__seqcount_wait(const ksync_seqcount_t *s)
{
	struct ksync__backoff backoff = { 0 };
	ksync_u32 seen = 0;
	ksync_s64 since = 0;

	for (;;) {
		/* Before the look: what is seen then is as old at least. */
		ksync_s64 now = since ? ksync__clock_ns() : 0;
		ksync_u32 found = ksync__seqcount_load(s);

		if (!(found & 1u)) {
			ksync_watch_order_acquire(order_of(s));
			return found;
		}
		if (found != seen) {
			seen = found;
			since = 0;
			backoff.turn = 0;
		} else if (!since) {
			since = ksync__clock_ns();
		} else if (now - since >= LOCKUP_NS) {
			ksync__misuse(
				"seqcount", s,
				"waited for 10 seconds for the end of a "
				"write section",
				"the caller is in it itself, or its "
				"writer sleeps, is gone, or never ends it",
				KSYNC__CALLER(),
				seqcount_writer(ksync__seqcount(s)));
			since = now;
		}
		ksync_watch_step("seqcount.wait");
		ksync__backoff_wait(&backoff, &s->sequence);
	}
}

KSYNC_COLD void ksync__seqcount_begun_twice(ksync_seqcount_t *s)
{
	ksync_watch_order_release(order_of(s));
	ksync__seqcount_advance(s, 2u);
	ksync__seqcount_open();
	ksync__misuse("seqcount", s, "written in a write section",
		      "end each section, and let writers exclude each other",
		      KSYNC__CALLER(), seqcount_writer(ksync__seqcount(s)));
}

KSYNC_COLD void ksync__seqcount_not_begun(ksync_seqcount_t *s)
{
	ksync_watch_order_release(order_of(s));
	ksync__seqcount_advance(s, 2u);
	ksync__misuse("seqcount", s, "a write section ended that had not begun",
		      "begin once for each end", KSYNC__CALLER(),
		      KSYNC_HOLDER_NONE);
}
