/* SPDX-License-Identifier: MIT */
/*
 * The list of what each thread holds. What happens to a lock is told by
 * acquire.c and holder.c; what may be, by order.c and context.c.
 *
 * All is the thread's own.
 *
 *  I1  busy is set while the list changes or the graph's lock is held. A signal
 *      handler that comes in between takes and releases its locks unseen.
 *  I2  A lock that was taken unseen is counted in unseen, and so its release is
 *      no surprise.
 *  I3  Reports are delivered with busy clear and before the list changes: a
 *      hook may use locks, and may never come back. So a lock is in the list
 *      from when it is taken, not from when it is waited for.
 *  I4  A hook may sleep, whatever was being done when it was called.
 *  I5  Each entry knows what the list forbids up to it: the newest says it for
 *      all. A section that was declared forbids to sleep.
 *  I6  Behind the list's end is what was looked at last, before it was waited
 *      for. When it is taken, with the same locks held, it is the list's as it
 *      was looked at, and is next no more: a class may change between two
 *      acquisitions.
 */
#include <ksync/atomic.h>
#include <ksync/lockdep.h>
#include <ksync/task.h>
#include <ksync/watch.h>

#include "chains.h"
#include "held.h"
#include "port/life.h"
#include "port/port.h"
#include "task/task.h"
#include "waits.h"

struct ksync__dep_map ksync__rcu_map = {
	.name = "rcu_read_lock",
	.kind = KSYNC_KIND_RCU,
	.home = &ksync__rcu_map,
};

struct ksync__dep_map ksync__bit_map = {
	.name = "bit",
	.kind = KSYNC_KIND_BIT_SPINLOCK,
	.home = &ksync__bit_map,
};

KSYNC_TLS struct ksync__held_by_me ksync__mine;

#define FIRST_ROOM 64u

/* Room for one more; false: no memory. */
static bool list_grow(void)
{
	unsigned int room = ksync__mine.room ? ksync__mine.room * 2 :
					       FIRST_ROOM;
	struct ksync__held *list;

	if (ksync__mine.depth < ksync__mine.room)
		return true;
	list = ksync__pages_alloc(room * sizeof(*list));
	if (!list)
		return false;
	for (unsigned int n = 0; n < ksync__mine.depth; n++)
		list[n] = ksync__mine.list[n];
	if (ksync__mine.list)
		ksync__pages_free(ksync__mine.list,
				  ksync__mine.room * sizeof(*list));
	ksync__mine.list = list;
	ksync__mine.room = room;
	return true;
}

struct ksync__held *ksync__held_find(const void *map)
{
	for (unsigned int n = ksync__mine.depth; n--;)
		if (ksync__mine.list[n].map == map)
			return &ksync__mine.list[n];
	return NULL;
}

static unsigned long list_chain(unsigned int depth)
{
	return depth ? ksync__mine.list[depth - 1].chain : 0;
}

unsigned long ksync__held_chain_with(unsigned int depth,
				     const struct ksync__held *next)
{
	unsigned long chain = list_chain(depth);

	return next->class_id ? ksync__chain_add(chain, next) : chain;
}

/* What may be waited for inside the first of them, whatever is declared. */
static unsigned char list_inside(unsigned int depth)
{
	return depth ? ksync__mine.list[depth - 1].inside : WAIT_SLEEP;
}

static unsigned char list_inside_with(unsigned int depth,
				      const struct ksync__held *next)
{
	unsigned char inside = list_inside(depth);
	unsigned char own = ksync__held_kind(next)->inside;

	return own < inside ? own : inside;
}

void ksync__held_sum(struct ksync__held *h)
{
	for (; h < ksync__mine.list + ksync__mine.depth; h++) {
		unsigned int n = (unsigned int)(h - ksync__mine.list);

		h->chain = ksync__held_chain_with(n, h);
		h->inside = list_inside_with(n, h);
	}
}

struct ksync__held *ksync__held_next(void)
{
	return ksync__mine.depth < ksync__mine.room ?
		       &ksync__mine.list[ksync__mine.depth] :
		       &ksync__mine.no_room;
}

void ksync__held_remove(struct ksync__held *h)
{
	ksync__mine.depth--;
	for (struct ksync__held *to = h;
	     to < ksync__mine.list + ksync__mine.depth; to++)
		*to = to[1];
	ksync__held_sum(h);
}

enum wait_type ksync__held_may_wait(void)
{
	unsigned char inside = list_inside(ksync__mine.depth);

	return ksync__mine.sections && inside > WAIT_SPIN ? WAIT_SPIN : inside;
}

bool ksync__held_may_nap(void)
{
	return list_inside(ksync__mine.depth) != WAIT_RAW &&
	       !(ksync__mine.has_next &&
		 ksync__held_kind(ksync__held_next())->waits == WAIT_RAW);
}

static bool is_ordered(const struct ksync__dep_map *map)
{
	return ksync__lock_kind(map->kind)->ordered &&
	       !(map->flags & (KSYNC__DEP_NO_ORDER | KSYNC__DEP_NO_TRACK));
}

/* What this acquisition says goes before what the lock was made with. */
static unsigned int subclass_of(const struct ksync__dep_map *map,
				unsigned int how)
{
	unsigned int subclass = KSYNC_WATCH_SUBCLASS_OF(how);

	if (!subclass)
		return map->subclass;
	return subclass < KSYNC_SUBCLASSES ? subclass : KSYNC_SUBCLASSES - 1;
}

struct ksync__held *ksync__held_next_make(struct ksync__dep_map *map,
					  const void *lock, unsigned int how,
					  const void *nest, const void *where)
{
	struct ksync__held *next;

	(void)list_grow();
	next = ksync__held_next();
	next->map = map;
	next->lock = lock;
	next->name = map->name;
	next->nest = nest;
	next->where = where;
	next->kind = map->kind;
	ksync__mine.has_next = true;
	next->shared = ksync__held_shared(how);
	next->pins = 0;
	next->apart = (how & KSYNC_WATCH_TRY) ||
		      next->shared == SHARED_RECURSIVE;
	next->tried = (how & KSYNC_WATCH_TRY) != 0;
	next->in_section = ksync__mine.sections != 0;
	next->class_id =
		is_ordered(map) ?
			ksync__class_of(map, subclass_of(map, how), where) :
			0;
	next->chain = ksync__held_chain_with(ksync__mine.depth, next);
	next->inside = list_inside_with(ksync__mine.depth, next);
	ksync__mine.next_how = how;
	ksync__mine.next_depth = ksync__mine.depth;
	ksync__mine.next_chain = list_chain(ksync__mine.depth);
	ksync__mine.next_usage = 0;
	return next;
}

static bool next_is(const struct ksync__dep_map *map, unsigned int how)
{
	return ksync__mine.has_next &&
	       ksync__mine.next_depth == ksync__mine.depth &&
	       ksync__mine.next_how == how && ksync__held_next()->map == map &&
	       ksync__mine.next_chain == list_chain(ksync__mine.depth);
}

/* The next one is taken. */
static struct ksync__held *list_add(void)
{
	ksync__mine.has_next = false;
	if (ksync__mine.depth < ksync__mine.room) {
		ksync__mine.list[ksync__mine.depth].since = 0;
		return &ksync__mine.list[ksync__mine.depth++];
	}
	ksync__mine.unseen++;
	return NULL;
}

struct ksync__held *ksync__held_add(struct ksync__dep_map *map,
				    const void *lock, unsigned int how,
				    const void *where)
{
	if (ksync_unlikely(!next_is(map, how)))
		(void)ksync__held_next_make(map, lock, how, NULL, where);
	return list_add();
}

KSYNC_COLD void ksync__held_begin_slow(void)
{
	ksync__mine.task = ksync__task_self();
	ksync__mine.base = (uintptr_t)__builtin_frame_address(0);
	ksync__mine.tid = ksync__gettid();
}

static void held_thread_exit(bool last)
{
	ksync__waits_over();
	if (!last)
		return;
	ksync__held_at_exit("its holder exits");
	if (ksync__mine.list)
		ksync__pages_free(ksync__mine.list,
				  ksync__mine.room * sizeof(*ksync__mine.list));
	ksync__mine.list = NULL;
	ksync__mine.room = 0;
	ksync__mine.tid = 0;
	ksync__mine.task = NULL;
}

static void held_forked(bool prepared)
{
	if (prepared)
		ksync__lockdep_unlock();
	ksync__mine.tid = ksync__gettid();
	for (unsigned int n = 0; n < ksync__mine.depth; n++)
		if (!ksync__mine.list[n].shared)
			KSYNC_WRITE_ONCE(ksync__mine.list[n].map->holder,
					 ksync__mine.tid);
}

static const struct ksync__life_part held_life = {
	.floor = KSYNC__FLOOR_WATCH,
	.prepare = ksync__lockdep_lock,
	.parent = ksync__lockdep_unlock,
	.child = held_forked,
	.thread_exit = held_thread_exit,
};
KSYNC__LIFE_PART(held_life);

void ksync__lockdep_off(void)
{
	ksync__mine.off++;
}

void ksync__lockdep_on(void)
{
	if (ksync__mine.off)
		ksync__mine.off--;
}
