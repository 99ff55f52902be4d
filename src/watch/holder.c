/* SPDX-License-Identifier: MIT */
/*
 * A lock is taken, held in another way, given back: by whom.
 *
 * Of a lock's map its holder and where are written by whoever holds the lock,
 * for reports.
 */
#include <ksync/atomic.h>
#include <ksync/lockdep.h>
#include <ksync/watch.h>

#include "checked_report.h"
#include "checks.h"
#include "held.h"
#include "lock_stat.h"
#include "report.h"
#include "waits.h"

void ksync__dep_acquired(struct ksync__dep_map *map, const void *lock,
			 unsigned int kind, unsigned int how)
{
	const void *where = KSYNC__CALLER();
	bool waited = ksync__mine.waits;

	ksync__held_begin();
	if (ksync_unlikely(waited))
		ksync__waits_over();
	ksync__map_check(map, lock, kind, where);
	if (map->flags & KSYNC__DEP_NO_TRACK)
		return;
	if (ksync__held_look()) {
		struct ksync__held *h = ksync__held_add(map, lock, how, where);

		if (h && ksync__lock_stat_counts())
			ksync__lock_stat_acquired(h, waited);
		if (h && (h->tried || ksync__mine.next_usage))
			ksync__interrupt_taken(h, ksync__mine.next_usage,
					       __builtin_frame_address(0));
		ksync__held_look_away();
	} else {
		ksync__mine.unseen++;
	}
	if (!ksync__held_shared(how)) {
		KSYNC_WRITE_ONCE(map->holder, ksync__mine.tid);
		KSYNC_WRITE_ONCE(map->where, where);
	}
}

/* Of a completion: its wait ends when the calling thread says so. */
void ksync__dep_owe(struct ksync__dep_map *map, const void *lock)
{
	const void *where = KSYNC__CALLER();
	const struct ksync__held *h;

	ksync__held_begin();
	if (!(map->flags & KSYNC__DEP_DECLARED) || !ksync__held_look())
		return;
	/* Nobody waits to be the one, as it is with a trylock. */
	h = ksync__held_add(map, lock, KSYNC_WATCH_TRY, where);
	if (h)
		ksync__interrupt_taken(h, 0, __builtin_frame_address(0));
	ksync__held_look_away();
	KSYNC_WRITE_ONCE(map->holder, ksync__mine.tid);
	KSYNC_WRITE_ONCE(map->where, where);
}

void ksync__dep_owe_no_more(struct ksync__dep_map *map)
{
	if (map->flags & KSYNC__DEP_DECLARED && !ksync__mine.busy &&
	    ksync__held_find(map))
		(void)ksync__held_leave(map, false);
}

void ksync__dep_thread_begin(struct ksync__dep_map *map, const void *lock,
			     unsigned int kind, const char *name,
			     const void *fn)
{
	ksync__held_begin();
	if (!ksync__held_look())
		return;
	*map = (struct ksync__dep_map){
		.name = name,
		.key = ksync__site_key(fn, kind),
		.kind = (unsigned char)kind,
		.home = map,
	};
	(void)ksync__held_add(map, lock, KSYNC_WATCH_TRY, fn);
	ksync__held_look_away();
}

void ksync__dep_thread_end(void)
{
	if (!ksync__mine.busy && ksync__held_is_thread())
		(void)ksync__held_leave(ksync__mine.list[0].map, false);
}

void ksync__dep_downgrade(struct ksync__dep_map *map, const void *lock,
			  unsigned int kind)
{
	const void *where = KSYNC__CALLER();
	struct ksync__held *h;
	bool known;

	ksync__map_check(map, lock, kind, where);
	if (map->flags & KSYNC__DEP_NO_TRACK || !ksync__held_look())
		return;
	h = ksync__held_find(map);
	known = h ? !h->shared : ksync__mine.unseen != 0;
	if (h && !h->shared) {
		h->shared = SHARED_READERS;
		ksync__held_sum(h);
		KSYNC_WRITE_ONCE(map->holder, 0);
	}
	ksync__held_look_away();
	if (!known)
		ksync__tell_map(map, lock,
				"downgraded by a thread that does not hold it "
				"for writing",
				"downgrade what the caller took for writing",
				where);
}

/* May it have been waited for asleep? */
static bool slept(const struct ksync__held *h)
{
	bool is_first = h == ksync__mine.list;

	return !h->tried && !h->in_section &&
	       (is_first || h[-1].inside == WAIT_SLEEP);
}

/* Who gives it back may have to sleep, by the kernel's contract; so not under
 * what spins, unless it could only be tried there. A reader of RCU may be
 * preempted by then. */
static void unlock_check(const struct ksync__dep_map *map, const void *lock,
			 const void *where)
{
	const struct ksync__held *h;

	if (ksync_likely(ksync__held_may_wait() == WAIT_SLEEP) ||
	    !ksync__lock_kind(map->kind)->unlock_sleeps ||
	    (!ksync__mine.sections && !ksync__lockdep_spins()) ||
	    !ksync__held_looks() || ksync__report_in_hook())
		return;
	h = ksync__held_find(map);
	if (h && slept(h))
		ksync__tell_context(ksync__held_kind(h)->name, lock,
				    "unlocked where nobody may sleep, which "
				    "its unlock may do",
				    "first release what spins, or leave the "
				    "section",
				    where);
}

static void pins_check(const struct ksync__dep_map *map, const void *lock,
		       const void *where)
{
	const struct ksync__held *h = ksync__mine.busy ? NULL :
							 ksync__held_find(map);

	if (ksync_unlikely(h && h->pins))
		ksync__tell_map(map, lock, "unlocked while it is pinned",
				"somebody up the stack relies on it: unpin it "
				"there, or do not give it back",
				where);
}

bool ksync__held_leave(struct ksync__dep_map *map, bool shared)
{
	struct ksync__held *h = NULL;
	bool unseen = ksync__mine.busy;

	if (!unseen) {
		ksync__mine.busy = true;
		ksync_barrier();
		h = ksync__held_find(map);
		/* Who reads does not end writing; but whoever ends a map of
		 * the program's own does not say which. */
		if (h && (h->shared != SHARED_NOT) != shared &&
		    map->kind != KSYNC_KIND_MAP)
			h = NULL;
		if (h && ksync_unlikely(h->since))
			ksync__lock_stat_released(h);
		if (h)
			ksync__held_remove(h);
		ksync__held_look_away();
	}
	if (!h && ksync__mine.unseen) {
		ksync__mine.unseen--;
		unseen = true;
	}
	return h || unseen || ksync__mine.off;
}

bool ksync__dep_release(struct ksync__dep_map *map, const void *lock,
			unsigned int kind, unsigned int how)
{
	const void *where = KSYNC__CALLER();
	int holder;

	ksync__map_check(map, lock, kind, where);
	if (map->flags & KSYNC__DEP_NO_TRACK)
		return true;
	if (map->flags & KSYNC__DEP_DECLARED && !ksync__held_find(map))
		return true; /* nobody said who is to do it */
	unlock_check(map, lock, where);
	pins_check(map, lock, where);
	if (ksync_likely(ksync__held_leave(map, ksync__held_shared(how) !=
							SHARED_NOT))) {
		if (!ksync__held_shared(how))
			KSYNC_WRITE_ONCE(map->holder, 0);
		return true;
	}
	if (ksync__lock_kind(map->kind)->told)
		return true; /* the lock knows better what is wrong */
	holder = KSYNC_READ_ONCE(map->holder);
	ksync__tell_map(map, lock,
			holder ? "unlocked by a thread that does not hold it" :
				 "unlocked, but nobody holds it",
			"unlock once for each lock, in the thread that locked",
			where);
	return false;
}
