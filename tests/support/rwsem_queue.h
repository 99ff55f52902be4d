/* SPDX-License-Identifier: MIT */
/* A look into a reader-writer semaphore's queue; see support/queue.h. */
#ifndef TESTS_SUPPORT_RWSEM_QUEUE_H
#define TESTS_SUPPORT_RWSEM_QUEUE_H

#include <ksync/rwsem.h>

#include "task/waitq.h"

/* Waiters of which the task waits to be woken, or of which it does not matter
 * what it does. From src/task/park.c: 2 is PARKED. */
static inline int rwsem_count_waiters(ksync_rw_semaphore_t *sem, bool asleep)
{
	struct ksync_task *self = ksync__task_self();
	unsigned long word = ksync__waitq_lock(&sem->waitq, self);
	struct ksync__waiter *first = ksync__waitq_first(word);
	struct ksync__waiter *w = first;
	int n = 0;

	while (w) {
		n += !asleep || KSYNC_READ_ONCE(w->task->park) == 2u;
		w = w->next == first ? NULL : w->next;
	}
	ksync__waitq_unlock(&sem->waitq, self, word);
	return n;
}

static inline int rwsem_waiters(ksync_rw_semaphore_t *sem)
{
	return rwsem_count_waiters(sem, false);
}

static inline int rwsem_sleepers(ksync_rw_semaphore_t *sem)
{
	return rwsem_count_waiters(sem, true);
}

#endif
