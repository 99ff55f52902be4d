/* SPDX-License-Identifier: MIT */
/*
 * RCU callbacks: one list of them (calls.h), and one runner (runner.h) that
 * takes all of it, waits for a grace period and runs the callbacks in order.
 *
 * Word: a task's barrier
 *  BARRIER_NONE     rcu_barrier()            BARRIER_CALLED  the task
 *  BARRIER_CALLED   all before it have run   BARRIER_REACHED runner   release
 *  BARRIER_REACHED  the task is back         BARRIER_NONE    the task
 *
 *  I1  Callbacks run in the order of their pushes: one that is pushed now is a
 *      barrier for all before it.
 *  I2  A barrier's callback is in a task record, which it keeps until it runs:
 *      a waiter that is gone leaves nothing behind that dangles.
 */
#include <ksync/rcu.h>

#include "calls.h"
#include "port/life.h"
#include "rcu_gp.h"
#include "runner.h"
#include "task/park.h"
#include "task/wait.h"
#include "watch/report.h"

enum { BARRIER_NONE, BARRIER_CALLED, BARRIER_REACHED };

static struct ksync__calls calls;

/* ---- the runner ---- */

static bool run_once(void);

static bool calls_are_there(void)
{
	return ksync__calls_any(&calls);
}

static bool work_is_there(void);

static void mend(void)
{
	ksync__calls_mend(&calls);
}

static struct ksync__runner runner = {
	.kind = { .fn = ksync__runner_work,
		  .arg = &runner,
		  .name = "ksync-rcu",
		  .stack = KSYNC__THREAD_STACK },
	.once = run_once,
	.busy = work_is_there,
	.mend = mend,
};

static void run(ksync_rcu_head_t *head)
{
	unsigned long offset = (unsigned long)head->func;

	ksync_watch_order_acquire(head);
	if (offset < KSYNC__RCU_FREE_LIMIT)
		ksync__heap_free((char *)head - offset);
	else
		ksync__runner_call(&runner, head);
}

/* Who is dismissed leaves it to those that ask again. */
static bool work_is_there(void)
{
	return calls_are_there() ||
	       (!KSYNC_READ_ONCE(runner.dismissed) && ksync__rcu_poll_wants());
}

/* Run what was called so far. */
static bool run_once(void)
{
	ksync_rcu_head_t *head;

	if (!ksync__calls_take(&calls) && !ksync__rcu_poll_wants())
		return false;
	ksync_watch_step("rcu.grace_period");
	ksync_synchronize_rcu();
	while ((head = ksync__calls_pop(&calls)) != NULL)
		run(head);
	return true;
}

bool ksync__rcu_runner_ask(void)
{
	ksync__runner_wake(&runner);
	return ksync__runner_get(&runner);
}

/* ---- calls ---- */

/* False if there is nobody to run it yet. */
static bool call(ksync_rcu_head_t *head, ksync_rcu_callback_fn func)
{
	ksync_watch_order_release(head);
	if (ksync__calls_push(&calls, head, func))
		ksync__runner_wake(&runner);
	return ksync__runner_get(&runner);
}

static void call_said(ksync_rcu_head_t *head, ksync_rcu_callback_fn func,
		      const void *where)
{
	ksync__life_see_fork();
	if (ksync__calls_may_push("rcu", head, where) && !call(head, func))
		ksync__misuse(
			"rcu", &calls,
			"no thread can be made for callbacks; they wait",
			"allow one more thread; the next call tries again, "
			"and rcu_barrier() runs them itself",
			where, KSYNC_HOLDER_NONE);
}

void ksync_call_rcu(ksync_rcu_head_t *head, ksync_rcu_callback_fn func)
{
	if (ksync_unlikely(!func)) {
		ksync__misuse("rcu", head, "call_rcu() without a function",
			      "to free the object use kfree_rcu(); it is not "
			      "freed",
			      KSYNC__CALLER(), KSYNC_HOLDER_NONE);
		return;
	}
	call_said(head, func, KSYNC__CALLER());
}

void ksync__call_kfree(ksync_rcu_head_t *head, unsigned long offset)
{
	call_said(head, (ksync_rcu_callback_fn)offset, KSYNC__CALLER());
}

/* ---- the barrier ---- */

static void barrier_reached(ksync_rcu_head_t *head)
{
	struct ksync_task *task =
		ksync_container_of(head, struct ksync_task, rcu_barrier_head);

	ksync_watch_order_release(&calls);
	/* ORDER rcu_call.barrier: release. What the callbacks did is visible.
	 * Other end: barrier_is_over(). */
	ksync_smp_store_release(&task->rcu_barrier, BARRIER_REACHED);
	ksync__unpark(task);
	ksync_task_put(task);
}

static bool barrier_is_over(const void *of)
{
	const struct ksync_task *self = of;

	/* ORDER rcu_call.barrier: acquire. Other end: barrier_reached(). */
	return ksync_smp_load_acquire(&self->rcu_barrier) == BARRIER_REACHED;
}

static void barrier_misused(const char *what, const void *where)
{
	ksync__deadlock("rcu", &calls, what, "call rcu_barrier() elsewhere",
			where, KSYNC_HOLDER_NONE);
	ksync__thread_hang();
}

void ksync_rcu_barrier(void)
{
	struct ksync_task *self = ksync__task_self();

	ksync__life_see_fork();
	if (ksync_unlikely(ksync_rcu_read_lock_held()))
		barrier_misused("waits for callbacks inside a reader",
				KSYNC__CALLER());
	if (ksync_unlikely(ksync__runner_is_calling(&runner)))
		barrier_misused("waits for callbacks inside a callback",
				KSYNC__CALLER());
	if (ksync_unlikely(self->rcu_barrier != BARRIER_NONE))
		barrier_misused("waits for callbacks in a signal handler that "
				"interrupted the same",
				KSYNC__CALLER());
	ksync_watch_caller_might_sleep();
	ksync_watch_caller_syncs(KSYNC__RCU_READER);
	KSYNC_WRITE_ONCE(self->rcu_barrier, BARRIER_CALLED);
	ksync_task_get(self);
	(void)call(&self->rcu_barrier_head, barrier_reached);
	while (!barrier_is_over(self)) {
		if (ksync_unlikely(!ksync__runner_get(&runner)))
			ksync__runner_stand_in(&runner, barrier_is_over, self);
		else if (ksync__park(self, ksync__clock_ns() + KSYNC__LOOK_NS))
			ksync__runner_look(&runner);
	}
	KSYNC_WRITE_ONCE(self->rcu_barrier, BARRIER_NONE);
	ksync_watch_order_acquire(&calls);
}

/* ---- life ---- */

static void rcu_call_start(void)
{
	ksync__calls_enlist(&calls);
}

static void rcu_call_thread_exit(bool last)
{
	(void)last;
	/* Last: whoever is told may not return. */
	if (ksync__runner_thread_exit(&runner))
		ksync__misuse("rcu", &calls, "a callback ends its thread",
			      "return from it; the other callbacks run in a "
			      "new one",
			      KSYNC__CALLER(), KSYNC_HOLDER_NONE);
}

/*
 * Unless a callback forked, the runner is gone, and so is who was making it;
 * the next call makes another. The callbacks that had not begun run in the
 * child, too. If the one on which the forking thread waits had, it is over.
 */
static void rcu_call_child(bool prepared)
{
	struct ksync_task *self = ksync__task_of_ref(ksync__self);

	(void)prepared;
	ksync__calls_child();
	if (ksync__runner_child(&runner) && self &&
	    self->rcu_barrier == BARRIER_CALLED &&
	    !ksync__calls_have(&calls, &self->rcu_barrier_head))
		barrier_reached(&self->rcu_barrier_head);
}

__attribute__((destructor)) static void at_exit(void)
{
	if (!calls_are_there())
		ksync__runner_dismiss(&runner, KSYNC__EXIT_WAITS_NS);
}

static void rcu_call_unload(void)
{
	ksync__runner_dismiss(&runner, KSYNC__NEVER / 2);
}

static const struct ksync__life_part rcu_call_life = {
	.floor = KSYNC__FLOOR_DEFER,
	.start = rcu_call_start,
	.child = rcu_call_child,
	.thread_exit = rcu_call_thread_exit,
	.unload = rcu_call_unload,
};
KSYNC__LIFE_PART(rcu_call_life);
