/* SPDX-License-Identifier: MIT */
/*
 * Reference count of an object that is found in an RCU reader and freed after a
 * grace period: getting one is a single addition, never a loop, however many
 * threads get at once.
 *
 *	0             0x7fffffff  0xa0000000  0xc0000000  0xe0000000    -1
 *	1 reference .. 2^31       SATURATED   RELEASED    DEAD       NOREF
 *	<------- valid --------><- saturated -><--------- dead --------->
 *
 * The count is one less than the number of references. The put that takes it to
 * NOREF looks again: if nobody got a reference meanwhile, it marks the object
 * DEAD, once and for all, and the caller ends it. Whoever came in between has
 * revived it, and ends it later. Between the two steps the object has to stay,
 * although another thread may have ended it: so it is freed after a grace
 * period, and the put is inside an RCU reader.
 *
 * A mistake leaks the object and does not free it early, as in
 * <ksync/refcount.h>.
 */
#ifndef KSYNC_RCUREF_H
#define KSYNC_RCUREF_H

#include <ksync/rcu.h>

#define KSYNC_RCUREF_ONEREF 0x00000000u
#define KSYNC_RCUREF_MAXREF 0x7FFFFFFFu
#define KSYNC_RCUREF_SATURATED 0xA0000000u
#define KSYNC_RCUREF_RELEASED 0xC0000000u
#define KSYNC_RCUREF_DEAD 0xE0000000u
#define KSYNC_RCUREF_NOREF 0xFFFFFFFFu

typedef struct {
	ksync_atomic_t refcnt;
} ksync_rcuref_t;

/* i references; at least 1. */
#define KSYNC_RCUREF_INIT(i) { KSYNC_ATOMIC_INIT((i) - 1) }

KSYNC_BEGIN_DECLS

KSYNC_API bool ksync__rcuref_get_slow(ksync_rcuref_t *ref);
KSYNC_API bool ksync__rcuref_mark_dead(ksync_rcuref_t *ref);
KSYNC_API void ksync__rcuref_put_slow(ksync_rcuref_t *ref, unsigned int cnt);

/**
 * ksync_rcuref_init() - set the count
 * @ref: the count
 * @cnt: number of references; at least 1
 *
 * Context: Any; before anybody else knows the object. Checks nothing.
 * Order: None.
 * Example::
 *
 *	ksync_rcuref_t refs;
 *
 *	ksync_rcuref_init(&refs, 1);
 */
KSYNC_INLINE void ksync_rcuref_init(ksync_rcuref_t *ref, unsigned int cnt)
{
	ksync_atomic_set(&ref->refcnt, KSYNC__CAST(int, cnt - 1));
}

/**
 * ksync_rcuref_read() - the number of references
 * @ref: the count
 *
 * Context: Any.
 * Order: None; the answer may be old when it arrives.
 * Return: their number; 0 if there is none, or the object is dead; more than
 *	2^31 if the count has saturated.
 * Example::
 *
 *	ksync_rcuref_t refs = KSYNC_RCUREF_INIT(2);
 *	unsigned int n = ksync_rcuref_read(&refs);
 */
KSYNC_INLINE unsigned int ksync_rcuref_read(ksync_rcuref_t *ref)
{
	unsigned int c =
		KSYNC__CAST(unsigned int, ksync_atomic_read(&ref->refcnt));

	return c >= KSYNC_RCUREF_RELEASED ? 0 : c + 1;
}

/**
 * ksync_rcuref_is_dead() - is the object dead?
 * @ref: the count
 *
 * Context: Any.
 * Order: None.
 * Return: true if it is marked dead: it stays so. One without references that
 *	is not marked yet may be revived.
 * Example::
 *
 *	ksync_rcuref_t refs = KSYNC_RCUREF_INIT(1);
 *	bool dead = ksync_rcuref_is_dead(&refs);
 */
KSYNC_INLINE bool ksync_rcuref_is_dead(ksync_rcuref_t *ref)
{
	unsigned int c =
		KSYNC__CAST(unsigned int, ksync_atomic_read(&ref->refcnt));

	return c >= KSYNC_RCUREF_RELEASED && c < KSYNC_RCUREF_NOREF;
}

/**
 * ksync_rcuref_get() - get a reference unless the object is dead
 * @ref: the count
 *
 * Context: Any; the memory is kept by other means: the caller has a reference,
 *	or found the object in an RCU reader that it is still in.
 * Order: None but that later stores depend on it.
 * Return: true if it got one, also from a saturated count; false if the object
 *	is dead.
 * Example::
 *
 *	ksync_rcuref_t refs = KSYNC_RCUREF_INIT(1);
 *	bool got = ksync_rcuref_get(&refs);
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool ksync_rcuref_get(ksync_rcuref_t *ref)
{
	/* From NOREF too: the object lives again. */
	if (ksync_likely(!ksync_atomic_add_negative_relaxed(1, &ref->refcnt)))
		return true;
	return ksync__rcuref_get_slow(ref);
}

/* What the count is after a put; in an RCU reader, to its second step. */
KSYNC_PRIVATE_INLINE unsigned int ksync__rcuref_dec(ksync_rcuref_t *ref)
{
	/* ORDER rcuref.put: release. Who marks the object dead sees all that
	 * was done with it. Other end: ksync__rcuref_mark_dead(). */
	return KSYNC__CAST(unsigned int,
			   ksync_atomic_sub_return_release(1, &ref->refcnt));
}

/* There were references, or it was the last. */
KSYNC_PRIVATE_INLINE void ksync__rcuref_check(ksync_rcuref_t *ref,
					      unsigned int cnt)
{
	if (ksync_unlikely(cnt > KSYNC_RCUREF_MAXREF &&
			   cnt != KSYNC_RCUREF_NOREF))
		ksync__rcuref_put_slow(ref, cnt);
}

/* The kernel's function of this name: the caller is an RCU reader. */
KSYNC_MUST_CHECK KSYNC_INLINE bool ksync___rcuref_put(ksync_rcuref_t *ref)
{
	unsigned int cnt = ksync__rcuref_dec(ref);

	if (ksync_unlikely(cnt == KSYNC_RCUREF_NOREF))
		return ksync__rcuref_mark_dead(ref);
	ksync__rcuref_check(ref, cnt);
	return false;
}

/**
 * ksync_rcuref_put_rcusafe() - put a reference, in an RCU reader
 * @ref: the count
 *
 * Context: Inside an RCU reader.
 * Order: Release; acquire if it returns true.
 * Return: true if it was the last, and nobody will get one any more: the caller
 *	frees the object after a grace period.
 * Example::
 *
 *	ksync_rcuref_t refs = KSYNC_RCUREF_INIT(1);
 *	bool last;
 *
 *	ksync_rcu_read_lock();
 *	last = ksync_rcuref_put_rcusafe(&refs);
 *	ksync_rcu_read_unlock();
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool ksync_rcuref_put_rcusafe(ksync_rcuref_t *ref)
{
	KSYNC__RCU_READER_OR(false);
	return ksync___rcuref_put(ref);
}

/**
 * ksync_rcuref_put() - put a reference
 * @ref: the count
 *
 * It is an RCU reader of its own.
 *
 * Context: Any.
 * Order: Release; acquire if it returns true.
 * Return: true if it was the last, and nobody will get one any more: the caller
 *	frees the object after a grace period.
 * Example::
 *
 *	ksync_rcuref_t refs = KSYNC_RCUREF_INIT(1);
 *	bool last = ksync_rcuref_put(&refs);
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool ksync_rcuref_put(ksync_rcuref_t *ref)
{
	unsigned int cnt;
	bool last;

	ksync_rcu_read_lock();
	cnt = ksync__rcuref_dec(ref);
	last = ksync_unlikely(cnt == KSYNC_RCUREF_NOREF) &&
	       ksync__rcuref_mark_dead(ref);
	ksync_rcu_read_unlock();
	ksync__rcuref_check(ref, cnt); /* reports, in no reader */
	return last;
}

KSYNC_END_DECLS

#endif
