/* SPDX-License-Identifier: MIT */
/*
 * One task that waits, and those that wake it: a pointer, and no lock. Who
 * waits excludes others from waiting here by something of its own. There is no
 * RCU in it: a task's record outlives its thread.
 */
#ifndef KSYNC_RCUWAIT_H
#define KSYNC_RCUWAIT_H

#include <errno.h>

#include <ksync/atomic.h>
#include <ksync/task.h>
#include <ksync/watch.h>

typedef struct KSYNC_TAG(rcuwait) {
	ksync_task_t *task; /* stored by who waits */
} ksync_rcuwait_t;

#define KSYNC_RCUWAIT_INIT { NULL }

KSYNC_BEGIN_DECLS

/**
 * ksync_rcuwait_init() - nobody waits
 * @w: memory for a waiting place
 *
 * Context: Any.
 * Example::
 *
 *	ksync_rcuwait_t place;
 *
 *	ksync_rcuwait_init(&place);
 */
KSYNC_INLINE void ksync_rcuwait_init(ksync_rcuwait_t *w)
{
	KSYNC_WRITE_ONCE(w->task, KSYNC__CAST(ksync_task_t *, NULL));
}

/**
 * ksync_rcuwait_active() - does somebody wait?
 * @w: initialised waiting place
 *
 * Context: Any.
 * Order: None: a hint, as in the kernel.
 * Return: true if somebody does.
 * Example::
 *
 *	static ksync_rcuwait_t place = KSYNC_RCUWAIT_INIT;
 *	bool yes = ksync_rcuwait_active(&place);
 */
KSYNC_INLINE bool ksync_rcuwait_active(ksync_rcuwait_t *w)
{
	return KSYNC_READ_ONCE(w->task) != NULL;
}

/**
 * ksync_prepare_to_rcuwait() - the calling thread is the one that waits
 * @w: initialised waiting place where nobody waits
 *
 * Then set the state, which orders this, look at the condition, and schedule.
 *
 * Context: Any thread.
 * Order: None.
 * Example::
 *
 *	static ksync_rcuwait_t place = KSYNC_RCUWAIT_INIT;
 *
 *	ksync_prepare_to_rcuwait(&place);
 *	ksync_finish_rcuwait(&place);
 */
KSYNC_INLINE void ksync_prepare_to_rcuwait(ksync_rcuwait_t *w)
{
	KSYNC_WRITE_ONCE(w->task, ksync_current());
}

/**
 * ksync_finish_rcuwait() - run again, and wait no more
 * @w: the waiting place
 *
 * Context: Who waits there.
 * Example::
 *
 *	static ksync_rcuwait_t place = KSYNC_RCUWAIT_INIT;
 *
 *	ksync_prepare_to_rcuwait(&place);
 *	ksync_finish_rcuwait(&place);
 */
KSYNC_INLINE void ksync_finish_rcuwait(ksync_rcuwait_t *w)
{
	ksync_rcuwait_init(w);
	ksync_set_current_state_relaxed(KSYNC_TASK_RUNNING);
}

/**
 * ksync_rcuwait_wake_up() - wake whoever waits there
 * @w: initialised waiting place
 *
 * Change the condition first.
 *
 * Context: Any.
 * Order: Full: the change of the condition before the look.
 * Return: 1 if it woke somebody.
 * Example::
 *
 *	static ksync_rcuwait_t place = KSYNC_RCUWAIT_INIT;
 *
 *	ksync_rcuwait_wake_up(&place);
 */
KSYNC_INLINE int ksync_rcuwait_wake_up(ksync_rcuwait_t *w)
{
	ksync_task_t *task;

	/* ORDER schedule.state: full. Finds who had set its state before it saw
	 * an old condition. Other end: ksync_set_current_state(). */
	ksync_smp_mb();
	task = KSYNC_READ_ONCE(w->task);
	return task ? ksync_wake_up_process(task) : 0;
}

KSYNC_END_DECLS

/* Wait until the condition is true: 0, or -EINTR where the state allows that.
 * In both kinds of names. */
#define ksync_rcuwait_wait_event(w, condition, state)                      \
	__extension__({                                                    \
		int ksync__result = 0;                                     \
                                                                           \
		ksync_watch_might_sleep();                                 \
		ksync_prepare_to_rcuwait(w);                               \
		for (;;) {                                                 \
			ksync_set_current_state(state);                    \
			if (condition)                                     \
				break;                                     \
			if (ksync_signal_pending_state(state,              \
						       ksync_current())) { \
				ksync__result = -EINTR;                    \
				break;                                     \
			}                                                  \
			ksync_schedule();                                  \
		}                                                          \
		ksync_finish_rcuwait(w);                                   \
		ksync__result;                                             \
	})

#endif
