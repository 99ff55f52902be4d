/* SPDX-License-Identifier: MIT */
/*
 * The life of a lock: initialised, of a class, destroyed, freed; and the end of
 * who holds it.
 */
#include <ksync/atomic.h>
#include <ksync/lockdep.h>
#include <ksync/watch.h>

#include "at_exit.h"
#include "checked_report.h"
#include "checks.h"
#include "held.h"
#include "ref_tracker.h"
#include "report.h"

/* A lock is not where it was used first: reported, then it is at home here. One
 * that nobody has used yet may be copied, as an initialiser is. */
static void home_check(struct ksync__dep_map *map, const void *home,
		       const void *lock, const void *where)
{
	KSYNC_WRITE_ONCE(map->home, (const void *)map);
	if (home)
		ksync__tell_map(map, lock, "copied from a lock that was in use",
				"initialise each lock where it is; its queue "
				"and its holder are not copied",
				where);
}

/* The family may have to say of it what it alone knows: suppress.c. */
static void note_name(const struct ksync__dep_map *map, const void *lock)
{
	if (ksync_likely(!ksync__suppresses))
		return;
	ksync__mine.said_of = lock;
	ksync__mine.said_name = map->name;
}

/* A lock of zeroed memory, or of any: reported, then as good as initialised. */
void ksync__map_check(struct ksync__dep_map *map, const void *lock,
		      unsigned int kind, const void *where)
{
	if (ksync_likely(map->kind == kind)) {
		/* Read once: others may use it first at the same time. */
		const void *home = KSYNC_READ_ONCE(map->home);

		note_name(map, lock);
		if (ksync_unlikely(home != map))
			home_check(map, home, lock, where);
		return;
	}
	*map = (struct ksync__dep_map){ .kind = (unsigned char)kind,
					.home = map };
	ksync__tell_map(map, lock, "used, but it was never initialised",
			"use its initialiser, or call its init function",
			where);
}

/* As the program writes it, &lock of lock is no part of its name. */
static const char *plain_name(const char *name)
{
	return name && name[0] == '&' ? name + 1 : name;
}

/* If the calling thread holds it: reported, then it does not any more. */
static void not_held_check(struct ksync__dep_map *map, const void *lock,
			   const char *what, const void *where)
{
	const struct ksync__held *h = ksync__mine.busy ? NULL :
							 ksync__held_find(map);

	if (ksync_likely(!h))
		return;
	ksync__tell_map(map, lock, what, "release it first", where);
	/* A report's hook may have released it. */
	h = ksync__held_find(map);
	if (h)
		(void)ksync__held_leave(map, h->shared != SHARED_NOT);
}

void ksync__dep_created(struct ksync__dep_map *map, void *lock,
			unsigned int kind, unsigned int flags, const char *name,
			ksync_lock_class_key_t *key)
{
	const void *where = KSYNC__CALLER();

	not_held_check(map, lock, "initialised while it is held", where);
	if (!key && ksync__held_look()) {
		key = ksync__site_key(where, kind);
		ksync__held_look_away();
	}
	*map = (struct ksync__dep_map){
		.name = plain_name(name),
		.key = key,
		.kind = (unsigned char)kind,
		.flags = (unsigned char)flags,
		.home = map,
	};
}

void ksync__dep_set_class(struct ksync__dep_map *map,
			  ksync_lock_class_key_t *key, const char *name,
			  int subclass, unsigned int flags)
{
	if (key)
		map->key = key;
	if (name)
		map->name = plain_name(name);
	map->subclass = (unsigned char)subclass;
	map->flags |= (unsigned char)flags;
	/* Of a completion nothing is known before that. */
	if (key && map->kind == KSYNC_KIND_COMPLETION)
		map->flags = KSYNC__DEP_DECLARED;
}

void ksync__dep_set_cmp(struct ksync__dep_map *map, ksync_lock_cmp_fn cmp)
{
	const void *where = KSYNC__CALLER();

	if (!ksync__held_look())
		return;
	ksync__class_set_cmp(map, where, cmp);
	ksync__held_look_away();
}

void ksync__lockdep_unregister_key(ksync_lock_class_key_t *key)
{
	ksync__class_forget(key);
}

void ksync__dep_gone(struct ksync__dep_map *map, const void *lock)
{
	const void *where = KSYNC__CALLER();

	note_name(map, lock);
	if (ksync__lock_kind(map->kind)->told)
		return; /* the family says it */
	not_held_check(map, lock, "destroyed while it is held", where);
}

void ksync__dep_check_freed(const void *start, size_t length)
{
	const void *where = KSYNC__CALLER();

	if (!ksync__held_looks())
		return;
	for (unsigned int n = ksync__mine.depth; n--;) {
		const struct ksync__held h = ksync__mine.list[n];

		if ((uintptr_t)h.lock - (uintptr_t)start >= length)
			continue;
		not_held_check(h.map, h.lock,
			       "its memory is freed while it is held", where);
		n = ksync__mine.depth;
	}
}

void ksync__held_at_exit(const char *what)
{
	while (ksync__mine.depth) {
		struct ksync__held h = ksync__mine.list[--ksync__mine.depth];

		if (!ksync__held_kind(&h)->ends)
			ksync__tell_left(&h, what);
	}
	ksync__mine.sections = 0;
	ksync__mine.unseen = 0;
}

/* Of the thread that calls exit(), or returns from main(). */
__attribute__((destructor)) static void process_exits(void)
{
	ksync__held_at_exit("the process exits while it is held");
	ksync__ref_tracker_at_exit();
	ksync__at_exit_print();
}
