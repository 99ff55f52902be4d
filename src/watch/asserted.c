/* SPDX-License-Identifier: MIT */
/*
 * What the program asserts of the locks that it holds.
 */
#include <limits.h>

#include <ksync/lockdep.h>
#include <ksync/watch.h>

#include "checked_report.h"
#include "held.h"
#include "report.h"

int ksync__dep_is_held(const struct ksync__dep_map *map, int type)
{
	const struct ksync__held *h;

	if (!ksync__held_looks() || ksync__mine.unseen ||
	    (map->flags & KSYNC__DEP_NO_TRACK))
		return KSYNC_LOCK_STATE_UNKNOWN;
	h = ksync__held_find(map);
	if (!h || (type >= 0 && (type != 0) != (h->shared != SHARED_NOT)))
		return KSYNC_LOCK_STATE_NOT_HELD;
	return KSYNC_LOCK_STATE_HELD;
}

void ksync__dep_assert_failed(const struct ksync__dep_map *map,
			      const void *lock, const char *what)
{
	ksync__tell_map(map, lock, what,
			"take or release the lock around this code",
			KSYNC__CALLER());
}

void ksync__lockdep_assert_none(void)
{
	if (ksync__mine.depth > ksync__held_is_thread() && ksync__held_looks())
		ksync__tell_context("lockdep", NULL,
				    "asserted to hold no lock, and holds some",
				    "release them before this code",
				    KSYNC__CALLER());
}

void ksync__lockdep_assert_failed(const char *what)
{
	if (!ksync__held_looks() || ksync__mine.unseen)
		return;
	ksync__tell_context("lockdep", NULL, what,
			    "this was asserted and is not so", KSYNC__CALLER());
}

void ksync__dep_pin(const struct ksync__dep_map *map, const void *lock)
{
	struct ksync__held *h = ksync__mine.busy ? NULL : ksync__held_find(map);

	if (h)
		h->pins += h->pins < UCHAR_MAX;
	else if (ksync__dep_is_held(map, -1) == KSYNC_LOCK_STATE_NOT_HELD)
		ksync__tell_map(map, lock,
				"pinned, but the caller does not "
				"hold it",
				"pin what is held", KSYNC__CALLER());
}

void ksync__dep_unpin(const struct ksync__dep_map *map, const void *lock)
{
	struct ksync__held *h = ksync__mine.busy ? NULL : ksync__held_find(map);

	if (h && h->pins)
		h->pins--;
	else if (ksync__dep_is_held(map, -1) != KSYNC_LOCK_STATE_UNKNOWN)
		ksync__tell_map(map, lock, "unpinned, but it is not pinned",
				"unpin once for each pin, while it is held",
				KSYNC__CALLER());
}
