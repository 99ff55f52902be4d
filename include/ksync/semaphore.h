/* SPDX-License-Identifier: MIT */
/*
 * Counting semaphore: units that anybody may add and take; who finds none
 * sleeps, strictly in the order in which they came.
 *
 * Sixteen bytes. While nobody waits, down and up are one atomic operation each.
 * With waiters, up gives its unit to the first one directly: it is never in the
 * count for a newcomer to take. A unit that is given to a waiter whose time is
 * over, or who is interrupted, at the same moment is not lost: that waiter
 * returns 0.
 *
 * There is no owner: up() by another thread than the one that called down() is
 * what a semaphore is for. For mutual exclusion take a mutex, which knows its
 * holder. Once down() has returned, nobody touches the semaphore on account of
 * the up() that let it: a semaphore on the stack, waited for once, may go.
 *
 * Not in signal handlers: up() may have to take the queue's lock.
 *
 * Mind that ksync_down_trylock() returns 0 when it got a unit, as the kernel's
 * does, unlike the trylocks of mutex and spinlock.
 */
#ifndef KSYNC_SEMAPHORE_H
#define KSYNC_SEMAPHORE_H

#include <ksync/atomic.h>
#include <ksync/task.h>
#include <ksync/watch.h>

typedef struct KSYNC_TAG(semaphore) {
	ksync_u32 count;     /* units, or "somebody waits": semaphore.c */
	unsigned long waitq; /* first waiter and flags; 0 = nobody waits */
} ksync_semaphore_t;

KSYNC_STATIC_ASSERT(sizeof(ksync_semaphore_t) <= 16,
		    "docs/semaphore.md promises it");

/* The most units that a semaphore holds. */
#define KSYNC_SEMAPHORE_MAX INT_MAX

/* A negative number of units is taken as 0. */
#define KSYNC_SEMAPHORE_INIT(n) { (int)(n) < 0 ? 0u : (ksync_u32)(n), 0 }
#define KSYNC_DEFINE_SEMAPHORE(name, n) \
	ksync_semaphore_t name = KSYNC_SEMAPHORE_INIT(n)

KSYNC_BEGIN_DECLS

/* The slow paths, in src/semaphore.c. */
KSYNC_API void ksync__down_slow(ksync_semaphore_t *sem);
KSYNC_API int ksync__down_interruptible_slow(ksync_semaphore_t *sem);
KSYNC_API int ksync__down_killable_slow(ksync_semaphore_t *sem);
KSYNC_API int ksync__down_timeout_slow(ksync_semaphore_t *sem, long timeout);
KSYNC_API int ksync__down_until_slow(ksync_semaphore_t *sem, bool interruptible,
				     const struct timespec *deadline);
KSYNC_API void ksync__up_slow(ksync_semaphore_t *sem);

/* Take a unit from the count. */
KSYNC_PRIVATE_INLINE bool ksync__down_fast(ksync_semaphore_t *sem)
{
	ksync_u32 count = KSYNC_READ_ONCE(sem->count);

	do {
		/* One comparison for "none" and "somebody waits". */
		if (ksync_unlikely(count - 1u >= KSYNC_SEMAPHORE_MAX))
			return false;
		/* ORDER semaphore.unit: acquire. Sees what was done before the
		 * unit was added. Other end: ksync__up_fast(). */
	} while (ksync_unlikely(
		!ksync_try_cmpxchg_acquire(&sem->count, &count, count - 1u)));
	return true;
}

/* Add a unit to the count. */
KSYNC_PRIVATE_INLINE bool ksync__up_fast(ksync_semaphore_t *sem)
{
	ksync_u32 count = KSYNC_READ_ONCE(sem->count);

	do {
		/* One comparison for "full" and "somebody waits". */
		if (ksync_unlikely(count >= KSYNC_SEMAPHORE_MAX))
			return false;
		/* ORDER semaphore.unit: release. Other end:
		 * ksync__down_fast(). */
	} while (ksync_unlikely(
		!ksync_try_cmpxchg_release(&sem->count, &count, count + 1u)));
	return true;
}

/**
 * ksync_sema_init() - make a semaphore ready for use
 * @sem: memory for a semaphore that nobody uses
 * @n: units; a negative number is reported and taken as 0
 *
 * Context: Any.
 * Example::
 *
 *	ksync_semaphore_t slots;
 *
 *	ksync_sema_init(&slots, 4);
 */
KSYNC_API void ksync_sema_init(ksync_semaphore_t *sem, int n);

/**
 * ksync_down() - take a unit
 * @sem: initialised semaphore
 *
 * Cannot be interrupted; new code wants ksync_down_interruptible() or
 * ksync_down_killable().
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire.
 * Example::
 *
 *	static KSYNC_DEFINE_SEMAPHORE(slots, 4);
 *
 *	ksync_down(&slots);
 *	ksync_up(&slots);
 */
KSYNC_INLINE void ksync_down(ksync_semaphore_t *sem)
{
	if (ksync_unlikely(!ksync__down_fast(sem)))
		ksync__down_slow(sem);
}

/**
 * ksync_down_interruptible() - take a unit, or stop on interrupt
 * @sem: initialised semaphore
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0; after -EINTR what the interrupter did before
 *	is visible.
 * Return: 0 if it took a unit; -EINTR if it would have had to sleep and an
 *	interrupt or a kill is pending.
 * Example::
 *
 *	static KSYNC_DEFINE_SEMAPHORE(slots, 4);
 *
 *	if (ksync_down_interruptible(&slots) == 0)
 *		ksync_up(&slots);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_down_interruptible(ksync_semaphore_t *sem)
{
	return ksync_likely(ksync__down_fast(sem)) ?
		       0 :
		       ksync__down_interruptible_slow(sem);
}

/**
 * ksync_down_killable() - take a unit, or stop on a kill
 * @sem: initialised semaphore
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0; after -EINTR what the killer did before is
 *	visible.
 * Return: 0 if it took a unit; -EINTR if it would have had to sleep and a kill
 *	is pending.
 * Example::
 *
 *	static KSYNC_DEFINE_SEMAPHORE(slots, 4);
 *
 *	if (ksync_down_killable(&slots) == 0)
 *		ksync_up(&slots);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int ksync_down_killable(ksync_semaphore_t *sem)
{
	return ksync_likely(ksync__down_fast(sem)) ?
		       0 :
		       ksync__down_killable_slow(sem);
}

/**
 * ksync_down_trylock() - take a unit if there is one
 * @sem: initialised semaphore
 *
 * Context: Any.
 * Order: Acquire if it returns 0, none otherwise.
 * Return: 0 if it took a unit, 1 if there was none. The kernel's convention for
 *	semaphores, the reverse of mutex and spinlock.
 * Example::
 *
 *	static KSYNC_DEFINE_SEMAPHORE(slots, 4);
 *
 *	if (!ksync_down_trylock(&slots))
 *		ksync_up(&slots);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int ksync_down_trylock(ksync_semaphore_t *sem)
{
	return !ksync__down_fast(sem);
}

/**
 * ksync_down_timeout() - take a unit, or give up after a time
 * @sem: initialised semaphore
 * @timeout: jiffies from now; 0 or less does not sleep
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0, none otherwise.
 * Return: 0 if it took a unit; -ETIME if the time was over.
 * Example::
 *
 *	static KSYNC_DEFINE_SEMAPHORE(slots, 4);
 *
 *	if (ksync_down_timeout(&slots, KSYNC_HZ / 2) == 0)
 *		ksync_up(&slots);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int ksync_down_timeout(ksync_semaphore_t *sem,
						     long timeout)
{
	return ksync_likely(ksync__down_fast(sem)) ?
		       0 :
		       ksync__down_timeout_slow(sem, timeout);
}

/**
 * ksync_down_until() - take a unit, or give up at a point in time
 * @sem: initialised semaphore
 * @deadline: absolute time of CLOCK_MONOTONIC; NULL waits without end
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0, none otherwise.
 * Return: 0 if it took a unit; -ETIME if the time was over; -EINVAL if it would
 *	have had to sleep and tv_nsec is not below 10^9.
 * Example::
 *
 *	static KSYNC_DEFINE_SEMAPHORE(slots, 4);
 *	struct timespec at;
 *
 *	clock_gettime(CLOCK_MONOTONIC, &at);
 *	at.tv_sec += 1;
 *	if (ksync_down_until(&slots, &at) == 0)
 *		ksync_up(&slots);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_down_until(ksync_semaphore_t *sem, const struct timespec *deadline)
{
	return ksync_likely(ksync__down_fast(sem)) ?
		       0 :
		       ksync__down_until_slow(sem, false, deadline);
}

/**
 * ksync_down_interruptible_until() - take a unit; stop on interrupt or in time
 * @sem: initialised semaphore
 * @deadline: absolute time of CLOCK_MONOTONIC; NULL waits without end
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0; after -EINTR what the interrupter did before
 *	is visible.
 * Return: 0 if it took a unit; -EINTR, -ETIME or -EINVAL as above.
 * Example::
 *
 *	static KSYNC_DEFINE_SEMAPHORE(slots, 4);
 *
 *	if (ksync_down_interruptible_until(&slots, NULL) == 0)
 *		ksync_up(&slots);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_down_interruptible_until(ksync_semaphore_t *sem,
			       const struct timespec *deadline)
{
	return ksync_likely(ksync__down_fast(sem)) ?
		       0 :
		       ksync__down_until_slow(sem, true, deadline);
}

/**
 * ksync_up() - add a unit, or give it to the first waiter
 * @sem: initialised semaphore
 *
 * A unit beyond KSYNC_SEMAPHORE_MAX is reported and dropped.
 *
 * Context: Any thread, also one that never called down; not in signal handlers.
 * Order: Release.
 * Example::
 *
 *	static KSYNC_DEFINE_SEMAPHORE(items, 0);
 *
 *	ksync_up(&items);
 */
KSYNC_INLINE void ksync_up(ksync_semaphore_t *sem)
{
	if (ksync_unlikely(!ksync__up_fast(sem)))
		ksync__up_slow(sem);
}

KSYNC_END_DECLS

#endif
