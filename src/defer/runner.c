/* SPDX-License-Identifier: MIT */
/*
 * Word: who
 *  from      event                          to        by         order
 *  0         callbacks, nobody to run them  STARTING  anybody
 *  STARTING  the thread has begun           its ref   that thread
 *  STARTING  there can be no thread         0         who tried
 *  0         it stands in                   its ref   a waiter
 *  ref       nothing to do, or it ends      0         the runner full
 *
 *  I1  Who pushes a callback looks at who afterwards; a runner that leaves
 *      looks for callbacks afterwards.
 *  I2  Who pushes on an empty stack wakes the runner, which looks at the stack
 *      after each wake-up. Park's token carries the rest.
 *  I3  No lock is held while a callback runs. It may even end its thread.
 */
#include "runner.h"

#include "task/park.h"
#include "task/wait.h"

#define STARTING KSYNC__NO_TASK

static bool runner_become(struct ksync__runner *r, unsigned long from,
			  unsigned long ref)
{
	/* ORDER calls.push: full. Finds the lists as they were left. Other
	 * end: runner_leave(). */
	if (ksync_cmpxchg(&r->who, from, ref) != from)
		return false;
	r->mend();
	return true;
}

static void runner_leave(struct ksync__runner *r)
{
	/* ORDER calls.push: full. The next one finds the lists as they are;
	 * and either this thread sees what was pushed, or who pushed sees that
	 * there is no runner. Other end: ksync__calls_push(). */
	(void)ksync_xchg(&r->who, 0ul);
}

/* False: something is to do after all, and the caller is still the runner. */
static bool runner_end(struct ksync__runner *r, unsigned long ref)
{
	runner_leave(r);
	return !r->busy() || !runner_become(r, 0, ref);
}

/* Until something happens; true if it ends for lack of work. */
static bool runner_idle(struct ksync__runner *r, struct ksync_task *self)
{
	if (KSYNC_READ_ONCE(r->dismissed))
		return true;
	if (r->busy()) {
		(void)ksync__park(self, ksync__clock_ns() + KSYNC__LOOK_NS);
		return false;
	}
	return ksync__park(self, ksync__thread_idle_until()) != 0;
}

void ksync__runner_work(void *arg)
{
	struct ksync__runner *r = arg;
	struct ksync_task *self = ksync__task_self();

	if (!runner_become(r, STARTING, self->ref))
		return;
	KSYNC_WRITE_ONCE(r->tid, self->tid);
	do {
		do {
			while (r->once())
				;
		} while (!runner_idle(r, self));
	} while (!runner_end(r, self->ref));
}

bool ksync__runner_get(struct ksync__runner *r)
{
	if (ksync_likely(KSYNC_READ_ONCE(r->who)) ||
	    ksync_cmpxchg_relaxed(&r->who, 0ul, STARTING) ||
	    ksync__thread_start(&r->kind, NULL))
		return true;
	runner_leave(r);
	return false;
}

void ksync__runner_wake(struct ksync__runner *r)
{
	unsigned long ref = KSYNC_READ_ONCE(r->who);
	struct ksync_task *task = NULL;

	if (ref && ref != STARTING)
		task = ksync__task_of_ref(ref);
	if (task)
		ksync__unpark(task);
}

void ksync__runner_look(struct ksync__runner *r)
{
	unsigned long ref = KSYNC_READ_ONCE(r->who);

	if (ref && ref != STARTING && !ksync__task_of_ref_surely(ref))
		(void)ksync_cmpxchg_relaxed(&r->who, ref, 0ul);
}

void ksync__runner_stand_in(struct ksync__runner *r,
			    bool (*over)(const void *of), const void *of)
{
	if (!runner_become(r, 0, ksync__task_self()->ref))
		return;
	while (!over(of) && r->once())
		;
	runner_leave(r);
}

void ksync__runner_call(struct ksync__runner *r, ksync_rcu_head_t *head)
{
	KSYNC_WRITE_ONCE(r->calling, true);
	head->func(head);
	KSYNC_WRITE_ONCE(r->calling, false);
}

bool ksync__runner_is_calling(const struct ksync__runner *r)
{
	return KSYNC_READ_ONCE(r->who) == ksync__self &&
	       ksync__self != KSYNC__NO_TASK && r->calling;
}

void ksync__runner_dismiss(struct ksync__runner *r, ksync_s64 longest)
{
	int tid = KSYNC_READ_ONCE(r->tid);
	struct ksync__backoff backoff = { 0 };
	ksync_s64 deadline;

	KSYNC_WRITE_ONCE(r->dismissed, true);
	if (!tid || tid == ksync__gettid() || ksync__thread_is_gone(tid))
		return;
	ksync__runner_wake(r);
	deadline = ksync__clock_ns() + longest;
	while (!ksync__thread_is_gone(tid) && ksync__clock_ns() < deadline)
		ksync__backoff_wait(&backoff, &r->who);
}

bool ksync__runner_thread_exit(struct ksync__runner *r)
{
	unsigned long ref = ksync__self;

	if (KSYNC_READ_ONCE(r->who) != ref || ref == KSYNC__NO_TASK)
		return false;
	r->calling = false;
	runner_leave(r);
	if (r->busy())
		(void)ksync__runner_get(r);
	return true;
}

bool ksync__runner_child(struct ksync__runner *r)
{
	struct ksync_task *self = ksync__task_of_ref(ksync__self);

	r->tid = 0;
	if (self && KSYNC_READ_ONCE(r->who) == self->ref)
		return false;
	KSYNC_WRITE_ONCE(r->who, 0ul);
	r->calling = false;
	r->mend();
	return true;
}
