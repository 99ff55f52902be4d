/* SPDX-License-Identifier: MIT */
/*
 * Words: count, 0 to MAX units or WAITERS; guess, what count is most likely;
 * waitq, a wait queue (waitq.h) without flags.
 *
 *  count      event                   to        by             order
 *  n > 0      down                    n - 1     taker          acquire
 *  n < MAX    up                      n + 1     giver          release
 *  0          a waiter queues         WAITERS   waiter, locked
 *  WAITERS    up: the first waiter    WAITERS   giver, locked  release to
 *             gets the unit           or 0                     that waiter
 *  WAITERS    the last waiter leaves  0         waiter, locked
 *
 *  "locked" is under the queue's lock. guess is stored by whoever is about to
 *  change count, and is NO_GUESS from the first waiter on.
 *
 *  I1  count is WAITERS exactly while the queue is not empty, seen under its
 *      lock. So a newcomer never takes a unit past a waiter, and no barrier is
 *      needed between two words.
 *  I2  While count is WAITERS only the holder of the queue's lock changes it.
 *  I3  A unit has one place: the count, or one waiter's "granted". Who takes a
 *      waiter out of the queue gives it a unit, or is that waiter.
 *  I4  A giver's last access to the semaphore comes before the grant; to the
 *      waiter, the grant is the last.
 *  I5  Nothing relies on guess: it only chooses what the first compare-and-
 *      exchange expects. That nothing can be done is said by count alone.
 */
#include <errno.h>

#include <ksync/semaphore.h>

#include "task/grant.h"
#include "watch/report.h"

#define WAITERS 0x80000000u

/* Not behind others: units go to them first. */
static bool sem_spin(ksync_semaphore_t *sem, struct ksync__wait *wait)
{
	ksync__wait_may_spin(wait);
	do {
		if (ksync__down_fast(sem))
			return true;
		if (KSYNC_READ_ONCE(sem->count) == WAITERS)
			return false;
	} while (ksync__wait_spin(wait, &sem->count));
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
static bool sem_take_or_queue(ksync_semaphore_t *sem, struct ksync__grantee *w)
{
	struct ksync_task *self = ksync__task_self();
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
		KSYNC_WRITE_ONCE(sem->guess, KSYNC__NO_GUESS);
		word = ksync__grant_queue(&sem->waitq, word, w);
	}
	ksync__waitq_unlock(&sem->waitq, self, word);
	return taken;
}

/* Under the queue's lock: the word without the waiter. */
static unsigned long sem_unlink(ksync_semaphore_t *sem, unsigned long word,
				struct ksync__grantee *w)
{
	word = ksync__grant_unlink(word, w);
	if (!ksync__waitq_first(word))
		KSYNC_WRITE_ONCE(sem->count, 0u);
	return word;
}

/* Leave without a unit: false if one is on its way (I3). */
static bool sem_leave(void *object, struct ksync__grantee *w)
{
	ksync_semaphore_t *sem = object;
	struct ksync_task *self = ksync__task_self();
	unsigned long word = sem_lock(sem, self);
	bool left = ksync__grant_is_queued(word, w);

	if (left)
		word = sem_unlink(sem, word, w);
	ksync__waitq_unlock(&sem->waitq, self, word);
	return left;
}

/* 0, an error, or -EAGAIN: a fork emptied the queue. */
static int sem_sleep(ksync_semaphore_t *sem, struct ksync__wait *wait)
{
	struct ksync__grantee w = KSYNC__GRANTEE(wait->self);

	if (sem_take_or_queue(sem, &w))
		return 0;
	return ksync__grant_wait(&w, wait, sem_leave, sem);
}

static int sem_down_slow(ksync_semaphore_t *sem, int kind, ksync_s64 deadline)
{
	struct ksync__wait wait = { .self = ksync__task_self(),
				    .kind = kind,
				    .deadline = deadline };
	int ret;

	do {
		if (sem_spin(sem, &wait)) {
			ret = 0;
			break;
		}
		ret = ksync__wait_over(&wait);
		if (!ret)
			ret = sem_sleep(sem, &wait);
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
				      bool interruptible, ksync_s64 deadline)
{
	if (deadline == KSYNC__NO_TIME)
		return -EINVAL;
	return sem_down_slow(sem,
			     interruptible ? KSYNC__INTERRUPTIBLE :
					     KSYNC__UNINTERRUPTIBLE,
			     deadline);
}

/* Give a unit to the first waiter: false if nobody waits. */
static bool sem_give(ksync_semaphore_t *sem, struct ksync_task *self)
{
	unsigned long word = sem_lock(sem, self);
	struct ksync__grantee *w;
	bool gone;

	do {
		w = (struct ksync__grantee *)ksync__waitq_first(word);
		gone = w && ksync__grant_is_gone(w);
		if (w)
			word = sem_unlink(sem, word, w);
	} while (gone);
	ksync__waitq_unlock(&sem->waitq, self, word);
	if (!w)
		return false;
	/* From here on the waiter's frame, and the semaphore, may be gone. */
	ksync__grant(w);
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

/* ---- for <ksync/unit_fd.h> ---- */

static bool sem_units_take(void *object)
{
	return !ksync_down_trylock(object);
}

static bool sem_units_take_or_queue(void *object, struct ksync__grantee *w)
{
	return sem_take_or_queue(object, w);
}

static bool sem_units_is_queued(void *object, struct ksync__grantee *w)
{
	ksync_semaphore_t *sem = object;
	struct ksync_task *self = ksync__task_self();
	unsigned long word = sem_lock(sem, self);
	bool queued = ksync__grant_is_queued(word, w);

	ksync__waitq_unlock(&sem->waitq, self, word);
	return queued;
}

static void sem_units_given(void *object)
{
	ksync_semaphore_t *sem = object;

	ksync_watch_order_acquire(&sem->count);
	ksync_watch_acquired(KSYNC__SEMAPHORE(sem), KSYNC_WATCH_TRY);
}

static void sem_units_give_back(void *object)
{
	if (!ksync__up_fast(object))
		ksync__up_slow(object);
}

const struct ksync__units ksync__semaphore_units = {
	.take = sem_units_take,
	.take_or_queue = sem_units_take_or_queue,
	.is_queued = sem_units_is_queued,
	.leave = sem_leave,
	.given = sem_units_given,
	.give_back = sem_units_give_back,
};

void ksync_sema_init(ksync_semaphore_t *sem, int n)
{
	KSYNC_WRITE_ONCE(sem->count, (ksync_u32)(n < 0 ? 0 : n));
	KSYNC_WRITE_ONCE(sem->guess, KSYNC__NO_GUESS);
	KSYNC_WRITE_ONCE(sem->waitq, 0ul);
	ksync_watch_created(KSYNC__SEMAPHORE(sem), KSYNC__DEP_NO_TRACK,
			    "semaphore", NULL);
	if (n < 0)
		ksync__misuse("semaphore", sem,
			      "initialised with a negative number of units",
			      "0 is the smallest", KSYNC__CALLER(),
			      KSYNC_HOLDER_NONE);
}
