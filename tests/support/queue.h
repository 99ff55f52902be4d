/* SPDX-License-Identifier: MIT */
/*
 * A look into a lock's wait queue (src/task/waitq.c), to wait until others
 * have come so far. The library's own functions take the queue's lock.
 */
#ifndef TESTS_SUPPORT_QUEUE_H
#define TESTS_SUPPORT_QUEUE_H

#include <ksync/mutex.h>
#include <ksync/wait_queue.h>

#include "task/waitq.h"

/* From src/sleep/mutex.c and src/task/park.c. */
#define MUTEX_HANDOFF 4ul
#define PARK_PARKED 2u

struct queue_state {
	int waiters;  /* threads in the queue */
	int asleep;   /* of them, those that have to be woken */
	bool handoff; /* the first one gets the mutex next */
};

static inline struct queue_state queue_state(unsigned long *queue,
					     unsigned long handoff)
{
	struct ksync_task *self = ksync__task_self();
	unsigned long word = ksync__waitq_lock(queue, self);
	struct ksync__waiter *first = ksync__waitq_first(word);
	struct ksync__waiter *w = first;
	struct queue_state state = { .handoff = word & handoff };

	while (w) {
		state.waiters++;
		if (w->task && KSYNC_READ_ONCE(w->task->park) == PARK_PARKED)
			state.asleep++;
		w = w->next == first ? NULL : w->next;
	}
	ksync__waitq_unlock(queue, self, word);
	return state;
}

static inline int queue_sleepers(unsigned long *queue)
{
	return queue_state(queue, 0).asleep;
}

static inline struct queue_state mutex_queue_state(ksync_mutex_t *m)
{
	return queue_state(&m->waitq, MUTEX_HANDOFF);
}

static inline int mutex_waiters(ksync_mutex_t *m)
{
	return mutex_queue_state(m).waiters;
}

static inline int mutex_sleepers(ksync_mutex_t *m)
{
	return mutex_queue_state(m).asleep;
}

/* Of the plain waiters of a wait queue, those that have to be woken. */
static inline int wait_queue_sleepers(ksync_wait_queue_head_t *queue)
{
	ksync_list_head_t *l;
	int n = 0;

	ksync_spin_lock(&queue->lock);
	for (l = queue->head.next; l != &queue->head; l = l->next) {
		struct ksync_task *task =
			ksync_container_of(l, ksync_wait_queue_entry_t, entry)
				->KSYNC__PRIVATE;

		n += KSYNC_READ_ONCE(task->park) == PARK_PARKED;
	}
	ksync_spin_unlock(&queue->lock);
	return n;
}

#endif
