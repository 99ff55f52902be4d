/* SPDX-License-Identifier: MIT */
/*
 * May the calling thread wait for this lock, in the order of locks? What it
 * holds of the same class is looked at here, the rest by the graph.
 */
#include <ksync/watch.h>

#include "checked_report.h"
#include "checks.h"
#include "held.h"

/* Where both are held, a writer that comes in between is no deadlock. */
static bool may_read_beside(const struct ksync__held *next,
			    const struct ksync__held *h)
{
	return next->shared == SHARED_RECURSIVE && h->shared;
}

/* Does the class's function say that this comes before it? */
static bool comes_first(const struct ksync__held *h,
			const struct ksync__held *next)
{
	ksync_lock_cmp_fn cmp = ksync__class_cmp(next->class_id);

	return cmp && h->map != next->map && cmp(h->lock, next->lock) < 0;
}

/* The oldest of its class with which it cannot be held, or NULL. */
static const struct ksync__held *class_against(const struct ksync__held *next)
{
	for (unsigned int n = 0; n < ksync__mine.depth; n++) {
		const struct ksync__held *h = &ksync__mine.list[n];

		if (h->class_id == next->class_id &&
		    !may_read_beside(next, h) && !comes_first(h, next))
			return h;
	}
	return NULL;
}

/*
 * Is its order with others of its class told by the lock that it names? That is
 * held, and was when the first of them was taken. As in the kernel, one that
 * follows another of its class directly is not asked.
 */
static bool nest_orders(const struct ksync__held *next,
			const struct ksync__held *against)
{
	const struct ksync__held *nest;

	if (!against)
		return false;
	nest = ksync__held_find(next->nest);
	return (nest && nest < against) ||
	       ksync__mine.list[ksync__mine.depth - 1].class_id ==
		       next->class_id;
}

static void tell_twice(const struct ksync__held *next,
		       const struct ksync__held *against)
{
	const struct ksync__held *same = ksync__held_find(next->map);
	struct ksync__held first = same ? *same : *against;

	if (same && ksync__held_kind(next)->told &&
	    !(next->shared && first.shared))
		return;
	ksync__held_look_away();
	if (!same && ksync__class_cmp(next->class_id))
		ksync__tell_against_cmp(next, &first);
	else if (!same)
		ksync__tell_class_twice(next, &first);
	else if (next->shared && first.shared)
		ksync__tell_read_twice(next, &first);
	else
		ksync__tell_recursion(next);
	ksync__mine.busy = true;
}

static bool nest_is_held(const struct ksync__held *next)
{
	if (!next->nest || ksync__held_find(next->nest))
		return true;
	ksync__held_look_away();
	ksync__tell_nest(next);
	ksync__mine.busy = true;
	return false;
}

/* May this thread wait for it? Its place in the order of locks. Reports may
 * change the next one. */
KSYNC_COLD void ksync__order_check(struct ksync__held *next, bool waits)
{
	const struct ksync__held *against = class_against(next);
	struct ksync__circle circle;

	if (next->nest && nest_orders(next, against)) {
		next->apart = true;
		next->chain = ksync__held_chain_with(ksync__mine.depth, next);
		return;
	}
	if (!nest_is_held(next) || !waits)
		return;
	if (against) {
		tell_twice(next, against);
	} else if (ksync__chain_learn(ksync__mine.list, ksync__mine.depth, next,
				      ksync__mine.tid, &circle)) {
		ksync__held_look_away();
		ksync__tell_circle(next, &circle);
		ksync__mine.busy = true;
	}
}
