/* SPDX-License-Identifier: MIT */
/*
 * The checked library: sections of a thread in which it reads what may change
 * meanwhile. What it read is worth something only once it has looked whether it
 * did. One that was never ended has used it without.
 *
 * A section may be begun again while it is open, by a signal handler or a
 * function that it calls: in a deeper frame, so that is no mistake. From the
 * same place and in no deeper frame it is one.
 *
 *  I1  busy is set while the list changes: a signal handler in between goes
 *      unseen.
 */
#include <ksync/atomic.h>
#include <ksync/watch.h>

#include "checked_report.h"
#include "held.h"
#include "port/life.h"
#include "port/port.h"
#include "report.h"

struct read {
	const struct ksync__dep_map *map;
	const void *object;
	const void *where;
	uintptr_t frame; /* of who began it */
};

static KSYNC_TLS struct {
	struct read *list; /* the newest last */
	unsigned int depth;
	unsigned int room;
	bool busy; /* I1 */
} self;

#define FIRST_ROOM 64u

static bool look(void)
{
	if (self.busy || !ksync__held_looks())
		return false;
	self.busy = true;
	ksync_barrier();
	return true;
}

static void look_away(void)
{
	ksync_barrier();
	self.busy = false;
}

static bool list_grow(void)
{
	unsigned int room = self.room ? self.room * 2 : FIRST_ROOM;
	struct read *list;

	if (self.depth < self.room)
		return true;
	list = ksync__pages_alloc(room * sizeof(*list));
	if (!list)
		return false;
	for (unsigned int n = 0; n < self.depth; n++)
		list[n] = self.list[n];
	if (self.list)
		ksync__pages_free(self.list, self.room * sizeof(*list));
	self.list = list;
	self.room = room;
	return true;
}

static void list_remove(unsigned int n)
{
	self.depth--;
	for (; n < self.depth; n++)
		self.list[n] = self.list[n + 1];
}

/* Takes out the section that this one shows to be forgotten. */
static bool list_take_forgotten(const struct read *next)
{
	for (unsigned int n = self.depth; n--;) {
		const struct read *r = &self.list[n];

		if (r->map == next->map && r->where == next->where &&
		    r->frame <= next->frame) {
			list_remove(n);
			return true;
		}
	}
	return false;
}

static void tell(const struct read *r, const char *what)
{
	ksync__tell_context("seqcount", r->object, what,
			    "end each section by a retry function, and use "
			    "what was read only if it says so; or discard it",
			    r->where);
}

void ksync__dep_read_begin(const struct ksync__dep_map *map, const void *object)
{
	struct read next = {
		.map = map,
		.object = object,
		.where = KSYNC__CALLER(),
		.frame = (uintptr_t)__builtin_frame_address(0),
	};
	bool forgotten;

	if (!look())
		return;
	forgotten = list_take_forgotten(&next);
	if (list_grow())
		self.list[self.depth++] = next;
	look_away();
	if (forgotten)
		tell(&next, "read again, and the section before was never "
			    "ended");
}

void ksync__dep_read_end(const struct ksync__dep_map *map)
{
	if (!look())
		return;
	for (unsigned int n = self.depth; n--;) {
		if (self.list[n].map == map) {
			list_remove(n);
			break;
		}
	}
	look_away();
}

static void reads_at_exit(void)
{
	while (self.depth) {
		struct read r = self.list[--self.depth];

		tell(&r, "a section was never ended when its reader exits");
	}
}

static void reads_thread_exit(bool last)
{
	if (!last)
		return;
	reads_at_exit();
	if (self.list)
		ksync__pages_free(self.list, self.room * sizeof(*self.list));
	self.list = NULL;
	self.room = 0;
}

static const struct ksync__life_part reads_life = {
	.floor = KSYNC__FLOOR_WATCH,
	.thread_exit = reads_thread_exit,
};
KSYNC__LIFE_PART(reads_life);

/* Of the thread that calls exit(), or returns from main(). */
__attribute__((destructor)) static void process_exits(void)
{
	reads_at_exit();
}
