/* SPDX-License-Identifier: MIT */
/*
 * RCU readers and grace periods, over liburcu (rcu_urcu.h).
 *
 * Words: leader, the low half of the reference of the one task that is inside a
 * grace period; done, twice the number of those that there have been, and one
 * more while one has begun
 *
 *  from                  event          to                    by      order
 *  leader = 0            it begins      leader = ref          a task  full
 *  leader = ref, done=n  then           done=n+1              leader
 *  done = n+1            it is over     done=n+2, leader = 0  leader  full
 *
 * Word: inside, a count of threads that register or unregister, plus FORKING
 *
 *  n          a thread begins to        n + 1      that thread
 *  n          it is over                n - 1      that thread  release
 *  n          fork in a grace period    FORKING+n  the forker
 *  FORKING+n  it is over                n          the forker
 *
 *  I1  Only the leader is in liburcu's grace period, and only threads that are
 *      counted inside are in its registry. So the child of a fork can tell
 *      whether others were in liburcu when it was copied. If so, it leaves
 *      liburcu alone for ever, and rcu_spare.c replaces it. Nobody waits for a
 *      fork, and it for nobody, but for I2.
 *  I2  A signal handler that interrupted the leader may fork: the child goes on
 *      inside liburcu. Before that the registry's users come to an end; those
 *      that do not, wait for a lock that the leader itself holds.
 *  I3  A thread in liburcu's registry has rcu_counter set in its task record,
 *      so that the child of a fork can take the others out.
 *  I4  ksync__rcu.counter is set only while the thread is registered and the
 *      inline form was seen to agree with liburcu's own.
 *  I5  A grace period is one of rcu_spare.c and then one of liburcu. A thread
 *      reads in one of the two; liburcu's registry is thread-local memory, so
 *      only threads are in it whose exit will be seen, and none if this code
 *      can be unloaded before.
 */
#include <limits.h>

#include <ksync/lockdep.h>
#include <ksync/rcu.h>

#include "port/life.h"
#include "rcu_gp.h"
#include "rcu_spare.h"
#include "rcu_urcu.h"
#include "task/wait.h"
#include "watch/report.h"

#define FORKING (1 << 20)

/* Which will have been enough while done is this: one that has begun does not
 * count. Even, so none is KSYNC_RCU_COMPLETED. */
#define ENOUGH(done) (((done) + 3) & ~1ul)

/* How long a fork in a grace period waits, and how long others for it. */
#define FORK_WAITS_NS 100000000LL

KSYNC_TLS struct ksync__rcu_reader ksync__rcu;

static ksync_u32 leader;
static unsigned long done;     /* the leader's; others read it */
static ksync_atomic_t waiting; /* threads that sleep until leader changes */
static ksync_atomic_t inside;
static bool forget_when_through; /* I2. Written in a child alone */
static bool holds_inside;	 /* I2. The leader's */

/* What ThreadSanitizer is told: readers release to grace periods, and what came
 * before these to readers that begin later. */
static char tag_reader;
static char tag_grace_period;

/* Of tasks that exist only one has it. */
static ksync_u32 half(unsigned long ref)
{
	return (ksync_u32)ref;
}

/* Only its own thread stores it, and takes it away. */
static bool leads(unsigned long ref)
{
	return ref != KSYNC__NO_TASK && KSYNC_READ_ONCE(leader) == half(ref);
}

/* ---- the registry ---- */

static void inside_enter(void)
{
	struct ksync__backoff backoff = { 0 };
	ksync_s64 deadline = 0;
	int n = ksync_atomic_read(&inside);

	for (;;) {
		if (n >= FORKING && !deadline)
			deadline = ksync__clock_ns() + FORK_WAITS_NS;
		if (n >= FORKING && ksync__clock_ns() < deadline) {
			ksync__backoff_wait(&backoff, &inside);
			n = ksync_atomic_read(&inside);
			continue;
		}
		/* A copy of the process is one moment of all threads. */
		if (ksync_atomic_try_cmpxchg_relaxed(&inside, &n, n + 1))
			return;
	}
}

static void inside_leave(void)
{
	/* ORDER rcu.inside: release. A child finds a registry that is at rest.
	 * Other end: rcu_child(). */
	(void)ksync_atomic_fetch_sub_release(1, &inside);
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

static bool rcu_reading(const struct ksync_task *self)
{
	if (ksync__rcu_spare_reads(self))
		return (self->rcu_count & KSYNC__RCU_NEST_MASK) != 0;
	return self->rcu_counter && ksync__gp_reading();
}

/* Flavour bp may have taken it out itself. */
static bool rcu_registered(const struct ksync_task *self)
{
	return self->rcu_counter &&
	       (ksync__rcu_spare_reads(self) || ksync__gp_registered());
}

static void rcu_unregister(struct ksync_task *self)
{
	ksync_u64 signals = ksync__signals_block();

	ksync__rcu = (struct ksync__rcu_reader){ NULL, NULL };
	if (ksync__rcu_spare_reads(self) || ksync__rcu_spare_replaces()) {
		ksync__rcu_spare_unregister(self);
	} else {
		inside_enter();
		ksync__gp_unregister();
		KSYNC_WRITE_ONCE(self->rcu_counter, (unsigned long *)NULL);
		inside_leave();
	}
	ksync__signals_restore(signals);
}

/* I5. And who is in a grace period may hold liburcu's locks. */
static bool registry_can_have(const struct ksync_task *self)
{
	return !ksync__rcu_spare_replaces() && !KSYNC_READ_ONCE(self->late) &&
	       !leads(self->ref) && !ksync__gp_is_the_programs() &&
	       !ksync__life_can_unload() && ksync__life_is_told_last();
}

static void rcu_register(struct ksync_task *self)
{
	ksync_u64 signals = ksync__signals_block();
	struct ksync__rcu_reader fast;

	if (!registry_can_have(self)) {
		ksync__rcu_spare_register(self);
		ksync__signals_restore(signals);
		return;
	}
	inside_enter();
	ksync__gp_register();
	KSYNC_WRITE_ONCE(self->rcu_counter, ksync__gp_counter());
	inside_leave();
	if (ksync__gp_inline(&fast) && rcu_inline_fits(&fast))
		ksync__rcu = fast;
	ksync__signals_restore(signals);
}

/* ---- readers ---- */

KSYNC_NOINLINE void ksync__rcu_read_lock_slow(void)
{
	struct ksync_task *self = ksync__task_self();

	ksync__life_see_fork();
	if (ksync_unlikely(!rcu_registered(self)))
		rcu_register(self);
	if (ksync_unlikely(ksync__rcu_spare_reads(self)))
		ksync__rcu_spare_read_lock(self);
	else
		ksync__gp_read_lock();
	ksync_watch_opaque_acquire(&tag_grace_period);
}

KSYNC_NOINLINE void ksync__rcu_read_unlock_slow(void)
{
	struct ksync_task *self = ksync__task_self();

	if (ksync_unlikely(!rcu_reading(self))) {
		ksync__misuse("rcu", &ksync__rcu,
			      "rcu_read_unlock() without rcu_read_lock()",
			      "unlock once for each lock, in the same thread",
			      KSYNC__CALLER(), KSYNC_HOLDER_NONE);
		return;
	}
	ksync_watch_opaque_release(&tag_reader);
	if (ksync_unlikely(ksync__rcu_spare_reads(self))) {
		ksync__rcu_spare_read_unlock(self);
		return;
	}
	ksync__gp_read_unlock();
	/* The exit found it inside a reader. */
	if (ksync_unlikely(KSYNC_READ_ONCE(self->late) && !rcu_reading(self)))
		rcu_unregister(self);
}

KSYNC_COLD void ksync__rcu_wake_gp(void)
{
	if (ksync__rcu.gp != ksync__gp_word() || ksync__rcu_spare_replaces())
		ksync__rcu_spare_wake();
	else
		ksync__gp_wake();
}

bool ksync__rcu_read_lock_held_slow(void)
{
	return ksync__self != KSYNC__NO_TASK && rcu_reading(ksync__task_self());
}

static void rcu_thread_exit(bool last)
{
	struct ksync_task *self = ksync__task_of_ref(ksync__self);
	bool reading;

	ksync__rcu = (struct ksync__rcu_reader){ NULL, NULL };
	if (!self || !self->rcu_counter)
		return;
	reading = rcu_reading(self);
	/* Its outermost unlock unregisters: the task is late. */
	if (reading && !last)
		return;
	while (rcu_reading(self))
		ksync__rcu_read_unlock_slow();
	/* Unless the last unlock did it. */
	if (self->rcu_counter)
		rcu_unregister(self);
	/* Last: whoever is told may not return. */
	if (reading)
		ksync__misuse("rcu", &ksync__rcu,
			      "a thread exits inside a reader; it is ended",
			      "unlock on every way out of the reader",
			      KSYNC__CALLER(), KSYNC_HOLDER_NONE);
}

/* ---- grace periods ---- */

static bool lead(unsigned long ref)
{
	ksync_u32 nobody = 0;

	/* ORDER rcu_spare.register: full. Also if it fails: what the caller has
	 * removed comes before a grace period that it begins, and before its
	 * look at done. Other end: ksync__rcu_spare_register(). */
	return ksync_try_cmpxchg(&leader, &nobody, half(ref));
}

/* Until the leader is another one, or for no reason. */
static void leader_wait(struct ksync__wait *wait,
			struct ksync__backoff *backoff)
{
	unsigned int forks = wait->self->forks;
	ksync_u32 found;

	if (ksync__wait_spin(wait, &leader))
		return;
	ksync_atomic_inc(&waiting);
	/* ORDER rcu.waiting: heavy. Either this sees that the leader has gone,
	 * or that one sees who waits. Other end: lead_no_more(). */
	if (!ksync__membarrier())
		ksync__backoff_wait(backoff, &leader);
	else if ((found = KSYNC_READ_ONCE(leader)) != 0)
		(void)ksync__futex_wait(&leader, found, KSYNC__NEVER);
	/* In a child nobody is counted any more. */
	if (wait->self->forks == forks)
		ksync_atomic_dec(&waiting);
}

/*
 * Lead after others. False: their grace periods have served.
 */
static bool lead_again(unsigned long ref, const void *where)
{
	struct ksync__wait wait = { .self = ksync__task_self(),
				    .deadline = KSYNC__NEVER };
	struct ksync__backoff backoff = { 0 };
	unsigned long since;

	if (ksync_unlikely(leads(ref))) {
		ksync__deadlock("rcu", &leader,
				"waits for a grace period in a signal handler "
				"that interrupted one",
				"use call_rcu()", where, KSYNC_HOLDER_NONE);
		ksync__thread_hang();
	}
	since = KSYNC_READ_ONCE(done);
	ksync__wait_may_spin(&wait);
	while (!lead(ref))
		leader_wait(&wait, &backoff);
	return KSYNC_READ_ONCE(done) - ENOUGH(since) > LONG_MAX;
}

static void lead_no_more(void)
{
	/* ORDER rcu_spare.register: full. The next leader finds all as it is.
	 * Other end: lead(). */
	(void)ksync_xchg(&leader, 0u);
	/* ORDER rcu.waiting: light. Other end: leader_wait(). */
	ksync_barrier();
	if (ksync_unlikely(ksync_atomic_read(&waiting)))
		ksync__futex_wake(&leader, INT_MAX);
}

static bool forget_other(struct ksync_task *t)
{
	unsigned long *counter = KSYNC_READ_ONCE(t->rcu_counter);

	if (!counter || t->ref == ksync__self)
		return false;
	if (!ksync__rcu_spare_reads(t))
		ksync__gp_forget(counter);
	KSYNC_WRITE_ONCE(t->rcu_counter, (unsigned long *)NULL);
	return false;
}

/* Signal handlers run meanwhile, and may fork, if liburcu can take that. */
static void gp_synchronize(void)
{
	ksync_u64 signals = 0;
	int cancel = ksync__cancel_off();

	if (!ksync__gp_survives_fork())
		signals = ksync__signals_block();
	if (ksync_likely(!ksync__rcu_spare_replaces()))
		/* ORDER rcu.reader: heavy. liburcu's two membarriers. Other
		 * end: ksync__rcu_read_lock(), ksync__rcu_read_unlock(). */
		ksync__gp_synchronize();
	if (!ksync__gp_survives_fork())
		ksync__signals_restore(signals);
	ksync__cancel_restore(cancel);
	/* A signal handler forked meanwhile, and this is the child. */
	if (ksync_unlikely(forget_when_through)) {
		forget_when_through = false;
		(void)ksync__tasks_find(forget_other);
	}
}

static void grace_period(unsigned long ref, const void *where)
{
	if (lead(ref) || lead_again(ref, where)) {
		KSYNC_WRITE_ONCE(done, done + 1);
		ksync__rcu_spare_synchronize();
		gp_synchronize();
		KSYNC_WRITE_ONCE(done, done + 1);
	}
	lead_no_more();
}

void ksync_synchronize_rcu(void)
{
	if (ksync_unlikely(ksync__self == KSYNC__NO_TASK))
		(void)ksync__task_self();
	ksync__life_see_fork();
	if (ksync_unlikely(ksync_rcu_read_lock_held())) {
		ksync__deadlock("rcu", &ksync__rcu,
				"waits for a grace period inside a reader",
				"leave the reader first, or use call_rcu()",
				KSYNC__CALLER(), KSYNC_HOLDER_NONE);
		ksync__thread_hang();
	}
	ksync_watch_caller_might_sleep();
	ksync_watch_caller_syncs(KSYNC__RCU_READER);
	ksync_watch_opaque_release(&tag_grace_period);
	grace_period(ksync__self, KSYNC__CALLER());
	ksync_watch_opaque_acquire(&tag_reader);
}

unsigned long ksync__rcu_cookie(void)
{
	ksync_watch_opaque_release(&tag_grace_period);
	/* ORDER rcu.cookie: full. What the caller has removed comes before the
	 * barriers of a grace period that has not begun as this looks at done.
	 * Other end: ksync__rcu_is_over(). */
	ksync_smp_mb();
	return ENOUGH(KSYNC_READ_ONCE(done));
}

bool ksync__rcu_is_over(unsigned long cookie)
{
	unsigned long now = KSYNC_READ_ONCE(done);

	if (cookie != KSYNC_RCU_COMPLETED && (long)(now - cookie) < 0)
		return false;
	/* ORDER rcu.cookie: full. What the readers did is visible, and nothing
	 * that follows comes before. Other end: ksync__rcu_cookie(). */
	ksync_smp_mb();
	ksync_watch_opaque_acquire(&tag_reader);
	return true;
}

void ksync_synchronize_rcu_expedited(void)
{
	ksync_synchronize_rcu();
}

void ksync__rcu_free_now(void *object)
{
	/* Its caller said that it may sleep, and from where. */
	ksync_lockdep_off();
	ksync_synchronize_rcu();
	ksync_lockdep_on();
	ksync__heap_free(object);
}

/* ---- fork ---- */

/* I2 */
static void rcu_prepare(void)
{
	struct ksync__backoff backoff = { 0 };
	ksync_s64 deadline;

	if (ksync_likely(!leads(ksync__self)) || holds_inside)
		return;
	holds_inside = true;
	ksync_atomic_add(FORKING, &inside);
	deadline = ksync__clock_ns() + FORK_WAITS_NS;
	while (ksync_atomic_read(&inside) != FORKING &&
	       ksync__clock_ns() < deadline)
		ksync__backoff_wait(&backoff, &inside);
}

static void rcu_parent(void)
{
	if (ksync_likely(!leads(ksync__self)) || !holds_inside)
		return;
	ksync_atomic_sub(FORKING, &inside);
	holds_inside = false;
}

/* In the child its readers are over. */
static bool end_other(struct ksync_task *t)
{
	unsigned long *counter = KSYNC_READ_ONCE(t->rcu_counter);

	if (counter && t->ref != ksync__self)
		KSYNC_WRITE_ONCE(*counter, 0ul);
	return false;
}

/* And nobody may look at its counter. */
static bool drop_other(struct ksync_task *t)
{
	if (t->ref != ksync__self)
		KSYNC_WRITE_ONCE(t->rcu_counter, (unsigned long *)NULL);
	return false;
}

static void gp_is_lost(struct ksync_task *self)
{
	ksync__gp_abandon();
	ksync__rcu_spare_replace();
	if (self && self->rcu_counter && !ksync__rcu_spare_reads(self))
		KSYNC_WRITE_ONCE(self->rcu_counter, ksync__gp_counter());
}

static void rcu_child(bool prepared)
{
	struct ksync_task *self = ksync__task_of_ref(ksync__self);
	bool leading = leads(ksync__self);
	/* ORDER rcu.inside: acquire. Other end: inside_leave(). */
	bool users = ksync_atomic_read_acquire(&inside) != 0;
	bool rest = !KSYNC_READ_ONCE(leader) && !users;

	(void)prepared;
	if (!ksync__gp_survives_fork() || (!leading && !rest))
		gp_is_lost(self);
	if (ksync__rcu_spare_replaces()) {
		(void)ksync__tasks_find(drop_other);
	} else if (leading) {
		(void)ksync__tasks_find(end_other);
		ksync__gp_stop_sleeping();
		forget_when_through = true;
	} else {
		(void)ksync__tasks_find(forget_other);
	}
	ksync__rcu_spare_child(leading);
	if (!leading) {
		KSYNC_WRITE_ONCE(leader, 0u);
		KSYNC_WRITE_ONCE(done, done & ~1ul);
	}
	ksync_atomic_set(&inside, 0);
	ksync_atomic_set(&waiting, 0);
	holds_inside = false;
}

static void rcu_start(void)
{
	ksync__gp_start();
}

static const struct ksync__life_part rcu_life = {
	.floor = KSYNC__FLOOR_DEFER,
	.start = rcu_start,
	.prepare = rcu_prepare,
	.parent = rcu_parent,
	.child = rcu_child,
	.thread_exit = rcu_thread_exit,
};
KSYNC__LIFE_PART(rcu_life);
