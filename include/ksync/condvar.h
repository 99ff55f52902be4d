/* SPDX-License-Identifier: MIT */
/*
 * Condition variable: under a lock, wait until another thread makes a condition
 * true and says so.
 *
 * A wait releases the lock, sleeps, and takes the lock again before it returns,
 * whatever it returns. It may return for no reason: look at the condition in a
 * loop. The lock is a mutex, a spinlock or a reader-writer semaphore that is
 * held for writing, and the same for all that wait at one time:
 *
 *	ksync_mutex_lock(&lock);
 *	while (!condition)
 *		ksync_condvar_wait(&changed, ksync_condvar_mutex(&lock));
 *
 * Who changes the condition holds the lock meanwhile; signal and broadcast may
 * come under it or after it.
 *
 * A broadcast over a lock whose waiters sleep does not let all run for it at
 * once: each waiter that has got it wakes the next one.
 */
#ifndef KSYNC_CONDVAR_H
#define KSYNC_CONDVAR_H

#include <ksync/atomic.h>
#include <ksync/mutex.h>
#include <ksync/rwsem.h>
#include <ksync/spinlock.h>
#include <ksync/task.h>
#include <ksync/watch.h>

typedef struct KSYNC_TAG(condvar) {
	unsigned long waitq; /* first waiter; 0 = nobody waits: waitq.c */
	const void *lock;    /* of those that wait. Under the queue's lock */
} ksync_condvar_t;

KSYNC_STATIC_ASSERT(sizeof(ksync_condvar_t) <= 16,
		    "docs/condvar.md promises it");

/* A lock that a wait releases: ksync_condvar_mutex(), _spinlock(), _rwsem(). */
typedef struct ksync_watched ksync_condvar_lock_t;

#define KSYNC_CONDVAR_INIT { 0, NULL }
#define KSYNC_DEFINE_CONDVAR(name) ksync_condvar_t name = KSYNC_CONDVAR_INIT

KSYNC_BEGIN_DECLS

/* In src/object/condvar.c. -EPERM: the caller does not hold the lock. */
KSYNC_API int ksync__condvar_wait(ksync_condvar_t *cv, void *lock,
				  unsigned int lock_kind, int kind,
				  ksync_s64 deadline);
KSYNC_API long ksync__condvar_wait_timeout(ksync_condvar_t *cv, void *lock,
					   unsigned int lock_kind,
					   unsigned long timeout);
KSYNC_API void ksync__condvar_wake(ksync_condvar_t *cv, bool all);

/**
 * ksync_condvar_mutex() - wait with a mutex
 * @m: mutex that the caller holds
 *
 * Context: Any.
 * Return: the lock, for a wait.
 * Example::
 *
 *	static KSYNC_DEFINE_MUTEX(lock);
 *	ksync_condvar_lock_t by = ksync_condvar_mutex(&lock);
 */
KSYNC_INLINE ksync_condvar_lock_t ksync_condvar_mutex(ksync_mutex_t *m)
{
	return KSYNC__MUTEX(m);
}

/**
 * ksync_condvar_spinlock() - wait with a spinlock
 * @lock: spinlock that the caller holds, and no other
 *
 * Context: Any.
 * Return: the lock, for a wait.
 * Example::
 *
 *	static KSYNC_DEFINE_SPINLOCK(lock);
 *	ksync_condvar_lock_t by = ksync_condvar_spinlock(&lock);
 */
KSYNC_INLINE ksync_condvar_lock_t ksync_condvar_spinlock(ksync_spinlock_t *lock)
{
	return KSYNC__SPINLOCK(lock);
}

/**
 * ksync_condvar_rwsem() - wait with a reader-writer semaphore, as a writer
 * @sem: semaphore that the caller holds for writing
 *
 * Context: Any.
 * Return: the lock, for a wait.
 * Example::
 *
 *	static KSYNC_DECLARE_RWSEM(sem);
 *	ksync_condvar_lock_t by = ksync_condvar_rwsem(&sem);
 */
KSYNC_INLINE ksync_condvar_lock_t ksync_condvar_rwsem(ksync_rw_semaphore_t *sem)
{
	return KSYNC__RWSEM(sem);
}

/**
 * ksync_condvar_init() - make a condition variable ready for use
 * @cv: memory for one that nobody uses
 *
 * Context: Any.
 * Example::
 *
 *	ksync_condvar_t changed;
 *
 *	ksync_condvar_init(&changed);
 */
KSYNC_API void ksync_condvar_init(ksync_condvar_t *cv);

/**
 * ksync_condvar_destroy() - end a condition variable's life
 * @cv: initialised, and nobody waits
 *
 * Needed by nobody, as it owns no memory; but waiters are then reported, and it
 * does nothing.
 *
 * Context: Any.
 * Example::
 *
 *	ksync_condvar_t changed = KSYNC_CONDVAR_INIT;
 *
 *	ksync_condvar_destroy(&changed);
 */
KSYNC_API void ksync_condvar_destroy(ksync_condvar_t *cv);

/* The lock is released: true, unless that was a stranger's. */
KSYNC_PRIVATE_INLINE bool ksync__condvar_begin(ksync_condvar_lock_t by)
{
	if (!ksync_watch_release(by, 0))
		return false;
	ksync_watch_released(by, 0);
	ksync_watch_might_sleep();
	ksync_watch_acquire(by, 0);
	return true;
}

/* It is taken again, except by who did not have it. */
KSYNC_PRIVATE_INLINE long ksync__condvar_end(ksync_condvar_lock_t by, long ret)
{
	if (ksync_unlikely(ret == -EPERM)) {
		ksync_watch_abandoned(by, 0);
		return 0;
	}
	ksync_watch_acquired(by, 0);
	return ret;
}

KSYNC_PRIVATE_INLINE int ksync__condvar_wait_by(ksync_condvar_t *cv,
						ksync_condvar_lock_t by,
						int kind, ksync_s64 deadline)
{
	if (!ksync__condvar_begin(by))
		return 0;
	return KSYNC__CAST(
		int,
		ksync__condvar_end(by, ksync__condvar_wait(cv, by.lock, by.kind,
							   kind, deadline)));
}

/**
 * ksync_condvar_wait() - release the lock, wait for a signal, take it again
 * @cv: initialised condition variable
 * @by: lock that the caller holds
 *
 * Cannot be interrupted.
 *
 * Context: May sleep. Holding no spinlock but @by, not in an RCU reader.
 * Order: That of the lock.
 * Locks: Holds @by again.
 * Example::
 *
 *	static KSYNC_DEFINE_MUTEX(lock);
 *	static KSYNC_DEFINE_CONDVAR(changed);
 *	bool ready = true;
 *
 *	ksync_mutex_lock(&lock);
 *	while (!ready)
 *		ksync_condvar_wait(&changed, ksync_condvar_mutex(&lock));
 *	ksync_mutex_unlock(&lock);
 */
KSYNC_INLINE void ksync_condvar_wait(ksync_condvar_t *cv,
				     ksync_condvar_lock_t by)
{
	(void)ksync__condvar_wait_by(cv, by, KSYNC__UNINTERRUPTIBLE,
				     KSYNC__NEVER);
}

/**
 * ksync_condvar_wait_interruptible() - the same, or stop on interrupt
 * @cv: initialised condition variable
 * @by: lock that the caller holds
 *
 * Context: May sleep. Holding no spinlock but @by, not in an RCU reader.
 * Order: That of the lock.
 * Locks: Holds @by again, also after an error.
 * Return: 0, or -EINTR if an interrupt or a kill is pending.
 * Example::
 *
 *	static KSYNC_DEFINE_MUTEX(lock);
 *	static KSYNC_DEFINE_CONDVAR(changed);
 *	bool ready = true;
 *	int ret = 0;
 *
 *	ksync_mutex_lock(&lock);
 *	while (!ready && !ret)
 *		ret = ksync_condvar_wait_interruptible(
 *			&changed, ksync_condvar_mutex(&lock));
 *	ksync_mutex_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_condvar_wait_interruptible(ksync_condvar_t *cv, ksync_condvar_lock_t by)
{
	return ksync__condvar_wait_by(cv, by, KSYNC__INTERRUPTIBLE,
				      KSYNC__NEVER);
}

/**
 * ksync_condvar_wait_killable() - the same, or stop on a kill
 * @cv: initialised condition variable
 * @by: lock that the caller holds
 *
 * Context: May sleep. Holding no spinlock but @by, not in an RCU reader.
 * Order: That of the lock.
 * Locks: Holds @by again, also after an error.
 * Return: 0, or -EINTR if a kill is pending.
 * Example::
 *
 *	static KSYNC_DEFINE_MUTEX(lock);
 *	static KSYNC_DEFINE_CONDVAR(changed);
 *	bool ready = true;
 *	int ret = 0;
 *
 *	ksync_mutex_lock(&lock);
 *	while (!ready && !ret)
 *		ret = ksync_condvar_wait_killable(
 *			&changed, ksync_condvar_mutex(&lock));
 *	ksync_mutex_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_condvar_wait_killable(ksync_condvar_t *cv, ksync_condvar_lock_t by)
{
	return ksync__condvar_wait_by(cv, by, KSYNC__KILLABLE, KSYNC__NEVER);
}

/**
 * ksync_condvar_wait_timeout() - the same, or give up after a time
 * @cv: initialised condition variable
 * @by: lock that the caller holds
 * @timeout: jiffies from now; KSYNC_MAX_SCHEDULE_TIMEOUT, and above, is for
 *	ever
 *
 * In a loop give it what is left.
 *
 * Context: May sleep. Holding no spinlock but @by, not in an RCU reader.
 * Order: That of the lock.
 * Locks: Holds @by again, also after a timeout.
 * Return: 0 if the time was over, else the jiffies that are left, at least 1.
 * Example::
 *
 *	static KSYNC_DEFINE_MUTEX(lock);
 *	static KSYNC_DEFINE_CONDVAR(changed);
 *	unsigned long left = KSYNC_HZ;
 *	bool ready = true;
 *
 *	ksync_mutex_lock(&lock);
 *	while (!ready && left)
 *		left = ksync_condvar_wait_timeout(
 *			&changed, ksync_condvar_mutex(&lock), left);
 *	ksync_mutex_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE unsigned long
ksync_condvar_wait_timeout(ksync_condvar_t *cv, ksync_condvar_lock_t by,
			   unsigned long timeout)
{
	long ret;

	if (!ksync__condvar_begin(by))
		return timeout ? timeout : 1;
	ret = ksync__condvar_wait_timeout(cv, by.lock, by.kind, timeout);
	if (ksync_unlikely(ret < 0)) {
		(void)ksync__condvar_end(by, -EPERM);
		return timeout ? timeout : 1;
	}
	return KSYNC__CAST(unsigned long, ksync__condvar_end(by, ret));
}

/**
 * ksync_condvar_wait_until() - the same, or give up at a point in time
 * @cv: initialised condition variable
 * @by: lock that the caller holds
 * @deadline: absolute time of CLOCK_MONOTONIC; NULL waits without end
 *
 * Context: May sleep. Holding no spinlock but @by, not in an RCU reader.
 * Order: That of the lock.
 * Locks: Holds @by again, also after an error.
 * Return: 0; -ETIME if the time was over; -EINVAL if tv_nsec is not below 10^9.
 * Example::
 *
 *	static KSYNC_DEFINE_MUTEX(lock);
 *	static KSYNC_DEFINE_CONDVAR(changed);
 *	struct timespec at = { 0, 0 };
 *
 *	ksync_mutex_lock(&lock);
 *	if (ksync_condvar_wait_until(&changed, ksync_condvar_mutex(&lock),
 *				     &at))
 *		puts("too late");
 *	ksync_mutex_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_condvar_wait_until(ksync_condvar_t *cv, ksync_condvar_lock_t by,
			 const struct timespec *deadline)
{
	return ksync__condvar_wait_by(cv, by, KSYNC__UNINTERRUPTIBLE,
				      ksync__deadline(deadline));
}

/**
 * ksync_condvar_wait_interruptible_until() - the same, interruptible
 * @cv: initialised condition variable
 * @by: lock that the caller holds
 * @deadline: absolute time of CLOCK_MONOTONIC; NULL waits without end
 *
 * Context: May sleep. Holding no spinlock but @by, not in an RCU reader.
 * Order: That of the lock.
 * Locks: Holds @by again, also after an error.
 * Return: 0; -EINTR, -ETIME or -EINVAL as above.
 * Example::
 *
 *	static KSYNC_DEFINE_MUTEX(lock);
 *	static KSYNC_DEFINE_CONDVAR(changed);
 *	struct timespec at = { 0, 0 };
 *
 *	ksync_mutex_lock(&lock);
 *	if (ksync_condvar_wait_interruptible_until(
 *		    &changed, ksync_condvar_mutex(&lock), &at))
 *		puts("too late, or told to stop");
 *	ksync_mutex_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_condvar_wait_interruptible_until(ksync_condvar_t *cv,
				       ksync_condvar_lock_t by,
				       const struct timespec *deadline)
{
	return ksync__condvar_wait_by(cv, by, KSYNC__INTERRUPTIBLE,
				      ksync__deadline(deadline));
}

/**
 * ksync_condvar_signal() - wake one that waits
 * @cv: initialised condition variable
 *
 * The first that came; nobody, if nobody waits.
 *
 * Context: Any thread; not in signal handlers. With or without the lock, but
 *	the condition was changed under it.
 * Order: None; the lock's.
 * Example::
 *
 *	static KSYNC_DEFINE_CONDVAR(changed);
 *
 *	ksync_condvar_signal(&changed);
 */
KSYNC_INLINE void ksync_condvar_signal(ksync_condvar_t *cv)
{
	/* Who waits has queued before it released the lock, which the caller
	 * has held since. */
	if (ksync_unlikely(KSYNC_READ_ONCE(cv->waitq)))
		ksync__condvar_wake(cv, false);
}

/**
 * ksync_condvar_broadcast() - wake all that wait
 * @cv: initialised condition variable
 *
 * Over a mutex one after the other, as they get it.
 *
 * Context: Any thread; not in signal handlers. With or without the lock, but
 *	the condition was changed under it.
 * Order: None; the lock's.
 * Example::
 *
 *	static KSYNC_DEFINE_CONDVAR(changed);
 *
 *	ksync_condvar_broadcast(&changed);
 */
KSYNC_INLINE void ksync_condvar_broadcast(ksync_condvar_t *cv)
{
	if (ksync_unlikely(KSYNC_READ_ONCE(cv->waitq)))
		ksync__condvar_wake(cv, true);
}

KSYNC_END_DECLS

#endif
