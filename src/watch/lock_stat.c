/* SPDX-License-Identifier: MIT */
/*
 * Statistics of locks: what the calling thread does with them is counted where
 * it is told; and what the program asks of it. stat_record.c has the numbers.
 */
#include <ksync/atomic.h>
#include <ksync/inspect.h>

#include "graph.h"
#include "lock_stat.h"
#include "port/port.h"
#include "stat_record.h"

bool ksync__lock_stat_on;

static bool is_shared(const struct ksync__held *h)
{
	return h->shared != SHARED_NOT;
}

/* A map says on which processor it was taken; 0 is nowhere. */
static bool bounces(const struct ksync__dep_map *map, unsigned int processor)
{
	unsigned int last = KSYNC_READ_ONCE(map->processor);

	return last && last != processor + 1;
}

KSYNC_COLD void ksync__lock_stat_contended(const struct ksync__dep_map *map,
					   const void *where)
{
	const struct ksync__held *next = ksync__held_next();
	struct ksync__stat_wait wait = {
		.processor = ksync__processor(),
		.waited_at = where,
		.held_at = KSYNC_READ_ONCE(map->where),
	};

	if (!ksync__mine.has_next || next->map != map || !next->class_id)
		return;
	wait.bounced = bounces(map, wait.processor);
	ksync__stat_waits(next->class_id, is_shared(next), &wait);
	ksync__mine.waits_since = ksync__clock_ns();
}

KSYNC_COLD void ksync__lock_stat_acquired(struct ksync__held *h, bool waited)
{
	ksync_s64 since = waited ? ksync__mine.waits_since : 0;
	unsigned int processor = ksync__processor();

	if (!h->class_id)
		return;
	h->since = ksync__clock_ns();
	ksync__stat_taken(h->class_id, is_shared(h), processor,
			  bounces(h->map, processor),
			  since ? h->since - since : -1);
	KSYNC_WRITE_ONCE(h->map->processor, processor + 1);
}

KSYNC_COLD void ksync__lock_stat_released(const struct ksync__held *h)
{
	ksync__stat_given(h->class_id, is_shared(h), ksync__processor(),
			  ksync__clock_ns() - h->since);
}

void ksync__lock_stat_set(bool on)
{
	KSYNC_WRITE_ONCE(ksync__lock_stat_on, on);
}

/* So many classes there are, of those that can be asked now. */
static ksync_u32 classes_now(void)
{
	ksync_u32 count;

	if (!ksync__held_look())
		return 0;
	ksync__lockdep_lock();
	count = ksync__class_count();
	ksync__lockdep_unlock();
	ksync__held_look_away();
	return count;
}

/* The cursor: class and mode of the next line. */
bool ksync__lock_stat_read(unsigned int *cursor, struct ksync_lock_stat *stat)
{
	ksync_u32 classes = classes_now();
	unsigned int at = *cursor ? *cursor : 2;

	for (; at / 2 <= classes; at++) {
		*cursor = at + 1;
		if (ksync__stat_read(at / 2, at % 2, stat))
			return true;
	}
	return false;
}

void ksync__lock_stat_clear(void)
{
	ksync_u32 classes = classes_now();

	for (unsigned int at = 2; at / 2 <= classes; at++)
		ksync__stat_clear(at / 2, at % 2);
}
