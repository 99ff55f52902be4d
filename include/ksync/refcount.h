/* SPDX-License-Identifier: MIT */
/*
 * Reference count that does not wrap: a mistake leaks, it does not free early.
 *
 *	INT_MIN   SATURATED            0   1 ........................ INT_MAX
 *	          0xC0000000           |   |                          |
 *	   <-------- saturated ------> dead  <------- valid ---------->
 *
 * A bad operation is reported and sets the count to SATURATED, in the middle of
 * the negative half: half a billion racing operations cannot leave that half.
 * From then on the object is never freed: increments do nothing and no
 * decrement reports the last reference.
 *
 * Order. A reference may only be got by somebody who has one, or who found the
 * object under a lock or in an RCU reader, so getting needs no order: inc and
 * add are relaxed, _not_zero orders later stores after success, and their
 * _acquire forms acquire, for objects whose memory is reused without a grace
 * period. Putting releases, and the put that finds the last reference acquires:
 * what any holder did with the object comes before its end.
 */
#ifndef KSYNC_REFCOUNT_H
#define KSYNC_REFCOUNT_H

#include <ksync/atomic.h>

typedef struct KSYNC_TAG(refcount_struct) {
	ksync_atomic_t refs;
} ksync_refcount_t;

KSYNC_STATIC_ASSERT(sizeof(ksync_refcount_t) == 4, "docs/refcount.md says so");

#define KSYNC_REFCOUNT_INIT(n) { KSYNC_ATOMIC_INIT(n) }
#define KSYNC_REFCOUNT_MAX INT_MAX
#define KSYNC_REFCOUNT_SATURATED (INT_MIN / 2)

enum ksync_refcount_saturation {
	KSYNC_REFCOUNT_ADD_NOT_ZERO_OVF,
	KSYNC_REFCOUNT_ADD_OVF,
	KSYNC_REFCOUNT_ADD_UAF,
	KSYNC_REFCOUNT_SUB_UAF,
	KSYNC_REFCOUNT_DEC_LEAK,
	/* A negative number of references, by a holder; by who may be none. */
	KSYNC_REFCOUNT_NEGATIVE,
	KSYNC_REFCOUNT_GET_NEGATIVE,
};

KSYNC_BEGIN_DECLS

/* Saturate (unless it is GET_NEGATIVE) and report: src/word/refcount.c. */
KSYNC_API void ksync__refcount_warn_saturate(ksync_refcount_t *r,
					     enum ksync_refcount_saturation t);

/**
 * ksync_refcount_set() - set the count
 * @r: the refcount
 * @n: number of references
 *
 * Context: Any; before anybody else knows the object. Checks nothing.
 * Order: None.
 * Example::
 *
 *	ksync_refcount_t refs;
 *
 *	ksync_refcount_set(&refs, 1);
 */
KSYNC_INLINE void ksync_refcount_set(ksync_refcount_t *r, int n)
{
	ksync_atomic_set(&r->refs, n);
}

/**
 * ksync_refcount_set_release() - set the count of a reused object
 * @r: the refcount
 * @n: number of references
 *
 * For an object whose memory is reused while others may still try to get a
 * reference to what it was: they use the _not_zero_acquire forms.
 *
 * Context: Any. Checks nothing.
 * Order: Release; pairs with the _acquire forms.
 * Example::
 *
 *	ksync_refcount_t refs;
 *
 *	ksync_refcount_set_release(&refs, 1);
 */
KSYNC_INLINE void ksync_refcount_set_release(ksync_refcount_t *r, int n)
{
	/* ORDER refcount.reuse: release. The new object is complete. Other
	 * end: ksync___refcount_add_not_zero_limited_acquire(). */
	ksync_atomic_set_release(&r->refs, n);
}

/**
 * ksync_refcount_read() - the count
 * @r: the refcount
 *
 * Context: Any.
 * Order: None; the answer may be old when it arrives.
 * Return: number of references; negative if the count has saturated.
 * Example::
 *
 *	ksync_refcount_t refs = KSYNC_REFCOUNT_INIT(1);
 *	int n = (int)ksync_refcount_read(&refs);
 */
KSYNC_INLINE unsigned int ksync_refcount_read(const ksync_refcount_t *r)
{
	return KSYNC__CAST(unsigned int, ksync_atomic_read(&r->refs));
}

/*
 * Twins with three underscores are the kernel's __refcount_ functions: they
 * also store the old count, for tracing, unless oldp is NULL.
 */
KSYNC_PRIVATE_INLINE void ksync__refcount_old(int *oldp, int old)
{
	if (oldp)
		*oldp = old;
}

/* Wraps. */
KSYNC_PRIVATE_INLINE int ksync__refcount_sum(int a, int b)
{
	return KSYNC__CAST(int, KSYNC__CAST(unsigned int, a) +
					KSYNC__CAST(unsigned int, b));
}

/* For i that is not negative. */
KSYNC_PRIVATE_INLINE bool ksync__refcount_overflows(int old, int i)
{
	return old < 0 || old > KSYNC_REFCOUNT_MAX - i;
}

/* False; an object that may be dead by now is not written to. */
KSYNC_PRIVATE_INLINE bool ksync__refcount_get_negative(ksync_refcount_t *r,
						       int *oldp)
{
	ksync__refcount_old(oldp, ksync_atomic_read(&r->refs));
	ksync__refcount_warn_saturate(r, KSYNC_REFCOUNT_GET_NEGATIVE);
	return false;
}

KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync___refcount_add_not_zero(int i, ksync_refcount_t *r, int *oldp)
{
	int old = ksync_atomic_read(&r->refs);

	if (ksync_unlikely(i < 0))
		return ksync__refcount_get_negative(r, oldp);
	do {
		if (!old)
			break;
	} while (!ksync_atomic_try_cmpxchg_relaxed(
		&r->refs, &old, ksync__refcount_sum(old, i)));
	ksync__refcount_old(oldp, old);
	if (ksync_unlikely(old && ksync__refcount_overflows(old, i)))
		ksync__refcount_warn_saturate(r,
					      KSYNC_REFCOUNT_ADD_NOT_ZERO_OVF);
	return old != 0;
}

/**
 * ksync_refcount_add_not_zero() - get references unless the object is dead
 * @i: how many; positive
 * @r: the refcount
 *
 * Context: Any; the memory is kept by other means, a lock or an RCU reader.
 * Order: On success later stores come after it.
 * Return: true if it got them; false if the count was 0.
 * Example::
 *
 *	ksync_refcount_t refs = KSYNC_REFCOUNT_INIT(1);
 *	bool got = ksync_refcount_add_not_zero(2, &refs);
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync_refcount_add_not_zero(int i, ksync_refcount_t *r)
{
	return ksync___refcount_add_not_zero(i, r, NULL);
}

KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync___refcount_inc_not_zero(ksync_refcount_t *r, int *oldp)
{
	return ksync___refcount_add_not_zero(1, r, oldp);
}

/**
 * ksync_refcount_inc_not_zero() - get a reference unless the object is dead
 * @r: the refcount
 *
 * Context: Any; the memory is kept by other means, a lock or an RCU reader.
 * Order: On success later stores come after it.
 * Return: true if it got one, also from a saturated count; false if it was 0.
 * Example::
 *
 *	ksync_refcount_t refs = KSYNC_REFCOUNT_INIT(1);
 *	bool got = ksync_refcount_inc_not_zero(&refs);
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync_refcount_inc_not_zero(ksync_refcount_t *r)
{
	return ksync___refcount_inc_not_zero(r, NULL);
}

/*
 * Get i references unless the count is 0 or would rise above limit. A count at
 * the limit, and so a saturated one, is left as it is.
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync___refcount_add_not_zero_limited_acquire(int i, ksync_refcount_t *r,
					      int *oldp, int limit)
{
	int old = ksync_atomic_read(&r->refs);
	bool done;

	if (ksync_unlikely(i < 0))
		return ksync__refcount_get_negative(r, oldp);
	do {
		done = old > 0 && i <= limit && old <= limit - i;
		if (!done)
			break;
		/* ORDER refcount.reuse: acquire. The object is the complete
		 * one. Other end: ksync_refcount_set_release(). */
	} while (!ksync_atomic_try_cmpxchg_acquire(&r->refs, &old, old + i));
	ksync__refcount_old(oldp, old);
	return done;
}

KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync___refcount_inc_not_zero_limited_acquire(ksync_refcount_t *r, int *oldp,
					      int limit)
{
	return ksync___refcount_add_not_zero_limited_acquire(1, r, oldp, limit);
}

KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync___refcount_add_not_zero_acquire(int i, ksync_refcount_t *r, int *oldp)
{
	return ksync___refcount_add_not_zero_limited_acquire(
		i, r, oldp, KSYNC_REFCOUNT_MAX);
}

/**
 * ksync_refcount_add_not_zero_acquire() - get references to a reused object
 * @i: how many; positive
 * @r: the refcount
 *
 * Context: Any; the memory stays a refcount of this kind.
 * Order: Acquire on success: the caller sees the object that was complete when
 *	its count was set. It then has to check that it is the one it wanted.
 * Return: true if it got them; false if the count was 0, or cannot take them
 *	without saturating, or has saturated.
 * Example::
 *
 *	ksync_refcount_t refs = KSYNC_REFCOUNT_INIT(1);
 *	bool got = ksync_refcount_add_not_zero_acquire(2, &refs);
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync_refcount_add_not_zero_acquire(int i, ksync_refcount_t *r)
{
	return ksync___refcount_add_not_zero_acquire(i, r, NULL);
}

KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync___refcount_inc_not_zero_acquire(ksync_refcount_t *r, int *oldp)
{
	return ksync___refcount_add_not_zero_acquire(1, r, oldp);
}

/**
 * ksync_refcount_inc_not_zero_acquire() - get a reference to a reused object
 * @r: the refcount
 *
 * Context: Any; the memory stays a refcount of this kind.
 * Order: Acquire on success.
 * Return: true if it got one; false if the count was 0, is full or saturated.
 * Example::
 *
 *	ksync_refcount_t refs = KSYNC_REFCOUNT_INIT(1);
 *	bool got = ksync_refcount_inc_not_zero_acquire(&refs);
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync_refcount_inc_not_zero_acquire(ksync_refcount_t *r)
{
	return ksync___refcount_inc_not_zero_acquire(r, NULL);
}

KSYNC_INLINE void ksync___refcount_add(int i, ksync_refcount_t *r, int *oldp)
{
	int old = ksync_atomic_fetch_add_relaxed(i, &r->refs);

	ksync__refcount_old(oldp, old);
	if (ksync_unlikely(!old))
		ksync__refcount_warn_saturate(r, KSYNC_REFCOUNT_ADD_UAF);
	else if (ksync_unlikely(i < 0))
		ksync__refcount_warn_saturate(r, KSYNC_REFCOUNT_NEGATIVE);
	else if (ksync_unlikely(ksync__refcount_overflows(old, i)))
		ksync__refcount_warn_saturate(r, KSYNC_REFCOUNT_ADD_OVF);
}

/**
 * ksync_refcount_add() - get references
 * @i: how many; positive
 * @r: the refcount of an object to which the caller has a reference
 *
 * Context: Any.
 * Order: None.
 * Example::
 *
 *	ksync_refcount_t refs = KSYNC_REFCOUNT_INIT(1);
 *
 *	ksync_refcount_add(2, &refs);
 */
KSYNC_INLINE void ksync_refcount_add(int i, ksync_refcount_t *r)
{
	ksync___refcount_add(i, r, NULL);
}

KSYNC_INLINE void ksync___refcount_inc(ksync_refcount_t *r, int *oldp)
{
	ksync___refcount_add(1, r, oldp);
}

/**
 * ksync_refcount_inc() - get a reference
 * @r: the refcount of an object to which the caller has a reference
 *
 * Context: Any.
 * Order: None.
 * Example::
 *
 *	ksync_refcount_t refs = KSYNC_REFCOUNT_INIT(1);
 *
 *	ksync_refcount_inc(&refs);
 */
KSYNC_INLINE void ksync_refcount_inc(ksync_refcount_t *r)
{
	ksync___refcount_inc(r, NULL);
}

KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync___refcount_sub_and_test(int i, ksync_refcount_t *r, int *oldp)
{
	/* ORDER refcount.put: release. Whoever finds the last reference sees
	 * all that was done with the object. Other end:
	 * ksync___refcount_sub_and_test(). */
	int old = ksync_atomic_fetch_sub_release(i, &r->refs);

	ksync__refcount_old(oldp, old);
	if (old > 0 && old == i) {
		/* ORDER refcount.put: acquire. The object's end comes after
		 * every other put. A load, because ThreadSanitizer does not
		 * see a fence. Other end: ksync___refcount_sub_and_test(). */
		(void)ksync_atomic_read_acquire(&r->refs);
		return true;
	}
	if (ksync_unlikely(i < 0))
		ksync__refcount_warn_saturate(r, KSYNC_REFCOUNT_NEGATIVE);
	else if (ksync_unlikely(old <= 0 || old - i < 0))
		ksync__refcount_warn_saturate(r, KSYNC_REFCOUNT_SUB_UAF);
	return false;
}

/**
 * ksync_refcount_sub_and_test() - put references
 * @i: how many; positive
 * @r: the refcount
 *
 * Context: Any.
 * Order: Release; acquire if it returns true.
 * Return: true if these were the last: the caller ends the object.
 * Example::
 *
 *	ksync_refcount_t refs = KSYNC_REFCOUNT_INIT(2);
 *	bool last = ksync_refcount_sub_and_test(2, &refs);
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync_refcount_sub_and_test(int i, ksync_refcount_t *r)
{
	return ksync___refcount_sub_and_test(i, r, NULL);
}

KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync___refcount_dec_and_test(ksync_refcount_t *r, int *oldp)
{
	return ksync___refcount_sub_and_test(1, r, oldp);
}

/**
 * ksync_refcount_dec_and_test() - put a reference
 * @r: the refcount
 *
 * Context: Any.
 * Order: Release; acquire if it returns true.
 * Return: true if it was the last: the caller ends the object.
 * Example::
 *
 *	ksync_refcount_t refs = KSYNC_REFCOUNT_INIT(1);
 *	bool last = ksync_refcount_dec_and_test(&refs);
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync_refcount_dec_and_test(ksync_refcount_t *r)
{
	return ksync___refcount_dec_and_test(r, NULL);
}

KSYNC_INLINE void ksync___refcount_dec(ksync_refcount_t *r, int *oldp)
{
	/* ORDER refcount.put: release. Other end:
	 * ksync___refcount_sub_and_test(). */
	int old = ksync_atomic_fetch_sub_release(1, &r->refs);

	ksync__refcount_old(oldp, old);
	if (ksync_unlikely(old <= 1))
		ksync__refcount_warn_saturate(r, KSYNC_REFCOUNT_DEC_LEAK);
}

/**
 * ksync_refcount_dec() - put a reference that is not the last
 * @r: the refcount of an object to which somebody else has a reference
 *
 * Context: Any. If it was the last, that is reported and the object leaks.
 * Order: Release.
 * Example::
 *
 *	ksync_refcount_t refs = KSYNC_REFCOUNT_INIT(2);
 *
 *	ksync_refcount_dec(&refs);
 */
KSYNC_INLINE void ksync_refcount_dec(ksync_refcount_t *r)
{
	ksync___refcount_dec(r, NULL);
}

/**
 * ksync_refcount_dec_if_one() - put a reference only if it is the last
 * @r: the refcount
 *
 * Context: Any.
 * Order: Release; acquire if it returns true, which is more than the kernel
 *	promises.
 * Return: true if the count was 1 and is 0 now.
 * Example::
 *
 *	ksync_refcount_t refs = KSYNC_REFCOUNT_INIT(1);
 *	bool last = ksync_refcount_dec_if_one(&refs);
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync_refcount_dec_if_one(ksync_refcount_t *r)
{
	int one = 1;

	/* ORDER refcount.put: release. Other end:
	 * ksync___refcount_sub_and_test(). */
	if (!ksync_atomic_try_cmpxchg_release(&r->refs, &one, 0))
		return false;
	/* ORDER refcount.put: acquire. Other end:
	 * ksync___refcount_sub_and_test(). */
	(void)ksync_atomic_read_acquire(&r->refs);
	return true;
}

/**
 * ksync_refcount_dec_not_one() - put a reference unless it is the last
 * @r: the refcount
 *
 * Context: Any.
 * Order: Release if it put one.
 * Return: false if the count was 1, and still is; true otherwise. A saturated
 *	count stays as it is; so does a count of 0, which is reported.
 * Example::
 *
 *	ksync_refcount_t refs = KSYNC_REFCOUNT_INIT(2);
 *	bool put = ksync_refcount_dec_not_one(&refs);
 */
KSYNC_MUST_CHECK KSYNC_API bool ksync_refcount_dec_not_one(ksync_refcount_t *r);

KSYNC_END_DECLS

#endif
