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
#include <ksync/cleanup.h>
#include <ksync/task.h>
#include <ksync/watch.h>

typedef struct KSYNC_TAG(semaphore) {
	ksync_u32 count;     /* units, or "somebody waits": semaphore.c */
	ksync_u32 guess;     /* what count is, likely; or KSYNC__NO_GUESS */
	unsigned long waitq; /* first waiter and flags; 0 = nobody waits */
	KSYNC__DEP_MAP_FIELD
} ksync_semaphore_t;

KSYNC_STATIC_ASSERT(KSYNC_CHECKED || sizeof(ksync_semaphore_t) <= 16,
		    "docs/semaphore.md promises it");

/* No number of units. */
#define KSYNC__NO_GUESS UINT_MAX

/* The most units that a semaphore holds. */
#define KSYNC_SEMAPHORE_MAX INT_MAX

#define KSYNC__SEMAPHORE_MAP(name) \
	KSYNC__DEP_MAP_INIT(name, KSYNC_KIND_SEMAPHORE, KSYNC__DEP_NO_TRACK)

#ifdef __cplusplus
extern "C++" {
static inline constexpr ksync_u32 ksync__sema_units(int n)
{
	return n < 0 ? 0 : static_cast<ksync_u32>(n);
}
}
/* A negative number of units is taken as 0. A constant makes a constant. */
#define KSYNC__SEMAPHORE_INIT(name, n) \
	{ ksync__sema_units(n), KSYNC__NO_GUESS, 0 KSYNC__SEMAPHORE_MAP(name) }
#else
KSYNC_PRIVATE_INLINE ksync_u32 ksync__sema_units(int n)
{
	return n < 0 ? 0 : (ksync_u32)n;
}
#define KSYNC__SEMAPHORE_INIT(name, n)                              \
	{ __builtin_choose_expr(__builtin_constant_p(n),            \
				(int)(n) < 0 ? 0u : (ksync_u32)(n), \
				ksync__sema_units(n)),              \
	  KSYNC__NO_GUESS, 0 KSYNC__SEMAPHORE_MAP(name) }
#endif
#define KSYNC_SEMAPHORE_INIT(n) KSYNC__SEMAPHORE_INIT("semaphore", n)
#define KSYNC_DEFINE_SEMAPHORE(name, n) \
	ksync_semaphore_t name = KSYNC__SEMAPHORE_INIT(#name, n)

/*
 * What the verbs of the seam are told. Who takes a unit is not known as a
 * holder, as another may give it back: ksync_semaphore_set_lock().
 */
#define KSYNC__SEMAPHORE(sem) \
	ksync__watched(sem, KSYNC__DEP_MAP(sem), KSYNC_KIND_SEMAPHORE)

KSYNC_BEGIN_DECLS

/* The slow paths, in src/sleep/semaphore.c. */
KSYNC_API void ksync__down_slow(ksync_semaphore_t *sem);
KSYNC_API int ksync__down_interruptible_slow(ksync_semaphore_t *sem);
KSYNC_API int ksync__down_killable_slow(ksync_semaphore_t *sem);
KSYNC_API int ksync__down_timeout_slow(ksync_semaphore_t *sem, long timeout);
KSYNC_API int ksync__down_until_slow(ksync_semaphore_t *sem, bool interruptible,
				     ksync_s64 deadline);
KSYNC_API void ksync__up_slow(ksync_semaphore_t *sem);

/*
 * Both guess first what the count is, as a load of it would wait for the
 * compare-and-exchange before (docs/decisions/0013). A wrong guess costs one
 * that fails, and that tells the count. They store the next guess before they
 * change the count: behind up()'s change the semaphore may be gone.
 */

/* Take a unit from the count. */
KSYNC_PRIVATE_INLINE bool ksync__down_fast(ksync_semaphore_t *sem)
{
	ksync_u32 count = KSYNC_READ_ONCE(sem->guess);

	if (ksync_unlikely(count - 1u >= KSYNC_SEMAPHORE_MAX))
		count = KSYNC_READ_ONCE(sem->count);
	do {
		/* One comparison for "none" and "somebody waits". */
		if (ksync_unlikely(count - 1u >= KSYNC_SEMAPHORE_MAX))
			return false;
		KSYNC_WRITE_ONCE(sem->guess, count - 1u);
		/* ORDER semaphore.unit: acquire. Sees what was done before the
		 * unit was added. Other end: ksync__up_fast(). */
	} while (ksync_unlikely(
		!ksync_try_cmpxchg_acquire(&sem->count, &count, count - 1u)));
	return true;
}

/* Add a unit to the count. */
KSYNC_PRIVATE_INLINE bool ksync__up_fast(ksync_semaphore_t *sem)
{
	ksync_u32 count = KSYNC_READ_ONCE(sem->guess);

	if (ksync_unlikely(count >= KSYNC_SEMAPHORE_MAX))
		count = KSYNC_READ_ONCE(sem->count);
	do {
		/* One comparison for "full" and "somebody waits". */
		if (ksync_unlikely(count >= KSYNC_SEMAPHORE_MAX))
			return false;
		KSYNC_WRITE_ONCE(sem->guess, count + 1u);
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

KSYNC_PRIVATE_INLINE void ksync__semaphore_set_lock(ksync_semaphore_t *sem,
						    const char *name,
						    ksync_lock_class_key_t *key)
{
	ksync_watch_created(KSYNC__SEMAPHORE(sem), 0, name, key);
}

/**
 * ksync_semaphore_set_lock() - a semaphore of one unit is used as a lock
 * @sem: initialised semaphore that nobody uses yet
 *
 * Tells the checked library that whoever takes the unit gives it back: then its
 * order among locks is looked at, and who gives back what it did not take is
 * reported. In the release library it does nothing.
 *
 * Context: Any.
 * Example::
 *
 *	ksync_semaphore_t lock;
 *
 *	ksync_sema_init(&lock, 1);
 *	ksync_semaphore_set_lock(&lock);
 */
KSYNC_INLINE void ksync_semaphore_set_lock(ksync_semaphore_t *sem)
{
	ksync__semaphore_set_lock(sem, "semaphore", NULL);
}
#if KSYNC_CHECKED
#define ksync_semaphore_set_lock(sem) \
	KSYNC__INIT_HERE(ksync__semaphore_set_lock, sem)
#endif

/* What each form that may fail does with its result. */
KSYNC_PRIVATE_INLINE int ksync__down_result(ksync_semaphore_t *sem, int ret)
{
	if (ksync_likely(!ret))
		ksync_watch_acquired(KSYNC__SEMAPHORE(sem), 0);
	else
		ksync_watch_abandoned(KSYNC__SEMAPHORE(sem), 0);
	return ret;
}

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
	ksync_watch_acquire(KSYNC__SEMAPHORE(sem), 0);
	if (ksync_unlikely(!ksync__down_fast(sem))) {
		ksync_watch_contended(KSYNC__SEMAPHORE(sem));
		ksync__down_slow(sem);
	}
	ksync_watch_acquired(KSYNC__SEMAPHORE(sem), 0);
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
	ksync_watch_acquire(KSYNC__SEMAPHORE(sem), 0);
	return ksync__down_result(
		sem, ksync_likely(ksync__down_fast(sem)) ?
			     0 :
			     (ksync_watch_contended(KSYNC__SEMAPHORE(sem)),
			      ksync__down_interruptible_slow(sem)));
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
	ksync_watch_acquire(KSYNC__SEMAPHORE(sem), 0);
	return ksync__down_result(
		sem, ksync_likely(ksync__down_fast(sem)) ?
			     0 :
			     (ksync_watch_contended(KSYNC__SEMAPHORE(sem)),
			      ksync__down_killable_slow(sem)));
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
	bool taken = ksync__down_fast(sem);

	if (taken)
		ksync_watch_acquired(KSYNC__SEMAPHORE(sem), KSYNC_WATCH_TRY);
	return !taken;
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
	ksync_watch_acquire(KSYNC__SEMAPHORE(sem), 0);
	return ksync__down_result(
		sem, ksync_likely(ksync__down_fast(sem)) ?
			     0 :
			     (ksync_watch_contended(KSYNC__SEMAPHORE(sem)),
			      ksync__down_timeout_slow(sem, timeout)));
}

/**
 * ksync_semaphore_count() - how many units are free
 * @sem: initialised semaphore
 *
 * It may be another number by the time the caller looks at it: for displays,
 * and for tests.
 *
 * Context: Any.
 * Order: None.
 * Return: the units that a newcomer could take; 0 while somebody waits.
 * Example::
 *
 *	static KSYNC_DEFINE_SEMAPHORE(slots, 3);
 *	unsigned int left = ksync_semaphore_count(&slots);
 */
KSYNC_INLINE unsigned int ksync_semaphore_count(const ksync_semaphore_t *sem)
{
	ksync_u32 count = KSYNC_READ_ONCE(sem->count);

	return count <= KSYNC_SEMAPHORE_MAX ? count : 0;
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
	ksync_watch_acquire(KSYNC__SEMAPHORE(sem), 0);
	return ksync__down_result(
		sem, ksync_likely(ksync__down_fast(sem)) ?
			     0 :
			     (ksync_watch_contended(KSYNC__SEMAPHORE(sem)),
			      ksync__down_until_slow(
				      sem, false, ksync__deadline(deadline))));
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
	ksync_watch_acquire(KSYNC__SEMAPHORE(sem), 0);
	return ksync__down_result(
		sem, ksync_likely(ksync__down_fast(sem)) ?
			     0 :
			     (ksync_watch_contended(KSYNC__SEMAPHORE(sem)),
			      ksync__down_until_slow(
				      sem, true, ksync__deadline(deadline))));
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
	/* Also one that the caller did not take: that was reported. */
	(void)ksync_watch_release(KSYNC__SEMAPHORE(sem), 0);
	if (ksync_unlikely(!ksync__up_fast(sem)))
		ksync__up_slow(sem);
}

/* ksync_guard(semaphore)(&sem): a unit to the end of the block; and _try,
 * _intr, _kill for the scoped_ forms. */
KSYNC_DEFINE_GUARD(semaphore, ksync_semaphore_t *, ksync_down(_T), ksync_up(_T))
KSYNC_DEFINE_GUARD_COND(semaphore, _try, ksync_down_trylock(_T), _RET == 0)
KSYNC_DEFINE_GUARD_COND(semaphore, _intr, ksync_down_interruptible(_T),
			_RET == 0)
KSYNC_DEFINE_GUARD_COND(semaphore, _kill, ksync_down_killable(_T), _RET == 0)

KSYNC_END_DECLS

#endif
