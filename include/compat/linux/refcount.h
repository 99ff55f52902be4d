/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_REFCOUNT_H
#define KSYNC_COMPAT_REFCOUNT_H

#include <linux/spinlock.h>

#include <ksync/dec_and_lock.h>
#include <ksync/refcount.h>

typedef ksync_refcount_t refcount_t;

#define REFCOUNT_INIT(n) KSYNC_REFCOUNT_INIT(n)
#define REFCOUNT_MAX KSYNC_REFCOUNT_MAX
#define REFCOUNT_SATURATED KSYNC_REFCOUNT_SATURATED

KSYNC__KERNEL_NAME void refcount_set(refcount_t *r, int n)
{
	ksync_refcount_set(r, n);
}

KSYNC__KERNEL_NAME void refcount_set_release(refcount_t *r, int n)
{
	ksync_refcount_set_release(r, n);
}

KSYNC__KERNEL_NAME unsigned int refcount_read(const refcount_t *r)
{
	return ksync_refcount_read(r);
}

KSYNC__KERNEL_NAME void refcount_add(int i, refcount_t *r)
{
	ksync_refcount_add(i, r);
}

KSYNC__KERNEL_NAME void __refcount_add(int i, refcount_t *r, int *oldp)
{
	ksync___refcount_add(i, r, oldp);
}

KSYNC__KERNEL_NAME void refcount_inc(refcount_t *r)
{
	ksync_refcount_inc(r);
}

KSYNC__KERNEL_NAME void __refcount_inc(refcount_t *r, int *oldp)
{
	ksync___refcount_inc(r, oldp);
}

KSYNC__KERNEL_NAME void refcount_dec(refcount_t *r)
{
	ksync_refcount_dec(r);
}

KSYNC__KERNEL_NAME void __refcount_dec(refcount_t *r, int *oldp)
{
	ksync___refcount_dec(r, oldp);
}

/* The operations with a result, and their twins that give the old count. */
#define KSYNC__REFCOUNT_NAME(op)                                              \
	KSYNC__KERNEL_NAME KSYNC_MUST_CHECK bool refcount_##op(refcount_t *r) \
	{                                                                     \
		return ksync_refcount_##op(r);                                \
	}

#define KSYNC__REFCOUNT_NAME_OLD(op)                              \
	KSYNC__REFCOUNT_NAME(op)                                  \
	KSYNC__KERNEL_NAME KSYNC_MUST_CHECK bool __refcount_##op( \
		refcount_t *r, int *oldp)                         \
	{                                                         \
		return ksync___refcount_##op(r, oldp);            \
	}

#define KSYNC__REFCOUNT_NAME_COUNT(op)                                        \
	KSYNC__KERNEL_NAME KSYNC_MUST_CHECK bool refcount_##op(int i,         \
							       refcount_t *r) \
	{                                                                     \
		return ksync_refcount_##op(i, r);                             \
	}                                                                     \
	KSYNC__KERNEL_NAME KSYNC_MUST_CHECK bool __refcount_##op(             \
		int i, refcount_t *r, int *oldp)                              \
	{                                                                     \
		return ksync___refcount_##op(i, r, oldp);                     \
	}

KSYNC__REFCOUNT_NAME_COUNT(add_not_zero)
KSYNC__REFCOUNT_NAME_COUNT(add_not_zero_acquire)
KSYNC__REFCOUNT_NAME_COUNT(sub_and_test)
KSYNC__REFCOUNT_NAME_OLD(inc_not_zero)
KSYNC__REFCOUNT_NAME_OLD(inc_not_zero_acquire)
KSYNC__REFCOUNT_NAME_OLD(dec_and_test)
KSYNC__REFCOUNT_NAME(dec_if_one)
KSYNC__REFCOUNT_NAME(dec_not_one)

#undef KSYNC__REFCOUNT_NAME
#undef KSYNC__REFCOUNT_NAME_OLD
#undef KSYNC__REFCOUNT_NAME_COUNT

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK bool
__refcount_add_not_zero_limited_acquire(int i, refcount_t *r, int *oldp,
					int limit)
{
	return ksync___refcount_add_not_zero_limited_acquire(i, r, oldp, limit);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK bool
__refcount_inc_not_zero_limited_acquire(refcount_t *r, int *oldp, int limit)
{
	return ksync___refcount_inc_not_zero_limited_acquire(r, oldp, limit);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK bool
refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock)
{
	return ksync_refcount_dec_and_mutex_lock(r, lock);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK bool refcount_dec_and_lock(refcount_t *r,
							       spinlock_t *lock)
{
	return ksync_refcount_dec_and_lock(r, lock);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK bool
refcount_dec_and_lock_irqsave(refcount_t *r, spinlock_t *lock,
			      unsigned long *flags)
{
	return ksync_refcount_dec_and_lock_irqsave(r, lock, flags);
}

#endif
