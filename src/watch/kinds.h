/* SPDX-License-Identifier: MIT */
/*
 * What a kind of lock is, as data: a new kind is a row in kinds.c.
 */
#ifndef KSYNC_SRC_KINDS_H
#define KSYNC_SRC_KINDS_H

#include <ksync/dep_map.h>

/*
 * How a lock's waiters wait, and what may be waited for while it is held: a
 * lock may be taken if its own way of waiting is none of those that a held one
 * forbids, that is, none above the lowest "inside" of those held.
 */
enum wait_type {
	WAIT_NOT,   /* not at all: readers of RCU */
	WAIT_RAW,   /* spins, and never naps */
	WAIT_SPIN,  /* spins */
	WAIT_SLEEP, /* sleeps until woken */
};

struct lock_kind {
	const char *name;
	enum wait_type waits;  /* how one waits for it */
	enum wait_type inside; /* the most that may be waited for in it */
	bool ordered;	       /* takes part in the order of locks */
	bool told;	       /* the family itself reports recursion and a
				* stranger's unlock */
	bool ends;	       /* and a thread that exits within it */
	bool resolves;	       /* and finds, or ends, a circle of threads that
				* wait for such locks alone */
	bool unlock_sleeps;    /* who unlocks it may sleep */
};

extern const struct lock_kind ksync__lock_kinds[KSYNC_KINDS];

/* Of any memory: it may never have been initialised. */
static inline const struct lock_kind *ksync__lock_kind(unsigned int kind)
{
	return &ksync__lock_kinds[kind < KSYNC_KINDS ? kind : KSYNC_KIND_NONE];
}

#endif
