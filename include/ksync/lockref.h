/* SPDX-License-Identifier: MIT */
/*
 * A spinlock and a count that it guards, in one word of 64 bits: while the lock
 * is free, a reference is got and put by changing the word, and nobody takes
 * the lock.
 *
 * It is always as if the lock had been taken: who holds it has the count to
 * itself, and may read and write @count as it likes. A count below 0 is that of
 * a dead object; ksync_lockref_mark_dead() makes it so, under the lock.
 *
 * Where a word has 32 bits, and in the checked library, whose locks are larger,
 * the lock is taken.
 */
#ifndef KSYNC_LOCKREF_H
#define KSYNC_LOCKREF_H

#include <ksync/spinlock.h>

typedef struct KSYNC_ALIGNED(8) KSYNC_TAG(lockref) {
	ksync_spinlock_t lock;
	int count; /* under the lock, or with the lock's word */
} ksync_lockref_t;

/* Are both one word? A model looks at the forms that take the lock. */
#ifndef KSYNC__LOCKREF_WORD
#define KSYNC__LOCKREF_WORD (!KSYNC_CHECKED && UINTPTR_MAX > UINT32_MAX)
#endif
KSYNC_STATIC_ASSERT(!KSYNC__LOCKREF_WORD || sizeof(ksync_lockref_t) == 8,
		    "docs/lockref.md says so");

/* The count of who is dead. */
#define KSYNC__LOCKREF_DEAD (-128)

KSYNC_BEGIN_DECLS

/*
 * Count one more, or one less, if the lock is free and the count at least
 * "least", which is not negative: the new count. The first answer is as of a
 * look under the lock.
 */
#define KSYNC__LOCKREF_REFUSED (-1)
#define KSYNC__LOCKREF_LOCKED (-2)
KSYNC_API int ksync__lockref_try_get(ksync_lockref_t *ref, int least);
KSYNC_API int ksync__lockref_try_put(ksync_lockref_t *ref, int least);

KSYNC_PRIVATE_INLINE int ksync__lockref_get_fast(ksync_lockref_t *ref,
						 int least)
{
	return KSYNC__LOCKREF_WORD ? ksync__lockref_try_get(ref, least) :
				     KSYNC__LOCKREF_LOCKED;
}

KSYNC_PRIVATE_INLINE int ksync__lockref_put_fast(ksync_lockref_t *ref,
						 int least)
{
	return KSYNC__LOCKREF_WORD ? ksync__lockref_try_put(ref, least) :
				     KSYNC__LOCKREF_LOCKED;
}

/* The same under the lock: whether it was counted. */
KSYNC_PRIVATE_INLINE bool ksync__lockref_locked(ksync_lockref_t *ref, int by,
						int least)
{
	int count;

	ksync_spin_lock(&ref->lock);
	count = KSYNC_READ_ONCE(ref->count);
	if (count >= least)
		KSYNC_WRITE_ONCE(ref->count, count + by);
	ksync_spin_unlock(&ref->lock);
	return count >= least;
}

/**
 * ksync_lockref_init() - make a free lock, and a count of 1
 * @ref: memory for both
 *
 * Context: Any; before anybody else knows the object.
 * Example::
 *
 *	ksync_lockref_t ref;
 *
 *	ksync_lockref_init(&ref);
 */
KSYNC_INLINE void ksync_lockref_init(ksync_lockref_t *ref)
{
	ksync_spin_lock_init(&ref->lock);
	ref->count = 1;
}

/**
 * ksync_lockref_get() - get a reference
 * @ref: of an object to which the caller has a reference
 *
 * Context: Any, without the lock.
 * Order: Full.
 * Example::
 *
 *	ksync_lockref_t ref;
 *
 *	ksync_lockref_init(&ref);
 *	ksync_lockref_get(&ref);
 */
KSYNC_INLINE void ksync_lockref_get(ksync_lockref_t *ref)
{
	if (ksync_unlikely(ksync__lockref_get_fast(ref, 0) < 0))
		(void)ksync__lockref_locked(ref, 1, INT_MIN);
}

/**
 * ksync_lockref_get_not_zero() - get a reference unless there is none
 * @ref: the lock and the count
 *
 * Context: Any, without the lock; the memory is kept by other means.
 * Order: Full if it returns true.
 * Return: true if it got one; false if the count was 0, or the object dead.
 * Example::
 *
 *	ksync_lockref_t ref;
 *	bool got;
 *
 *	ksync_lockref_init(&ref);
 *	got = ksync_lockref_get_not_zero(&ref);
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync_lockref_get_not_zero(ksync_lockref_t *ref)
{
	int count = ksync__lockref_get_fast(ref, 1);

	if (ksync_unlikely(count == KSYNC__LOCKREF_LOCKED))
		return ksync__lockref_locked(ref, 1, 1);
	return count >= 0;
}

/**
 * ksync_lockref_get_not_dead() - get a reference unless the object is dead
 * @ref: the lock and the count
 *
 * Context: Any, without the lock; the memory is kept by other means.
 * Order: Full if it returns true.
 * Return: true if it got one, also from 0; false if the object is dead.
 * Example::
 *
 *	ksync_lockref_t ref;
 *	bool got;
 *
 *	ksync_lockref_init(&ref);
 *	got = ksync_lockref_get_not_dead(&ref);
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync_lockref_get_not_dead(ksync_lockref_t *ref)
{
	int count = ksync__lockref_get_fast(ref, 0);

	if (ksync_unlikely(count == KSYNC__LOCKREF_LOCKED))
		return ksync__lockref_locked(ref, 1, 0);
	return count >= 0;
}

/**
 * ksync_lockref_put_not_zero() - put a reference that is not the last
 * @ref: the lock and the count
 *
 * Context: Any, without the lock.
 * Order: Full if it returns true.
 * Return: true if it put one; false if the count was 1, or less.
 * Example::
 *
 *	ksync_lockref_t ref;
 *	bool put;
 *
 *	ksync_lockref_init(&ref);
 *	put = ksync_lockref_put_not_zero(&ref);
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync_lockref_put_not_zero(ksync_lockref_t *ref)
{
	int count = ksync__lockref_put_fast(ref, 2);

	if (ksync_unlikely(count == KSYNC__LOCKREF_LOCKED))
		return ksync__lockref_locked(ref, -1, 2);
	return count >= 0;
}

/**
 * ksync_lockref_put_return() - put a reference, if that needs no lock
 * @ref: the lock and the count
 *
 * Context: Any; it waits for nobody.
 * Order: Full unless it returns -1.
 * Return: the new count; -1 if it put none, because the lock is held, or there
 *	was no reference, or others changed the count all the time. Where the
 *	two are not one word, always -1.
 * Example::
 *
 *	ksync_lockref_t ref;
 *
 *	ksync_lockref_init(&ref);
 *	if (ksync_lockref_put_return(&ref) < 0)
 *		puts("take the lock");
 */
KSYNC_MUST_CHECK KSYNC_INLINE int ksync_lockref_put_return(ksync_lockref_t *ref)
{
	int count = ksync__lockref_put_fast(ref, 1);

	return count < 0 ? -1 : count;
}

/**
 * ksync_lockref_put_or_lock() - put a reference, or take the lock
 * @ref: the lock and the count
 *
 * Context: Any, without the lock. What follows false must not sleep.
 * Order: Full if it returns true; acquire if not.
 * Locks: Holds the lock if it returns false.
 * Return: true if it put a reference that was not the last; false if the count
 *	is 1, or less: it is as it was, and the caller decides.
 * Example::
 *
 *	ksync_lockref_t ref;
 *
 *	ksync_lockref_init(&ref);
 *	if (!ksync_lockref_put_or_lock(&ref)) {
 *		ksync_lockref_mark_dead(&ref);
 *		ksync_spin_unlock(&ref.lock);
 *	}
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync_lockref_put_or_lock(ksync_lockref_t *ref)
{
	if (ksync_likely(ksync__lockref_put_fast(ref, 2) >= 0))
		return true;
	ksync_spin_lock(&ref->lock);
	if (KSYNC_READ_ONCE(ref->count) <= 1)
		return false;
	KSYNC_WRITE_ONCE(ref->count, ref->count - 1);
	ksync_spin_unlock(&ref->lock);
	return true;
}

/**
 * ksync_lockref_mark_dead() - the object ends
 * @ref: the lock, held by the caller, and the count
 *
 * From then on ksync_lockref_get_not_dead() and _get_not_zero() get none.
 *
 * Context: Under the lock.
 * Example::
 *
 *	ksync_lockref_t ref;
 *
 *	ksync_lockref_init(&ref);
 *	ksync_spin_lock(&ref.lock);
 *	ksync_lockref_mark_dead(&ref);
 *	ksync_spin_unlock(&ref.lock);
 */
KSYNC_INLINE void ksync_lockref_mark_dead(ksync_lockref_t *ref)
{
	ksync_assert_spin_locked(&ref->lock);
	KSYNC_WRITE_ONCE(ref->count, KSYNC__LOCKREF_DEAD);
}

/* The kernel's function of this name: is it dead? Under the lock. */
KSYNC_INLINE bool ksync___lockref_is_dead(const ksync_lockref_t *ref)
{
	return ref->count < 0;
}

KSYNC_END_DECLS

#endif
