/* SPDX-License-Identifier: MIT */
/*
 * Who is blocked: what each thread waits for, for the watchdog. blocked.c.
 */
#ifndef KSYNC_SRC_BLOCKED_H
#define KSYNC_SRC_BLOCKED_H

#include <ksync/atomic.h>

#include "port/port.h"

struct ksync__dep_map;

#define KSYNC__BLOCKED_CALLS 12u

/* One thread's wait. */
struct ksync__blocked {
	int tid; /* 0: of no thread */
	bool waits;
	bool told;	    /* the watchdog did */
	unsigned char kind; /* of what it waits for; NONE: a sleep */
	const char *name;   /* of a lock; or NULL */
	const void *object; /* NULL: not known */
	const struct ksync__dep_map *map; /* of one that has a holder */
	ksync_s64 since;
	unsigned int calls;
	const void *call[KSYNC__BLOCKED_CALLS];
};

/* Is anything noted? ONCE */
extern bool ksync__blocked_on;

static inline bool ksync__blocked_noted(void)
{
	return ksync_unlikely(KSYNC_READ_ONCE(ksync__blocked_on));
}

/* The calling thread waits for a lock, or sleeps (map is NULL). */
void ksync__blocked_begin(const struct ksync__dep_map *map, const void *lock,
			  const void *where);
void ksync__blocked_end(void);

/* A wait, and what is known of who holds it. */
struct ksync__blocked_told {
	struct ksync__blocked wait;
	int holder; /* 0: nobody, or not known */
	const void *held_at;
	struct ksync__blocked holder_waits; /* if it does */
};

/*
 * Of the waits that last for so many ns and longer the next one after *cursor,
 * which begins as 0; those that are told are left out, and this is told then.
 */
bool ksync__blocked_next(unsigned int *cursor, ksync_s64 ns, bool tell,
			 struct ksync__blocked_told *told);

/* watchdog.c: there is a thread that looks, if it is asked for. */
void ksync__watchdog_ensure(void);

#endif
