/* SPDX-License-Identifier: MIT */
/*
 * Word: ksync_task.state
 *
 *  from     event                     to       by        order
 *  any      set_current_state(S)      S        the task  full
 *  any      its relaxed form          S        the task
 *  S        a wake-up for S           RUNNING  anybody   full, then release
 *  S        schedule(): interrupted,  RUNNING  the task
 *           or its time is over
 *
 *  I1  The word is the truth, the park token only a reason to look: so a token
 *      too many is harmless, and other sleeps may take one that was for here.
 *  I2  Who ends S in another task unparks that task afterwards.
 */
#include <errno.h>

#include <ksync/wake_q.h>
#include <ksync/watch.h>

#include "park.h"
#include "schedule.h"
#include "wait.h"

int ksync__kind_of_state(unsigned int state)
{
	if (state & KSYNC_TASK_INTERRUPTIBLE)
		return KSYNC__INTERRUPTIBLE;
	return state & KSYNC_TASK_WAKEKILL ? KSYNC__KILLABLE :
					     KSYNC__UNINTERRUPTIBLE;
}

void ksync_set_current_state(unsigned int state)
{
	struct ksync_task *self = ksync__task_self();

	KSYNC_WRITE_ONCE(self->state, state);
	/*
	 *	sleeper			waker		ORDER schedule.state
	 *	W state			W condition
	 *	(full)			(full)
	 *	R condition		R state
	 *	Forbidden: no condition, and RUNNING; nobody would wake it.
	 */
	/* ORDER schedule.state: full. Other end: ksync__task_rouse(). */
	ksync_smp_mb();
}

void ksync_set_current_state_relaxed(unsigned int state)
{
	KSYNC_WRITE_ONCE(ksync__task_self()->state, state);
}

unsigned int ksync_get_current_state(void)
{
	return KSYNC_READ_ONCE(ksync__task_self()->state);
}

bool ksync_task_is_running(const ksync_task_t *task)
{
	return KSYNC_READ_ONCE(task->state) == KSYNC_TASK_RUNNING;
}

int ksync__schedule(struct ksync_task *self, ksync_s64 deadline)
{
	struct ksync__wait wait = {
		.self = self,
		.kind = ksync__kind_of_state(KSYNC_READ_ONCE(self->state)),
		.deadline = deadline,
	};
	int ret;

	/* ORDER schedule.woken: acquire. Sees what its waker did before. Other
	 * end: ksync__task_rouse(). */
	while (ksync_smp_load_acquire(&self->state) != KSYNC_TASK_RUNNING) {
		ret = ksync__wait_over(&wait);
		if (ret) {
			KSYNC_WRITE_ONCE(self->state, KSYNC_TASK_RUNNING);
			return ret;
		}
		ksync_watch_step("schedule.park");
		(void)ksync__park(self, deadline);
	}
	ksync_watch_order_acquire(&self->state);
	return 0;
}

void ksync_schedule(void)
{
	ksync_watch_caller_schedules();
	ksync_watch_caller_sleeps();
	(void)ksync__schedule(ksync__task_self(), KSYNC__NEVER);
	ksync_watch_woken();
}

bool ksync__task_rouse(struct ksync_task *task, unsigned int states)
{
	ksync_u32 found;

	/* ORDER schedule.state: full. Other end: ksync_set_current_state(). */
	ksync_smp_mb();
	found = KSYNC_READ_ONCE(task->state);
	if (!(found & states))
		return false;
	ksync_watch_order_release(&task->state);
	/* ORDER schedule.woken: release. Other end: ksync__schedule(). */
	while (!ksync_try_cmpxchg_release(&task->state, &found,
					  KSYNC_TASK_RUNNING))
		if (!(found & states))
			return false;
	return true;
}

int ksync_wake_up_state(ksync_task_t *task, unsigned int states)
{
	if (!ksync__task_rouse(task, states))
		return 0;
	ksync__unpark(task);
	return 1;
}

int ksync_wake_up_process(ksync_task_t *task)
{
	return ksync_wake_up_state(task, KSYNC_TASK_NORMAL);
}

bool ksync_signal_pending_state(unsigned int state, ksync_task_t *task)
{
	return ksync__task_interrupted(task, ksync__kind_of_state(state));
}

/* ---- lists of tasks to be woken ---- */

/* A record's wake_next while it is the last of its list. */
#define LIST_END ((struct ksync_task *)1)

static bool list_add(ksync_wake_q_head_t *head, struct ksync_task *task)
{
	struct ksync_task *none = NULL;

	/* ORDER schedule.state: full. Who has it on its list wakes it after
	 * what was done before this. Other end: ksync__task_rouse(). */
	ksync_smp_mb();
	if (!ksync_try_cmpxchg_relaxed(&task->wake_next, &none, LIST_END))
		return false;
	if (head->last)
		KSYNC_WRITE_ONCE(head->last->wake_next, task);
	else
		head->first = task;
	head->last = task;
	return true;
}

void ksync_wake_q_add(ksync_wake_q_head_t *head, ksync_task_t *task)
{
	if (list_add(head, task))
		(void)ksync_task_get(task);
}

void ksync_wake_q_add_safe(ksync_wake_q_head_t *head, ksync_task_t *task)
{
	if (!list_add(head, task))
		ksync_task_put(task);
}

void ksync_wake_up_q(ksync_wake_q_head_t *head)
{
	struct ksync_task *task = head->first, *next;

	ksync_wake_q_init(head);
	for (; task; task = next) {
		next = KSYNC_READ_ONCE(task->wake_next);
		if (next == LIST_END)
			next = NULL;
		/* From here on it may be put on another list. */
		KSYNC_WRITE_ONCE(task->wake_next, (struct ksync_task *)NULL);
		(void)ksync_wake_up_process(task);
		ksync_task_put(task);
	}
}
