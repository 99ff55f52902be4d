/* SPDX-License-Identifier: MIT */
/*
 * A look into a mutex's wait queue (src/waitq.c), to wait until others have
 * come so far. The library's own functions take the queue's lock.
 */
#ifndef TESTS_SUPPORT_QUEUE_H
#define TESTS_SUPPORT_QUEUE_H

#include <ksync/mutex.h>

#include "../../src/waitq.h"

/* From src/mutex.c and src/park.c. */
#define MUTEX_HANDOFF 4ul
#define PARK_PARKED 2u

struct queue_state {
	int waiters;  /* threads in the queue */
	int asleep;   /* of them, those that have to be woken */
	bool handoff; /* the first one gets the mutex next */
};

static inline struct queue_state mutex_queue_state(ksync_mutex_t *m)
{
	struct ksync_task *self = ksync__task_self();
	unsigned long word = ksync__waitq_lock(&m->waitq, self);
	struct ksync__waiter *first = ksync__waitq_first(word);
	struct ksync__waiter *w = first;
	struct queue_state state = { .handoff = word & MUTEX_HANDOFF };

	while (w) {
		state.waiters++;
		if (KSYNC_READ_ONCE(w->task->park) == PARK_PARKED)
			state.asleep++;
		w = w->next == first ? NULL : w->next;
	}
	ksync__waitq_unlock(&m->waitq, self, word);
	return state;
}

static inline int mutex_waiters(ksync_mutex_t *m)
{
	return mutex_queue_state(m).waiters;
}

static inline int mutex_sleepers(ksync_mutex_t *m)
{
	return mutex_queue_state(m).asleep;
}

#endif
