/* SPDX-License-Identifier: MIT */
/*
 * A lock is about to be taken: whether it may be is looked at before the
 * calling thread waits for it.
 */
#include <ksync/watch.h>

#include "checked_report.h"
#include "checks.h"
#include "held.h"
#include "report.h"

KSYNC_COLD static void subclass_check(struct ksync__dep_map *map,
				      const void *lock, unsigned int how,
				      const void *where)
{
	if (KSYNC_WATCH_SUBCLASS_OF(how) >= KSYNC_SUBCLASSES)
		ksync__tell_map(map, lock, "taken with a subclass above 7",
				"subclasses are below KSYNC_SUBCLASSES; use a "
				"class of its own",
				where);
}

/* Is there more to ask of its order than whether it was seen before? */
static bool order_is_open(const struct ksync__held *next)
{
	return next->nest || !ksync__chain_known(next->chain) ||
	       ksync__class_cmp(next->class_id);
}

KSYNC_COLD static void next_check(void)
{
	struct ksync__held next = *ksync__held_next();
	struct ksync__held *again;
	unsigned int how = ksync__mine.next_how;
	unsigned long usage = ksync__mine.next_usage;
	bool waits = !(how & KSYNC_WATCH_TRY);

	if (waits)
		ksync__context_check(&next);
	if (next.class_id && order_is_open(&next))
		ksync__order_check(&next, waits);
	/* A report's hook may have taken others. */
	again = ksync__held_next_make(next.map, next.lock, how, next.nest,
				      next.where);
	ksync__mine.next_usage = usage;
	again->apart = next.apart;
	again->chain = ksync__held_chain_with(ksync__mine.depth, again);
}

/* A lock is not held before it is taken: a report in between may not return. */
static void acquire(struct ksync__dep_map *map, const void *lock,
		    unsigned int kind, unsigned int how, const void *nest,
		    const void *where)
{
	const struct ksync__held *next;

	ksync__held_begin();
	ksync__map_check(map, lock, kind, where);
	if (ksync_unlikely(KSYNC_WATCH_SUBCLASS_OF(how)))
		subclass_check(map, lock, how, where);
	if (!ksync__held_look())
		return;
	next = ksync__held_next_make(map, lock, how, nest, where);
	if (!(how & KSYNC_WATCH_TRY) &&
	    ksync__interrupt_waits(next, __builtin_frame_address(0))) {
		unsigned long usage = ksync__mine.next_usage;

		next = ksync__held_next_make(map, lock, how, nest, where);
		ksync__mine.next_usage = usage;
	}
	if (ksync_unlikely(
		    !ksync__context_allows(ksync__held_kind(next)->waits) ||
		    nest || (next->class_id && order_is_open(next))))
		next_check();
	ksync__held_look_away();
}

void ksync__dep_acquire(struct ksync__dep_map *map, const void *lock,
			unsigned int kind, unsigned int how, const void *nest)
{
	if (!(how & KSYNC_WATCH_TRY) || nest)
		acquire(map, lock, kind, how, nest, KSYNC__CALLER());
}

void ksync__dep_sync_at(struct ksync__dep_map *map, const void *lock,
			unsigned int kind, const void *where)
{
	acquire(map, lock, kind, KSYNC_WATCH_EXCLUSIVE, NULL, where);
}
