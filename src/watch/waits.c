/* SPDX-License-Identifier: MIT */
/*
 * Who waits for which lock: threads that wait for each other are found when the
 * last of them begins to, whatever was said of their locks' order.
 *
 * Word: waits_for of a task's record, all under the lock of the graph
 *
 *  NULL  contended                        map   its thread
 *  map   acquired, abandoned, a report    NULL  its thread
 *
 *  I1  Who waits gives back nothing. So under the lock, where nobody ends a
 *      wait, each lock that is waited for exists, and is held by whoever its
 *      map names if that thread waits, too.
 */
#include <ksync/atomic.h>
#include <ksync/task.h>
#include <ksync/watch.h>

#include "blocked.h"
#include "checked_report.h"
#include "held.h"
#include "lock_stat.h"
#include "report.h"
#include "task/task.h"
#include "waits.h"

/* What is looked for by ksync__tasks_find(), under the graph's lock. */
static int wanted;

static bool is_wanted(struct ksync_task *task)
{
	return KSYNC_READ_ONCE(task->tid) == wanted;
}

/* The thread that holds the lock, if it waits; or NULL. */
static struct ksync_task *waiting_holder(const struct ksync__dep_map *map)
{
	struct ksync_task *task;

	wanted = KSYNC_READ_ONCE(map->holder);
	task = wanted ? ksync__tasks_find(is_wanted) : NULL;
	return task && task->waits_for ? task : NULL;
}

/* The circle that the calling thread closes. Its number of threads, or 0. */
static unsigned int circle_find(struct ksync_task *self,
				struct ksync__waiter *waiter)
{
	struct ksync_task *task = self;
	unsigned int n = 0;

	while (task && n < KSYNC__WAITERS) {
		const struct ksync__dep_map *map = task->waits_for;

		waiter[n++] =
			(struct ksync__waiter){ task->tid,
						KSYNC_READ_ONCE(map->holder),
						map->name, map->kind };
		task = waiting_holder(map);
		if (task == self)
			return n;
	}
	return 0;
}

unsigned int ksync__waits_begin(struct ksync__dep_map *map,
				struct ksync__waiter *waiter)
{
	struct ksync_task *self = ksync__task_self();
	unsigned int count;

	ksync__lockdep_lock();
	self->waits_for = map;
	count = circle_find(self, waiter);
	ksync__lockdep_unlock();
	return count;
}

void ksync__waits_end(void)
{
	struct ksync_task *self = ksync__task_self();

	ksync__lockdep_lock();
	self->waits_for = NULL;
	ksync__lockdep_unlock();
}

/* Its lock lasts, and nobody may end it: so this comes before all else. */
void ksync__waits_over(void)
{
	if (ksync_likely(!ksync__mine.waits) || !ksync__held_look())
		return;
	ksync__mine.waits = false;
	ksync__waits_end();
	ksync__held_look_away();
	ksync__blocked_end();
}

/* Do their locks' families find such circles, or end them by themselves? */
static bool is_resolved(const struct ksync__waiter *waiter, unsigned int count)
{
	for (unsigned int n = 0; n < count; n++)
		if (!ksync__lock_kind(waiter[n].kind)->resolves)
			return false;
	return true;
}

void ksync__dep_contended(struct ksync__dep_map *map, const void *lock,
			  unsigned int kind, const void *where)
{
	struct ksync__waiter waiters[KSYNC__WAITERS];
	unsigned int count;

	if (!where)
		where = KSYNC__CALLER();

	if (map->kind != kind)
		return;
	if (ksync__blocked_noted())
		ksync__blocked_begin(map, lock, where);
	if (map->flags & KSYNC__DEP_NO_TRACK || !ksync__held_look())
		return;
	ksync__mine.waits_since = 0;
	if (ksync__lock_stat_counts())
		ksync__lock_stat_contended(map, where);
	ksync__mine.waits = true;
	count = ksync__waits_begin(map, waiters);
	ksync__held_look_away();
	/* Of one thread its lock's family tells. */
	if (count > 1 && !is_resolved(waiters, count))
		ksync__tell_waiters(map, lock, where, waiters, count);
}

void ksync__dep_abandoned(void)
{
	ksync__waits_over();
	ksync__blocked_end();
}

void ksync__dep_sleeps_at(const void *where)
{
	if (ksync__blocked_noted() &&
	    ksync_get_current_state() == KSYNC_TASK_UNINTERRUPTIBLE)
		ksync__blocked_begin(NULL, NULL, where);
}

void ksync__dep_woken(void)
{
	ksync__blocked_end();
}

void ksync__held_reports(void)
{
	ksync__waits_over();
}
