/* SPDX-License-Identifier: MIT */
/*
 * Words: waitq, a wait queue (waitq.h) without flags; lock, whose all waiters
 * are.
 *
 *  waitq  event                       to           by
 *  any    a waiter queues             +w           waiter, with the lock
 *  +w     signal: the first is given  -w           signaller
 *  +ws    broadcast: all are taken    0            broadcaster
 *         out, the first is given
 *  +w     w's time is over, or it is  -w           w
 *         interrupted
 *
 *  All under the queue's lock. A waiter that a broadcast took out has the next
 *  one, "after"; once given, and with the mutex, it gives to that one.
 *
 *  I1  A waiter queues before it releases the lock. So who has changed the
 *      condition under the lock since sees it in the queue, without a barrier.
 *  I2  Who was taken out is given, by who took it out or by the one before it,
 *      and does not leave before. So "after" is there when it is used.
 *  I3  A waker's last access to the words comes before it gives.
 *  I4  Each that was taken out will get the mutex some day, and gives then. It
 *      needs the mutex to return anyway: waiting for one's turn loses nothing.
 */
#include <errno.h>

#include <ksync/condvar.h>

#include "task/grant.h"
#include "watch/report.h"

struct cv_waiter {
	struct ksync__grantee grantee;
	struct cv_waiter *after; /* under the queue's lock, then the waiter's */
	unsigned int giver_on;	 /* its processor; by who gives, before */
};

/* What a kind of lock is to a wait. */
struct cv_lock {
	bool (*held)(void *lock); /* by the caller, as far as can be told */
	void (*unlock)(void *lock);
	void (*lock)(void *lock);
	bool one_by_one; /* who has it may wake another */
};

static bool mutex_held(void *lock)
{
	return KSYNC_READ_ONCE(((ksync_mutex_t *)lock)->owner) == ksync__self;
}

static void mutex_unlock(void *lock)
{
	if (!ksync__mutex_unlock_fast(lock))
		ksync__mutex_unlock_slow(lock);
}

static void mutex_lock(void *lock)
{
	if (!ksync__mutex_lock_fast(lock))
		ksync__mutex_lock_slow(lock);
}

static bool spin_held(void *lock)
{
	ksync_spinlock_t *l = lock;

	return KSYNC_READ_ONCE(l->raw.word) != KSYNC__RAW_FREE;
}

static void spin_unlock(void *lock)
{
	ksync_spinlock_t *l = lock;

	ksync__raw_unlock(&l->raw);
}

static void spin_lock(void *lock)
{
	if (!ksync__spin_lock_fast(lock))
		ksync__spin_lock_slow(lock);
}

static bool rwsem_held(void *lock)
{
	return KSYNC_READ_ONCE(((ksync_rw_semaphore_t *)lock)->owner) ==
	       ksync__self;
}

static void rwsem_unlock(void *lock)
{
	ksync__up_write_fast(lock);
}

static void rwsem_lock(void *lock)
{
	if (!ksync__down_write_fast(lock))
		ksync__down_write_slow(lock);
}

static const struct cv_lock rwsem_by = { rwsem_held, rwsem_unlock, rwsem_lock,
					 true };
static const struct cv_lock mutex_by = { mutex_held, mutex_unlock, mutex_lock,
					 true };
static const struct cv_lock spinlock_by = { spin_held, spin_unlock, spin_lock,
					    false };

static const struct cv_lock *cv_lock_of(unsigned int kind)
{
	switch (kind) {
	case KSYNC_KIND_MUTEX:
		return &mutex_by;
	case KSYNC_KIND_RWSEM:
		return &rwsem_by;
	default:
		return &spinlock_by;
	}
}

static bool cv_leave(void *object, struct ksync__grantee *w)
{
	ksync_condvar_t *cv = object;
	unsigned long word = ksync__waitq_lock(&cv->waitq, w->node.task);
	bool left = w->queued;

	if (left)
		word = ksync__grant_unlink(word, w);
	ksync__waitq_unlock(&cv->waitq, w->node.task, word);
	return left;
}

/* Queue: true if it is the first. Or false, in *other, for another's lock. */
static bool cv_queue(ksync_condvar_t *cv, const void *lock, struct cv_waiter *w,
		     bool *other)
{
	struct ksync_task *self = w->grantee.node.task;
	unsigned long word = ksync__waitq_lock(&cv->waitq, self);
	bool first = !ksync__waitq_first(word);

	if (!first && !*other && cv->lock != lock) {
		*other = true;
		ksync__waitq_unlock(&cv->waitq, self, word);
		return false;
	}
	KSYNC_WRITE_ONCE(cv->lock, lock);
	word = ksync__grant_queue(&cv->waitq, word, &w->grantee);
	ksync__waitq_unlock(&cv->waitq, self, word);
	return first;
}

static void cv_give(struct cv_waiter *w)
{
	if (!w)
		return;
	w->giver_on = ksync__processor();
	ksync__grant(&w->grantee);
}

/*
 * Who gave may have the lock, and does not run where this thread does: to spin
 * for it would be in vain.
 */
static void cv_lock_again(void *lock, const struct cv_lock *by,
			  const struct cv_waiter *w, struct ksync_task *self)
{
	self->spin_vain = KSYNC_READ_ONCE(w->grantee.given) &&
			  w->giver_on == ksync__processor();
	by->lock(lock);
	self->spin_vain = false;
}

/* Released, and taken again. */
static int cv_sleep(ksync_condvar_t *cv, void *lock, const struct cv_lock *by,
		    struct cv_waiter *w, struct ksync__wait *wait, bool first)
{
	int ret;

	by->unlock(lock);
	ksync_watch_step("condvar.released");
	if (first)
		ksync__grant_spin(&w->grantee, wait);
	ret = ksync__grant_wait(&w->grantee, wait, cv_leave, cv);
	/* In a fork's child those after it are gone. */
	if (wait->self->forks != w->grantee.node.forks) {
		w->after = NULL;
		ret = ret == -EAGAIN ? 0 : ret;
	}
	if (!by->one_by_one)
		cv_give(w->after);
	cv_lock_again(lock, by, w, wait->self);
	if (by->one_by_one)
		cv_give(w->after);
	return ret;
}

static void cv_two_locks(ksync_condvar_t *cv, const void *where)
{
	ksync__misuse("condvar", cv, "waited for with two locks at one time",
		      "one lock guards the condition: all wait with it", where,
		      KSYNC_HOLDER_NONE);
}

static int cv_wait(ksync_condvar_t *cv, void *lock, unsigned int lock_kind,
		   int kind, ksync_s64 deadline, const void *where)
{
	const struct cv_lock *by = cv_lock_of(lock_kind);
	struct ksync__wait wait = { .self = ksync__task_self(),
				    .kind = kind,
				    .deadline = deadline };
	struct cv_waiter w = { .grantee = KSYNC__GRANTEE(wait.self) };
	bool other = false;
	bool first;

	if (!by->held(lock)) {
		ksync__misuse("condvar", cv, "waited for without its lock",
			      "take the lock, look at the condition, then wait",
			      where, KSYNC_HOLDER_NONE);
		return -EPERM;
	}
	if (deadline == KSYNC__NO_TIME)
		return -EINVAL;
	first = cv_queue(cv, lock, &w, &other);
	if (other) {
		cv_two_locks(cv, where);
		first = cv_queue(cv, lock, &w, &other);
	}
	return cv_sleep(cv, lock, by, &w, &wait, first);
}

KSYNC_COLD int ksync__condvar_wait(ksync_condvar_t *cv, void *lock,
				   unsigned int lock_kind, int kind,
				   ksync_s64 deadline)
{
	return cv_wait(cv, lock, lock_kind, kind, deadline, KSYNC__CALLER());
}

KSYNC_COLD long ksync__condvar_wait_timeout(ksync_condvar_t *cv, void *lock,
					    unsigned int lock_kind,
					    unsigned long timeout)
{
	long time = timeout > LONG_MAX ? LONG_MAX : (long)timeout;
	ksync_s64 deadline = ksync__deadline_of_jiffies(time);
	int ret = cv_wait(cv, lock, lock_kind, KSYNC__UNINTERRUPTIBLE, deadline,
			  KSYNC__CALLER());
	long left;

	if (ret)
		return ret == -ETIME ? 0 : ret;
	if (deadline == KSYNC__NEVER)
		return time;
	left = ksync__jiffies_until(deadline);
	return left < time ? left : time ? time : 1;
}

/* Under the queue's lock: each has the next, the last none. */
static void cv_chain(unsigned long word)
{
	struct ksync__waiter *w = ksync__waitq_first(word);

	ksync__grant_unlink_all(word);
	for (; w; w = ksync__waitq_next(word, w))
		((struct cv_waiter *)w)->after =
			(struct cv_waiter *)ksync__waitq_next(word, w);
}

KSYNC_COLD void ksync__condvar_wake(ksync_condvar_t *cv, bool all)
{
	struct ksync_task *self = ksync__task_self();
	unsigned long word = ksync__waitq_lock(&cv->waitq, self);
	struct cv_waiter *first = (struct cv_waiter *)ksync__waitq_first(word);

	if (first && all) {
		cv_chain(word);
		word = 0;
	} else if (first) {
		word = ksync__grant_unlink(word, &first->grantee);
	}
	ksync__waitq_unlock(&cv->waitq, self, word);
	cv_give(first);
}

void ksync_condvar_init(ksync_condvar_t *cv)
{
	KSYNC_WRITE_ONCE(cv->waitq, 0ul);
	KSYNC_WRITE_ONCE(cv->lock, (const void *)NULL);
}

void ksync_condvar_destroy(ksync_condvar_t *cv)
{
	if (ksync__waitq_first(KSYNC_READ_ONCE(cv->waitq)))
		ksync__misuse("condvar", cv, "destroyed while somebody waits",
			      "wait until its users are gone", KSYNC__CALLER(),
			      KSYNC_HOLDER_NONE);
}
