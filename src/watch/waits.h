/* SPDX-License-Identifier: MIT */
/*
 * Threads that wait for each other.
 */
#ifndef KSYNC_SRC_WAITS_H
#define KSYNC_SRC_WAITS_H

#include "lockdep.h"

/* A thread that waits for a lock, and who holds that. */
struct ksync__waiter {
	int tid;
	int holder;
	const char *name;
	unsigned char kind;
};

#define KSYNC__WAITERS 12u

/*
 * The calling thread waits for the lock. If with that threads wait for each
 * other: their number, and who they are, the caller first; else 0.
 */
unsigned int ksync__waits_begin(struct ksync__dep_map *map,
				struct ksync__waiter *waiter);

/* It does not any more. */
void ksync__waits_end(void);

/* Nor if it did: it has the lock, or goes without. */
void ksync__waits_over(void);

#endif
