/* SPDX-License-Identifier: MIT */
/*
 * Mutex: one thread holds it; others sleep, in the order in which they came.
 *
 * Sixteen bytes, no heap, no system call unless threads meet. Uncontended, lock
 * is one atomic operation and unlock none. src/sleep/mutex.c has the table of
 * its word, docs/mutex.md the guide.
 *
 * Rules, as in the kernel: the thread that locked unlocks; no recursion; no
 * exit while holding; initialise by KSYNC_MUTEX_INIT or ksync_mutex_init(), not
 * by copying; not in signal handlers. ksync_mutex_unlock() may still read the
 * mutex when the next owner has it: do not free a mutex on the grounds that you
 * could lock it. Count references to the object that holds it (<ksync/kref.h>),
 * and put them after the last unlock.
 *
 * A waiter that was woken, found the lock taken again and has waited for a
 * millisecond gets it next: from then on unlock hands the lock over, so nobody
 * starves.
 */
#ifndef KSYNC_MUTEX_H
#define KSYNC_MUTEX_H

#include <ksync/atomic.h>
#include <ksync/cleanup.h>
#include <ksync/task.h>
#include <ksync/watch.h>

typedef struct KSYNC_TAG(mutex) {
	unsigned long owner; /* task reference; 0 = free */
	unsigned long waitq; /* first waiter and flags; 0 = no contention */
	KSYNC__DEP_MAP_FIELD
} ksync_mutex_t;

KSYNC_STATIC_ASSERT(KSYNC_CHECKED || sizeof(ksync_mutex_t) <= 16,
		    "docs/mutex.md promises it");

#define KSYNC__MUTEX_INIT(name) \
	{ 0, 0 KSYNC__DEP_MAP_INIT(name, KSYNC_KIND_MUTEX, 0) }
#define KSYNC_MUTEX_INIT KSYNC__MUTEX_INIT("mutex")
#define KSYNC_DEFINE_MUTEX(name) ksync_mutex_t name = KSYNC__MUTEX_INIT(#name)

/* What the verbs of the seam are told. */
#define KSYNC__MUTEX(m) ksync__watched(m, KSYNC__DEP_MAP(m), KSYNC_KIND_MUTEX)

KSYNC_BEGIN_DECLS

/* The slow paths, in src/sleep/mutex.c. */
KSYNC_API void ksync__mutex_lock_slow(ksync_mutex_t *m);
KSYNC_API int ksync__mutex_lock_interruptible_slow(ksync_mutex_t *m);
KSYNC_API int ksync__mutex_lock_killable_slow(ksync_mutex_t *m);
KSYNC_API int ksync__mutex_lock_timeout_slow(ksync_mutex_t *m, long timeout);
KSYNC_API int ksync__mutex_lock_until_slow(ksync_mutex_t *m, int kind,
					   ksync_s64 deadline);
KSYNC_API void ksync__mutex_unlock_slow(ksync_mutex_t *m);
KSYNC_API void ksync__mutex_wake_slow(ksync_mutex_t *m);
KSYNC_API void ksync__mutex_destroy(ksync_mutex_t *m);

KSYNC_PRIVATE_INLINE bool ksync__mutex_lock_fast(ksync_mutex_t *m)
{
	unsigned long self = ksync__self;
	unsigned long found = 0;

	/* ORDER mutex.owner: acquire. Sees all that was written under the
	 * lock. Other end: ksync__mutex_unlock_fast(). */
	if (ksync_unlikely(self == KSYNC__NO_TASK ||
			   !ksync_try_cmpxchg_acquire(&m->owner, &found, self)))
		return false;
	/* For the unlock, which reads it. */
	KSYNC__STORE_AGAIN(m->owner, self);
	return true;
}

/* False if the slow path has to do all of it. */
KSYNC_PRIVATE_INLINE bool ksync__mutex_unlock_fast(ksync_mutex_t *m)
{
	/* One branch for "not mine" and "somebody waits". */
	if (ksync_unlikely((KSYNC_READ_ONCE(m->owner) ^ ksync__self) |
			   KSYNC_READ_ONCE(m->waitq)))
		return false;
	/* ORDER mutex.owner: release. Other end: ksync__mutex_lock_fast(). */
	ksync_smp_store_release(&m->owner, 0ul);
	/*
	 *	unlock			waiter		ORDER mutex.seen
	 *	W owner = 0		W waitq += me
	 *	(light)			(heavy)
	 *	R waitq			R owner
	 *	Forbidden: waitq == 0 with owner != 0; nobody would wake it.
	 */
	/* ORDER mutex.seen: light. Other end: mutex_queue(). */
	ksync_barrier();
	if (ksync_unlikely(KSYNC_READ_ONCE(m->waitq)))
		ksync__mutex_wake_slow(m);
	return true;
}

/* "name" lives as long as the program. */
KSYNC_PRIVATE_INLINE void ksync__mutex_init(ksync_mutex_t *m, const char *name,
					    ksync_lock_class_key_t *key)
{
	KSYNC_WRITE_ONCE(m->owner, 0ul);
	KSYNC_WRITE_ONCE(m->waitq, 0ul);
	ksync_watch_created(KSYNC__MUTEX(m), 0, name, key);
}

/**
 * ksync_mutex_init() - make a mutex ready for use
 * @m: memory for a mutex that nobody uses
 *
 * Context: Any.
 * Example::
 *
 *	ksync_mutex_t lock;
 *
 *	ksync_mutex_init(&lock);
 */
KSYNC_INLINE void ksync_mutex_init(ksync_mutex_t *m)
{
	ksync__mutex_init(m, "mutex", NULL);
}
#if KSYNC_CHECKED
#define ksync_mutex_init(m) KSYNC__INIT_HERE(ksync__mutex_init, m)
#endif

/**
 * ksync_mutex_destroy() - end a mutex's life
 * @m: initialised mutex that nobody holds or waits for
 *
 * Needed by nobody, as a mutex owns no memory, but a later lock or unlock is
 * then reported; a trylock finds the mutex taken. Destroying a held mutex is
 * reported and does nothing.
 *
 * Context: Any.
 * Example::
 *
 *	ksync_mutex_t lock = KSYNC_MUTEX_INIT;
 *
 *	ksync_mutex_destroy(&lock);
 */
KSYNC_INLINE void ksync_mutex_destroy(ksync_mutex_t *m)
{
	ksync_watch_gone(KSYNC__MUTEX(m));
	ksync__mutex_destroy(m);
}

/* "how" and "nest" are for lockdep: ksync_watch_acquire_nest(). */
KSYNC_PRIVATE_INLINE void ksync__mutex_lock(ksync_mutex_t *m, unsigned int how,
					    const void *nest)
{
	ksync_watch_acquire_nest(KSYNC__MUTEX(m), how, nest);
	if (ksync_unlikely(!ksync__mutex_lock_fast(m))) {
		ksync_watch_contended(KSYNC__MUTEX(m));
		ksync__mutex_lock_slow(m);
	}
	ksync_watch_acquired(KSYNC__MUTEX(m), how);
}

/**
 * ksync_mutex_lock() - take a mutex
 * @m: initialised mutex that the caller does not hold
 *
 * A thread that takes a mutex that it holds could only hang, and so could one
 * that waits for a thread that is gone: that is reported and aborts.
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire.
 * Locks: Holds @m.
 * Example::
 *
 *	static KSYNC_DEFINE_MUTEX(lock);
 *
 *	ksync_mutex_lock(&lock);
 *	ksync_mutex_unlock(&lock);
 */
KSYNC_INLINE void ksync_mutex_lock(ksync_mutex_t *m)
{
	ksync__mutex_lock(m, 0, NULL);
}

/* What each form that may fail does with its slow path's result. */
KSYNC_PRIVATE_INLINE int ksync__mutex_lock_result(ksync_mutex_t *m,
						  unsigned int how, int ret)
{
	if (ksync_likely(!ret)) {
		ksync_watch_acquired(KSYNC__MUTEX(m), how);
		return 0;
	}
	ksync_watch_abandoned(KSYNC__MUTEX(m), how);
	if (KSYNC_LOCK_NOTES && ret == -EINTR)
		ksync__task_told();
	return ret;
}

KSYNC_PRIVATE_INLINE int ksync__mutex_lock_interruptible(ksync_mutex_t *m,
							 unsigned int how,
							 const void *nest)
{
	ksync_watch_acquire_nest(KSYNC__MUTEX(m), how, nest);
	return ksync__mutex_lock_result(
		m, how,
		ksync_likely(ksync__mutex_lock_fast(m)) ?
			0 :
			(ksync_watch_contended(KSYNC__MUTEX(m)),
			 ksync__mutex_lock_interruptible_slow(m)));
}

KSYNC_PRIVATE_INLINE int
ksync__mutex_lock_killable(ksync_mutex_t *m, unsigned int how, const void *nest)
{
	ksync_watch_acquire_nest(KSYNC__MUTEX(m), how, nest);
	return ksync__mutex_lock_result(
		m, how,
		ksync_likely(ksync__mutex_lock_fast(m)) ?
			0 :
			(ksync_watch_contended(KSYNC__MUTEX(m)),
			 ksync__mutex_lock_killable_slow(m)));
}

/**
 * ksync_mutex_lock_interruptible() - take a mutex, or stop on interrupt
 * @m: initialised mutex that the caller does not hold
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0; after -EINTR what the interrupter did before
 *	is visible.
 * Locks: Holds @m if it returns 0.
 * Return: 0; -EINTR if it would have had to sleep and an interrupt or a kill is
 *	pending; -EDEADLK, reported, if the caller holds @m or the holder is
 *	gone.
 * Example::
 *
 *	static KSYNC_DEFINE_MUTEX(lock);
 *
 *	if (ksync_mutex_lock_interruptible(&lock) == 0)
 *		ksync_mutex_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_mutex_lock_interruptible(ksync_mutex_t *m)
{
	return ksync__mutex_lock_interruptible(m, 0, NULL);
}

/**
 * ksync_mutex_lock_killable() - take a mutex, or stop on a kill
 * @m: initialised mutex that the caller does not hold
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0; after -EINTR what the killer did before is
 *	visible.
 * Locks: Holds @m if it returns 0.
 * Return: 0; -EINTR if it would have had to sleep and a kill is pending;
 *	-EDEADLK, reported, if the caller holds @m or the holder is gone.
 * Example::
 *
 *	static KSYNC_DEFINE_MUTEX(lock);
 *
 *	if (ksync_mutex_lock_killable(&lock) == 0)
 *		ksync_mutex_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int ksync_mutex_lock_killable(ksync_mutex_t *m)
{
	return ksync__mutex_lock_killable(m, 0, NULL);
}

/**
 * ksync_mutex_lock_timeout() - take a mutex, or give up after a time
 * @m: initialised mutex that the caller does not hold
 * @timeout: jiffies from now; 0 or less does not sleep
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0, none otherwise.
 * Locks: Holds @m if it returns 0.
 * Return: 0; -ETIME if the time was over; -EDEADLK, reported, if the caller
 *	holds @m or the holder is gone.
 * Example::
 *
 *	static KSYNC_DEFINE_MUTEX(lock);
 *
 *	if (ksync_mutex_lock_timeout(&lock, KSYNC_HZ / 10) == 0)
 *		ksync_mutex_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int ksync_mutex_lock_timeout(ksync_mutex_t *m,
							   long timeout)
{
	ksync_watch_acquire(KSYNC__MUTEX(m), KSYNC_WATCH_EXCLUSIVE);
	return ksync__mutex_lock_result(
		m, KSYNC_WATCH_EXCLUSIVE,
		ksync_likely(ksync__mutex_lock_fast(m)) ?
			0 :
			(ksync_watch_contended(KSYNC__MUTEX(m)),
			 ksync__mutex_lock_timeout_slow(m, timeout)));
}

KSYNC_MUST_CHECK KSYNC_PRIVATE_INLINE int
ksync__mutex_lock_until(ksync_mutex_t *m, int kind,
			const struct timespec *deadline)
{
	ksync_watch_acquire(KSYNC__MUTEX(m), KSYNC_WATCH_EXCLUSIVE);
	return ksync__mutex_lock_result(
		m, KSYNC_WATCH_EXCLUSIVE,
		ksync_likely(ksync__mutex_lock_fast(m)) ?
			0 :
			(ksync_watch_contended(KSYNC__MUTEX(m)),
			 ksync__mutex_lock_until_slow(
				 m, kind, ksync__deadline(deadline))));
}

/**
 * ksync_mutex_lock_until() - take a mutex, or give up at a point in time
 * @m: initialised mutex that the caller does not hold
 * @deadline: absolute time of CLOCK_MONOTONIC; NULL waits without end
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0, none otherwise.
 * Locks: Holds @m if it returns 0.
 * Return: 0; -ETIME if the time was over; -EINVAL if it would have had to sleep
 *	and tv_nsec is not below 10^9; -EDEADLK, reported, if the caller holds
 *	@m or the holder is gone.
 * Example::
 *
 *	static KSYNC_DEFINE_MUTEX(lock);
 *	struct timespec at;
 *
 *	clock_gettime(CLOCK_MONOTONIC, &at);
 *	at.tv_sec += 2;
 *	if (ksync_mutex_lock_until(&lock, &at) == 0)
 *		ksync_mutex_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_mutex_lock_until(ksync_mutex_t *m, const struct timespec *deadline)
{
	return ksync__mutex_lock_until(m, KSYNC__UNINTERRUPTIBLE, deadline);
}

/**
 * ksync_mutex_lock_interruptible_until() - lock; stop on interrupt or in time
 * @m: initialised mutex that the caller does not hold
 * @deadline: absolute time of CLOCK_MONOTONIC; NULL waits without end
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0; after -EINTR what the interrupter did before
 *	is visible.
 * Locks: Holds @m if it returns 0.
 * Return: 0; -EINTR if it would have had to sleep and an interrupt or a kill is
 *	pending; -ETIME, -EINVAL and -EDEADLK as ksync_mutex_lock_until().
 * Example::
 *
 *	static KSYNC_DEFINE_MUTEX(lock);
 *	struct timespec at;
 *
 *	clock_gettime(CLOCK_MONOTONIC, &at);
 *	at.tv_sec += 2;
 *	if (ksync_mutex_lock_interruptible_until(&lock, &at) == 0)
 *		ksync_mutex_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_mutex_lock_interruptible_until(ksync_mutex_t *m,
				     const struct timespec *deadline)
{
	return ksync__mutex_lock_until(m, KSYNC__INTERRUPTIBLE, deadline);
}

/**
 * ksync_mutex_lock_killable_until() - lock; stop on a kill or in time
 * @m: initialised mutex that the caller does not hold
 * @deadline: absolute time of CLOCK_MONOTONIC; NULL waits without end
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0; after -EINTR what the killer did before is
 *	visible.
 * Locks: Holds @m if it returns 0.
 * Return: 0; -EINTR if it would have had to sleep and a kill is pending;
 *	-ETIME, -EINVAL and -EDEADLK as ksync_mutex_lock_until().
 * Example::
 *
 *	static KSYNC_DEFINE_MUTEX(lock);
 *
 *	if (ksync_mutex_lock_killable_until(&lock, NULL) == 0)
 *		ksync_mutex_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_mutex_lock_killable_until(ksync_mutex_t *m,
				const struct timespec *deadline)
{
	return ksync__mutex_lock_until(m, KSYNC__KILLABLE, deadline);
}

KSYNC_MUST_CHECK KSYNC_PRIVATE_INLINE int ksync__mutex_trylock(ksync_mutex_t *m,
							       const void *nest)
{
	bool taken;

	if (ksync_unlikely(ksync__self == KSYNC__NO_TASK))
		(void)ksync_current();
	ksync_watch_acquire_nest(KSYNC__MUTEX(m), KSYNC_WATCH_TRY, nest);
	/* A read first: do not take the cache line from the holder. */
	taken = KSYNC_READ_ONCE(m->owner) == 0 && ksync__mutex_lock_fast(m);
	if (taken)
		ksync_watch_acquired(KSYNC__MUTEX(m), KSYNC_WATCH_TRY);
	else
		ksync_watch_abandoned(KSYNC__MUTEX(m), KSYNC_WATCH_TRY);
	return taken;
}

/**
 * ksync_mutex_trylock() - take a mutex if that needs no waiting
 * @m: initialised mutex
 *
 * Context: Any but signal handlers.
 * Order: Acquire if it returns 1, none otherwise.
 * Locks: Holds @m if it returns 1.
 * Return: 1 if it took the mutex, 0 if somebody, perhaps the caller, holds it.
 * Example::
 *
 *	static KSYNC_DEFINE_MUTEX(lock);
 *
 *	if (ksync_mutex_trylock(&lock))
 *		ksync_mutex_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int ksync_mutex_trylock(ksync_mutex_t *m)
{
	return ksync__mutex_trylock(m, NULL);
}

/**
 * ksync_mutex_unlock() - release a mutex
 * @m: mutex that the calling thread holds
 *
 * Unlocking a mutex that another thread holds, or nobody, is reported and does
 * nothing. The mutex must live until this has returned.
 *
 * Context: Any but signal handlers.
 * Order: Release.
 * Locks: Releases @m.
 * Example::
 *
 *	static KSYNC_DEFINE_MUTEX(lock);
 *
 *	ksync_mutex_lock(&lock);
 *	ksync_mutex_unlock(&lock);
 */
KSYNC_INLINE void ksync_mutex_unlock(ksync_mutex_t *m)
{
	if (ksync_unlikely(!ksync_watch_release(KSYNC__MUTEX(m),
						KSYNC_WATCH_EXCLUSIVE)))
		return;
	if (ksync_unlikely(!ksync__mutex_unlock_fast(m)))
		ksync__mutex_unlock_slow(m);
	ksync_watch_released(KSYNC__MUTEX(m), KSYNC_WATCH_EXCLUSIVE);
}

/**
 * ksync_mutex_is_locked() - does anybody hold the mutex?
 * @m: initialised mutex
 *
 * Context: Any.
 * Order: None: the answer may be old when it arrives.
 * Return: true if it is held.
 * Example::
 *
 *	static KSYNC_DEFINE_MUTEX(lock);
 *	bool busy = ksync_mutex_is_locked(&lock);
 */
KSYNC_INLINE bool ksync_mutex_is_locked(const ksync_mutex_t *m)
{
	return KSYNC_READ_ONCE(m->owner) != 0;
}

/**
 * ksync_mutex_get_owner() - who holds the mutex?
 * @m: initialised mutex
 *
 * For reports and debuggers: the answer may be old when it arrives.
 *
 * Context: Any.
 * Order: None.
 * Return: the holder's ksync_task_t as a number, as in the kernel; 0 if nobody
 *	holds it or the holder is gone. The record stays readable, so its
 *	ksync_task_tid() may be asked for.
 * Example::
 *
 *	static KSYNC_DEFINE_MUTEX(lock);
 *	bool mine = ksync_mutex_get_owner(&lock) ==
 *		    (unsigned long)ksync_current();
 */
KSYNC_API unsigned long ksync_mutex_get_owner(const ksync_mutex_t *m);

/*
 * Lockdep's forms: the subclass, or the outer lock, tells the checked library
 * why two locks of one class may be held.
 */
#define ksync_mutex_lock_nested(m, subclass) \
	ksync__mutex_lock(m, KSYNC_WATCH_SUBCLASS(subclass), NULL)
#define ksync_mutex_lock_interruptible_nested(m, subclass) \
	ksync__mutex_lock_interruptible(m, KSYNC_WATCH_SUBCLASS(subclass), NULL)
#define ksync_mutex_lock_killable_nested(m, subclass) \
	ksync__mutex_lock_killable(m, KSYNC_WATCH_SUBCLASS(subclass), NULL)
#define ksync_mutex_lock_nest_lock(m, nest_lock) \
	ksync__mutex_lock(m, 0, KSYNC__DEP_NEST(nest_lock))
#define ksync_mutex_lock_killable_nest_lock(m, nest_lock) \
	ksync__mutex_lock_killable(m, 0, KSYNC__DEP_NEST(nest_lock))
#define ksync_mutex_trylock_nest_lock(m, nest_lock) \
	ksync__mutex_trylock(m, KSYNC__DEP_NEST(nest_lock))
#define ksync_mutex_lock_io(m) ksync_mutex_lock(m)
#define ksync_mutex_lock_io_nested(m, subclass) \
	ksync_mutex_lock_nested(m, subclass)

/* ksync_guard(mutex)(&m), and _try, _intr, _kill for the scoped_ forms. */
KSYNC_DEFINE_GUARD(mutex, ksync_mutex_t *, ksync_mutex_lock(_T),
		   ksync_mutex_unlock(_T))
KSYNC_DEFINE_GUARD_COND(mutex, _try, ksync_mutex_trylock(_T))
KSYNC_DEFINE_GUARD_COND(mutex, _intr, ksync_mutex_lock_interruptible(_T),
			_RET == 0)
KSYNC_DEFINE_GUARD_COND(mutex, _kill, ksync_mutex_lock_killable(_T), _RET == 0)

KSYNC_END_DECLS

#endif
