/* SPDX-License-Identifier: MIT */
/*
 * Spinlock: four bytes, for short sections that do not sleep.
 *
 * A waiter spins for a bounded time, then takes naps that grow to a cap: in
 * userspace the holder may be preempted, and burning its core would keep it
 * so. Unlock is one store and the last access to the lock: who unlocks last may
 * free it. In return nobody can be woken, and nobody's wait is bounded; where
 * the section may be long, or many threads meet, a mutex is better
 * (docs/choosing.md).
 *
 * The _irq and _irqsave forms are for a spinlock that signal handlers take,
 * too: where the program has said so (<ksync/irqflags.h>), they block signals.
 * The _bh names exist for ported code and do what the plain ones do.
 *
 * Unlike in a kernel without preemption, a spinlock is not an RCU reader.
 */
#ifndef KSYNC_SPINLOCK_H
#define KSYNC_SPINLOCK_H

#include <ksync/atomic.h>
#include <ksync/cleanup.h>
#include <ksync/irqflags.h>
#include <ksync/raw_lock.h>
#include <ksync/task.h>
#include <ksync/watch.h>

typedef struct KSYNC_TAG(spinlock) {
	ksync__raw_lock_t raw;
	KSYNC__DEP_MAP_FIELD
} ksync_spinlock_t;

KSYNC_STATIC_ASSERT(KSYNC_CHECKED || sizeof(ksync_spinlock_t) == 4,
		    "docs/spinlock.md says so");

#define KSYNC__SPINLOCK_INIT(name)                                           \
	{ { KSYNC__RAW_FREE } KSYNC__DEP_MAP_INIT(name, KSYNC_KIND_SPINLOCK, \
						  0) }
#define KSYNC_SPINLOCK_INIT KSYNC__SPINLOCK_INIT("spinlock")
#define KSYNC_DEFINE_SPINLOCK(name) \
	ksync_spinlock_t name = KSYNC__SPINLOCK_INIT(#name)

/* What the verbs of the seam are told. */
#define KSYNC__SPINLOCK(lock) \
	ksync__watched(lock, KSYNC__DEP_MAP(lock), KSYNC_KIND_SPINLOCK)

KSYNC_BEGIN_DECLS

/* The slow paths, in src/word/spinlock.c. */
KSYNC_API void ksync__spin_lock_slow(ksync_spinlock_t *lock);
KSYNC_API void ksync__spin_unlock_free(ksync_spinlock_t *lock);
KSYNC_API void ksync__spin_not_locked(ksync_spinlock_t *lock);

KSYNC_PRIVATE_INLINE bool ksync__spin_lock_fast(ksync_spinlock_t *lock)
{
	if (ksync_unlikely(!ksync__raw_lock_fast(&lock->raw)))
		return false;
	/* As KSYNC__STORE_AGAIN() does, for the unlock, which reads it. May
	 * wipe out a waiter's CONTENDED, which is only a hint. */
	KSYNC_WRITE_ONCE(lock->raw.word, KSYNC__RAW_HELD);
	return true;
}

/* "name" lives as long as the program. */
KSYNC_PRIVATE_INLINE void ksync__spin_lock_init(ksync_spinlock_t *lock,
						const char *name,
						ksync_lock_class_key_t *key)
{
	KSYNC_WRITE_ONCE(lock->raw.word, KSYNC__RAW_FREE);
	ksync_watch_created(KSYNC__SPINLOCK(lock), 0, name, key);
}

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
	ksync__spin_lock_init(lock, "spinlock", NULL);
}
#if KSYNC_CHECKED
#define ksync_spin_lock_init(lock) KSYNC__INIT_HERE(ksync__spin_lock_init, lock)
#endif

/* "how" and "nest" are for lockdep: ksync_watch_acquire_nest(). */
KSYNC_PRIVATE_INLINE void ksync__spin_lock(ksync_spinlock_t *lock,
					   unsigned int how, const void *nest)
{
	ksync_watch_acquire_nest(KSYNC__SPINLOCK(lock), how, nest);
	if (ksync_unlikely(!ksync__spin_lock_fast(lock))) {
		ksync_watch_contended(KSYNC__SPINLOCK(lock));
		ksync__spin_lock_slow(lock);
	}
	ksync_watch_acquired(KSYNC__SPINLOCK(lock), how);
}

/**
 * ksync_spin_lock() - take a spinlock
 * @lock: initialised spinlock that the caller does not hold
 *
 * A wait of ten seconds is reported as a suspected lockup and goes on.
 *
 * Context: Any; in a signal handler only if it is taken by _irq or _irqsave
 *	forms everywhere else, and they block signals. What follows must not
 *	sleep.
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
	ksync__spin_lock(lock, 0, NULL);
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

	ksync_watch_acquire(KSYNC__SPINLOCK(lock), KSYNC_WATCH_TRY);
	taken = ksync__raw_trylock(&lock->raw);
	if (taken)
		ksync_watch_acquired(KSYNC__SPINLOCK(lock), KSYNC_WATCH_TRY);
	else
		ksync_watch_abandoned(KSYNC__SPINLOCK(lock), KSYNC_WATCH_TRY);
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
	if (ksync_unlikely(!ksync_watch_release(KSYNC__SPINLOCK(lock),
						KSYNC_WATCH_EXCLUSIVE)))
		return;
	if (ksync_unlikely(KSYNC_READ_ONCE(lock->raw.word) == KSYNC__RAW_FREE))
		ksync__spin_unlock_free(lock);
	else
		ksync__raw_unlock(&lock->raw);
	ksync_watch_released(KSYNC__SPINLOCK(lock), KSYNC_WATCH_EXCLUSIVE);
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
	return KSYNC_READ_ONCE(lock->raw.word) >= KSYNC__RAW_CONTENDED;
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

/**
 * ksync_cond_resched_lock() - let go for a moment, if somebody waits
 * @lock: spinlock that the caller holds, and no other
 *
 * For a long loop under the lock. What the lock guards may have changed after
 * it has returned 1.
 *
 * Context: May sleep, but for @lock.
 * Order: If it returns 1, release, then acquire.
 * Locks: Holds @lock again.
 * Return: 1 if it was unlocked meanwhile, else 0.
 * Example::
 *
 *	static KSYNC_DEFINE_SPINLOCK(lock);
 *
 *	ksync_spin_lock(&lock);
 *	for (int i = 0; i < 1000; i++)
 *		ksync_cond_resched_lock(&lock);
 *	ksync_spin_unlock(&lock);
 */
KSYNC_INLINE int ksync_cond_resched_lock(ksync_spinlock_t *lock)
{
	if (!ksync_spin_is_contended(lock))
		return 0;
	ksync_spin_unlock(lock);
	ksync_cond_resched();
	ksync_yield();
	ksync_spin_lock(lock);
	return 1;
}

KSYNC_END_DECLS

#define ksync_spin_needbreak(lock) ksync_spin_is_contended(lock)

#define ksync_spin_lock_irq(lock) KSYNC__IRQ_LOCK(ksync_spin_lock(lock))
#define ksync_spin_unlock_irq(lock) KSYNC__IRQ_UNLOCK(ksync_spin_unlock(lock))
#define ksync_spin_trylock_irq(lock) \
	KSYNC__IRQ_TRYLOCK(ksync_spin_trylock(lock))
#define ksync_spin_lock_bh(lock) ksync_spin_lock(lock)
#define ksync_spin_unlock_bh(lock) ksync_spin_unlock(lock)
#define ksync_spin_trylock_bh(lock) ksync_spin_trylock(lock)
#define ksync_spin_lock_irqsave(lock, flags) \
	KSYNC__IRQSAVE_LOCK(ksync_spin_lock(lock), flags)
#define ksync_spin_unlock_irqrestore(lock, flags) \
	KSYNC__IRQRESTORE_UNLOCK(ksync_spin_unlock(lock), flags)
#define ksync_spin_trylock_irqsave(lock, flags) \
	KSYNC__IRQSAVE_TRYLOCK(ksync_spin_trylock(lock), flags)

/* Lockdep's forms, for the checked library. */
#define ksync_spin_lock_nested(lock, subclass) \
	ksync__spin_lock(lock, KSYNC_WATCH_SUBCLASS(subclass), NULL)
#define ksync_spin_lock_nest_lock(lock, nest_lock) \
	ksync__spin_lock(lock, 0, KSYNC__DEP_NEST(nest_lock))
#define ksync_spin_lock_irqsave_nested(lock, flags, subclass) \
	KSYNC__IRQSAVE_LOCK(ksync_spin_lock_nested(lock, subclass), flags)

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
