/* SPDX-License-Identifier: MIT */
/*
 * What each blocked thread waits for, since when, and how it came there. Noted
 * only while somebody looks: it costs a walk over the stack for each wait.
 *
 *  I1  All of it is under the graph's lock; and by waits.c, I1, a lock that is
 *      waited for exists while that is held.
 *  I2  Records are never freed; a thread that exits leaves its own to others.
 */
#include <ksync/watch.h>

#include "blocked.h"
#include "held.h"
#include "port/life.h"
#include "table.h"

bool ksync__blocked_on;

static struct ksync__table waits = { .entry = sizeof(struct ksync__blocked) };

static struct ksync__blocked *record_at(ksync_u32 n)
{
	return ksync__table_at(&waits, n);
}

/* NULL: no memory. */
static struct ksync__blocked *record_take(void)
{
	for (ksync_u32 n = 0; n < waits.used; n++)
		if (!record_at(n)->tid)
			return record_at(n);
	return ksync__table_add(&waits);
}

static bool has_holder(const struct ksync__dep_map *map)
{
	return map && !(map->flags & KSYNC__DEP_NO_TRACK);
}

void ksync__blocked_begin(const struct ksync__dep_map *map, const void *lock,
			  const void *where)
{
	struct ksync__blocked wait = {
		.waits = true,
		.kind = map ? map->kind : (unsigned char)KSYNC_KIND_NONE,
		.name = map ? map->name : NULL,
		.object = lock,
		.map = has_holder(map) ? map : NULL,
		.since = ksync__clock_ns(),
	};

	ksync__held_begin();
	ksync__watchdog_ensure();
	if (!ksync__held_look())
		return;
	wait.tid = ksync__mine.tid;
	wait.calls = ksync__stack(where, wait.call, KSYNC__BLOCKED_CALLS);
	ksync__lockdep_lock();
	if (!ksync__mine.blocked)
		ksync__mine.blocked = record_take();
	if (ksync__mine.blocked)
		*ksync__mine.blocked = wait;
	ksync__lockdep_unlock();
	ksync__held_look_away();
}

void ksync__blocked_end(void)
{
	if (ksync_likely(!ksync__mine.blocked) || !ksync__mine.blocked->waits ||
	    !ksync__held_look())
		return;
	ksync__lockdep_lock();
	ksync__mine.blocked->waits = false;
	ksync__lockdep_unlock();
	ksync__held_look_away();
}

/* The wait of a thread, or NULL. */
static const struct ksync__blocked *wait_of(int tid)
{
	for (ksync_u32 n = 0; n < waits.used; n++)
		if (record_at(n)->tid == tid && record_at(n)->waits)
			return record_at(n);
	return NULL;
}

static void tell(const struct ksync__blocked *wait,
		 struct ksync__blocked_told *told)
{
	const struct ksync__blocked *holder;

	*told = (struct ksync__blocked_told){ .wait = *wait };
	if (!wait->map)
		return;
	told->holder = KSYNC_READ_ONCE(wait->map->holder);
	told->held_at = told->holder ? KSYNC_READ_ONCE(wait->map->where) : NULL;
	holder = told->holder ? wait_of(told->holder) : NULL;
	if (holder)
		told->holder_waits = *holder;
}

bool ksync__blocked_next(unsigned int *cursor, ksync_s64 ns, bool once,
			 struct ksync__blocked_told *told)
{
	ksync_s64 now = ksync__clock_ns();
	bool found = false;

	if (!ksync__held_look())
		return false;
	ksync__lockdep_lock();
	for (; *cursor < waits.used && !found; ++*cursor) {
		struct ksync__blocked *wait = record_at(*cursor);

		if (!wait->waits || now - wait->since < ns ||
		    (once && wait->told))
			continue;
		if (once)
			wait->told = true;
		tell(wait, told);
		found = true;
	}
	ksync__lockdep_unlock();
	ksync__held_look_away();
	return found;
}

static void blocked_thread_exit(bool last)
{
	if (!last || !ksync__mine.blocked)
		return;
	ksync__lockdep_lock();
	ksync__mine.blocked->waits = false;
	ksync__mine.blocked->tid = 0;
	ksync__lockdep_unlock();
	ksync__mine.blocked = NULL;
}

/* All others are gone. */
static void blocked_forked(bool prepared)
{
	(void)prepared;
	for (ksync_u32 n = 0; n < waits.used; n++)
		if (record_at(n) != ksync__mine.blocked)
			*record_at(n) = (struct ksync__blocked){ .tid = 0 };
	if (ksync__mine.blocked)
		ksync__mine.blocked->tid = ksync__gettid();
}

static const struct ksync__life_part blocked_life = {
	.floor = KSYNC__FLOOR_WATCH,
	.child = blocked_forked,
	.thread_exit = blocked_thread_exit,
};
KSYNC__LIFE_PART(blocked_life);
