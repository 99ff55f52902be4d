/* SPDX-License-Identifier: MIT */
/*
 * Raw spinlock: a spinlock whose waiters never nap, for those who know that its
 * holder is not preempted: because each thread that takes it has a processor of
 * its own, and the section is some loads and stores.
 *
 * Who waits looks again after a few dozen pauses, so it has the lock within a
 * fraction of a microsecond after its release. Where the holder does lose its
 * processor the waiters burn theirs until it is back, for whole time slices;
 * with more threads than processors that is most of the time, and with
 * realtime classes it may be for ever (docs/spinlock.md has figures). All else
 * is as with <ksync/spinlock.h>, which is the one to take when in doubt.
 */
#ifndef KSYNC_RAW_SPINLOCK_H
#define KSYNC_RAW_SPINLOCK_H

#include <ksync/cleanup.h>
#include <ksync/irqflags.h>
#include <ksync/raw_lock.h>
#include <ksync/watch.h>

typedef struct KSYNC_TAG(raw_spinlock) {
	ksync__raw_lock_t raw;
	KSYNC__DEP_MAP_FIELD
} ksync_raw_spinlock_t;

KSYNC_STATIC_ASSERT(KSYNC_CHECKED || sizeof(ksync_raw_spinlock_t) == 4,
		    "docs/spinlock.md says so");

#define KSYNC__RAW_SPINLOCK_INIT(name)             \
	{ { KSYNC__RAW_FREE } KSYNC__DEP_MAP_INIT( \
		name, KSYNC_KIND_RAW_SPINLOCK, 0) }
#define KSYNC_RAW_SPINLOCK_INIT KSYNC__RAW_SPINLOCK_INIT("raw_spinlock")
#define KSYNC_DEFINE_RAW_SPINLOCK(name) \
	ksync_raw_spinlock_t name = KSYNC__RAW_SPINLOCK_INIT(#name)

/* What the verbs of the seam are told. */
#define KSYNC__RAW_SPINLOCK(lock) \
	ksync__watched(lock, KSYNC__DEP_MAP(lock), KSYNC_KIND_RAW_SPINLOCK)

KSYNC_BEGIN_DECLS

/* The slow paths, in src/word/spinlock.c. */
KSYNC_API void ksync__raw_spin_lock_slow(ksync_raw_spinlock_t *lock);
KSYNC_API void ksync__raw_spin_unlock_free(ksync_raw_spinlock_t *lock);
KSYNC_API void ksync__raw_spin_not_locked(ksync_raw_spinlock_t *lock);

KSYNC_PRIVATE_INLINE bool ksync__raw_spin_lock_fast(ksync_raw_spinlock_t *lock)
{
	if (ksync_unlikely(!ksync__raw_lock_fast(&lock->raw)))
		return false;
	/* As KSYNC__STORE_AGAIN() does, for the unlock, which reads it. May
	 * wipe out a waiter's CONTENDED, which is only a hint. */
	KSYNC_WRITE_ONCE(lock->raw.word, KSYNC__RAW_HELD);
	return true;
}

/* "name" lives as long as the program. */
KSYNC_PRIVATE_INLINE void ksync__raw_spin_lock_init(ksync_raw_spinlock_t *lock,
						    const char *name,
						    ksync_lock_class_key_t *key)
{
	KSYNC_WRITE_ONCE(lock->raw.word, KSYNC__RAW_FREE);
	ksync_watch_created(KSYNC__RAW_SPINLOCK(lock), 0, name, key);
}

/**
 * ksync_raw_spin_lock_init() - make a raw spinlock ready for use
 * @lock: memory for a raw spinlock that nobody uses
 *
 * Context: Any.
 * Example::
 *
 *	ksync_raw_spinlock_t lock;
 *
 *	ksync_raw_spin_lock_init(&lock);
 */
KSYNC_INLINE void ksync_raw_spin_lock_init(ksync_raw_spinlock_t *lock)
{
	ksync__raw_spin_lock_init(lock, "raw_spinlock", NULL);
}
#if KSYNC_CHECKED
#define ksync_raw_spin_lock_init(lock) \
	KSYNC__INIT_HERE(ksync__raw_spin_lock_init, lock)
#endif

/* "how" and "nest" are for lockdep: ksync_watch_acquire_nest(). */
KSYNC_PRIVATE_INLINE void ksync__raw_spin_lock(ksync_raw_spinlock_t *lock,
					       unsigned int how,
					       const void *nest)
{
	ksync_watch_acquire_nest(KSYNC__RAW_SPINLOCK(lock), how, nest);
	if (ksync_unlikely(!ksync__raw_spin_lock_fast(lock))) {
		ksync_watch_contended(KSYNC__RAW_SPINLOCK(lock));
		ksync__raw_spin_lock_slow(lock);
	}
	ksync_watch_acquired(KSYNC__RAW_SPINLOCK(lock), how);
}

/**
 * ksync_raw_spin_lock() - take a raw spinlock
 * @lock: initialised raw spinlock that the caller does not hold
 *
 * A wait of ten seconds is reported as a suspected lockup and goes on.
 *
 * Context: As ksync_spin_lock(). What follows must not sleep.
 * Order: Acquire.
 * Locks: Holds @lock.
 * Example::
 *
 *	static KSYNC_DEFINE_RAW_SPINLOCK(lock);
 *
 *	ksync_raw_spin_lock(&lock);
 *	ksync_raw_spin_unlock(&lock);
 */
KSYNC_INLINE void ksync_raw_spin_lock(ksync_raw_spinlock_t *lock)
{
	ksync__raw_spin_lock(lock, 0, NULL);
}

/**
 * ksync_raw_spin_trylock() - take a raw spinlock if it is free
 * @lock: initialised raw spinlock
 *
 * Context: Any.
 * Order: Acquire if it returns 1, none otherwise.
 * Locks: Holds @lock if it returns 1.
 * Return: 1 if it took the lock, 0 if somebody holds it.
 * Example::
 *
 *	static KSYNC_DEFINE_RAW_SPINLOCK(lock);
 *
 *	if (ksync_raw_spin_trylock(&lock))
 *		ksync_raw_spin_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_raw_spin_trylock(ksync_raw_spinlock_t *lock)
{
	bool taken;

	ksync_watch_acquire(KSYNC__RAW_SPINLOCK(lock), KSYNC_WATCH_TRY);
	taken = ksync__raw_trylock(&lock->raw);
	if (taken)
		ksync_watch_acquired(KSYNC__RAW_SPINLOCK(lock),
				     KSYNC_WATCH_TRY);
	else
		ksync_watch_abandoned(KSYNC__RAW_SPINLOCK(lock),
				      KSYNC_WATCH_TRY);
	return taken;
}

/**
 * ksync_raw_spin_unlock() - release a raw spinlock
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
 *	static KSYNC_DEFINE_RAW_SPINLOCK(lock);
 *
 *	ksync_raw_spin_lock(&lock);
 *	ksync_raw_spin_unlock(&lock);
 */
KSYNC_INLINE void ksync_raw_spin_unlock(ksync_raw_spinlock_t *lock)
{
	if (ksync_unlikely(!ksync_watch_release(KSYNC__RAW_SPINLOCK(lock),
						KSYNC_WATCH_EXCLUSIVE)))
		return;
	if (ksync_unlikely(KSYNC_READ_ONCE(lock->raw.word) == KSYNC__RAW_FREE))
		ksync__raw_spin_unlock_free(lock);
	else
		ksync__raw_unlock(&lock->raw);
	ksync_watch_released(KSYNC__RAW_SPINLOCK(lock), KSYNC_WATCH_EXCLUSIVE);
}

/**
 * ksync_raw_spin_is_locked() - does anybody hold the raw spinlock?
 * @lock: initialised raw spinlock
 *
 * Context: Any.
 * Order: None; it does not say who holds it, either.
 * Return: true if it is held.
 * Example::
 *
 *	static KSYNC_DEFINE_RAW_SPINLOCK(lock);
 *	bool busy = ksync_raw_spin_is_locked(&lock);
 */
KSYNC_INLINE bool ksync_raw_spin_is_locked(const ksync_raw_spinlock_t *lock)
{
	return KSYNC_READ_ONCE(lock->raw.word) != KSYNC__RAW_FREE;
}

/**
 * ksync_raw_spin_is_contended() - does somebody wait for the raw spinlock?
 * @lock: initialised raw spinlock
 *
 * A hint, for a holder that could let go for a moment.
 *
 * Context: Any.
 * Order: None.
 * Return: true if somebody has waited since it was taken.
 * Example::
 *
 *	static KSYNC_DEFINE_RAW_SPINLOCK(lock);
 *	bool share = ksync_raw_spin_is_contended(&lock);
 */
KSYNC_INLINE bool ksync_raw_spin_is_contended(const ksync_raw_spinlock_t *lock)
{
	return KSYNC_READ_ONCE(lock->raw.word) >= KSYNC__RAW_CONTENDED;
}

/**
 * ksync_assert_raw_spin_locked() - report if nobody holds the raw spinlock
 * @lock: initialised raw spinlock
 *
 * Context: Any.
 * Example::
 *
 *	static KSYNC_DEFINE_RAW_SPINLOCK(lock);
 *
 *	ksync_raw_spin_lock(&lock);
 *	ksync_assert_raw_spin_locked(&lock);
 *	ksync_raw_spin_unlock(&lock);
 */
KSYNC_INLINE void ksync_assert_raw_spin_locked(ksync_raw_spinlock_t *lock)
{
	if (ksync_unlikely(!ksync_raw_spin_is_locked(lock)))
		ksync__raw_spin_not_locked(lock);
}

KSYNC_END_DECLS

#define ksync_raw_spin_needbreak(lock) ksync_raw_spin_is_contended(lock)

#define ksync_raw_spin_lock_irq(lock) KSYNC__IRQ_LOCK(ksync_raw_spin_lock(lock))
#define ksync_raw_spin_unlock_irq(lock) \
	KSYNC__IRQ_UNLOCK(ksync_raw_spin_unlock(lock))
#define ksync_raw_spin_trylock_irq(lock) \
	KSYNC__IRQ_TRYLOCK(ksync_raw_spin_trylock(lock))
#define ksync_raw_spin_lock_bh(lock) ksync_raw_spin_lock(lock)
#define ksync_raw_spin_unlock_bh(lock) ksync_raw_spin_unlock(lock)
#define ksync_raw_spin_trylock_bh(lock) ksync_raw_spin_trylock(lock)
#define ksync_raw_spin_lock_irqsave(lock, flags) \
	KSYNC__IRQSAVE_LOCK(ksync_raw_spin_lock(lock), flags)
#define ksync_raw_spin_unlock_irqrestore(lock, flags) \
	KSYNC__IRQRESTORE_UNLOCK(ksync_raw_spin_unlock(lock), flags)
#define ksync_raw_spin_trylock_irqsave(lock, flags) \
	KSYNC__IRQSAVE_TRYLOCK(ksync_raw_spin_trylock(lock), flags)

/* Lockdep's forms, for the checked library. */
#define ksync_raw_spin_lock_nested(lock, subclass) \
	ksync__raw_spin_lock(lock, KSYNC_WATCH_SUBCLASS(subclass), NULL)
#define ksync_raw_spin_lock_nest_lock(lock, nest_lock) \
	ksync__raw_spin_lock(lock, 0, KSYNC__DEP_NEST(nest_lock))
#define ksync_raw_spin_lock_irqsave_nested(lock, flags, subclass) \
	KSYNC__IRQSAVE_LOCK(ksync_raw_spin_lock_nested(lock, subclass), flags)

/* ksync_guard(raw_spinlock)(&lock), and _try for the scoped_ forms. */
KSYNC_DEFINE_GUARD(raw_spinlock, ksync_raw_spinlock_t *,
		   ksync_raw_spin_lock(_T), ksync_raw_spin_unlock(_T))
KSYNC_DEFINE_GUARD_COND(raw_spinlock, _try, ksync_raw_spin_trylock(_T))
KSYNC_DEFINE_GUARD(raw_spinlock_nested, ksync_raw_spinlock_t *,
		   ksync_raw_spin_lock_nested(_T, KSYNC_SINGLE_DEPTH_NESTING),
		   ksync_raw_spin_unlock(_T))
KSYNC_DEFINE_GUARD(raw_spinlock_irq, ksync_raw_spinlock_t *,
		   ksync_raw_spin_lock_irq(_T), ksync_raw_spin_unlock_irq(_T))
KSYNC_DEFINE_GUARD_COND(raw_spinlock_irq, _try, ksync_raw_spin_trylock_irq(_T))
KSYNC_DEFINE_GUARD(raw_spinlock_bh, ksync_raw_spinlock_t *,
		   ksync_raw_spin_lock_bh(_T), ksync_raw_spin_unlock_bh(_T))
KSYNC_DEFINE_GUARD_COND(raw_spinlock_bh, _try, ksync_raw_spin_trylock_bh(_T))
KSYNC_DEFINE_LOCK_GUARD_1(raw_spinlock_irqsave, ksync_raw_spinlock_t,
			  ksync_raw_spin_lock_irqsave(_T->lock, _T->flags),
			  ksync_raw_spin_unlock_irqrestore(_T->lock, _T->flags),
			  unsigned long flags)
KSYNC_DEFINE_LOCK_GUARD_1_COND(raw_spinlock_irqsave, _try,
			       ksync_raw_spin_trylock_irqsave(_T->lock,
							      _T->flags))

#endif
