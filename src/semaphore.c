/* SPDX-License-Identifier: MIT */
/*
 * Words: count, 0 to MAX units or WAITERS; waitq, a wait queue (waitq.h)
 * without flags.
 *
 *  count      event                   to        by             order
 *  n > 0      down                    n - 1     taker          acquire
 *  n < MAX    up                      n + 1     giver          release
 *  0          a waiter queues         WAITERS   waiter, locked
 *  WAITERS    up: the first waiter    WAITERS   giver, locked  release to
 *             gets the unit           or 0                     that waiter
 *  WAITERS    the last waiter leaves  0         waiter, locked
 *
 *  "locked" is under the queue's lock.
 *
 *  I1  count is WAITERS exactly while the queue is not empty, seen under its
 *      lock. So a newcomer never takes a unit past a waiter, and no barrier is
 *      needed between two words.
 *  I2  While count is WAITERS only the holder of the queue's lock changes it.
 *  I3  A unit has one place: the count, or one waiter's "granted". Who takes a
 *      waiter out of the queue gives it a unit, or is that waiter.
 *  I4  A giver's last access to the semaphore comes before the grant; to the
 *      waiter, the grant is the last.
 */
#include <errno.h>

#include <ksync/semaphore.h>

#include "backoff.h"
#include "park.h"
#include "waitq.h"
#include "watch/report.h"

#define WAITERS 0x80000000u

struct sem_waiter {
	struct ksync__waiter node;
	bool queued;	   /* under the queue's lock */
	ksync_u32 granted; /* ORDER semaphore.grant */
};

static bool sem_spin(ksync_semaphore_t *sem)
{
	struct ksync__backoff backoff = { 0 };

	do {
		if (ksync__down_fast(sem))
			return true;
	} while (ksync__backoff_spin(&backoff, &sem->count));
	return false;
}

/*
 * Take the queue's lock. In a fork's child the queue may have been emptied of
 * threads that are gone, which count does not know (I1).
 */
static unsigned long sem_lock(ksync_semaphore_t *sem, struct ksync_task *self)
{
	unsigned long word = ksync__waitq_lock(&sem->waitq, self);

	if (!ksync__waitq_first(word) && KSYNC_READ_ONCE(sem->count) == WAITERS)
		KSYNC_WRITE_ONCE(sem->count, 0u);
	return word;
}

/* Take a unit after all: true. Or queue: from now on count is WAITERS. */
static bool sem_take_or_queue(ksync_semaphore_t *sem, struct sem_waiter *w)
{
	struct ksync_task *self = w->node.task;
	unsigned long word = sem_lock(sem, self);
	ksync_u32 none = 0;
	bool taken = false;

	while (KSYNC_READ_ONCE(sem->count) != WAITERS &&
	       !ksync_try_cmpxchg_relaxed(&sem->count, &none, WAITERS)) {
		taken = ksync__down_fast(sem);
		if (taken)
			break;
		none = 0;
	}
	if (!taken) {
		w->queued = true;
		word = ksync__waitq_append(&sem->waitq, word, &w->node);
	}
	ksync__waitq_unlock(&sem->waitq, self, word);
	return taken;
}

/* Under the queue's lock: the word without the waiter. */
static unsigned long sem_unlink(ksync_semaphore_t *sem, unsigned long word,
				struct sem_waiter *w)
{
	word = ksync__waitq_remove(word, &w->node);
	w->queued = false;
	if (!ksync__waitq_first(word))
		KSYNC_WRITE_ONCE(sem->count, 0u);
	return word;
}

/* Leave without a unit: false if one is on its way (I3). */
static bool sem_leave(ksync_semaphore_t *sem, struct sem_waiter *w)
{
	unsigned long word = sem_lock(sem, w->node.task);
	bool left = w->queued;

	if (left)
		word = sem_unlink(sem, word, w);
	ksync__waitq_unlock(&sem->waitq, w->node.task, word);
	return left;
}

static bool sem_granted(struct sem_waiter *w)
{
	/* ORDER semaphore.grant: acquire. Sees what the giver did before.
	 * Other end: sem_give(). */
	return ksync_smp_load_acquire(&w->granted) != 0;
}

/* 0, an error, or -EAGAIN: a fork emptied the queue. */
static int sem_sleep(ksync_semaphore_t *sem, struct ksync_task *self, int kind,
		     ksync_s64 deadline)
{
	struct sem_waiter w = { .node = { .task = self,
					  .forks = self->forks } };
	struct ksync__backoff backoff = { 0 };
	int ret;

	if (sem_take_or_queue(sem, &w))
		return 0;
	ksync_watch_step("semaphore.queued");
	for (;;) {
		do {
			if (sem_granted(&w)) {
				ksync__waitq_left(&w.node);
				return 0;
			}
		} while (ksync__backoff_spin(&backoff, &w.granted));
		ret = ksync__wait_over(self, kind, deadline);
		if (ret && sem_leave(sem, &w)) {
			ksync__waitq_left(&w.node);
			return ret;
		}
		if (ret) {
			/* The giver is between taking us out and granting. */
			kind = KSYNC__UNINTERRUPTIBLE;
			deadline = KSYNC__NEVER;
		}
		(void)ksync__park(self, deadline);
		if (self->forks != w.node.forks) {
			ksync__waitq_left(&w.node);
			/* The giver may have taken it out before that (I3). */
			return w.queued ? -EAGAIN : 0;
		}
	}
}

static int sem_down_slow(ksync_semaphore_t *sem, int kind, ksync_s64 deadline)
{
	struct ksync_task *self = ksync__task_self();
	int ret;

	do {
		if (sem_spin(sem)) {
			ret = 0;
			break;
		}
		ret = ksync__wait_over(self, kind, deadline);
		if (!ret)
			ret = sem_sleep(sem, self, kind, deadline);
	} while (ret == -EAGAIN);
	if (!ret)
		ksync_watch_order_acquire(&sem->count);
	return ret;
}

KSYNC_COLD void ksync__down_slow(ksync_semaphore_t *sem)
{
	(void)sem_down_slow(sem, KSYNC__UNINTERRUPTIBLE, KSYNC__NEVER);
}

KSYNC_COLD int ksync__down_interruptible_slow(ksync_semaphore_t *sem)
{
	return sem_down_slow(sem, KSYNC__INTERRUPTIBLE, KSYNC__NEVER);
}

KSYNC_COLD int ksync__down_killable_slow(ksync_semaphore_t *sem)
{
	return sem_down_slow(sem, KSYNC__KILLABLE, KSYNC__NEVER);
}

KSYNC_COLD int ksync__down_timeout_slow(ksync_semaphore_t *sem, long timeout)
{
	return sem_down_slow(sem, KSYNC__UNINTERRUPTIBLE,
			     ksync__deadline_of_jiffies(timeout));
}

KSYNC_COLD int ksync__down_until_slow(ksync_semaphore_t *sem,
				      bool interruptible,
				      const struct timespec *deadline)
{
	ksync_s64 at;
	int ret = ksync__deadline_of_timespec(deadline, &at);

	return ret ? ret :
		     sem_down_slow(sem,
				   interruptible ? KSYNC__INTERRUPTIBLE :
						   KSYNC__UNINTERRUPTIBLE,
				   at);
}

/* Give a unit to the first waiter: false if nobody waits. */
static bool sem_give(ksync_semaphore_t *sem, struct ksync_task *self)
{
	unsigned long word = sem_lock(sem, self);
	struct sem_waiter *w = (struct sem_waiter *)ksync__waitq_first(word);
	struct ksync_task *task = NULL;

	if (w) {
		task = w->node.task;
		word = sem_unlink(sem, word, w);
	}
	ksync__waitq_unlock(&sem->waitq, self, word);
	if (!w)
		return false;
	ksync_watch_step("semaphore.give");
	/* ORDER semaphore.grant: release. From here on the waiter's frame, and
	 * the semaphore, may be gone (I4). Other end: sem_granted(). */
	ksync_smp_store_release(&w->granted, 1u);
	ksync__unpark(task);
	return true;
}

KSYNC_COLD void ksync__up_slow(ksync_semaphore_t *sem)
{
	struct ksync_task *self = ksync__task_self();

	ksync_watch_order_release(&sem->count);
	while (!sem_give(sem, self) && !ksync__up_fast(sem)) {
		if (KSYNC_READ_ONCE(sem->count) != KSYNC_SEMAPHORE_MAX)
			continue;
		ksync__misuse("semaphore", sem,
			      "up() beyond the largest count; the unit is lost",
			      "call up() once for each unit", KSYNC__CALLER(),
			      KSYNC_HOLDER_NONE);
		return;
	}
}

void ksync_sema_init(ksync_semaphore_t *sem, int n)
{
	if (n < 0)
		ksync__misuse("semaphore", sem,
			      "initialised with a negative "
			      "number of units",
			      "0 is the smallest", KSYNC__CALLER(),
			      KSYNC_HOLDER_NONE);
	KSYNC_WRITE_ONCE(sem->count, (ksync_u32)(n < 0 ? 0 : n));
	KSYNC_WRITE_ONCE(sem->waitq, 0ul);
}
