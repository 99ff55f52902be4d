/* SPDX-License-Identifier: MIT */
/*
 * Words: gp.ctr, a phase bit over a constant 1; each reader's counter, a copy
 * of it whose low half counts the nesting.
 *
 *  from  event                        to         by
 *  0     outermost reader begins      gp.ctr     reader      light or full
 *  c     it ends                      c - 1      reader      light or full
 *  ctr   nobody is in the other phase ctr^PHASE  the leader
 *
 *  Word: gp.futex
 *  0     about to sleep               -1         the leader  heavy
 *  -1    a reader has ended           0          reader
 *  -1    woken                        0          the leader
 *
 *  I1  A grace period waits for those in the other phase, changes the phase and
 *      waits for those in the other phase again. A reader that was there before
 *      is in one of the two; who begins after the change is in neither, so that
 *      nobody can keep a grace period waiting by reading again and again.
 *  I2  Who read by liburcu when that was lost, the thread that forked, goes on
 *      by its counter and by liburcu's word: that changes its phase, too, and
 *      shows its futex, too, but sleep is on ours.
 *  I3  Records stay, and so do the counters in them. Liburcu's is thread-local
 *      and goes with its thread: it is looked at, and taken away, under the
 *      lock, with signals blocked.
 *  I4  Who reads here is in the list of readers, under the lock; who does no
 *      more leaves it when a grace period meets its record there. So what a
 *      grace period costs does not grow with the threads that there once were,
 *      and is nothing when nobody reads here.
 */
#include <errno.h>

#include <ksync/raw_lock.h>

#include "rcu_spare.h"
#include "rcu_urcu.h"
#include "task/wait.h"

/* No processor keeps a store to itself as long as that. */
#define STORES_TAKE_NS 20000000LL

static struct ksync__rcu_gp gp = { .ctr = 1 };
static ksync__raw_lock_t lock;
static struct ksync_task *readers; /* I4. ONCE */
static bool replaces; /* liburcu is lost. Written in a child alone */
static bool lightly;  /* somebody reads without a processor's barrier */

/* Either readers have barriers of their own, or this makes them have one. */
static void readers_barrier(void)
{
	/* ORDER rcu.reader: heavy. Before the counters are looked at, what was
	 * removed is not found by who reads from now on, and who found it is
	 * seen; afterwards, what the readers did is visible. Other end:
	 * ksync__rcu_read_lock(), ksync__rcu_read_unlock(). */
	if (ksync_likely(ksync__membarrier()))
		return;
	/* ORDER rcu_spare.reader: full. The same. Other end:
	 * ksync__rcu_spare_read_lock(), ksync__rcu_spare_read_unlock(). */
	ksync_smp_mb();
	/* A sandbox has taken it away. */
	if (KSYNC_READ_ONCE(lightly))
		ksync__nap(STORES_TAKE_NS);
}

static bool count_is_old(unsigned long count, const struct ksync__rcu_gp *word)
{
	return (count & KSYNC__RCU_NEST_MASK) &&
	       ((count ^ KSYNC_READ_ONCE(word->ctr)) & KSYNC__GP_PHASE);
}

static ksync_u64 lock_readers(void)
{
	ksync_u64 signals = ksync__signals_block();

	ksync__raw_lock(&lock);
	return signals;
}

static void unlock_readers(ksync_u64 signals)
{
	ksync__raw_unlock(&lock);
	ksync__signals_restore(signals);
}

static unsigned long local_count(struct ksync_task *t)
{
	ksync_u64 signals = lock_readers();
	unsigned long *counter = KSYNC_READ_ONCE(t->rcu_counter);
	unsigned long count = counter ? KSYNC_READ_ONCE(*counter) : 0;

	unlock_readers(signals);
	return count;
}

/* Under the lock. */
static void reader_list(struct ksync_task *t)
{
	t->rcu_next = KSYNC_READ_ONCE(readers);
	t->rcu_listed = true;
	KSYNC_WRITE_ONCE(readers, t);
}

/* Under the lock. Those that read here no more leave the list. */
static struct ksync_task *next_reader(struct ksync_task *after)
{
	struct ksync_task *t;

	for (;;) {
		t = after ? after->rcu_next : KSYNC_READ_ONCE(readers);
		if (!t || ksync__rcu_spare_reads(t))
			return t;
		if (after)
			after->rcu_next = t->rcu_next;
		else
			KSYNC_WRITE_ONCE(readers, t->rcu_next);
		t->rcu_listed = false;
	}
}

static struct ksync_task *old_listed_reader(void)
{
	ksync_u64 signals = lock_readers();
	struct ksync_task *t = NULL;

	do
		t = next_reader(t);
	while (t && !count_is_old(KSYNC_READ_ONCE(t->rcu_count), &gp));
	unlock_readers(signals);
	return t;
}

static bool reader_is_old(struct ksync_task *t)
{
	unsigned long *counter = KSYNC_READ_ONCE(t->rcu_counter);

	if (counter == &t->rcu_count)
		return count_is_old(KSYNC_READ_ONCE(t->rcu_count), &gp);
	return counter && count_is_old(local_count(t), ksync__gp_word());
}

static struct ksync_task *old_reader(void)
{
	/* Whoever read by liburcu when that was lost is not listed. */
	if (ksync_unlikely(replaces))
		return ksync__tasks_find(reader_is_old);
	return old_listed_reader();
}

/* Its thread ended without a word: so did the reader. */
static void end_if_gone(struct ksync_task *t)
{
	int tid = KSYNC_READ_ONCE(t->tid);

	if (tid && ksync__thread_is_gone(tid))
		KSYNC_WRITE_ONCE(t->rcu_counter, (unsigned long *)NULL);
}

static void futex_set(ksync_s32 value)
{
	KSYNC_WRITE_ONCE(gp.futex, value);
	if (ksync_unlikely(replaces))
		KSYNC_WRITE_ONCE(ksync__gp_word()->futex, value);
}

static void sleep_once(void)
{
	struct ksync_task *t;

	futex_set(-1);
	/* Either this sees that the reader has ended, or that one sees that
	 * somebody sleeps. */
	readers_barrier();
	t = old_reader();
	if (t && ksync__futex_wait(
			 (ksync_u32 *)&gp.futex, -1u,
			 ksync__clock_ns() +
				 ksync__gp_sleep_ns(KSYNC__LOOK_NS)) == -ETIME)
		end_if_gone(t);
	futex_set(0);
}

static void wait_for_old_readers(void)
{
	struct ksync__wait wait = { .self = ksync__task_self(),
				    .deadline = KSYNC__NEVER };
	struct ksync_task *t;

	ksync__wait_may_spin(&wait);
	while ((t = old_reader()))
		if (!ksync__wait_spin(&wait, &t->rcu_count))
			sleep_once();
}

static void change_phase(struct ksync__rcu_gp *word)
{
	KSYNC_WRITE_ONCE(word->ctr,
			 KSYNC_READ_ONCE(word->ctr) ^ KSYNC__GP_PHASE);
}

void ksync__rcu_spare_synchronize(void)
{
	if (!KSYNC_READ_ONCE(readers) && !replaces)
		return;
	readers_barrier();
	wait_for_old_readers();
	change_phase(&gp);
	if (replaces)
		change_phase(ksync__gp_word());
	wait_for_old_readers();
	readers_barrier();
}

void ksync__rcu_spare_wake(void)
{
	futex_set(0);
	ksync__futex_wake((ksync_u32 *)&gp.futex, 1);
}

void ksync__rcu_spare_register(struct ksync_task *self)
{
	ksync_u64 signals = lock_readers();

	KSYNC_WRITE_ONCE(self->rcu_counter, &self->rcu_count);
	if (!self->rcu_listed)
		reader_list(self);
	unlock_readers(signals);
	/* ORDER rcu_spare.register: full. A grace period that does not find
	 * this reader has begun before it. Other end: lead(). */
	ksync_smp_mb();
	if (!ksync__membarrier_works() || KSYNC_READ_ONCE(self->late))
		return;
	KSYNC_WRITE_ONCE(lightly, true);
	ksync__rcu.gp = &gp;
	ksync__rcu.counter = &self->rcu_count;
}

void ksync__rcu_spare_unregister(struct ksync_task *self)
{
	ksync__raw_lock(&lock);
	KSYNC_WRITE_ONCE(self->rcu_counter, (unsigned long *)NULL);
	ksync__raw_unlock(&lock);
}

void ksync__rcu_spare_read_lock(struct ksync_task *self)
{
	unsigned long count = self->rcu_count;

	if (count & KSYNC__RCU_NEST_MASK)
		count++;
	else
		count = KSYNC_READ_ONCE(gp.ctr);
	KSYNC_WRITE_ONCE(self->rcu_count, count);
	/* ORDER rcu_spare.reader: full. As in ksync_rcu_read_lock(), also
	 * without membarrier. Other end: readers_barrier(). */
	ksync_smp_mb();
}

void ksync__rcu_spare_read_unlock(struct ksync_task *self)
{
	/* ORDER rcu_spare.reader: full. As in ksync_rcu_read_unlock(). Other
	 * end: readers_barrier(). */
	ksync_smp_mb();
	KSYNC_WRITE_ONCE(self->rcu_count, self->rcu_count - 1);
	/* ORDER rcu_spare.reader: full. As in ksync_rcu_read_unlock(). Other
	 * end: readers_barrier(). */
	ksync_smp_mb();
	if (KSYNC_READ_ONCE(gp.futex) == -1)
		ksync__rcu_spare_wake();
}

void ksync__rcu_spare_replace(void)
{
	replaces = true;
	lightly = true;
}

bool ksync__rcu_spare_replaces(void)
{
	return replaces;
}

/* The copy may have met a record between the list and its mark. */
static bool list_anew(struct ksync_task *t)
{
	t->rcu_listed = false;
	if (ksync__rcu_spare_reads(t))
		reader_list(t);
	return false;
}

void ksync__rcu_spare_child(bool leads)
{
	lock = (ksync__raw_lock_t){ 0 };
	KSYNC_WRITE_ONCE(readers, (struct ksync_task *)NULL);
	(void)ksync__tasks_find(list_anew);
	if (!leads)
		futex_set(0);
}
