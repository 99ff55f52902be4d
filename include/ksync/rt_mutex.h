/* SPDX-License-Identifier: MIT */
/*
 * Realtime mutex: its holder runs with the priority of the most urgent thread
 * that waits for it, for as long as it holds it (priority inheritance). So a
 * thread of middle priority cannot keep an urgent one waiting by keeping the
 * holder from running.
 *
 * The system does that (FUTEX_LOCK_PI), for threads of realtime classes; among
 * others it is a mutex that is handed from one to the next, and several times
 * as slow as <ksync/mutex.h> where threads meet. Uncontended, lock and unlock
 * are one atomic operation each.
 *
 * Rules, as in the kernel: the thread that locked unlocks; no recursion; no
 * exit while holding; not in signal handlers; not by copying. When unlock has
 * let somebody in, it does not touch the mutex any more. A circle of such
 * mutexes and their waiters is found by the system when it closes, and is
 * reported.
 *
 * src/sleep/rt_mutex.c has the table of its words, docs/rt_mutex.md the guide.
 */
#ifndef KSYNC_RT_MUTEX_H
#define KSYNC_RT_MUTEX_H

#include <ksync/atomic.h>
#include <ksync/cleanup.h>
#include <ksync/task.h>
#include <ksync/watch.h>

typedef struct KSYNC_TAG(rt_mutex) {
	unsigned long owner; /* task reference; 0 = nobody */
	ksync_u32 word;	     /* the system's: thread id; 0 = free */
	KSYNC__DEP_MAP_FIELD
} ksync_rt_mutex_t;

KSYNC_STATIC_ASSERT(KSYNC_CHECKED || sizeof(ksync_rt_mutex_t) <= 16,
		    "docs/rt_mutex.md promises it");

#define KSYNC__RT_MUTEX_INIT(name) \
	{ 0, 0 KSYNC__DEP_MAP_INIT(name, KSYNC_KIND_RT_MUTEX, 0) }
#define KSYNC_RT_MUTEX_INIT KSYNC__RT_MUTEX_INIT("rt_mutex")
#define KSYNC_DEFINE_RT_MUTEX(name) \
	ksync_rt_mutex_t name = KSYNC__RT_MUTEX_INIT(#name)

/* What the verbs of the seam are told. */
#define KSYNC__RT_MUTEX(m) \
	ksync__watched(m, KSYNC__DEP_MAP(m), KSYNC_KIND_RT_MUTEX)

KSYNC_BEGIN_DECLS

/* In src/sleep/rt_mutex.c. */
KSYNC_API void ksync__rt_mutex_lock(ksync_rt_mutex_t *m);
KSYNC_API int ksync__rt_mutex_lock_until(ksync_rt_mutex_t *m, int kind,
					 ksync_s64 deadline);
KSYNC_API int ksync__rt_mutex_lock_timeout(ksync_rt_mutex_t *m, long timeout);
KSYNC_API bool ksync__rt_mutex_trylock(ksync_rt_mutex_t *m);
KSYNC_API void ksync__rt_mutex_unlock(ksync_rt_mutex_t *m);
KSYNC_API void ksync__rt_mutex_destroy(ksync_rt_mutex_t *m);

/* "name" lives as long as the program. */
KSYNC_PRIVATE_INLINE void ksync__rt_mutex_init(ksync_rt_mutex_t *m,
					       const char *name,
					       ksync_lock_class_key_t *key)
{
	KSYNC_WRITE_ONCE(m->owner, 0ul);
	KSYNC_WRITE_ONCE(m->word, 0u);
	ksync_watch_created(KSYNC__RT_MUTEX(m), 0, name, key);
}

/**
 * ksync_rt_mutex_init() - make a realtime mutex ready for use
 * @m: memory for a mutex that nobody uses
 *
 * Context: Any.
 * Example::
 *
 *	ksync_rt_mutex_t lock;
 *
 *	ksync_rt_mutex_init(&lock);
 */
KSYNC_INLINE void ksync_rt_mutex_init(ksync_rt_mutex_t *m)
{
	ksync__rt_mutex_init(m, "rt_mutex", NULL);
}
#if KSYNC_CHECKED
#define ksync_rt_mutex_init(m) KSYNC__INIT_HERE(ksync__rt_mutex_init, m)
#endif

/**
 * ksync_rt_mutex_destroy() - end a realtime mutex's life
 * @m: initialised mutex that nobody holds or waits for
 *
 * Needed by nobody, but a later lock or unlock is then reported. Destroying a
 * held mutex is reported and does nothing.
 *
 * Context: Any.
 * Example::
 *
 *	ksync_rt_mutex_t lock = KSYNC_RT_MUTEX_INIT;
 *
 *	ksync_rt_mutex_destroy(&lock);
 */
KSYNC_INLINE void ksync_rt_mutex_destroy(ksync_rt_mutex_t *m)
{
	ksync_watch_gone(KSYNC__RT_MUTEX(m));
	ksync__rt_mutex_destroy(m);
}

KSYNC_PRIVATE_INLINE void ksync__rt_mutex_lock_how(ksync_rt_mutex_t *m,
						   unsigned int how,
						   const void *nest)
{
	ksync_watch_acquire_nest(KSYNC__RT_MUTEX(m), how, nest);
	ksync__rt_mutex_lock(m);
	ksync_watch_acquired(KSYNC__RT_MUTEX(m), how);
}

/* What each form that may fail does with its result. */
KSYNC_PRIVATE_INLINE int ksync__rt_mutex_result(ksync_rt_mutex_t *m, int ret)
{
	if (ksync_likely(!ret)) {
		ksync_watch_acquired(KSYNC__RT_MUTEX(m), KSYNC_WATCH_EXCLUSIVE);
		return 0;
	}
	ksync_watch_abandoned(KSYNC__RT_MUTEX(m), KSYNC_WATCH_EXCLUSIVE);
	if (KSYNC_LOCK_NOTES && ret == -EINTR)
		ksync__task_told();
	return ret;
}

KSYNC_MUST_CHECK KSYNC_PRIVATE_INLINE int
ksync__rt_mutex_lock_kind(ksync_rt_mutex_t *m, int kind, ksync_s64 deadline)
{
	ksync_watch_acquire(KSYNC__RT_MUTEX(m), KSYNC_WATCH_EXCLUSIVE);
	return ksync__rt_mutex_result(m, ksync__rt_mutex_lock_until(m, kind,
								    deadline));
}

/**
 * ksync_rt_mutex_lock() - take a realtime mutex
 * @m: initialised mutex that the caller does not hold
 *
 * A thread that could only hang is reported and aborts: it holds the mutex, the
 * holder is gone, or the holder waits for the caller.
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire.
 * Locks: Holds @m.
 * Example::
 *
 *	static KSYNC_DEFINE_RT_MUTEX(lock);
 *
 *	ksync_rt_mutex_lock(&lock);
 *	ksync_rt_mutex_unlock(&lock);
 */
KSYNC_INLINE void ksync_rt_mutex_lock(ksync_rt_mutex_t *m)
{
	ksync__rt_mutex_lock_how(m, 0, NULL);
}

/**
 * ksync_rt_mutex_lock_interruptible() - lock, or stop on interrupt
 * @m: initialised mutex that the caller does not hold
 *
 * The system's wait knows nothing of interrupts: they are noticed within 10 ms.
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0; after -EINTR what the interrupter did before
 *	is visible.
 * Locks: Holds @m if it returns 0.
 * Return: 0; -EINTR if it would have had to sleep and an interrupt or a kill is
 *	pending; -EDEADLK, reported, if the caller holds @m, the holder is gone
 *	or waits for the caller.
 * Example::
 *
 *	static KSYNC_DEFINE_RT_MUTEX(lock);
 *
 *	if (ksync_rt_mutex_lock_interruptible(&lock) == 0)
 *		ksync_rt_mutex_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_rt_mutex_lock_interruptible(ksync_rt_mutex_t *m)
{
	return ksync__rt_mutex_lock_kind(m, KSYNC__INTERRUPTIBLE, KSYNC__NEVER);
}

/**
 * ksync_rt_mutex_lock_killable() - lock, or stop on a kill
 * @m: initialised mutex that the caller does not hold
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0; after -EINTR what the killer did before is
 *	visible.
 * Locks: Holds @m if it returns 0.
 * Return: as ksync_rt_mutex_lock_interruptible(), but on a kill alone.
 * Example::
 *
 *	static KSYNC_DEFINE_RT_MUTEX(lock);
 *
 *	if (ksync_rt_mutex_lock_killable(&lock) == 0)
 *		ksync_rt_mutex_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_rt_mutex_lock_killable(ksync_rt_mutex_t *m)
{
	return ksync__rt_mutex_lock_kind(m, KSYNC__KILLABLE, KSYNC__NEVER);
}

/**
 * ksync_rt_mutex_lock_timeout() - lock, or give up after a time
 * @m: initialised mutex that the caller does not hold
 * @timeout: jiffies from now; 0 or less does not sleep
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0, none otherwise.
 * Locks: Holds @m if it returns 0.
 * Return: 0; -ETIME if the time was over; -EDEADLK, reported, as
 *	ksync_rt_mutex_lock_interruptible().
 * Example::
 *
 *	static KSYNC_DEFINE_RT_MUTEX(lock);
 *
 *	if (ksync_rt_mutex_lock_timeout(&lock, KSYNC_HZ / 10) == 0)
 *		ksync_rt_mutex_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_rt_mutex_lock_timeout(ksync_rt_mutex_t *m, long timeout)
{
	ksync_watch_acquire(KSYNC__RT_MUTEX(m), KSYNC_WATCH_EXCLUSIVE);
	return ksync__rt_mutex_result(m,
				      ksync__rt_mutex_lock_timeout(m, timeout));
}

/**
 * ksync_rt_mutex_lock_until() - lock, or give up at a point in time
 * @m: initialised mutex that the caller does not hold
 * @deadline: absolute time of CLOCK_MONOTONIC; NULL waits without end
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0, none otherwise.
 * Locks: Holds @m if it returns 0.
 * Return: 0; -ETIME if the time was over; -EINVAL if it would have had to sleep
 *	and tv_nsec is not below 10^9; -EDEADLK, reported, as
 *	ksync_rt_mutex_lock_interruptible().
 * Example::
 *
 *	static KSYNC_DEFINE_RT_MUTEX(lock);
 *	struct timespec at;
 *
 *	clock_gettime(CLOCK_MONOTONIC, &at);
 *	at.tv_sec += 2;
 *	if (ksync_rt_mutex_lock_until(&lock, &at) == 0)
 *		ksync_rt_mutex_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_rt_mutex_lock_until(ksync_rt_mutex_t *m, const struct timespec *deadline)
{
	return ksync__rt_mutex_lock_kind(m, KSYNC__UNINTERRUPTIBLE,
					 ksync__deadline(deadline));
}

/**
 * ksync_rt_mutex_trylock() - take a realtime mutex if that needs no waiting
 * @m: initialised mutex
 *
 * Context: Any but signal handlers.
 * Order: Acquire if it returns 1, none otherwise.
 * Locks: Holds @m if it returns 1.
 * Return: 1 if it took the mutex, 0 if somebody, perhaps the caller, holds it.
 * Example::
 *
 *	static KSYNC_DEFINE_RT_MUTEX(lock);
 *
 *	if (ksync_rt_mutex_trylock(&lock))
 *		ksync_rt_mutex_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int ksync_rt_mutex_trylock(ksync_rt_mutex_t *m)
{
	bool taken;

	ksync_watch_acquire(KSYNC__RT_MUTEX(m), KSYNC_WATCH_TRY);
	taken = ksync__rt_mutex_trylock(m);
	if (taken)
		ksync_watch_acquired(KSYNC__RT_MUTEX(m), KSYNC_WATCH_TRY);
	else
		ksync_watch_abandoned(KSYNC__RT_MUTEX(m), KSYNC_WATCH_TRY);
	return taken;
}

/**
 * ksync_rt_mutex_unlock() - release a realtime mutex
 * @m: mutex that the calling thread holds
 *
 * The most urgent waiter gets it, and the caller's own priority is back.
 * Unlocking a mutex that another thread holds, or nobody, is reported and does
 * nothing.
 *
 * Context: Any but signal handlers.
 * Order: Release.
 * Locks: Releases @m.
 * Example::
 *
 *	static KSYNC_DEFINE_RT_MUTEX(lock);
 *
 *	ksync_rt_mutex_lock(&lock);
 *	ksync_rt_mutex_unlock(&lock);
 */
KSYNC_INLINE void ksync_rt_mutex_unlock(ksync_rt_mutex_t *m)
{
	if (ksync_unlikely(!ksync_watch_release(KSYNC__RT_MUTEX(m),
						KSYNC_WATCH_EXCLUSIVE)))
		return;
	ksync__rt_mutex_unlock(m);
	ksync_watch_released(KSYNC__RT_MUTEX(m), KSYNC_WATCH_EXCLUSIVE);
}

/**
 * ksync_rt_mutex_is_locked() - does anybody hold the mutex?
 * @m: initialised mutex
 *
 * Context: Any.
 * Order: None: the answer may be old when it arrives.
 * Return: true if it is held.
 * Example::
 *
 *	static KSYNC_DEFINE_RT_MUTEX(lock);
 *	bool busy = ksync_rt_mutex_is_locked(&lock);
 */
KSYNC_INLINE bool ksync_rt_mutex_is_locked(const ksync_rt_mutex_t *m)
{
	return KSYNC_READ_ONCE(m->word) != 0;
}

/**
 * ksync_rt_mutex_get_owner() - who holds the mutex?
 * @m: initialised mutex
 *
 * For reports and debuggers: the answer may be old when it arrives.
 *
 * Context: Any.
 * Order: None.
 * Return: the holder's ksync_task_t as a number; 0 if nobody holds it or the
 *	holder is gone.
 * Example::
 *
 *	static KSYNC_DEFINE_RT_MUTEX(lock);
 *	bool mine = ksync_rt_mutex_get_owner(&lock) ==
 *		    (unsigned long)ksync_current();
 */
KSYNC_API unsigned long ksync_rt_mutex_get_owner(const ksync_rt_mutex_t *m);

/* Lockdep's forms: see <ksync/mutex.h>. */
#define ksync_rt_mutex_lock_nested(m, subclass) \
	ksync__rt_mutex_lock_how(m, KSYNC_WATCH_SUBCLASS(subclass), NULL)
#define ksync_rt_mutex_lock_nest_lock(m, nest_lock) \
	ksync__rt_mutex_lock_how(m, 0, KSYNC__DEP_NEST(nest_lock))

/* ksync_guard(rt_mutex)(&m), and _try, _intr, _kill for the scoped_ forms. */
KSYNC_DEFINE_GUARD(rt_mutex, ksync_rt_mutex_t *, ksync_rt_mutex_lock(_T),
		   ksync_rt_mutex_unlock(_T))
KSYNC_DEFINE_GUARD_COND(rt_mutex, _try, ksync_rt_mutex_trylock(_T))
KSYNC_DEFINE_GUARD_COND(rt_mutex, _intr, ksync_rt_mutex_lock_interruptible(_T),
			_RET == 0)
KSYNC_DEFINE_GUARD_COND(rt_mutex, _kill, ksync_rt_mutex_lock_killable(_T),
			_RET == 0)

KSYNC_END_DECLS

#endif
