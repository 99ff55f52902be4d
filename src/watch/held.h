/* SPDX-License-Identifier: MIT */
/*
 * What the calling thread holds, as what watches its locks shares it: held.c.
 */
#ifndef KSYNC_SRC_HELD_H
#define KSYNC_SRC_HELD_H

#include <ksync/atomic.h>
#include <ksync/watch.h>

#include "kinds.h"
#include "lockdep.h"

struct ksync_task;

struct ksync__held_by_me {
	struct ksync__held *list; /* the newest last */
	unsigned int depth;
	unsigned int room;
	unsigned int sections; /* that were declared and may not sleep */
	unsigned int unseen;   /* I2 */
	unsigned int off;      /* ksync_lockdep_off() */
	bool busy;	       /* I1 */
	bool waits;	       /* for a lock, as its task's record says */
	struct ksync__blocked *blocked; /* blocked.c; NULL: none yet */
	ksync_s64 waits_since;		/* lock_stat.c: in ns, or 0 */
	int tid;
	uintptr_t base;		  /* somewhere on its stack; interrupt.c */
	const void *atomic_where; /* of the outermost declared section */
	struct ksync_task *task;
	/* Whose report may come next, and its name: suppress.c. */
	const void *said_of;
	const char *said_name;
	bool has_next; /* I6 */
	unsigned int next_how;
	unsigned int next_depth;
	unsigned long next_chain;   /* of what was held */
	unsigned long next_usage;   /* to be learned when it is taken; or 0 */
	struct ksync__held no_room; /* for the next one, for want of memory */
};
extern KSYNC_TLS struct ksync__held_by_me ksync__mine;

static inline const struct lock_kind *
ksync__held_kind(const struct ksync__held *h)
{
	return ksync__lock_kind(h->kind);
}

/* Begin to look; false: this one goes unseen. */
static inline bool ksync__held_look(void)
{
	if (ksync__mine.off || ksync__mine.busy)
		return false;
	ksync__mine.busy = true;
	/* The list of a signal handler, too, is that of the thread. */
	ksync_barrier();
	return true;
}

static inline void ksync__held_look_away(void)
{
	ksync_barrier();
	ksync__mine.busy = false;
}

/* Is the calling thread looked at, just now? */
static inline bool ksync__held_looks(void)
{
	return !ksync__mine.off && !ksync__mine.busy;
}

/* SHARED_, of how a lock is taken. */
static inline unsigned char ksync__held_shared(unsigned int how)
{
	if (how & KSYNC_WATCH_RECURSIVE)
		return SHARED_RECURSIVE;
	return how & KSYNC_WATCH_SHARED ? SHARED_READERS : SHARED_NOT;
}

/* The thread's first: its exit will be seen. */
void ksync__held_begin_slow(void);
static inline void ksync__held_begin(void)
{
	if (ksync_unlikely(!ksync__mine.tid))
		ksync__held_begin_slow();
}

/* Is the first entry the thread itself, which is no lock? */
static inline bool ksync__held_is_thread(void)
{
	return ksync__mine.depth &&
	       ksync__mine.list[0].kind == KSYNC_KIND_KTHREAD;
}

/* The newest entry of this lock, or NULL. */
struct ksync__held *ksync__held_find(const void *map);

/* The chain of the first locks, and of "next" if that has an order. */
unsigned long ksync__held_chain_with(unsigned int depth,
				     const struct ksync__held *next);

/* The most that may be waited for here. */
enum wait_type ksync__held_may_wait(void);

/* What this entry and those above it say of those before them: it changed. */
void ksync__held_sum(struct ksync__held *h);

/* Behind the list's end: what is about to be taken. */
struct ksync__held *ksync__held_next(void);
struct ksync__held *ksync__held_next_make(struct ksync__dep_map *map,
					  const void *lock, unsigned int how,
					  const void *nest, const void *where);

/* Taken: the next one if it is that. NULL: there is no room for it. */
struct ksync__held *ksync__held_add(struct ksync__dep_map *map,
				    const void *lock, unsigned int how,
				    const void *where);

void ksync__held_remove(struct ksync__held *h);

/* The lock leaves the list; false: it was not there, nor taken unseen. */
bool ksync__held_leave(struct ksync__dep_map *map, bool shared);

/* The calling thread, or the process, ends: what it holds is reported. */
void ksync__held_at_exit(const char *what);

#endif
