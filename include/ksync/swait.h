/* SPDX-License-Identifier: MIT */
/*
 * Simple wait queues: all waiters are exclusive, first come first served, and
 * woken one at a time or all at once; no functions, no states to choose. The
 * same mechanism as <ksync/wait_queue.h>.
 */
#ifndef KSYNC_SWAIT_H
#define KSYNC_SWAIT_H

#include <ksync/wait_queue.h>

typedef struct KSYNC_TAG(swait_queue_head) {
	ksync_wait_queue_head_t queue;
} ksync_swait_queue_head_t;

typedef struct KSYNC_TAG(swait_queue) {
	ksync_wait_queue_entry_t entry;
} ksync_swait_queue_t;

#define KSYNC__SWAIT_QUEUE_HEAD_INIT(name)                             \
	{                                                              \
		{                                                      \
			KSYNC__SPINLOCK_INIT(#name), 0,                \
			{                                              \
				&(name).queue.head, &(name).queue.head \
			}                                              \
		}                                                      \
	}
#define KSYNC_DECLARE_SWAIT_QUEUE_HEAD(name) \
	ksync_swait_queue_head_t name = KSYNC__SWAIT_QUEUE_HEAD_INIT(name)
#define KSYNC_DECLARE_SWAITQUEUE(name)                                 \
	ksync_swait_queue_t name = { { KSYNC_WQ_FLAG_EXCLUSIVE,        \
				       ksync_current(),                \
				       ksync_autoremove_wake_function, \
				       { &(name).entry.entry,          \
					 &(name).entry.entry },        \
				       NULL,                           \
				       NULL } }

KSYNC_BEGIN_DECLS

/**
 * ksync_init_swait_queue_head() - make a simple wait queue ready for use
 * @q: memory for a queue that nobody uses
 *
 * Context: Any.
 * Example::
 *
 *	ksync_swait_queue_head_t queue;
 *
 *	ksync_init_swait_queue_head(&queue);
 */
KSYNC_INLINE void ksync_init_swait_queue_head(ksync_swait_queue_head_t *q)
{
	ksync__init_waitqueue_head(&q->queue, "swait_queue", NULL);
}

/**
 * ksync_swait_active() - is there anybody to wake?
 * @q: initialised simple wait queue
 *
 * Context: Any.
 * Order: As ksync_waitqueue_active().
 * Return: true if somebody is queued.
 * Example::
 *
 *	static KSYNC_DECLARE_SWAIT_QUEUE_HEAD(queue);
 *	bool yes = ksync_swait_active(&queue);
 */
KSYNC_INLINE bool ksync_swait_active(ksync_swait_queue_head_t *q)
{
	return ksync_wq_has_sleeper(&q->queue);
}

/**
 * ksync_swake_up_one() - wake the first waiter
 * @q: initialised simple wait queue
 *
 * Change the condition first.
 *
 * Context: As ksync_wake_up().
 * Order: As ksync_wake_up().
 * Example::
 *
 *	static KSYNC_DECLARE_SWAIT_QUEUE_HEAD(queue);
 *
 *	ksync_swake_up_one(&queue);
 */
KSYNC_INLINE void ksync_swake_up_one(ksync_swait_queue_head_t *q)
{
	(void)ksync_wake_up(&q->queue);
}

/**
 * ksync_swake_up_all() - wake all waiters
 * @q: initialised simple wait queue
 *
 * Context: As ksync_wake_up().
 * Order: As ksync_wake_up().
 * Example::
 *
 *	static KSYNC_DECLARE_SWAIT_QUEUE_HEAD(queue);
 *
 *	ksync_swake_up_all(&queue);
 */
KSYNC_INLINE void ksync_swake_up_all(ksync_swait_queue_head_t *q)
{
	ksync_wake_up_all(&q->queue);
}

/**
 * ksync_prepare_to_swait_exclusive() - queue up, and set the thread's state
 * @q: initialised simple wait queue
 * @wait: the thread's entry; it may be queued already
 * @state: KSYNC_TASK_INTERRUPTIBLE or the like
 *
 * Context: Any.
 * Order: As ksync_prepare_to_wait().
 * Example::
 *
 *	static KSYNC_DECLARE_SWAIT_QUEUE_HEAD(queue);
 *	KSYNC_DECLARE_SWAITQUEUE(wait);
 *
 *	ksync_prepare_to_swait_exclusive(&queue, &wait,
 *					 KSYNC_TASK_UNINTERRUPTIBLE);
 *	ksync_finish_swait(&queue, &wait);
 */
KSYNC_INLINE void ksync_prepare_to_swait_exclusive(ksync_swait_queue_head_t *q,
						   ksync_swait_queue_t *wait,
						   unsigned int state)
{
	(void)ksync_prepare_to_wait_exclusive(&q->queue, &wait->entry, state);
}

/**
 * ksync_prepare_to_swait_event() - the same, unless something is pending
 * @q: initialised simple wait queue
 * @wait: the thread's entry; it may be queued already
 * @state: KSYNC_TASK_INTERRUPTIBLE or the like
 *
 * Context: Any.
 * Order: As ksync_prepare_to_wait_event().
 * Return: 0, or -EINTR; in kernel names -ERESTARTSYS.
 * Example::
 *
 *	static KSYNC_DECLARE_SWAIT_QUEUE_HEAD(queue);
 *	KSYNC_DECLARE_SWAITQUEUE(wait);
 *
 *	ksync_prepare_to_swait_event(&queue, &wait, KSYNC_TASK_INTERRUPTIBLE);
 *	ksync_finish_swait(&queue, &wait);
 */
KSYNC_INLINE int ksync_prepare_to_swait_event(ksync_swait_queue_head_t *q,
					      ksync_swait_queue_t *wait,
					      unsigned int state)
{
	return ksync_prepare_to_wait_event(&q->queue, &wait->entry, state);
}

/**
 * ksync_finish_swait() - run again, and leave the queue
 * @q: the queue
 * @wait: the thread's entry
 *
 * Context: Any.
 * Order: As ksync_finish_wait().
 * Example::
 *
 *	static KSYNC_DECLARE_SWAIT_QUEUE_HEAD(queue);
 *	KSYNC_DECLARE_SWAITQUEUE(wait);
 *
 *	ksync_finish_swait(&queue, &wait);
 */
KSYNC_INLINE void ksync_finish_swait(ksync_swait_queue_head_t *q,
				     ksync_swait_queue_t *wait)
{
	ksync_finish_wait(&q->queue, &wait->entry);
}

KSYNC_END_DECLS

/* As the forms of <ksync/wait_queue.h>, with the same results. */
#define ksync_swait_event_exclusive(q, condition)    \
	((void)KSYNC__MAY_WAIT((q).queue, condition, \
			       KSYNC_TASK_UNINTERRUPTIBLE, KSYNC__EXCLUSIVE))
#define ksync_swait_event_interruptible_exclusive(q, condition)         \
	KSYNC__MAY_WAIT((q).queue, condition, KSYNC_TASK_INTERRUPTIBLE, \
			KSYNC__EXCLUSIVE)
#define ksync_swait_event_idle_exclusive(q, condition)                \
	((void)KSYNC__MAY_WAIT((q).queue, condition, KSYNC_TASK_IDLE, \
			       KSYNC__EXCLUSIVE))
#define ksync_swait_event_timeout_exclusive(q, condition, timeout)          \
	KSYNC__MAY_WAIT_TIMED((q).queue, condition,                         \
			      KSYNC_TASK_UNINTERRUPTIBLE, KSYNC__EXCLUSIVE, \
			      timeout)
#define ksync_swait_event_interruptible_timeout_exclusive(q, condition,       \
							  timeout)            \
	KSYNC__MAY_WAIT_TIMED((q).queue, condition, KSYNC_TASK_INTERRUPTIBLE, \
			      KSYNC__EXCLUSIVE, timeout)
#define ksync_swait_event_idle_timeout_exclusive(q, condition, timeout) \
	KSYNC__MAY_WAIT_TIMED((q).queue, condition, KSYNC_TASK_IDLE,    \
			      KSYNC__EXCLUSIVE, timeout)

#endif
