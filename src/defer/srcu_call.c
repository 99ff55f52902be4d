/* SPDX-License-Identifier: MIT */
/*
 * SRCU callbacks: a list for each domain (calls.h), and one runner (runner.h)
 * for all. It waits for no grace period: it goes from domain to domain and
 * helps each on as far as its readers let it; who ends as the last of them has
 * it look again.
 *
 * Words: called, ran, of a state
 *  n, m  a callback is called  n + 1, m  the caller, before it pushes
 *  n, m  one has run           n, m + 1  the runner                   release
 *
 *  I1  Callbacks of a domain run in the order of their pushes. The one at the
 *      place p was called when called was p at least: who reads n there, and
 *      waits until ran is n, has waited for all that were pushed before.
 */
#include <errno.h>
#include <limits.h>

#include "runner.h"
#include "srcu.h"

#include "port/life.h"
#include "task/wait.h"
#include "watch/report.h"

/* ---- the runner ---- */

static bool run_once(void);
static bool callbacks_are_there(void);
static void mend(void);

static struct ksync__runner runner = {
	.kind = { .fn = ksync__runner_work,
		  .arg = &runner,
		  .name = "ksync-srcu",
		  .stack = KSYNC__THREAD_STACK },
	.once = run_once,
	.busy = callbacks_are_there,
	.mend = mend,
};

static bool callbacks_are_there(void)
{
	struct ksync__srcu_state *s = ksync__srcu_states();

	/* They may wait for a reader for ever: who is dismissed does not. */
	while (s && (KSYNC_READ_ONCE(runner.dismissed) ||
		     !ksync__calls_any(&s->calls)))
		s = s->next;
	return s;
}

static void mend(void)
{
	for (struct ksync__srcu_state *s = ksync__srcu_states(); s; s = s->next)
		ksync__calls_mend(&s->calls);
}

static void run(struct ksync__srcu_state *s, ksync_rcu_head_t *head)
{
	ksync_watch_order_acquire(head);
	ksync__runner_call(&runner, head);
	ksync_watch_order_release(&s->ran);
	/* ORDER srcu_call.ran: release. What the callback did is visible. Other
	 * end: ran_reaches(). */
	ksync_smp_store_release(&s->ran, s->ran + 1);
	/* ORDER srcu_call.waits: full. Either this sees who waits, or that one
	 * sees the number. Other end: ran_wait(). */
	ksync_smp_mb();
	if (ksync_unlikely(ksync_atomic_read(&s->barriers)))
		ksync__futex_wake(&s->ran, INT_MAX);
}

/* False if there is nothing that can be done now. */
static bool state_serve(struct ksync__srcu_state *s)
{
	ksync_rcu_head_t *head;

	if (!KSYNC_READ_ONCE(s->calls.todo)) {
		if (!ksync__calls_take(&s->calls))
			return false;
		s->calls_seq = ksync__srcu_cookie_of(s);
	}
	ksync_watch_step("srcu.grace_period");
	if (!ksync__srcu_advance(s, s->calls_seq, true))
		return false;
	while ((head = ksync__calls_pop(&s->calls)) != NULL)
		run(s, head);
	return true;
}

static bool run_once(void)
{
	bool did = false;

	for (struct ksync__srcu_state *s = ksync__srcu_states(); s; s = s->next)
		did |= state_serve(s);
	return did;
}

void ksync__srcu_callbacks_look(void)
{
	ksync__runner_wake(&runner);
}

/* ---- calls ---- */

void ksync_call_srcu(ksync_srcu_struct_t *ssp, ksync_rcu_head_t *head,
		     ksync_srcu_callback_fn func)
{
	struct ksync__srcu_state *s = ksync__srcu_state(ssp);

	if (ksync_unlikely(!func)) {
		ksync__misuse("srcu", head, "call_srcu() without a function",
			      "give it one; the object is not freed",
			      KSYNC__CALLER(), KSYNC_HOLDER_NONE);
		return;
	}
	if (!ksync__calls_may_push("srcu", head, KSYNC__CALLER()))
		return;
	ksync_watch_order_release(head);
	ksync_atomic_inc(&s->called);
	if (ksync__calls_push(&s->calls, head, func))
		ksync__runner_wake(&runner);
	if (!ksync__runner_get(&runner))
		ksync__misuse("srcu", ssp,
			      "no thread can be made for callbacks; they wait",
			      "allow one more thread; the next call tries "
			      "again, and srcu_barrier() runs them itself",
			      KSYNC__CALLER(), KSYNC_HOLDER_NONE);
}

/* ---- the barrier ---- */

struct target {
	struct ksync__srcu_state *s;
	ksync_u32 called;
};

static bool ran_reaches(const void *of)
{
	const struct target *t = of;
	/* ORDER srcu_call.ran: acquire. What the callbacks did is visible.
	 * Other end: run(). */
	ksync_u32 ran = ksync_smp_load_acquire(&t->s->ran);

	if (ran - t->called > INT_MAX)
		return false;
	ksync_watch_order_acquire(&t->s->ran);
	return true;
}

bool ksync__srcu_callbacks_ran(struct ksync__srcu_state *s)
{
	struct target t = { s, (ksync_u32)ksync_atomic_read(&s->called) };

	return ran_reaches(&t);
}

/* Until ran changes, or for no reason. */
static void ran_wait(const struct target *t)
{
	struct ksync__srcu_state *s = t->s;
	unsigned int forks = ksync__task_self()->forks;
	ksync_u32 seen;

	ksync_atomic_inc(&s->barriers);
	/* ORDER srcu_call.waits: full. Either this sees the number, or who
	 * counts sees who waits. Other end: run(). */
	ksync_smp_mb();
	seen = KSYNC_READ_ONCE(s->ran);
	if (!ran_reaches(t) &&
	    ksync__futex_wait(&s->ran, seen,
			      ksync__clock_ns() + KSYNC__LOOK_NS) == -ETIME)
		ksync__runner_look(&runner);
	/* In a child nobody is counted any more. */
	if (ksync__task_self()->forks == forks)
		ksync_atomic_dec(&s->barriers);
}

void ksync_srcu_barrier(ksync_srcu_struct_t *ssp)
{
	struct ksync__srcu_state *s = ksync__srcu_state(ssp);
	struct target t = { s, (ksync_u32)ksync_atomic_read(&s->called) };
	struct ksync__backoff backoff = { 0 };

	if (ksync_unlikely(ksync__runner_is_calling(&runner))) {
		ksync__deadlock("srcu", ssp,
				"waits for callbacks inside a callback",
				"call srcu_barrier() elsewhere",
				KSYNC__CALLER(), KSYNC_HOLDER_NONE);
		ksync__thread_hang();
	}
	ksync_watch_caller_might_sleep();
	ksync_watch_caller_syncs(KSYNC__SRCU(ssp));
	while (!ran_reaches(&t)) {
		if (ksync_likely(ksync__runner_get(&runner))) {
			ran_wait(&t);
			continue;
		}
		ksync__runner_stand_in(&runner, ran_reaches, &t);
		if (!ran_reaches(&t))
			ksync__backoff_wait(&backoff, &s->ran);
	}
}

/* ---- life ---- */

static void srcu_call_thread_exit(bool last)
{
	(void)last;
	/* Last: whoever is told may not return. */
	if (ksync__runner_thread_exit(&runner))
		ksync__misuse("srcu", &runner, "a callback ends its thread",
			      "return from it; the other callbacks run in a "
			      "new one",
			      KSYNC__CALLER(), KSYNC_HOLDER_NONE);
}

/* What is not to be run any more has: also what was about to be pushed. */
static void srcu_call_child(bool prepared)
{
	struct ksync__srcu_state *s = ksync__srcu_states();

	(void)prepared;
	ksync__calls_child();
	if (!ksync__runner_child(&runner))
		return;
	for (; s; s = s->next)
		KSYNC_WRITE_ONCE(s->ran,
				 (ksync_u32)ksync_atomic_read(&s->called) -
					 ksync__calls_count(&s->calls));
}

__attribute__((destructor)) static void at_exit(void)
{
	if (!callbacks_are_there())
		ksync__runner_dismiss(&runner, KSYNC__EXIT_WAITS_NS);
}

static void srcu_call_unload(void)
{
	ksync__runner_dismiss(&runner, KSYNC__NEVER / 2);
}

static const struct ksync__life_part srcu_call_life = {
	.floor = KSYNC__FLOOR_DEFER,
	.child = srcu_call_child,
	.thread_exit = srcu_call_thread_exit,
	.unload = srcu_call_unload,
};
KSYNC__LIFE_PART(srcu_call_life);
