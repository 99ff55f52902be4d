/* SPDX-License-Identifier: MIT */
/*
 * kref: a reference count inside an object, and the function that ends it.
 *
 *	struct session {
 *		struct ksync_kref refs;
 *		...
 *	};
 *
 *	static void session_release(struct ksync_kref *refs)
 *	{
 *		free(ksync_container_of(refs, struct session, refs));
 *	}
 *
 * A reference may be got from a reference, and otherwise only under a lock that
 * the last put takes too (ksync_kref_put_mutex(), ksync_kref_put_lock()), or
 * with ksync_kref_get_unless_zero() in an RCU reader.
 */
#ifndef KSYNC_KREF_H
#define KSYNC_KREF_H

#include <ksync/dec_and_lock.h>
#include <ksync/refcount.h>

struct KSYNC_TAG(kref) {
	ksync_refcount_t refcount;
};
typedef struct KSYNC_TAG(kref) ksync_kref_t;

#define KSYNC_KREF_INIT(n) { KSYNC_REFCOUNT_INIT(n) }

/**
 * typedef ksync_kref_release_fn - ends an object
 * @kref: the kref in the object; its last reference is gone
 *
 * Runs once, in the thread that put the last reference. Not NULL.
 */
typedef void (*ksync_kref_release_fn)(ksync_kref_t *kref);

KSYNC_BEGIN_DECLS

/**
 * ksync_kref_init() - begin with one reference
 * @kref: the kref in a new object
 *
 * Context: Any, before anybody else knows the object.
 * Example::
 *
 *	ksync_kref_t refs;
 *
 *	ksync_kref_init(&refs);
 */
KSYNC_INLINE void ksync_kref_init(ksync_kref_t *kref)
{
	ksync_refcount_set(&kref->refcount, 1);
}

/**
 * ksync_kref_read() - the number of references
 * @kref: the kref
 *
 * Context: Any.
 * Order: None; the answer may be old when it arrives.
 * Return: the count.
 * Example::
 *
 *	ksync_kref_t refs = KSYNC_KREF_INIT(1);
 *	unsigned int n = ksync_kref_read(&refs);
 */
KSYNC_INLINE unsigned int ksync_kref_read(const ksync_kref_t *kref)
{
	return ksync_refcount_read(&kref->refcount);
}

/**
 * ksync_kref_get() - get a reference
 * @kref: the kref of an object to which the caller has a reference
 *
 * Context: Any.
 * Order: None.
 * Example::
 *
 *	ksync_kref_t refs = KSYNC_KREF_INIT(1);
 *
 *	ksync_kref_get(&refs);
 */
KSYNC_INLINE void ksync_kref_get(ksync_kref_t *kref)
{
	ksync_refcount_inc(&kref->refcount);
}

/**
 * ksync_kref_get_unless_zero() - get a reference unless the object is dead
 * @kref: the kref
 *
 * Context: Any; the memory is kept by other means, a lock or an RCU reader.
 * Order: On success later stores come after it.
 * Return: nonzero if it got one.
 * Example::
 *
 *	ksync_kref_t refs = KSYNC_KREF_INIT(1);
 *	int got = ksync_kref_get_unless_zero(&refs);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int ksync_kref_get_unless_zero(ksync_kref_t *kref)
{
	return ksync_refcount_inc_not_zero(&kref->refcount);
}

/**
 * ksync_kref_put() - put a reference; with the last one end the object
 * @kref: the kref
 * @release: ends the object
 *
 * Context: What @release needs.
 * Order: Release; acquire before @release.
 * Return: 1 if this call ran @release. 0 says nothing about the object: it may
 *	be gone by now.
 * Example::
 *
 *	static void release(ksync_kref_t *kref)
 *	{
 *		(void)kref;
 *	}
 *
 *	static int drop(ksync_kref_t *refs)
 *	{
 *		return ksync_kref_put(refs, release);
 *	}
 */
KSYNC_INLINE int ksync_kref_put(ksync_kref_t *kref,
				ksync_kref_release_fn release)
{
	if (!ksync_refcount_dec_and_test(&kref->refcount))
		return 0;
	release(kref);
	return 1;
}

/**
 * ksync_kref_put_mutex() - put a reference; end the object under a mutex
 * @kref: the kref
 * @release: ends the object; runs with @lock held and has to unlock it
 * @lock: mutex under which others look the object up; it outlives the object
 *
 * Context: May sleep.
 * Order: Release; acquire before @release.
 * Locks: @lock is held when @release begins, and only then.
 * Return: 1 if this call ran @release, else 0.
 * Example::
 *
 *	static KSYNC_DEFINE_MUTEX(table_lock);
 *
 *	static void release(ksync_kref_t *kref)
 *	{
 *		(void)kref;
 *		ksync_mutex_unlock(&table_lock);
 *	}
 *
 *	static int drop(ksync_kref_t *refs)
 *	{
 *		return ksync_kref_put_mutex(refs, release, &table_lock);
 *	}
 */
KSYNC_INLINE int ksync_kref_put_mutex(ksync_kref_t *kref,
				      ksync_kref_release_fn release,
				      ksync_mutex_t *lock)
{
	if (!ksync_refcount_dec_and_mutex_lock(&kref->refcount, lock))
		return 0;
	release(kref);
	return 1;
}

/**
 * ksync_kref_put_lock() - put a reference; end the object under a spinlock
 * @kref: the kref
 * @release: ends the object; runs with @lock held and has to unlock it
 * @lock: spinlock under which others look the object up
 *
 * Context: Any; @release must not sleep before it has unlocked.
 * Order: Release; acquire before @release.
 * Locks: @lock is held when @release begins, and only then.
 * Return: 1 if this call ran @release, else 0.
 * Example::
 *
 *	static KSYNC_DEFINE_SPINLOCK(table_lock);
 *
 *	static void release(ksync_kref_t *kref)
 *	{
 *		(void)kref;
 *		ksync_spin_unlock(&table_lock);
 *	}
 *
 *	static int drop(ksync_kref_t *refs)
 *	{
 *		return ksync_kref_put_lock(refs, release, &table_lock);
 *	}
 */
KSYNC_INLINE int ksync_kref_put_lock(ksync_kref_t *kref,
				     ksync_kref_release_fn release,
				     ksync_spinlock_t *lock)
{
	if (!ksync_refcount_dec_and_lock(&kref->refcount, lock))
		return 0;
	release(kref);
	return 1;
}

KSYNC_END_DECLS

#endif
