/* SPDX-License-Identifier: MIT */
/*
 * Spinlock: four bytes, for short sections that do not sleep.
 *
 * A waiter spins for a bounded time, then yields, then takes naps that grow:
 * in userspace the holder may be preempted, and burning its core would keep it
 * so. Unlock is one store and the last access to the lock: who unlocks last may
 * free it. In return nobody can be woken; where the section may be long, or
 * many threads meet, a mutex is better (docs/choosing.md).
 *
 * The _irq, _irqsave and _bh names exist for ported code and do what the plain
 * ones do: there are no interrupts here, and signals are not blocked. A
 * spinlock that a signal handler takes too must be taken with that signal
 * blocked.
 *
 * Unlike in a kernel without preemption, a spinlock is not an RCU reader.
 */
#ifndef KSYNC_SPINLOCK_H
#define KSYNC_SPINLOCK_H

#include <ksync/atomic.h>
#include <ksync/cleanup.h>
#include <ksync/raw_lock.h>
#include <ksync/watch.h>

typedef struct KSYNC_TAG(spinlock) {
	ksync__raw_lock_t raw;
} ksync_spinlock_t;

typedef ksync_spinlock_t ksync_raw_spinlock_t;

KSYNC_STATIC_ASSERT(sizeof(ksync_spinlock_t) == 4, "docs/spinlock.md says so");

#define KSYNC_SPINLOCK_INIT             \
	{                               \
		{                       \
			KSYNC__RAW_FREE \
		}                       \
	}
#define KSYNC_DEFINE_SPINLOCK(name) ksync_spinlock_t name = KSYNC_SPINLOCK_INIT

KSYNC_BEGIN_DECLS

/* The slow paths, in src/spinlock.c. */
KSYNC_API void ksync__spin_lock_slow(ksync_spinlock_t *lock);
KSYNC_API void ksync__spin_unlock_free(ksync_spinlock_t *lock);
KSYNC_API void ksync__spin_not_locked(ksync_spinlock_t *lock);

/**
 * ksync_spin_lock_init() - make a spinlock ready for use
 * @lock: memory for a spinlock that nobody uses
 *
 * Context: Any.
 * Example::
 *
 *	ksync_spinlock_t lock;
 *
 *	ksync_spin_lock_init(&lock);
 */
KSYNC_INLINE void ksync_spin_lock_init(ksync_spinlock_t *lock)
{
	KSYNC_WRITE_ONCE(lock->raw.word, KSYNC__RAW_FREE);
	ksync_watch_created(lock);
}

/**
 * ksync_spin_lock() - take a spinlock
 * @lock: initialised spinlock that the caller does not hold
 *
 * A wait of ten seconds is reported as a suspected lockup and goes on.
 *
 * Context: Any but signal handlers. What follows must not sleep.
 * Order: Acquire.
 * Locks: Holds @lock.
 * Example::
 *
 *	static KSYNC_DEFINE_SPINLOCK(lock);
 *
 *	ksync_spin_lock(&lock);
 *	ksync_spin_unlock(&lock);
 */
KSYNC_INLINE void ksync_spin_lock(ksync_spinlock_t *lock)
{
	ksync_watch_acquire(lock, KSYNC_WATCH_EXCLUSIVE);
	if (ksync_unlikely(!ksync__raw_lock_fast(&lock->raw)))
		ksync__spin_lock_slow(lock);
	ksync_watch_acquired(lock, KSYNC_WATCH_EXCLUSIVE);
}

/**
 * ksync_spin_trylock() - take a spinlock if it is free
 * @lock: initialised spinlock
 *
 * Context: Any.
 * Order: Acquire if it returns 1, none otherwise.
 * Locks: Holds @lock if it returns 1.
 * Return: 1 if it took the lock, 0 if somebody holds it.
 * Example::
 *
 *	static KSYNC_DEFINE_SPINLOCK(lock);
 *
 *	if (ksync_spin_trylock(&lock))
 *		ksync_spin_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int ksync_spin_trylock(ksync_spinlock_t *lock)
{
	bool taken;

	ksync_watch_acquire(lock, KSYNC_WATCH_TRY);
	taken = ksync__raw_trylock(&lock->raw);
	if (taken)
		ksync_watch_acquired(lock, KSYNC_WATCH_TRY);
	else
		ksync_watch_abandoned(lock, KSYNC_WATCH_TRY);
	return taken;
}

/**
 * ksync_spin_unlock() - release a spinlock
 * @lock: spinlock that the caller holds
 *
 * Unlocking a free spinlock is reported. That the caller is the holder is not
 * known here: the four bytes do not say who that is.
 *
 * Context: Any.
 * Order: Release.
 * Locks: Releases @lock, which may be freed by the time this returns.
 * Example::
 *
 *	static KSYNC_DEFINE_SPINLOCK(lock);
 *
 *	ksync_spin_lock(&lock);
 *	ksync_spin_unlock(&lock);
 */
KSYNC_INLINE void ksync_spin_unlock(ksync_spinlock_t *lock)
{
	ksync_watch_release(lock, KSYNC_WATCH_EXCLUSIVE);
	if (ksync_unlikely(KSYNC_READ_ONCE(lock->raw.word) == KSYNC__RAW_FREE))
		ksync__spin_unlock_free(lock);
	else
		ksync__raw_unlock(&lock->raw);
	ksync_watch_released(lock, KSYNC_WATCH_EXCLUSIVE);
}

/**
 * ksync_spin_is_locked() - does anybody hold the spinlock?
 * @lock: initialised spinlock
 *
 * Context: Any.
 * Order: None; it does not say who holds it, either.
 * Return: true if it is held.
 * Example::
 *
 *	static KSYNC_DEFINE_SPINLOCK(lock);
 *	bool busy = ksync_spin_is_locked(&lock);
 */
KSYNC_INLINE bool ksync_spin_is_locked(const ksync_spinlock_t *lock)
{
	return KSYNC_READ_ONCE(lock->raw.word) != KSYNC__RAW_FREE;
}

/**
 * ksync_spin_is_contended() - does somebody wait for the spinlock?
 * @lock: initialised spinlock
 *
 * A hint, for a holder that could let go for a moment.
 *
 * Context: Any.
 * Order: None.
 * Return: true if somebody has waited since it was taken.
 * Example::
 *
 *	static KSYNC_DEFINE_SPINLOCK(lock);
 *	bool share = ksync_spin_is_contended(&lock);
 */
KSYNC_INLINE bool ksync_spin_is_contended(const ksync_spinlock_t *lock)
{
	return KSYNC_READ_ONCE(lock->raw.word) == KSYNC__RAW_CONTENDED;
}

/**
 * ksync_assert_spin_locked() - report if nobody holds the spinlock
 * @lock: initialised spinlock
 *
 * Context: Any.
 * Example::
 *
 *	static KSYNC_DEFINE_SPINLOCK(lock);
 *
 *	ksync_spin_lock(&lock);
 *	ksync_assert_spin_locked(&lock);
 *	ksync_spin_unlock(&lock);
 */
KSYNC_INLINE void ksync_assert_spin_locked(ksync_spinlock_t *lock)
{
	if (ksync_unlikely(!ksync_spin_is_locked(lock)))
		ksync__spin_not_locked(lock);
}

KSYNC_END_DECLS

#define ksync_spin_needbreak(lock) ksync_spin_is_contended(lock)

#define ksync_spin_lock_irq(lock) ksync_spin_lock(lock)
#define ksync_spin_unlock_irq(lock) ksync_spin_unlock(lock)
#define ksync_spin_trylock_irq(lock) ksync_spin_trylock(lock)
#define ksync_spin_lock_bh(lock) ksync_spin_lock(lock)
#define ksync_spin_unlock_bh(lock) ksync_spin_unlock(lock)
#define ksync_spin_trylock_bh(lock) ksync_spin_trylock(lock)
#define ksync_spin_lock_irqsave(lock, flags) \
	((void)((flags) = 0), ksync_spin_lock(lock))
#define ksync_spin_unlock_irqrestore(lock, flags) \
	((void)(flags), ksync_spin_unlock(lock))
#define ksync_spin_trylock_irqsave(lock, flags) \
	((void)((flags) = 0), ksync_spin_trylock(lock))

/* Lockdep's forms, for the checked library; this one takes the lock. */
#define ksync_spin_lock_nested(lock, subclass) \
	((void)(subclass), ksync_spin_lock(lock))
#define ksync_spin_lock_nest_lock(lock, nest_lock) \
	((void)(nest_lock), ksync_spin_lock(lock))
#define ksync_spin_lock_irqsave_nested(lock, flags, subclass) \
	((void)(subclass), ksync_spin_lock_irqsave(lock, flags))

/* ksync_guard(spinlock)(&lock), and _try for the scoped_ forms. */
KSYNC_DEFINE_GUARD(spinlock, ksync_spinlock_t *, ksync_spin_lock(_T),
		   ksync_spin_unlock(_T))
KSYNC_DEFINE_GUARD_COND(spinlock, _try, ksync_spin_trylock(_T))
KSYNC_DEFINE_GUARD(spinlock_irq, ksync_spinlock_t *, ksync_spin_lock_irq(_T),
		   ksync_spin_unlock_irq(_T))
KSYNC_DEFINE_GUARD_COND(spinlock_irq, _try, ksync_spin_trylock_irq(_T))
KSYNC_DEFINE_GUARD(spinlock_bh, ksync_spinlock_t *, ksync_spin_lock_bh(_T),
		   ksync_spin_unlock_bh(_T))
KSYNC_DEFINE_GUARD_COND(spinlock_bh, _try, ksync_spin_trylock_bh(_T))
KSYNC_DEFINE_LOCK_GUARD_1(spinlock_irqsave, ksync_spinlock_t,
			  ksync_spin_lock_irqsave(_T->lock, _T->flags),
			  ksync_spin_unlock_irqrestore(_T->lock, _T->flags),
			  unsigned long flags)
KSYNC_DEFINE_LOCK_GUARD_1_COND(spinlock_irqsave, _try,
			       ksync_spin_trylock_irqsave(_T->lock, _T->flags))

#endif
