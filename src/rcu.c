/* SPDX-License-Identifier: MIT */
/*
 * RCU readers and grace periods, over liburcu (rcu_urcu.h).
 *
 * Word: gate, a count of threads inside liburcu's registry, plus FORKING
 *
 *  from      event                      to        by          order
 *  n         register, unregister or    n + 1     a thread    acquire
 *            grace period begins
 *  n         it ends                    n - 1     that thread release
 *  n         fork is prepared           FORKING+n the forker
 *  FORKING   nobody is inside: fork     -         the forker  acquire
 *  FORKING+n fork is over               n         the forker  release
 *
 *  I1  liburcu's registry is consistent and its locks are free while a process
 *      is copied: so its child can use it. The exception is a grace period that
 *      does not end, because the forker is itself the reader it waits for, or
 *      another's lasts too long; then the child has lost RCU's grace periods,
 *      and says so.
 *  I2  A thread in the registry has rcu_reader set in its task record, so that
 *      the child of a fork can take the others out.
 *  I3  ksync__rcu.counter is set only while the thread is registered and the
 *      inline form was seen to agree with liburcu's own.
 */
#include <ksync/rcu.h>

#include "backoff.h"
#include "rcu_urcu.h"
#include "task.h"
#include "watch/report.h"

#define FORKING (1 << 30)

/* How long a fork waits for a grace period to end. */
#define FORK_WAITS_NS 10000000000LL
/* The same when the forker is a reader, for which that one may wait. */
#define FORK_IN_READER_WAITS_NS 20000000LL

KSYNC_TLS struct ksync__rcu_reader ksync__rcu;

static ksync_atomic_t gate;
static bool grace_periods_lost; /* written in a child alone */

/* What ThreadSanitizer is told: readers release to grace periods, and the ends
 * of these release to readers that begin later. */
static char tag_reader;
static char tag_grace_period;

static void gate_enter(int what)
{
	struct ksync__backoff backoff = { 0 };
	int n = ksync_atomic_read(&gate);

	for (;;) {
		if (n & FORKING) {
			ksync__backoff_wait(&backoff, &gate);
			n = ksync_atomic_read(&gate);
			continue;
		}
		/* ORDER rcu.gate: acquire. Other end: gate_leave(). */
		if (ksync_atomic_try_cmpxchg_acquire(&gate, &n, n + what))
			return;
	}
}

static void gate_leave(int what)
{
	/* ORDER rcu.gate: release. A fork copies a registry that is at rest.
	 * Other end: gate_wait(). */
	(void)ksync_atomic_fetch_sub_release(what, &gate);
}

/* Until nobody is inside: true, or the time is over. */
static bool gate_wait(ksync_s64 longest)
{
	struct ksync__backoff backoff = { 0 };
	ksync_s64 deadline = ksync__clock_ns() + longest;

	/* ORDER rcu.gate: acquire. Other end: gate_leave(). */
	while (ksync_atomic_read_acquire(&gate) != FORKING) {
		if (ksync__clock_ns() >= deadline)
			return false;
		ksync__backoff_wait(&backoff, &gate);
	}
	return true;
}

static bool rcu_nests(const unsigned long *counter, unsigned long deep)
{
	return (KSYNC_READ_ONCE(*counter) & KSYNC__RCU_NEST_MASK) == deep;
}

/* Does the inline form, on these addresses, do what liburcu's does? */
static bool rcu_inline_fits(const struct ksync__rcu_reader *r)
{
	bool fits = rcu_nests(r->counter, 0);

	ksync__gp_read_lock();
	fits &= KSYNC_READ_ONCE(*r->counter) == KSYNC_READ_ONCE(r->gp->ctr);
	ksync__gp_read_lock();
	fits &= rcu_nests(r->counter, 2);
	ksync__gp_read_unlock();
	ksync__gp_read_unlock();
	return fits && rcu_nests(r->counter, 0);
}

static void rcu_unregister(struct ksync_task *self)
{
	ksync__rcu = (struct ksync__rcu_reader){ NULL, NULL };
	gate_enter(1);
	if (self->rcu_registered && !grace_periods_lost)
		ksync__gp_unregister();
	self->rcu_reader = NULL;
	gate_leave(1);
}

static void rcu_thread_exit(struct ksync_task *self)
{
	if (!self->rcu_reader)
		return;
	if (ksync__gp_reading()) {
		ksync__misuse("rcu", &ksync__rcu,
			      "a thread exits inside a reader; it is ended",
			      "unlock on every way out of the reader",
			      KSYNC__CALLER(), KSYNC_HOLDER_NONE);
		while (ksync__gp_reading())
			ksync__rcu_read_unlock_slow();
	}
	rcu_unregister(self);
}

static void rcu_register(struct ksync_task *self)
{
	struct ksync__rcu_reader fast;

	gate_enter(1);
	/* Lost ones wait for nobody, and the registry may be locked (I1). */
	self->rcu_registered = !grace_periods_lost && ksync__gp_register();
	self->rcu_reader = ksync__gp_reader();
	gate_leave(1);
	/* Nobody will unregister a late task: its outermost unlock does. */
	if (self->late)
		return;
	self->at_exit = rcu_thread_exit;
	if (ksync__gp_inline(&fast) && rcu_inline_fits(&fast))
		ksync__rcu = fast;
}

KSYNC_NOINLINE void ksync__rcu_read_lock_slow(void)
{
	struct ksync_task *self = ksync__task_self();

	if (ksync_unlikely(!self->rcu_reader))
		rcu_register(self);
	ksync__gp_read_lock();
	ksync_watch_opaque_acquire(&tag_grace_period);
}

KSYNC_NOINLINE void ksync__rcu_read_unlock_slow(void)
{
	struct ksync_task *self = ksync__task_self();

	if (ksync_unlikely(!self->rcu_reader || !ksync__gp_reading())) {
		ksync__misuse("rcu", &ksync__rcu,
			      "rcu_read_unlock() without rcu_read_lock()",
			      "unlock once for each lock, in the same thread",
			      KSYNC__CALLER(), KSYNC_HOLDER_NONE);
		return;
	}
	ksync_watch_opaque_release(&tag_reader);
	ksync__gp_read_unlock();
	if (ksync_unlikely(self->late && !ksync__gp_reading()))
		rcu_unregister(self);
}

KSYNC_COLD void ksync__rcu_wake_gp(void)
{
	ksync__gp_wake();
}

bool ksync__rcu_read_lock_held_slow(void)
{
	struct ksync_task *self = ksync__task_of_ref(ksync__self);

	return self && self->rcu_reader && ksync__gp_reading();
}

void ksync_synchronize_rcu(void)
{
	if (ksync_unlikely(ksync_rcu_read_lock_held())) {
		ksync__deadlock("rcu", &ksync__rcu,
				"waits for a grace period inside a reader",
				"leave the reader first, or use call_rcu()",
				KSYNC__CALLER(), KSYNC_HOLDER_NONE);
		for (;;)
			ksync__nap(FORK_WAITS_NS);
	}
	if (ksync_unlikely(grace_periods_lost)) {
		ksync__deadlock("rcu", &gate,
				"the process was forked during a grace period "
				"that could not end",
				"do not fork inside an RCU reader, nor while "
				"another thread's lasts for seconds",
				KSYNC__CALLER(), KSYNC_HOLDER_NONE);
		for (;;)
			ksync__nap(FORK_WAITS_NS);
	}
	gate_enter(1);
	/* ORDER rcu.reader: heavy. liburcu's two membarriers. Other end:
	 * ksync_rcu_read_lock(), ksync_rcu_read_unlock(). */
	ksync__gp_synchronize();
	gate_leave(1);
	ksync_watch_opaque_release(&tag_grace_period);
	ksync_watch_opaque_acquire(&tag_reader);
}

void ksync_synchronize_rcu_expedited(void)
{
	ksync_synchronize_rcu();
}

void ksync__rcu_free_now(void *object)
{
	ksync_synchronize_rcu();
	ksync__heap_free(object);
}

static bool gate_closed_in_time;

static void at_fork(void)
{
	gate_enter(FORKING);
	gate_closed_in_time = gate_wait(ksync_rcu_read_lock_held() ?
						FORK_IN_READER_WAITS_NS :
						FORK_WAITS_NS);
	/* What is lost is lost for the children's children, too. */
	gate_closed_in_time &= !grace_periods_lost;
	if (gate_closed_in_time)
		ksync__gp_before_fork();
}

static void at_fork_parent(void)
{
	if (gate_closed_in_time)
		ksync__gp_after_fork_parent();
	gate_leave(FORKING);
}

static void forget_dead_reader(struct ksync_task *task)
{
	if (!task->rcu_reader || task->ref == ksync__self)
		return;
	ksync__gp_forget(task->rcu_reader);
	task->rcu_reader = NULL;
}

static void at_fork_child(void)
{
	if (gate_closed_in_time) {
		ksync__tasks_each(forget_dead_reader);
		ksync__gp_after_fork_child();
	} else {
		grace_periods_lost = true;
	}
	/* Those who were inside are gone. */
	ksync_atomic_set(&gate, 0);
}

__attribute__((constructor)) static void watch_forks(void)
{
	ksync__at_fork(at_fork, at_fork_parent, at_fork_child);
}
