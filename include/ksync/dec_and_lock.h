/* SPDX-License-Identifier: MIT */
/*
 * Put a reference and, with the last one, come back holding the lock under
 * which others look the object up. Nobody can then find the object between its
 * last reference and its removal. Unlike "lock, put, unlock" the lock is taken
 * only when the reference may be the last.
 *
 * A mutex must outlive the object, and so not be a member of it: who put the
 * last reference but one may still be unlocking it. A spinlock may be one.
 */
#ifndef KSYNC_DEC_AND_LOCK_H
#define KSYNC_DEC_AND_LOCK_H

#include <ksync/mutex.h>
#include <ksync/refcount.h>
#include <ksync/spinlock.h>

KSYNC_BEGIN_DECLS

/**
 * ksync_refcount_dec_and_mutex_lock() - put; hold the mutex if it was the last
 * @r: the refcount
 * @lock: the mutex
 *
 * Context: May sleep.
 * Order: Release; acquire if it returns true.
 * Locks: Holds @lock if it returns true.
 * Return: true if this put the last reference.
 * Example::
 *
 *	static KSYNC_DEFINE_MUTEX(lock);
 *	ksync_refcount_t refs = KSYNC_REFCOUNT_INIT(1);
 *
 *	if (ksync_refcount_dec_and_mutex_lock(&refs, &lock))
 *		ksync_mutex_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync_refcount_dec_and_mutex_lock(ksync_refcount_t *r, ksync_mutex_t *lock)
{
	if (ksync_refcount_dec_not_one(r))
		return false;
	ksync_mutex_lock(lock);
	if (ksync_refcount_dec_and_test(r))
		return true;
	ksync_mutex_unlock(lock);
	return false;
}

/**
 * ksync_refcount_dec_and_lock() - put; hold the spinlock if it was the last
 * @r: the refcount
 * @lock: the spinlock
 *
 * Context: Any.
 * Order: Release; acquire if it returns true.
 * Locks: Holds @lock if it returns true.
 * Return: true if this put the last reference.
 * Example::
 *
 *	static KSYNC_DEFINE_SPINLOCK(lock);
 *	ksync_refcount_t refs = KSYNC_REFCOUNT_INIT(1);
 *
 *	if (ksync_refcount_dec_and_lock(&refs, &lock))
 *		ksync_spin_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync_refcount_dec_and_lock(ksync_refcount_t *r, ksync_spinlock_t *lock)
{
	if (ksync_refcount_dec_not_one(r))
		return false;
	ksync_spin_lock(lock);
	if (ksync_refcount_dec_and_test(r))
		return true;
	ksync_spin_unlock(lock);
	return false;
}

/**
 * ksync_refcount_dec_and_lock_irqsave() - the same, with the _irqsave name
 * @r: the refcount
 * @lock: the spinlock
 * @flags: for ksync_spin_unlock_irqrestore()
 *
 * Context: Any.
 * Order: Release; acquire if it returns true.
 * Locks: Holds @lock if it returns true.
 * Return: true if this put the last reference.
 * Example::
 *
 *	static KSYNC_DEFINE_SPINLOCK(lock);
 *	ksync_refcount_t refs = KSYNC_REFCOUNT_INIT(1);
 *	unsigned long flags;
 *
 *	if (ksync_refcount_dec_and_lock_irqsave(&refs, &lock, &flags))
 *		ksync_spin_unlock_irqrestore(&lock, flags);
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync_refcount_dec_and_lock_irqsave(ksync_refcount_t *r, ksync_spinlock_t *lock,
				    unsigned long *flags)
{
	*flags = 0;
	if (ksync_refcount_dec_not_one(r))
		return false;
	ksync_spin_lock_irqsave(lock, *flags);
	if (ksync_refcount_dec_and_test(r))
		return true;
	ksync_spin_unlock_irqrestore(lock, *flags);
	return false;
}

/* Decrement unless that would reach 0. */
KSYNC_PRIVATE_INLINE bool ksync__atomic_dec_not_one(ksync_atomic_t *cnt)
{
	int old = ksync_atomic_read(cnt);

	do {
		if (old == 1)
			return false;
		/* ORDER dec_and_lock.put: full. Whoever reaches 0 sees what
		 * the others did. Other end: ksync__atomic_dec_to_zero(). */
	} while (!ksync_atomic_try_cmpxchg(cnt, &old,
					   ksync__refcount_sum(old, -1)));
	return true;
}

KSYNC_PRIVATE_INLINE bool ksync__atomic_dec_to_zero(ksync_atomic_t *cnt)
{
	/* ORDER dec_and_lock.put: full. Other end:
	 * ksync__atomic_dec_not_one(). */
	return ksync_atomic_dec_return(cnt) == 0;
}

/**
 * ksync_atomic_dec_and_mutex_lock() - decrement; hold the mutex if it became 0
 * @cnt: the counter
 * @lock: the mutex
 *
 * Context: May sleep.
 * Order: Full.
 * Locks: Holds @lock if it returns nonzero.
 * Return: nonzero if the counter became 0.
 * Example::
 *
 *	static KSYNC_DEFINE_MUTEX(lock);
 *	ksync_atomic_t users = KSYNC_ATOMIC_INIT(1);
 *
 *	if (ksync_atomic_dec_and_mutex_lock(&users, &lock))
 *		ksync_mutex_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_atomic_dec_and_mutex_lock(ksync_atomic_t *cnt, ksync_mutex_t *lock)
{
	if (ksync__atomic_dec_not_one(cnt))
		return 0;
	ksync_mutex_lock(lock);
	if (ksync__atomic_dec_to_zero(cnt))
		return 1;
	ksync_mutex_unlock(lock);
	return 0;
}

/**
 * ksync_atomic_dec_and_lock() - decrement; hold the spinlock if it became 0
 * @cnt: the counter
 * @lock: the spinlock
 *
 * Context: Any.
 * Order: Full.
 * Locks: Holds @lock if it returns nonzero.
 * Return: nonzero if the counter became 0.
 * Example::
 *
 *	static KSYNC_DEFINE_SPINLOCK(lock);
 *	ksync_atomic_t users = KSYNC_ATOMIC_INIT(1);
 *
 *	if (ksync_atomic_dec_and_lock(&users, &lock))
 *		ksync_spin_unlock(&lock);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_atomic_dec_and_lock(ksync_atomic_t *cnt, ksync_spinlock_t *lock)
{
	if (ksync__atomic_dec_not_one(cnt))
		return 0;
	ksync_spin_lock(lock);
	if (ksync__atomic_dec_to_zero(cnt))
		return 1;
	ksync_spin_unlock(lock);
	return 0;
}

KSYNC_MUST_CHECK KSYNC_PRIVATE_INLINE int
ksync__atomic_dec_and_lock_irqsave(ksync_atomic_t *cnt, ksync_spinlock_t *lock,
				   unsigned long *flags)
{
	*flags = 0;
	if (ksync__atomic_dec_not_one(cnt))
		return 0;
	ksync_spin_lock_irqsave(lock, *flags);
	if (ksync__atomic_dec_to_zero(cnt))
		return 1;
	ksync_spin_unlock_irqrestore(lock, *flags);
	return 0;
}

#define ksync_atomic_dec_and_lock_irqsave(cnt, lock, flags) \
	ksync__atomic_dec_and_lock_irqsave(cnt, lock, &(flags))

KSYNC_END_DECLS

#endif
