/* SPDX-License-Identifier: MIT */
/*
 * Wait queue in one word, for locks: a FIFO of waiters that live on their
 * threads' stacks, and the lock of that FIFO. waitq.c has the word's table.
 *
 * Whoever holds the queue's lock works on a copy of the word that
 * ksync__waitq_lock() returned, and gives it back to ksync__waitq_unlock().
 * A queue word of 0 is an empty, unlocked queue without flags. One with VALUE
 * is no queue: nobody waits, and the word is what its owner made of it.
 */
#ifndef KSYNC_SRC_WAITQ_H
#define KSYNC_SRC_WAITQ_H

#include "task.h"

struct ksync__waiter {
	struct ksync__waiter *next; /* a ring, under the queue's lock */
	struct ksync__waiter *prev;
	struct ksync_task *task; /* read-only once queued; NULL: grant.h */
	unsigned int forks;	 /* task->forks when it queued */
	ksync_u32 state;	 /* the lock's own; 0: an exclusive waiter */
} KSYNC_ALIGNED(32);

/* Bits below a waiter's address. The three others belong to the lock. */
#define KSYNC__WAITQ_LOCKED 1ul
#define KSYNC__WAITQ_VALUE 16ul
#define KSYNC__WAITQ_FLAGS 31ul

static inline struct ksync__waiter *ksync__waitq_first(unsigned long word)
{
	return (struct ksync__waiter *)(word & ~KSYNC__WAITQ_FLAGS);
}

/*
 * Take the queue's lock; its word, without KSYNC__WAITQ_LOCKED. A word with
 * KSYNC__WAITQ_VALUE is returned, and nothing locked.
 */
unsigned long ksync__waitq_lock(unsigned long *queue, struct ksync_task *self);

/* Publish the new word and release the queue's lock. */
void ksync__waitq_unlock(unsigned long *queue, struct ksync_task *self,
			 unsigned long word);

/* Under the queue's lock: the word after adding w at the end. */
unsigned long ksync__waitq_append(unsigned long *queue, unsigned long word,
				  struct ksync__waiter *w);

/* The same before one that is queued. */
unsigned long ksync__waitq_insert(unsigned long *queue, unsigned long word,
				  struct ksync__waiter *w,
				  struct ksync__waiter *next);

/* Under the queue's lock: the word after removing w. Flags stay. */
unsigned long ksync__waitq_remove(unsigned long word, struct ksync__waiter *w);

/* Which next? In the order of the ring; NULL behind the last. */
static inline struct ksync__waiter *ksync__waitq_next(unsigned long word,
						      struct ksync__waiter *w)
{
	return w->next == ksync__waitq_first(word) ? NULL : w->next;
}

/* In a fork's child: the waiters, or who had the lock, are gone. */
void ksync__waitq_forget(unsigned long *queue);

/* The waiter, which is the caller's, is in no queue any more. */
void ksync__waitq_left(struct ksync__waiter *w);

#endif
