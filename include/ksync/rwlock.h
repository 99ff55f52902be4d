/* SPDX-License-Identifier: MIT */
/*
 * Reader-writer lock: eight bytes, for short sections that do not sleep. Any
 * number of readers, or one writer.
 *
 * A writer waits for the readers that it finds, not for those that come later;
 * then readers that wait go before the next writer. So none of them keeps the
 * other away. Waiters spin for a moment and take short naps, as those of a
 * spinlock; what is reserved for somebody who does not come for a millisecond,
 * because he does not get a processor, is free again for all.
 *
 * A reader may not read again while it reads: a writer that has come meanwhile
 * waits for the first, and the second for the writer. Each reader writes to
 * the lock, so for short sections a spinlock is faster, and where readers may
 * see what was valid a moment ago, RCU is (docs/choosing.md).
 *
 * Unlock is the last access to the lock: who unlocks last may free it. The
 * _irq, _irqsave and _bh forms are as those of <ksync/spinlock.h>.
 */
#ifndef KSYNC_RWLOCK_H
#define KSYNC_RWLOCK_H

#include <ksync/atomic.h>
#include <ksync/cleanup.h>
#include <ksync/irqflags.h>
#include <ksync/task.h>
#include <ksync/watch.h>

typedef struct KSYNC_TAG(rwlock) {
	ksync_atomic_t word; /* src/word/rwlock.c, "Word" */
	ksync_u32 claim;     /* of a writer that has waited for long */
	KSYNC__DEP_MAP_FIELD
} ksync_rwlock_t;

KSYNC_STATIC_ASSERT(KSYNC_CHECKED || sizeof(ksync_rwlock_t) == 8,
		    "docs/rwlock.md says so");

#define KSYNC__RWLOCK_INIT(name) \
	{ KSYNC_ATOMIC_INIT(0),  \
	  0 KSYNC__DEP_MAP_INIT(name, KSYNC_KIND_RWLOCK, 0) }
#define KSYNC_RWLOCK_INIT KSYNC__RWLOCK_INIT("rwlock")
#define KSYNC_DEFINE_RWLOCK(name) \
	ksync_rwlock_t name = KSYNC__RWLOCK_INIT(#name)

/* What the verbs of the seam are told. */
#define KSYNC__RWLOCK(lock) \
	ksync__watched(lock, KSYNC__DEP_MAP(lock), KSYNC_KIND_RWLOCK)

/* The word's bits. */
#define KSYNC__RW_WRITER (1 << 30)
#define KSYNC__RW_PENDING (1 << 29)
#define KSYNC__RW_READERS_WAIT (1 << 28)
#define KSYNC__RW_READERS (KSYNC__RW_READERS_WAIT - 1)

KSYNC_BEGIN_DECLS

/* The slow paths, in src/word/rwlock.c. */
KSYNC_API void ksync__read_lock_slow(ksync_rwlock_t *lock);
KSYNC_API void ksync__write_lock_slow(ksync_rwlock_t *lock);
KSYNC_API void ksync__read_unlock_free(ksync_rwlock_t *lock);
KSYNC_API void ksync__write_unlock_free(ksync_rwlock_t *lock);

/* "name" lives as long as the program. */
KSYNC_PRIVATE_INLINE void ksync__rwlock_init(ksync_rwlock_t *lock,
					     const char *name,
					     ksync_lock_class_key_t *key)
{
	ksync_atomic_set(&lock->word, 0);
	KSYNC_WRITE_ONCE(lock->claim, 0u);
	ksync_watch_created(KSYNC__RWLOCK(lock), 0, name, key);
}

/**
 * ksync_rwlock_init() - make a reader-writer lock ready for use
 * @lock: memory for a lock that nobody uses
 *
 * Context: Any.
 * Example::
 *
 *	ksync_rwlock_t lock;
 *
 *	ksync_rwlock_init(&lock);
 */
KSYNC_INLINE void ksync_rwlock_init(ksync_rwlock_t *lock)
{
	ksync__rwlock_init(lock, "rwlock", NULL);
}
#if KSYNC_CHECKED
#define ksync_rwlock_init(lock) KSYNC__INIT_HERE(ksync__rwlock_init, lock)
#endif

/* One more reader, if no writer holds the lock, or waits and comes first. */
KSYNC_PRIVATE_INLINE bool ksync__read_lock_fast(ksync_rwlock_t *lock)
{
	int found = ksync_atomic_read(&lock->word);

	if (ksync_unlikely(found & ~KSYNC__RW_READERS))
		return false;
	/* ORDER rwlock.held: acquire. Sees all that was written under the
	 * lock. Other end: ksync_write_unlock(). */
	return ksync_atomic_try_cmpxchg_acquire(&lock->word, &found, found + 1);
}

KSYNC_PRIVATE_INLINE bool ksync__write_lock_fast(ksync_rwlock_t *lock)
{
	int found = 0;

	/* ORDER rwlock.held: acquire. Comes after all reading, too. Other end:
	 * ksync_read_unlock(). */
	if (ksync_unlikely(!ksync_atomic_try_cmpxchg_acquire(
		    &lock->word, &found, KSYNC__RW_WRITER)))
		return false;
	/* As KSYNC__STORE_AGAIN() does, for the unlock, which reads it. May
	 * wipe out that somebody waits, which he says again. */
	ksync_atomic_set(&lock->word, KSYNC__RW_WRITER);
	return true;
}

/**
 * ksync_read_lock() - begin to read
 * @lock: initialised lock that the caller does not hold, not for reading either
 *
 * A wait of ten seconds is reported as a suspected lockup and goes on.
 *
 * Context: As ksync_spin_lock(). What follows must not sleep.
 * Order: Acquire.
 * Locks: Holds @lock for reading.
 * Example::
 *
 *	static KSYNC_DEFINE_RWLOCK(lock);
 *
 *	ksync_read_lock(&lock);
 *	ksync_read_unlock(&lock);
 */
KSYNC_INLINE void ksync_read_lock(ksync_rwlock_t *lock)
{
	ksync_watch_acquire(KSYNC__RWLOCK(lock), KSYNC_WATCH_SHARED);
	if (ksync_unlikely(!ksync__read_lock_fast(lock))) {
		ksync_watch_contended(KSYNC__RWLOCK(lock));
		ksync__read_lock_slow(lock);
	}
	ksync_watch_acquired(KSYNC__RWLOCK(lock), KSYNC_WATCH_SHARED);
}

/**
 * ksync_read_trylock() - begin to read if no writer holds the lock or waits
 * @lock: initialised lock
 *
 * Context: Any.
 * Order: Acquire if it returns 1, none otherwise.
 * Locks: Holds @lock for reading if it returns 1.
 * Return: 1 if the caller may read, 0 if not.
 * Example::
 *
 *	static KSYNC_DEFINE_RWLOCK(lock);
 *
 *	if (ksync_read_trylock(&lock))
 *		ksync_read_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int ksync_read_trylock(ksync_rwlock_t *lock)
{
	unsigned int how = KSYNC_WATCH_SHARED | KSYNC_WATCH_TRY;
	int found = ksync_atomic_read(&lock->word);

	ksync_watch_acquire(KSYNC__RWLOCK(lock), how);
	while (!(found & (KSYNC__RW_WRITER | KSYNC__RW_PENDING))) {
		/* ORDER rwlock.held: acquire. Other end:
		 * ksync_write_unlock(). */
		if (ksync_atomic_try_cmpxchg_acquire(&lock->word, &found,
						     found + 1)) {
			ksync_watch_acquired(KSYNC__RWLOCK(lock), how);
			return 1;
		}
	}
	ksync_watch_abandoned(KSYNC__RWLOCK(lock), how);
	return 0;
}

/**
 * ksync_read_unlock() - end reading
 * @lock: lock that the caller holds for reading
 *
 * It is reported if nobody reads. That the caller does is not known here.
 *
 * Context: Any.
 * Order: Release.
 * Locks: Releases @lock, which may be freed by the time this returns.
 * Example::
 *
 *	static KSYNC_DEFINE_RWLOCK(lock);
 *
 *	ksync_read_lock(&lock);
 *	ksync_read_unlock(&lock);
 */
KSYNC_INLINE void ksync_read_unlock(ksync_rwlock_t *lock)
{
	if (ksync_unlikely(!ksync_watch_release(KSYNC__RWLOCK(lock),
						KSYNC_WATCH_SHARED)))
		return;
	if (ksync_unlikely(
		    !(ksync_atomic_read(&lock->word) & KSYNC__RW_READERS)))
		ksync__read_unlock_free(lock);
	else
		/* ORDER rwlock.held: release. Other end:
		 * ksync__write_lock_fast(). */
		(void)ksync_atomic_fetch_sub_release(1, &lock->word);
	ksync_watch_released(KSYNC__RWLOCK(lock), KSYNC_WATCH_SHARED);
}

/* "how" is for lockdep. */
KSYNC_PRIVATE_INLINE void ksync__write_lock(ksync_rwlock_t *lock,
					    unsigned int how)
{
	ksync_watch_acquire(KSYNC__RWLOCK(lock), how);
	if (ksync_unlikely(!ksync__write_lock_fast(lock))) {
		ksync_watch_contended(KSYNC__RWLOCK(lock));
		ksync__write_lock_slow(lock);
	}
	ksync_watch_acquired(KSYNC__RWLOCK(lock), how);
}

/**
 * ksync_write_lock() - take the lock for writing
 * @lock: initialised lock that the caller does not hold
 *
 * A wait of ten seconds is reported as a suspected lockup and goes on.
 *
 * Context: As ksync_spin_lock(). What follows must not sleep.
 * Order: Acquire.
 * Locks: Holds @lock for writing.
 * Example::
 *
 *	static KSYNC_DEFINE_RWLOCK(lock);
 *
 *	ksync_write_lock(&lock);
 *	ksync_write_unlock(&lock);
 */
KSYNC_INLINE void ksync_write_lock(ksync_rwlock_t *lock)
{
	ksync__write_lock(lock, KSYNC_WATCH_EXCLUSIVE);
}

/**
 * ksync_write_trylock() - take the lock for writing if nobody holds it or waits
 * @lock: initialised lock
 *
 * Context: Any.
 * Order: Acquire if it returns 1, none otherwise.
 * Locks: Holds @lock for writing if it returns 1.
 * Return: 1 if it took the lock, 0 if not.
 * Example::
 *
 *	static KSYNC_DEFINE_RWLOCK(lock);
 *
 *	if (ksync_write_trylock(&lock))
 *		ksync_write_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int ksync_write_trylock(ksync_rwlock_t *lock)
{
	bool taken;

	ksync_watch_acquire(KSYNC__RWLOCK(lock), KSYNC_WATCH_TRY);
	taken = !ksync_atomic_read(&lock->word) && ksync__write_lock_fast(lock);
	if (taken)
		ksync_watch_acquired(KSYNC__RWLOCK(lock), KSYNC_WATCH_TRY);
	else
		ksync_watch_abandoned(KSYNC__RWLOCK(lock), KSYNC_WATCH_TRY);
	return taken;
}

/**
 * ksync_write_unlock() - release the lock after writing
 * @lock: lock that the caller holds for writing
 *
 * It is reported if no writer holds it. That the caller does is not known here.
 *
 * Context: Any.
 * Order: Release.
 * Locks: Releases @lock, which may be freed by the time this returns.
 * Example::
 *
 *	static KSYNC_DEFINE_RWLOCK(lock);
 *
 *	ksync_write_lock(&lock);
 *	ksync_write_unlock(&lock);
 */
KSYNC_INLINE void ksync_write_unlock(ksync_rwlock_t *lock)
{
	int found;

	if (ksync_unlikely(!ksync_watch_release(KSYNC__RWLOCK(lock),
						KSYNC_WATCH_EXCLUSIVE)))
		return;
	found = ksync_atomic_read(&lock->word);
	if (ksync_unlikely(!(found & KSYNC__RW_WRITER)))
		ksync__write_unlock_free(lock);
	else
		/* ORDER rwlock.held: release. May wipe out that somebody has
		 * just begun to wait, which he says again. Other end:
		 * ksync__read_lock_fast(). */
		ksync_atomic_set_release(&lock->word,
					 found & ~KSYNC__RW_WRITER);
	ksync_watch_released(KSYNC__RWLOCK(lock), KSYNC_WATCH_EXCLUSIVE);
}

/**
 * ksync_rwlock_is_contended() - does somebody wait for the lock?
 * @lock: initialised lock
 *
 * A hint, for a holder that could let go for a moment.
 *
 * Context: Any.
 * Order: None.
 * Return: true if somebody has waited lately.
 * Example::
 *
 *	static KSYNC_DEFINE_RWLOCK(lock);
 *	bool share = ksync_rwlock_is_contended(&lock);
 */
KSYNC_INLINE bool ksync_rwlock_is_contended(const ksync_rwlock_t *lock)
{
	return (ksync_atomic_read(&lock->word) &
		(KSYNC__RW_PENDING | KSYNC__RW_READERS_WAIT)) != 0;
}

/**
 * ksync_cond_resched_rwlock_read() - let go for a moment, if somebody waits
 * @lock: lock that the caller holds for reading, and no other
 *
 * For a long loop under the lock. What the lock guards may have changed after
 * it has returned 1.
 *
 * Context: May sleep, but for @lock.
 * Order: If it returns 1, release, then acquire.
 * Locks: Holds @lock for reading again.
 * Return: 1 if it was unlocked meanwhile, else 0.
 * Example::
 *
 *	static KSYNC_DEFINE_RWLOCK(lock);
 *
 *	ksync_read_lock(&lock);
 *	for (int i = 0; i < 1000; i++)
 *		ksync_cond_resched_rwlock_read(&lock);
 *	ksync_read_unlock(&lock);
 */
KSYNC_INLINE int ksync_cond_resched_rwlock_read(ksync_rwlock_t *lock)
{
	if (!ksync_rwlock_is_contended(lock))
		return 0;
	ksync_read_unlock(lock);
	ksync_cond_resched();
	ksync_yield();
	ksync_read_lock(lock);
	return 1;
}

/**
 * ksync_cond_resched_rwlock_write() - let go for a moment, if somebody waits
 * @lock: lock that the caller holds for writing, and no other
 *
 * For a long loop under the lock. What the lock guards may have changed after
 * it has returned 1.
 *
 * Context: May sleep, but for @lock.
 * Order: If it returns 1, release, then acquire.
 * Locks: Holds @lock for writing again.
 * Return: 1 if it was unlocked meanwhile, else 0.
 * Example::
 *
 *	static KSYNC_DEFINE_RWLOCK(lock);
 *
 *	ksync_write_lock(&lock);
 *	for (int i = 0; i < 1000; i++)
 *		ksync_cond_resched_rwlock_write(&lock);
 *	ksync_write_unlock(&lock);
 */
KSYNC_INLINE int ksync_cond_resched_rwlock_write(ksync_rwlock_t *lock)
{
	if (!ksync_rwlock_is_contended(lock))
		return 0;
	ksync_write_unlock(lock);
	ksync_cond_resched();
	ksync_yield();
	ksync_write_lock(lock);
	return 1;
}

KSYNC_END_DECLS

#define ksync_rwlock_needbreak(lock) ksync_rwlock_is_contended(lock)

#define ksync_read_lock_irq(lock) KSYNC__IRQ_LOCK(ksync_read_lock(lock))
#define ksync_read_unlock_irq(lock) KSYNC__IRQ_UNLOCK(ksync_read_unlock(lock))
#define ksync_read_lock_bh(lock) ksync_read_lock(lock)
#define ksync_read_unlock_bh(lock) ksync_read_unlock(lock)
#define ksync_read_lock_irqsave(lock, flags) \
	KSYNC__IRQSAVE_LOCK(ksync_read_lock(lock), flags)
#define ksync_read_unlock_irqrestore(lock, flags) \
	KSYNC__IRQRESTORE_UNLOCK(ksync_read_unlock(lock), flags)

#define ksync_write_lock_irq(lock) KSYNC__IRQ_LOCK(ksync_write_lock(lock))
#define ksync_write_unlock_irq(lock) KSYNC__IRQ_UNLOCK(ksync_write_unlock(lock))
#define ksync_write_lock_bh(lock) ksync_write_lock(lock)
#define ksync_write_unlock_bh(lock) ksync_write_unlock(lock)
#define ksync_write_lock_irqsave(lock, flags) \
	KSYNC__IRQSAVE_LOCK(ksync_write_lock(lock), flags)
#define ksync_write_unlock_irqrestore(lock, flags) \
	KSYNC__IRQRESTORE_UNLOCK(ksync_write_unlock(lock), flags)
#define ksync_write_trylock_irqsave(lock, flags) \
	KSYNC__IRQSAVE_TRYLOCK(ksync_write_trylock(lock), flags)

/* Lockdep's form, for the checked library. */
#define ksync_write_lock_nested(lock, subclass) \
	ksync__write_lock(lock, KSYNC_WATCH_SUBCLASS(subclass))

/* ksync_guard(read_lock)(&lock), ksync_guard(write_lock)(&lock) */
KSYNC_DEFINE_GUARD(read_lock, ksync_rwlock_t *, ksync_read_lock(_T),
		   ksync_read_unlock(_T))
KSYNC_DEFINE_GUARD_COND(read_lock, _try, ksync_read_trylock(_T))
KSYNC_DEFINE_GUARD(read_lock_irq, ksync_rwlock_t *, ksync_read_lock_irq(_T),
		   ksync_read_unlock_irq(_T))
KSYNC_DEFINE_LOCK_GUARD_1(read_lock_irqsave, ksync_rwlock_t,
			  ksync_read_lock_irqsave(_T->lock, _T->flags),
			  ksync_read_unlock_irqrestore(_T->lock, _T->flags),
			  unsigned long flags)
KSYNC_DEFINE_GUARD(write_lock, ksync_rwlock_t *, ksync_write_lock(_T),
		   ksync_write_unlock(_T))
KSYNC_DEFINE_GUARD_COND(write_lock, _try, ksync_write_trylock(_T))
KSYNC_DEFINE_GUARD(write_lock_irq, ksync_rwlock_t *, ksync_write_lock_irq(_T),
		   ksync_write_unlock_irq(_T))
KSYNC_DEFINE_LOCK_GUARD_1(write_lock_irqsave, ksync_rwlock_t,
			  ksync_write_lock_irqsave(_T->lock, _T->flags),
			  ksync_write_unlock_irqrestore(_T->lock, _T->flags),
			  unsigned long flags)

#endif
